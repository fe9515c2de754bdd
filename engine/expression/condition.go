package expression

import (
	"slices"
	"strings"
)

// Condition is a checked expression that is true, false or unknown for a lead. It does not change and may be used
// from many goroutines, each with its own batches.
type Condition struct{ Program }

// Value is a checked expression with a value, or none, for a lead. It does not change and may be used from many
// goroutines, each with its own batches.
type Value struct{ Program }

// Program is what conditions and values share: a checked source and what it reads.
type Program struct {
	schema *Schema
	src    string
	root   node
	fields []int
}

// Condition checks the source of a condition against the vocabulary, all of whose names but those that the scope
// denies may be read. It gives the condition, or all faults that can be told at once.
func (s *Schema) Condition(src string, scope Scope) (*Condition, []Fault) {
	p, r := s.compile(src, scope)
	if p == nil {
		return nil, r.list()
	}
	if t := p.root.kind(); t != Boolean {
		from, to := p.root.span()
		hint := "compare it with something"
		if t.isNumeric() {
			hint = "compare it: " + r.text(from, to) + " > 0"
		}
		r.at(CodeResult, place{from, to}, "this is "+t.phrase()+", a condition must be true or false", hint)
		return nil, r.list()
	}
	s.share(p.root)
	return &Condition{*p}, nil
}

// Value checks the source of a value, which must be of one of the types wanted; without any, each type is welcome. A
// whole number is made a number where only a number is wanted; a choice and a phone are texts.
func (s *Schema) Value(src string, scope Scope, want ...Type) (*Value, []Fault) {
	p, r := s.compile(src, scope)
	if p == nil {
		return nil, r.list()
	}
	got := p.root.kind()
	from, to := p.root.span()
	fits := func(w Type) bool {
		return w == got || w.isText() && got.isText() || w == Duration && got == calendarDays
	}
	switch {
	case got == emptyType:
		r.at(CodeNil, place{from, to}, "nil is not a value", "write what the value is")
		return nil, r.list()
	case len(want) == 0 || slices.ContainsFunc(want, fits):
	case got == Integer && slices.Contains(want, Number):
		p.root = convert(p.root, Number)
	default:
		words := make([]string, len(want))
		for i, w := range want {
			words[i] = w.phrase()
		}
		r.at(CodeResult, place{from, to}, "this is "+got.phrase()+", "+strings.Join(words, " or ")+" is wanted here", "")
		return nil, r.list()
	}
	if p.root.kind() == calendarDays {
		p.root = convert(p.root, Duration)
	}
	if p.root.kind() == Number {
		p.root = &bounded{base{typ: Number, from: from, to: to, operands: []node{p.root}}}
	}
	s.share(p.root)
	return &Value{*p}, nil
}

// compile checks a source and makes its tree; without one, the report tells why.
func (s *Schema) compile(src string, scope Scope) (*Program, *report) {
	r := &report{src: []rune(src)}
	if strings.TrimSpace(src) == "" {
		r.at(CodeEmptySource, place{0, len(r.src)}, "nothing is written here", "write a condition or a value, such as lead.score >= 20")
		return nil, r
	}
	if !r.fits(src) {
		return nil, r
	}
	tokens := r.scan()
	if !r.shallow(tokens) {
		return nil, r
	}
	(&traps{r, tokens}).look()
	c := newChecker(s, scope, r, tokens)
	if len(r.faults) > 0 || !r.balanced(tokens) {
		c.names(tokens)
		return nil, r
	}
	tree := r.parse(src, tokens)
	if tree == nil {
		c.names(tokens)
		return nil, r
	}
	root := c.check(tree)
	if len(r.faults) > 0 {
		return nil, r
	}
	if !r.bounded(root) || !s.confirm(r, src) {
		return nil, r
	}
	p := &Program{schema: s, src: src, root: root}
	p.fields = p.columns(func(*Field) bool { return true })
	return p, r
}

// columns are the fields read that pass a test, sorted.
func (p *Program) columns(take func(*Field) bool) []int {
	var found []int
	walk(p.root, func(n node) {
		if c, ok := n.(*column); ok && take(c.field) && !slices.Contains(found, c.col) {
			found = append(found, c.col)
		}
	})
	slices.Sort(found)
	return found
}

// Eval decides the condition for all leads of the batch. The result is valid until the batch's next Reset, and as
// long as the facts of the batch are not changed.
func (c *Condition) Eval(b *Batch) Truth {
	v := b.keep(b.eval(c.root))
	return Truth{True: v.bools, Known: v.known}
}

// Eval computes the value for all leads of the batch. A number that is infinite or not a number is empty. The result
// is valid until the batch's next Reset, and as long as the facts of the batch are not changed.
func (v *Value) Eval(b *Batch) *Vector {
	return b.keep(b.eval(v.root))
}

// Type is the type of the value.
func (v *Value) Type() Type { return v.root.kind() }

// Constant is the number that the value is for every lead, as in "points: 25"; it is false for one that reads a field
// or is computed.
func (v *Value) Constant() (float64, bool) {
	root := v.root
	if finite, ok := root.(*bounded); ok {
		root = finite.arg(0)
	}
	k, ok := root.(*constant)
	switch {
	case !ok || k.empty:
		return 0, false
	case k.typ == Integer:
		return float64(k.whole), true
	}
	return k.real, k.typ == Number && k.real-k.real == 0
}

// Source is the expression as it was written.
func (p *Program) Source() string { return p.src }

// Fields are the columns that the expression reads, sorted.
func (p *Program) Fields() []int { return slices.Clone(p.fields) }

// MayBeEmpty are the columns read that are not required, sorted. EmptyUnsettled says which of them matter.
func (p *Program) MayBeEmpty() []int {
	return p.columns(func(f *Field) bool { return !f.Required })
}

// Fallback tells whether a part of the expression is computed by expr's machine lead by lead, and which.
func (p *Program) Fallback() (reason string, uses bool) {
	var reasons []string
	walk(p.root, func(n node) {
		if call, ok := n.(*vmCall); ok && !slices.Contains(reasons, call.reason()) {
			reasons = append(reasons, call.reason())
		}
	})
	return strings.Join(reasons, "; "), len(reasons) > 0
}
