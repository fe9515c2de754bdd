package dispatch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// BenchmarkBacktest decides again about 30 days of a campaign that looked at
// 8000 of 100 000 leads in each of three slots a working day: 528 000 decisions.
func BenchmarkBacktest(b *testing.B) {
	const leads, each, days = 100_000, 8_000, 22
	before, err := engine.Load(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	sources, err := engine.Read(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	sources["campaigns.yaml"] = []byte(strings.Replace(string(sources["campaigns.yaml"]), "lead.score >= 20", "lead.score >= 45", 1))
	after, err := engine.Compile(sources)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "leads.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	storeQueue(b, st, leads, at)
	for slot := range 3 * days {
		start := at.AddDate(0, 0, -slot/3).Add(time.Duration(slot%3) * 3 * time.Hour)
		key := crm.SlotKey("PVI", start)
		c := crm.Claim{Runs: []crm.Run{{ID: crm.RunID(key, "IDF"), Campaign: "PVI", Slot: "morning", Group: "IDF", SlotStart: crm.At(start), SlotEnd: crm.At(start.Add(3 * time.Hour)), State: crm.RunStopped}}}
		for i := range each {
			id := fmt.Sprintf("L-%08x", uint32((slot*each+i)%leads)*2654435761)
			c.Decisions = append(c.Decisions, crm.Decision{SlotKey: key, LeadID: id, CallID: crm.CallID(id, 1), Group: "IDF", Reason: "over_capacity", At: crm.At(start)})
		}
		if err := st.Claim(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
	desk := &Desk{Store: st}
	b.ResetTimer()
	for b.Loop() {
		got, err := desk.Backtest(context.Background(), before, after, at.AddDate(0, 0, -30), at.AddDate(0, 0, 1), nil)
		if err != nil || len(got) != 1 || got[0].Days != days {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(3*days*each), "decisions/op")
}
