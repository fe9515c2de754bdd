package dispatch_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// imported receives a CSV of leads in batches of at most size rows, as an
// import does. None of its rows may be refused.
func (o *office) imported(at, text string, size int) dispatch.Received {
	o.Helper()
	source, err := intake.NewSource("leads.csv", strings.NewReader(text), int64(len(text)))
	must(o, err)
	custom := []intake.Custom{
		{Name: "note", Type: "text"},
		{Name: "floor", Type: "integer"},
		{Name: "likes", Type: "text_list"},
		{Name: "given_type", Type: "text"},
		{Name: "given_segment", Type: "text"},
		{Name: "given_score", Type: "integer"},
	}
	reader, err := intake.Leads(source, custom, intake.NewPhones(), o.book.Zone)
	must(o, err)
	var sum dispatch.Received
	for more := true; more; {
		var rows []dispatch.Incoming
		for len(rows) < size && more {
			row, err := reader.Next()
			if more = !errors.Is(err, io.EOF); !more {
				break
			}
			must(o, err)
			if row.Reject != "" {
				o.Fatalf("line %d is refused: %s", row.Line, row.Reject)
			}
			rows = append(rows, dispatch.Incoming{ID: row.ID, Set: row.Set})
		}
		sum.Add(o.receive(at, rows...))
	}
	return sum
}

const leadColumns = "id,phone,postal_code,created_at,city,visits,tags,status,attempts,note,floor,likes\n"

// A file with several rows of one lead changes nothing when it comes again,
// whatever the rows say.
func TestImportTwiceWithSeveralRowsOfOneLead(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	pick := func(t *rapid.T, name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[a-z]{12}`).Draw(t, "id")
		file := leadColumns
		for range rapid.IntRange(2, 4).Draw(t, "rows") {
			file += strings.Join([]string{
				id,
				pick(t, "phone", "0199000001", "0199000002", "0692123456", "none", ""),
				pick(t, "postal code", "75011", "97400", ""),
				pick(t, "created at", "2026-11-01", "2026-11-02", ""),
				pick(t, "city", "Paris", ""),
				pick(t, "visits", "3", ""),
				pick(t, "tags", "a|b", ""),
				pick(t, "status", "new", "qualified", ""),
				pick(t, "attempts", "1", "2", ""),
				pick(t, "note", "late", ""),
				pick(t, "floor", "4", ""),
				pick(t, "likes", "boats|cars", ""),
			}, ",") + "\n"
		}
		o.imported("2026-11-22T20:00:00", file, 100)
		before := o.lead(id)
		again := o.imported("2026-11-22T21:00:00", file, 100)
		if diff := cmp.Diff(dispatch.Received{Unchanged: 1}, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("counts of the second time (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(before, o.lead(id)); diff != "" {
			t.Fatalf("lead (-want +got):\n%s", diff)
		}
	})
}

// An own field that one row fills and the next one empties is not there.
func TestImportEmptiesAnOwnFieldAgain(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	const file = "id,phone,note,tags\nL,0199000001,call late,vip\nL,0199000001,,\n"
	same(t, "first", o.imported("2026-11-22T20:00:00", file, 100).New, 1)
	same(t, "again", o.imported("2026-11-22T21:00:00", file, 100), dispatch.Received{Unchanged: 1})
	l := o.lead("L")
	same(t, "stored", []any{l.Custom, l.Tags, l.Revision}, []any{map[string]any(nil), []string(nil), int64(1)})
}

// Rows of one lead that fall into two batches are two changes at every import,
// and always the same outcome.
func TestImportTwiceOverTwoBatches(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	const file = "id,phone,city,given_type,given_segment,given_score\n" +
		"L,0199000001,Paris,RDVVQ,PVI_NOW,50\nL,0199000002,Lyon,RDVVQ,PVI_NOW,50\n"
	first := o.imported("2026-11-22T20:00:00", file, 1)
	same(t, "first", []int{first.New, first.Changed}, []int{1, 1})
	before, planned := o.lead("L"), o.planned("L")
	again := o.imported("2026-11-22T21:00:00", file, 1)
	same(t, "again", []int{again.New, again.Changed, again.Unchanged, again.Planned}, []int{0, 2, 0, 0})
	after := o.lead("L")
	after.Revision, after.ScoredAt = before.Revision, before.ScoredAt
	same(t, "lead", []*crm.Lead{after}, []*crm.Lead{before})
	same(t, "planned call", o.planned("L"), planned)
	same(t, "the later row speaks last", []string{after.City, planned.Phone}, []string{"Lyon", "+33199000002"})
}
