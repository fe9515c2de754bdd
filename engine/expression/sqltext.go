package expression

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// textSet compares texts with one limit, or with a list behind "in" and "not in". Its operators also have "not
// startsWith".
type textSet struct {
	op    string
	limit []string
}

// textTestOf is the test for which a comparison of texts holds, or for false does not.
func textTestOf(op string, want bool, limit ...string) test {
	switch {
	case want:
	case op == "in" || op == "startsWith":
		op = "not " + op
	default:
		op = opposite(op)
	}
	return textSet{op, limit}
}

func (t textSet) holds(k *constant) bool {
	x, limit := k.text, t.limit[0]
	switch t.op {
	case "in":
		return slices.Contains(t.limit, x)
	case "not in":
		return !slices.Contains(t.limit, x)
	case "startsWith":
		return strings.HasPrefix(x, limit)
	case "not startsWith":
		return !strings.HasPrefix(x, limit)
	case "==":
		return x == limit
	case "!=":
		return x != limit
	case "<":
		return x < limit
	case "<=":
		return x <= limit
	case ">":
		return x > limit
	}
	return x >= limit
}

// over never lets the empty text pass, which stands for an empty field. PostgreSQL takes neither a zero byte nor what
// is not UTF-8.
func (t textSet) over(q *query, name string) clause {
	args := make([]any, len(t.limit))
	for i, limit := range t.limit {
		if !utf8.ValidString(limit) || strings.Contains(limit, "\x00") {
			return unpushed()
		}
		args[i] = limit
	}
	limit, sorted := t.limit[0], name
	if q.Postgres {
		sorted += byBytes
	}
	var c clause
	switch t.op {
	case "==", "in":
		c = atom(against(name, "=", "IN", len(args)), args...).at(textTurns(t.limit)...)
	case "!=", "not in":
		c = atom(against(name, "<>", "NOT IN", len(args)), args...)
	case "startsWith", "not startsWith":
		c = begins(sorted, limit, t.op == "startsWith")
	default:
		c = atom(sorted+" "+t.op+" "+hole, limit)
	}
	c.turns = append(c.turns, edgesOf(t.op, t.limit)...)
	if !t.holds(&constant{}) {
		return c
	}
	return all(c, atom(name+" <> ''"))
}

// byBytes orders the texts of PostgreSQL by their bytes, as SQLite and the engine do.
const byBytes = ` COLLATE "C"`

// collated is what a column needs for its texts to be ordered by their bytes.
func (q *query) collated(n *column) string {
	if q.Postgres && n.kind().isText() {
		return byBytes
	}
	return ""
}

func textTurns(wanted []string) []turn {
	var found []turn
	for _, text := range wanted {
		found = append(found, turn{value: text})
	}
	return found
}

// begins is the texts from a prefix up to the first one behind all that begin with it, or those outside. LIKE would
// ignore case in SQLite.
func begins(sorted, prefix string, want bool) clause {
	if prefix == "" {
		return settledAs(want)
	}
	end, bounded := behind(prefix)
	from, before := atom(sorted+" >= "+hole, prefix), atom(sorted+" < "+hole, prefix)
	switch {
	case want && bounded:
		return all(from, atom(sorted+" < "+hole, end))
	case want:
		return from
	case bounded:
		return some(before, atom(sorted+" >= "+hole, end))
	}
	return before
}

// behind is the smallest text larger than all that begin with prefix. UTF-8 orders bytes as it orders characters.
func behind(prefix string) (string, bool) {
	letters := []rune(prefix)
	for len(letters) > 0 {
		last := len(letters) - 1
		letters[last]++
		if letters[last] == 0xD800 {
			letters[last] = 0xE000
		}
		if letters[last] <= utf8.MaxRune {
			return string(letters), true
		}
		letters = letters[:last]
	}
	return "", false
}
