package expression

// test is a set of values, of one type, that a part is compared with.
type test interface {
	// holds tells whether a value is in the set.
	holds(k *constant) bool
	// over is the test in SQL over a column.
	over(q *query, name string) clause
}

// turn is a value of a field at which an atom begins to hold, with the words for people when it stands for all values
// beyond another one, which is shown instead. An edge is a text that only says
// where an atom turns, in the order of texts: nothing to propose to people.
type turn struct {
	value any
	words string
	shown any
	edge  bool
}

// at notes where an atom begins to hold.
func (c clause) at(turns ...turn) clause {
	c.turns = turns
	return c
}

// value holds where a part has a value that passes a test.
func (q *query) value(n node, t test) clause {
	if q.left--; q.left < 0 {
		return unpushed()
	}
	if k, known := q.constant(n); known {
		return settledAs(!k.empty && t.holds(k))
	}
	switch n := n.(type) {
	case *column:
		if name, stored := q.sql(n); stored {
			return t.over(q, name)
		}
	case *fallback:
		return some(q.value(n.arg(0), t), all(q.empty(n.arg(0)), q.value(n.arg(1), t)))
	case *choose:
		return q.chosen(n, func(branch node) clause { return q.value(branch, t) })
	case *arithmetic:
		if w, whole := t.(wholeTest); whole {
			return q.sum(n, w)
		}
	case *numeric:
		return q.converted(n, t)
	case *since:
		return q.elapsed(n, t)
	case *shifted:
		if w, whole := t.(wholeTest); whole {
			return q.movedByDays(n, w)
		}
	}
	return unpushed()
}

// sum undoes + and - with a constant, wrapping around as the engine does.
func (q *query) sum(n *arithmetic, t wholeTest) clause {
	rest, other := n.arg(0), n.arg(1)
	k, known := q.constant(other)
	if !known {
		rest, other = other, rest
		k, known = q.constant(other)
	}
	switch {
	case !known || n.op != "+" && n.op != "-":
		return unpushed()
	case k.empty:
		return settledAs(false)
	case n.op == "+":
		t.set = t.set.shift(-k.whole)
	case other == n.arg(1):
		t.set = t.set.shift(k.whole)
	default:
		t.set = t.set.mirror().shift(k.whole)
	}
	return q.value(rest, t)
}

// converted undoes a sign, and a whole number that is compared as a number.
func (q *query) converted(n *numeric, t test) clause {
	w, whole := t.(wholeTest)
	r, real := t.(realTest)
	switch from := n.arg(0).kind(); {
	case n.op == "-" && whole:
		return q.value(n.arg(0), wholeTest{w.set.mirror(), w.exact})
	case n.op == "float" && from == Integer && real:
		return q.value(n.arg(0), wholeTest{r.preimage(func(x int64) float64 { return float64(x) }), true})
	}
	return unpushed()
}
