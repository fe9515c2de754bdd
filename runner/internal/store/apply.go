package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"callsheet/runner/internal/crm"
)

// Apply commits what an event changes: leads whole, each only when nobody has
// written it since it was read; their calls, added or written over whole
// whatever their state; records, tasks, suppressions, transfers, retry dates
// and dialer contacts.
// in_wallet and has_pending_task are kept as PutLeads and PutTasks do, and
// suppressions as PutSuppressions does.
//
// It is crm.ErrConflict, with nothing written, when a lead was written
// meanwhile, a revision of a record or a newer one is there already, or a lead
// would get a second planned call or a phone a second open one.
func (s *Store) Apply(ctx context.Context, c crm.Change) error {
	calls, err := callsOf(&c)
	if err != nil {
		return err
	}
	leads := rewritten(slices.Clone(c.Leads))
	tasks := lastOfEach(pointers(c.Tasks), func(t *crm.Task) string { return t.ID })
	dates := lastOfEach(pointers(c.RetryDates), func(r *crm.RetryDate) string { return r.ContactID })
	contacts := lastOfEach(pointers(c.Contacts), func(d *crm.DialerContact) string { return d.ID })
	return s.write(ctx, "apply a change", func(ctx context.Context, q querier) error {
		persons, err := s.openTasks(ctx, q, tasks, leads)
		if err != nil {
			return err
		}
		if err := s.storeLeads(ctx, q, leads); err != nil {
			return err
		}
		if _, err := run(ctx, q, s.writeCall, calls, s.call.bind); err != nil {
			return err
		}
		if err := reflag(ctx, q, persons); err != nil {
			return err
		}
		if err := s.storeRecords(ctx, q, c.Records); err != nil {
			return err
		}
		if err := s.storeTransfers(ctx, q, c.Transfers); err != nil {
			return err
		}
		if _, err := run(ctx, q, s.putRetryDate, dates, s.retryDate.bind); err != nil {
			return err
		}
		if err := s.suppress(ctx, q, c.Suppressions); err != nil {
			return err
		}
		_, err = run(ctx, q, s.putDialer, contacts, s.dialerContact.bind)
		return err
	})
}

// callsOf are the calls of a change in the order in which they can be written:
// those that end make room for those that begin, and these go by phone, so that
// two changes never wait for each other's phones.
func callsOf(c *crm.Change) ([]*crm.Call, error) {
	held := make(map[string]bool, len(c.Leads))
	for i := range c.Leads {
		held[c.Leads[i].ID] = true
	}
	for i := range c.Calls {
		if !held[c.Calls[i].LeadID] {
			return nil, fmt.Errorf("apply a change: it holds call %s without lead %q: give both, a call is guarded by its lead",
				c.Calls[i].ID, c.Calls[i].LeadID)
		}
	}
	calls := lastOfEach(pointers(c.Calls), func(call *crm.Call) string { return call.ID })
	slices.SortStableFunc(calls, func(a, b *crm.Call) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Phone, b.Phone))
	})
	return calls, nil
}

// weight is 1 for a call that takes the one place of its lead or phone.
func weight(c *crm.Call) int {
	switch c.State {
	case crm.CallPlanned, crm.CallInjected, crm.CallInProgress:
		return 1
	}
	return 0
}

// openTasks stores the tasks of a change, says whose leads they may mark, and
// locks these and the leads of the change together, in order.
func (s *Store) openTasks(ctx context.Context, q querier, tasks []*crm.Task, leads []*crm.Lead) ([]string, error) {
	if len(tasks) == 0 {
		return nil, nil
	}
	persons, err := s.storeTasks(ctx, q, tasks)
	if err != nil || s.dialect.alone == "" {
		return persons, err
	}
	ids, err := among(ctx, q, `SELECT "id" FROM "lead" WHERE "contact_id" IN `, persons)
	if err != nil {
		return nil, err
	}
	return persons, s.lockLeads(ctx, q, append(ids, distinct(leads, func(l *crm.Lead) string { return l.ID })...))
}
