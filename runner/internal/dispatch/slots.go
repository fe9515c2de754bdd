package dispatch

import (
	"context"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// Closed is a holiday that a start had to pass over.
type Closed struct {
	Calendar string
	Groups   []string // those concerned; none: everybody
	Day      calendar.Date
	Holiday  string
}

// slotOf is a slot with the groups that have it.
type slotOf struct {
	slot   calendar.Slot
	groups []string // "" stands for leads that belong to no group
	closed []Closed
}

// slots finds the slot of each group of the campaign, soonest first: groups
// with other holidays may be in another slot.
func (st start) slots(ctx context.Context) ([]slotOf, error) {
	st.known = map[string]bool{}
	var found []slotOf
	for _, g := range append([]*engine.Group{nil}, st.book.Groups...) {
		if g != nil && !st.c.Takes(g.Name) {
			continue
		}
		slot, ok, err := st.slot(ctx, g)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		same := func(s slotOf) bool { return s.slot.Start.Equal(slot.Start) && s.slot.Name == slot.Name }
		i := slices.IndexFunc(found, same)
		if i < 0 {
			i = len(found)
			found = append(found, slotOf{slot: slot, closed: st.closed(g, slot)})
		}
		found[i].add(g, st.book.CalendarOf(g))
	}
	slices.SortStableFunc(found, func(a, b slotOf) int { return a.slot.Start.Compare(b.slot.Start) })
	return found, nil
}

// slot is the slot of a group that runs at the time of the start, or the next
// one, stopped ones left out; for a tick, only one that runs.
func (st start) slot(ctx context.Context, g *engine.Group) (calendar.Slot, bool, error) {
	week := st.book.Week(st.c, g)
	if st.follows() {
		return st.running(ctx, week)
	}
	slot, ok := week.Next(st.at, st.c.MinRemaining)
	for ok {
		stopped, err := st.stopped(ctx, st.c.Name, slot)
		if err != nil || !stopped {
			return slot, err == nil, err
		}
		slot, ok = week.Starting(slot.End, st.at)
	}
	return slot, false, nil
}

// stopped says that a run of the campaign in the slot was stopped, which ends
// the slot for all of its groups.
func (st start) stopped(ctx context.Context, campaign string, slot calendar.Slot) (bool, error) {
	key := slotKey(st.book, campaign, slot.Start)
	if over, asked := st.known[key]; asked {
		return over, nil
	}
	runs, err := st.desk.Store.Runs(ctx, key)
	over := slices.ContainsFunc(runs, func(r crm.Run) bool { return r.State == crm.RunStopped })
	if st.known != nil {
		st.known[key] = over
	}
	return over, err
}

// slotKey is the key of a campaign's slot, which goes by local time.
func slotKey(book *engine.RuleBook, campaign string, start time.Time) string {
	return crm.SlotKey(campaign, start.In(book.Zone))
}

// add gives the slot to a group too, nil standing for no group.
func (s *slotOf) add(g *engine.Group, calendar string) {
	if g == nil {
		s.groups = append(s.groups, "")
		return
	}
	s.groups = append(s.groups, g.Name)
	for i := range s.closed {
		c := &s.closed[i]
		if c.Calendar == calendar && c.Groups != nil {
			c.Groups = append(c.Groups, g.Name)
		}
	}
}

// closed lists the holidays between the start date and the slot that it gets
// on the calendar of a group. Those of the book's own calendar concern
// everybody.
func (st start) closed(g *engine.Group, slot calendar.Slot) []Closed {
	var list []Closed
	name := st.book.CalendarOf(g)
	for _, day := range st.book.Week(st.c, g).Skipped(calendar.DateOf(st.at.In(st.book.Zone)), slot.Date) {
		if day.Holiday == "" {
			continue
		}
		c := Closed{Calendar: name, Day: day.Date, Holiday: day.Holiday}
		if name != st.book.Calendar {
			c.Groups = []string{}
		}
		list = append(list, c)
	}
	return list
}
