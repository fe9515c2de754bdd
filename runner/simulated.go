package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// simulated is what came of a simulation.
type simulated struct {
	days    map[dayOf]*dayCount
	reasons map[string]int // leads left out at a start, by reason
	// arrived are the leads that came in meanwhile, recovered those that were
	// planned again after somebody forgot them.
	arrived, recovered, files int
	first, last               string // day
}

// lived notes a day on which something could happen.
func (sim *simulated) lived(day string) {
	if sim.first == "" {
		sim.first = day
	}
	sim.last = day
}

type dayOf struct{ day, campaign string }

// dayCount is a campaign's day.
type dayCount struct {
	injected, called, reached, recycled, blocked int
	waited                                       []time.Duration // of new leads, from arrival to injection
}

func newSimulated() simulated {
	return simulated{days: map[dayOf]*dayCount{}, reasons: map[string]int{}}
}

func (sim *simulated) count(day, campaign string) *dayCount {
	key := dayOf{day, campaign}
	if sim.days[key] == nil {
		sim.days[key] = &dayCount{}
	}
	return sim.days[key]
}

// started counts one start. Leads of another type or segment are the business
// of other campaigns and not left out; ticks come so often that whom they leave
// out says nothing.
func (sim *simulated) started(day string, r dispatch.Report) {
	for _, g := range r.Groups {
		if g.New > 0 {
			sim.count(day, g.Campaign).injected += g.New
		}
	}
	if !r.Tick.IsZero() {
		return
	}
	for reason, n := range r.Reasons {
		switch reason {
		case engine.WrongType, engine.WrongSegment:
			continue
		case engine.PhoneOpen, engine.NoAgent, engine.OverCapacity, string(engine.Shadow):
		default:
			sim.count(day, r.Campaign).blocked += n
		}
		sim.reasons[reason] += n
	}
}

// ended counts a call that was made.
func (sim *simulated) ended(day, campaign string, r *crm.Record) {
	count := sim.count(day, campaign)
	count.called++
	if r.TalkSeconds.V > 0 {
		count.reached++
	}
}

// printSimulation prints a row for each day of a campaign, and for people a
// summary of reasons.
func (s *session) printSimulation(sim *simulated) error {
	columns := terminal.Columns("day", "campaign", "injected", "called", "reached", "recycled", "blocked", "speed_to_lead")
	place := map[string]int{}
	for i, c := range s.book.Campaigns {
		place[c.Name] = i
	}
	keys := slices.SortedFunc(maps.Keys(sim.days), func(a, b dayOf) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(place[a.campaign], place[b.campaign]))
	})
	var rows [][]any
	injected := 0
	for _, key := range keys {
		c := sim.days[key]
		injected += c.injected
		if c.injected+c.called+c.recycled+c.blocked == 0 {
			continue
		}
		rows = append(rows, []any{key.day, key.campaign, c.injected, c.called, c.reached, c.recycled, c.blocked, median(c.waited)})
	}
	if err := s.Table(columns, rows); err != nil {
		return err
	}
	var reasons [][]any
	for _, reason := range slices.SortedFunc(maps.Keys(sim.reasons), mostFirst(sim.reasons)) {
		reasons = append(reasons, []any{reason, sim.reasons[reason]})
	}
	if err := s.summary(terminal.Columns("reason", "left_out"), reasons); err != nil {
		return err
	}
	days := sim.first
	if sim.last != sim.first {
		days += " to " + sim.last
	}
	s.Note("%s: %s injected in %s below %s; %s came in, %d recovered (rule book %s)", days, plural(injected, "call"), plural(sim.files, "file"), s.out,
		plural(sim.arrived, "lead"), sim.recovered, s.book.Short())
	return nil
}

// median is the middle of durations, in words; nothing when there are none.
func median(all []time.Duration) any {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	middle := all[(len(all)-1)/2]
	switch {
	case middle < time.Minute:
		return fmt.Sprintf("%ds", middle/time.Second)
	case middle < time.Hour:
		return fmt.Sprintf("%dm%02ds", middle/time.Minute, middle%time.Minute/time.Second)
	}
	return fmt.Sprintf("%dh%02dm", middle/time.Hour, middle%time.Hour/time.Minute)
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
