package expression

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// slotOf is the slot of the root of a condition.
func slotOf(t testing.TB, s *Schema, src string) *slot {
	t.Helper()
	return mustCondition(t, s, src).root.meaning()
}

// What means the same is computed once, wherever and however it is written; what differs in the least is not mixed up.
func TestMeanings(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	for _, same := range [][2]string{
		{`lead.visits > 3`, `lead.visits  > 3`},
		{`lead.visits > 3 and lead.in_wallet`, "lead.visits > 3\nand (lead.in_wallet)"},
		{`lead.role in ["owner", "heir"]`, `(lead.role in ["owner","heir"])`},
		{`not lead.in_wallet`, `!lead.in_wallet`},
		{`lead.created_at > date("2026-11-23")`, `lead.created_at > date("2026-11-23T00:00:00")`},
		{`any(lead.tags, # == "a")`, `any(lead.tags, (# == "a"))`},
	} {
		if a, b := slotOf(t, s, same[0]), slotOf(t, s, same[1]); a == nil || a != b {
			t.Errorf("%s and %s do not share", same[0], same[1])
		}
	}
	different := []string{
		`lead.visits > 3`, `lead.visits >= 3`, `lead.visits > 4`, `lead.score > 3`, `lead.visits > 3.5`, `3 > lead.visits`,
		`lead.estimated_price > 0.0`, `lead.estimated_price > -0.0`, `lead.role == "owner"`, `lead.source == "form"`,
		`lead.city == "a"`, `lead.city == "b"`, `lead.city contains "a"`, `lead.city startsWith "a"`, `lead.city endsWith "a"`,
		`lead.city matches "a"`, `lead.city matches "b"`, `lead.city in ["a", "b"]`, `lead.city in ["a b"]`, `lead.city in ["a"]`,
		`lead.visits in [1, 2]`, `lead.visits in [12]`, `lead.estimated_price in [1.5, 2.5]`, `lead.estimated_price in [1.5]`,
		`lead.city == nil`, `lead.tags == nil`, `is_empty(lead.city)`, `lead.city != nil`, `lower(lead.city) == "a"`, `upper(lead.city) == "a"`,
		`any(lead.tags, # == "a")`, `all(lead.tags, # == "a")`, `any(lead.tags, # == "b")`, `any(lead.tags, # == lead.city)`,
		`any(lead.tags, # == lead.country)`, `any(["a", "b"], # == lead.city)`, `any(["a", "c"], # == lead.city)`,
		`first(lead.tags) == "a"`, `last(lead.tags) == "a"`, `"a" in lead.tags`, `len(lead.city) == 1`, `len(lead.tags) == 1`,
		`lead.visits + 1 > 3`, `lead.visits - 1 > 3`, `lead.visits * 1 > 3`, `abs(lead.visits) > 3`, `-lead.visits > 3`,
		`lead.created_at + days(1) > now`, `lead.created_at + days(2) > now`, `lead.created_at - days(1) > now`,
		`lead.created_at + hours(1) > now`, `days_since(lead.created_at) > 3`, `hours_since(lead.created_at) > 3`,
		`local_hour(lead.created_at) > 3`, `trim(lead.city, "a") == "b"`, `trimPrefix(lead.city, "a") == "b"`,
		`lead.in_wallet ? lead.media_zone : true`, `lead.in_wallet ? true : lead.media_zone`, `lead.media_zone ?? true`, `lead.media_zone ?? false`,
	}
	seen := map[*slot]string{}
	for _, src := range different {
		at := slotOf(t, s, src)
		if other, taken := seen[at]; at == nil || taken {
			t.Errorf("%s is taken for %s", src, other)
		}
		seen[at] = src
	}
}

// What is remembered never outlives a fact: after any setter, SetNow and Reset a batch decides as a fresh one with the
// same facts.
func TestRememberedResultsFollowFacts(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{1, 3, 64, 70}).Draw(rt, "length")
		leads := make([]row, n)
		now := testNow(t)
		b := s.NewBatch(n)
		b.patience = rapid.SampledFrom([]int{0, often}).Draw(rt, "patience")
		refill := func() {
			for i := range leads {
				leads[i] = drawLead(rt, s, nil)
			}
			b.SetNow(now)
			for i, lead := range leads {
				for name, value := range lead {
					set(t, s, b, name, i, value)
				}
			}
		}
		refill()
		var conditions []*Condition
		for range 4 {
			if c, faults := s.Condition(generator{rt, false, true}.boolean(3), Scope{}); len(faults) == 0 {
				conditions = append(conditions, c)
			}
		}
		for range 6 {
			switch rapid.IntRange(0, 5).Draw(rt, "change") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "days")) * 24 * time.Hour)
				b.SetNow(now)
			case 1:
				n = rapid.SampledFrom([]int{1, 65, n}).Draw(rt, "length")
				leads = make([]row, n)
				b.Reset(n)
				refill()
			case 2:
				city := rapid.SampledFrom([]string{"", "a", "Paris"}).Draw(rt, "city")
				change(t, s, b, leads, "lead.city", func(col int) { b.SetTextOfAll(col, city) }, func(int) any { return city })
			case 3:
				change(t, s, b, leads, "lead.score", func(col int) {
					scores := make([]int64, n)
					for i := range scores {
						scores[i] = int64(i % 7)
					}
					b.SetInts(col, scores)
				}, func(i int) any { return i % 7 })
			case 4:
				change(t, s, b, leads, "lead.country", func(col int) {
					countries := make([]string, n)
					for i := range countries {
						countries[i] = []string{"a", "", "b"}[i%3]
					}
					b.SetTexts(col, countries)
				}, func(i int) any { return []string{"a", "", "b"}[i%3] })
			default:
				i := rapid.IntRange(0, n-1).Draw(rt, "lead")
				f := s.fields[rapid.IntRange(0, len(s.fields)-2).Draw(rt, "field")]
				leads[i][f.Name] = drawValue(rt, f)
				set(t, s, b, f.Name, i, leads[i][f.Name])
			}
			fresh := load(t, s, leads...)
			fresh.SetNow(now)
			for _, c := range conditions {
				for i := range leads {
					if got, want := verdict(c, b, i), verdict(c, fresh, i); got != want {
						rt.Fatalf("%s, lead %d of %d: %s, afresh %s: %v", c.Source(), i, n, got, want, leads[i])
					}
				}
			}
		}
	})
}

