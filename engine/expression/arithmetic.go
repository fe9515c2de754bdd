package expression

import "math"

// arithmetic is + - * / % ^ min max over two operands of the type of the result, or over numbers where the result is
// one. Whole numbers wrap around, x / 0 is infinite and x % 0 is empty, as in expr.
type arithmetic struct {
	base
	op string
}

func (n *arithmetic) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, n.typ)
	m := masks{left.mask, right.mask}
	switch {
	case n.typ == Number:
		reals(n.op, out.reals[:b.n], operands[float64]{left.reals, right.reals, m})
	case n.op == "%":
		remainders(out, left, right)
	default:
		wholes(n.op, out.ints[:b.n], operands[int64]{left.ints, right.ints, m})
	}
	b.release(left)
	b.release(right)
	return out
}

func wholes(op string, out []int64, o operands[int64]) {
	l, r, m := o.left, o.right, o.masks
	switch op {
	case "+":
		for i := range out {
			out[i] = l[i&m.left] + r[i&m.right]
		}
	case "-":
		for i := range out {
			out[i] = l[i&m.left] - r[i&m.right]
		}
	case "*":
		for i := range out {
			out[i] = l[i&m.left] * r[i&m.right]
		}
	case "min":
		for i := range out {
			out[i] = min(l[i&m.left], r[i&m.right])
		}
	case "max":
		for i := range out {
			out[i] = max(l[i&m.left], r[i&m.right])
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

func reals(op string, out []float64, o operands[float64]) {
	l, r, m := o.left, o.right, o.masks
	switch op {
	case "+":
		for i := range out {
			out[i] = l[i&m.left] + r[i&m.right]
		}
	case "-":
		for i := range out {
			out[i] = l[i&m.left] - r[i&m.right]
		}
	case "*":
		for i := range out {
			out[i] = l[i&m.left] * r[i&m.right]
		}
	case "/":
		for i := range out {
			out[i] = l[i&m.left] / r[i&m.right]
		}
	case "^":
		for i := range out {
			out[i] = math.Pow(l[i&m.left], r[i&m.right])
		}
	default:
		extremes(op, out, o)
	}
}

// extremes keeps the left operand unless the right one is beyond it, which decides what NaN does.
func extremes(op string, out []float64, o operands[float64]) {
	for i := range out {
		x, y := o.left[i&o.masks.left], o.right[i&o.masks.right]
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
