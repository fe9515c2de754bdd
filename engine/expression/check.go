package expression

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/lexer"
)

// checker turns expr's tree into typed nodes and reports all faults on the way. A part with a fault becomes a node of
// type untyped, about which nothing more is said.
type checker struct {
	*report
	schema *Schema
	scope  Scope
	// ends holds, for the first rune of a name or of an opening bracket, where the matching closing bracket ends.
	ends  map[int]int
	spans map[ast.Node]place
	// checked keeps the node of every part, so that a part that two operators share is looked at once.
	checked map[ast.Node]node
	// inside counts the any(...), all(...) around the part that is looked at.
	inside int
}

func newChecker(s *Schema, scope Scope, r *report, tokens []lexer.Token) *checker {
	c := &checker{report: r, schema: s, scope: scope, ends: map[int]int{}, spans: map[ast.Node]place{}, checked: map[ast.Node]node{}}
	var open []int
	for i, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			open = append(open, i)
		case t.Is(lexer.Bracket) && len(open) > 0:
			first := open[len(open)-1]
			open = open[:len(open)-1]
			c.ends[tokens[first].From] = t.To
			if first > 0 && tokens[first-1].Is(lexer.Identifier) {
				c.ends[tokens[first-1].From] = t.To
			}
		default:
			c.ends[t.From] = t.To
		}
	}
	return c
}

// check is the typed node of a tree.
func (c *checker) check(n ast.Node) node {
	typed, seen := c.checked[n]
	if !seen {
		typed = c.look(n)
		c.checked[n] = typed
	}
	return typed
}

func (c *checker) look(n ast.Node) node {
	switch n := n.(type) {
	case *ast.NilNode:
		return &constant{base: c.base(n, emptyType), empty: true}
	case *ast.BoolNode:
		return &constant{base: c.base(n, Boolean), truth: n.Value}
	case *ast.IntegerNode:
		return &constant{base: c.base(n, Integer), whole: int64(n.Value)}
	case *ast.FloatNode:
		return &constant{base: c.base(n, Number), real: n.Value}
	case *ast.StringNode:
		return &constant{base: c.base(n, Text), text: n.Value}
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
		return c.refuse(n, CodeNotOffered, "a value has no functions of its own", "write the function first: lower(lead.city)")
	case *ast.PointerNode:
		return c.pointer(n)
	}
	return c.unoffered(n)
}

// unoffered refuses the parts of expr that rules do without.
func (c *checker) unoffered(n ast.Node) node {
	switch n.(type) {
	case *ast.SliceNode:
		return c.refuse(n, CodeNotOffered, "a part of a text or of a list is not offered", "write startsWith or endsWith, first(x) or last(x)")
	case *ast.MapNode:
		return c.refuse(n, CodeNotOffered, "`{ }` holds no value here", "write a list in [ ], or if ... { } else { }")
	}
	return c.refuse(n, CodeNotOffered, c.over(n)+" is not offered in rules", "")
}

// refuse reports a fault over a part and gives the node that stands for it.
func (c *checker) refuse(n ast.Node, code, message, hint string) node {
	p := c.span(n)
	c.at(code, p, message, hint)
	return c.bad(n)
}

func (c *checker) bad(n ast.Node) node { return &constant{base: c.base(n, untyped), empty: true} }

// base is the common part of the node for n, of type t, with its operands.
func (c *checker) base(n ast.Node, t Type, operands ...node) base {
	p := c.span(n)
	return base{typ: t, from: p.from, to: p.to, operands: operands}
}

// over is the source of a part, quoted for a message.
func (c *checker) over(n ast.Node) string {
	p := c.span(n)
	return c.quoted(p.from, p.to)
}

// raw is the source of a part, for a hint.
func (c *checker) raw(n ast.Node) string {
	p := c.span(n)
	return c.text(p.from, p.to)
}

// span is where a part stands in the source, from its first rune to behind its last one. Brackets around it do not
// count.
func (c *checker) span(n ast.Node) place {
	if p, ok := c.spans[n]; ok {
		return p
	}
	at := n.Location()
	p := place{at.From, max(at.To, c.ends[at.From])}
	if _, conditional := n.(*ast.ConditionalNode); conditional {
		p = place{len(c.src), 0}
	}
	for _, part := range parts(n) {
		q := c.span(part)
		p = place{min(p.from, q.from), max(p.to, q.to)}
	}
	p.to = min(p.to, len(c.src))
	p.from = min(p.from, p.to)
	c.spans[n] = p
	return p
}

