package expression

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Demand is what a condition is to come to: true, or anything but true, which
// is false or unknown.
type Demand struct {
	Condition *Condition
	True      bool
}

// Fact is the value of a field in an example.
type Fact struct {
	Field string
	Text  string // of the value, for people; "empty" when there is none
}

// Verdict says whether conditions can be met together.
type Verdict int

// The verdicts. Undecided is all that is said where a condition compares fields
// with each other, calls what is computed lead by lead, or where there are too
// many cases to go through.
const (
	Undecided Verdict = iota
	Possible
	Impossible
)

// maxCases is how many combinations of values are tried for conditions that
// have fields in common.
const maxCases = 1 << 16

// Example looks for facts that meet all demands, given the fields of bind as in
// [SQLDialect.Bind]. Possible comes with the facts of one example; fields that
// it does not name do not matter.
//
// Every test of one field against what is written out turns at values that the
// test itself names. Between two of them it says the same, so that trying these
// values is trying them all, field by field: that makes Impossible a proof. For
// every other test values are guessed from what is written out: an example that
// meets the demands is one however it was found, but without one it is
// Undecided.
func (s *Schema) Example(demands []Demand, bind map[string]any) (Verdict, []Fact) {
	x := &examples{schema: s, query: newQuery(s, SQLDialect{Bind: bind})}
	var goals []goal
	for _, d := range demands {
		goals = x.split(goals, goal{d.Condition.root, d.True})
	}
	verdict := Possible
	var facts []Fact
	for _, part := range x.apart(goals) {
		found, some := x.solve(part)
		switch {
		case found == Impossible:
			return Impossible, nil
		case found == Undecided:
			verdict = Undecided
		}
		facts = append(facts, some...)
	}
	if verdict != Possible {
		return verdict, nil
	}
	slices.SortFunc(facts, func(a, b Fact) int { return s.index[a.Field] - s.index[b.Field] })
	return Possible, facts
}

// goal is a part of a condition that is to be true, or not.
type goal struct {
	n    node
	want bool
}

// examples looks for examples.
type examples struct {
	schema *Schema
	query  *query
}

// split breaks a goal into those that must be met at the same time, so that
// fields that have nothing to do with each other are looked at apart.
func (x *examples) split(goals []goal, g goal) []goal {
	switch n := g.n.(type) {
	case *conjunction:
		if g.want {
			return x.split(x.split(goals, goal{n.arg(0), true}), goal{n.arg(1), true})
		}
	case *disjunction:
		if !g.want {
			return x.split(x.split(goals, goal{n.arg(0), false}), goal{n.arg(1), false})
		}
	}
	return append(goals, g)
}

// free are the fields that a part reads and that have no value yet.
func (x *examples) free(n node) (cols []*column) {
	walk(n, func(n node) {
		c, ok := n.(*column)
		if ok && !x.query.bound[c.col] && !slices.ContainsFunc(cols, func(o *column) bool { return o.col == c.col }) {
			cols = append(cols, c)
		}
	})
	return cols
}

// apart groups goals by the fields that they have in common.
func (x *examples) apart(goals []goal) (parts [][]goal) {
	reads := func(part []goal, col int) bool {
		return slices.ContainsFunc(part, func(g goal) bool {
			return slices.ContainsFunc(x.free(g.n), func(c *column) bool { return c.col == col })
		})
	}
	for _, g := range goals {
		merged := []goal{g}
		cols := x.free(g.n)
		parts = slices.DeleteFunc(parts, func(part []goal) bool {
			shares := slices.ContainsFunc(cols, func(c *column) bool { return reads(part, c.col) })
			if shares {
				merged = append(merged, part...)
			}
			return shares
		})
		parts = append(parts, merged)
	}
	return parts
}

// axis is a field with the values to try. tests are the tests that read it, and
// shared says that one of them reads another field too.
type axis struct {
	*column
	values []turn
	tests  []node
	shared bool
}

// solve tries all cases of goals that have fields in common.
func (x *examples) solve(goals []goal) (Verdict, []Fact) {
	axes, complete := x.axes(goals)
	cases := 1
	for _, a := range axes {
		if cases *= len(a.values); cases > maxCases {
			return Undecided, nil
		}
	}
	batch := x.schema.NewBatch(0)
	for from := 0; from < cases; from += MaxBatch {
		n := min(MaxBatch, cases-from)
		batch.Reset(n)
		x.fill(batch, axes, from, n)
		if row := met(batch, goals); row >= 0 {
			return Possible, x.facts(axes, from+row)
		}
	}
	if !complete {
		return Undecided, nil
	}
	return Impossible, nil
}

