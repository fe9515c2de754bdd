package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/dialer"
)

// start is one campaign at the beginning of one slot.
type start struct {
	campaign *engine.Campaign
	slot     calendar.Slot
}

// simulate starts every campaign at the beginning of each of its slots, for a
// number of days that have slots, and prints what came of it.
func (s *session) simulate(ctx context.Context, folder *ownFolder, first calendar.Date, days int) error {
	sim := simulated{calls: map[string]int{}, reasons: map[string]int{}}
	idle := 0
	for day := first; days > 0; day = day.AddDays(1) {
		starts := s.starts(day)
		if len(starts) == 0 {
			if idle++; idle > 366 {
				return fmt.Errorf("no campaign has a slot in the year before %s", day)
			}
			continue
		}
		idle = 0
		days--
		for _, st := range starts {
			reports, err := s.desk.Start(ctx, s.book, st.campaign, st.slot.Start)
			if err != nil {
				return err
			}
			// Listed first: what is written and not listed would be nobody's.
			if err := folder.list(reports); err != nil {
				return err
			}
			published, err := (&dialer.Publisher{Store: s.store, Out: s.out}).Drain(ctx, st.slot.Start)
			if err != nil {
				return err
			}
			sim.files += len(published)
			for _, r := range reports {
				sim.add(day, st.slot.Start.In(s.book.Zone).Format("15:04"), r)
			}
		}
	}
	return s.printSimulation(&sim)
}

// starts lists the slots of a day, each campaign once per beginning, in the
// order of time and then of campaigns.yaml.
func (s *session) starts(day calendar.Date) []start {
	var all []start
	for _, c := range s.book.Campaigns {
		if c.Follows != "" {
			continue
		}
		groups := []*engine.Group{nil}
		groups = append(groups, s.book.Groups...)
		for _, g := range groups {
			if g != nil && !c.Takes(g.Name) {
				continue
			}
			for _, slot := range s.book.Week(c, g).On(day) {
				same := func(st start) bool { return st.campaign == c && st.slot.Start.Equal(slot.Start) }
				if !slices.ContainsFunc(all, same) {
					all = append(all, start{c, slot})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b start) int { return cmp.Compare(a.slot.Start.UnixMilli(), b.slot.Start.UnixMilli()) })
	return all
}
