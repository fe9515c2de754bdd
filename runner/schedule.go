package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// lastMinute is how long before the end of its slot a campaign is stopped.
const lastMinute = time.Minute

// schedule does by itself what a crontab would do: it starts each campaign at
// the beginning of its slots and stops it a minute before their end, gives the
// campaigns that follow others their ticks, and runs the jobs of the rule book.
// Starts, stops and jobs have their time once a minute. What to stop, it asks
// the database, so that what was missed is made good.
type schedule struct {
	*loop
	log  *slog.Logger
	jobs map[string]func(context.Context, *session) error // the commands that there are, by name

	minute  time.Time            // that was seen to last
	day     calendar.Date        // likewise
	started map[string]time.Time // beginning of the slot started last, by campaign
	ran     map[string]time.Time // time for which a job ran last, by name
}

// newSchedule prepares the schedule of a session. It prints to the log.
func newSchedule(a *app, s *session, clock func() time.Time, log *slog.Logger) *schedule {
	prints := &terminal.Terminal{Out: journal{log}, Err: journal{log}, Format: terminal.Table}
	return &schedule{
		loop: &loop{session: s.at(clock(), prints), folder: a.rules, clock: clock, sleep: sleep},
		log:  log,
		jobs: map[string]func(context.Context, *session) error{
			"rescore":                func(ctx context.Context, s *session) error { return runRescore(ctx, a, s) },
			"purge":                  func(ctx context.Context, s *session) error { return runPurge(ctx, a, s, usual()) },
			"recover-forgotten-lead": func(ctx context.Context, s *session) error { return runRecover(ctx, s, false) },
		},
	}
}

// stand keeps the schedule whenever no other process does, until ctx ends.
func (sc *schedule) stand(ctx context.Context, g *guard) {
	waits := false
	for ctx.Err() == nil {
		lease, err := g.take(ctx)
		if err != nil {
			if !waits && ctx.Err() == nil {
				sc.log.Warn("the schedule waits", "reason", err)
			}
			waits = true
			_ = sc.sleep(ctx, leaseBeat) // which ends early with ctx
			continue
		}
		waits = false
		sc.log.Info("this service keeps the schedule")
		err = g.hold(ctx, lease, func(ctx context.Context) error {
			if err := sc.run(ctx); errors.Is(err, errLeaseLost) {
				return err
			}
			return nil // the service ends
		})
		if err != nil {
			sc.log.Error("the schedule is given up", "error", err)
		}
	}
}

// run keeps the schedule until ctx ends, and returns why it did. What is at
// hand is finished. What goes wrong is told, and tried again when its time
// comes next.
func (sc *schedule) run(ctx context.Context) error {
	begun := sc.clock()
	sc.last, sc.started, sc.ran, sc.minute = map[string]time.Time{}, map[string]time.Time{}, map[string]time.Time{}, time.Time{}
	for ctx.Err() == nil {
		sc.now, sc.book = sc.clock(), sc.rules.Book()
		work := context.WithoutCancel(ctx)
		if minute := sc.now.Truncate(time.Minute); !minute.Equal(sc.minute) {
			sc.minute = minute
			sc.announce()
			sc.warn(sc.stops(work))
			sc.starts(work)
			sc.runJobs(work, begun)
		}
		due, wait := sc.due(sc.now)
		if len(due) > 0 {
			sc.warn(sc.tick(work, due, sc.now))
			continue
		}
		_ = sc.sleep(ctx, min(wait, sc.minute.Add(time.Minute).Sub(sc.now))) // which ends early with ctx
	}
	return context.Cause(ctx)
}

func (sc *schedule) warn(err error) {
	if err != nil {
		sc.Warn("%v", err)
	}
}

