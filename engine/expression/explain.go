package expression

import (
	"encoding/json"
	"slices"
)

// Outcome is what a condition gives for one lead.
type Outcome string

// The outcomes. Unknown means that an empty field, or an error, leaves it open.
const (
	OutcomeTrue    Outcome = "true"
	OutcomeFalse   Outcome = "false"
	OutcomeUnknown Outcome = "unknown"
)

// Explanation says how a condition comes to its result for one lead. Its JSON form is part of what the package
// promises: names stay, lists that are empty are left out, values that identify a person are masked as in Text.
type Explanation struct {
	// Source is the condition as it was written.
	Source string `json:"source"`
	// Result is the same as that of Condition.Eval.
	Result Outcome `json:"result"`
	// Root is the condition part by part.
	Root Step `json:"root"`
	// Changes turn the result into its opposite, each alone, one a field and the nearest first. They are complete only
	// for what can be computed exactly; each one has been tried on the condition.
	Changes []Change `json:"changes,omitempty"`
}

// The kinds of steps.
const (
	StepAll       = "all"       // true when all its steps are: and
	StepAny       = "any"       // true when one of its steps is: or
	StepNot       = "not"       // true when its only step is false
	StepIf        = "if"        // its first step chooses between the second and the third
	StepCondition = "condition" // reads values
)

// Step is a part of a condition.
type Step struct {
	// Kind is one of the kinds of steps, such as StepAll.
	Kind string `json:"kind"`
	// Source is the part as it was written, From and To its place in the source in runes, To exclusive.
	Source string `json:"source"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	// Says is the part in words, made from the labels of its fields.
	Says string `json:"says"`
	// Result is what the part gives, or would give where it is not reached.
	Result Outcome `json:"result"`
	// Reached says that the decision got here: and stops behind its first false step, or behind its first true one, if
	// looks at one branch.
	Reached bool `json:"reached"`
	// Reads are the values that a condition reads, in order.
	Reads []Reading `json:"reads,omitempty"`
	Steps []Step    `json:"steps,omitempty"`
}

// Reading is a value that a condition has read, or has computed on the way.
type Reading struct {
	// Field is the name of the field; without one, Label is the source of what was computed.
	Field string `json:"field,omitempty"`
	Label string `json:"label"`
	// Value is written for people, with its unit. It is "empty" when Empty is set.
	Value string `json:"value"`
	Empty bool   `json:"empty,omitempty"`
	// Personal marks what identifies a person.
	Personal bool `json:"personal,omitempty"`
}

// MarshalJSON writes the reading without a value that identifies a person.
func (r Reading) MarshalJSON() ([]byte, error) {
	type plain Reading
	if r.Personal && !r.Empty {
		r.Value = masked
	}
	return json.Marshal(plain(r))
}

// masked stands for a value that identifies a person.
const masked = "(personal)"

// Explain says how the condition comes to its result for one lead of a batch. A row outside of the batch is a lead of
// which nothing is known.
func (c *Condition) Explain(b *Batch, row int) Explanation {
	lead := c.schema.NewBatch(1)
	if row >= 0 && row < b.n {
		lead.copyLead(0, b, row)
	}
	e := explainer{c, lead, []rune(c.src)}
	root := e.step(c.root, true)
	return Explanation{Source: c.src, Result: root.Result, Root: root, Changes: e.changes(root.Result)}
}

// copyLead gives a lead of a batch, which is empty, the values of one of another
// batch.
func (b *Batch) copyLead(lead int, from *Batch, row int) {
	for col := range from.fields {
		v := &from.fields[col]
		if !v.Has(row) {
			continue
		}
		to := b.set(col, lead)
		switch v.typ {
		case Boolean:
			clearBit(to.bools, lead)
			if bit(v.bools, row) {
				setBit(to.bools, lead)
			}
		case Integer, Time, Duration:
			to.ints[lead] = v.ints[row&v.mask]
		case Number:
			to.reals[lead] = v.reals[row&v.mask]
		case TextList:
			to.lists[lead] = v.lists[row&v.mask]
		default:
			to.texts[lead] = v.texts[row&v.mask]
		}
	}
}

// explainer explains a condition for one lead.
type explainer struct {
	*Condition
	lead *Batch
	text []rune
}

func (e *explainer) outcome(n node) Outcome {
	v := n.eval(e.lead)
	defer e.lead.release(v)
	switch {
	case !v.Has(0):
		return OutcomeUnknown
	case bit(v.bools, 0):
		return OutcomeTrue
	}
	return OutcomeFalse
}

func (e *explainer) step(n node, reached bool) Step {
	at := e.bracketed(n)
	s := Step{Source: string(e.text[at.from:at.to]), From: at.from, To: at.to, Says: e.says(n), Result: e.outcome(n), Reached: reached}
	switch n := n.(type) {
	case *conjunction:
		s.Kind, s.Steps = StepAll, e.chain(n, OutcomeFalse, reached)
	case *disjunction:
		s.Kind, s.Steps = StepAny, e.chain(n, OutcomeTrue, reached)
	case *negation:
		if e.compound(n.arg(0)) {
			s.Kind, s.Steps = StepNot, []Step{e.step(n.arg(0), reached)}
		}
	case *choose:
		s.Kind, s.Steps = StepIf, e.branches(n, reached)
	}
	if s.Steps == nil {
		s.Kind, s.Reads = StepCondition, e.reads(n)
	}
	return s
}

// apart tells whether the operands of a node are written as conditions of their own. Those of x in 1..9 and of
// x != nil are not.
func (e *explainer) apart(n node) bool {
	from, to := n.span()
	for _, part := range n.children() {
		first, last := part.span()
		if first == from && last == to {
			return false
		}
		for _, operand := range part.children() {
			if at, _ := operand.span(); at < first {
				return false
			}
		}
	}
	return true
}

// compound tells whether a part is shown as several.
func (e *explainer) compound(n node) bool {
	switch n.(type) {
	case *conjunction, *disjunction:
		return e.apart(n)
	case *negation:
		return e.compound(n.children()[0])
	case *choose:
		return true
	}
	return false
}

// bracketed is where a part stands, with the brackets that its own first and last operands stand in.
func (e *explainer) bracketed(n node) place {
	from, to := n.span()
	opens, closes := missing(e.text[from:to])
	p := place{from, to}
	for at := from - 1; at >= 0 && opens > 0; at-- {
		if e.text[at] == '(' {
			p.from, opens = at, opens-1
		}
	}
	for at := to; at < len(e.text) && closes > 0; at++ {
		if e.text[at] == ')' {
			p.to, closes = at+1, closes-1
		}
	}
	return p
}

// missing counts the round brackets that a text closes but does not open, and the other way round. Quoted texts do not
// count.
func missing(text []rune) (opens, closes int) {
	var quote rune
	for i := 0; i < len(text); i++ {
		r := text[i]
		switch {
		case quote != 0 && r == '\\' && quote != '`':
			i++
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case r == '(':
			closes++
		case r == ')' && closes > 0:
			closes--
		case r == ')':
			opens++
		}
	}
	return opens, closes
}

