package expression

import "math"

// arithmetic is + - * / % ^ min max over two operands of the type of the result, or over numbers where the result is
// one. Whole numbers wrap around, as in expr. A result that is infinite or not a number, such as x / 0, is empty, and so
// is x % 0: a rule that has no result is not one that holds.
type arithmetic struct {
	base
	op string
}

func (n *arithmetic) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, n.typ)
	switch {
	case n.typ == Number:
		var l, r side[float64]
		l.of(left.reals, left.mask)
		r.of(right.reals, right.mask)
		for w := range out.known {
			results := block[float64](out.reals[w<<6:])[:lanes(b.n, w)]
			reals(n.op, results, l.at(w)[:], r.at(w)[:])
			if n.op != "min" && n.op != "max" { // which only choose
				out.known[w] &= finite(results)
			}
		}
	case n.op == "%":
		remainders(out, left, right)
	default:
		var l, r side[int64]
		l.of(left.ints, left.mask)
		r.of(right.ints, right.mask)
		for w := range out.known {
			wholes(n.op, block[int64](out.ints[w<<6:])[:lanes(b.n, w)], l.at(w)[:], r.at(w)[:])
		}
	}
	b.release(left)
	b.release(right)
	return out
}

// wholes computes one block. Both operands have at least the length of the result.
func wholes(op string, out, l, r []int64) {
	l, r = l[:len(out)], r[:len(out)]
	switch op {
	case "+":
		for i := range out {
			out[i] = l[i] + r[i]
		}
	case "-":
		for i := range out {
			out[i] = l[i] - r[i]
		}
	case "*":
		for i := range out {
			out[i] = l[i] * r[i]
		}
	case "min":
		for i := range out {
			out[i] = min(l[i], r[i])
		}
	case "max":
		for i := range out {
			out[i] = max(l[i], r[i])
		}
	}
}

func remainders(out, left, right *Vector) {
	rows(out.known, func(i int) {
		divisor := right.ints[i&right.mask]
		if divisor == 0 {
			clearBit(out.known, i)
			return
		}
		out.ints[i] = left.ints[i&left.mask] % divisor
	})
}

func reals(op string, out, l, r []float64) {
	l, r = l[:len(out)], r[:len(out)]
	switch op {
	case "+":
		for i := range out {
			out[i] = l[i] + r[i]
		}
	case "-":
		for i := range out {
			out[i] = l[i] - r[i]
		}
	case "*":
		for i := range out {
			out[i] = l[i] * r[i]
		}
	case "/":
		for i := range out {
			out[i] = l[i] / r[i]
		}
	case "^":
		for i := range out {
			out[i] = math.Pow(l[i], r[i])
		}
	default:
		extremes(op, out, l, r)
	}
}

// finite are the numbers that are neither infinite nor none.
func finite(values []float64) (word uint64) {
	for i, x := range values {
		word |= flag(x-x == 0) << uint(i)
	}
	return word
}

// extremes keeps the left operand unless the right one is beyond it, which decides what NaN does.
func extremes(op string, out, l, r []float64) {
	for i := range out {
		x, y := l[i], r[i]
		if op == "min" && y < x || op == "max" && y > x {
			x = y
		}
		out[i] = x
	}
}

// numeric is a function of one number: - abs round floor ceil int float.
type numeric struct {
	base
	op string
}

func (n *numeric) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, n.typ)
	switch {
	case in.typ == Integer && n.typ == Number:
		for i := range b.n {
			out.reals[i] = float64(in.ints[i&in.mask])
		}
	case in.typ == Number && n.typ == Integer:
		truncate(out, in)
	case n.typ == Number:
		for i := range b.n {
			out.reals[i] = ofReal(n.op, in.reals[i&in.mask])
		}
	default:
		for i := range b.n {
			out.ints[i] = ofWhole(n.op, in.ints[i&in.mask])
		}
	}
	b.release(in)
	return out
}

// truncate drops what is behind the decimal point; what does not fit a whole number is empty.
func truncate(out, in *Vector) {
	rows(out.known, func(i int) {
		x := in.reals[i&in.mask]
		if !(math.Abs(x) < math.MaxInt64) {
			clearBit(out.known, i)
			return
		}
		out.ints[i] = int64(x)
	})
}

func ofWhole(op string, x int64) int64 {
	if op == "-" || op == "abs" && x < 0 {
		return -x
	}
	return x
}

func ofReal(op string, x float64) float64 {
	switch op {
	case "-":
		return -x
	case "abs":
		if x < 0 {
			return -x
		}
	case "round":
		return math.Round(x)
	case "floor":
		return math.Floor(x)
	case "ceil":
		return math.Ceil(x)
	}
	return x
}

// bounded is a number as the result of a value: one that is infinite or not a number is empty.
type bounded struct{ base }

func (n *bounded) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Number)
	out.mask = in.mask
	copy(out.reals, in.reals)
	for i := range b.n {
		if x := in.reals[i&in.mask]; x-x != 0 {
			clearBit(out.known, i)
		}
	}
	b.release(in)
	return out
}
