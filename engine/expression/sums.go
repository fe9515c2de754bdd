package expression

import "github.com/expr-lang/expr/ast"

// arithmetic checks + - * / % ^ over numbers, texts, times and lengths of time.
func (c *checker) arithmetic(n *ast.BinaryNode, left, right node) node {
	l, r := left.kind(), right.kind()
	switch {
	case l.isNumeric() && r.isNumeric():
		return c.numbers(n, left, right)
	case n.Operator == "+" && l.isText() && r.isText():
		return &joined{c.base(n, Text, left, right)}
	case l == Time || r == Time:
		if sum := c.moments(n, left, right); sum != nil {
			return sum
		}
	case l == Duration && r == Duration && (n.Operator == "+" || n.Operator == "-"):
		return &arithmetic{c.base(n, Duration, left, right), n.Operator}
	case l == Duration && r.isNumeric() && n.Operator == "*":
		return &scaled{c.base(n, Duration, left, convert(right, Number))}
	case l.isNumeric() && r == Duration && n.Operator == "*":
		return &scaled{c.base(n, Duration, right, convert(left, Number))}
	}
	return c.refuse(n, CodeTypes, "`"+n.Operator+"` does not go with "+l.phrase()+" and "+r.phrase(), c.sumHint(n, left, right))
}

func (c *checker) sumHint(n *ast.BinaryNode, left, right node) string {
	l, r := left.kind(), right.kind()
	switch {
	case l.isDuration() && r.isDuration():
		return "move the time step by step: now + days(2) + hours(3)"
	case l.isDuration() || r.isDuration():
		return "compute inside the brackets: days(2 * 3)"
	case n.Operator == "+" && (l.isText() || r.isText()):
		return "write string(x) to make a text of a number"
	case l == Time && r.isNumeric():
		return "write days(" + c.raw(n.Right) + ") or hours(" + c.raw(n.Right) + ")"
	}
	return ""
}

func (c *checker) numbers(n *ast.BinaryNode, left, right node) node {
	if k, ok := right.(*constant); ok && (n.Operator == "/" || n.Operator == "%") && k.whole == 0 && k.real == 0 {
		return c.refuse(n, CodeZeroDivision, "a division by zero has no result", "write the number to divide by")
	}
	t := Integer
	if left.kind() == Number || right.kind() == Number {
		t = Number
	}
	operator := n.Operator
	switch operator {
	case "/":
		t = Number
	case "^", "**":
		t, operator = Number, "^"
	case "%":
		if t == Number {
			return c.refuse(n, CodeTypes, "`%` is the remainder of whole numbers", "write int(x) % n, or x * n / 100 for a percentage")
		}
	}
	return &arithmetic{c.base(n, t, convert(left, t), convert(right, t)), operator}
}

// moments checks sums and differences with a time, or gives nil.
func (c *checker) moments(n *ast.BinaryNode, left, right node) node {
	if n.Operator == "+" && right.kind() == Time {
		left, right = right, left
	}
	sign := map[string]float64{"+": 1, "-": -1}[n.Operator]
	switch {
	case sign == 0 || left.kind() != Time:
		return nil
	case right.kind() == calendarDays:
		return &shifted{c.base(n, Time, left, right), sign}
	case right.kind() == Duration:
		return &arithmetic{c.base(n, Time, left, right), n.Operator}
	case right.kind() == Time && n.Operator == "-":
		return &arithmetic{c.base(n, Duration, left, right), n.Operator}
	}
	return nil
}
