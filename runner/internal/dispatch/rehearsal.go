package dispatch

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Rehearsal is a desk that decides as d would and stores nothing. Of several
// starts, each knows those before it: a phone that one of them takes is open
// for the next, an agent has the calls got before. Each campaign can be started
// once; leads and scores that it is given go nowhere.
func (d *Desk) Rehearsal() *Desk {
	rehearsed := *d
	rehearsed.Store = &rehearsal{Store: d.Store, calls: map[string]crm.Call{}}
	if d.Brief != nil {
		rehearsed.Brief = &Notes{}
	}
	return &rehearsed
}

// rehearsal is a store that remembers what was claimed of it instead of
// storing it.
type rehearsal struct {
	Store
	calls map[string]crm.Call // injected, by id
	at    crm.Instant         // of the last claim
	// decided is what was decided otherwise than it is stored.
	decided []crm.Decision
}

// Preview rehearses a start of a campaign, a draft too, and gives what it would decide about
// each lead, by slot and lead: the decisions stored for its slots, with those
// that it would take now in their places.
func (d *Desk) Preview(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, at time.Time) ([]Report, map[string][]crm.Decision, error) {
	desk := d.Rehearsal()
	reports, err := start{desk: desk, book: book, c: c, at: at}.decide(ctx)
	if err != nil {
		return nil, nil, err
	}
	bySlot := map[string][]crm.Decision{}
	for _, r := range reports {
		key := slotKey(book, c.Name, r.Slot.Start)
		stored, err := d.Store.Decisions(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		byLead := map[string]crm.Decision{}
		for _, decision := range append(stored, desk.Store.(*rehearsal).decided...) {
			if decision.SlotKey == key {
				byLead[decision.LeadID] = decision
			}
		}
		for _, lead := range slices.Sorted(maps.Keys(byLead)) {
			bySlot[key] = append(bySlot[key], byLead[lead])
		}
	}
	return reports, bySlot, nil
}

func (r *rehearsal) Claim(_ context.Context, c crm.Claim) error {
	for _, call := range c.Calls {
		r.calls[call.ID] = call
	}
	r.at = c.At
	r.decided = append(r.decided, c.Decisions...)
	return nil
}

func (r *rehearsal) Stop(ctx context.Context, s crm.Stop) ([]crm.Stopped, error) {
	s.Rehearse = true
	return r.Store.Stop(ctx, s)
}

func (r *rehearsal) Apply(context.Context, crm.Change) error { return nil }

func (r *rehearsal) PutSuppressions(context.Context, []crm.Suppression) error { return nil }

func (r *rehearsal) PutLeads(context.Context, []crm.Arrival) error { return nil }

func (r *rehearsal) PutLeadsOf(context.Context, crm.Event, []crm.Arrival) error { return nil }

func (r *rehearsal) RefreshWallets(context.Context, crm.Instant) ([]string, error) { return nil, nil }

func (r *rehearsal) EndRange(context.Context, crm.Range, []crm.Scores, []crm.Arrival, crm.Rescored) (bool, error) {
	return true, nil
}

func (r *rehearsal) DueCalls(ctx context.Context, fields []string, before crm.Instant, limit int) iter.Seq2[[]crm.Due, error] {
	return r.unclaimed(r.Store.DueCalls(ctx, fields, before, limit))
}

func (r *rehearsal) Candidates(
	ctx context.Context, fields []string, before crm.Instant, calls, callbacks expression.Where, limit int,
) iter.Seq2[[]crm.Due, error] {
	return r.unclaimed(r.Store.Candidates(ctx, fields, before, calls, callbacks, limit))
}

// unclaimed is pages of planned calls without those that were claimed.
func (r *rehearsal) unclaimed(pages iter.Seq2[[]crm.Due, error]) iter.Seq2[[]crm.Due, error] {
	return func(yield func([]crm.Due, error) bool) {
		for page, err := range pages {
			page = slices.DeleteFunc(page, func(d crm.Due) bool { return r.calls[d.Call.ID].ID != "" })
			if !yield(page, err) {
				return
			}
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
	return r.more(open, func(crm.Call) bool { return true }), err
}

func (r *rehearsal) AssignedOn(ctx context.Context, agents []string, from, until crm.Instant) (map[string]int, error) {
	assigned, err := r.Store.AssignedOn(ctx, agents, from, until)
	return r.more(assigned, func(c crm.Call) bool { return from <= c.NotBefore.V && c.NotBefore.V < until }), err
}

// more adds the claimed calls of each agent to what is stored.
func (r *rehearsal) more(stored map[string]int, counts func(crm.Call) bool) map[string]int {
	all := map[string]int{}
	maps.Copy(all, stored)
	for _, call := range r.calls {
		if call.Agent != "" && counts(call) {
			all[call.Agent]++
		}
	}
	return all
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
