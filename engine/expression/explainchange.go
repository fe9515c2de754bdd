package expression

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Change is a change of one field that turns the result of a condition into its opposite: false and unknown become
// true, true becomes false.
type Change struct {
	Field string `json:"field"`
	Label string `json:"label"`
	// From is the value as it is, To the nearest one that changes the result, both written for people with their unit.
	From string `json:"from"`
	To   string `json:"to"`
	// By is the difference of numbers: "4 more".
	By string `json:"by,omitempty"`
	// OneOf are all the values of a choice that change the result, when there are several.
	OneOf []string `json:"one_of,omitempty"`
	// Value is the new value, as the setters of Batch take it: an int64, for times in milliseconds, a float64, bool or
	// string, or nil for an empty field.
	Value any `json:"value"`
	// Gives is the result with the change.
	Gives Outcome `json:"gives"`
	// Text is the change as the end of a sentence: "Visits from 2 to 6 (4 more)".
	Text string `json:"text"`

	far float64
}

// How far a change is: numbers and times less than 1, in proportion to what they are; then another value, a value for
// what is empty, and no value.
const (
	farOther  = 1
	farFilled = 2
	farEmpty  = 4
)

// monthMillis is the difference in time that counts half of farOther.
const monthMillis = 30 * float64(dayMillis)

// changes are the changes of one field each that bring the opposite of a result. With all other fields bound, the
// condition in SQL over the remaining one names all values at which it may turn; nothing is offered when it does not
// name them exactly.
func (e *explainer) changes(result Outcome) []Change {
	want := result.opposite()
	found := []Change{}
	for _, c := range e.columnsInOrder() {
		if change, ok := e.change(c, want); ok {
			found = append(found, change)
		}
	}
	slices.SortStableFunc(found, func(a, b Change) int {
		if byDistance := cmp.Compare(a.far, b.far); byDistance != 0 {
			return byDistance
		}
		return cmp.Compare(b2i(b.Field == nowField), b2i(a.Field == nowField))
	})
	if len(found) == 0 {
		return nil
	}
	return found
}

