package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// reportRecovered prints what a recovery did: a sentence for people, and a
// line for each rule that moved leads to a later day; a row a lead for
// programs.
func (s *session) reportRecovered(got dispatch.Recovered, dry bool) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.recoveredJSON(got))
	case terminal.CSV:
		return s.recoveredTable(got)
	}
	text := fmt.Sprintf("recovered %d", len(got.Calls))
	if skipped := s.skipped(got.Skipped); skipped != "" {
		text += "; skipped " + skipped
	}
	s.Printf("%s", text)
	moved := map[string]int{}
	for _, call := range got.Calls {
		if call.Reason != "" {
			moved[call.Reason]++
		}
	}
	for _, why := range slices.Sorted(maps.Keys(moved)) {
		s.Printf("%s: %d", why, moved[why])
	}
	if dry {
		s.Note("dry run: nothing stored")
	}
	return nil
}

// skipped counts the leads left alone by reason: those of rules/recovery.yaml
// in its order, then those of the program and of the packs.
func (s *session) skipped(reasons map[string]int) string {
	var order []string
	for _, c := range slices.Concat(s.book.Recovery.Include, s.book.Recovery.Exclude) {
		order = append(order, c.Name)
	}
	order = append(order, engine.Suppressed, engine.NoCampaign, engine.InvalidPhone)
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		if name != dispatch.MaxPerRun && !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	var parts []string
	for _, name := range append(order, dispatch.MaxPerRun) {
		if n := reasons[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, n))
		}
	}
	return strings.Join(parts, ", ")
}

// recoveredJSON is the report for programs.
func (s *session) recoveredJSON(got dispatch.Recovered) any {
	type lead struct {
		Lead     string `json:"lead"`
		Call     string `json:"call"`
		Kind     string `json:"kind"`
		Campaign string `json:"campaign"`
		DueAt    string `json:"due_at"`
		Reason   string `json:"reason"`
	}
	out := struct {
		Recovered int            `json:"recovered"`
		Leads     []lead         `json:"leads"`
		Skipped   map[string]int `json:"skipped"`
	}{len(got.Calls), make([]lead, len(got.Calls)), got.Skipped}
	for i, c := range got.Calls {
		out.Leads[i] = lead{c.LeadID, c.ID, c.Kind, c.Campaign, s.local(c.DueAt), c.Reason}
	}
	return out
}

func (s *session) recoveredTable(got dispatch.Recovered) error {
	rows := make([][]any, len(got.Calls))
	for i, c := range got.Calls {
		rows[i] = []any{c.LeadID, c.ID, c.Kind, c.Campaign, s.local(c.DueAt), c.Reason}
	}
	return s.Table(terminal.Columns("lead", "call", "kind", "campaign", "due_at", "reason"), rows)
}
