package expression

import (
	"math"
	"math/bits"
)

// interval is a stretch of whole numbers, both ends included. One that ends before it begins holds nothing.
type interval struct{ low, high int64 }

// wholeInterval is where x op limit holds; != is asked as ==.
func wholeInterval(op string, limit int64) interval {
	switch {
	case op == "<" && limit > math.MinInt64:
		return interval{math.MinInt64, limit - 1}
	case op == "<=":
		return interval{math.MinInt64, limit}
	case op == ">" && limit < math.MaxInt64:
		return interval{limit + 1, math.MaxInt64}
	case op == ">=":
		return interval{limit, math.MaxInt64}
	case op == "==" || op == "!=":
		return interval{limit, limit}
	}
	return interval{1, 0}
}

// realInterval is where x op limit holds, in the order of rank: a number that is not one lies in none, and 0 equals -0.
func realInterval(op string, limit float64) interval {
	if math.IsNaN(limit) {
		return interval{1, 0}
	}
	first, last := rank(math.Inf(-1)), rank(math.Inf(1))
	low, high := rank(limit), rank(limit)
	if limit == 0 {
		low, high = rank(math.Copysign(0, -1)), rank(0)
	}
	switch op {
	case "<":
		return interval{first, low - 1}
	case "<=":
		return interval{first, high}
	case ">":
		return interval{high + 1, last}
	case ">=":
		return interval{low, last}
	}
	return interval{low, high}
}

// rank numbers the floating-point numbers in their order, with -0 before 0 (IEEE 754-2019, 5.10 totalOrder). What is not
// a number lies beyond the infinities.
func rank(x float64) int64 {
	b := int64(math.Float64bits(x))
	return b ^ int64(uint64(b>>63)>>1)
}

// fromRank is the number with a rank.
func fromRank(r int64) float64 {
	return math.Float64frombits(uint64(r ^ int64(uint64(r>>63)>>1)))
}

// within sets the bits of the known leads whose value, that of a node, lies in the interval.
func (b *Batch) within(out *Vector, of node, v *Vector, in interval) {
	if in.low > in.high || b.n == 0 {
		clear(out.bools)
		return
	}
	if d := b.digitsOf(of, v); d != nil {
		d.within(out.bools, in)
	} else if v.typ == Number {
		realsWithin(out.bools, v.reals, b.n, in)
	} else {
		wholesWithin(out.bools, v.ints, b.n, in)
	}
	both(out.bools, out.bools, out.known)
}

// wholesWithin sets a bit of out for each of the values that lies in the interval. Memory is there for whole words; bits
// beyond the last value are of no meaning. A comparison leaves its answer in the carry, which the addition collects: no
// jump depends on the values.
func wholesWithin(out []uint64, values []int64, n int, in interval) {
	if in.low > in.high || n == 0 {
		clear(out)
		return
	}
	low, width := uint64(in.low), uint64(in.high)-uint64(in.low)
	if n < 64 {
		var word uint64
		for i, x := range values[:n] {
			word |= flag(uint64(x)-low <= width) << uint(i)
		}
		out[0] = word
		return
	}
	for w := range out {
		block := (*[64]int64)(values[w<<6:])
		var a, b, c, d, beyond uint64
		for i := 15; i >= 0; i-- {
			_, beyond = bits.Sub64(width, uint64(block[i])-low, 0)
			a, _ = bits.Add64(a, a, beyond)
			_, beyond = bits.Sub64(width, uint64(block[i+16])-low, 0)
			b, _ = bits.Add64(b, b, beyond)
			_, beyond = bits.Sub64(width, uint64(block[i+32])-low, 0)
			c, _ = bits.Add64(c, c, beyond)
			_, beyond = bits.Sub64(width, uint64(block[i+48])-low, 0)
			d, _ = bits.Add64(d, d, beyond)
		}
		out[w] = ^(a | b<<16 | c<<32 | d<<48)
	}
}

// realsWithin is wholesWithin for numbers by their rank.
func realsWithin(out []uint64, values []float64, n int, in interval) {
	if in.low > in.high || n == 0 {
		clear(out)
		return
	}
	low, width := uint64(in.low), uint64(in.high)-uint64(in.low)
	if n < 64 {
		var word uint64
		for i, x := range values[:n] {
			word |= flag(uint64(rank(x))-low <= width) << uint(i)
		}
		out[0] = word
		return
	}
	for w := range out {
		block := (*[64]float64)(values[w<<6:])
		var a, b, c, d, beyond uint64
		for i := 15; i >= 0; i-- {
			_, beyond = bits.Sub64(width, uint64(rank(block[i]))-low, 0)
			a, _ = bits.Add64(a, a, beyond)
			_, beyond = bits.Sub64(width, uint64(rank(block[i+16]))-low, 0)
			b, _ = bits.Add64(b, b, beyond)
			_, beyond = bits.Sub64(width, uint64(rank(block[i+32]))-low, 0)
			c, _ = bits.Add64(c, c, beyond)
			_, beyond = bits.Sub64(width, uint64(rank(block[i+48]))-low, 0)
			d, _ = bits.Add64(d, d, beyond)
		}
		out[w] = ^(a | b<<16 | c<<32 | d<<48)
	}
}
