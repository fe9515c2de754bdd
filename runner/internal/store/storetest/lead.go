package storetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// morning is 2026-11-23T09:00:00.123Z.
const morning crm.Instant = 1795424400123

// person is a lead with what every lead has.
func person(id string) crm.Lead {
	return crm.Lead{
		ID: id, ContactID: id, Type: "RDVVQ", Segment: "PVI_NOW", Status: crm.New,
		CreatedAt: morning, LegalBasis: crm.BasisConsent, Phone: "+33199000001",
	}
}

// plan is the n-th call of a lead, planned.
func plan(lead string, n int, due crm.Instant) *crm.Call {
	return &crm.Call{
		ID: crm.CallID(lead, n), LeadID: lead, Phone: "+33199" + fmt.Sprintf("%06d", len(lead)) + lead,
		Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: due, CreatedAt: morning,
	}
}

func put(t *testing.T, s *store.Store, leads ...crm.Lead) {
	t.Helper()
	arrivals := make([]crm.Arrival, len(leads))
	for i := range leads {
		arrivals[i].Lead = leads[i]
	}
	rewrite(t, s, arrivals...)
}

// rewrite stores arrivals over whatever is stored of them.
func rewrite(t *testing.T, s *store.Store, arrivals ...crm.Arrival) {
	t.Helper()
	must(t, s.PutLeads(t.Context(), known(t, s, arrivals)))
}

// known gives leads the revision that is stored.
func known(t *testing.T, s *store.Store, arrivals []crm.Arrival) []crm.Arrival {
	t.Helper()
	fresh := slices.Clone(arrivals)
	for i := range fresh {
		l := &fresh[i].Lead
		if stored := got[map[string]*crm.Lead](t)(s.LeadsByID(t.Context(), []string{l.ID}))[l.ID]; stored != nil {
			l.Revision = stored.Revision
		}
	}
	return fresh
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got is what a read returned, or the end of the test.
func got[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), anyRevision()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// anyRevision compares leads without the count of their writes.
func anyRevision() cmp.Option { return cmpopts.IgnoreFields(crm.Lead{}, "Revision") }

func leadRoundTrip(t *testing.T, s *store.Store) {
	full := person("L-1")
	full.ContactID, full.PhoneRaw, full.ScoredBy = "C-9", "01 99 00 00 01", "abc1234"
	full.Score, full.ScoredAt, full.Grade, full.Group = math.MinInt64, crm.Some(morning), "A", "IDF"
	full.EstimatedAt, full.EstimatedPrice = crm.Some(crm.Instant(math.MaxInt64)), crm.Some(250_000.0)
	full.SellHorizonMonths, full.LivingArea, full.Rooms = crm.Some[int64](math.MaxInt64), crm.Some(0.1), crm.Some[int64](0)
	full.MediaZone, full.OnBloctel = crm.Some(true), crm.Some(false)
	full.Tags = []string{"é", `"quoted"`, "", "a,b"}
	full.LastName, full.City = "Zoé d'Été <b>", "L’Haÿ-les-Roses 🏡"
	full.Custom = map[string]any{
		"text": "é\n\x00", "exact": int64(9007199254740993), "lowest": int64(math.MinInt64),
		"whole": 3.0, "huge": 1e300, "tiny": -0.1, "yes": true, "no": false, "when": morning, "list": []string{"a", "b"},
	}
	put(t, s, full)
	same(t, "lead", *got[*crm.Lead](t)(s.Lead(t.Context(), "L-1")), full)
}

func leadRandom(t *testing.T, s *store.Store) {
	words := rapid.StringMatching(`[ -~éà€🏡]{0,12}`)
	value := rapid.OneOf(words.AsAny(), rapid.Int64().AsAny(), rapid.Bool().AsAny(),
		rapid.Float64Range(-1e300, 1e300).AsAny(), rapid.Map(rapid.Int64(), func(n int64) crm.Instant { return crm.Instant(n) }).AsAny(),
		rapid.SliceOfN(words, 1, 3).AsAny())
	rapid.Check(t, func(r *rapid.T) {
		want := person("random")
		for _, f := range crm.LeadFields() {
			switch p := f.Of(&want).(type) {
			case *string:
				*p = words.Draw(r, f.Name)
			case *int64:
				*p = rapid.Int64().Draw(r, f.Name)
			case *[]string:
				*p = rapid.SliceOfN(words, 0, 3).Draw(r, f.Name)
			case *crm.Instant:
				*p = crm.Instant(rapid.Int64().Draw(r, f.Name))
			case *crm.Maybe[int64]:
				*p = crm.Maybe[int64]{V: rapid.Int64().Draw(r, f.Name), Valid: true}
			case *crm.Maybe[crm.Instant]:
				*p = crm.Some(crm.Instant(rapid.Int64().Draw(r, f.Name)))
			case *crm.Maybe[bool]:
				*p = crm.Some(rapid.Bool().Draw(r, f.Name))
			case *crm.Maybe[float64]:
				*p = crm.Some(rapid.Float64Range(-1e300, 1e300).Draw(r, f.Name))
			}
		}
		want.ID = "random"
		want.Custom = rapid.MapOfN(words, value, 0, 4).Draw(r, "custom")
		if err := s.PutLeads(context.Background(), known(t, s, []crm.Arrival{{Lead: want}})); err != nil {
			r.Fatal(err)
		}
		read, err := s.Lead(context.Background(), "random")
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(&want, read, cmpopts.EquateEmpty(), anyRevision()); diff != "" {
			r.Fatalf("lead (-want +got):\n%s", diff)
		}
	})
}

func leadEmpty(t *testing.T, s *store.Store) {
	bare := crm.Lead{ID: "L-1", LegalBasis: crm.BasisNone}
	put(t, s, bare)
	read := got[*crm.Lead](t)(s.Lead(t.Context(), "L-1"))
	same(t, "its own contact", read.ContactID, "L-1")
	bare.ContactID = "L-1"
	if diff := cmp.Diff(&bare, read, anyRevision()); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	if _, err := s.Lead(t.Context(), "L-2"); !isA(err, crm.ErrNotFound) {
		t.Errorf("an unknown lead is %v, want crm.ErrNotFound", err)
	}
}

func leadRefused(t *testing.T, s *store.Store) {
	tests := map[string]func(*crm.Lead){
		"city":     func(l *crm.Lead) { l.City = "a\x00b" },
		"role":     func(l *crm.Lead) { l.Role = "\xff" },
		"estimate": func(l *crm.Lead) { l.EstimatedPrice = crm.Some(math.NaN()) },
		"weird":    func(l *crm.Lead) { l.Custom = map[string]any{"weird": 1} },
		"infinite": func(l *crm.Lead) { l.Custom = map[string]any{"infinite": math.Inf(1)} },
	}
	for names, spoil := range tests {
		bad := person("L-2")
		spoil(&bad)
		err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: person("L-1")}, {Lead: bad}})
		if err == nil || !strings.Contains(err.Error(), names[:4]) || !strings.Contains(err.Error(), "L-2") {
			t.Errorf("%s: error %v does not name the field and the lead", names, err)
		}
	}
	same(t, "stored leads", got[int](t)(s.CountLeads(t.Context())), 0)
}

