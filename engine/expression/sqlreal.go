package expression

import (
	"math"
	"slices"
)

// realTest compares numbers with one limit, or with a list behind "in". Where want is false it is the values for which
// that does not hold, NaN among them: every comparison with NaN but != is false in the engine.
type realTest struct {
	op    string
	want  bool
	limit []float64
}

func (t realTest) holds(k *constant) bool {
	x, limit := k.real, t.limit[0]
	var holds bool
	switch t.op {
	case "in":
		holds = slices.Contains(t.limit, x)
	case "==":
		holds = x == limit
	case "!=":
		holds = x != limit
	case "<":
		holds = x < limit
	case "<=":
		holds = x <= limit
	case ">":
		holds = x > limit
	default:
		holds = x >= limit
	}
	return holds == t.want
}

// notANumber is NaN in PostgreSQL, which is equal to itself and larger than all numbers there. SQLite has none.
const notANumber = "CAST('NaN' AS DOUBLE PRECISION)"

func (t realTest) over(q *query, name string) clause {
	args := make([]any, len(t.limit))
	for i, limit := range t.limit {
		if math.IsNaN(limit) || math.IsInf(limit, 0) {
			return unpushed()
		}
		args[i] = limit
	}
	op := t.op
	if op == "in" {
		op = "=="
	}
	if !t.want {
		op = opposite(op)
	}
	many := map[string]string{"==": "IN", "!=": "NOT IN"}[op]
	c := atom(against(name, inSQL(op), many, len(args)), args...).at(t.turns(op)...)
	switch {
	case !q.Postgres || op == "==" || op == "!=":
		return c
	case t.want && (op == ">" || op == ">="):
		return all(c, atom(name+" < "+notANumber))
	case !t.want && (op == "<" || op == "<="):
		return some(c, atom(name+" = "+notANumber))
	}
	return c
}

// turns are the limits, or for open sides the numbers next to them.
func (t realTest) turns(op string) []turn {
	var found []turn
	for _, limit := range t.limit {
		if op == ">" || op == "!=" {
			found = append(found, turn{value: math.Nextafter(limit, math.Inf(1)), words: "more than ", shown: limit})
		}
		if op == "<" || op == "!=" {
			found = append(found, turn{value: math.Nextafter(limit, math.Inf(-1)), words: "less than ", shown: limit})
		}
		if op == "==" || op == ">=" || op == "<=" {
			found = append(found, turn{value: limit})
		}
	}
	return found
}

// preimage are the whole numbers that f, which never falls and is never NaN, takes into the test.
func (t realTest) preimage(f func(int64) float64) wholes64 {
	op, set := t.op, wholes64(nil)
	if op == "in" {
		op = "=="
	}
	for _, limit := range t.limit {
		if math.IsNaN(limit) {
			if op != "!=" {
				continue
			}
			return everything().when(t.want)
		}
		less := downTo(func(x int64) bool { return f(x) < limit })
		atMost := downTo(func(x int64) bool { return f(x) <= limit })
		set = append(set, ordered(op, less, atMost)...)
	}
	return set.merged().when(t.want)
}
