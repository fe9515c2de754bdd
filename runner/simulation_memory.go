package main

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// memory is the store of a simulation, which nobody writes past it: what it has
// read of phones and of the calls that wait it knows until that changes. So leads
// that wait for days are not read again at every start. It follows the steps that
// a simulation takes: those below, and no others.
type memory struct {
	*store.Store
	pasts        map[string]*[]crm.Record    // by phone; nil where there is none, as below
	suppressions map[string]*crm.Suppression // by key

	waiting map[string]*crm.Due // planned calls by lead, as they are stored; nil before they are read
	fields  []string            // that are asked of their leads
	stale   map[string]bool     // leads of which something was written since
}

// remember lets the desk of a simulation write and read no more than it has to.
func (s *session) remember() {
	s.desk.Brief = &dispatch.Notes{}
	s.desk.Store = &memory{
		Store: s.store, pasts: map[string]*[]crm.Record{}, suppressions: map[string]*crm.Suppression{}, stale: map[string]bool{},
	}
}

// PhonePasts asks the store for the phones that it has not asked for before.
func (m *memory) PhonePasts(ctx context.Context, phones []string) (map[string][]crm.Record, error) {
	return recall(ctx, m.pasts, phones, m.Store.PhonePasts)
}

// Suppressions asks the store for the keys that it has not asked for before.
func (m *memory) Suppressions(ctx context.Context, keys []string) (map[string]crm.Suppression, error) {
	return recall(ctx, m.suppressions, keys, m.Store.Suppressions)
}

// recall finds what there is for some keys, and reads only what is not known.
func recall[V any](
	ctx context.Context, known map[string]*V, keys []string, read func(context.Context, []string) (map[string]V, error),
) (map[string]V, error) {
	var asked []string
	for _, key := range keys {
		if _, is := known[key]; !is {
			asked = append(asked, key)
		}
	}
	if len(asked) > 0 {
		found, err := read(ctx, asked)
		if err != nil {
			return nil, err
		}
		for _, key := range asked {
			known[key] = nil
			if v, is := found[key]; is {
				known[key] = &v
			}
		}
	}
	all := map[string]V{}
	for _, key := range keys {
		if v := known[key]; v != nil {
			all[key] = *v
		}
	}
	return all, nil
}

