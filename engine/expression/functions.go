package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// builtins are the functions of expr that rules may use: pure, without a clock, and with results that are not larger
// than what goes in.
func builtins() []string {
	return []string{
		"len", "min", "max", "abs", "round", "floor", "ceil", "int", "float", "string", "lower", "upper", "trim",
		"trimPrefix", "trimSuffix", "split", "first", "last", "any", "all", "none", "one", "count", "filter",
	}
}

// extras are the functions that rules have beyond those of expr.
func extras() []string {
	return []string{"days", "hours", "days_since", "hours_since", "local_hour", "is_empty", "date"}
}

// call checks a function by its name.
func (c *checker) call(n ast.Node, name string, args []ast.Node) node {
	switch name {
	case "any", "all", "none", "one", "count", "filter":
		return c.quantifier(n, name, args)
	case "date":
		return c.dateCall(n, args)
	}
	if !slices.Contains(builtins(), name) && !slices.Contains(extras(), name) {
		for _, arg := range args {
			if _, predicate := arg.(*ast.PredicateNode); !predicate {
				c.check(arg)
			}
		}
		return c.unknownFunction(n, name, args)
	}
	operands := make([]node, len(args))
	for i, arg := range args {
		operands[i] = c.check(arg)
		if operands[i].kind() == untyped {
			return c.bad(n)
		}
	}
	least, most := arity(name)
	if len(args) < least || len(args) > most {
		return c.refuse(n, CodeTypes, fmt.Sprintf("`%s` takes %s, not %d", name, amount(least, most), len(args)), "")
	}
	if slices.Contains(extras(), name) {
		return c.extra(n, name, operands[0], args[0])
	}
	return c.builtin(n, name, operands, args)
}

func arity(name string) (least, most int) {
	switch name {
	case "min", "max":
		return 1, 100
	case "trim":
		return 1, 2
	case "trimPrefix", "trimSuffix", "split":
		return 2, 2
	}
	return 1, 1
}

func amount(least, most int) string {
	switch {
	case most == 100:
		return "one value or more"
	case least != most:
		return fmt.Sprintf("%d or %d values", least, most)
	case least == 1:
		return "one value"
	}
	return fmt.Sprintf("%d values", least)
}

func (c *checker) unknownFunction(n ast.Node, name string, args []ast.Node) node {
	at := n.Location()
	refuse := func(code, message, hint string) node {
		c.at(code, place{at.From, at.From + len([]rune(name))}, message, hint)
		return c.bad(n)
	}
	switch name {
	case "duration":
		if len(args) == 1 {
			if text, ok := args[0].(*ast.StringNode); ok && durationHint(text.Value) != "" {
				return c.refuse(n, CodeDuration, "`duration` is not offered", durationHint(text.Value))
			}
		}
		return c.refuse(n, CodeDuration, "`duration` is not offered", "write days(n) or hours(n)")
	case "sum", "map", "reduce", "find", "findIndex", "findLast", "findLastIndex", "groupBy", "sortBy":
		return refuse(CodeUnknownFunction, "`"+name+"` is not offered in rules", "lists have any, all, none, one, count, filter, first and last")
	case "hasPrefix", "hasSuffix":
		return refuse(CodeUnknownFunction, "`"+name+"` is not offered in rules", "write startsWith or endsWith between the texts")
	}
	if hint := didYouMean(nearest(name, append(builtins(), extras()...))); hint != "" {
		return refuse(CodeUnknownFunction, "unknown function `"+name+"`", hint)
	}
	return refuse(CodeUnknownFunction, "unknown function `"+name+"`", "there are "+strings.Join(append(extras(), builtins()...), ", "))
}

// needs reports an operand that is not of a type the function takes.
func (c *checker) needs(arg ast.Node, name, wanted string, got node) node {
	return c.refuse(arg, CodeTypes, "`"+name+"` takes "+wanted+", "+c.over(arg)+" is "+got.kind().phrase(), "")
}

// extra checks the functions of extras, but date.
func (c *checker) extra(n ast.Node, name string, operand node, arg ast.Node) node {
	now := &column{c.base(n, Time), c.schema.now, &c.schema.fields[c.schema.now]}
	switch name {
	case "is_empty":
		return &emptiness{c.base(n, Boolean, operand), false}
	case "days", "hours":
		if !operand.kind().isNumeric() {
			return c.needs(arg, name, "a number", operand)
		}
		if name == "days" {
			return &stretch{c.base(n, calendarDays, convert(operand, Number)), 0}
		}
		return &stretch{c.base(n, Duration, convert(operand, Number)), float64(hourMillis)}
	}
	switch {
	case operand.kind() != Time:
		return c.needs(arg, name, "a time", operand)
	case name == "days_since":
		return &since{c.base(n, Integer, operand, now)}
	case name == "hours_since":
		return &since{c.base(n, Number, operand, now)}
	}
	return &hourOfDay{c.base(n, Integer, operand)}
}

