package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

func newLeadsCommand(a *app) *cobra.Command {
	leads := &cobra.Command{Use: "leads", Short: "look at single leads", Args: exactly(0, "a command such as show")}
	leads.AddCommand(&cobra.Command{
		Use:   "show ID",
		Short: "show a lead, how its score adds up, and what was decided about it",
		Args:  exactly(1, "the id of a lead"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(s *session) error { return runLeadsShow(cmd, s, args[0]) })
		},
	})
	return leads
}

// shown is everything that leads show tells of a lead.
type shown struct {
	Facts     map[string]any     `json:"facts"`
	Score     int64              `json:"score"`
	Breakdown []engine.ScoreLine `json:"breakdown"`
	At        string             `json:"scored_now_at"`
	Version   string             `json:"rule_book"`
	Planned   any                `json:"planned_call"`
	Decisions []decided          `json:"decisions"`

	names []string // of the facts, in order
}

// decided is one decision about the lead.
type decided struct {
	Slot    string `json:"slot"`
	Group   string `json:"group"`
	Result  string `json:"result"` // injected, or the reason why not
	Detail  string `json:"detail"`
	Unknown bool   `json:"unknown"`
	Rank    int    `json:"rank"`
	Score   int64  `json:"score"`
	Version string `json:"rule_book"`
}

func runLeadsShow(cmd *cobra.Command, s *session, id string) error {
	lead, err := s.store.Lead(cmd.Context(), id)
	if err != nil {
		return err
	}
	planned, err := s.store.PlannedCalls(cmd.Context(), []string{id})
	if err != nil {
		return err
	}
	decisions, err := s.store.LeadDecisions(cmd.Context(), id)
	if err != nil {
		return err
	}
	out := s.describe(lead)
	if call, ok := planned[id]; ok {
		out.Planned = map[string]any{"id": call.ID, "kind": call.Kind, "due_at": s.local(call.DueAt), "campaign": call.Campaign, "agent": call.Agent}
	}
	for _, d := range decisions {
		result := d.Reason
		if d.Injected {
			result = "injected"
		}
		out.Decisions = append(out.Decisions, decided{d.SlotKey, d.Group, result, d.Detail, d.Unknown, d.Rank, d.Score, d.Version[:7]})
	}
	if s.Format == terminal.JSON {
		return s.JSON(out)
	}
	return s.printLead(out)
}

// describe collects the facts of a lead and scores it now, with its lines.
func (s *session) describe(lead *crm.Lead) shown {
	lines, score := s.desk.Breakdown(s.book, lead, s.now)
	out := shown{
		Facts: map[string]any{}, Score: score, Breakdown: lines, At: s.now.In(s.book.Zone).Format(time.RFC3339),
		Version: s.book.Short(), Decisions: []decided{},
	}
	for _, f := range crm.LeadFields() {
		value := s.fact(f.Of(lead))
		if f.Name == "contact.phone" || f.Name == "contact.phone_national" {
			value = terminal.Mask(fmt.Sprint(value))
		}
		out.Facts[f.Name] = value
		out.names = append(out.names, f.Name)
	}
	for _, f := range s.book.Fields {
		if f.Custom {
			value := lead.Custom[f.Name[len("lead."):]]
			if at, ok := value.(crm.Instant); ok {
				value = s.local(at)
			}
			out.Facts[f.Name] = value
			out.names = append(out.names, f.Name)
		}
	}
	return out
}

// fact is a stored fact as people read it; nil when it is empty.
func (s *session) fact(pointer any) any {
	switch v := pointer.(type) {
	case *string:
		if *v == "" {
			return nil
		}
		return *v
	case *int64:
		return *v
	case *bool:
		return *v
	case *crm.Instant:
		return s.local(*v)
	case *[]string:
		if len(*v) == 0 {
			return nil
		}
		return *v
	case *crm.Maybe[int64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[float64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[bool]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[crm.Instant]:
		return s.when(*v)
	}
	return nil
}

func orNil[T any](value T, filled bool) any {
	if !filled {
		return nil
	}
	return value
}

func (s *session) local(i crm.Instant) string { return i.Time().In(s.book.Zone).Format(time.RFC3339) }

// printLead prints three tables: the facts that are known, the lines of the
// score, and the decisions.
func (s *session) printLead(out shown) error {
	var facts [][]any
	for _, name := range out.names {
		if value := out.Facts[name]; value != nil && value != "" {
			facts = append(facts, []any{name, value})
		}
	}
	if call, ok := out.Planned.(map[string]any); ok {
		facts = append(facts, []any{"planned call", fmt.Sprintf("%v, %v", call["kind"], call["due_at"])})
	}
	if err := s.Table(terminal.Columns("field", "value"), facts); err != nil {
		return err
	}
	if s.Format == terminal.CSV {
		return nil
	}
	s.Printf("\nScore %d at %s (rule book %s)", out.Score, out.At, out.Version)
	lines := make([][]any, len(out.Breakdown))
	for i, line := range out.Breakdown {
		note := ""
		if line.Unknown {
			note = "could not be evaluated"
		}
		lines[i] = []any{line.Group, line.Rule, line.Points, line.Say, note}
	}
	lines = append(lines, []any{"", "", out.Score, "adds up to", ""})
	if err := s.Table(terminal.Columns("group", "rule", "points", "say", "note"), lines); err != nil {
		return err
	}
	if len(out.Decisions) == 0 {
		return nil
	}
	s.Printf("\nDecisions")
	rows := make([][]any, len(out.Decisions))
	for i, d := range out.Decisions {
		rows[i] = []any{d.Slot, d.Group, d.Result, d.Detail, d.Rank, d.Score, d.Version}
	}
	return s.Table(terminal.Columns("slot", "group", "result", "detail", "rank", "score", "rule_book"), rows)
}
