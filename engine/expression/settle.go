package expression

import "math/bits"

// exhaustive is up to how many columns all combinations of empty and filled are looked at. Columns beyond are taken
// as either at once, which is as safe and says "unsettled" more often.
const exhaustive = 10

// EmptyUnsettled are the columns that may be empty and whose emptiness can make the result unknown: neither ??,
// == nil, != nil, is_empty nor a guard such as x != nil and x > 3 settles it. Sorted. A column is left out only when
// that is certain; required fields are never in it.
func (p *Program) EmptyUnsettled() []int {
	columns := p.MayBeEmpty()
	if len(columns) > 64 {
		return columns
	}
	s := settling{position: make(map[int]int, len(columns))}
	for i, col := range columns {
		s.position[col] = i
	}
	open := min(len(columns), exhaustive)
	var blamed uint64
	for s.empty = 0; s.empty < 1<<open; s.empty++ {
		s.either = ^uint64(0) << open
		if o := s.outcome(p.root); o.empty {
			blamed |= o.blame
		}
	}
	found := []int{}
	for ; blamed != 0; blamed &= blamed - 1 {
		found = append(found, columns[bits.TrailingZeros64(blamed)])
	}
	return found
}

// settling is one combination of empty and filled columns.
type settling struct {
	position      map[int]int
	empty, either uint64
}

// outcome is what a node may give under one combination, whatever the values: yes and no are the truths of a boolean,
// and both stand for some value of another type. blame holds the columns whose emptiness makes it empty.
type outcome struct {
	yes, no, empty bool
	blame          uint64
}

func (s *settling) outcome(n node) outcome {
	switch n := n.(type) {
	case *column:
		return s.read(n)
	case *constant:
		if n.empty {
			return outcome{empty: true}
		}
		return outcome{yes: n.typ != Boolean || n.truth, no: n.typ != Boolean || !n.truth}
	case *negation:
		o := s.outcome(n.arg(0))
		o.yes, o.no = o.no, o.yes
		return o
	case *conjunction:
		l, r := s.outcome(n.arg(0)), s.outcome(n.arg(1))
		o := undecided(l, r, l.yes, r.yes)
		o.yes, o.no = l.yes && r.yes, l.no || r.no
		return o
	case *disjunction:
		l, r := s.outcome(n.arg(0)), s.outcome(n.arg(1))
		o := undecided(l, r, l.no, r.no)
		o.yes, o.no = l.yes || r.yes, l.no && r.no
		return o
	case *emptiness:
		return s.asked(n)
	case *fallback:
		return s.withDefault(n)
	case *choose:
		return s.chosen(n)
	}
	return s.strict(n)
}

func (s *settling) read(n *column) outcome {
	i, mayBeEmpty := s.position[n.col]
	mark := uint64(1) << uint(i)
	switch {
	case !mayBeEmpty:
		return outcome{yes: true, no: true}
	case s.either&mark != 0:
		return outcome{yes: true, no: true, empty: true, blame: mark}
	case s.empty&mark != 0:
		return outcome{empty: true, blame: mark}
	}
	return outcome{yes: true, no: true}
}

// undecided is when and or or stays unknown: one side is, and the other one does not settle it.
func undecided(l, r outcome, leftOpen, rightOpen bool) outcome {
	var o outcome
	if l.empty && (rightOpen || r.empty) {
		o.empty, o.blame = true, o.blame|l.blame
	}
	if r.empty && (leftOpen || l.empty) {
		o.empty, o.blame = true, o.blame|r.blame
	}
	return o
}

// asked is x == nil or is_empty(x), which also holds for a computed text or list without content.
func (s *settling) asked(n *emptiness) outcome {
	o := s.outcome(n.arg(0))
	_, isField := n.arg(0).(*column)
	filled := o.yes || o.no
	return outcome{yes: o.empty || filled && !n.strict && !isField, no: filled}
}

func (s *settling) withDefault(n *fallback) outcome {
	first := s.outcome(n.arg(0))
	if !first.empty {
		return first
	}
	second := s.outcome(n.arg(1))
	return outcome{yes: first.yes || second.yes, no: first.no || second.no, empty: second.empty, blame: second.blame}
}

func (s *settling) chosen(n *choose) outcome {
	cond := s.outcome(n.arg(0))
	o := outcome{empty: cond.empty, blame: cond.blame}
	add := func(branch outcome) {
		o.yes, o.no, o.empty = o.yes || branch.yes, o.no || branch.no, o.empty || branch.empty
		o.blame |= branch.blame
	}
	if cond.yes {
		add(s.outcome(n.arg(1)))
	}
	if cond.no {
		add(s.outcome(n.arg(2)))
	}
	return o
}

// strict is every other operator and function: empty where an operand is. What first(x) of a computed list without
// elements gives is charged to the columns the list reads.
func (s *settling) strict(n node) outcome {
	o := outcome{yes: true, no: true}
	for _, child := range n.children() {
		c := s.outcome(child)
		if c.empty {
			o.empty, o.blame = true, o.blame|c.blame
		}
		if !c.yes && !c.no {
			o.yes, o.no = false, false
		}
	}
	if _, computed := n.(*end); computed {
		if _, isField := n.children()[0].(*column); !isField {
			walk(n, func(part node) {
				if c, ok := part.(*column); ok {
					if i, mayBeEmpty := s.position[c.col]; mayBeEmpty {
						o.empty, o.blame = true, o.blame|1<<uint(i)
					}
				}
			})
		}
	}
	return o
}
