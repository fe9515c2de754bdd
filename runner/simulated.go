package main

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// simulated is what came of a simulation.
type simulated struct {
	rows    [][]any        // a group in a slot each
	calls   map[string]int // injected, by campaign
	reasons map[string]int // leads left out at a start, by reason
	files   int
}

// add counts one start. Leads of another type or segment are the business of
// other campaigns and not left out.
func (sim *simulated) add(day calendar.Date, at string, r dispatch.Report) {
	for _, g := range r.Groups {
		waiting := g.OverCapacity + g.PhoneOpen + g.NoAgent
		if g.New+waiting == 0 {
			continue
		}
		sim.rows = append(sim.rows, []any{day.String(), at, g.Campaign, g.Group, g.New, waiting})
		sim.calls[g.Campaign] += g.New
	}
	for reason, n := range r.Reasons {
		if reason != "lead_type" && reason != "segment" {
			sim.reasons[reason] += n
		}
	}
}

// printSimulation prints a row for each group that had calls, and for people a
// summary of campaigns and reasons.
func (s *session) printSimulation(sim *simulated) error {
	columns := terminal.Columns("day", "slot", "campaign", "group", "injected", "waiting")
	if err := s.Table(columns, sim.rows); err != nil {
		return err
	}
	injected := 0
	var calls, reasons [][]any
	for _, c := range s.book.Campaigns {
		if n := sim.calls[c.Name]; n > 0 {
			calls = append(calls, []any{c.Name, n})
			injected += n
		}
	}
	for _, reason := range slices.SortedFunc(maps.Keys(sim.reasons), mostFirst(sim.reasons)) {
		reasons = append(reasons, []any{reason, sim.reasons[reason]})
	}
	err := errors.Join(s.summary(terminal.Columns("campaign", "calls"), calls), s.summary(terminal.Columns("reason", "left_out"), reasons))
	if err != nil {
		return err
	}
	s.Note("%s injected in %s below %s (rule book %s)", plural(injected, "call"), plural(sim.files, "file"), s.out, s.book.Short())
	return nil
}

// mostFirst orders names by their counts, equal ones by name.
func mostFirst(counts map[string]int) func(a, b string) int {
	return func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) }
}

// summary prints a further table for people, when there is something in it.
func (s *session) summary(columns []terminal.Column, rows [][]any) error {
	if s.Format != terminal.Table || len(rows) == 0 {
		return nil
	}
	s.Printf("")
	return s.Table(columns, rows)
}
