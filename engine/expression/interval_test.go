package expression

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// lengths are batches around the borders of words and blocks.
func lengths() []int { return []int{1, 2, 63, 64, 65, 127, 128, 4095, 4096} }

func hardWholes() []int64 {
	return []int64{
		math.MinInt64, math.MinInt64 + 1, -1 << 53, -7, -1, 0, 1, 2, 7, 1<<53 - 1, 1 << 53, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64,
	}
}

func hardReals() []float64 {
	return []float64{
		math.Inf(-1), -math.MaxFloat64, -1 << 53, -2.5, -math.SmallestNonzeroFloat64, math.Copysign(0, -1), 0,
		math.SmallestNonzeroFloat64, 0.5, 2.5, 1<<53 + 2, 9.2e18, math.MaxFloat64, math.Inf(1), math.NaN(), math.Float64frombits(0xfff8000000000001),
	}
}

// holds is the operator as Go has it.
func holds[T int64 | float64](op string, x, y T) bool {
	switch op {
	case "<":
		return x < y
	case "<=":
		return x <= y
	case ">":
		return x > y
	case ">=":
		return x >= y
	}
	return x == y
}

// A comparison with a constant is what the operator says, for every value at every place of a batch.
func TestWithin(t *testing.T) {
	t.Parallel()
	for _, n := range lengths() {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=="}).Draw(rt, "op")
				shift := rapid.IntRange(0, 50).Draw(rt, "shift")
				whole := rapid.OneOf(rapid.SampledFrom(hardWholes()), rapid.Int64()).Draw(rt, "whole")
				real := rapid.OneOf(rapid.SampledFrom(hardReals()), rapid.Float64()).Draw(rt, "real")
				wholes, reals := make([]int64, words(n)<<6), make([]float64, words(n)<<6)
				for i := range n {
					wholes[i] = append(hardWholes(), whole, whole-1, whole+1)[(i+shift)%(len(hardWholes())+3)]
					reals[i] = append(hardReals(), real)[(i+shift)%(len(hardReals())+1)]
				}
				ofWholes, ofReals := make([]uint64, words(n)), make([]uint64, words(n))
				wholesWithin(ofWholes, wholes, n, wholeInterval(op, whole))
				realsWithin(ofReals, reals, n, realInterval(op, real))
				known := make([]uint64, words(n))
				fill(known, n)
				digitsOfWholes, digitsOfReals := make([]uint64, words(n)), make([]uint64, words(n))
				if in := wholeInterval(op, whole); in.low <= in.high {
					var d digits
					d.read(known, (&Vector{typ: Integer, ints: wholes}).keys)
					d.within(digitsOfWholes, in)
				}
				if in := realInterval(op, real); in.low <= in.high {
					var d digits
					d.read(known, (&Vector{typ: Number, reals: reals}).keys)
					d.within(digitsOfReals, in)
				}
				for i := range n {
					if bit(ofWholes, i) != bit(digitsOfWholes, i) || bit(ofReals, i) != bit(digitsOfReals, i) {
						rt.Fatalf("lead %d of %d: by digit %d %s %d is %v, %v %s %v is %v", i, n,
							wholes[i], op, whole, bit(digitsOfWholes, i), reals[i], op, real, bit(digitsOfReals, i))
					}
					if got, want := bit(ofWholes, i), holds(op, wholes[i], whole); got != want {
						rt.Fatalf("lead %d of %d: %d %s %d is %v", i, n, wholes[i], op, whole, got)
					}
					if got, want := bit(ofReals, i), holds(op, reals[i], real); got != want {
						rt.Fatalf("lead %d of %d: %v %s %v is %v", i, n, reals[i], op, real, got)
					}
				}
			})
		})
	}
}
