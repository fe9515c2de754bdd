package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/terminal"
)

func newTasksCommand(a *app) *cobra.Command {
	limit := 50
	cmd := &cobra.Command{
		Use:     "tasks",
		Short:   "list what somebody has to look at",
		Long:    "tasks lists the pending tasks, those due first first. A task is closed by importing it with another state.",
		Example: "  callsheet tasks --limit 20",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runTasks(cmd.Context(), s, limit) })
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "how many")
	return cmd
}

func runTasks(ctx context.Context, s *session, limit int) error {
	if limit < 1 {
		return usageError{fmt.Errorf("--limit is %d: list at least one task", limit)}
	}
	tasks, err := s.store.PendingTasks(ctx, limit)
	if err != nil {
		return err
	}
	rows := make([][]any, len(tasks))
	for i, t := range tasks {
		rows[i] = []any{t.ID, t.Kind, t.LeadID, hush(t.ContactID), t.Agent, s.when(t.DueAt), t.Origin}
	}
	return s.Table(terminal.Columns("task", "kind", "lead", "contact", "for", "due_at", "origin"), rows)
}

// hush masks an id that is a phone number.
func hush(id string) string {
	if _, phone := intake.NewPhones().Parse(id, ""); phone {
		return terminal.Mask(id)
	}
	return id
}
