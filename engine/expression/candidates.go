package expression

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// otherText is a text that no rule names.
const otherText = "another text"

// candidates are the values of a field to try, given those at which tests of it
// turn: first those that people would write.
func (x *examples) candidates(c *column, turns []turn) []turn {
	var found []turn
	switch {
	case len(c.field.Values) > 0:
		found = slices.DeleteFunc(turns, func(t turn) bool { return !slices.Contains(c.field.Values, t.value.(string)) })
		for _, text := range c.field.Values {
			found = append(found, turn{value: text})
		}
	case c.kind().isText():
		found = textsToTry(turns)
	case c.kind() == TextList:
		found = append(turns, together(turns)...)
		found = append(found, turn{value: []string{otherText}})
	case c.kind() == Boolean:
		found = append(turns, turn{value: false}, turn{value: true})
	case c.kind() == Time:
		found = x.instantsToTry(turns)
	default:
		found = nearFirst(turns)
	}
	if len(found) == 0 {
		found = append(found, turn{value: sampleOf(c.kind())})
	}
	if !c.field.Required {
		found = append(found, turn{value: nil})
	}
	var distinct []turn
	for _, t := range found {
		if !slices.ContainsFunc(distinct, func(o turn) bool { return reflect.DeepEqual(o.value, t.value) }) {
			distinct = append(distinct, t)
		}
	}
	return distinct
}

// nearFirst puts numbers that nobody means behind all others.
func nearFirst(turns []turn) []turn {
	far := func(t turn) int {
		switch n := t.value.(type) {
		case int64:
			return b2i(n > farthestWhole || n < -farthestWhole)
		case float64:
			return b2i(math.Abs(n) > farthestWhole)
		}
		return 0
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return far(a) - far(b) })
	return turns
}

// textsToTry are the texts that tests name and one from each stretch between
// the edges at which tests turn, in the order of their bytes.
func textsToTry(turns []turn) []turn {
	var found []turn
	var edges []string
	for _, t := range turns {
		if t.edge {
			edges = append(edges, t.value.(string))
		} else {
			found = append(found, t)
		}
	}
	found = append(found, turn{value: otherText, words: otherText, shown: ""})
	slices.Sort(edges)
	edges = slices.Compact(edges)
	if len(edges) == 0 {
		return found
	}
	for _, text := range []string{"A", "0", "!", "\x01", "\x00"} {
		if text < edges[0] {
			found = append(found, turn{value: text})
			break
		}
	}
	var awkward []turn
	for i, from := range edges {
		behind, follows := strings.CutSuffix(from, "\x00")
		if !follows {
			found = append(found, turn{value: from})
			continue
		}
		t := turn{value: from}
		for _, more := range []string{"a", " a", "!"} {
			if text := behind + more; i == len(edges)-1 || text < edges[i+1] {
				t.value = text
				break
			}
		}
		awkward = append(awkward, t)
	}
	return append(found, awkward...)
}

// edgesOf are the texts at which a test of texts turns, in the order of their
// bytes: the text that follows another one is that with a zero byte behind it.
func edgesOf(op string, limits []string) []turn {
	var found []turn
	add := func(text string) { found = append(found, turn{value: text, edge: true}) }
	for _, limit := range limits {
		switch op {
		case "<", ">=":
			add(limit)
		case "<=", ">":
			add(limit + "\x00")
		case "startsWith", "not startsWith":
			add(limit)
			if end, bounded := behind(limit); bounded {
				add(end)
			}
		default:
			add(limit)
			add(limit + "\x00")
		}
	}
	return found
}

