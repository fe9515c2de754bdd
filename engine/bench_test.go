package engine_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"callsheet/engine"
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

// classified is a batch of n leads, with the book and the clock it is for.
func classified(b *testing.B, n int) (*engine.RuleBook, *expression.Batch, time.Time) {
	b.Helper()
	book := shipped(b)
	return book, batch(b, book, crowd(n)...), local(b, book, "2026-11-23T10:00:00")
}

// The results of an evaluation live in the batch until its Reset, so that each
// round works on a batch of its own, filled while the clock stands.
func benchmarkClassify(b *testing.B, n int) {
	book, _, now := classified(b, n)
	leads := crowd(n)
	for b.Loop() {
		b.StopTimer()
		filled := batch(b, book, leads...)
		b.StartTimer()
		book.Classify(filled, now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/lead")
}

func BenchmarkClassify4096(b *testing.B) { benchmarkClassify(b, 4096) }

func BenchmarkClassifyOne(b *testing.B) { benchmarkClassify(b, 1) }

func BenchmarkJudge4096(b *testing.B) {
	const n = 4096
	book, _, now := classified(b, n)
	pvi, _ := book.Campaign("PVI")
	slot, _ := book.Week(pvi, nil).Next(now, 0)
	leads := crowd(n)
	for b.Loop() {
		b.StopTimer()
		filled := batch(b, book, leads...)
		said := book.Classify(filled, now)
		b.StartTimer()
		book.Judge(pvi, slot, filled, said)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/lead")
}

func BenchmarkRanks4096(b *testing.B) {
	book, leads, now := classified(b, 4096)
	book.Classify(leads, now)
	pvi, _ := book.Campaign("PVI")
	for b.Loop() {
		engine.Ranks(pvi.Order, leads)
	}
}
