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
	slot := s.label(r)
	for _, c := range r.Closed {
		if len(c.Groups) == 0 {
			s.Printf("%s: no slot on %s (%s)", slot, c.Day, c.Holiday)
		} else {
			s.Printf("%s: no slot on %s for %s (calendar:%s %s)", slot, c.Day, strings.Join(c.Groups, ", "), c.Calendar, c.Holiday)
		}
	}
	nobody := true
	for _, g := range r.Groups {
		if g.New+g.Already+g.OverCapacity+g.PhoneOpen+g.NoAgent+g.Would == 0 {
			continue
		}
		nobody = false
		s.Printf("%s %s: %s", slot, g.Group, counts(g))
	}
	if r.Mode == engine.Shadow {
		s.Note("%s: a shadow, nobody is called", slot)
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

// label names what was started: a campaign and a slot, or a tick.
func (s *session) label(r dispatch.Report) string {
	if !r.Tick.IsZero() {
		return r.Campaign + " " + r.Tick.In(s.book.Zone).Format("2006-01-02 15:04:05")
	}
	return r.Campaign + " " + r.Slot.Start.In(s.book.Zone).Format("2006-01-02 15:04")
}

// counts are the leads of a group: injected, waiting, and how long those had
// waited that a tick injects.
func counts(g dispatch.Started) string {
	var b strings.Builder
	if g.Would > 0 {
		fmt.Fprintf(&b, "%d would be called, ", g.Would)
	}
	fmt.Fprintf(&b, "%d new, %d already injected, %d over capacity", g.New, g.Already, g.OverCapacity)
	if g.PhoneOpen > 0 {
		fmt.Fprintf(&b, ", %d phone open", g.PhoneOpen)
	}
	if g.NoAgent > 0 {
		fmt.Fprintf(&b, ", %d no agent", g.NoAgent)
	}
	if len(g.Waited) > 0 {
		half, most := seconds(g.Waited, 50), seconds(g.Waited, 90)
		fmt.Fprintf(&b, ", latency %d s", half)
		if most != half {
			fmt.Fprintf(&b, " (p90 %d s)", most)
		}
	}
	return b.String()
}

// seconds is a percentile of sorted lengths of time, by nearest rank, in whole
// seconds.
func seconds(sorted []time.Duration, percent int) int {
	rank := (len(sorted)*percent + 99) / 100
	return int(sorted[rank-1] / time.Second)
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
	before := []string{engine.WrongType, engine.WrongSegment, engine.NoGroup, engine.OutOfCanary}
	after := []string{engine.Suppressed, engine.PhoneOpen, engine.NoAgent, engine.OverCapacity, string(engine.Shadow)}
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
	type latency struct {
		P50 int `json:"p50"`
		P90 int `json:"p90"`
	}
	type group struct {
		Group           string   `json:"group"`
		New             int      `json:"new"`
		AlreadyInjected int      `json:"already_injected"`
		OverCapacity    int      `json:"over_capacity"`
		PhoneOpen       int      `json:"phone_open"`
		NoAgent         int      `json:"no_agent"`
		Files           []string `json:"files"`
		Would           int      `json:"would_call,omitempty"` // of a shadow
		Latency         *latency `json:"latency_seconds,omitempty"`
	}
	type slot struct {
		Campaign string         `json:"campaign"`
		Mode     engine.Mode    `json:"mode"`
		Slot     string         `json:"slot"`
		Tick     *time.Time     `json:"tick,omitempty"`
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
			Campaign: r.Campaign, Mode: r.Mode, Slot: r.Slot.Name, Start: r.Slot.Start, End: r.Slot.End, Groups: []group{}, Funnel: r.Funnel.Steps,
			Reasons: r.Reasons, Unknown: r.Unknown,
		}
		if !r.Tick.IsZero() {
			tick := r.Tick.UTC()
			out[i].Tick = &tick
		}
		for _, g := range r.Groups {
			told := group{g.Group, g.New, g.Already, g.OverCapacity, g.PhoneOpen, g.NoAgent, orEmpty(g.Files), g.Would, nil}
			if len(g.Waited) > 0 {
				told.Latency = &latency{seconds(g.Waited, 50), seconds(g.Waited, 90)}
			}
			out[i].Groups = append(out[i].Groups, told)
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
