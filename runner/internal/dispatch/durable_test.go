package dispatch_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

const sheaf = 200 // leads that a start injects

// onDisk is an office over a database file, in which leads come in for one slot
// after the other.
type onDisk struct {
	*office
	db    *sql.DB // beside the store
	slot  int
	taken []time.Duration
}

func newOnDisk(b *testing.B) *onDisk {
	b.Helper()
	path := filepath.Join(b.TempDir(), "callsheet.db")
	st, err := store.Open(context.Background(), path)
	must(b, err)
	b.Cleanup(func() { must(b, st.Close()) })
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)")
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	db.SetMaxOpenConns(1)
	return &onDisk{office: newOffice(b, st, f0(b, "max_per_slot: 3", "max_per_slot: 5000")), db: db}
}

// next receives the leads of another day's morning slot and gives its start.
// The calls of the days before have been made.
func (o *onDisk) next() string {
	_, err := o.db.Exec(`UPDATE "call" SET "state" = 'ended' WHERE "state" = 'injected'`)
	must(o, err)
	o.slot++
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*o.slot)
	leads := many(sheaf)
	for i := range leads {
		leads[i] = lead(fmt.Sprintf("D%d-%03d", o.slot, i), o.slot*sheaf+i, given("RDVVQ", "PVI_NOW", int64(i%100)), postal("75011"))
	}
	o.receive(day.Format("2006-01-02T")+"08:00:00", leads...)
	return day.Format("2006-01-02T") + "09:30:00"
}

// report tells the middle and the slowest hundredth.
func (o *onDisk) report(b *testing.B) {
	b.Helper()
	slices.Sort(o.taken)
	b.ReportMetric(float64(o.taken[len(o.taken)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(o.taken[len(o.taken)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkStartDurably injects 200 leads into a database on disk, with
// everything that a start decides and stores.
func BenchmarkStartDurably(b *testing.B) {
	o := newOnDisk(b)
	for b.Loop() {
		b.StopTimer()
		at := o.next()
		b.StartTimer()
		begin := time.Now()
		report := o.start("PVI", at)
		o.taken = append(o.taken, time.Since(begin))
		b.StopTimer()
		same(b, "injected", report[0].Groups[0].New, sheaf)
		b.StartTimer()
	}
	o.report(b)
}

// BenchmarkBareTransaction writes the rows that a start of 200 leads writes,
// and nothing else, in one transaction with the same guarantees: the yardstick
// of BenchmarkStartDurably.
func BenchmarkBareTransaction(b *testing.B) {
	o := newOnDisk(b)
	for b.Loop() {
		b.StopTimer()
		o.next()
		var due []crm.Due
		for page, err := range o.store.DueCalls(context.Background(), nil, 1<<60, dispatch.MaxReceive) {
			must(b, err)
			due = append(due, page...)
		}
		same(b, "due", len(due), sheaf)
		b.StartTimer()
		begin := time.Now()
		must(b, bare(o.db, due, o.slot))
		o.taken = append(o.taken, time.Since(begin))
	}
	o.report(b)
}

// bare writes what a start writes: a run, a file with its lines, decisions,
// calls and leads.
func bare(db *sql.DB, due []crm.Due, n int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	key, file := fmt.Sprintf("PVI/%d", n), fmt.Sprintf("PVI/%d.csv", n)
	exec := func(query string, rows int, args func(i int) []any) {
		if err != nil {
			return
		}
		var stmt *sql.Stmt
		if stmt, err = tx.Prepare(query); err != nil {
			return
		}
		defer stmt.Close()
		for i := range rows {
			if _, err = stmt.Exec(args(i)...); err != nil {
				return
			}
		}
	}
	exec(`INSERT INTO "run" VALUES ($1, 'PVI', 'M', 'IDF', 1, 2, 'running', 1, NULL, '[]', 1, $2)`, 1, func(int) []any { return []any{key + "/IDF", key} })
	exec(`UPDATE "file_count" SET "last" = "last" + 1`, 1, func(int) []any { return nil })
	exec(`INSERT INTO "file" SELECT $1, 'inject', 'claimed', $2, $3, 'PVI', 'diabolocom-csv', 384, 'utf-8', 'x', 'external_id', 1, 'hash', 1, 'v', 1, NULL, "last" FROM "file_count"`,
		1, func(int) []any { return []any{file, key + "/IDF", key} })
	exec(`INSERT INTO "file_line" VALUES ($1, $2, $3, $4, $5, $6)`, len(due), func(i int) []any {
		text := due[i].Lead.ID + ";33199000001;Durand;Anne;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92"
		return []any{file, i, key, due[i].Call.ID, due[i].Lead.ID, text}
	})
	exec(`UPDATE "call" SET "state" = 'injected', "run_id" = $2, "group" = 'IDF', "agent" = 'a1', "file" = $3, "not_before" = 1, "not_after" = 2, "injected_at" = 1 WHERE "id" = $1`,
		len(due), func(i int) []any { return []any{due[i].Call.ID, key + "/IDF", file} })
	exec(`UPDATE "lead" SET "status" = 'in_campaign', "assigned_agent" = 'a1', "revision" = "revision" + 1 WHERE "id" = $1`,
		len(due), func(i int) []any { return []any{due[i].Lead.ID} })
	exec(`INSERT INTO "decision" VALUES ($1, $2, $3, 'IDF', 1, '', '', 0, 92, $4, 'v', 1, $5, $1)`, len(due), func(i int) []any {
		return []any{key, due[i].Lead.ID, due[i].Call.ID, i, crm.DecisionID(key, due[i].Lead.ID)}
	})
	exec(`INSERT INTO "facts" VALUES ($1, $1, 1, $2)`, 1, func(int) []any { return []any{key, strings.Repeat("x", 20*len(due))} })
	if err != nil {
		return err
	}
	return tx.Commit()
}
