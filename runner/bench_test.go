package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkImport imports leads end to end: read, typed, scored, planned, on
// disk. CALLSHEET_BENCH_LEADS sets how many (20 000 when unset; the figures
// in docs/operations.md are of 1 000 000).
func BenchmarkImport(b *testing.B) {
	n := benchLeads(b, 20_000)
	path := filepath.Join(b.TempDir(), "leads.csv")
	writeLeadsFrom(b, path, 0, n, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	for b.Loop() {
		db := filepath.Join(b.TempDir(), "bench.db")
		command(b, "--rules", "..", "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", path)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}

// BenchmarkStart starts a campaign as a whole command on a store of which
// 5 000 leads are due. Its cost must follow these, not the leads stored.
func BenchmarkStart(b *testing.B) {
	const due = 5_000
	for _, stored := range []int{10_000, benchLeads(b, 100_000)} {
		b.Run(strconv.Itoa(stored), func(b *testing.B) {
			dir := b.TempDir()
			db := filepath.Join(dir, "bench.db")
			// The later leads are planned for a slot of the next day.
			for i, at := range []string{"2026-11-22T20:00:00", "2026-11-23T20:00:00"} {
				path := filepath.Join(dir, fmt.Sprintf("leads-%d.csv", i))
				count := []int{due, stored - due}[i]
				writeLeadsFrom(b, path, i*due, count, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
				command(b, "--rules", "..", "--db", db, "--at", at, "import", "leads", path)
			}
			for b.Loop() {
				b.StopTimer()
				copyOf := filepath.Join(b.TempDir(), "copy.db")
				copyFile(b, db, copyOf)
				b.StartTimer()
				command(b, "--rules", "..", "--db", copyOf, "--out", filepath.Join(b.TempDir(), "out"),
					"start-campaign", "--type=PVI", "--start-date=2026-11-23T09:30:00")
			}
		})
	}
}

func benchLeads(b *testing.B, otherwise int) int {
	text := os.Getenv("CALLSHEET_BENCH_LEADS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func command(b *testing.B, args ...string) {
	b.Helper()
	a := &app{stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, clock: time.Now}
	if code := a.run(b.Context(), args); code != exitDone {
		b.Fatalf("callsheet %v: exit code %d", args, code)
	}
}

// writeLeadsFrom writes n invented leads, numbered from first, the same at
// every run. A million need more phones than the ten thousand kept for
// fiction: they take numbers of the same beginning.
func writeLeadsFrom(b *testing.B, path string, first, n int, newest time.Time) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,source,created_at,estimated_at,estimated_price,sell_horizon_months,role,property_type,living_area,rooms,postal_code,"+
		"city,visits,callback_requests,tags,legal_basis,phone,first_name,last_name,email")
	random := rand.New(rand.NewPCG(1, uint64(first)))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	number := func(from, to int) string {
		if random.IntN(4) == 0 {
			return ""
		}
		return strconv.Itoa(from + random.IntN(to-from))
	}
	for i := first; i < first+n; i++ {
		at := newest.Add(-time.Duration(random.IntN(200*24*60)) * time.Minute).Format("2006-01-02T15:04:05")
		fmt.Fprintf(w, "L-%07d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,Ville,%s,%s,%s,%s,0%d,Prénom%d,Nom%d,p%d@example.org\n",
			i, pick("estimation", "form", "partner"), at, at, number(90_000, 900_000), number(1, 36), pick("owner", "co_owner", "heir", "tenant", ""),
			pick("house", "apartment", ""), number(20, 200), number(1, 8), pick("75011", "92100", "13001", "69003", "44000", "57000", "33000"),
			number(0, 12), number(0, 2), pick("", "vue mer|succession"), pick("request", "contract", "none"), 199_000_000+i, i%97, i%89, i)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func copyFile(b *testing.B, from, to string) {
	b.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		b.Fatal(err)
	}
}
