package expression

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// wholes64 is a set of 64-bit whole numbers: stretches in order that neither overlap nor touch.
type wholes64 []stretch64

// stretch64 are the numbers between two, both included.
type stretch64 struct{ from, to int64 }

func everything() wholes64 { return wholes64{{math.MinInt64, math.MaxInt64}} }

// upTo are the numbers that are not larger than x.
func upTo(x int64) wholes64 { return wholes64{{math.MinInt64, x}} }

// below are the numbers smaller than x.
func below(x int64) wholes64 {
	if x == math.MinInt64 {
		return nil
	}
	return upTo(x - 1)
}

// downTo finds, by halving, the numbers for which holds is true, when it is true up to some number and false beyond.
func downTo(holds func(int64) bool) wholes64 {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if !holds(low) {
		return nil
	}
	for low < high {
		gap := uint64(high) - uint64(low)
		middle := low + int64(gap/2+gap%2)
		if holds(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return upTo(low)
}

// ordered are the numbers on one side of a limit, from those below it and those not above it.
func ordered(op string, less, atMost wholes64) wholes64 {
	switch op {
	case "<":
		return less
	case "<=":
		return atMost
	case ">":
		return atMost.complement()
	case ">=":
		return less.complement()
	}
	equal := less.union(atMost.complement()).complement()
	if op == "!=" {
		return equal.complement()
	}
	return equal
}

// when is the set or, for false, its complement.
func (s wholes64) when(want bool) wholes64 {
	if want {
		return s
	}
	return s.complement()
}

func (s wholes64) has(x int64) bool {
	for _, part := range s {
		if x >= part.from && x <= part.to {
			return true
		}
	}
	return false
}

func (s wholes64) complement() wholes64 {
	var out wholes64
	from := int64(math.MinInt64)
	for _, part := range s {
		if part.from > from {
			out = append(out, stretch64{from, part.from - 1})
		}
		if part.to == math.MaxInt64 {
			return out
		}
		from = part.to + 1
	}
	return append(out, stretch64{from, math.MaxInt64})
}

func (s wholes64) union(other wholes64) wholes64 { return slices.Concat(s, other).merged() }

// merged puts stretches in order and joins those that overlap or touch.
func (s wholes64) merged() wholes64 {
	slices.SortFunc(s, func(a, b stretch64) int { return cmp.Compare(a.from, b.from) })
	var out wholes64
	for _, part := range s {
		last := len(out) - 1
		if last >= 0 && (out[last].to == math.MaxInt64 || part.from <= out[last].to+1) {
			out[last].to = max(out[last].to, part.to)
		} else {
			out = append(out, part)
		}
	}
	return out
}

// shift adds k to every number, wrapping around.
func (s wholes64) shift(k int64) wholes64 {
	var out wholes64
	for _, part := range s {
		from, to := part.from+k, part.to+k
		if from <= to {
			out = append(out, stretch64{from, to})
		} else {
			out = append(out, stretch64{math.MinInt64, to}, stretch64{from, math.MaxInt64})
		}
	}
	return out.merged()
}

// mirror negates every number; the smallest one has no partner and stays.
func (s wholes64) mirror() wholes64 {
	var out wholes64
	for _, part := range s {
		if part.from == math.MinInt64 {
			out = append(out, stretch64{math.MinInt64, math.MinInt64})
			if part.to == math.MinInt64 {
				continue
			}
			part.from++
		}
		out = append(out, stretch64{-part.to, -part.from})
	}
	return out.merged()
}

// maxPoints is how many numbers are written one by one.
const maxPoints = 5000

// points are the numbers of a set one by one, unless it is a single stretch or has too many.
func (s wholes64) points() ([]any, bool) {
	if len(s) == 1 && s[0].from != s[0].to {
		return nil, false
	}
	var found []any
	for _, part := range s {
		if uint64(part.to)-uint64(part.from) >= uint64(maxPoints-len(found)) {
			return nil, false
		}
		for i := part.from; i < part.to; i++ {
			found = append(found, i)
		}
		found = append(found, part.to)
	}
	return found, len(found) > 0
}

// wholeTest is a set of whole numbers, times or lengths of time. Where it is not exact it holds too many.
type wholeTest struct {
	set   wholes64
	exact bool
}

func (t wholeTest) holds(k *constant) bool { return t.set.has(k.whole) }

// stretches is how many stretches of numbers are written out; beyond, all numbers between the first and the last pass.
const stretches = 50

func (t wholeTest) over(_ *query, name string) clause {
	c := t.written(name)
	c.exact = c.exact && t.exact
	if len(t.set) > 0 && t.set[0].from > math.MinInt64 {
		c.column, c.from = name, t.set[0].from
	}
	for _, part := range t.set {
		for _, x := range []int64{part.from, part.to} {
			if x != math.MinInt64 && x != math.MaxInt64 {
				c.turns = append(c.turns, turn{value: x})
			}
		}
	}
	return c
}

func (t wholeTest) written(name string) clause {
	outside := t.set.complement()
	switch {
	case len(t.set) == 0:
		return settledAs(false)
	case len(outside) == 0:
		return atom(name + " IS NOT NULL")
	}
	if points, only := t.set.points(); only {
		return atom(against(name, "=", "IN", len(points)), points...)
	}
	if points, only := outside.points(); only {
		return atom(against(name, "<>", "NOT IN", len(points)), points...)
	}
	if last := len(t.set) - 1; last >= stretches {
		c := wholeTest{set: wholes64{{t.set[0].from, t.set[last].to}}}.written(name)
		c.exact = false
		return c
	}
	var parts []clause
	for _, part := range t.set {
		parts = append(parts, part.over(name))
	}
	return some(parts...)
}

// over is the stretch in SQL.
func (s stretch64) over(name string) clause {
	switch {
	case s.from == s.to:
		return atom(name+" = "+hole, s.from)
	case s.from == math.MinInt64:
		return atom(name+" <= "+hole, s.to)
	case s.to == math.MaxInt64:
		return atom(name+" >= "+hole, s.from)
	}
	return atom(name+" BETWEEN "+hole+" AND "+hole, s.from, s.to)
}

// against is a comparison with one value or with a list of n.
func against(name, one, many string, n int) string {
	if n == 1 {
		return name + " " + one + " " + hole
	}
	return name + " " + many + " (" + strings.Repeat(hole+", ", n-1) + hole + ")"
}
