package expression

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// binary checks an operator with two operands.
func (c *checker) binary(n *ast.BinaryNode) node {
	switch n.Operator {
	case "and", "&&", "or", "||":
		left, right := c.truth(n.Left), c.truth(n.Right)
		if left.kind() == untyped || right.kind() == untyped {
			return c.bad(n)
		}
		if n.Operator == "and" || n.Operator == "&&" {
			return &conjunction{c.base(n, Boolean, left, right)}
		}
		return &disjunction{c.base(n, Boolean, left, right)}
	case "..":
		return c.refuse(n, CodeNotOffered, "`..` only stands behind in", "write x in 4..6")
	case "in":
		return c.in(n)
	}
	if c.negated(n) {
		return c.bad(n)
	}
	left, right := c.check(n.Left), c.check(n.Right)
	if left.kind() == untyped || right.kind() == untyped {
		return c.bad(n)
	}
	switch n.Operator {
	case "==", "!=", "<", ">", "<=", ">=":
		return c.compare(n, left, right)
	case "??":
		return c.otherwise(n, left, right)
	case "contains", "startsWith", "endsWith", "matches":
		return c.textOperator(n, left, right)
	}
	return c.arithmetic(n, left, right)
}

// negated reports `not a == b`, where not would bind to a alone.
func (c *checker) negated(n *ast.BinaryNode) bool {
	not, ok := n.Left.(*ast.UnaryNode)
	if !ok || not.Operator != "not" && not.Operator != "!" {
		return false
	}
	operand := c.check(not.Node).kind()
	if operand == Boolean || operand == untyped {
		return false
	}
	opposite := map[string]string{"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
	operator, simple := opposite[n.Operator]
	if !simple {
		operator = "not " + n.Operator
	}
	c.refuse(n, CodeNegation, "`"+not.Operator+"` binds to "+c.over(not.Node)+" alone", "write "+c.raw(not.Node)+" "+operator+" "+c.raw(n.Right))
	return true
}

// compare checks == != < > <= >=.
func (c *checker) compare(n *ast.BinaryNode, left, right node) node {
	equality := n.Operator == "==" || n.Operator == "!="
	l, r := left.kind(), right.kind()
	if l == emptyType || r == emptyType {
		return c.compareNil(n, left, right)
	}
	c.literals(n, left, right)
	t := common(left, right)
	switch {
	case t == untyped:
		return c.mismatch(n, left, right)
	case t == TextList:
		return c.refuse(n, CodeTypes, "lists are not compared", `write "x" in `+c.raw(n.Left)+", or any(...), all(...)")
	case t == Boolean && !equality:
		return c.refuse(n, CodeTypes, "true and false have no order", "write == or !=")
	case t == calendarDays:
		t = Duration
	}
	return &comparison{c.base(n, Boolean, convert(left, t), convert(right, t)), n.Operator}
}

func (c *checker) compareNil(n *ast.BinaryNode, left, right node) node {
	operand := left
	if left.kind() == emptyType {
		operand = right
	}
	switch n.Operator {
	case "==":
		return &emptiness{c.base(n, Boolean, operand), true}
	case "!=":
		return &negation{c.base(n, Boolean, &emptiness{c.base(n, Boolean, operand), true})}
	}
	return c.refuse(n, CodeNil, "nothing is smaller or larger than nil", "write == nil or != nil")
}

// mismatch reports a comparison of two types, with the likely meaning.
func (c *checker) mismatch(n *ast.BinaryNode, left, right node) node {
	l, r := left.kind(), right.kind()
	literal, other := right, left
	part := n.Right
	if k, ok := left.(*constant); ok && k.typ == Text {
		literal, other, part = left, right, n.Left
	}
	if k, ok := literal.(*constant); ok && k.typ == Text {
		if hint, code := c.textLiteralHint(k.text, other.kind()); hint != "" {
			return c.refuse(part, code, c.raw(part)+" is a text, not "+other.kind().phrase(), hint)
		}
	}
	if l == TextList || r == TextList {
		list, item := n.Left, n.Right
		if r == TextList {
			list, item = n.Right, n.Left
		}
		return c.refuse(n, CodeTypes, c.over(list)+" is a list, "+c.over(item)+" is not", "write "+c.raw(item)+" in "+c.raw(list))
	}
	return c.refuse(n, CodeTypes, c.over(n.Left)+" is "+l.phrase()+", "+c.over(n.Right)+" is "+r.phrase()+": they cannot be compared",
		cmp.Or(c.unquoted(n.Right, l), c.unquoted(n.Left, r), "compare values of the same type"))
}

// unquoted is how to write a number or a date that stands without quotes where a text or a time is wanted; "" when it is
// neither.
func (c *checker) unquoted(n ast.Node, want Type) string {
	text := c.raw(n)
	if _, err := strconv.ParseFloat(text, 64); err == nil && want.isText() {
		return `write "` + text + `"`
	}
	if _, err := c.schema.date(text); err == nil && want == Time {
		return `write date("` + text + `")`
	}
	return ""
}

// textLiteralHint is how to write a text literal for another type.
func (c *checker) textLiteralHint(text string, t Type) (hint, code string) {
	if _, err := strconv.ParseFloat(text, 64); err == nil && t.isNumeric() {
		return "write " + text + " without quotes", CodeTypes
	}
	if (text == "true" || text == "false") && t == Boolean {
		return "write " + text + " without quotes", CodeTypes
	}
	if t.isDuration() && durationHint(text) != "" {
		return durationHint(text), CodeDuration
	}
	if t != Time {
		return "", ""
	}
	if _, err := c.schema.date(text); err == nil {
		return `write date("` + text + `")`, CodeTimeText
	}
	return `write date("2026-12-31") with year, month and day`, CodeTimeText
}

// literals checks the texts that a comparison, a list or a default puts beside a choice, and the empty text.
func (c *checker) literals(n ast.Node, left, right node) {
	c.literal(left, right)
	c.literal(right, left)
	a, b := allowed(left), allowed(right)
	if len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) }) {
		c.refuse(n, CodeChoice, "the two sides have no value in common", "left: "+strings.Join(a, ", ")+"; right: "+strings.Join(b, ", "))
	}
}

