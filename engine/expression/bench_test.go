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
					batch.Forget()
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
		batch.Forget()
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

// BenchmarkFill measures filling a batch with 20 fields of decoded structs.
func BenchmarkFill(b *testing.B) {
	s, err := NewSchema(bookFields(), time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	type lead struct {
		texts  [8]string
		wholes [5]int64
		price  float64
		truths [3]bool
		times  [3]int64
	}
	columns := func(names ...string) (cols []int) {
		for _, name := range names {
			col, _ := s.Index(name)
			cols = append(cols, col)
		}
		return cols
	}
	texts := columns("lead.id", "lead.source", "lead.role", "lead.property_type", "lead.postal_code", "lead.city", "contact.last_name", "contact.phone")
	wholes := columns("lead.sell_horizon_months", "lead.visits", "lead.callback_requests", "lead.attempts", "lead.reached")
	truths := columns("lead.media_zone", "lead.in_wallet", "lead.has_pending_task")
	times := columns("lead.created_at", "lead.estimated_at", "lead.callback_at")
	price := columns("lead.estimated_price")[0]
	leads := make([]lead, MaxBatch)
	for i := range leads {
		leads[i].texts = [8]string{fmt.Sprint("L", i), "form", "owner", "house", fmt.Sprint(75000 + i%100), "Paris", fmt.Sprint("Nom", i), "+33199000000"}
	}
	batch, now := s.NewBatch(MaxBatch), testNow(b)
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset(MaxBatch)
		batch.SetNow(now)
		for i := range leads {
			l := &leads[i]
			for k, col := range texts {
				batch.SetText(col, i, l.texts[k])
			}
			for k, col := range wholes {
				batch.SetInt(col, i, l.wholes[k])
			}
			for k, col := range truths {
				batch.SetBool(col, i, l.truths[k])
			}
			for k, col := range times {
				batch.SetTime(col, i, l.times[k])
			}
			batch.SetFloat(price, i, l.price)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxBatch, "ns/lead")
}

// hundred is 100 rules of three predicates each, out of 140 over the fields that rules of the trade read.
func hundred() []string {
	var predicates []string
	for _, field := range []string{"lead.visits", "lead.attempts", "lead.score"} {
		for _, limit := range []int{0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20} {
			predicates = append(predicates, fmt.Sprintf("%s >= %d", field, limit), fmt.Sprintf("%s < %d", field, limit))
		}
	}
	for i := range 20 {
		predicates = append(predicates, fmt.Sprintf("lead.estimated_price < %d", 100_000+20_000*i), fmt.Sprintf("days_since(lead.created_at) > %d", 10*i))
	}
	for _, role := range []string{"owner", "co_owner", "heir", "tenant", "buyer", "other"} {
		predicates = append(predicates, fmt.Sprintf("lead.role == %q", role), fmt.Sprintf(`lead.role in [%q, "owner", "heir"]`, role))
	}
	for i := range 12 {
		predicates = append(predicates, fmt.Sprintf(`lead.city in ["Paris", "City %d"]`, i))
	}
	predicates = append(predicates, `lead.media_zone`, `not lead.in_wallet`, `"vip" in lead.tags`, `lead.estimated_at != nil`)
	rules := make([]string, 100)
	for i := range rules {
		pick := func(k int) string { return predicates[(i*37+k*53+i*i%29)%len(predicates)] }
		rules[i] = pick(0) + []string{" and ", " or "}[i%2] + "(" + pick(1) + []string{" or ", " and "}[i%2] + pick(2) + ")"
	}
	return rules
}

// BenchmarkHundredRules evaluates 100 rules over a full batch whose facts stay, without and with empty fields.
func BenchmarkHundredRules(b *testing.B) {
	for _, empty := range []int{0, 30} {
		b.Run(fmt.Sprintf("%d%% empty", empty), func(b *testing.B) {
			s := testSchema(b)
			leads := make([]row, MaxBatch)
			for i := range leads {
				leads[i] = benchLead(i)
				leads[i]["lead.role"], leads[i]["lead.estimated_price"] = []string{"owner", "heir", "other"}[i%3], float64(100_000+i*97%400_000)
				for k, f := range s.fields {
					if !f.Required && (i*31+k*17)%100 < empty {
						delete(leads[i], f.Name)
					}
				}
			}
			batch := load(b, s, leads...)
			var rules []*Condition
			for _, src := range hundred() {
				rules = append(rules, mustCondition(b, s, src))
			}
			b.ReportAllocs()
			for b.Loop() {
				batch.Forget()
				for _, rule := range rules {
					rule.Eval(batch)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxBatch, "ns/lead")
		})
	}
}
