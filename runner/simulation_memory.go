package main

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// memory is the store of a simulation, which nobody writes past it: what it has
// read of a phone's calls and of the calls that wait it knows until that
// changes. So leads that wait for days are not read again at every start. It
// follows the steps that a simulation takes: those below, and no others.
type memory struct {
	*store.Store
	pasts map[string][]crm.Record // by phone

	waiting map[string]*crm.Due // planned calls by lead, as they are stored; nil before they are read
	fields  []string            // that are read of their leads
	stale   map[string]bool     // leads of which something was written since
}

// remember lets the desk of a simulation write and read no more than it has to.
func (s *session) remember() {
	s.desk.Brief = &dispatch.Notes{}
	s.desk.Store = &memory{Store: s.store, pasts: map[string][]crm.Record{}, stale: map[string]bool{}}
}

// PhonePasts asks the store for the phones that it has not asked for before.
func (m *memory) PhonePasts(ctx context.Context, phones []string) (map[string][]crm.Record, error) {
	var asked []string
	for _, phone := range phones {
		if _, known := m.pasts[phone]; !known {
			asked = append(asked, phone)
		}
	}
	if len(asked) > 0 {
		found, err := m.Store.PhonePasts(ctx, asked)
		if err != nil {
			return nil, err
		}
		for _, phone := range asked {
			m.pasts[phone] = found[phone]
		}
	}
	all := map[string][]crm.Record{}
	for _, phone := range phones {
		if records := m.pasts[phone]; len(records) > 0 {
			all[phone] = records
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
	if m.waiting == nil || !slices.Equal(fields, m.fields) {
		m.waiting, m.fields = map[string]*crm.Due{}, fields
		clear(m.stale)
		for page, err := range m.Store.DueCalls(ctx, fields, math.MaxInt64, expression.MaxBatch) {
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
	for i := range c.Leads {
		m.stale[c.Leads[i].ID] = true
	}
	m.tasked(c.Tasks)
	return m.Store.Apply(ctx, c)
}

// tasked forgets the leads of contacts that get a task, or are rid of one: starts
// always read whose a lead is.
func (m *memory) tasked(tasks []crm.Task) {
	if len(tasks) == 0 {
		return
	}
	persons := map[string]bool{}
	for i := range tasks {
		persons[tasks[i].ContactID] = true
	}
	for lead, d := range m.waiting {
		if persons[d.Lead.ContactID] {
			m.stale[lead] = true
		}
	}
}

// PutLeads forgets the leads that it stores.
func (m *memory) PutLeads(ctx context.Context, arrivals []crm.Arrival) error {
	for i := range arrivals {
		m.stale[arrivals[i].Lead.ID] = true
	}
	return m.Store.PutLeads(ctx, arrivals)
}

// RefreshWallets forgets all leads when a wallet begins or ends.
func (m *memory) RefreshWallets(ctx context.Context, at crm.Instant) (turned bool, err error) {
	if turned, err = m.Store.RefreshWallets(ctx, at); turned {
		m.waiting = nil
	}
	return turned, err
}

// Claim forgets the leads whose calls it injects.
func (m *memory) Claim(ctx context.Context, c crm.Claim) error {
	for i := range c.Calls {
		m.stale[c.Calls[i].LeadID] = true
	}
	return m.Store.Claim(ctx, c)
}

// Stop forgets the leads whose calls others take the place of. Those that are
// only moved it knows: see [store.Store.Stop].
func (m *memory) Stop(ctx context.Context, s crm.Stop) ([]crm.Stopped, error) {
	done, err := m.Store.Stop(ctx, s)
	due := map[string]crm.Instant{}
	for i := range s.Runs {
		due[s.Runs[i].Run.ID] = s.Runs[i].DueAt.V
	}
	for i := range done {
		for _, call := range done[i].Recycled {
			d := m.waiting[call.LeadID]
			if call.State != crm.CallPlanned || d == nil || d.Call.ID != call.ID || m.asksAfterStops() {
				m.stale[call.LeadID] = true
				continue
			}
			d.Call.DueAt, d.Call.RecycledFrom = due[done[i].RunID], cmp.Or(d.Call.RecycledFrom, call.ID)
		}
	}
	return done, err
}

// asksAfterStops says that a stop changes something that is read of a lead whose
// call it moves.
func (m *memory) asksAfterStops() bool {
	return slices.ContainsFunc(m.fields, func(field string) bool {
		return slices.Contains([]string{"lead.status", "lead.recycled", "lead.next_call_at"}, field)
	})
}
