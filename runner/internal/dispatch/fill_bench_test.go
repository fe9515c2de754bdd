package dispatch

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// BenchmarkFill reads 20 columns of 20 000 leads from SQLite: into a lead and
// no further, and on into the columns of a batch.
func BenchmarkFill(b *testing.B) {
	const leads = 20_000
	book, err := engine.Load(os.DirFS("../../.."), nil)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "leads.db")
	st, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	storeQueue(b, st, leads, time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var lead crm.Lead
	f, query, places := twentyFields(b, book, &lead)
	batch := book.Schema.NewBatch(0)
	for _, way := range []struct {
		name string
		use  func(row int)
	}{{"scan", func(int) {}}, {"fill", func(row int) { f.lead(batch, row, &lead) }}} {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				rows, err := db.QueryContext(context.Background(), query)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for ; rows.Next(); n++ {
					if n%4096 == 0 {
						batch.Reset(4096)
					}
					if err := rows.Scan(places...); err != nil {
						b.Fatal(err)
					}
					way.use(n % 4096)
				}
				if err := rows.Close(); err != nil || n != leads {
					b.Fatalf("%d leads of %d: %v", n, leads, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*leads), "ns/lead")
		})
	}
}

// twentyFields are the first twenty fields that rules read of leads, but lists,
// the query for them, and where each lands in a lead.
func twentyFields(b *testing.B, book *engine.RuleBook, lead *crm.Lead) (facts, string, []any) {
	b.Helper()
	var columns []int
	var names []string
	var places []any
	for _, field := range crm.LeadFields() {
		column, known := book.Schema.Index(field.Name)
		if !known || len(columns) == 20 || field.Name == "lead.tags" || !slices.Contains(book.Reads, column) && len(book.Reads) > 20 {
			continue
		}
		_, name, _ := strings.Cut(field.Name, ".")
		columns, names, places = append(columns, column), append(names, `"`+name+`"`), append(places, place(field.Of(lead)))
	}
	if len(columns) != 20 {
		b.Fatalf("rules read %d fields, want 20", len(columns))
	}
	return factsOf(book, columns), `SELECT ` + strings.Join(names, ", ") + ` FROM "lead"`, places
}

// place is where a column lands in the fact that of points at.
func place(of any) any {
	switch p := of.(type) {
	case *bool:
		return cell(func(v any) { *p = v == int64(1) })
	case *crm.Instant:
		return cell(func(v any) { *p = crm.Instant(v.(int64)) })
	case *crm.Maybe[int64]:
		return maybeCell(p, func(v any) int64 { return v.(int64) })
	case *crm.Maybe[float64]:
		return maybeCell(p, func(v any) float64 { return v.(float64) })
	case *crm.Maybe[bool]:
		return maybeCell(p, func(v any) bool { return v == int64(1) })
	case *crm.Maybe[crm.Instant]:
		return maybeCell(p, func(v any) crm.Instant { return crm.Instant(v.(int64)) })
	}
	return of
}

// cell takes what the driver read.
type cell func(value any)

func (c cell) Scan(value any) error {
	c(value)
	return nil
}

func maybeCell[T any](p *crm.Maybe[T], of func(any) T) cell {
	return func(v any) {
		if v == nil {
			*p = crm.Maybe[T]{}
			return
		}
		*p = crm.Some(of(v))
	}
}