func leadTwice(t *testing.T, s *store.Store) {
	first, second := person("L-1"), person("L-1")
	second.City = "Lyon"
	arrivals := []crm.Arrival{{Lead: first, Call: plan("L-1", 1, morning)}, {Lead: second, Call: plan("L-1", 1, morning+1)}}
	for range 2 {
		rewrite(t, s, arrivals...)
	}
	same(t, "count", got[int](t)(s.CountLeads(t.Context())), 1)
	same(t, "the last one counts", got[*crm.Lead](t)(s.Lead(t.Context(), "L-1")), &second)
	calls := got[map[string]crm.Call](t)(s.PlannedCalls(t.Context(), []string{"L-1"}))
	same(t, "call", calls, map[string]crm.Call{"L-1": *plan("L-1", 1, morning+1)})
}

func leadOrder(t *testing.T, s *store.Store) {
	for _, id := range []string{"é", "a", "Z", "z", "A", "10", "9", "_", "a b", "aB"} {
		put(t, s, person(id))
	}
	same(t, "order", pages(t, s, 3), []string{"10", "9", "A", "Z", "_", "a", "a b", "aB", "z", "é"})
}

// pages reads all lead ids in pages of n.
func pages(t *testing.T, s *store.Store, n int) []string {
	t.Helper()
	var ids []string
	for after := ""; ; {
		page := got[[]crm.Lead](t)(s.Leads(t.Context(), expression.All(), after, n))
		if len(page) == 0 {
			return ids
		}
		for _, l := range page {
			ids = append(ids, l.ID)
		}
		after = ids[len(ids)-1]
	}
}

func leadPaging(t *testing.T, s *store.Store) {
	want := map[string]bool{}
	for i := range 100 {
		id := fmt.Sprintf("L-%03d", i*10)
		want[id] = true
		put(t, s, person(id))
	}
	var adding sync.WaitGroup
	adding.Go(func() {
		for i := range 100 {
			late := crm.Arrival{Lead: person(fmt.Sprintf("L-%03d", i*10+5))}
			if err := s.PutLeads(context.Background(), []crm.Arrival{late}); err != nil {
				t.Error(err)
			}
		}
	})
	seen := map[string]bool{}
	for _, id := range pages(t, s, 7) {
		if seen[id] {
			t.Errorf("%s came twice", id)
		}
		seen[id] = true
	}
	adding.Wait()
	for id := range want {
		if !seen[id] {
			t.Errorf("%s was missed", id)
		}
	}
}

