package report_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"callsheet/runner/internal/report"
)

func TestGini(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		values []float64
		want   float64
		ok     bool
	}{
		"none":            {nil, 0, false},
		"one":             {[]float64{7}, 0, false},
		"nothing":         {[]float64{0, 0, 0}, 0, false},
		"equal":           {[]float64{2, 2, 2}, 0, true},
		"one has all":     {[]float64{0, 9, 0, 0}, 0.75, true},
		"one has double":  {[]float64{2, 1}, 1.0 / 6, true},
		"one, two, three": {[]float64{3, 1, 2}, 2.0 / 9, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if g, ok := report.Gini(test.values); ok != test.ok || math.Abs(g-test.want) > 1e-12 {
				t.Errorf("%v, %v; want %v, %v", g, ok, test.want, test.ok)
			}
		})
	}
}

// It is half of the mean difference between any two, over the mean, and does
// not depend on the unit.
func TestGiniIsTheMeanDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1000), 2, 20).Draw(r, "values")
		sum, apart := 0.0, 0.0
		scaled := make([]float64, len(values))
		for i, x := range values {
			sum += x
			scaled[i] = 3 * x
			for _, y := range values {
				apart += math.Abs(x - y)
			}
		}
		g, ok := report.Gini(values)
		if ok != (sum > 0) {
			r.Fatalf("known: %v", ok)
		}
		if !ok {
			return
		}
		if want := apart / (2 * float64(len(values)) * sum); math.Abs(g-want) > 1e-9 {
			r.Errorf("%v, want %v", g, want)
		}
		if other, _ := report.Gini(scaled); math.Abs(g-other) > 1e-9 {
			r.Errorf("%v, and %v in another unit", g, other)
		}
	})
}
