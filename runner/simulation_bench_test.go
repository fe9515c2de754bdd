package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkSimulate is 12 days of a call centre whose leads come in over 40 days
// from the first on, in the proportions of fixtures/: as simulate does it, and
// on a store that is written and read in full each time. CALLSHEET_BENCH_LARGE
// makes it 30 days of 50 000 leads instead of 10 000.
func BenchmarkSimulate(b *testing.B) {
	leads, days := 10_000, 12
	if os.Getenv("CALLSHEET_BENCH_LARGE") != "" {
		leads, days = 50_000, 30
	}
	folder := manyFixtures(b, leads)
	for name, prepare := range map[string]func(*session){"remembered": (*session).remember, "in full": func(*session) {}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				out := filepath.Join(b.TempDir(), "out")
				simulateApart(b, "..", folder, simulateOptions{from: "2026-10-12", days: days, out: out, seed: 1}, prepare)
			}
		})
	}
}

// manyFixtures is a folder of fixtures with n leads, the same again and again
// but for their ids, phones and times.
func manyFixtures(b *testing.B, n int) string {
	b.Helper()
	folder := b.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../fixtures")); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(folder, "leads.csv")
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	head, rows := rows[0], rows[1:]
	at := func(name string) int { return slices.Index(head, name) }
	many := [][]string{head}
	for i := range n {
		row := slices.Clone(rows[i%len(rows)])
		row[at("id")], row[at("phone")] = fmt.Sprintf("M%06d", i), fmt.Sprintf("0199%06d", i)
		arrived := time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC).Add(40 * 24 * time.Hour / time.Duration(n) * time.Duration(i)).Format("2006-01-02T15:04:05")
		for _, name := range []string{"created_at", "estimated_at"} {
			if row[at(name)] != "" {
				row[at(name)] = arrived
			}
		}
		many = append(many, row)
	}
	made, err := os.Create(path)
	if err == nil {
		err = csv.NewWriter(made).WriteAll(many)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := made.Close(); err != nil {
		b.Fatal(err)
	}
	return folder
}
