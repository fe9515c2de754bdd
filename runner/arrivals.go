package main

import (
	"cmp"
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
	slices.SortStableFunc(a.leads, func(x, y arrival) int { return cmp.Compare(x.at, y.at) })
}

// within is the leads that come in in [from, until), in order of time.
func (a *arrivals) within(from, until crm.Instant) []arrival {
	if a == nil {
		return nil
	}
	place := func(at crm.Instant) int {
		i, _ := slices.BinarySearchFunc(a.leads, at, func(l arrival, at crm.Instant) int { return cmp.Compare(l.at, at) })
		return i
	}
	return a.leads[place(from):place(until)]
}

// times lists the moments in [from, until) at which leads come in.
func (a *arrivals) times(from, until time.Time) []time.Time {
	var all []time.Time
	for _, l := range a.within(crm.At(from), crm.At(until)) {
		if at := l.at.Time(); len(all) == 0 || !all[len(all)-1].Equal(at) {
			all = append(all, at)
		}
	}
	return all
}

// at is the leads that come in at a moment.
func (a *arrivals) at(at time.Time) []dispatch.Incoming {
	var leads []dispatch.Incoming
	for _, l := range a.within(crm.At(at), crm.At(at)+1) {
		leads = append(leads, l.lead)
	}
	return leads
}
