package report

import "slices"

// Gini is the Gini coefficient of values none of which is negative: 0 when all
// are equal, 1 - 1/n when one of n has everything. With the values in
// ascending order x(1) to x(n) and their mean m it is
//
//	sum of (2i - n - 1) x(i) over i, divided by n² m
//
// (Damgaard and Weiner, Describing inequality in plant size or fecundity,
// Ecology 81, 2000, 1139-1142; https://mathworld.wolfram.com/GiniCoefficient.html).
// It is false when there is nothing to compare: fewer than two values, or none
// above 0.
func Gini(values []float64) (g float64, ok bool) {
	n := float64(len(values))
	sum, weighed := 0.0, 0.0
	for i, x := range slices.Sorted(slices.Values(values)) {
		sum += x
		weighed += (2*float64(i+1) - n - 1) * x
	}
	if n < 2 || sum == 0 {
		return 0, false
	}
	return weighed / (n * sum), true
}