// instantsToTry are instants in the years 1 to 9999, which is all that leads can
// have: those that are over, whole hours and those near the clock first.
func (x *examples) instantsToTry(turns []turn) []turn {
	near := int64(math.MaxInt64) / 2
	now, told := x.query.facts.fields[x.schema.now].Millis(0)
	local := clock{loc: x.schema.loc}
	hour := func(ms int64) int64 { return ms - floorMod(local.local(ms), hourMillis) }
	var found []int64
	if told {
		near = now
		found = append(found, hour(now), now)
	}
	first, last := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).UnixMilli()
	for _, t := range turns {
		if ms := t.value.(int64); ms >= first && ms <= last {
			found = append(found, hour(ms), hour(ms)+hourMillis, ms)
		}
	}
	slices.SortStableFunc(found, func(a, b int64) int {
		return cmp.Or(b2i(a > near)-b2i(b > near), b2i(hour(a) != a)-b2i(hour(b) != b), cmp.Compare(max(a-near, near-a), max(b-near, near-b)))
	})
	instants := make([]turn, len(found))
	for i, ms := range found {
		instants[i] = turn{value: ms}
	}
	return instants
}

func floorMod(x, by int64) int64 { return x - floorDiv(x, by)*by }

// longestGuess is how many elements a list is guessed to have at most.
const longestGuess = 20

// guesses are values of a field that may turn a test of which it is not known
// where it turns: what is written out in it, and what is next to that.
func guesses(test node, c *column) []turn {
	var texts []string
	var wholes []int64
	var reals []float64
	walk(test, func(n node) {
		switch n := n.(type) {
		case *constant:
			switch {
			case n.empty:
			case n.typ.isText():
				texts = append(texts, n.text)
			case n.typ == Integer:
				wholes = append(wholes, n.whole)
			case n.typ == Number:
				reals = append(reals, n.real)
			}
		case *membership:
			texts, wholes, reals = append(texts, n.texts...), append(wholes, n.ints...), append(reals, n.reals...)
		case *match:
			prefix, _ := n.pattern.LiteralPrefix()
			texts = append(texts, prefix)
		}
	})
	texts = slices.DeleteFunc(texts, func(text string) bool { return text == "" || !utf8.ValidString(text) })
	var found []turn
	switch kind := c.kind(); {
	case kind.isText():
		for _, text := range texts {
			found = append(found, turn{value: text})
		}
	case kind == TextList:
		found = listsOf(texts, wholes)
	case kind == Integer:
		for _, n := range append(wholes, 0, 1) {
			found = append(found, turn{value: n}, turn{value: n + 1}, turn{value: n - 1})
		}
		for _, r := range reals {
			if math.Abs(r) < farthestWhole {
				found = append(found, turn{value: int64(math.Floor(r))}, turn{value: int64(math.Ceil(r))})
			}
		}
	case kind == Number:
		for _, n := range wholes {
			reals = append(reals, float64(n))
		}
		for _, r := range append(reals, 0, 1) {
			found = append(found, turn{value: r}, turn{value: r + 1}, turn{value: r - 1})
		}
	}
	return found
}

// together is a list of all that lists of one element hold.
func together(turns []turn) []turn {
	var all []string
	for _, t := range turns {
		if list := t.value.([]string); len(list) == 1 {
			all = append(all, list[0])
		}
	}
	if len(all) == 0 {
		return nil
	}
	return []turn{{value: slices.Compact(slices.Sorted(slices.Values(all)))}}
}

// listsOf are lists of some texts: each alone, and as many as a number says, one
// more and one less.
func listsOf(texts []string, lengths []int64) []turn {
	var found []turn
	for _, text := range texts {
		found = append(found, turn{value: []string{text}})
	}
	all := slices.Compact(slices.Sorted(slices.Values(texts)))
	for letter := range longestGuess + 1 {
		all = append(all[:len(all):len(all)], string(rune('a'+letter)))
	}
	for _, n := range lengths {
		if n < 0 || n >= longestGuess {
			continue
		}
		for _, size := range []int64{n, n + 1, n - 1} {
			if size > 0 {
				found = append(found, turn{value: all[:size:size]})
			}
		}
	}
	return found
}