// builtin checks the functions of expr over columns.
func (c *checker) builtin(n ast.Node, name string, operands []node, args []ast.Node) node {
	first := operands[0]
	switch name {
	case "min", "max":
		return c.extreme(n, name, operands, args)
	case "abs", "round", "floor", "ceil", "int", "float":
		return c.number(n, name, first, args[0])
	case "len":
		if !first.kind().isText() && first.kind() != TextList {
			return c.needs(args[0], name, "a text or a list", first)
		}
		return &length{c.base(n, Integer, first)}
	case "first", "last":
		if first.kind() != TextList {
			return c.needs(args[0], name, "a list", first)
		}
		return &end{c.base(n, Text, first), name == "last"}
	case "string":
		if k := first.kind(); !k.isText() && !k.isNumeric() && k != Boolean {
			return c.needs(args[0], name, "a text, a number or true or false", first)
		}
		return &written{c.base(n, Text, first)}
	}
	for i, operand := range operands {
		if !operand.kind().isText() {
			return c.needs(args[i], name, "a text", operand)
		}
	}
	switch {
	case name == "split":
		return c.virtual(n, &vmCall{base: c.base(n, TextList, operands...), name: name}, "split(a, b)")
	case len(operands) == 2:
		return c.virtual(n, &vmCall{base: c.base(n, Text, operands...), name: name}, name+"(a, b)")
	}
	return &respelled{c.base(n, Text, first), name}
}

// number checks the functions of one number.
func (c *checker) number(n ast.Node, name string, operand node, arg ast.Node) node {
	t := Number
	switch {
	case name == "int", name == "abs" && operand.kind() == Integer:
		t = Integer
	}
	if operand.kind().isText() && (name == "int" || name == "float") {
		return c.virtual(n, &vmCall{base: c.base(n, t, operand), name: name}, name+"(a)")
	}
	if !operand.kind().isNumeric() {
		return c.needs(arg, name, "a number", operand)
	}
	return &numeric{c.base(n, t, operand), name}
}

// extreme checks min and max.
func (c *checker) extreme(n ast.Node, name string, operands []node, args []ast.Node) node {
	t := Integer
	for i, operand := range operands {
		if !operand.kind().isNumeric() {
			return c.needs(args[i], name, "numbers", operand)
		}
		if operand.kind() == Number {
			t = Number
		}
	}
	best := convert(operands[0], t)
	for _, operand := range operands[1:] {
		best = &arithmetic{c.base(n, t, best, convert(operand, t)), name}
	}
	return best
}

// quantifier checks any(list, body) and its like.
func (c *checker) quantifier(n ast.Node, name string, args []ast.Node) node {
	if len(args) != 2 {
		return c.refuse(n, CodeTypes, "`"+name+"` takes a list and a condition", `write `+name+`(lead.tags, # == "x")`)
	}
	list := c.check(args[0])
	body, ok := args[1].(*ast.PredicateNode)
	if !ok {
		return c.bad(n)
	}
	if c.inside == maxInside {
		return c.refuse(n, CodeTooLarge, "lists are looked through at most two deep", "split the rule")
	}
	c.inside++
	condition := c.truth(body.Node)
	c.inside--
	switch {
	case list.kind() == untyped || condition.kind() == untyped:
		return c.bad(n)
	case list.kind() != TextList:
		return c.needs(args[0], name, "a list", list)
	}
	t := Boolean
	switch name {
	case "count":
		t = Integer
	case "filter":
		t = TextList
	}
	return &quantifier{c.base(n, t, list, condition), name}
}

// dateCall checks date("2026-12-31"), which is a constant.
func (c *checker) dateCall(n ast.Node, args []ast.Node) node {
	if len(args) != 1 {
		return c.refuse(n, CodeDate, "`date` takes one text", `write date("2026-12-31")`)
	}
	text, ok := args[0].(*ast.StringNode)
	if !ok {
		return c.refuse(args[0], CodeDate, "`date` takes a date that is written out", `write date("2026-12-31"); a field of type time needs no date()`)
	}
	t, err := c.schema.date(text.Value)
	if err != nil {
		return c.refuse(args[0], CodeDate, `"`+text.Value+`" is not a date`, `write year-month-day, such as date("2026-12-31") or date("2026-12-31T10:30:00")`)
	}
	return &constant{base: c.base(n, Time), whole: t.UnixMilli()}
}

// date reads a written date: a day, or a day and a time, in the schema's zone unless it says its own.
func (s *Schema) date(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, s.loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("not a date of the form 2026-12-31")
}

// virtual completes a call that expr's machine computes, by its form such as "trim(a, b)".
func (c *checker) virtual(n ast.Node, call *vmCall, form string) node {
	program, err := compileCall(call.name, form, call.operands)
	if err != nil {
		return c.refuse(n, CodeSyntax, plain(err.Error()), "")
	}
	call.program = program
	return call
}