func ranking(t *testing.T, s *store.Store) {
	rank := func(id, segment, status string, score int64, estimated crm.Maybe[crm.Instant]) {
		l := person(id)
		l.Segment, l.Status, l.Score, l.EstimatedAt = segment, status, score, estimated
		put(t, s, l)
	}
	never := crm.Maybe[crm.Instant]{}
	rank("d", "PVI_NOW", crm.New, 50, never)
	rank("c", "PVI_NOW", crm.New, 50, crm.Some(morning))
	rank("b", "PVI_NOW", crm.New, 50, crm.Some(morning+1))
	rank("a", "PVI_NOW", crm.New, 50, never)
	rank("top", "PVB", crm.DoNotCall, 90, never)
	rank("low", "PVB", crm.New, -5, crm.Some(morning))
	rank("gone", "PVI_NOW", crm.Erased, 99, never)
	rank("bad", "PVI_NOW", crm.Invalid, 99, never)
	all := expression.Where{Text: "TRUE"}
	positive := expression.Where{Text: `"lead"."score" >= CAST($1 AS BIGINT) AND "lead"."id" <> CAST($2 AS TEXT)`, Args: []any{int64(0), "c"}}
	tests := []struct {
		segment string
		filter  expression.Where
		limit   int
		want    []string
	}{
		{"", all, 100, []string{"top", "b", "c", "a", "d", "low"}},
		{"", all, 2, []string{"top", "b"}},
		{"PVI_NOW", all, 3, []string{"b", "c", "a"}},
		{"PVM", all, 3, nil},
		{"", positive, 3, []string{"top", "b", "a"}},
		{"PVI_NOW", positive, 100, []string{"b", "a", "d"}},
	}
	for _, tt := range tests {
		first := rankedBehind(t, s, tt.segment, tt.filter, nil, tt.limit)
		same(t, "ranking of "+tt.segment, idsOf(first), tt.want)
		var paged []string
		for page := rankedBehind(t, s, tt.segment, tt.filter, nil, 1); len(page) > 0 && len(paged) < tt.limit; {
			paged = append(paged, page[0].ID)
			page = rankedBehind(t, s, tt.segment, tt.filter, &page[0], 1)
		}
		same(t, "ranking lead by lead of "+tt.segment, paged, tt.want)
	}
}

func rankedBehind(t *testing.T, s *store.Store, segment string, filter expression.Where, after *crm.Lead, limit int) []crm.Lead {
	t.Helper()
	return got[[]crm.Lead](t)(s.Ranking(t.Context(), segment, filter, after, limit))
}

func idsOf(leads []crm.Lead) (ids []string) {
	for _, l := range leads {
		ids = append(ids, l.ID)
	}
	return ids
}

func manyIDs(t *testing.T, s *store.Store) {
	var arrivals []crm.Arrival
	var ids []string
	for i := range 1500 {
		id := fmt.Sprintf("L-%04d", i)
		ids = append(ids, id, "no-"+id)
		arrivals = append(arrivals, crm.Arrival{Lead: person(id), Call: plan(id, 1, morning)})
	}
	must(t, s.PutLeads(t.Context(), arrivals))
	leads := got[map[string]*crm.Lead](t)(s.LeadsByID(t.Context(), ids))
	same(t, "leads", len(leads), 1500)
	same(t, "calls", len(got[map[string]crm.Call](t)(s.PlannedCalls(t.Context(), ids))), 1500)
	same(t, "none", len(got[map[string]*crm.Lead](t)(s.LeadsByID(t.Context(), nil))), 0)
}

// leadWrittenMeanwhile shows that nobody overwrites what they have not read.
func leadWrittenMeanwhile(t *testing.T, s *store.Store) {
	calls := planned(t, s, "L-1")
	read := got[*crm.Lead](t)(s.Lead(t.Context(), "L-1"))
	must(t, s.Claim(t.Context(), claim("IDF", 1, calls...)))
	err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: *read}, {Lead: person("L-2")}})
	if !isA(err, crm.ErrConflict) {
		t.Errorf("writing over a claim is %v, want crm.ErrConflict", err)
	}
	if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: person("L-1")}}); !isA(err, crm.ErrConflict) {
		t.Errorf("storing a lead as new that is there is %v, want crm.ErrConflict", err)
	}
	same(t, "status", got[*crm.Lead](t)(s.Lead(t.Context(), "L-1")).Status, crm.InCampaign)
	same(t, "stored leads", pages(t, s, 10), []string{"L-1"})
}
