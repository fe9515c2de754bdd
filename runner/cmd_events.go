package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

type eventsOptions struct {
	limit  int
	settle string
}

func newEventsCommand(a *app) *cobra.Command {
	o := eventsOptions{limit: 50}
	cmd := &cobra.Command{
		Use:   "events",
		Short: "list the messages that nobody could use",
		Long: "events lists the messages that came in over HTTP and could not be used, with the reason. With --settle it says that\n" +
			"somebody has dealt with one: what it said is forgotten, and the doctor counts it no longer.",
		Example: "  callsheet events --limit 10",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runEvents(cmd.Context(), a, s, o) })
		},
	}
	cmd.Flags().IntVar(&o.limit, "limit", o.limit, "how many")
	cmd.Flags().StringVar(&o.settle, "settle", "", "id of one that somebody has dealt with")
	return cmd
}

func runEvents(ctx context.Context, a *app, s *session, o eventsOptions) error {
	if o.settle != "" {
		if err := s.onlyRead(a.db); err != nil {
			return err
		}
		if err := s.store.SettleEvent(ctx, o.settle); err != nil {
			return err
		}
		return s.tell("settled "+o.settle, terminal.Columns("event"), o.settle)
	}
	if o.limit < 1 {
		return usageError{fmt.Errorf("--limit is %d: list at least one message", o.limit)}
	}
	events, err := s.store.DeadEvents(ctx, "", o.limit)
	if err != nil {
		return err
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.ID, s.when(crm.Some(e.ReceivedAt)), e.Reason, e.LeadID, terminal.Mask(e.Phone)}
	}
	return s.Table(terminal.Columns("event", "received_at", "reason", "lead", "phone"), rows)
}