// stops stops the campaigns of which a run is in its last minute or over. One
// that runs in another slot at the same time is left alone: a stop would end
// that too, and what was forgotten is found by the next one.
func (sc *schedule) stops(ctx context.Context) error {
	open, err := sc.store.OpenRuns(ctx)
	if err != nil {
		return err
	}
	due, busy := []string{}, map[string]bool{}
	for _, r := range open {
		name := r.Campaign
		if c, ok := sc.book.Campaign(name); ok && c.Follows != "" {
			name = c.Follows
		}
		switch {
		case sc.now.Before(r.SlotStart.Time()):
		case sc.now.Before(r.SlotEnd.Time().Add(-lastMinute)):
			busy[name] = true
		default:
			due = append(due, name)
		}
	}
	var types []string
	for _, name := range due {
		if _, known := sc.book.Campaign(name); known && !busy[name] {
			types = append(types, name)
		}
	}
	if len(types) == 0 {
		return nil
	}
	return runStop(ctx, sc.session, stopOptions{types: types})
}

// starts starts every campaign whose slot has begun, once for each slot, also
// when the service itself begins in the middle of it. A start that fails is
// tried again a minute later.
func (sc *schedule) starts(ctx context.Context) {
	for _, c := range sc.book.InTurn() {
		slot, ok := sc.running(c)
		if !ok || sc.started[c.Name].Equal(slot.Start) {
			continue
		}
		stopped, err := sc.stopped(ctx, c, slot)
		if err == nil && !stopped {
			err = runStart(ctx, sc.session, startOptions{types: []string{c.Name}})
		}
		if err == nil {
			sc.started[c.Name] = slot.Start
		}
		sc.warn(err)
	}
}

// running is the slot of a campaign that any of its groups is in, as long as
// enough of it is left to start it: a start would take the next one else.
func (sc *schedule) running(c *engine.Campaign) (slot calendar.Slot, ok bool) {
	if c.Follows != "" || c.Mode == engine.Draft {
		return slot, false
	}
	for _, g := range append([]*engine.Group{nil}, sc.book.Groups...) {
		if g != nil && !c.Takes(g.Name) {
			continue
		}
		slot, ok = sc.book.Week(c, g).Containing(sc.now)
		if ok && slot.End.Sub(sc.now) > max(c.MinRemaining, lastMinute) {
			return slot, true
		}
	}
	return slot, false
}

// stopped says that somebody has stopped the campaign in the slot: then the
// slot is over, and a start would take the next one.
func (sc *schedule) stopped(ctx context.Context, c *engine.Campaign, slot calendar.Slot) (bool, error) {
	runs, err := sc.store.Runs(ctx, crm.SlotKey(c.Name, slot.Start.In(sc.book.Zone)))
	for _, r := range runs {
		if r.State == crm.RunStopped {
			return true, err
		}
	}
	return false, err
}

// runJobs runs the jobs whose time has come since they ran last, or since the
// schedule was begun.
func (sc *schedule) runJobs(ctx context.Context, begun time.Time) {
	for _, job := range sc.book.Jobs {
		do, ok := sc.jobs[job.Name]
		if !ok {
			continue
		}
		last, ran := sc.ran[job.Name]
		if !ran {
			last = begun
		}
		at, ok := occurrence(job, sc.now, sc.book.Zone)
		if !ok || !at.After(last) {
			continue
		}
		sc.ran[job.Name] = at
		if err := do(ctx, sc.session); err != nil {
			sc.warn(fmt.Errorf("job %s: %w", job.Name, err))
		}
	}
}

// occurrence is the last time of a job on the local day of now, up to now.
func occurrence(job engine.Job, now time.Time, zone *time.Location) (at time.Time, ok bool) {
	day := calendar.DateOf(now.In(zone))
	if !job.Days.Has(day.Weekday()) {
		return at, false
	}
	at, _, err := day.At(job.At, zone, calendar.Policy{})
	if err != nil || at.After(now) {
		return at, false
	}
	if job.Every > 0 {
		at = at.Add(now.Sub(at).Truncate(job.Every))
	}
	return at, true
}
