package expression

import (
	"fmt"
	"slices"
	"strings"
)

// clause is a piece of a WHERE. There is no NOT: a clause that is true for too many rows would, negated, be true for
// too few.
type clause struct {
	kind  clauseKind
	parts []clause
	// text is the SQL of an atom with hole for each of its args.
	text string
	args []any
	// turns are the values of the column at which the atom may begin to hold.
	turns []turn
	// exact says that no row is too many.
	exact bool
	// size is the number of atoms.
	size int
	// column is the SQL of a column that is from or more wherever the clause holds; it may be empty.
	column string
	from   int64
}

type clauseKind uint8

const (
	atomClause clauseKind = iota
	allClause
	someClause
	alwaysClause
	neverClause
)

// hole stands for a parameter in the text of an atom until the parameters are numbered.
const hole = "\x00"

// maxAtoms is how many atoms one clause may have: SQLite nests each one deeper, to 1000 at most.
const maxAtoms = 400

// unpushed stands for what only the engine can decide.
func unpushed() clause { return clause{kind: alwaysClause} }

// settledAs is a clause that does not depend on the row.
func settledAs(holds bool) clause {
	if holds {
		return clause{kind: alwaysClause, exact: true}
	}
	return clause{kind: neverClause, exact: true}
}

func atom(text string, args ...any) clause {
	return clause{text: text, args: args, exact: true, size: 1}
}

// all holds where every part does. What only the engine can decide is left out and leaves too many rows.
func all(parts ...clause) clause {
	out := clause{kind: allClause, exact: true}
	for _, p := range parts {
		switch {
		case p.kind == neverClause:
			return p
		case p.kind == alwaysClause:
			out.exact = out.exact && p.exact
		case out.size+p.size > maxAtoms:
			out.exact = false
		default:
			out.add(p)
		}
	}
	return out.simplified(alwaysClause)
}

// some holds where one part does. What only the engine can decide may hold anywhere.
func some(parts ...clause) clause {
	out, always := clause{kind: someClause, exact: true}, clause{}
	for _, p := range parts {
		switch p.kind {
		case neverClause:
		case alwaysClause:
			always = clause{kind: alwaysClause, exact: always.exact || p.exact}
		default:
			out.add(p)
		}
	}
	if always.kind == alwaysClause {
		return always
	}
	if out.size > maxAtoms {
		return unpushed()
	}
	return out.simplified(neverClause)
}

func (c *clause) add(p clause) {
	c.exact = c.exact && p.exact
	c.size += p.size
	if p.kind == c.kind {
		c.turns = append(c.turns, p.turns...)
		c.parts = append(c.parts, p.parts...)
	} else {
		c.parts = append(c.parts, p)
	}
}

// simplified is the clause, its only part, or what stands for no parts at all.
func (c clause) simplified(none clauseKind) clause {
	switch len(c.parts) {
	case 0:
		return clause{kind: none, exact: c.exact}
	case 1:
		only := c.parts[0]
		only.exact, only.turns = c.exact, slices.Concat(c.turns, only.turns)
		return only
	}
	return c
}

// render writes a clause and numbers its parameters.
func (q *query) render(c clause) Where {
	w := Where{Exact: c.exact, AtLeast: c.atLeast()}
	var text strings.Builder
	q.write(&text, &w, c)
	w.Text = text.String()
	return w
}

func (q *query) write(text *strings.Builder, w *Where, c clause) {
	join := " AND "
	switch c.kind {
	case alwaysClause:
		text.WriteString("TRUE")
		return
	case neverClause:
		text.WriteString("FALSE")
		return
	case atomClause:
		q.writeAtom(text, w, c)
		return
	case someClause:
		join = " OR "
	}
	text.WriteString("(")
	for i, p := range c.parts {
		if i > 0 {
			text.WriteString(join)
		}
		q.write(text, w, p)
	}
	text.WriteString(")")
}

func (q *query) writeAtom(text *strings.Builder, w *Where, c clause) {
	pieces := strings.Split(c.text, hole)
	for i, piece := range pieces {
		text.WriteString(piece)
		if i < len(pieces)-1 {
			w.Args = append(w.Args, c.args[i])
			text.WriteString(q.parameter(max(q.First, 1)+len(w.Args)-1, c.args[i]))
		}
	}
}

// parameter is a numbered parameter, for PostgreSQL with its type, which it would otherwise guess.
func (q *query) parameter(number int, value any) string {
	if !q.Postgres {
		return fmt.Sprintf("$%d", number)
	}
	t := "TEXT"
	switch value.(type) {
	case int64:
		t = "BIGINT"
	case float64:
		t = "DOUBLE PRECISION"
	}
	return fmt.Sprintf("CAST($%d AS %s)", number, t)
}

// atLeast are the columns that are known to be bounded from below.
func (c clause) atLeast() map[string]int64 {
	var found map[string]int64
	note := func(column string, from int64) {
		if found == nil {
			found = map[string]int64{}
		}
		if known, twice := found[column]; !twice || from > known {
			found[column] = from
		}
	}
	if c.column != "" {
		note(c.column, c.from)
	}
	if c.kind == allClause {
		for _, p := range c.parts {
			for column, from := range p.atLeast() {
				note(column, from)
			}
		}
	}
	return found
}

// turnsOf are the turns of all atoms of a clause.
func turnsOf(c clause) []turn {
	found := slices.Clone(c.turns)
	for _, p := range c.parts {
		found = append(found, turnsOf(p)...)
	}
	return found
}
