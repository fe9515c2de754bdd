package expression

import (
	"slices"
	"time"
)

// SQLDialect says how the fields of the vocabulary are stored and what is known before the query runs.
//
// A text column holds the empty text where the field is empty; every other column holds NULL. Booleans are 0 and 1,
// times and lengths of time whole milliseconds, times within 100 million days of 1970. Columns of whole numbers,
// times, lengths and booleans are 64-bit integers, those of numbers 64-bit floats. Lists of texts are never looked at.
type SQLDialect struct {
	// Postgres writes for PostgreSQL instead of SQLite: casts on parameters, texts in order of their bytes, NaN.
	Postgres bool
	// Column is the SQL of the column of a field, such as "lead"."visits". It must say false for a field that has none
	// and for one whose stored value is not what the engine will see, such as a score that ages.
	Column func(field string) (sql string, ok bool)
	// Bind holds the fields whose value is the same for all leads of the query, such as "now". The values are those of
	// the setters of Batch: string, int64 or int, float64, bool, time.Time, time.Duration, []string, and nil for an
	// empty field. A value of another type is as good as none.
	Bind map[string]any
	// First is the number of the first parameter, 1 when it is 0.
	First int
}

// Where is a condition in SQL, for use behind WHERE and beside other conditions: it brings the brackets it needs.
type Where struct {
	// Text is TRUE when the database cannot narrow anything down, FALSE when no lead can pass.
	Text string
	// Args are the values of the parameters in order: int64, float64 or string.
	Args []any
	// Exact says that the rows are those the engine would keep, no more, so that a LIMIT may be pushed too. Otherwise
	// the engine has to look at every row again.
	Exact bool
	// AtLeast names columns of whole numbers, times or lengths of time, by their SQL, that no row passes with less, or
	// empty: where an index on one may begin.
	AtLeast map[string]int64
}

// All is the condition that every lead passes.
func All() Where { return Where{Text: "TRUE", Exact: true} }

// SQL is true at least for all rows for which the condition is true.
func (c *Condition) SQL(d SQLDialect) Where { return c.schema.SQL(c.True(), d) }

// SQLNot is true at least for all rows for which the condition is known to be false: those that an exclusion, which
// also stops what is unknown, lets pass.
func (c *Condition) SQLNot(d SQLDialect) Where { return c.schema.SQL(c.False(), d) }

// SQL is true at least for all rows of a selection, whose conditions are those of the schema.
func (s *Schema) SQL(rows Selection, d SQLDialect) Where {
	q := newQuery(s, d)
	return q.render(rows(q))
}

// Selection is the rows that conditions take, for one query over all of them.
type Selection func(*query) clause

// True is the rows for which the condition is true.
func (c *Condition) True() Selection {
	return func(q *query) clause { return q.truth(c.root, true) }
}

// False is the rows for which the condition is known to be false.
func (c *Condition) False() Selection {
	return func(q *query) clause { return q.truth(c.root, false) }
}

// Untrue is the rows for which the condition is false or unknown.
func (c *Condition) Untrue() Selection {
	return func(q *query) clause { return some(q.truth(c.root, false), q.empty(c.root)) }
}

// Common is the rows that all selections have in common; without any, all rows.
func Common(selections ...Selection) Selection {
	return func(q *query) clause {
		parts := make([]clause, len(selections))
		for i, rows := range selections {
			parts[i] = rows(q)
		}
		return all(parts...)
	}
}

// Either is the rows that one of the selections takes; without any, no row.
func Either(selections ...Selection) Selection {
	return func(q *query) clause {
		parts := make([]clause, len(selections))
		for i, rows := range selections {
			parts[i] = rows(q)
		}
		return some(parts...)
	}
}

// query translates the conditions of one WHERE. Parts that read nothing but bound fields are computed by the engine itself.
type query struct {
	SQLDialect
	loc *time.Location
	// facts is one lead that has the bound values, bound the columns that count.
	facts *Batch
	bound map[int]bool
	// left is how many more parts are looked at; beyond, nothing is pushed. The conditions of ?: count twice, so that
	// nested ones would multiply.
	left int
}

// effort is how many parts of a condition are looked at.
const effort = 5000

func newQuery(s *Schema, d SQLDialect) *query {
	q := &query{SQLDialect: d, loc: s.loc, facts: s.NewBatch(1), bound: map[int]bool{}, left: effort}
	for name, value := range d.Bind {
		if col, known := s.index[name]; known && q.facts.assign(col, value) {
			q.bound[col] = true
		}
	}
	return q
}

// assign sets a field of the only lead of a batch from a Go value and tells whether it has the type of the field.
func (b *Batch) assign(col int, value any) bool {
	t := b.fields[col].typ
	b.fields[col].mask = -1
	switch x := value.(type) {
	case nil:
		b.unset(col, 0)
		return true
	case string:
		if t.isText() {
			b.SetText(col, 0, x)
		}
		return t.isText()
	case int:
		return b.assign(col, int64(x))
	case int64:
		if t.isNumeric() {
			b.SetInt(col, 0, x)
		}
		return t.isNumeric()
	case float64:
		if t == Number {
			b.SetFloat(col, 0, x)
		}
		return t == Number
	case bool:
		if t == Boolean {
			b.SetBool(col, 0, x)
		}
		return t == Boolean
	case time.Time:
		if t == Time {
			b.SetTime(col, 0, x.UnixMilli())
		}
		return t == Time
	case time.Duration:
		if t == Duration {
			b.SetTime(col, 0, x.Milliseconds())
		}
		return t == Duration
	case []string:
		if t == TextList {
			b.SetList(col, 0, slices.Clone(x))
		}
		return t == TextList
	}
	return false
}

// constant is the value of a part that reads nothing but bound fields.
func (q *query) constant(n node) (*constant, bool) {
	if k, written := n.(*constant); written {
		return k, true
	}
	if !q.closed(n) {
		return nil, false
	}
	v := n.eval(q.facts)
	k := &constant{base: base{typ: n.kind()}, empty: !v.Has(0)}
	if !k.empty {
		k.take(v)
	}
	q.facts.release(v)
	return k, true
}

func (q *query) closed(n node) bool {
	if c, reads := n.(*column); reads {
		return q.bound[c.col]
	}
	for _, child := range n.children() {
		if !q.closed(child) {
			return false
		}
	}
	return true
}

// take copies the value of the only lead of a vector.
func (n *constant) take(v *Vector) {
	switch v.typ {
	case Boolean:
		n.truth = bit(v.bools, 0)
	case Integer, Time, Duration:
		n.whole = v.ints[0]
	case Number, calendarDays:
		n.real = v.reals[0]
	case TextList:
		n.list = v.lists[0]
	default:
		n.text = v.texts[0]
	}
}
