package main

import (
	"context"
	"errors"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// look is how long a loop sleeps at most before it looks at the clock and at
// the rule book again: a machine that was suspended wakes up in the middle of
// a sleep, and an edit that is refused is told of soon.
const look = time.Second

// loop gives the campaigns that follow others their ticks.
type loop struct {
	*session
	folder string // of the rule book
	clock  func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error

	last    map[string]time.Time // tick, by campaign
	refused time.Time            // of the edit that was warned of last
}

// once is one tick of every campaign that follows another one.
func (l *loop) once(ctx context.Context) error {
	return l.tick(ctx, l.followers(), l.now)
}

// run ticks until ctx ends, and returns why it did. The tick at hand is
// finished. What goes wrong with one is told, and the next one tries again.
func (l *loop) run(ctx context.Context) error {
	if rejected := l.rules.Status().Rejected; rejected != nil {
		l.refused = rejected.At
	}
	for ctx.Err() == nil {
		l.adopt()
		now := l.clock()
		due, wait := l.due(now)
		if len(due) == 0 {
			_ = l.sleep(ctx, wait) // which ends early with ctx
			continue
		}
		if err := l.tick(context.WithoutCancel(ctx), due, now); err != nil {
			l.Warn("%v", err)
		}
	}
	return context.Cause(ctx)
}

// adopt goes on with the rule book that is in force now, and tells of an edit
// that is refused.
func (l *loop) adopt() {
	status := l.rules.Status()
	if book := l.rules.Book(); book != l.book {
		l.book = book
		l.Note("rule book %s is in force", book.Short())
	}
	if status.Rejected != nil && !status.Rejected.At.Equal(l.refused) {
		l.refused = status.Rejected.At
		l.warnOf(l.folder, status)
	}
}

// due are the campaigns whose time has come, and how long to wait when there
// is none. After ticks that were missed there is one, and then the times go on
// as if none had been. A clock that was set back begins anew from there.
func (l *loop) due(now time.Time) (due []*engine.Campaign, wait time.Duration) {
	wait = look
	for _, c := range l.followers() {
		if last, ok := l.last[c.Name]; !ok || now.Before(last) {
			l.last[c.Name] = now.Add(-1)
		}
		next, ok := dispatch.NextTick(l.book, c, l.last[c.Name])
		switch {
		case !ok:
		case next.After(now):
			wait = min(wait, next.Sub(now))
		default:
			due = append(due, c)
		}
	}
	return due, wait
}

func (l *loop) followers() []*engine.Campaign {
	var list []*engine.Campaign
	for _, c := range l.book.InTurn() {
		if c.Follows != "" && c.Mode != engine.Draft {
			list = append(list, c)
		}
	}
	return list
}

// ready says what keeps files from being handed over before anything is
// decided.
func (l *loop) ready() error { return errors.Join(l.noSimulation(), l.unsendable(l.followers())) }

// tick decides, hands over, and tells of the campaigns that got leads.
func (l *loop) tick(ctx context.Context, due []*engine.Campaign, now time.Time) error {
	l.now = now
	for _, c := range due {
		l.last[c.Name] = now
	}
	if err := l.ready(); err != nil {
		return err
	}
	var reports []dispatch.Report
	var all []error
	for _, c := range due {
		got, err := l.desk.Tick(ctx, l.book, c, now)
		reports, all = append(reports, got...), append(all, err)
	}
	return errors.Join(append(all, l.publish(ctx), l.reportTicks(reports))...)
}

// reportTicks prints what ticks injected; nothing when they did not.
func (s *session) reportTicks(reports []dispatch.Report) error {
	var injected []dispatch.Report
	for _, r := range reports {
		for _, g := range r.Groups {
			if g.New > 0 {
				injected = append(injected, r)
				break
			}
		}
	}
	if len(injected) == 0 {
		return nil
	}
	if s.Format != terminal.Table {
		return s.report(injected, false)
	}
	for _, r := range injected {
		for _, g := range r.Groups {
			if g.New > 0 {
				s.Printf("%s %s: %s", s.label(r), g.Group, counts(g))
			}
		}
	}
	return nil
}
