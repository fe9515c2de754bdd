package engine_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

func BenchmarkLoadShipped(b *testing.B) {
	dir := os.DirFS("..")
	for b.Loop() {
		if _, err := engine.Load(dir, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// manyRules is the small book with n point rules and n conditions.
func manyRules(tb testing.TB, n int) fstest.MapFS {
	var points, conditions strings.Builder
	for i := range n {
		fmt.Fprintf(&points, "      rule_%d:\n        when: lead.visits > %d and lead.role in [\"owner\", \"heir\"]\n        points: %d\n        say: rule %d\n", i, i%17, i%5, i)
		fmt.Fprintf(&conditions, "      not_%d:\n        when: days_since(lead.created_at) > %d\n        say: condition %d\n", i, 365+i, i)
	}
	return folder(edited(tb, small(tb),
		edit{"scoring.yaml", "      visits:\n", points.String() + "      visits:\n"},
		edit{"campaigns.yaml", "    include:\n      warm:", "    exclude:\n" + conditions.String() + "    include:\n      warm:"}))
}

// BenchmarkLoad500Rules is a book of 250 point rules and 250 conditions.
func BenchmarkLoad500Rules(b *testing.B) {
	dir := manyRules(b, 250)
	for b.Loop() {
		if _, err := engine.Load(dir, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// crowd is n leads of all kinds.
func crowd(n int) []facts {
	roles := []string{"owner", "co_owner", "heir", "tenant", "buyer", "other", ""}
	sources := []string{"estimation", "form", "fsbo", ""}
	codes := []string{"75011", "69003", "13001", "97400", "57000", "99000", ""}
	leads := make([]facts, n)
	for i := range leads {
		leads[i] = facts{
			"id": fmt.Sprintf("L%05d", i), "role": roles[i%len(roles)], "source": sources[i%len(sources)], "postal_code": codes[i%len(codes)],
			"visits": strconv.Itoa(i % 40), "sell_horizon_months": strconv.Itoa(i % 30), "estimated_price": strconv.Itoa(150_000 + 1000*(i%400)),
			"estimated_at": fmt.Sprintf("2026-11-%02dT09:00:00", 1+i%22), "attempts": strconv.Itoa(i % 9), "on_bloctel": "false",
		}
	}
	return leads
}

// bench is a book and leads to judge by it, again and again.
type bench struct {
	book        *engine.RuleBook
	facts, work *expression.Batch
	now         time.Time
}

func newBench(b *testing.B, n int) *bench {
	b.Helper()
	book := shipped(b)
	return &bench{book, batch(b, book, crowd(n)...), book.Schema.NewBatch(n), local(b, book, "2026-11-23T10:00:00")}
}

// refill gives the working batch the facts as they were before any rule wrote
// into it, and its memory back.
func (x *bench) refill() {
	n := x.facts.Len()
	x.work.Reset(n)
	for col := range x.book.Schema.Fields() {
		from := x.facts.Column(col)
		for row := range n {
			if from.Has(row) {
				copyFact(x.work, from, col, row)
			}
		}
	}
}

func copyFact(to *expression.Batch, from *expression.Vector, col, row int) {
	switch from.Type() {
	case expression.Integer:
		v, _ := from.Int(row)
		to.SetInt(col, row, v)
	case expression.Number:
		v, _ := from.Float(row)
		to.SetFloat(col, row, v)
	case expression.Boolean:
		v, _ := from.Bool(row)
		to.SetBool(col, row, v)
	case expression.Time:
		v, _ := from.Millis(row)
		to.SetTime(col, row, v)
	case expression.TextList:
		v, _ := from.List(row)
		to.SetList(col, row, v)
	default:
		v, _ := from.Text(row)
		to.SetText(col, row, v)
	}
}

func perLead(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/lead")
}

func benchmarkClassify(b *testing.B, n int) {
	x := newBench(b, n)
	x.refill()
	b.ReportAllocs()
	for b.Loop() {
		x.work.Forget()
		x.book.Classify(x.work, x.now)
	}
	perLead(b, n)
}

// The facts of the leads stay in the batch; everything is decided anew.
func BenchmarkClassify4096(b *testing.B) { benchmarkClassify(b, 4096) }

func BenchmarkClassifyOne(b *testing.B) { benchmarkClassify(b, 1) }

func BenchmarkJudge4096(b *testing.B) {
	x := newBench(b, 4096)
	pvi, _ := x.book.Campaign("PVI")
	slot, _ := x.book.Week(pvi, nil).Next(x.now, 0)
	x.refill()
	said := x.book.Classify(x.work, x.now)
	b.ReportAllocs()
	for b.Loop() {
		x.work.Forget()
		x.book.Judge(pvi, slot, x.work, said, nil)
	}
	perLead(b, 4096)
}

// BenchmarkPage is a page of due calls as a start reads it: filled from
// nothing, classified and judged.
func BenchmarkPage(b *testing.B) {
	x := newBench(b, 4096)
	pvi, _ := x.book.Campaign("PVI")
	slot, _ := x.book.Week(pvi, nil).Next(x.now, 0)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		x.refill()
		b.StartTimer()
		x.book.Judge(pvi, slot, x.work, x.book.Classify(x.work, x.now), nil)
	}
	perLead(b, 4096)
}

func benchmarkScore(b *testing.B, n int) {
	x := newBench(b, n)
	x.refill()
	x.book.Classify(x.work, x.now) // gives the types that points may depend on
	b.ReportAllocs()
	for b.Loop() {
		x.work.Forget()
		x.book.Score(x.work, x.now)
	}
	perLead(b, n)
}

// Only the score is decided anew.
func BenchmarkScore4096(b *testing.B) { benchmarkScore(b, 4096) }

func BenchmarkScoreOne(b *testing.B) { benchmarkScore(b, 1) }

func BenchmarkRanks4096(b *testing.B) {
	x := newBench(b, 4096)
	x.refill()
	x.book.Classify(x.work, x.now)
	pvi, _ := x.book.Campaign("PVI")
	by := x.book.Evaluator()
	b.ReportAllocs()
	for b.Loop() {
		x.work.Forget()
		by.Ranks(pvi.Order, x.work)
	}
	perLead(b, 4096)
}

// BenchmarkResident classifies a million leads whose facts stay in batches,
// and judges them for four campaigns, on both of two cores. Everything is
// decided anew each time.
func BenchmarkResident(b *testing.B) {
	const leads, workers = 1_000_000, 2
	book := shipped(b)
	now := local(b, book, "2026-11-23T14:30:00")
	parts := residents(b, book, leads)
	type run struct {
		campaign *engine.Campaign
		slot     calendar.Slot
	}
	var runs []run
	for _, name := range []string{"PVI", "PVB", "PQSC", "DDR"} {
		c, _ := book.Campaign(name)
		slot, _ := book.Week(c, nil).Next(now, 0)
		runs = append(runs, run{c, slot})
	}
	judge := func(part []*expression.Batch, by *engine.Evaluator) {
		for _, batch := range part {
			batch.Forget()
			said := by.Classify(batch, now)
			for _, r := range runs {
				by.Judge(r.campaign, r.slot, batch, said, nil)
			}
		}
	}
	evaluators := []*engine.Evaluator{book.Evaluator(), book.Evaluator()}
	judge(parts, evaluators[0]) // makes the facts resident
	b.ReportAllocs()
	for b.Loop() {
		var all sync.WaitGroup
		for w := range workers {
			all.Go(func() { judge(parts[w*len(parts)/workers:(w+1)*len(parts)/workers], evaluators[w]) })
		}
		all.Wait()
	}
	perLead(b, leads)
}

// residents is n leads in batches that hold only the fields that rules read.
func residents(b *testing.B, book *engine.RuleBook, n int) []*expression.Batch {
	b.Helper()
	facts := batch(b, book, crowd(expression.MaxBatch)...)
	reads := slices.Concat(book.Reads, book.Own())
	for _, name := range []string{"call.kind", "call.due_at", "call.agreed_exact_time"} {
		col, _ := book.Schema.Index(name)
		reads = append(reads, col)
	}
	var parts []*expression.Batch
	for ; n > 0; n -= expression.MaxBatch {
		part := book.Schema.NewBatch(min(n, expression.MaxBatch))
		for _, col := range reads {
			from := facts.Column(col)
			for row := range part.Len() {
				if from.Has(row) {
					copyFact(part, from, col, row)
				}
			}
		}
		parts = append(parts, part)
	}
	return parts
}
