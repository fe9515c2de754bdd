package main

import (
	"cmp"
	"slices"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// arrivals are leads that a simulation receives when they were created, because
// that is after its beginning. A nil one holds none.
type arrivals struct {
	from  crm.Instant
	leads []arrival // in order of time once all are there
	given int       // how many of them were received
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

// until is the leads that come in up to a moment and were not given before.
func (a *arrivals) until(at crm.Instant) []dispatch.Incoming {
	if a == nil {
		return nil
	}
	var leads []dispatch.Incoming
	for ; a.given < len(a.leads) && a.leads[a.given].at <= at; a.given++ {
		leads = append(leads, a.leads[a.given].lead)
	}
	return leads
}
