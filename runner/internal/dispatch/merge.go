package dispatch

import (
	"context"
	"maps"
	"slices"
	"time"

	"callsheet/runner/internal/crm"
)

// incomer is a lead as it is to be, and as it is stored; before is nil when it
// is new.
type incomer struct {
	*crm.Lead
	before *crm.Lead
}

// merge puts the incoming facts on what is stored, in the order of arrival.
func (r *Receiver) merge(ctx context.Context, rows []Incoming, now time.Time) ([]incomer, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	old, err := r.desk.Store.LeadsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	leads := make([]incomer, 0, len(rows))
	seen := make(map[string]*crm.Lead, len(rows))
	for _, row := range rows {
		l, again := seen[row.ID]
		before := old[row.ID]
		switch {
		case again:
		case before != nil:
			l = clone(before)
		default:
			l = newLead(row.ID, now)
		}
		if !again {
			seen[row.ID] = l
			leads = append(leads, incomer{l, before})
		}
		if before != nil && before.Status == crm.Erased {
			continue // whoever asked to be forgotten stays so
		}
		row.Set(l, !again && before == nil)
	}
	for _, l := range leads {
		settle(l.Lead)
		if l.before == nil {
			// Attempts of the last 30 days are attempts.
			l.Attempts = max(l.Attempts, l.Attempts30d)
		}
	}
	return leads, nil
}

// settle writes what is empty in the one way in which the store gives it back,
// so that a field that one row fills and a later one empties is no change.
func settle(l *crm.Lead) {
	if len(l.Tags) == 0 {
		l.Tags = nil
	}
	if len(l.Custom) == 0 {
		l.Custom = nil
	}
}

func newLead(id string, now time.Time) *crm.Lead {
	return &crm.Lead{ID: id, ContactID: id, Status: crm.New, CreatedAt: crm.At(now), LegalBasis: crm.BasisNone}
}

func clone(l *crm.Lead) *crm.Lead {
	c := *l
	c.Tags, c.Custom = slices.Clone(l.Tags), maps.Clone(l.Custom)
	return &c
}
