package expression

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"pgregory.net/rapid"
)

// agreements is how many evaluations the tests of agreement make at least: CALLSHEET_AGREEMENT, or so many that a
// normal run stays short.
func agreements(t *testing.T) int {
	text := os.Getenv("CALLSHEET_AGREEMENT")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CALLSHEET_AGREEMENT: %v", err)
	}
	return n
}

// hard puts values at the edges of their types into some fields of a lead.
func hard(t *rapid.T, lead row) row {
	for _, name := range []string{"lead.score", "lead.visits"} {
		if _, filled := lead[name]; filled && rapid.Bool().Draw(t, name+" hard") {
			lead[name] = int(rapid.SampledFrom(hardWholes()).Draw(t, name))
		}
	}
	for _, name := range []string{"lead.estimated_price", "lead.living_area"} {
		if _, filled := lead[name]; filled && rapid.Bool().Draw(t, name+" hard") {
			lead[name] = rapid.SampledFrom(hardReals()).Draw(t, name)
		}
	}
	return lead
}

// crowd is a batch whose leads are those of a small pool, again and again.
func crowd(t testing.TB, s *Schema, n int, pool []row) *Batch {
	leads := make([]row, n)
	for i := range leads {
		leads[i] = pool[i%len(pool)]
	}
	return load(t, s, leads...)
}

// Over leads without empty fields every lead of a batch of any length gets what expr's machine says of it, also at the
// edges of numbers.
func TestBatchesAgreeWithExpr(t *testing.T) {
	t.Parallel()
	s, err := NewSchema(testFields(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, len(s.fields))
	for i := range all {
		all[i] = i
	}
	now := testNow(t).UTC()
	evaluated, want := 0, agreements(t)
	for evaluated < want {
		rapid.Check(t, func(rt *rapid.T) {
			pool := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row { return hard(t, drawLead(t, s, all)) }), 1, 20).Draw(rt, "leads")
			n := rapid.SampledFrom(lengths()).Draw(rt, "length")
			b := crowd(t, s, n, pool)
			b.patience = rapid.SampledFrom([]int{0, often}).Draw(rt, "patience")
			for range 8 {
				src := generator{rt, false, true}.boolean(rapid.IntRange(0, 3).Draw(rt, "depth"))
				c, faults := s.Condition(src, Scope{})
				program, err := expr.Compile(src, machine(s, now)...)
				if len(faults) > 0 || err != nil {
					continue
				}
				truth := c.Eval(b)
				said := make([]any, len(pool))
				for i, lead := range pool {
					if said[i], err = vm.Run(program, facts(s, lead, now)); err != nil {
						said[i] = err
					}
				}
				for i := range n {
					value, known := truth.At(i)
					if want := said[i%len(pool)]; known && value != want && !failed(want) || !known && !failed(want) {
						rt.Fatalf("%s, lead %d of %d, %v: %v, known %v; expr says %v", src, i, n, pool[i%len(pool)], value, known, want)
					}
				}
				evaluated += n
			}
		})
	}
	t.Logf("%d evaluations", evaluated)
}

// failed tells whether expr's machine reported an error, which another part of a condition may settle for us.
func failed(said any) bool {
	_, is := said.(error)
	return is
}

// A lead gets the same whether it is alone or anywhere in a batch, whatever is empty: no fields, some, or all that may
// be.
func TestBatchesAgreeWithSingleLeads(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	for _, share := range []string{"none empty", "some empty", "all empty"} {
		t.Run(share, func(t *testing.T) {
			t.Parallel()
			filled := make([]int, 0, len(s.fields))
			for i := range s.fields {
				if share == "none empty" {
					filled = append(filled, i)
				}
			}
			rapid.Check(t, func(rt *rapid.T) {
				draw := rapid.Custom(func(t *rapid.T) row {
					lead := hard(t, drawLead(t, s, filled))
					for _, f := range s.fields {
						if !f.Required && share == "all empty" {
							delete(lead, f.Name)
						}
					}
					return lead
				})
				pool := rapid.SliceOfN(draw, 1, 20).Draw(rt, "leads")
				n := rapid.SampledFrom(lengths()).Draw(rt, "length")
				b := crowd(t, s, n, pool)
				b.patience = rapid.SampledFrom([]int{0, often}).Draw(rt, "patience")
				for range 4 {
					c, faults := s.Condition(generator{rt, false, true}.boolean(3), Scope{})
					if len(faults) > 0 {
						continue
					}
					truth := c.Eval(b)
					if rest := n & 63; rest != 0 && (truth.True[n>>6]|truth.Known[n>>6])>>rest != 0 {
						rt.Fatalf("%s sets bits beyond lead %d", c.Source(), n)
					}
					alone := make([]string, len(pool))
					for i, lead := range pool {
						alone[i] = verdict(c, load(t, s, lead), 0)
					}
					for i := range n {
						if got := spoken(truth.At(i)); got != alone[i%len(pool)] {
							rt.Fatalf("%s: lead %d of %d is %s, alone %s: %v", c.Source(), i, n, got, alone[i%len(pool)], pool[i%len(pool)])
						}
					}
				}
			})
		})
	}
}

// spoken is the word of the tests for an outcome.
func spoken(value, known bool) string {
	switch {
	case !known:
		return unknown
	case value:
		return yes
	}
	return no
}

// Whole numbers beyond 2^53 compare with fractions as expr's machine compares them: as floating-point numbers.
func TestWholeAgainstFraction(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	for _, op := range []string{"==", "!=", "<", "<=", ">", ">="} {
		for _, x := range hardWholes() {
			for _, y := range []float64{1 << 53, 1<<53 + 2, 0.5, -1 << 53, math.MaxInt64} {
				src := "lead.score " + op + " " + strings.Replace(strconv.FormatFloat(y, 'f', 1, 64), "+", "", 1)
				b := crowd(t, s, 65, []row{{"lead.score": int(x)}})
				program, err := expr.Compile(src, s.dialect(signatures)...)
				if err != nil {
					t.Fatal(err)
				}
				want, err := vm.Run(program, facts(s, row{"lead.score": int(x)}, testNow(t)))
				if err != nil {
					t.Fatal(err)
				}
				truth := mustCondition(t, s, src).Eval(b)
				if got, _ := truth.At(64); got != want {
					t.Errorf("%s for %d: %v, expr says %v", src, x, got, want)
				}
			}
		}
	}
}
