package store_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"callsheet/engine/expression"
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
					for page, err := range s.DueCalls(context.Background(), []string{"contact.phone"}, dawn+due, stored) {
						if err != nil || len(page) != due {
							b.Fatalf("%d calls are due, want %d: %v", len(page), due, err)
						}
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
						if best, err := s.Ranking(context.Background(), segment, expression.Where{Text: "TRUE"}, nil, 200); err != nil || len(best) != 200 {
							b.Fatalf("%d leads are ranked, want 200: %v", len(best), err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkStop stops a run of 5 000 injected calls.
func BenchmarkStop(b *testing.B) {
	const calls = 5000
	for name, open := range databases() {
		for _, stored := range sizes(10_000) {
			b.Run(fmt.Sprintf("%s/of=%d", name, stored), func(b *testing.B) {
				s := open(b)
				fill(b, s, 0, stored)
				for round := 0; b.Loop(); round++ {
					b.StopTimer()
					run := inject(b, s, round, calls)
					b.StartTimer()
					stopped, err := s.Stop(context.Background(), crm.Stop{At: dawn, Runs: []crm.Stopping{{Run: run, Into: "PVI", DueAt: crm.Some(dawn)}}})
					if err != nil || len(stopped[0].Recycled) != calls {
						b.Fatalf("%d calls were recycled, want %d: %v", len(stopped[0].Recycled), calls, err)
					}
				}
			})
		}
	}
}

// inject claims the planned calls of the first leads for a run of its own.
func inject(b *testing.B, s *store.Store, round, calls int) crm.Run {
	b.Helper()
	var ids []string
	for n := range calls {
		ids = append(ids, arrival(n).Lead.ID)
	}
	planned, err := s.PlannedCalls(context.Background(), ids)
	if err != nil {
		b.Fatal(err)
	}
	key := fmt.Sprint("PVI/", round)
	c := crm.Claim{At: dawn, Runs: []crm.Run{{ID: crm.RunID(key, "IDF"), Group: "IDF", SlotEnd: dawn, State: crm.RunRunning}}}
	for _, call := range planned {
		call.RunID, call.NotBefore = c.Runs[0].ID, crm.Some(dawn)
		c.Calls = append(c.Calls, call)
		c.Decisions = append(c.Decisions, crm.Decision{SlotKey: key, LeadID: call.LeadID, CallID: call.ID, Group: "IDF", Injected: true})
	}
	if err := s.Claim(context.Background(), c); err != nil {
		b.Fatal(err)
	}
	return c.Runs[0]
}

// BenchmarkApply applies reports of calls from 64 goroutines at once: a lead,
// the call that ended, the next one, the record.
func BenchmarkApply(b *testing.B) {
	for name, open := range databases() {
		for _, stored := range sizes(10_000) {
			b.Run(fmt.Sprintf("%s/of=%d", name, stored), func(b *testing.B) {
				s := open(b)
				fill(b, s, 0, stored)
				var goroutine, serial atomic.Int64
				b.SetParallelism(64 / runtime.GOMAXPROCS(0))
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					// Each has its own leads, a hundred apart.
					first := int(goroutine.Add(1)) * 100
					leads := map[int]crm.Arrival{}
					for n := first; pb.Next(); n = first + (n+1)%100 {
						a, known := leads[n]
						if !known {
							a = arrival(n)
							a.Lead.Revision = 1
						}
						a, err := reported(s, a, serial.Add(1))
						if err != nil {
							b.Error(err)
						}
						leads[n] = a
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
			})
		}
	}
}

// reported applies the report of a call to a lead and gives both as they are
// then.
func reported(s *store.Store, a crm.Arrival, serial int64) (crm.Arrival, error) {
	ended, next := *a.Call, *a.Call
	ended.State, next.ID = crm.CallEnded, crm.NextCallID(a.Call.ID)
	a.Lead.Attempts++
	a.Lead.LastCallAt, a.Lead.Status = crm.Some(dawn+crm.Instant(serial)), crm.NotQualified
	id := fmt.Sprint("report-", serial)
	err := s.Apply(context.Background(), crm.Change{
		Leads: []crm.Lead{a.Lead}, Calls: []crm.Call{ended, next},
		Records: []crm.Record{{
			ID: id, Revision: 1, LeadID: a.Lead.ID, CallID: ended.ID, Phone: a.Lead.Phone, PhoneRaw: a.Lead.PhoneRaw, Agent: "zoe", Result: "no answer",
			StartedAt: a.Lead.LastCallAt, TotalSeconds: crm.Some[int64](30), Outcome: "no_answer", Attempt: true, Version: "v1", ReceivedAt: dawn,
			Hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
		}},
	})
	a.Lead.Revision++
	a.Call = &next
	return a, err
}

// BenchmarkPhonePasts reads the calls of 5 000 phones, ten each.
func BenchmarkPhonePasts(b *testing.B) {
	const phones, each = 5000, 10
	for name, open := range databases() {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			var asked []string
			var records []crm.Record
			for n := range phones {
				asked = append(asked, fmt.Sprintf("+33199%08d", n))
				for i := range each {
					records = append(records, crm.Record{
						ID: fmt.Sprint("report-", n, "-", i), Revision: 1, LeadID: fmt.Sprint("L-", n), Phone: asked[n], PhoneRaw: asked[n][3:], Agent: "zoe",
						Result: "no answer", StartedAt: crm.Some(dawn + crm.Instant(i)), Outcome: "no_answer", Attempt: true, Version: "v1",
						ReceivedAt: dawn, Hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
					})
				}
			}
			if err := s.Apply(context.Background(), crm.Change{Records: records}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				found, err := s.PhonePasts(context.Background(), asked)
				if err != nil || len(found) != phones {
					b.Fatalf("%d phones have records, want %d: %v", len(found), phones, err)
				}
			}
		})
	}
}