// DueCalls reads the planned calls of leads that were written since it was asked
// last.
func (m *memory) DueCalls(ctx context.Context, fields []string, before crm.Instant, limit int) iter.Seq2[[]crm.Due, error] {
	return func(yield func([]crm.Due, error) bool) {
		if err := m.read(ctx, fields); err != nil {
			yield(nil, err)
			return
		}
		var due []*crm.Due
		for _, d := range m.waiting {
			if d.Call.DueAt < before {
				due = append(due, d)
			}
		}
		slices.SortFunc(due, func(a, b *crm.Due) int {
			return cmp.Or(cmp.Compare(a.Call.DueAt, b.Call.DueAt), strings.Compare(a.Call.ID, b.Call.ID))
		})
		for chunk := range slices.Chunk(due, limit) {
			page := make([]crm.Due, len(chunk))
			for i, d := range chunk {
				page[i] = *d
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

// read brings the calls that wait up to date.
func (m *memory) read(ctx context.Context, fields []string) error {
	fresh := m.waiting == nil || !slices.Equal(fields, m.fields)
	m.fields, fields = fields, append(slices.Clip(fields), "lead.status") // a stop asks for it
	if fresh {
		m.waiting = map[string]*crm.Due{}
		clear(m.stale)
		for page, err := range m.Store.DueCalls(ctx, fields, math.MaxInt64, math.MaxInt32) {
			if err != nil {
				return err
			}
			m.keep(page)
		}
		return nil
	}
	leads := slices.Sorted(maps.Keys(m.stale))
	page, err := m.Store.PlannedOf(ctx, fields, leads)
	if err != nil {
		return err
	}
	for _, lead := range leads {
		delete(m.waiting, lead)
	}
	m.keep(page)
	clear(m.stale)
	return nil
}

func (m *memory) keep(page []crm.Due) {
	for i := range page {
		d := page[i]
		m.waiting[d.Lead.ID] = &d
	}
}

// Apply forgets what it changes: of phones all when a record is corrected, which
// may have been about another phone before, and of leads those too that have a
// new task in common.
func (m *memory) Apply(ctx context.Context, c crm.Change) error {
	for i := range c.Records {
		delete(m.pasts, c.Records[i].Phone)
		if c.Records[i].Revision > 1 {
			clear(m.pasts)
		}
	}
	for i := range c.Suppressions {
		delete(m.suppressions, c.Suppressions[i].Key)
	}
	for i := range c.Leads {
		m.stale[c.Leads[i].ID] = true
	}
	var tasked []string
	for i := range c.Tasks {
		tasked = append(tasked, c.Tasks[i].ContactID)
	}
	m.forget(tasked)
	return m.Store.Apply(ctx, c)
}

// forget makes all leads of contacts be read again: starts always read whose a
// lead is.
func (m *memory) forget(contacts []string) {
	if len(contacts) == 0 {
		return
	}
	persons := map[string]bool{}
	for _, contact := range contacts {
		persons[contact] = true
	}
	for lead, d := range m.waiting {
		if persons[d.Lead.ContactID] {
			m.stale[lead] = true
		}
	}
}

// PutSuppressions forgets those that it stores.
func (m *memory) PutSuppressions(ctx context.Context, suppressions []crm.Suppression) error {
	for i := range suppressions {
		delete(m.suppressions, suppressions[i].Key)
	}
	return m.Store.PutSuppressions(ctx, suppressions)
}

// PutLeads forgets the leads that it stores.
func (m *memory) PutLeads(ctx context.Context, arrivals []crm.Arrival) error {
	for i := range arrivals {
		m.stale[arrivals[i].Lead.ID] = true
	}
	return m.Store.PutLeads(ctx, arrivals)
}

// RefreshWallets forgets the leads of contacts whose wallet begins or ends.
func (m *memory) RefreshWallets(ctx context.Context, at crm.Instant) ([]string, error) {
	contacts, err := m.Store.RefreshWallets(ctx, at)
	m.forget(contacts)
	return contacts, err
}

// Claim forgets the leads whose calls it injects.
func (m *memory) Claim(ctx context.Context, c crm.Claim) error {
	for i := range c.Calls {
		m.stale[c.Calls[i].LeadID] = true
	}
	return m.Store.Claim(ctx, c)
}

// Stop says which of the calls that were left out are known to wait, and knows
// where they are moved, see [store.Store.Stop]. The leads of all others are read
// again.
func (m *memory) Stop(ctx context.Context, s crm.Stop) ([]crm.Stopped, error) {
	due := map[string]crm.Instant{}
	for i := range s.Runs {
		run := &s.Runs[i]
		due[run.Run.ID] = run.DueAt.V
		for j := range run.LeftOut {
			if m.waits(&run.LeftOut[j], run.Run.SlotEnd) {
				run.LeftOut[j].State = crm.CallPlanned
			}
		}
	}
	done, err := m.Store.Stop(ctx, s)
	asked := slices.ContainsFunc(m.fields, func(field string) bool { return field == "lead.recycled" || field == "lead.next_call_at" })
	for i := range done {
		at := due[done[i].RunID]
		for j := range done[i].Recycled {
			call := &done[i].Recycled[j]
			if asked || call.State != crm.CallPlanned || !m.waits(call, math.MaxInt64) {
				m.stale[call.LeadID] = true
				continue
			}
			d := m.waiting[call.LeadID]
			d.Call.DueAt, d.Call.RecycledFrom = at, cmp.Or(d.Call.RecycledFrom, call.ID)
		}
	}
	return done, err
}

// waits says that a call is known to be planned for a slot before an instant, and
// that a stop of that slot changes no status of its lead.
func (m *memory) waits(call *crm.Call, before crm.Instant) bool {
	d := m.waiting[call.LeadID]
	return d != nil && !m.stale[call.LeadID] && d.Call.ID == call.ID && d.Call.DueAt < before &&
		d.Call.Kind != crm.KindCallback && d.Lead.Status == crm.Scheduled
}
