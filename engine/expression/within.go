package expression

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// in checks x in [a, b], x in 1..9 and "x" in list.
func (c *checker) in(n *ast.BinaryNode) node {
	if c.negated(n) {
		return c.bad(n)
	}
	left := c.check(n.Left)
	switch right := n.Right.(type) {
	case *ast.ArrayNode:
		return c.inElements(n, left, right)
	case *ast.BinaryNode:
		if right.Operator == ".." {
			return c.inRange(n, left, right)
		}
	}
	right := c.check(n.Right)
	switch {
	case left.kind() == untyped || right.kind() == untyped:
		return c.bad(n)
	case right.kind().isText():
		return c.refuse(n, CodeInText, c.over(n.Right)+" is a text, in looks into a list", "write "+c.raw(n.Right)+" == "+c.raw(n.Left)+", or "+c.raw(n.Right)+" contains "+c.raw(n.Left))
	case right.kind() != TextList:
		return c.refuse(n, CodeTypes, c.over(n.Right)+" is "+right.kind().phrase()+", in looks into a list", `write a list: in ["a", "b"], or a range: in 1..9`)
	case !left.kind().isText():
		return c.refuse(n, CodeTypes, c.over(n.Right)+" holds texts, "+c.over(n.Left)+" is "+left.kind().phrase(), "")
	}
	return &listed{c.base(n, Boolean, left, right)}
}

// inRange makes x in a..b two comparisons.
func (c *checker) inRange(n *ast.BinaryNode, left node, limits *ast.BinaryNode) node {
	low, high := c.check(limits.Left), c.check(limits.Right)
	name := c.raw(n.Left)
	bounds := "write " + name + " >= " + c.raw(limits.Left) + " and " + name + " <= " + c.raw(limits.Right)
	switch {
	case left.kind() == untyped || low.kind() == untyped || high.kind() == untyped:
		return c.bad(n)
	case left.kind() == Number || low.kind() == Number || high.kind() == Number:
		return c.refuse(n, CodeNumberRange, "a range holds whole numbers only, "+c.over(n.Left)+" may lie between them", bounds)
	case left.kind() != Integer || low.kind() != Integer || high.kind() != Integer:
		return c.refuse(n, CodeTypes, "a range holds whole numbers, "+c.over(n)+" asks for something else", bounds)
	}
	if a, b := constantsOf(low, high); a != nil && b != nil && a.whole > b.whole {
		return c.refuse(limits, CodeNumberRange, "the range ends before it begins", "write "+c.raw(limits.Right)+".."+c.raw(limits.Left))
	}
	return &conjunction{c.base(n, Boolean,
		&comparison{c.base(n, Boolean, left, low), ">="},
		&comparison{c.base(n, Boolean, left, high), "<="})}
}

func constantsOf(x, y node) (a, b *constant) {
	a, _ = x.(*constant)
	b, _ = y.(*constant)
	return a, b
}

// inElements makes x in [constants] a membership, and a list with other parts equalities joined by or.
func (c *checker) inElements(n *ast.BinaryNode, left node, list *ast.ArrayNode) node {
	elements, constants, good := make([]node, len(list.Nodes)), true, left.kind() != untyped
	for i, part := range list.Nodes {
		element := c.check(part)
		elements[i] = element
		if element.kind() == untyped || left.kind() == untyped {
			good = false
			continue
		}
		good = c.elementFits(n, left, part, element) && good
		_, constant := element.(*constant)
		constants = constants && constant
	}
	switch {
	case !good:
		return c.bad(n)
	case len(elements) == 0:
		return c.refuse(n.Right, CodeTypes, "nothing is in an empty list", "write the values in the list")
	case constants && (left.kind().isText() || left.kind().isNumeric()):
		return c.membership(n, left, elements)
	}
	var either node
	for i, element := range elements {
		t := common(left, element)
		if t == calendarDays {
			t = Duration
		}
		var equal node = &comparison{c.base(list.Nodes[i], Boolean, convert(left, t), convert(element, t)), "=="}
		if either != nil {
			equal = &disjunction{c.base(n, Boolean, either, equal)}
		}
		either = equal
	}
	return either
}

// elementFits reports an element that the left side can never be equal to.
func (c *checker) elementFits(n *ast.BinaryNode, left node, part ast.Node, element node) bool {
	before := len(c.faults)
	switch {
	case left.kind() == TextList:
		c.refuse(n, CodeTypes, c.over(n.Left)+" is a list itself", "write any("+c.raw(n.Left)+", # in "+c.raw(n.Right)+")")
	case element.kind() == emptyType:
		c.refuse(part, CodeNil, "nil is never in a list", "write "+c.raw(n.Left)+" == nil or "+c.raw(n.Left)+" in [...]")
	case common(left, element) == untyped || left.kind() == emptyType:
		hint := "write values of the same type"
		if k, ok := element.(*constant); ok && k.typ == Text {
			if better, _ := c.textLiteralHint(k.text, left.kind()); better != "" {
				hint = better
			}
		}
		c.refuse(part, CodeTypes, c.over(n.Left)+" is "+left.kind().phrase()+", "+c.over(part)+" is "+element.kind().phrase(), hint)
	default:
		if k, ok := element.(*constant); ok && k.typ == Text && k.text == "" && left.kind().isText() {
			c.refuse(part, CodeEmptyText, `an empty field is never equal to ""`, "write is_empty("+strings.TrimSpace(c.raw(n.Left))+") or ...")
		} else {
			c.literals(part, left, element)
		}
	}
	return len(c.faults) == before
}

func (c *checker) membership(n *ast.BinaryNode, left node, elements []node) node {
	t := left.kind()
	for _, element := range elements {
		if element.kind() == Number {
			t = Number
		}
	}
	m := &membership{base: c.base(n, Boolean, convert(left, t))}
	for _, element := range elements {
		k := element.(*constant)
		switch {
		case t == Integer:
			m.ints = append(m.ints, k.whole)
		case t == Number && k.typ == Integer:
			m.reals = append(m.reals, float64(k.whole))
		case t == Number:
			m.reals = append(m.reals, k.real)
		default:
			m.texts = append(m.texts, k.text)
		}
	}
	if len(m.texts) > linear {
		m.set = make(map[string]bool, len(m.texts))
		for _, text := range m.texts {
			m.set[text] = true
		}
	}
	return m
}
