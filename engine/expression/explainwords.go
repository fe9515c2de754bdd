package expression

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// label is the field for people.
func (f *Field) label() string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// says puts a condition into words.
func (e *explainer) says(n node) string {
	switch n := n.(type) {
	case *column:
		return n.field.label() + " is yes"
	case *conjunction:
		return e.saysChain(n, OutcomeFalse, " and ")
	case *disjunction:
		return e.saysChain(n, OutcomeTrue, " or ")
	case *negation:
		return e.saysNot(n)
	}
	return e.names(n)
}

// names puts a value into words. What has none is quoted as it was written.
func (e *explainer) names(n node) string {
	switch n := n.(type) {
	case *column:
		return n.field.label()
	case *constant:
		return e.saysConstant(n)
	case *emptiness:
		return e.names(n.arg(0)) + " is empty"
	case *comparison:
		return e.names(n.arg(0)) + " " + inWords(n.op, n.arg(0).kind()) + " " + e.names(n.arg(1))
	case *membership:
		return e.names(n.arg(0)) + " is one of " + n.list()
	case *textTest:
		words := map[string]string{"contains": "contains", "startsWith": "begins with", "endsWith": "ends with"}
		return e.names(n.arg(0)) + " " + words[n.op] + " " + e.names(n.arg(1))
	case *listed:
		return e.names(n.arg(1)) + " holds " + e.names(n.arg(0))
	case *since:
		unit := "hours"
		if n.typ == Integer {
			unit = "days"
		}
		return unit + " since " + e.names(n.arg(0))
	case *numeric:
		if n.op == "float" {
			return e.names(n.arg(0))
		}
	}
	return e.written(n)
}

// written is the source of a part in one line.
func (e *explainer) written(n node) string {
	at := e.bracketed(n)
	return strings.Join(strings.Fields(string(e.text[at.from:at.to])), " ")
}

// saysChain joins the operands of and, or or, with brackets around chains inside.
func (e *explainer) saysChain(n node, settles Outcome, join string) string {
	if !e.apart(n) {
		return e.written(n)
	}
	var words []string
	for _, part := range e.operandsOf(n, settles) {
		words = append(words, e.enclosed(part))
	}
	return strings.Join(words, join)
}

func (e *explainer) enclosed(n node) string {
	if _, not := n.(*negation); !not && e.compound(n) {
		return "(" + e.says(n) + ")"
	}
	return e.says(n)
}

func (e *explainer) saysNot(n *negation) string {
	switch part := n.arg(0).(type) {
	case *column:
		return e.names(part) + " is no"
	case *emptiness:
		return e.names(part.arg(0)) + " is not empty"
	case *membership:
		return e.names(part.arg(0)) + " is none of " + part.list()
	}
	return "not " + e.enclosed(n.arg(0))
}

func (e *explainer) saysConstant(k *constant) string {
	if k.empty {
		return "empty"
	}
	return k.shown(e.schema)
}

// inWords is a comparison, of times as people speak of them.
func inWords(op string, t Type) string {
	if t == Time {
		switch op {
		case "<":
			return "is before"
		case ">":
			return "is after"
		case ">=":
			return "is not before"
		case "<=":
			return "is not after"
		}
	}
	switch op {
	case "==":
		return "is"
	case "!=":
		return "is not"
	case "<":
		return "is less than"
	case ">":
		return "is more than"
	case "<=":
		return "is at most"
	}
	return "is at least"
}

// list are the values of a membership for people.
func (n *membership) list() string {
	words := append([]string(nil), n.texts...)
	for _, x := range n.ints {
		words = append(words, strconv.FormatInt(x, 10))
	}
	for _, x := range n.reals {
		words = append(words, plainNumber(x))
	}
	return strings.Join(words, ", ")
}

// shown is a value for people. Times are in the zone of the schema.
func (n *constant) shown(s *Schema) string {
	switch n.typ {
	case Boolean:
		if n.truth {
			return "yes"
		}
		return "no"
	case Integer:
		return strconv.FormatInt(n.whole, 10)
	case Number, calendarDays:
		return plainNumber(n.real)
	case Time:
		return plainTime(time.UnixMilli(n.whole).In(s.loc))
	case Duration:
		return plainDuration(n.whole)
	case TextList:
		return strings.Join(n.list, ", ")
	}
	return n.text
}

func withUnit(value, unit string) string {
	if unit == "" {
		return value
	}
	return value + " " + unit
}

// plainNumber is a number as people write it. Of a long fraction, which nobody wrote,
// six decimals are left, unless that would make it a whole number, which it is not.
func plainNumber(x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) > 9 {
		short := strings.TrimRight(strconv.FormatFloat(x, 'f', 6, 64), "0")
		if !strings.HasSuffix(short, ".") {
			return short
		}
	}
	return text
}

// plainTime is Wed 9 Dec 2026 08:00, with seconds where there are some.
func plainTime(t time.Time) string {
	switch {
	case t.Nanosecond() != 0:
		return t.Format("Mon 2 Jan 2006 15:04:05.000")
	case t.Second() != 0:
		return t.Format("Mon 2 Jan 2006 15:04:05")
	}
	return t.Format("Mon 2 Jan 2006 15:04")
}

// plainDuration is a length of time in whole days, or in hours, minutes and
// seconds, such as 16 h 25 min.
func plainDuration(ms int64) string {
	switch {
	case ms == 0:
		return "0 min"
	case ms%dayMillis == 0:
		return strconv.FormatInt(ms/dayMillis, 10) + " d"
	case ms < 0:
		return "-" + plainDuration(-max(ms, -math.MaxInt64))
	}
	var parts []string
	for _, unit := range []struct {
		name   string
		millis int64
	}{{" h", hourMillis}, {" min", 60_000}} {
		if n := ms / unit.millis; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+unit.name)
		}
		ms %= unit.millis
	}
	if ms > 0 {
		parts = append(parts, plainNumber(float64(ms)/1000)+" s")
	}
	return strings.Join(parts, " ")
}
