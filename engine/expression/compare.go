package expression

import "cmp"

// comparison compares two operands of the same type; it is unknown where one of them is empty. Texts are compared
// byte by byte, a number that is not one compares false, as in expr.
type comparison struct {
	base
	op string
}

func (n *comparison) eval(b *Batch) *Vector {
	if out := n.ofAge(b); out != nil {
		return out
	}
	left, right, out := n.evalPair(b, Boolean)
	op, l, r, of := n.op, left, right, n.arg(0)
	if l.mask == 0 || r.mask != 0 && (op == ">" || op == ">=") {
		op, l, r, of = mirrored(op), right, left, n.arg(1)
	}
	switch {
	case l.typ == Boolean:
		equalTruths(out, l, r)
	case r.mask == 0 && l.mask != 0 && (l.typ == Integer || l.typ == Time || l.typ == Duration):
		b.within(out, of, l, wholeInterval(op, r.ints[0]))
	case r.mask == 0 && l.mask != 0 && l.typ == Number:
		b.within(out, of, l, realInterval(op, r.reals[0]))
	case l.typ == Integer || l.typ == Time || l.typ == Duration:
		compare(op, out, operands[int64]{l.ints, r.ints, masks{l.mask, r.mask}})
	case l.typ == Number:
		compare(op, out, operands[float64]{l.reals, r.reals, masks{l.mask, r.mask}})
	default:
		compare(op, out, operands[string]{l.texts, r.texts, masks{l.mask, r.mask}})
	}
	if op == "!=" {
		invert(out)
	}
	b.release(left)
	b.release(right)
	return out
}

// mirrored is the operator with its sides exchanged.
func mirrored(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

func equalTruths(out, l, r *Vector) {
	for i := range out.bools {
		out.bools[i] = out.known[i] &^ (l.bools[i] ^ r.bools[i])
	}
}

// operands are the values of two sides.
type operands[T any] struct {
	left, right []T
	masks
}

// compare sets the bits of the known leads for which the operator holds; != is computed as ==. When only one side is
// shared by all leads, it is the right one.
func compare[T cmp.Ordered](op string, out *Vector, o operands[T]) {
	for w, known := range out.known {
		if known == 0 {
			out.bools[w] = 0
			continue
		}
		first := w << 6
		var word uint64
		switch {
		case o.masks.left == 0:
			if word = toShared(op, o.left[:1], o.right[0]); word != 0 {
				word = ^uint64(0)
			}
		case o.masks.right == 0:
			word = toShared(op, o.left[first:min(first+64, len(o.left))], o.right[0])
		default:
			last := min(first+64, len(o.left))
			word = toOwn(op, o.left[first:last], o.right[first:last])
		}
		out.bools[w] = word & known
	}
}

// toShared compares up to 64 values with one.
func toShared[T cmp.Ordered](op string, values []T, limit T) (word uint64) {
	switch op {
	case "<":
		for i, x := range values {
			word |= flag(x < limit) << uint(i)
		}
	case "<=":
		for i, x := range values {
			word |= flag(x <= limit) << uint(i)
		}
	case ">":
		for i, x := range values {
			word |= flag(x > limit) << uint(i)
		}
	case ">=":
		for i, x := range values {
			word |= flag(x >= limit) << uint(i)
		}
	default:
		for i, x := range values {
			word |= flag(x == limit) << uint(i)
		}
	}
	return word
}

// toOwn compares up to 64 values with those of the other side.
func toOwn[T cmp.Ordered](op string, values, others []T) (word uint64) {
	others = others[:len(values)]
	switch op {
	case "<":
		for i, x := range values {
			word |= flag(x < others[i]) << uint(i)
		}
	case "<=":
		for i, x := range values {
			word |= flag(x <= others[i]) << uint(i)
		}
	default:
		for i, x := range values {
			word |= flag(x == others[i]) << uint(i)
		}
	}
	return word
}

func flag(holds bool) uint64 {
	if holds {
		return 1
	}
	return 0
}

// membership is x in [constants]; it is unknown where x is empty, also when the list holds the zero value.
type membership struct {
	base
	texts []string
	ints  []int64
	reals []float64
	set   map[string]bool
}

// linear is the list length up to which looking at every element beats hashing.
const linear = 8

func (n *membership) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Boolean)
	clear(out.bools)
	switch {
	case in.typ == Integer && in.mask != 0 && len(n.ints) <= linear:
		n.sweep(b, out, in, func(i int) interval { return wholeInterval("==", n.ints[i]) })
	case in.typ == Number && in.mask != 0 && len(n.reals) <= linear:
		n.sweep(b, out, in, func(i int) interval { return realInterval("==", n.reals[i]) })
	case in.typ == Integer:
		contain(out, in.ints, in.mask, n.ints)
	case in.typ == Number:
		contain(out, in.reals, in.mask, n.reals)
	case n.set != nil:
		rows(out.known, func(i int) {
			if n.set[in.texts[i&in.mask]] {
				setBit(out.bools, i)
			}
		})
	default:
		contain(out, in.texts, in.mask, n.texts)
	}
	b.release(in)
	return out
}

// sweep looks for one number of the list after the other in the whole column.
func (n *membership) sweep(b *Batch, out, in *Vector, at func(i int) interval) {
	found := b.take(Boolean)
	copy(found.known, out.known)
	for i := range len(n.ints) + len(n.reals) {
		b.within(found, n.arg(0), in, at(i))
		for w, leads := range found.bools {
			out.bools[w] |= leads
		}
	}
	b.release(found)
}

func contain[T comparable](out *Vector, values []T, mask int, list []T) {
	rows(out.known, func(i int) {
		value := values[i&mask]
		for _, element := range list {
			if value == element {
				setBit(out.bools, i)
				return
			}
		}
	})
}
