package bench

import (
	"fmt"
	"testing"
	"time"

	"callsheet/bench/ruleset"
)

// The instants that compiled Go compares with say the same as the definitions,
// to the millisecond, also over the change to summer time.
func TestCutIsExact(t *testing.T) {
	t.Parallel()
	w, err := NewWorkload(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	clock := newClock(w)
	ages := map[string]func(time.Time) float64{
		"hours_since": clock.hoursSince,
		"days_since":  func(at time.Time) float64 { return float64(clock.daysSince(at)) },
		"date":        func(at time.Time) float64 { return float64(at.Sub(ruleset.Midnight("2026-01-01", w.Zone))) },
	}
	for measure, age := range ages {
		for operator, holds := range map[string]func(a, b float64) bool{
			"<": func(a, b float64) bool { return a < b }, "<=": func(a, b float64) bool { return a <= b },
			">": func(a, b float64) bool { return a > b }, ">=": func(a, b float64) bool { return a >= b },
		} {
			t.Run(fmt.Sprintf("%s %s", measure, operator), func(t *testing.T) {
				t.Parallel()
				s := ruleset.Since{Measure: measure, Operator: operator, N: 240}
				if measure == "date" {
					s = ruleset.Since{Measure: measure, Operator: operator, Date: "2026-01-01"}
				}
				cut, before := s.Cut(w.Now, w.Zone)
				for _, off := range []time.Duration{-2, -1, 0, 1, 2} {
					at := cut.Add(off * time.Millisecond)
					if got, want := at.Before(cut) == before, holds(age(at), float64(s.N)); got != want {
						t.Errorf("%s: the cut says %v, the definition %v", at, got, want)
					}
				}
			})
		}
	}
}
