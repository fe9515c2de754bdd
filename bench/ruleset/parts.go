package ruleset

import (
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Since is a predicate about the time that has passed since an instant, or about
// an instant and a date: hours_since(x) < 72, days_since(x) > 30 or
// x >= date("2026-01-01"), without the field.
type Since struct {
	Measure  string // hours_since, days_since or date
	Operator string
	N        int    // hours or days
	Date     string // of the measure date
}

// sinceOf takes such a predicate apart.
func (l *Language) sinceOf(n ast.Node) (f Field, s Since, ok bool) {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return f, s, false
	}
	if day, ok := dateOf(b.Right); ok {
		f, ok = l.field(b.Left)
		return f, Since{Measure: "date", Operator: b.Operator, Date: day}, ok
	}
	call, ok := b.Left.(*ast.CallNode)
	if !ok {
		return f, s, false
	}
	limit, ok := b.Right.(*ast.IntegerNode)
	if !ok {
		return f, s, false
	}
	f, ok = l.field(call.Arguments[0])
	return f, Since{Measure: call.Callee.String(), Operator: b.Operator, N: limit.Value}, ok
}

// dateOf is the day of a date("...") in the source.
func dateOf(n ast.Node) (string, bool) {
	call, ok := n.(*ast.BuiltinNode)
	if !ok || call.Name != "date" {
		return "", false
	}
	text, ok := call.Arguments[0].(*ast.StringNode)
	return text.Value, ok
}

// Cut finds the instants for which the predicate holds, with the clock of the
// run and the zone in which days begin: those before the cut, or those that are
// not. All instants have whole milliseconds.
func (s Since) Cut(now time.Time, zone *time.Location) (at time.Time, before bool) {
	// from is the first instant of the hour, day or date meant, after the first behind it.
	var from, after time.Time
	switch s.Measure {
	case "hours_since":
		from = now.Add(-time.Duration(s.N) * time.Hour)
		after = from.Add(time.Millisecond)
	case "days_since":
		y, m, d := now.In(zone).Date()
		from = time.Date(y, m, d-s.N, 0, 0, 0, 0, zone)
		after = time.Date(y, m, d-s.N+1, 0, 0, 0, 0, zone)
	default:
		from = Midnight(s.Date, zone)
		after = from.Add(time.Millisecond)
	}
	// The longer ago, the earlier: for an age, less means later.
	older := strings.HasPrefix(s.Operator, ">") != (s.Measure == "date")
	if inclusive := strings.HasSuffix(s.Operator, "="); older == inclusive {
		return after, older
	}
	return from, older
}

// Midnight is the beginning of a day that is written as 2026-01-31; the zero
// time when it is none.
func Midnight(day string, zone *time.Location) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, day, zone)
	return at
}

// textTest is a predicate such as x contains "y".
func textTest(n ast.Node) (b *ast.BinaryNode, text string, ok bool) {
	b, ok = n.(*ast.BinaryNode)
	if !ok {
		return nil, "", false
	}
	switch b.Operator {
	case "contains", "startsWith", "endsWith", "matches":
		s, ok := b.Right.(*ast.StringNode)
		return b, s.Value, ok
	}
	return nil, "", false
}

// anyOf is any(list, # startsWith "y"): the list and y.
func anyOf(n ast.Node) (list ast.Node, prefix string, ok bool) {
	call, ok := n.(*ast.BuiltinNode)
	if !ok || call.Name != "any" {
		return nil, "", false
	}
	predicate, ok := call.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return nil, "", false
	}
	_, prefix, ok = textTest(predicate.Node)
	return call.Arguments[0], prefix, ok
}

// within is x in ... taken apart, where ... is either some texts, a range of
// whole numbers or a field with a list.
type within struct {
	left     ast.Node
	texts    []string
	from, to ast.Node // nil when it is no range
	list     Field
	hasList  bool
}

func (l *Language) withinOf(n ast.Node) (within, bool) {
	b, ok := n.(*ast.BinaryNode)
	if !ok || b.Operator != "in" {
		return within{}, false
	}
	w := within{left: b.Left}
	switch right := b.Right.(type) {
	case *ast.ArrayNode:
		for _, element := range right.Nodes {
			if text, ok := element.(*ast.StringNode); ok {
				w.texts = append(w.texts, text.Value)
			}
		}
	case *ast.BinaryNode:
		w.from, w.to = right.Left, right.Right
	default:
		w.list, w.hasList = l.field(right)
	}
	return w, true
}
