package main

import (
	"context"
	"errors"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/dispatch"
)

// simulateMoment fills the store from the source and does what starts at the
// clock of the command would do.
func (s *session) simulateMoment(ctx context.Context, a *app, source string, o simulateOptions) error {
	var types []string
	if o.campaign != "" {
		types = []string{o.campaign}
	}
	campaigns, err := chosen(s.book, types)
	if err != nil {
		return err
	}
	_, later, err := s.fill(ctx, a, source, calendar.DateOf(s.now.In(s.book.Zone)).String())
	if err != nil {
		return err
	}
	own, err := takeFolder(o.out)
	if err != nil {
		return err
	}
	s.out = o.out
	sim := simulation{session: s, courier: newCourier(own, s.store), later: later, told: newSimulated()}
	reports, err := sim.moment(ctx, campaigns)
	return errors.Join(sim.end(err), sim.report(reports, false))
}

// moment starts the campaigns at the clock of the session, once the leads have
// come in that are there by then.
func (sim *simulation) moment(ctx context.Context, campaigns []*engine.Campaign) ([]dispatch.Report, error) {
	if err := sim.arrive(ctx, sim.now); err != nil {
		return nil, err
	}
	reports, err := sim.session.start(ctx, campaigns)
	return reports, errors.Join(err, sim.injected(ctx, reports, sim.now))
}