// chain are the steps of and, or or, which stop behind the first one that settles the result.
func (e *explainer) chain(n node, settles Outcome, reached bool) []Step {
	if !e.apart(n) {
		return nil
	}
	var steps []Step
	for _, part := range e.operandsOf(n, settles) {
		s := e.step(part, reached)
		reached = reached && s.Result != settles
		steps = append(steps, s)
	}
	return steps
}

// operandsOf are the operands of a chain of the same operator.
func (e *explainer) operandsOf(n node, settles Outcome) []node {
	_, and := n.(*conjunction)
	_, or := n.(*disjunction)
	if same := and && settles == OutcomeFalse || or && settles == OutcomeTrue; !same || !e.apart(n) {
		return []node{n}
	}
	return append(e.operandsOf(n.children()[0], settles), e.operandsOf(n.children()[1], settles)...)
}

func (e *explainer) branches(n *choose, reached bool) []Step {
	cond := e.step(n.arg(0), reached)
	return []Step{
		cond,
		e.step(n.arg(1), reached && cond.Result == OutcomeTrue),
		e.step(n.arg(2), reached && cond.Result == OutcomeFalse),
	}
}

// reads are the fields that a condition reads and what it compares, as far as that is computed.
func (e *explainer) reads(n node) []Reading {
	var found []Reading
	seen := map[int]bool{}
	walk(n, func(part node) {
		c, reads := part.(*column)
		if !reads || seen[c.col] {
			return
		}
		seen[c.col] = true
		value, filled := e.shown(c)
		found = append(found, Reading{
			Field: c.field.Name, Label: c.field.label(), Value: value, Empty: !filled, Personal: c.field.Personal,
		})
	})
	return append(found, e.computed(n)...)
}

// computed are the operands of a comparison that are neither a field nor written out, such as days_since(t).
func (e *explainer) computed(n node) []Reading {
	switch n.(type) {
	case *comparison, *membership, *textTest:
	case *negation:
		return e.computed(n.children()[0])
	default:
		return nil
	}
	var found []Reading
	for _, operand := range n.children() {
		if wrapped, ok := operand.(*numeric); ok && wrapped.op == "float" {
			operand = wrapped.arg(0)
		}
		_, reads := operand.(*column)
		_, written := operand.(*constant)
		if !reads && !written && e.readsFields(operand) {
			at := e.bracketed(operand)
			value, filled := e.shown(operand)
			found = append(found, Reading{Label: string(e.text[at.from:at.to]), Value: value, Empty: !filled, Personal: e.personal(operand)})
		}
	}
	return found
}

// readsFields tells whether a part depends on more than the clock.
func (e *explainer) readsFields(n node) bool {
	reads := false
	walk(n, func(part node) {
		c, ok := part.(*column)
		reads = reads || ok && c.col != e.schema.now
	})
	return reads
}

func (e *explainer) personal(n node) bool {
	found := false
	walk(n, func(part node) {
		c, ok := part.(*column)
		found = found || ok && c.field.Personal
	})
	return found
}

// shown is the value of a part for people.
func (e *explainer) shown(n node) (text string, filled bool) {
	v := n.eval(e.lead)
	defer e.lead.release(v)
	if !v.Has(0) {
		return "empty", false
	}
	k := &constant{base: base{typ: v.typ}}
	k.take(v)
	unit := ""
	if c, ok := n.(*column); ok {
		unit = c.field.Unit
	}
	return withUnit(k.shown(e.schema), unit), true
}

// opposite is the result that a change has to bring.
func (o Outcome) opposite() Outcome {
	if o == OutcomeTrue {
		return OutcomeFalse
	}
	return OutcomeTrue
}

// columnsInOrder are the fields that the condition reads, in order of the source.
func (e *explainer) columnsInOrder() []*column {
	var found []*column
	walk(e.root, func(n node) {
		c, ok := n.(*column)
		if ok && !slices.ContainsFunc(found, func(other *column) bool { return other.col == c.col }) {
			found = append(found, c)
		}
	})
	return found
}
