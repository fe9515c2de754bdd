package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// report prints what the starts did: a line a group, then the funnel.
func (s *session) report(reports []dispatch.Report, dry bool) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.startedJSON(reports))
	case terminal.CSV:
		return s.startedTable(reports)
	}
	for _, r := range reports {
		s.reportSlot(r)
	}
	if dry {
		s.Note("dry run: nothing stored, nothing written")
	}
	return nil
}

func (s *session) reportSlot(r dispatch.Report) {
	slot := r.Campaign + " " + r.Slot.Start.In(s.book.Zone).Format("2006-01-02 15:04")
	for _, c := range r.Closed {
		if len(c.Groups) == 0 {
			s.Printf("%s: no slot on %s (%s)", slot, c.Day, c.Holiday)
		} else {
			s.Printf("%s: no slot on %s for %s (calendar:%s %s)", slot, c.Day, strings.Join(c.Groups, ", "), c.Calendar, c.Holiday)
		}
	}
	nobody := true
	for _, g := range r.Groups {
		if g.New+g.Already+g.OverCapacity+g.PhoneOpen+g.NoAgent == 0 {
			continue
		}
		nobody = false
		s.Printf("%s %s: %d new, %d already injected, %d over capacity%s", slot, g.Group, g.New, g.Already, g.OverCapacity, others(g))
	}
	if nobody {
		s.Printf("%s: nobody to inject", slot)
	}
	s.Printf("%s funnel: %s", slot, funnelLine(r))
	if len(r.Reasons) > 0 {
		s.Printf("%s left out: %s", slot, leftOutLine(r.Reasons))
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Unknown)) {
		s.Note("%s: %s kept out because %s could not be evaluated", slot, plural(r.Unknown[rule], "lead"), rule)
	}
}

// others are the leads that wait for another reason than capacity.
func others(g dispatch.Started) string {
	var b strings.Builder
	if g.PhoneOpen > 0 {
		fmt.Fprintf(&b, ", %d phone open", g.PhoneOpen)
	}
	if g.NoAgent > 0 {
		fmt.Fprintf(&b, ", %d no agent", g.NoAgent)
	}
	return b.String()
}

func funnelLine(r dispatch.Report) string {
	parts := make([]string, len(r.Funnel.Steps))
	for i, step := range r.Funnel.Steps {
		parts[i] = fmt.Sprintf("%s %d", step.Name, step.Left)
		if i == 0 {
			parts[i] = fmt.Sprintf("%d %s", step.Left, step.Name)
		}
	}
	return strings.Join(parts, " → ")
}

// leftOutLine counts those who stay out by reason, in the order in which the
// reasons are looked for; of conditions and pack rules the most frequent first.
func leftOutLine(reasons map[string]int) string {
	before := []string{engine.WrongType, engine.WrongSegment, engine.NoGroup}
	after := []string{engine.Suppressed, engine.PhoneOpen, engine.NoAgent, engine.OverCapacity}
	byName := slices.DeleteFunc(slices.Collect(maps.Keys(reasons)), func(name string) bool {
		return slices.Contains(before, name) || slices.Contains(after, name)
	})
	slices.SortFunc(byName, mostFirst(reasons))
	var parts []string
	for _, name := range slices.Concat(before, byName, after) {
		if n := reasons[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, n))
		}
	}
	return strings.Join(parts, ", ")
}

// startedJSON is the report for programs.
func (s *session) startedJSON(reports []dispatch.Report) any {
	type group struct {
		Group           string   `json:"group"`
		New             int      `json:"new"`
		AlreadyInjected int      `json:"already_injected"`
		OverCapacity    int      `json:"over_capacity"`
		PhoneOpen       int      `json:"phone_open"`
		NoAgent         int      `json:"no_agent"`
		Files           []string `json:"files"`
	}
	type slot struct {
		Campaign string         `json:"campaign"`
		Slot     string         `json:"slot"`
		Start    time.Time      `json:"start"`
		End      time.Time      `json:"end"`
		Groups   []group        `json:"groups"`
		Funnel   any            `json:"funnel"`
		Reasons  map[string]int `json:"reasons"`
		Unknown  map[string]int `json:"unknown"`
	}
	out := make([]slot, len(reports))
	for i, r := range reports {
		out[i] = slot{
			Campaign: r.Campaign, Slot: r.Slot.Name, Start: r.Slot.Start, End: r.Slot.End, Groups: []group{}, Funnel: r.Funnel.Steps,
			Reasons: r.Reasons, Unknown: r.Unknown,
		}
		for _, g := range r.Groups {
			files := g.Files
			if files == nil {
				files = []string{}
			}
			out[i].Groups = append(out[i].Groups, group{g.Group, g.New, g.Already, g.OverCapacity, g.PhoneOpen, g.NoAgent, files})
		}
	}
	return out
}

func (s *session) startedTable(reports []dispatch.Report) error {
	var rows [][]any
	for _, r := range reports {
		for _, g := range r.Groups {
			rows = append(rows, []any{
				g.Campaign, g.Slot.Start.In(s.book.Zone).Format("2006-01-02T15:04"), g.Group, g.New, g.Already, g.OverCapacity, g.PhoneOpen, g.NoAgent,
			})
		}
	}
	return s.Table(terminal.Columns("campaign", "slot", "group", "new", "already_injected", "over_capacity", "phone_open", "no_agent"), rows)
}
