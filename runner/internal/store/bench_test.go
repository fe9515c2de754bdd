package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// dawn is 2026-11-23T06:00:00Z.
const dawn crm.Instant = 1795413600000

// databases are what the benchmarks compare.
func databases() map[string]func(testing.TB) *store.Store {
	return map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres}
}

// arrival is the n-th lead of an import, complete like a real one; its id is
// scattered, its call due n milliseconds after dawn.
func arrival(n int) crm.Arrival {
	scattered := uint32(n) * 2654435761 // Knuth's multiplicative hash
	id := fmt.Sprintf("L-%08x", scattered)
	phone := fmt.Sprintf("+33199%08d", n)
	return crm.Arrival{
		Lead: crm.Lead{
			ID: id, ContactID: id, Type: "RDVVQ", Segment: []string{"PVI_NOW", "PVI_SOON", "PVS", "PVB"}[n%4],
			Score: int64(scattered % 200), Grade: "B", Group: "IDF", ScoredAt: crm.Some(dawn), ScoredBy: "abc1234",
			Status: crm.Scheduled, Source: "website", CreatedAt: dawn - crm.Instant(n), EstimatedAt: crm.Some(dawn - crm.Instant(n)),
			EstimatedPrice: crm.Some(float64(150_000 + n%900_000)), SellHorizonMonths: crm.Some(int64(n % 24)), Role: "owner",
			PropertyType: "house", LivingArea: crm.Some(85.5), Rooms: crm.Some[int64](4), PostalCode: "75011", City: "Paris",
			MediaZone: crm.Some(true), Visits: crm.Some[int64](3), Tags: []string{"web"}, NextCallAt: crm.Some(dawn + crm.Instant(n)),
			LegalBasis: crm.BasisConsent, ConsentAt: crm.Some(dawn), ConsentEvidence: "form 12", OnBloctel: crm.Some(false),
			FirstName: "Camille", LastName: "Exemple", Email: "camille@example.org", Phone: phone, PhoneRaw: phone[3:],
			PhoneCountry: "33", PhoneNational: phone[3:], Language: "fr",
		},
		Call: &crm.Call{
			ID: crm.CallID(id, 1), LeadID: id, Phone: phone, Kind: crm.KindPlan, State: crm.CallPlanned,
			DueAt: dawn + crm.Instant(n), CreatedAt: dawn,
		},
	}
}

// fill stores leads from up to below to, 5 000 a transaction.
func fill(b *testing.B, s *store.Store, from, to int) {
	b.Helper()
	for from < to {
		var batch []crm.Arrival
		for ; from < to && len(batch) < 5000; from++ {
			batch = append(batch, arrival(from))
		}
		if err := s.PutLeads(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

// sizes are the numbers of leads stored beforehand; the million takes minutes
// to fill and is measured only when CALLSHEET_BENCH_LARGE is set.
func sizes(small int) []int {
	if os.Getenv("CALLSHEET_BENCH_LARGE") == "" {
		return []int{small}
	}
	return []int{small, 1_000_000}
}

func BenchmarkPutLeads(b *testing.B) {
	const leads = 100_000
	for name, open := range databases() {
		for _, stored := range sizes(0) {
			b.Run(fmt.Sprintf("%s/into=%d", name, stored), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					s := open(b)
					fill(b, s, 0, stored)
					b.StartTimer()
					fill(b, s, stored, stored+leads)
				}
				b.ReportMetric(float64(leads*b.N)/b.Elapsed().Seconds(), "leads/s")
			})
		}
	}
}

func BenchmarkDueCalls(b *testing.B) {
	const due = 5000
	for name, open := range databases() {
		for _, stored := range sizes(10_000) {
			b.Run(fmt.Sprintf("%s/of=%d", name, stored), func(b *testing.B) {
				s := open(b)
				fill(b, s, 0, stored)
				for b.Loop() {
					page, err := s.DueCalls(context.Background(), dawn+due, crm.Due{}, stored)
					if err != nil || len(page) != due {
						b.Fatalf("%d calls are due, want %d: %v", len(page), due, err)
					}
				}
			})
		}
	}
}

func BenchmarkRanking(b *testing.B) {
	for name, open := range databases() {
		for _, stored := range sizes(10_000) {
			for _, segment := range []string{"", "PVB"} {
				b.Run(fmt.Sprintf("%s/of=%d/segment=%s", name, stored, segment), func(b *testing.B) {
					s := open(b)
					fill(b, s, 0, stored)
					for b.Loop() {
						if best, err := s.Ranking(context.Background(), segment, 200); err != nil || len(best) != 200 {
							b.Fatalf("%d leads are ranked, want 200: %v", len(best), err)
						}
					}
				})
			}
		}
	}
}