// axes are the fields of goals and the values at which they turn; complete says
// that no other value can make a difference.
func (x *examples) axes(goals []goal) (axes []axis, complete bool) {
	complete = true
	for _, g := range goals {
		for _, test := range tests(g.n, nil) {
			cols := x.free(test)
			for _, c := range cols {
				i := slices.IndexFunc(axes, func(a axis) bool { return a.col == c.col })
				if i < 0 {
					i = len(axes)
					axes = append(axes, axis{column: c})
				}
				a := &axes[i]
				turns, all := x.turns(test, c)
				a.values = append(a.values, turns...)
				if !all || len(cols) > 1 {
					complete = false
					a.values = append(a.values, guesses(test, c)...)
				}
				a.tests = append(a.tests, test)
				a.shared = a.shared || len(cols) > 1
			}
		}
	}
	for i := range axes {
		a := &axes[i]
		a.values = x.candidates(a.column, a.values)
		if !a.shared {
			x.distinguish(a)
		}
	}
	return axes, complete
}

// distinguish keeps of the values of which all tests of the field say the same
// only the first.
func (x *examples) distinguish(a *axis) {
	if len(a.values) > MaxBatch {
		return
	}
	batch := x.schema.NewBatch(len(a.values))
	x.fill(batch, []axis{*a}, 0, len(a.values))
	said := make([]strings.Builder, len(a.values))
	for _, test := range a.tests {
		v := batch.eval(test)
		for i := range said {
			fmt.Fprintf(&said[i], "%t %t,", bit(v.known, i), bit(v.known, i) && bit(v.bools, i))
		}
		batch.release(v)
	}
	known := map[string]bool{}
	var kept []turn
	for i, t := range a.values {
		if key := said[i].String(); !known[key] {
			known[key] = true
			kept = append(kept, t)
		}
	}
	a.values = kept
}

// tests are the parts of a condition that and, or and not put together.
func tests(n node, found []node) []node {
	switch n.(type) {
	case *conjunction, *disjunction, *negation:
		for _, child := range n.children() {
			found = tests(child, found)
		}
		return found
	}
	return append(found, n)
}

// turns are the values of a field at which a test may turn, where all others
// are empty; all says that there are no more.
func (x *examples) turns(test node, c *column) (turns []turn, all bool) {
	q := &query{loc: x.schema.loc, facts: x.query.facts, bound: map[int]bool{}, left: effort}
	for col := range x.schema.fields {
		q.bound[col] = col != c.col
	}
	q.Column = func(string) (string, bool) { return "value", true }
	all = true
	for _, want := range []bool{true, false} {
		clause := q.truth(test, want)
		all = all && clause.exact
		turns = append(turns, turnsOf(clause)...)
	}
	return turns, all
}

// fill writes a run of cases into a batch: a case is a number whose digits say
// which value each field has.
func (x *examples) fill(b *Batch, axes []axis, from, n int) {
	for i := range n {
		b.copyLead(i, x.query.facts, 0)
		left := from + i
		for _, a := range axes {
			b.put(a.column, i, a.values[left%len(a.values)].value)
			left /= len(a.values)
		}
	}
}

// met is the first lead that meets all goals, or -1.
func met(b *Batch, goals []goal) int {
	words := (b.Len() + 63) / 64
	left := make([]uint64, words)
	fill(left, b.Len())
	for _, g := range goals {
		v := b.eval(g.n)
		for i := range left {
			holds := v.bools[i] & v.known[i]
			if !g.want {
				holds = ^holds
			}
			left[i] &= holds
		}
		b.release(v)
	}
	for i, word := range left {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// facts are the values of a case.
func (x *examples) facts(axes []axis, n int) []Fact {
	var facts []Fact
	for _, a := range axes {
		t := a.values[n%len(a.values)]
		n /= len(a.values)
		text := "empty"
		if t.value != nil {
			shown := t.value
			if t.words != "" && t.shown != nil {
				shown = t.shown
			}
			text = t.words + withUnit(constantOf(a.kind(), shown).shown(x.schema), a.field.Unit)
		}
		facts = append(facts, Fact{a.field.Name, text})
	}
	return facts
}
