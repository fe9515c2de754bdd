package expression

// truth holds where a boolean is known to be true, or known to be false.
func (q *query) truth(n node, want bool) clause {
	if q.left--; q.left < 0 {
		return unpushed()
	}
	if k, known := q.constant(n); known {
		return settledAs(!k.empty && k.truth == want)
	}
	switch n := n.(type) {
	case *column:
		return q.flagged(n, want)
	case *negation:
		return q.truth(n.arg(0), !want)
	case *conjunction:
		return q.joined(n.base, want, want)
	case *disjunction:
		return q.joined(n.base, want, !want)
	case *choose:
		return q.chosen(n, func(branch node) clause { return q.truth(branch, want) })
	case *fallback:
		return some(q.truth(n.arg(0), want), all(q.empty(n.arg(0)), q.truth(n.arg(1), want)))
	case *emptiness:
		return q.asked(n, want)
	case *comparison:
		return q.compared(n, want)
	case *membership:
		return q.value(n.arg(0), n.test(want))
	case *textTest:
		return q.begins(n, want)
	}
	return unpushed()
}

// joined is and, or or: by De Morgan it needs both sides for one of the two truths and one side for the other.
func (q *query) joined(n base, want, needsBoth bool) clause {
	left, right := q.truth(n.arg(0), want), q.truth(n.arg(1), want)
	if needsBoth {
		return all(left, right)
	}
	return some(left, right)
}

// chosen is c ? x : y, where each branch counts on the rows that take it.
func (q *query) chosen(n *choose, branch func(node) clause) clause {
	return some(all(q.truth(n.arg(0), true), branch(n.arg(1))), all(q.truth(n.arg(0), false), branch(n.arg(2))))
}

// asked is x == nil and is_empty(x). A computed text without content is not nil but empty for is_empty, which SQL does
// not see.
func (q *query) asked(n *emptiness, want bool) clause {
	operand := n.arg(0)
	_, stored := operand.(*column)
	content := !n.strict && !stored && (operand.kind().isText() || operand.kind() == TextList)
	switch {
	case content && want:
		return unpushed()
	case content:
		return all(q.filled(operand), unpushed())
	case want:
		return q.empty(operand)
	}
	return q.filled(operand)
}

func (q *query) compared(n *comparison, want bool) clause {
	left, right, op := n.arg(0), n.arg(1), n.op
	if left.kind() == Boolean {
		same := (op == "==") == want
		return some(
			all(q.truth(left, true), q.truth(right, same)),
			all(q.truth(left, false), q.truth(right, !same)))
	}
	k, known := q.constant(left)
	if known {
		left, op = right, mirrored(op)
	} else if k, known = q.constant(right); !known {
		return q.pair(n, want)
	}
	switch {
	case k.empty:
		return settledAs(false)
	case k.typ == Number:
		return q.value(left, realTest{op, want, []float64{k.real}})
	case k.typ.isText():
		return q.value(left, textTestOf(op, want, k.text))
	}
	return q.value(left, wholeTest{ordered(op, below(k.whole), upTo(k.whole)).when(want), true})
}

// pair compares two columns. Numbers are left to the engine, because the databases order NaN.
func (q *query) pair(n *comparison, want bool) clause {
	l, stored := n.arg(0).(*column)
	r, both := n.arg(1).(*column)
	if !stored || !both || l.kind() == Number {
		return unpushed()
	}
	left, stored := q.sql(l)
	right, both := q.sql(r)
	if !stored || !both {
		return unpushed()
	}
	op := n.op
	if !want {
		op = opposite(op)
	}
	c := atom(left + q.collated(l) + " " + inSQL(op) + " " + right)
	if l.kind().isText() {
		return all(c, atom(left+" <> ''"), atom(right+" <> ''"))
	}
	return c
}

// begins is x startsWith "constant".
func (q *query) begins(n *textTest, want bool) clause {
	k, known := q.constant(n.arg(1))
	switch {
	case known && k.empty:
		return settledAs(false)
	case !known || n.op != "startsWith":
		return unpushed()
	}
	return q.value(n.arg(0), textTestOf(n.op, want, k.text))
}

// test is the values of a list, or those outside of it.
func (n *membership) test(want bool) test {
	switch t := n.arg(0).kind(); {
	case t == Integer:
		var points wholes64
		for _, x := range n.ints {
			points = append(points, stretch64{x, x})
		}
		return wholeTest{points.merged().when(want), true}
	case t == Number:
		return realTest{"in", want, n.reals}
	}
	return textTestOf("in", want, n.texts...)
}

// sql is the column of a field.
func (q *query) sql(n *column) (string, bool) {
	if q.Column == nil {
		return "", false
	}
	return q.Column(n.field.Name)
}

// flagged is a boolean column.
func (q *query) flagged(n *column, want bool) clause {
	name, stored := q.sql(n)
	switch {
	case !stored:
		return unpushed()
	case want:
		return atom(name + " <> 0").at(turn{value: true})
	}
	return atom(name + " = 0").at(turn{value: false})
}

// opposite is the comparison that holds for known values where op does not.
func opposite(op string) string {
	switch op {
	case "==":
		return "!="
	case "!=":
		return "=="
	case "<":
		return ">="
	case ">":
		return "<="
	case "<=":
		return ">"
	}
	return "<"
}

func inSQL(op string) string {
	switch op {
	case "==":
		return "="
	case "!=":
		return "<>"
	}
	return op
}
