package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

func newLeadsCommand(a *app) *cobra.Command {
	show := &cobra.Command{
		Use:   "show ID",
		Short: "show a lead, how its score adds up, its calls, and what was decided about it",
		Long: "leads show prints what is known of a lead, its score line by line at the clock of the command, every call that was\n" +
			"made, and every decision about it. The lines add up to the score.",
		Example: "  callsheet --db fixtures leads show L-0325",
		Args:    exactly(1, "the id of one lead"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runLeadsShow(cmd.Context(), s, args[0]) })
		},
	}
	return menu(&cobra.Command{Use: "leads", Short: "look at single leads", Long: "leads looks at single leads."}, show)
}

// shown is everything that leads show tells of a lead.
type shown struct {
	Facts     map[string]any     `json:"facts"`
	Score     int64              `json:"score"`
	Breakdown []engine.ScoreLine `json:"breakdown"`
	At        string             `json:"scored_now_at"`
	Version   string             `json:"rule_book"`
	Planned   any                `json:"planned_call"`
	Calls     []called           `json:"calls"`
	Decisions []decided          `json:"decisions"`
	// Unusable is the phone as it came, masked, when it cannot be called.
	Unusable string `json:"unusable_phone,omitempty"`

	names []string // of the facts, in order
}

// decided is one decision about the lead.
type decided struct {
	ID      string `json:"id"` // for explain --decision
	Slot    string `json:"slot"`
	Group   string `json:"group"`
	Result  string `json:"result"` // injected, or the reason why not
	Detail  string `json:"detail"`
	Unknown bool   `json:"unknown"`
	Rank    any    `json:"rank"` // nil when the lead had none
	Score   int64  `json:"score"`
	Version string `json:"rule_book"`
}

func runLeadsShow(ctx context.Context, s *session, id string) error {
	lead, err := s.store.Lead(ctx, id)
	if err != nil {
		return err
	}
	planned, err := s.store.PlannedCalls(ctx, []string{id})
	if err != nil {
		return err
	}
	decisions, err := s.store.LeadDecisions(ctx, id)
	if err != nil {
		return err
	}
	out := s.describe(lead)
	if out.Calls, err = s.calls(ctx, id); err != nil {
		return err
	}
	if call, ok := planned[id]; ok {
		out.Planned = map[string]any{
			"id": call.ID, "kind": call.Kind, "due_at": s.local(call.DueAt), "campaign": call.Campaign, "agent": call.Agent, "reason": call.Reason,
		}
	}
	for _, d := range decisions {
		result := d.Reason
		if d.Injected {
			result = "injected"
		}
		rank := orNil(d.Rank, d.Rank != 0)
		out.Decisions = append(out.Decisions, decided{d.ID, d.SlotKey, d.Group, result, d.Detail, d.Unknown, rank, d.Score, d.Version[:min(7, len(d.Version))]})
	}
	if s.Format == terminal.JSON {
		return s.JSON(out)
	}
	return s.printLead(out)
}

// printLead prints the facts that are known, the lines of the score, the calls
// and the decisions.
func (s *session) printLead(out shown) error {
	var facts [][]any
	for _, name := range out.names {
		value := out.Facts[name]
		if name == "contact.phone" && out.Unusable != "" {
			value = fmt.Sprintf("unusable (as it came: %s)", out.Unusable)
		}
		if value != nil && value != "" {
			facts = append(facts, []any{name, value})
		}
	}
	if call, ok := out.Planned.(map[string]any); ok {
		planned := fmt.Sprintf("%v, %v", call["kind"], call["due_at"])
		if call["reason"] != "" {
			planned += fmt.Sprintf(" (%v)", call["reason"])
		}
		facts = append(facts, []any{"planned call", planned})
	}
	if err := s.Table(terminal.Columns("field", "value"), facts); err != nil {
		return err
	}
	if s.Format == terminal.CSV {
		return nil
	}
	s.Printf("\nScore %d at %s (rule book %s)", out.Score, out.At, out.Version)
	sum := int64(0)
	lines := make([][]any, len(out.Breakdown))
	for i, line := range out.Breakdown {
		sum += line.Points
		note := ""
		if line.Unknown {
			note = "could not be evaluated"
		}
		lines[i] = []any{line.Group, line.Rule, line.Points, line.Say, note}
	}
	lines = append(lines, []any{"", "", sum, "adds up to", ""})
	if err := s.Table(terminal.Columns("group", "rule", "points", "say", "note"), lines); err != nil {
		return err
	}
	if err := s.printCalls(out.Calls); err != nil || len(out.Decisions) == 0 {
		return err
	}
	s.Printf("\nDecisions")
	rows := make([][]any, len(out.Decisions))
	for i, d := range out.Decisions {
		rows[i] = []any{d.ID, d.Slot, d.Group, d.Result, d.Detail, d.Rank, d.Score, d.Version}
	}
	return s.Table(terminal.Columns("decision", "slot", "group", "result", "detail", "rank", "score", "rule_book"), rows)
}
