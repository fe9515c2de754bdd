package expression

import "math/bits"

// conjunction is Kleene's and: false as soon as one side is false, unknown when the other cannot settle it.
type conjunction struct{ base }

func (n *conjunction) eval(b *Batch) *Vector {
	left := b.eval(n.arg(0))
	if settled(left, false, b.n) {
		return left
	}
	right := b.eval(n.arg(1))
	out := b.take(Boolean)
	for i := range out.bools {
		lt, lk, rt, rk := left.bools[i], left.known[i], right.bools[i], right.known[i]
		out.bools[i] = lt & rt
		out.known[i] = lk&rk | lk&^lt | rk&^rt
	}
	b.release(left)
	b.release(right)
	return out
}

// disjunction is Kleene's or: true as soon as one side is true, unknown when the other cannot settle it.
type disjunction struct{ base }

func (n *disjunction) eval(b *Batch) *Vector {
	left := b.eval(n.arg(0))
	if settled(left, true, b.n) {
		return left
	}
	right := b.eval(n.arg(1))
	out := b.take(Boolean)
	for i := range out.bools {
		lt, rt := left.bools[i], right.bools[i]
		out.bools[i] = lt | rt
		out.known[i] = left.known[i]&right.known[i] | lt | rt
	}
	b.release(left)
	b.release(right)
	return out
}

// settled tells whether every lead has the same known truth.
func settled(v *Vector, want bool, n int) bool {
	for w, known := range v.known {
		if truth := v.bools[w]; want && truth != known || !want && truth != 0 {
			return false
		}
	}
	return count(v.known) == n
}

// negation is not: unknown stays unknown.
type negation struct{ base }

func (n *negation) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Boolean)
	for i := range out.bools {
		out.bools[i] = in.known[i] &^ in.bools[i]
	}
	b.release(in)
	return out
}

// emptiness is is_empty(x) and, when strict, x == nil: it is never unknown. A text or a list that a function made
// without content is empty for is_empty, but it is not nil.
type emptiness struct {
	base
	strict bool
}

func (n *emptiness) eval(b *Batch) *Vector {
	in := b.eval(n.arg(0))
	out := b.take(Boolean)
	if b.n > 0 {
		fill(out.known, b.n)
	}
	for i := range out.bools {
		out.bools[i] = out.known[i] &^ in.known[i]
	}
	if !n.strict && (in.typ.isText() || in.typ == TextList) {
		rows(in.known, func(i int) {
			if in.typ == TextList && len(in.lists[i&in.mask]) == 0 || in.typ.isText() && in.texts[i&in.mask] == "" {
				setBit(out.bools, i)
			}
		})
	}
	b.release(in)
	return out
}

// fallback is x ?? y: y where x is empty.
type fallback struct{ base }

func (n *fallback) eval(b *Batch) *Vector {
	first := b.eval(n.arg(0))
	if count(first.known) == b.n {
		return first
	}
	second := b.eval(n.arg(1))
	out := b.take(n.typ)
	merge(out, first, second, first.known)
	for i := range out.known {
		out.known[i] = first.known[i] | second.known[i]
	}
	b.release(first)
	b.release(second)
	return out
}

// choose is c ? x : y. Where c is unknown the result is empty.
type choose struct{ base }

func (n *choose) eval(b *Batch) *Vector {
	cond, yes, no := b.eval(n.arg(0)), b.eval(n.arg(1)), b.eval(n.arg(2))
	out := b.take(n.typ)
	merge(out, yes, no, cond.bools)
	for i := range out.known {
		take := cond.bools[i]
		out.known[i] = cond.known[i] & (take&yes.known[i] | ^take&no.known[i])
	}
	if out.typ == Boolean {
		both(out.bools, out.bools, out.known)
	}
	for _, v := range []*Vector{cond, yes, no} {
		b.release(v)
	}
	return out
}

// merge fills out with yes where the bit of which is set, and with no elsewhere.
func merge(out, yes, no *Vector, which []uint64) {
	m := masks{yes.mask, no.mask}
	switch {
	case out.typ == Boolean:
		for i := range out.bools {
			out.bools[i] = which[i]&yes.bools[i] | ^which[i]&no.bools[i]
		}
	case out.typ == Integer || out.typ == Time || out.typ == Duration:
		pick(out.ints, operands[int64]{yes.ints, no.ints, m}, which)
	case out.typ == Number || out.typ == calendarDays:
		pick(out.reals, operands[float64]{yes.reals, no.reals, m}, which)
	case out.typ == TextList:
		pick(out.lists, operands[[]string]{yes.lists, no.lists, m}, which)
	default:
		pick(out.texts, operands[string]{yes.texts, no.texts, m}, which)
	}
}

// masks are the index masks of two operands: 0 for a value that all leads share, -1 for one value a lead.
type masks struct{ left, right int }

// pick takes the left value where the bit of which is set, and the right one elsewhere. The side that most leads take
// is copied, and the others are put over it.
func pick[T any](out []T, o operands[T], which []uint64) {
	for w, yes := range which {
		first := w << 6
		part := out[first:min(first+64, len(out))]
		base, over, mask, overMask := o.right, o.left, o.masks.right, o.masks.left
		if bits.OnesCount64(yes) > len(part)/2 {
			base, over, mask, overMask, yes = over, base, overMask, mask, ^yes
		}
		if mask == 0 {
			for i := range part {
				part[i] = base[0]
			}
		} else {
			copy(part, base[first:])
		}
		if len(part) < 64 {
			yes &= 1<<uint(len(part)) - 1
		}
		for ; yes != 0; yes &= yes - 1 {
			i := bits.TrailingZeros64(yes)
			part[i] = over[(first+i)&overMask]
		}
	}
}
