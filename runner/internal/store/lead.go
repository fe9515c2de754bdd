package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// PutLeads stores leads whole, new ones and those known by id; of several with
// one id the last counts. A lead that was written since it was read (its
// Revision is another one) is crm.ErrConflict, and nothing is stored. A lead
// without contact_id is its own contact.
// in_wallet and has_pending_task are taken from the wallets and tasks stored,
// whatever the lead says. A call whose id is new is inserted; one that is
// still planned gets the phone, kind, state (planned, or cancelled to give it
// up), due time with its reason, campaign, agent and
// agreed_exact_time given; one
// that is no longer planned stays as it is. A second planned call for a lead is
// crm.ErrConflict too.
//
// This is how a million leads come in: give thousands at a time.
func (s *Store) PutLeads(ctx context.Context, arrivals []crm.Arrival) error {
	leads, calls := unpack(arrivals)
	return s.write(ctx, "store leads", func(ctx context.Context, q querier) error {
		return s.arrive(ctx, q, leads, calls)
	})
}

// arrive stores leads and their calls.
func (s *Store) arrive(ctx context.Context, q querier, leads []*crm.Lead, calls []*crm.Call) error {
	if err := s.storeLeads(ctx, q, leads); err != nil {
		return err
	}
	_, err := run(ctx, q, s.putCall, calls, s.call.bind)
	return err
}

// unpack takes arrivals apart, in the order in which all steps lock them.
func unpack(arrivals []crm.Arrival) ([]*crm.Lead, []*crm.Call) {
	leads := make([]crm.Lead, len(arrivals))
	var calls []*crm.Call
	for i := range arrivals {
		leads[i] = arrivals[i].Lead
		if arrivals[i].Call != nil {
			calls = append(calls, arrivals[i].Call)
		}
	}
	return rewritten(leads), lastOfEach(calls, func(c *crm.Call) string { return c.ID })
}

// rewritten are leads as they are to be stored next, by id.
func rewritten(leads []crm.Lead) []*crm.Lead {
	for i := range leads {
		leads[i].Revision++
		if leads[i].ContactID == "" {
			leads[i].ContactID = leads[i].ID
		}
	}
	return lastOfEach(pointers(leads), func(l *crm.Lead) string { return l.ID })
}

// storeLeads writes leads that nobody else has written meanwhile.
func (s *Store) storeLeads(ctx context.Context, q querier, leads []*crm.Lead) error {
	if len(leads) == 0 {
		return nil
	}
	if err := s.flag(ctx, q, leads); err != nil {
		return err
	}
	n, err := run(ctx, q, s.putLead, leads, s.lead.bind)
	if err != nil || n != int64(len(leads)) {
		return orConflict(err, "%d of %d leads were written meanwhile", int64(len(leads))-n, len(leads))
	}
	return nil
}

// lockLeads keeps others from writing leads and their calls until the
// transaction ends. It goes by id, the order in which all steps lock them.
func (s *Store) lockLeads(ctx context.Context, q querier, ids []string) error {
	if s.dialect.alone == "" {
		return nil
	}
	slices.Sort(ids)
	return inLists(slices.Compact(ids), func(list string, args []any) error {
		_, err := texts(ctx, q, `SELECT "id" FROM "lead" WHERE "id" IN `+list+` ORDER BY "id" `+s.dialect.alone, args...)
		return err
	})
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

// LeadsByPhone finds the leads of each phone (E.164) that has any, the one
// created last first, and of several the one with the greatest id.
func (s *Store) LeadsByPhone(ctx context.Context, phones []string) (map[string][]crm.Lead, error) {
	found := map[string][]crm.Lead{}
	err := s.view(ctx, "read leads of phones", func(ctx context.Context, q querier) error {
		return inLists(filled(phones), func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.lead.sel(`WHERE "phone" IN `+list), args...)
			leads, err := s.lead.scan(rows, err)
			for _, l := range leads {
				found[l.Phone] = append(found[l.Phone], l)
			}
			return err
		})
	})
	for _, leads := range found {
		slices.SortFunc(leads, func(a, b crm.Lead) int {
			return cmp.Or(cmp.Compare(b.CreatedAt, a.CreatedAt), strings.Compare(b.ID, a.ID))
		})
	}
	return found, err
}

// Leads is the page of at most limit leads whose ids follow afterID, of those
// that pass a filter in the words of Dialect, with parameters from $1 on, in
// the order of ids. An empty page is the end. Leads added meanwhile may be
// missed, none comes twice.
func (s *Store) Leads(ctx context.Context, where expression.Where, afterID string, limit int) ([]crm.Lead, error) {
	n := len(where.Args)
	rest := "WHERE " + where.Text + ` AND "id" > ` + parameter(n+1) + ` ORDER BY "id"` + most(limit)
	args := append(where.Args[:n:n], afterID)
	var page []crm.Lead
	err := s.view(ctx, "read leads", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.lead.sel(rest), args...)
		page, err = s.lead.scan(rows, err)
		return err
	})
	return page, err
}

// Ranking is the page of at most limit leads that follow after, nil being the
// start, of those of a segment, of all segments when it is empty, that pass a
// filter in the words of Dialect, with parameters from $1 on: by stored score,
// then newest estimation, then id. Erased leads and those whose phone cannot
// be called have no rank.
func (s *Store) Ranking(ctx context.Context, segment string, filter expression.Where, after *crm.Lead, limit int) ([]crm.Lead, error) {
	args := slices.Clone(filter.Args)
	bind := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	where := `WHERE "status" NOT IN ('erased', 'invalid') AND ` + filter.Text
	if segment != "" {
		where += ` AND "segment" = ` + bind(segment)
	}
	if after != nil {
		where += " AND " + ranksBehind(after, bind)
	}
	query := s.lead.sel(where + ` ORDER BY "score" DESC, "estimated_at" DESC NULLS LAST, "id" LIMIT ` + bind(limit))
	var best []crm.Lead
	err := s.view(ctx, "rank leads", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		best, err = s.lead.scan(rows, err)
		return err
	})
	return best, err
}

// ranksBehind holds for the leads that a ranking names later. The first
// comparison is what an index can begin with.
func ranksBehind(l *crm.Lead, bind func(any) string) string {
	score, id := bind(l.Score), bind(l.ID)
	equal := `"estimated_at" IS NULL AND "id" > ` + id
	if l.EstimatedAt.Valid {
		at := bind(int64(l.EstimatedAt.V))
		equal = `("estimated_at" IS NULL OR "estimated_at" < ` + at + ` OR ("estimated_at" = ` + at + ` AND "id" > ` + id + `))`
	}
	return `"score" <= ` + score + ` AND ("score" < ` + score + ` OR (` + equal + `))`
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