// parts are the operands of a tree.
func parts(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return []ast.Node{n.Node}
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.ArrayNode:
		return n.Nodes
	}
	return nil
}

// unary checks not, ! and signs.
func (c *checker) unary(n *ast.UnaryNode) node {
	if n.Operator == "not" || n.Operator == "!" {
		operand := c.truth(n.Node)
		if operand.kind() == untyped {
			return c.bad(n)
		}
		return &negation{c.base(n, Boolean, operand)}
	}
	operand := c.check(n.Node)
	switch {
	case operand.kind() == untyped:
		return c.bad(n)
	case !operand.kind().isNumeric():
		return c.refuse(n, CodeTypes, "`"+n.Operator+"` needs a number, "+c.over(n.Node)+" is "+operand.kind().phrase(), "")
	case n.Operator == "+":
		return operand
	}
	if k, ok := operand.(*constant); ok {
		return &constant{base: c.base(n, k.typ), whole: -k.whole, real: -k.real}
	}
	return &numeric{c.base(n, operand.kind(), operand), "-"}
}

// truth checks an operand of and, or, not.
func (c *checker) truth(n ast.Node) node {
	operand := c.check(n)
	if operand.kind() == Boolean || operand.kind() == untyped {
		return operand
	}
	return c.refuse(n, CodeOperand, c.over(n)+" is "+operand.kind().phrase()+", not true or false", c.truthHint(n, operand))
}

func (c *checker) truthHint(n ast.Node, operand node) string {
	if operand.kind().isNumeric() {
		return "compare it: " + c.raw(n) + " > 0"
	}
	return "compare it, or ask whether it is there: " + c.raw(n) + " != nil"
}

// conditional checks c ? x : y and if c { x } else { y }.
func (c *checker) conditional(n *ast.ConditionalNode) node {
	cond, yes, no := c.truth(n.Cond), c.check(n.Exp1), c.check(n.Exp2)
	t := common(yes, no)
	switch {
	case cond.kind() == untyped || yes.kind() == untyped || no.kind() == untyped:
		return c.bad(n)
	case t == emptyType:
		return c.refuse(n, CodeNil, "both results are nil", "write a value in one of them")
	case t == untyped:
		return c.refuse(n, CodeTypes, "the two results differ: "+c.over(n.Exp1)+" is "+yes.kind().phrase()+", "+c.over(n.Exp2)+" is "+no.kind().phrase(), "give both the same type")
	}
	return &choose{c.base(n, t, cond, convert(yes, t), convert(no, t))}
}

// common is the type that two alternatives share, or untyped.
func common(x, y node) Type {
	a, b := x.kind(), y.kind()
	switch {
	case a == emptyType:
		return b
	case b == emptyType || a == b:
		return a
	case a.isNumeric() && b.isNumeric():
		return Number
	case a.isText() && b.isText():
		return Text
	case a.isDuration() && b.isDuration():
		return Duration
	}
	return untyped
}

// convert makes a node of a type that common found for it.
func convert(n node, t Type) node {
	from, to := n.span()
	b := base{typ: t, from: from, to: to, operands: []node{n}}
	switch k, literal := n.(*constant); {
	case n.kind() == t || n.kind().isText() && t.isText():
		return n
	case n.kind() == emptyType:
		return &constant{base: base{typ: t, from: from, to: to}, empty: true}
	case n.kind() == Integer && literal:
		return &constant{base: base{typ: t, from: from, to: to}, real: float64(k.whole), empty: k.empty}
	case n.kind() == Integer:
		return &numeric{b, "float"}
	case n.kind() == calendarDays:
		return &stretch{b, float64(dayMillis)}
	}
	return n
}

// array checks a list of texts outside of in.
func (c *checker) array(n *ast.ArrayNode) node {
	list := &constant{base: c.base(n, TextList), list: []string{}}
	for _, part := range n.Nodes {
		text, ok := part.(*ast.StringNode)
		if !ok {
			return c.refuse(part, CodeNotOffered, "a list that does not stand behind `in` holds texts only", "")
		}
		list.list = append(list.list, text.Value)
	}
	return list
}

// pointer checks # inside any(...) and its like.
func (c *checker) pointer(n *ast.PointerNode) node {
	if n.Name != "" || c.inside == 0 {
		from := n.Location().From
		c.at(CodeNotOffered, place{from, from + 1 + len([]rune(n.Name))}, "`#"+n.Name+"` is not offered", "write # for the element that is looked at")
		return c.bad(n)
	}
	return &element{c.base(n, Text)}
}
