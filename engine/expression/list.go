package expression

// listed is "x" in list.
type listed struct{ base }

func (n *listed) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, Boolean)
	clear(out.bools)
	if d := b.elementIndex(n.arg(1)); d != nil && left.mask == 0 {
		d.holders(out.bools, left.texts[0])
		both(out.bools, out.bools, out.known)
		b.release(left)
		return out
	}
	rows(out.known, func(i int) {
		wanted := left.texts[i&left.mask]
		for _, element := range right.lists[i&right.mask] {
			if element == wanted {
				setBit(out.bools, i)
				return
			}
		}
	})
	b.release(left)
	b.release(right)
	return out
}

// end is first(list) or last(list); it is empty for a list without elements.
type end struct {
	base
	last bool
}

func (n *end) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Text)
	rows(in.known, func(i int) {
		list := in.lists[i&in.mask]
		switch {
		case len(list) == 0:
			clearBit(out.known, i)
		case n.last:
			out.texts[i] = list[len(list)-1]
		default:
			out.texts[i] = list[0]
		}
	})
	b.release(in)
	return out
}

// element is # inside any(list, ...) and its like.
type element struct{ base }

func (n *element) eval(b *Batch) *Vector { return b.elements[len(b.elements)-1] }

// quantifier is any, all, none, one, count or filter over a list. Its operands are the list and the body, which is
// evaluated over all leads for their first elements, then for their second ones, and so on. As with and and or, an
// element for which the body is unknown leaves the result unknown only if the others do not settle it.
type quantifier struct {
	base
	op string
}

// tally is what the elements looked at so far say, lead by lead.
type tally struct{ some, every, unknown []uint64 }

func (n *quantifier) eval(b *Batch) *Vector {
	lists := b.eval(n.arg(0))
	out := b.take(n.typ)
	some, every, unknown := b.take(Boolean), b.take(Boolean), b.take(Boolean)
	t := tally{some.bools, every.bools, unknown.bools}
	clear(t.some)
	clear(t.unknown)
	copy(t.every, lists.known)
	if d := n.indexed(b); d != nil {
		d.tally(b, n.arg(1), t)
		n.conclude(out, lists.known, nil, t)
		for _, v := range []*Vector{lists, some, every, unknown} {
			b.release(v)
		}
		return out
	}
	hits := b.take(Integer)
	clear(hits.ints)
	clear(out.lists)

	item := b.take(Text)
	item.owned = false
	b.elements = append(b.elements, item)
	for at := 0; layer(item, lists, at); at++ {
		body := b.eval(n.arg(1))
		t.add(item.known, body)
		rows(body.bools, func(i int) {
			if item.Has(i) {
				hits.ints[i]++
				if n.op == "filter" {
					out.lists[i] = append(out.lists[i], item.texts[i])
				}
			}
		})
		b.release(body)
	}
	b.elements = b.elements[:len(b.elements)-1]
	item.owned = true
	n.conclude(out, lists.known, hits, t)
	for _, v := range []*Vector{lists, hits, some, every, unknown, item} {
		b.release(v)
	}
	return out
}

// indexed is the list by its distinct elements, where these decide.
func (n *quantifier) indexed(b *Batch) *dictionary {
	if n.op != "any" && n.op != "all" && n.op != "none" || !ofElement(n.arg(1)) {
		return nil
	}
	return b.elementIndex(n.arg(0))
}

// layer puts the elements at one position into item and tells whether there are any.
func layer(item, lists *Vector, at int) bool {
	clear(item.known)
	found := false
	rows(lists.known, func(i int) {
		if list := lists.lists[i&lists.mask]; at < len(list) {
			item.texts[i] = list[at]
			setBit(item.known, i)
			found = true
		}
	})
	return found
}

func (t tally) add(live []uint64, body *Vector) {
	for w, l := range live {
		t.some[w] |= l & body.bools[w]
		t.every[w] &^= l & body.known[w] &^ body.bools[w]
		t.unknown[w] |= l &^ body.known[w]
	}
}

func (n *quantifier) conclude(out *Vector, known []uint64, hits *Vector, t tally) {
	for w, k := range known {
		switch n.op {
		case "any":
			out.bools[w], out.known[w] = t.some[w], k&(t.some[w]|^t.unknown[w])
		case "none":
			out.known[w] = k & (t.some[w] | ^t.unknown[w])
			out.bools[w] = out.known[w] &^ t.some[w]
		case "all":
			out.known[w] = k & (^t.every[w] | ^t.unknown[w])
			out.bools[w] = out.known[w] & t.every[w]
		default:
			out.known[w] = k &^ t.unknown[w]
		}
	}
	switch n.op {
	case "count":
		copy(out.ints, hits.ints)
	case "one":
		clear(out.bools)
		rows(out.known, func(i int) {
			if hits.ints[i] == 1 {
				setBit(out.bools, i)
			}
		})
	}
}
