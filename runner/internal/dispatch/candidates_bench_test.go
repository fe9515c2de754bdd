package dispatch

import (
	"context"
	"fmt"
	"iter"
	"os"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// BenchmarkFollower decides a tick of CF: 200 of the leads stored came in since
// the slot began, all have a call that is due. It looks at all of them, or at
// the candidates. A million leads are stored when CALLSHEET_BENCH_LARGE is set.
func BenchmarkFollower(b *testing.B) {
	leads := 20_000
	if os.Getenv("CALLSHEET_BENCH_LARGE") != "" {
		leads = 1_000_000
	}
	book, err := engine.Load(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	st := storetest.SQLite(b)
	sel := tick(b, book, "2026-11-23T10:30:00")
	storeQueue(b, st, leads, sel.at)
	end := crm.At(sel.s.slot.End)
	for name, next := range map[string]func() iter.Seq2[[]crm.Due, error]{
		"all": func() iter.Seq2[[]crm.Due, error] {
			return st.DueCalls(context.Background(), sel.facts.reads, end, 4096)
		},
		"candidates": func() iter.Seq2[[]crm.Due, error] {
			calls, callbacks := sel.book.Prefilter(sel.c, sel.s.slot, sel.at, engine.GateCompliance, st.Dialect())
			return st.Candidates(context.Background(), sel.facts.reads, end, calls, callbacks, 4096)
		},
	} {
		b.Run(fmt.Sprintf("%s/of=%d", name, leads), func(b *testing.B) {
			for b.Loop() {
				if n := len(passing(verdicts(b, sel, next()))); n != 200 {
					b.Fatalf("%d calls pass, want 200", n)
				}
			}
		})
	}
}

// storeQueue stores n sellers who can be called at once, one every nine
// seconds until at.
func storeQueue(b *testing.B, st *store.Store, n int, at time.Time) {
	b.Helper()
	var batch []crm.Arrival
	for i := range n {
		id, phone := fmt.Sprintf("L-%08x", uint32(i)*2654435761), fmt.Sprintf("+33199%08d", i)
		created := crm.At(at.Add(-time.Duration(9*i+1) * time.Second))
		batch = append(batch, crm.Arrival{
			Lead: crm.Lead{
				ID: id, Status: crm.Scheduled, Source: "estimation", CreatedAt: created, EstimatedAt: crm.Some(created),
				EstimatedPrice: crm.Some(float64(250_000 + i%900_000)), SellHorizonMonths: crm.Some[int64](1), Role: "owner", PropertyType: "house",
				LivingArea: crm.Some(85.5), Rooms: crm.Some[int64](4), PostalCode: "75011", City: "Paris", MediaZone: crm.Some(false),
				Visits: crm.Some[int64](6), Tags: []string{"web"}, NextCallAt: crm.Some(created), LegalBasis: crm.BasisRequest, OnBloctel: crm.Some(false),
				FirstName: "Camille", LastName: "Exemple", Email: "camille@example.org", Phone: phone, PhoneRaw: phone, PhoneCountry: "33", PhoneNational: phone[3:], Language: "fr",
			},
			Call: &crm.Call{ID: crm.CallID(id, 1), LeadID: id, Phone: phone, Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: created, CreatedAt: created},
		})
		if len(batch) == 5000 || i == n-1 {
			if err := st.PutLeads(context.Background(), batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
}
