package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// simulation is whole days at a virtual clock: what the service would do at
// its times, with a model of agents and of those who answer.
type simulation struct {
	*session
	courier *courier
	model   model
	later   *arrivals
	told    simulated
}

// moment is something that happens at a time of a day. Of several at one time,
// the one of the lower turn comes first.
type moment struct {
	at   time.Time
	turn int
	do   func(ctx context.Context, at time.Time) error
}

// Turns, in the order in which a moment's things happen.
const (
	turnStop = iota
	turnRecover
	turnStart
	turnTick
)

// run simulates a number of days that have slots, beginning with the first
// that has some.
func (sim *simulation) run(ctx context.Context, first calendar.Date, days int) error {
	advance, done := sim.progress("simulating", int64(days), 5)
	defer done()
	// Runs that somebody left open are no part of these days.
	if _, err := sim.desk.Stop(ctx, sim.book, sim.midnight(first), dispatch.StopOptions{}); err != nil {
		return err
	}
	idle := 0
	for day := first; days > 0; day = day.AddDays(1) {
		starts := sim.starts(day)
		if len(starts) == 0 {
			if idle++; idle > 366 {
				return fmt.Errorf("no campaign has a slot in the year before %s", day)
			}
			continue
		}
		idle = 0
		days--
		sim.told.lived(day.String())
		for _, m := range sim.moments(day, starts) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := errors.Join(sim.arrive(ctx, m.at), m.do(ctx, m.at)); err != nil {
				return err
			}
		}
		if err := sim.arrive(ctx, sim.midnight(day.AddDays(1)).Add(-time.Millisecond)); err != nil {
			return err
		}
		advance(1)
	}
	return nil
}

// end waits for the files. err is what the simulation ended with.
func (sim *simulation) end(err error) error {
	files, closing := sim.courier.close()
	sim.told.files = files
	if errors.Is(err, errUnwritten) {
		return closing
	}
	return errors.Join(err, closing)
}

// moments lists what happens on a day, in order.
func (sim *simulation) moments(day calendar.Date, starts []start) []moment {
	var all []moment
	from, until := sim.midnight(day), sim.midnight(day.AddDays(1))
	for _, job := range sim.book.Jobs {
		if job.Name != "recover-forgotten-lead" || !job.Days.Has(day.Weekday()) || job.Every > 0 {
			continue
		}
		if at, _, err := day.At(job.At, sim.book.Zone, calendar.Policy{}); err == nil {
			all = append(all, moment{at, turnRecover, sim.recover})
		}
	}
	ends := map[time.Time][]string{} // campaigns whose slot ends
	for _, st := range starts {
		ends[st.slot.End] = append(ends[st.slot.End], st.campaign.Name)
	}
	for len(starts) > 0 {
		at, together := starts[0].slot.Start, []*engine.Campaign{}
		for len(starts) > 0 && starts[0].slot.Start.Equal(at) {
			together, starts = append(together, starts[0].campaign), starts[1:]
		}
		all = append(all, moment{at, turnStart, func(ctx context.Context, at time.Time) error { return sim.start(ctx, together, at) }})
	}
	for end, names := range ends {
		all = append(all, moment{end.Add(-time.Minute), turnStop, func(ctx context.Context, at time.Time) error {
			return sim.stop(ctx, names, end, at)
		}})
	}
	for _, c := range sim.book.Campaigns {
		if c.Follows == "" || c.Mode == engine.Draft {
			continue
		}
		for at, ok := dispatch.NextTick(sim.book, c, from.Add(-time.Millisecond)); ok && at.Before(until); at, ok = dispatch.NextTick(sim.book, c, at) {
			all = append(all, moment{at, turnTick, func(ctx context.Context, at time.Time) error { return sim.tick(ctx, c, at) }})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.turn, b.turn)) })
	return all
}

// start is one campaign at the beginning of one slot.
type start struct {
	campaign *engine.Campaign
	slot     calendar.Slot
}

// starts lists the slots of a day, each campaign once per beginning, in the
// order of time and then in their turn.
func (s *session) starts(day calendar.Date) []start {
	var all []start
	for _, c := range s.book.InTurn() {
		if c.Follows != "" || c.Mode == engine.Draft {
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
	slices.SortStableFunc(all, func(a, b start) int { return a.slot.Start.Compare(b.slot.Start) })
	return all
}

// midnight is the beginning of a local day.
func (s *session) midnight(day calendar.Date) time.Time {
	return day.Begin(s.book.Zone)
}

func (sim *simulation) start(ctx context.Context, campaigns []*engine.Campaign, at time.Time) error {
	reports, err := sim.desk.StartTogether(ctx, sim.book, campaigns, at)
	if err != nil {
		return err
	}
	return sim.injected(ctx, reports, at)
}

func (sim *simulation) tick(ctx context.Context, c *engine.Campaign, at time.Time) error {
	reports, err := sim.desk.Tick(ctx, sim.book, c, at)
	if err != nil {
		return err
	}
	return sim.injected(ctx, reports, at)
}

func (sim *simulation) injected(ctx context.Context, reports []dispatch.Report, at time.Time) error {
	for _, r := range reports {
		sim.told.started(sim.day(at), r)
	}
	return sim.courier.send(ctx, at)
}

func (sim *simulation) recover(ctx context.Context, at time.Time) error {
	recovered, err := sim.desk.Recover(ctx, sim.book, at)
	sim.told.recovered += len(recovered.Calls)
	return err
}

// stop lets the agents make the calls of the slot that ends, hears what came
// of them, and stops the campaigns.
func (sim *simulation) stop(ctx context.Context, campaigns []string, end, at time.Time) error {
	calls, err := sim.made(ctx, campaigns, end, at)
	if err != nil {
		return err
	}
	reports := sim.model.records(calls)
	ended, err := sim.desk.CallsEnded(ctx, sim.book, reports, at)
	if err != nil {
		return err
	}
	for i := range ended {
		sim.told.ended(sim.day(at), calls[i].campaign, &reports[i])
	}
	report, err := sim.desk.Stop(ctx, sim.book, at, dispatch.StopOptions{Types: campaigns})
	if err != nil {
		return err
	}
	for _, r := range report.Runs {
		sim.told.count(sim.day(at), r.Campaign).recycled += len(r.Recycled)
	}
	return sim.courier.send(ctx, at)
}

func (sim *simulation) day(at time.Time) string {
	return calendar.DateOf(at.In(sim.book.Zone)).String()
}

// arrive receives the leads that came in since the moment before: nobody asked
// for them in between.
func (sim *simulation) arrive(ctx context.Context, at time.Time) error {
	leads := sim.later.until(crm.At(at))
	receiver := sim.desk.Receiver(sim.book)
	for chunk := range slices.Chunk(leads, dispatch.MaxReceive) {
		if _, err := receiver.Receive(ctx, chunk, at); err != nil {
			return err
		}
	}
	sim.told.arrived += len(leads)
	return nil
}
