package main

import (
	"slices"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// arrivals are leads that a simulation receives when they were created, because
// that is after its beginning. A nil one holds none.
type arrivals struct {
	from  crm.Instant
	leads []arrival // in order of time once all are there
}

type arrival struct {
	at   crm.Instant
	lead dispatch.Incoming
}

// hold keeps the leads that come in later, and gives back the others.
func (a *arrivals) hold(leads []dispatch.Incoming) []dispatch.Incoming {
	if a == nil {
		return leads
	}
	now := leads[:0]
	for _, incoming := range leads {
		var l crm.Lead
		incoming.Set(&l, true)
		if l.CreatedAt < a.from {
			now = append(now, incoming)
			continue
		}
		a.leads = append(a.leads, arrival{l.CreatedAt, incoming})
	}
	return now
}

func (a *arrivals) sort() {
	slices.SortStableFunc(a.leads, func(x, y arrival) int { return int(max(-1, min(1, x.at-y.at))) })
}

// times lists the moments in [from, until) at which leads come in.
func (a *arrivals) times(from, until time.Time) []time.Time {
	if a == nil {
		return nil
	}
	var all []time.Time
	for _, l := range a.leads {
		if at := l.at.Time(); !at.Before(from) && at.Before(until) && (len(all) == 0 || !all[len(all)-1].Equal(at)) {
			all = append(all, at)
		}
	}
	return all
}

// at is the leads that come in at a moment.
func (a *arrivals) at(at time.Time) []dispatch.Incoming {
	var leads []dispatch.Incoming
	for _, l := range a.leads {
		if l.at == crm.At(at) {
			leads = append(leads, l.lead)
		}
	}
	return leads
}
