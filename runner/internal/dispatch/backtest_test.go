package dispatch_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// The slots of a day are decided about again, as if the calls since had not
// been made.
func TestBacktest(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.seven()
			o.start("PVI", "2026-11-23T10:00:00")
			o.handOver()
			o.hears("11:00:00",
				report(t, "c-1", "L1", "10:10:00", "10:20:00", "Qualifié"),
				report(t, "c-2", "L2", "10:20:00", "10:30:00", "Pas de réponse"))
			must(t, o.store.PutWallets(t.Context(), []crm.Wallet{{ContactID: "L1", Agent: "a1"}}, crm.At(local(t, "2026-11-23T11:00:00"))))
			o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
			o.start("PVI", "2026-11-23T14:00:00") // L3 again, and L4
			o.start("PVB", "2026-11-23T14:00:00")

			replay := func(edits ...string) []dispatch.Backtested {
				var days, told atomic.Int64
				got, err := o.desk.Backtest(t.Context(), o.book, f0(t, edits...), local(t, "2026-11-01T00:00:00"), local(t, "2026-11-24T00:00:00"), func(of int) {
					told.Add(1)
					days.Store(int64(of))
				})
				must(t, err)
				same(t, "told of days", told.Load(), days.Load())
				return got
			}
			same(t, "PVI without PVI_NOW", replay("segments: [PVI_NOW, PVI_SOON, PVS, PVM]", "segments: [PVI_SOON, PVS, PVM]"), []dispatch.Backtested{
				{Campaign: "PVI", Days: 1, Before: 4, After: 3, Leaving: 1, Won: 1, Missed: 1},
			})
			same(t, "PVI with PVB", replay("segments: [PVI_NOW, PVI_SOON, PVS, PVM]", "segments: [PVI_NOW, PVI_SOON, PVS, PVM, PVB]"), []dispatch.Backtested{
				{Campaign: "PVI", Days: 1, Before: 4, After: 5, Entering: 1, Won: 1},
			})
			same(t, "what concerns all", replay("days: [mon, tue, wed, thu, fri], from: \"17:00\"", "days: [mon, tue, wed], from: \"17:00\""), []dispatch.Backtested{
				{Campaign: "PVI", Days: 1, Before: 4, After: 4, Won: 1},
				{Campaign: "PVB", Days: 1, Before: 1, After: 1},
			})
			same(t, "what concerns none", len(replay("time_zone: Europe/Paris", "time_zone: Europe/Paris")), 0)
		})
	}
}

func TestTouched(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ from, to, want string }{
		"one campaign":            {"lead.attempts >= 4 and lead.reached == 0", "lead.attempts >= 3 and lead.reached == 0", "PVB"},
		"one and its follower":    {"max_per_slot: 60", "max_per_slot: 50", "PVI CF"},
		"scores":                  {"half_life: 14d", "half_life: 7d", "PVI PVB PQSC DDR CF"},
		"defaults":                {"> 365", "> 300", "PVI PVB PQSC DDR CF"},
		"jobs":                    {`at: "06:00"`, `at: "05:00"`, ""},
		"what dialers write":      {"header: false", "header: true", ""},
		"who was never in a slot": {"label: callback requests of owners", "label: requests of owners", "DDR"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, "campaigns", strings.Join(dispatch.Touched(shipped(t), shipped(t, test.from, test.to)), " "), test.want)
		})
	}
}
