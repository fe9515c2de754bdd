package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func claimed(t *testing.T, s *store.Store, pass int64, owner string, last time.Duration) crm.Range {
	t.Helper()
	r, ok, err := s.ClaimRange(t.Context(), pass, owner, last)
	must(t, err)
	same(t, "claimed by "+owner, ok, true)
	return r
}

func ranges(t *testing.T, s *store.Store) {
	ctx := t.Context()
	same(t, "before the first", got[crm.Pass](t)(s.Pass(ctx)), crm.Pass{})
	put(t, s, person("L-1"), person("L-2"), person("L-3"))
	pass := got[crm.Pass](t)(s.BeginPass(ctx, "v1", morning, 2))
	same(t, "pass", pass, crm.Pass{ID: 1, Version: "v1", At: morning, Stored: 3, Ranges: 2})
	first := claimed(t, s, pass.ID, "a", 0)
	same(t, "first range", first, crm.Range{Pass: 1, Place: 0, Attempt: 1, UpTo: "L-2", Owner: "a"})
	again := claimed(t, s, pass.ID, "a", time.Hour) // "a" is dead for all that anybody knows
	rest := claimed(t, s, pass.ID, "b", time.Hour)
	same(t, "the others", []any{again.Attempt, rest}, []any{int64(2), crm.Range{Pass: 1, Place: 1, Attempt: 1, After: "L-2", Owner: "b"}})
	if _, ok, err := s.ClaimRange(ctx, pass.ID, "c", time.Hour); ok || err != nil {
		t.Errorf("a range that is held is given: %v, %v", ok, err)
	}

	for _, tt := range []struct {
		part  crm.Range
		after string
		limit int
		want  []string
	}{
		{first, "", 10, []string{"L-1", "L-2"}},
		{first, "", 1, []string{"L-1"}},
		{first, "L-1", 10, []string{"L-2"}},
		{rest, "L-2", 10, []string{"L-3"}},
		{rest, "L-3", 10, nil},
	} {
		var ids []string
		for _, l := range got[[]crm.Lead](t)(s.RangeLeads(ctx, []string{"lead.visits"}, tt.part, tt.after, make([]crm.Lead, 0, tt.limit))) {
			ids = append(ids, l.ID)
			stored := person(l.ID)
			same(t, "what is read", l, crm.Lead{
				ID: l.ID, Revision: 1, CreatedAt: stored.CreatedAt, Status: stored.Status, Phone: stored.Phone, Type: stored.Type, Segment: stored.Segment,
				Score: stored.Score, Grade: stored.Grade, Group: stored.Group, ScoredAt: stored.ScoredAt, Attempts30d: stored.Attempts30d, Visits: stored.Visits,
			})
		}
		same(t, "leads of the range", ids, tt.want)
	}

	scored := crm.Scores{
		Revision: 1, LeadID: "L-1", Type: "DIRECT", Segment: "PVB", Grade: "B", Group: "LYON", Score: -7, Attempts30d: 3, At: morning, Version: "v1",
	}
	did := crm.Rescored{Leads: 2, Changed: 1}
	same(t, "late", got[bool](t)(s.EndRange(ctx, first, []crm.Scores{scored}, nil, did)), false)
	read := person("L-1")
	same(t, "nothing is scored", got[*crm.Lead](t)(s.Lead(ctx, "L-1")), &read)

	stale := scored
	stale.Revision = 0
	if held, err := s.EndRange(ctx, again, []crm.Scores{stale}, nil, did); held || !isA(err, crm.ErrConflict) {
		t.Errorf("a lead that was written meanwhile: %v, %v", held, err)
	}
	same(t, "in time", got[bool](t)(s.EndRange(ctx, again, []crm.Scores{scored}, nil, did)), true)
	same(t, "twice", got[bool](t)(s.EndRange(ctx, again, []crm.Scores{scored}, nil, did)), false)
	want := person("L-1")
	want.Type, want.Segment, want.Grade, want.Group = "DIRECT", "PVB", "B", "LYON"
	want.Score, want.Attempts30d, want.ScoredAt, want.ScoredBy = -7, 3, crm.Some(morning), "v1"
	same(t, "scored", got[*crm.Lead](t)(s.Lead(ctx, "L-1")), &want)
	other := person("L-2")
	same(t, "not scored", got[*crm.Lead](t)(s.Lead(ctx, "L-2")), &other)
	same(t, "half done", got[crm.Pass](t)(s.Pass(ctx)), crm.Pass{ID: 1, Version: "v1", At: morning, Ranges: 2, Done: 1, Rescored: did})

	next := got[crm.Pass](t)(s.BeginPass(ctx, "v2", afternoon, 100))
	same(t, "a newer one", next, crm.Pass{ID: 2, Version: "v2", At: afternoon, Stored: 3, Ranges: 1})
	same(t, "replaced", got[bool](t)(s.EndRange(ctx, rest, nil, nil, did)), false)
	next.Stored = 0
	same(t, "begun", got[crm.Pass](t)(s.Pass(ctx)), next)
	lead := person("L-3")
	arrival := crm.Arrival{Lead: lead, Call: plan("L-3", 1, morning)}
	arrival.Lead.Revision = 1
	same(t, "with a call", got[bool](t)(s.EndRange(ctx, claimed(t, s, next.ID, "a", time.Hour), nil, []crm.Arrival{arrival}, crm.Rescored{Leads: 3, Changed: 1, Planned: 1})), true)
	same(t, "planned", len(got[map[string]crm.Call](t)(s.PlannedCalls(ctx, []string{"L-3"}))), 1)
	ended := got[crm.Pass](t)(s.Pass(ctx))
	same(t, "ended", ended.Ended(), true)
}

func rangeRace(t *testing.T, s *store.Store) {
	for i := range 40 {
		put(t, s, person(fmt.Sprintf("L-%02d", i)))
	}
	pass := got[crm.Pass](t)(s.BeginPass(t.Context(), "v1", morning, 2))
	var mu sync.Mutex
	var all sync.WaitGroup
	taken := map[int64]int{}
	for i := range 8 {
		all.Go(func() {
			for {
				r, ok, err := s.ClaimRange(context.Background(), pass.ID, fmt.Sprint(i), time.Hour)
				if err != nil {
					t.Error(err)
				}
				if !ok || err != nil {
					return
				}
				mu.Lock()
				taken[r.Place]++
				mu.Unlock()
				held, err := s.EndRange(context.Background(), r, nil, nil, crm.Rescored{Leads: 2})
				if err != nil || !held {
					t.Error(held, err)
				}
			}
		})
	}
	all.Wait()
	for place, n := range taken {
		same(t, fmt.Sprint("claims of ", place), n, 1)
	}
	done := got[crm.Pass](t)(s.Pass(t.Context()))
	same(t, "done", done, crm.Pass{ID: 1, Version: "v1", At: morning, Ranges: 21, Done: 21, Rescored: crm.Rescored{Leads: 42}})
}
