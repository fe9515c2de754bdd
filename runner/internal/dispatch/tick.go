package dispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// Tick is one tick of a campaign that follows another one: a start of it in
// the slot that runs, with its own maximum for each tick and group; its calls
// do not count toward that of the followed one. Outside of all slots, and in
// one that was stopped, there is nothing to do and no report.
func (d *Desk) Tick(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, at time.Time) ([]Report, error) {
	if c.Follows == "" {
		return nil, fmt.Errorf("tick of %s: it follows no other campaign, so that it can only be started", c.Name)
	}
	return d.Start(ctx, book, c, at)
}

// NextTick is the first tick of a campaign after an instant: ticks come at
// multiples of its interval, counted from the start of each slot, on the
// calendar of any of its groups. It is false when it has no slot within two
// years.
func NextTick(book *engine.RuleBook, c *engine.Campaign, after time.Time) (next time.Time, ok bool) {
	for _, g := range append([]*engine.Group{nil}, book.Groups...) {
		if g != nil && !c.Takes(g.Name) {
			continue
		}
		week := book.Week(c, g)
		slot, found := week.Next(after, 0)
		tick := slot.Start
		if found && !tick.After(after) {
			tick = tick.Add((after.Sub(tick)/c.Every + 1) * c.Every)
			if !slot.Contains(tick) {
				slot, found = week.Starting(slot.End, after)
				tick = slot.Start
			}
		}
		if found && (!ok || tick.Before(next)) {
			next, ok = tick, true
		}
	}
	return next, ok
}

// follows says that the start is a tick.
func (st start) follows() bool { return st.c.Follows != "" }

// running is the slot of a tick: one that was stopped, for the followed
// campaign or for this one, is over.
func (st start) running(ctx context.Context, week *calendar.Week) (calendar.Slot, bool, error) {
	slot, ok := week.Containing(st.at)
	if !ok {
		return slot, false, nil
	}
	over, err := st.over(ctx, slot)
	return slot, err == nil && !over, err
}

// taken finds the names of the slot's files, where there will be more: those of
// ticks follow from the second, and in one second there may be two.
func (sel *selection) taken(ctx context.Context) error {
	if !sel.follows() || !slices.ContainsFunc(sel.inOrder(), func(r *run) bool { return len(r.calls) > 0 }) {
		return nil
	}
	files, err := sel.desk.Store.Files(ctx, sel.key)
	sel.names = make(map[string]bool, len(files))
	for _, f := range files {
		sel.names[f.Name] = true
	}
	return err
}

// tickName names a file of the tick.
func (sel *selection) tickName(group string) string {
	base := fmt.Sprintf("%s/%s-%s", sel.c.Name, sel.at.In(sel.book.Zone).Format("20060102-150405"), group)
	name := base + ".csv"
	for n := 2; sel.names[name]; n++ {
		name = fmt.Sprintf("%s-%02d.csv", base, n)
	}
	sel.names[name] = true
	return name
}

// waited is how long those leads of a run waited from their arrival to their
// first call, shortest first.
func (sel *selection) waited(r *run) []time.Duration {
	var waits []time.Duration
	for _, c := range r.calls {
		if call := &c.due.Call; call.Kind == crm.KindPlan && call.RecycledFrom == "" {
			waits = append(waits, sel.at.Sub(c.due.Lead.CreatedAt.Time()))
		}
	}
	slices.Sort(waits)
	return waits
}
