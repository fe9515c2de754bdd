package expression

import (
	"fmt"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

func benchConditions() []string {
	return []string{
		`lead.score >= 20`,
		`lead.role == "owner"`,
		`lead.role in ["co_owner", "heir"]`,
		`lead.visits in 4..6`,
		`lead.estimated_price < 200000 or lead.media_zone`,
		`lead.role in ["owner", "co_owner", "heir"] and lead.visits >= 3`,
		`days_since(lead.estimated_at ?? lead.created_at) > 365`,
		`lead.created_at + days(30) > now`,
		`any(lead.tags, # startsWith "v")`,
		`lead.city matches "^P"`,
	}
}

func benchLead(i int) row {
	lead := row{
		"lead.score": i % 100, "lead.visits": i % 12, "lead.estimated_price": float64(100000 + i*97%400000), "lead.attempts": i % 9,
		"lead.role": []string{"owner", "co_owner", "heir", "tenant"}[i%4], "lead.city": []string{"Paris", "Lyon", "Nice"}[i%3],
		"lead.created_at": time.UnixMilli(1_760_000_000_000 + int64(i)*7_000_000), "lead.tags": []string{"a", "vip"}, "lead.in_wallet": i%7 == 0,
	}
	if i%5 == 0 {
		delete(lead, "lead.role")
		delete(lead, "lead.estimated_price")
	}
	return lead
}

func benchBatch(b *testing.B, n int) (*Schema, *Batch) {
	s := testSchema(b)
	leads := make([]row, n)
	for i := range leads {
		leads[i] = benchLead(i)
	}
	return s, load(b, s, leads...)
}

// BenchmarkCondition measures one condition over a full batch and over one lead; ns/lead is what a lead costs.
func BenchmarkCondition(b *testing.B) {
	for _, n := range []int{MaxBatch, 1} {
		for _, src := range benchConditions() {
			b.Run(fmt.Sprintf("%d/%s", n, src), func(b *testing.B) {
				s, batch := benchBatch(b, n)
				c := mustCondition(b, s, src)
				b.ReportAllocs()
				for b.Loop() {
					c.Eval(batch)
					batch.recycle()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/lead")
			})
		}
	}
}

// BenchmarkPoints measures a value such as scoring has.
func BenchmarkPoints(b *testing.B) {
	s, batch := benchBatch(b, MaxBatch)
	v := mustValue(b, s, `2 * min(lead.visits, 10) - 3 * (lead.attempts - 3)`)
	b.ReportAllocs()
	for b.Loop() {
		v.Eval(batch)
		batch.recycle()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxBatch, "ns/lead")
}

// BenchmarkExprMachine is what the same condition costs in expr's machine, lead by lead.
func BenchmarkExprMachine(b *testing.B) {
	s := testSchema(b)
	program, err := expr.Compile(`lead.role in ["owner", "co_owner", "heir"] and lead.visits >= 3`, s.dialect(signatures)...)
	if err != nil {
		b.Fatal(err)
	}
	env := facts(s, benchLead(1), testNow(b))
	machine := vm.VM{}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := machine.Run(program, env); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompile measures checking one condition.
func BenchmarkCompile(b *testing.B) {
	s := testSchema(b)
	b.ReportAllocs()
	for b.Loop() {
		mustCondition(b, s, `lead.role in ["owner", "co_owner", "heir"] and lead.visits >= 3`)
	}
}

// BenchmarkLoad measures filling a batch with the columns of four fields.
func BenchmarkLoad(b *testing.B) {
	s := testSchema(b)
	batch := s.NewBatch(MaxBatch)
	now := testNow(b)
	score, _ := s.Index("lead.score")
	role, _ := s.Index("lead.role")
	created, _ := s.Index("lead.created_at")
	wallet, _ := s.Index("lead.in_wallet")
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset(MaxBatch)
		batch.SetNow(now)
		for i := range MaxBatch {
			batch.SetInt(score, i, int64(i))
			batch.SetText(role, i, "owner")
			batch.SetTime(created, i, int64(i))
			batch.SetBool(wallet, i, i%2 == 0)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxBatch, "ns/lead")
}
