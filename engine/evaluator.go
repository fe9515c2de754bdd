package engine

import (
	"math/bits"

	"callsheet/engine/expression"
)

// Evaluator decides about one batch of leads after the other in memory that
// it uses again, so that it allocates nothing once it has seen the largest
// one. It belongs to one goroutine at a time.
type Evaluator struct {
	book *RuleBook
	out  Classified
	// open are the leads that no choice has taken yet, points those that the
	// rule at hand gives points to, sum the points of the group at hand.
	open, points bitmap
	sum          []int64
	names        []string
	unknown      counts
	grades       []string
	fading       map[*PointRule]*fading
	groups       []groupWork
	area         area
	hearing      hearing
	ranks        []Rank
	keys         []rankKey
}

// Evaluator makes one that works by the book.
func (b *RuleBook) Evaluator() *Evaluator {
	return &Evaluator{
		book: b, fading: map[*PointRule]*fading{}, grades: b.Scoring.table(), groups: b.Scoring.work(), area: newArea(b),
		out: Classified{types: make([]bitmap, len(b.Leads.Types)), segments: make([]bitmap, len(b.Leads.Segments))},
	}
}

// bitmap has bit i%64 of word i/64 for lead i.
type bitmap = []uint64

// evaluatorOf is the evaluator of the book that the batch carries with it.
func (b *RuleBook) evaluatorOf(batch *expression.Batch) *Evaluator {
	e, ok := batch.Workspace.(*Evaluator)
	if !ok || e.book != b {
		e = b.Evaluator()
		batch.Workspace = e
	}
	return e
}

// reserve makes room for n leads.
func (e *Evaluator) reserve(n int) {
	out := &e.out
	for _, list := range [][]bitmap{out.types, out.segments} {
		for i := range list {
			list[i] = sized(list[i], words(n))
		}
	}
	for _, m := range []*bitmap{&out.nowhere, &e.open, &e.points} {
		*m = sized(*m, words(n))
	}
	// A whole number of words, so that loops over a word need no checks.
	e.sum = sized(e.sum, words(n)<<6)
	e.names = sized(e.names, n)
	out.Type, out.Segment, out.Grade = sized(out.Type, n), sized(out.Segment, n), sized(out.Grade, n)
	out.Score, out.Group = sized(out.Score, n), sized(out.Group, n)
}

// sized is a list of n entries in the memory of s, when there is enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func words(n int) int { return (n + 63) >> 6 }

// all sets the bits of n leads.
func all(m bitmap, n int) {
	for i := range m {
		m[i] = ^uint64(0)
	}
	if rest := uint(n) & 63; rest != 0 {
		m[len(m)-1] = 1<<rest - 1
	}
}

func count(m bitmap) (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls do for every lead of the bitmap, in order.
func each(m bitmap, do func(i int)) {
	for w, leads := range m {
		for ; leads != 0; leads &= leads - 1 {
			do(w<<6 + bits.TrailingZeros64(leads))
		}
	}
}

// counts are leads by rule name. The map that is handed out never changes: it
// is used again only while the counts are the same.
type counts struct {
	found, given map[string]int
}

func (c *counts) add(rule string, n int) {
	if n == 0 {
		return
	}
	if c.found == nil {
		c.found = map[string]int{}
	}
	c.found[rule] += n
}

// take gives what was added since the last time.
func (c *counts) take() map[string]int {
	same := c.given != nil && len(c.found) == len(c.given)
	for rule, n := range c.found {
		same = same && c.given[rule] == n
	}
	if !same {
		c.given, c.found = c.found, nil
	}
	if c.given == nil {
		c.given = map[string]int{}
	}
	clear(c.found)
	return c.given
}
