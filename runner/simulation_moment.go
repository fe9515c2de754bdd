package main

import (
	"context"
	"errors"

	"callsheet/engine"
	"callsheet/engine/calendar"
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
	sim := simulation{session: s, courier: newCourier(ctx, own, s.store), later: later, told: newSimulated()}
	return errors.Join(sim.moment(ctx, campaigns), sim.courier.close())
}

// moment starts the campaigns at the clock of the session, once the leads have
// come in that are there by then.
func (sim *simulation) moment(ctx context.Context, campaigns []*engine.Campaign) error {
	if err := sim.arrive(ctx, sim.now); err != nil {
		return err
	}
	reports, err := sim.session.start(ctx, campaigns)
	return errors.Join(err, sim.injected(reports, sim.now), sim.finish(), sim.report(reports, false))
}