// literal checks every text that n may be against what other may hold.
func (c *checker) literal(n, other node) {
	switch k := n.(type) {
	case *constant:
		if k.typ == Text && !k.empty {
			c.literalText(k, other)
		}
	case *choose:
		c.literal(k.arg(1), other)
		c.literal(k.arg(2), other)
	case *fallback:
		c.literal(k.arg(1), other)
	}
}

func (c *checker) literalText(k *constant, other node) {
	_, isField := other.(*column)
	values := allowed(other)
	switch {
	case k.text == "" && isField && other.kind().isText():
		from, to := other.span()
		c.at(CodeEmptyText, place{k.from, k.to}, `an empty field is never equal to ""`, "write is_empty("+c.text(from, to)+")")
	case len(values) > 0 && !slices.Contains(values, k.text):
		hint := "allowed: " + strings.Join(values, ", ")
		if near := nearest(k.text, values); near != "" {
			hint = didYouMean(`"`+near+`"`) + " " + hint
		}
		c.at(CodeChoice, place{k.from, k.to}, `"`+k.text+`" is not a value of `+c.choiceName(other), hint)
	}
}

// allowed are the values of the choice that a node reads, or nil.
func allowed(n node) []string {
	switch k := n.(type) {
	case *column:
		return k.field.Values
	case *fallback:
		return allowed(k.arg(0))
	}
	return nil
}

func (c *checker) choiceName(n node) string {
	if k, ok := n.(*column); ok {
		return "`" + k.field.Name + "`"
	}
	return c.choiceName(n.children()[0])
}

// otherwise checks x ?? y.
func (c *checker) otherwise(n *ast.BinaryNode, left, right node) node {
	if left.kind() == emptyType || right.kind() == emptyType {
		return c.refuse(n, CodeNil, "`??` needs a value on both sides", "write the value that holds when "+c.over(n.Left)+" is empty")
	}
	if k, ok := right.(*constant); ok && k.typ == Text && !k.empty && k.text == "" && left.kind().isText() {
		return c.refuse(n.Right, CodeEmptyText, `"" is no other value than empty: no field holds it`, `write a text that says so: `+c.raw(n.Left)+` ?? "none"`)
	}
	t := common(left, right)
	if t == untyped {
		return c.refuse(n.Right, CodeDefault, c.over(n.Left)+" is "+left.kind().phrase()+", so its default cannot be "+right.kind().phrase(), "write a default of the same type")
	}
	c.literal(right, left)
	if len(allowed(left)) > 0 {
		t = Choice
	}
	return &fallback{c.base(n, t, convert(left, t), convert(right, t))}
}

// textOperator checks contains, startsWith, endsWith and matches.
func (c *checker) textOperator(n *ast.BinaryNode, left, right node) node {
	l, r := left.kind(), right.kind()
	switch {
	case l == TextList && n.Operator == "contains":
		return c.refuse(n, CodeListContains, c.over(n.Left)+" is a list, contains looks into a text", "write "+c.raw(n.Right)+" in "+c.raw(n.Left))
	case l == TextList:
		return c.refuse(n, CodeTypes, c.over(n.Left)+" is a list, "+n.Operator+" looks at a text", "write any("+c.raw(n.Left)+", # "+n.Operator+" "+c.raw(n.Right)+")")
	case !l.isText() || !r.isText():
		return c.refuse(n, CodeTypes, "`"+n.Operator+"` needs texts, "+c.over(n.Left)+" is "+l.phrase()+" and "+c.over(n.Right)+" is "+r.phrase(), c.unquoted(n.Right, l))
	case n.Operator != "matches":
		return &textTest{c.base(n, Boolean, left, right), n.Operator}
	}
	k, written := right.(*constant)
	if !written {
		return c.virtual(n, &vmCall{base: c.base(n, Boolean, left, right), name: "matches"}, "a matches b")
	}
	if len(k.text) > maxPattern {
		return c.refuse(n.Right, CodePattern, "the pattern is too long", "at most 1000 characters")
	}
	pattern, err := regexp.Compile(k.text)
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return c.refuse(n.Right, CodePattern, "the pattern cannot be read: "+reason, "patterns are those of RE2; for a plain text write contains")
	}
	return &match{c.base(n, Boolean, left), pattern}
}
