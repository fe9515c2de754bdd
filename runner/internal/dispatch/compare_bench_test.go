package dispatch

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// BenchmarkCompare compares the shipped rule book with an edited one over as
// many leads as CALLSHEET_BENCH_LEADS says (50 000), and beside that does
// nothing but read the same columns of the same leads.
func BenchmarkCompare(b *testing.B) {
	leads := 50_000
	if n, err := strconv.Atoi(os.Getenv("CALLSHEET_BENCH_LEADS")); err == nil {
		leads = n
	}
	before, err := engine.Load(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	sources, err := engine.Read(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	sources["scoring.yaml"] = []byte(strings.Replace(string(sources["scoring.yaml"]), "half_life: 14d", "half_life: 7d", 1))
	after, err := engine.Compile(sources)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "leads.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	storeQueue(b, st, leads, at)
	desk := &Desk{Store: st}
	b.Run("scan", func(b *testing.B) {
		c := &comparing{desk: desk, before: before, after: after}
		for b.Loop() {
			pages := make(chan []crm.Due)
			go func() {
				defer close(pages)
				if err := c.read(context.Background(), pages, nil); err != nil {
					b.Error(err)
				}
			}()
			n := 0
			for page := range pages {
				n += len(page)
			}
			if n != leads {
				b.Fatalf("%d leads", n)
			}
		}
		b.ReportMetric(float64(leads), "leads/op")
	})
	b.Run("compare", func(b *testing.B) {
		for b.Loop() {
			got, err := desk.Compare(context.Background(), before, after, at, nil)
			if err != nil || got.Leads != leads {
				b.Fatalf("%d leads, %v", got.Leads, err)
			}
		}
		b.ReportMetric(float64(leads), "leads/op")
	})
	b.Run("snapshot", func(b *testing.B) {
		var was, is runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&was)
		s, err := desk.Snapshot(context.Background(), before, at)
		if err != nil || !s.Shows(after) {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&is)
		for b.Loop() {
			got, err := s.Compare(context.Background(), after)
			if err != nil || got.Leads != leads {
				b.Fatalf("%d leads, %v", got.Leads, err)
			}
		}
		b.ReportMetric(float64(leads), "leads/op")
		b.ReportMetric(float64(is.HeapAlloc-was.HeapAlloc)/float64(leads), "B/lead")
		runtime.KeepAlive(s)
	})
	b.Run("evaluate", func(b *testing.B) {
		c := &comparing{desk: desk, before: before, after: after, at: at, campaigns: allCampaigns(before, after), grades: allGrades(before, after)}
		page, err := st.Outstanding(context.Background(), c.fields(), "", expression.MaxBatch)
		if err != nil {
			b.Fatal(err)
		}
		w := c.worker()
		for b.Loop() {
			if err := w.page(context.Background(), page); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(page)), "leads/op")
	})
}