func b2i(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

func (e *explainer) change(c *column, want Outcome) (Change, bool) {
	q := &query{loc: e.schema.loc, facts: e.lead, bound: map[int]bool{}, left: effort}
	for col := range e.schema.fields {
		q.bound[col] = col != c.col
	}
	q.Column = func(string) (string, bool) { return "value", true }
	clause := q.truth(e.root, want == OutcomeTrue)
	if !clause.exact || clause.size == 0 {
		return Change{}, false
	}
	before := e.valueOf(c)
	var best *candidate
	var several []string
	for _, t := range e.candidates(c, before, turnsOf(clause)) {
		if !e.gives(c, before, t.value, want) {
			continue
		}
		if far := e.distance(c, before, t.value); best == nil || far < best.far {
			best = &candidate{t, far}
		}
		if text, ok := t.value.(string); ok {
			several = append(several, text)
		}
	}
	if best == nil {
		return Change{}, false
	}
	change := e.described(c, before, *best)
	change.Gives = want
	if len(several) > 1 {
		change.OneOf, change.To = several, "one of "+strings.Join(several, ", ")
	}
	change.Text = change.sentence()
	return change, true
}

type candidate struct {
	turn
	far float64
}

// candidates are the values that may change the result.
func (e *explainer) candidates(c *column, before any, turns []turn) []turn {
	found := slices.DeleteFunc(slices.Clone(turns), func(t turn) bool { return t.edge })
	for _, text := range c.field.Values {
		found = append(found, turn{value: text})
	}
	if before == nil && len(found) == 0 && len(c.field.Values) == 0 {
		return append(found, turn{value: sampleOf(c.kind()), words: "any value"})
	}
	if !c.field.Required && before != nil {
		found = append(found, turn{value: nil})
	}
	found = slices.DeleteFunc(found, func(t turn) bool { return !e.possible(c, before, t) })
	var distinct []turn
	for _, t := range found {
		if !slices.ContainsFunc(distinct, func(other turn) bool { return reflect.DeepEqual(other.value, t.value) }) {
			distinct = append(distinct, t)
		}
	}
	return distinct
}

// farthestWhole is the largest whole number that is offered: beyond, sums wrap around.
const farthestWhole = 1 << 53

// possible drops a text that a choice does not have, numbers that nobody means, and turning back the clock.
func (e *explainer) possible(c *column, before any, t turn) bool {
	switch x := t.value.(type) {
	case string:
		return len(c.field.Values) == 0 || slices.Contains(c.field.Values, x)
	case int64:
		if x > farthestWhole || x < -farthestWhole {
			return false
		}
		return c.col != e.schema.now || before != nil && x > before.(int64)
	}
	return true
}

// sampleOf is some value of a type, for a field of which only matters that it has one.
func sampleOf(t Type) any {
	switch t {
	case Integer, Time, Duration:
		return int64(0)
	case Number:
		return 0.0
	case Boolean:
		return false
	case TextList:
		return []string{"x"}
	}
	return "x"
}

// valueOf is the value of a field: int64, float64, bool, string, or nil when it is empty.
func (e *explainer) valueOf(c *column) any {
	v := &e.lead.fields[c.col]
	if !v.Has(0) {
		return nil
	}
	switch v.typ {
	case Boolean:
		return bit(v.bools, 0)
	case Integer, Time, Duration:
		return v.ints[0]
	case Number:
		return v.reals[0]
	case TextList:
		return v.lists[0]
	}
	return v.texts[0]
}

// gives tells whether the condition has a result when a field has another value.
func (e *explainer) gives(c *column, before, value any, want Outcome) bool {
	e.lead.put(c, 0, value)
	defer e.lead.put(c, 0, before)
	return e.outcome(e.root) == want
}

// put gives a lead a value of a field, as valueOf gives it.
func (b *Batch) put(c *column, row int, value any) {
	switch x := value.(type) {
	case nil:
		b.unset(c.col, row)
	case string:
		b.SetText(c.col, row, x)
	case bool:
		b.SetBool(c.col, row, x)
	case float64:
		b.SetFloat(c.col, row, x)
	case []string:
		b.SetList(c.col, row, x)
	case int64:
		switch c.kind() {
		case Number:
			b.SetFloat(c.col, row, float64(x))
		case Integer:
			b.SetInt(c.col, row, x)
		default:
			b.SetTime(c.col, row, x)
		}
	}
}

// distance is how far a change is.
func (e *explainer) distance(c *column, before, value any) float64 {
	switch x := value.(type) {
	case nil:
		return farEmpty
	case int64:
		if c.kind() == Time && before == nil {
			now, _ := e.lead.fields[e.schema.now].Millis(0)
			return farFilled + proportion(float64(x)-float64(now), monthMillis)
		}
		was, filled := before.(int64)
		scale := 1 + math.Abs(float64(was))
		if c.kind() == Time || c.kind() == Duration {
			scale = monthMillis
		}
		return addFilled(proportion(float64(x)-float64(was), scale), filled)
	case float64:
		was, filled := before.(float64)
		return addFilled(proportion(x-was, 1+math.Abs(was)), filled)
	}
	return addFilled(farOther, before != nil)
}

func addFilled(far float64, filled bool) float64 {
	if filled {
		return far
	}
	return far + farFilled
}

// proportion is 0 for no difference, a half for one of scale, and 1 at most.
func proportion(difference, scale float64) float64 {
	if d := math.Abs(difference); d < math.Inf(1) {
		return d / (d + scale)
	}
	return 1
}

func (e *explainer) described(c *column, before any, to candidate) Change {
	from, filled := e.shown(c)
	if filled && c.field.Personal {
		from = masked
	}
	change := Change{Field: c.field.Name, Label: c.field.label(), From: from, Value: to.value, far: to.far}
	switch x := to.value.(type) {
	case nil:
		change.To = "empty"
		return change
	case int64:
		if c.kind() == Time && to.words == "" {
			to.turn = aroundMillis(x)
		}
		if was, ok := before.(int64); ok && c.kind() == Integer {
			change.By = difference(float64(x) - float64(was))
		}
	case float64:
		if was, ok := before.(float64); ok && to.words == "" {
			change.By = difference(x - was)
		}
	}
	if to.words == "any value" {
		change.To = to.words
		return change
	}
	if to.shown == nil {
		to.shown = to.value
	}
	change.To = to.words + withUnit(constantOf(c.kind(), to.shown).shown(e.schema), c.field.Unit)
	return change
}

// aroundMillis says "after" and "before" for instants a millisecond beside a whole second.
func aroundMillis(x int64) turn {
	second := int64(time.Second / time.Millisecond)
	switch x - floorDiv(x, second)*second {
	case 1:
		return turn{value: x, words: "after ", shown: x - 1}
	case second - 1:
		return turn{value: x, words: "before ", shown: x + 1}
	}
	return turn{value: x}
}

func constantOf(t Type, value any) *constant {
	k := &constant{base: base{typ: t}}
	switch x := value.(type) {
	case int64:
		k.whole = x
	case float64:
		k.real = x
	case bool:
		k.truth = x
	case string:
		k.text = x
	case []string:
		k.list = x
	}
	return k
}

func difference(by float64) string {
	if by < 0 {
		return plainNumber(-by) + " less"
	}
	return plainNumber(by) + " more"
}

// sentence is the change for people.
func (c Change) sentence() string {
	if c.Field == nowField {
		return "from " + strings.TrimPrefix(c.To, "after ")
	}
	text := c.Label + " from " + c.From + " to " + c.To
	if strings.HasPrefix(c.To, "one of ") || strings.HasPrefix(c.To, "after ") || strings.HasPrefix(c.To, "before ") || strings.Contains(c.To, " than ") {
		text = c.Label + " " + c.To + " instead of " + c.From
	}
	if c.By != "" {
		text += " (" + c.By + ")"
	}
	return text
}
