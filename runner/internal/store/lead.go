package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// PutLeads stores leads whole, new ones and those known by id; of several with
// one id the last counts. A lead that was written since it was read (its
// Revision is another one) is crm.ErrConflict, and nothing is stored. A lead
// without contact_id is its own contact.
// in_wallet and has_pending_task are taken from the wallets and tasks stored,
// whatever the lead says. A call whose id is new is inserted; one that is
// still planned gets the phone, kind, state (planned, or cancelled to give it
// up), due time, campaign, agent and
// agreed_exact_time given; one
// that is no longer planned stays as it is. A second planned call for a lead is
// crm.ErrConflict too.
//
// This is how a million leads come in: give thousands at a time.
func (s *Store) PutLeads(ctx context.Context, arrivals []crm.Arrival) error {
	leads, calls := unpack(arrivals)
	return s.write(ctx, "store leads", func(ctx context.Context, q querier) error {
		if err := s.flag(ctx, q, leads); err != nil {
			return err
		}
		n, err := run(ctx, q, s.putLead, leads, s.lead.bind)
		if err != nil || n != int64(len(leads)) {
			return orConflict(err, "%d of %d leads were written meanwhile", int64(len(leads))-n, len(leads))
		}
		_, err = run(ctx, q, s.putCall, calls, s.call.bind)
		return err
	})
}

// unpack takes arrivals apart, in the order in which all steps lock them.
func unpack(arrivals []crm.Arrival) ([]*crm.Lead, []*crm.Call) {
	leads := make([]crm.Lead, len(arrivals))
	var calls []*crm.Call
	for i := range arrivals {
		leads[i] = arrivals[i].Lead
		leads[i].Revision++
		if leads[i].ContactID == "" {
			leads[i].ContactID = leads[i].ID
		}
		if arrivals[i].Call != nil {
			calls = append(calls, arrivals[i].Call)
		}
	}
	return lastOfEach(pointers(leads), func(l *crm.Lead) string { return l.ID }),
		lastOfEach(calls, func(c *crm.Call) string { return c.ID })
}

// lastOfEach orders rows by key and keeps the last one of each key.
func lastOfEach[T any](rows []*T, key func(*T) string) []*T {
	slices.SortStableFunc(rows, func(a, b *T) int { return strings.Compare(key(a), key(b)) })
	kept := rows[:0]
	for i, row := range rows {
		if i+1 == len(rows) || key(row) != key(rows[i+1]) {
			kept = append(kept, row)
		}
	}
	return kept
}

func pointers[T any](rows []T) []*T {
	all := make([]*T, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return all
}

// Lead is the lead of that id, or crm.ErrNotFound.
func (s *Store) Lead(ctx context.Context, id string) (*crm.Lead, error) {
	found, err := s.LeadsByID(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	lead, ok := found[id]
	if id == "" {
		return nil, fmt.Errorf("a lead without id: %w", crm.ErrNotFound)
	}
	if !ok {
		return nil, fmt.Errorf("lead %s: %w", id, crm.ErrNotFound)
	}
	return lead, nil
}

// LeadsByID finds any number of leads; ids that are not stored are left out.
func (s *Store) LeadsByID(ctx context.Context, ids []string) (map[string]*crm.Lead, error) {
	found := make(map[string]*crm.Lead, len(ids))
	err := s.view(ctx, "read leads", func(ctx context.Context, q querier) error {
		return inLists(ids, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.lead.sel(`WHERE "id" IN `+list), args...)
			leads, err := s.lead.scan(rows, err)
			for i := range leads {
				found[leads[i].ID] = &leads[i]
			}
			return err
		})
	})
	return found, err
}

// Leads is the page of at most limit leads whose ids follow afterID, in the
// order of ids. An empty page is the end. Leads added meanwhile may be missed,
// none comes twice.
func (s *Store) Leads(ctx context.Context, afterID string, limit int) ([]crm.Lead, error) {
	var page []crm.Lead
	err := s.view(ctx, "read leads", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.lead.sel(`WHERE "id" > $1 ORDER BY "id" LIMIT $2`), afterID, limit)
		page, err = s.lead.scan(rows, err)
		return err
	})
	return page, err
}

// Ranking is the best limit leads of a segment, of all segments when it is
// empty: by stored score, then newest estimation, then id. Erased leads and
// those whose phone cannot be called have no rank.
func (s *Store) Ranking(ctx context.Context, segment string, limit int) ([]crm.Lead, error) {
	const (
		ranked = `WHERE "status" NOT IN ('erased', 'invalid')`
		order  = ` ORDER BY "score" DESC, "estimated_at" DESC NULLS LAST, "id" LIMIT `
	)
	query, args := s.lead.sel(ranked+order+"$1"), []any{limit}
	if segment != "" {
		query, args = s.lead.sel(ranked+` AND "segment" = $2`+order+"$1"), []any{limit, segment}
	}
	var best []crm.Lead
	err := s.view(ctx, "rank leads", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		best, err = s.lead.scan(rows, err)
		return err
	})
	return best, err
}

// CountLeads counts all leads, erased ones too.
func (s *Store) CountLeads(ctx context.Context) (int, error) {
	var n int
	err := s.view(ctx, "count leads", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, `SELECT COUNT(*) FROM "lead"`)
		counts, err := scan(rows, err, []any{&n}, &n)
		if err == nil {
			n = counts[0]
		}
		return err
	})
	return n, err
}

// SaveScores stores scores on their leads; leads that are not stored are
// passed over. Give only those that changed: each one rewrites a lead.
func (s *Store) SaveScores(ctx context.Context, scores []crm.Scores) error {
	rows := lastOfEach(pointers(scores), func(sc *crm.Scores) string { return sc.LeadID })
	return s.write(ctx, "store scores", func(ctx context.Context, q querier) error {
		_, err := run(ctx, q, s.saveScores, rows, func(args []any, sc *crm.Scores) ([]any, error) {
			return append(args, sc.LeadID, sc.Type, sc.Segment, sc.Grade, sc.Group, sc.Score, int64(sc.At), sc.Version), nil
		})
		return err
	})
}
