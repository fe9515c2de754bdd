package expression

// empty holds where a part has no value.
func (q *query) empty(n node) clause {
	if q.left--; q.left < 0 {
		return unpushed()
	}
	if k, known := q.constant(n); known {
		return settledAs(k.empty)
	}
	switch n := n.(type) {
	case *column:
		return q.stored(n, " IS NULL", " = ''")
	case *fallback:
		return all(q.empty(n.arg(0)), q.empty(n.arg(1)))
	case *choose:
		return some(q.empty(n.arg(0)), q.chosen(n, q.empty))
	case *emptiness:
		return settledAs(false)
	case *conjunction:
		return q.undecided(n.base, true)
	case *disjunction:
		return q.undecided(n.base, false)
	}
	if !total(n) {
		return unpushed()
	}
	var parts []clause
	for _, operand := range n.children() {
		parts = append(parts, q.empty(operand))
	}
	return some(parts...)
}

// filled holds where a part has a value.
func (q *query) filled(n node) clause {
	if q.left--; q.left < 0 {
		return unpushed()
	}
	if k, known := q.constant(n); known {
		return settledAs(!k.empty)
	}
	switch n := n.(type) {
	case *column:
		return q.stored(n, " IS NOT NULL", " <> ''")
	case *fallback:
		return some(q.filled(n.arg(0)), q.filled(n.arg(1)))
	case *choose:
		return q.chosen(n, q.filled)
	case *emptiness:
		return settledAs(true)
	case *conjunction, *disjunction:
		return some(q.truth(n, true), q.truth(n, false))
	case *quantifier:
		return unpushed()
	}
	var parts []clause
	for _, operand := range n.children() {
		parts = append(parts, q.filled(operand))
	}
	if !total(n) {
		parts = append(parts, unpushed())
	}
	return all(parts...)
}

// stored asks a column whether it is empty or filled.
func (q *query) stored(n *column, asValue, asText string) clause {
	name, stored := q.sql(n)
	switch {
	case !stored || n.kind() == TextList:
		return unpushed()
	case n.kind().isText():
		return atom(name + asText)
	}
	return atom(name + asValue)
}

// undecided holds where and, or or is unknown: one side is, and the other one, which is unknown or neutral, does not
// settle it.
func (q *query) undecided(n base, neutral bool) clause {
	left, right := q.empty(n.arg(0)), q.empty(n.arg(1))
	return some(
		all(left, right),
		all(left, q.truth(n.arg(1), neutral)),
		all(q.truth(n.arg(0), neutral), right))
}

// total tells of a node that is not covered elsewhere whether it is empty only where one of its operands is.
func total(n node) bool {
	switch n := n.(type) {
	case *comparison, *membership, *textTest, *match, *negation, *listed, *joined, *respelled, *length, *written, *since, *hourOfDay, *shifted:
		return true
	case *arithmetic:
		return n.op != "%" && n.typ != Number
	case *numeric:
		return n.typ == Number || n.arg(0).kind() == Integer
	}
	return false
}