// change sets a whole column at once, in the batch and in what the leads are known to be.
func change(t testing.TB, s *Schema, b *Batch, leads []row, name string, all func(col int), value func(i int) any) {
	t.Helper()
	col, ok := s.Index(name)
	if !ok {
		t.Fatalf("no field %s", name)
	}
	all(col)
	for i := range leads {
		leads[i][name] = value(i)
		if value(i) == "" {
			delete(leads[i], name)
		}
	}
}

// A condition that is evaluated again over the same facts is not computed again, and Forget makes it so.
func TestForget(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := load(t, s, row{"lead.visits": 5})
	c, same := mustCondition(t, s, `lead.visits > 3`), mustCondition(t, s, `lead.visits > 3`)
	first := c.Eval(b)
	if again := same.Eval(b); &again.True[0] != &first.True[0] {
		t.Error("the same condition was computed twice")
	}
	tick := b.tick
	c.Eval(b)
	if b.tick != tick {
		t.Error("the condition was computed again over the same facts")
	}
	b.Forget()
	if yes, _ := c.Eval(b).At(0); !yes || b.tick == tick {
		t.Error("the condition was not computed anew after Forget")
	}
}

// Evaluating over one batch after the other takes no memory once the batch has seen one.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	s := testSchema(t)
	for _, n := range []int{1, MaxBatch} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			leads := make([]row, n)
			for i := range leads {
				leads[i] = benchLead(i)
			}
			b := load(t, s, leads...)
			var conditions []*Condition
			for _, src := range benchConditions() {
				// The machines of package regexp live in a pool that may be emptied at any time.
				if !strings.Contains(src, " matches ") {
					conditions = append(conditions, mustCondition(t, s, src))
				}
			}
			points := mustValue(t, s, `2 * min(lead.visits, 10) - 3.5 * (lead.attempts - 3)`)
			evaluate := func() {
				b.Forget()
				for _, c := range conditions {
					c.Eval(b)
				}
				points.Eval(b)
			}
			// Layouts are made after some questions about the same facts.
			for range 20 {
				evaluate()
			}
			if allocs := testing.AllocsPerRun(20, evaluate); allocs > 0 {
				t.Errorf("%v allocations", allocs)
			}
		})
	}
}

// Rules may be compiled while others with the same parts are evaluated.
func TestCompileWhileEvaluating(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			b := load(t, s, benchLead(0), benchLead(1))
			for i := range 50 {
				c, faults := s.Condition(fmt.Sprintf(`lead.visits > %d and lead.role == "owner"`, i%5+worker), Scope{})
				if len(faults) > 0 {
					t.Errorf("%+v", faults)
					return
				}
				if yes, known := c.Eval(b).At(0); yes || !known && benchLead(0)["lead.role"] != nil {
					t.Errorf("%s: %v, known %v", c.Source(), yes, known)
				}
			}
		})
	}
	all.Wait()
}

// Distinct gives every lead its text, and nothing where that does not pay.
func TestDistinct(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	city, _ := s.Index("lead.city")
	for name, distinct := range map[string]int{"few": 3, "some": 200, "many": 700, "endless": 4096} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := s.NewBatch(MaxBatch)
			for i := range MaxBatch {
				if i%10 != 0 {
					b.SetText(city, i, fmt.Sprintf("city %d", i%distinct))
				}
			}
			by, ok := b.Distinct(city)
			if ok == (name == "endless") {
				t.Fatalf("distinct texts: %v", ok)
			}
			for i, code := range by.Codes {
				if want, _ := b.Column(city).Text(i); by.Values[code] != want {
					t.Fatalf("lead %d is %q, want %q", i, by.Values[code], want)
				}
			}
			c := mustCondition(t, s, `lead.city endsWith "1" or lead.city in ["city 2", "city 44"]`)
			truth := c.Eval(b)
			for i := range MaxBatch {
				text, filled := b.Column(city).Text(i)
				want := filled && (text[len(text)-1] == '1' || text == "city 2" || text == "city 44")
				if got, known := truth.At(i); got != want || known != filled {
					t.Fatalf("lead %d, %q: %v, known %v", i, text, got, known)
				}
			}
		})
	}
}
