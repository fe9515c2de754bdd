package expression

import (
	"math/bits"
	"slices"
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
// values is trying them all, field by field: that makes Impossible a proof.
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

// axis is a field with the values to try.
type axis struct {
	*column
	values []turn
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
	at := map[int]int{}
	add := func(c *column, turns ...turn) {
		i, known := at[c.col]
		if !known {
			i = len(axes)
			at[c.col] = i
			axes = append(axes, axis{column: c})
		}
		for _, t := range turns {
			if !slices.ContainsFunc(axes[i].values, func(o turn) bool { return o.value == t.value }) {
				axes[i].values = append(axes[i].values, t)
			}
		}
	}
	for _, g := range goals {
		for _, test := range tests(g.n, nil) {
			cols := x.free(test)
			for _, c := range cols {
				turns, all := x.turns(test, c)
				add(c, turns...)
				complete = complete && all && len(cols) == 1
			}
		}
	}
	for i := range axes {
		c := axes[i].column
		for _, text := range c.field.Values {
			add(c, turn{value: text})
		}
		switch {
		case c.kind().isText() && len(c.field.Values) == 0:
			add(c, turn{value: "another text", words: "another text", shown: ""})
		case len(axes[i].values) == 0:
			add(c, turn{value: sampleOf(c.kind())})
		}
		if !c.field.Required {
			add(c, turn{value: nil})
		}
		if len(c.field.Values) > 0 {
			axes[i].values = slices.DeleteFunc(axes[i].values, func(t turn) bool {
				text, ok := t.value.(string)
				return ok && !slices.Contains(c.field.Values, text)
			})
		}
	}
	return axes, complete
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
