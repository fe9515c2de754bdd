package main

import (
	"context"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// memory is the store of a simulation, which nobody else writes: what it was
// asked of a phone's calls it knows until another one is reported.
type memory struct {
	dispatch.Store
	pasts map[string][]crm.Record // by phone
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

// Apply forgets the phones that calls are reported of, and all when one of them
// is a correction: the call may have been to another phone before.
func (m *memory) Apply(ctx context.Context, c crm.Change) error {
	for i := range c.Records {
		delete(m.pasts, c.Records[i].Phone)
		if c.Records[i].Revision > 1 {
			clear(m.pasts)
		}
	}
	return m.Store.Apply(ctx, c)
}
