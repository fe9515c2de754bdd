package dispatch

import (
	"context"
	"slices"

	"callsheet/runner/internal/crm"
)

// Rehearsal is a desk whose starts decide as those of d would, one after the
// other, and store nothing: a phone that one of them takes is open for the
// next, an agent has the calls got before. Each campaign can be started once;
// leads and scores that it is given go nowhere.
func (d *Desk) Rehearsal() *Desk {
	rehearsed := *d
	rehearsed.Store = &rehearsal{Store: d.Store, calls: map[string]crm.Call{}}
	return &rehearsed
}

// rehearsal is a store that remembers what was claimed of it instead of
// storing it.
type rehearsal struct {
	Store
	calls map[string]crm.Call // injected, by id
	at    crm.Instant         // of the last claim
}

func (r *rehearsal) Claim(_ context.Context, c crm.Claim) error {
	for _, call := range c.Calls {
		r.calls[call.ID] = call
	}
	r.at = c.At
	return nil
}

func (r *rehearsal) PutLeads(context.Context, []crm.Arrival) error { return nil }

func (r *rehearsal) RefreshWallets(context.Context, crm.Instant) error { return nil }

func (r *rehearsal) SaveScores(context.Context, []crm.Scores) error { return nil }

func (r *rehearsal) DueCalls(ctx context.Context, before crm.Instant, after crm.Due, limit int) ([]crm.Due, error) {
	for {
		page, err := r.Store.DueCalls(ctx, before, after, limit)
		if err != nil || len(page) == 0 {
			return page, err
		}
		after = page[len(page)-1]
		page = slices.DeleteFunc(page, func(d crm.Due) bool { return r.calls[d.Call.ID].ID != "" })
		// An empty page would be the end.
		if len(page) > 0 {
			return page, nil
		}
	}
}

func (r *rehearsal) OpenCalls(ctx context.Context, phones []string) (map[string]crm.Call, error) {
	open, err := r.Store.OpenCalls(ctx, phones)
	if err != nil {
		return nil, err
	}
	for _, call := range r.calls {
		open[call.Phone] = call
	}
	return open, nil
}

func (r *rehearsal) OpenByAgent(ctx context.Context) (map[string]int, error) {
	open, err := r.Store.OpenByAgent(ctx)
	if err != nil {
		return nil, err
	}
	for _, call := range r.calls {
		if call.Agent != "" {
			open[call.Agent]++
		}
	}
	return open, nil
}

func (r *rehearsal) Agents(ctx context.Context) (map[string]crm.Agent, error) {
	agents, err := r.Store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	for _, call := range r.calls {
		if call.Agent == "" {
			continue
		}
		a, ok := agents[call.Agent]
		if !ok {
			a = crm.Agent{Username: call.Agent, Active: true, Weight: 1}
		}
		a.LastAssignedAt = crm.Some(r.at)
		agents[call.Agent] = a
	}
	return agents, nil
}
