package engine

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// reserved are the reasons that the engine gives by itself. No condition may
// take one of these names.
func reserved() []string {
	return []string{
		WrongType, WrongSegment, NoGroup, NoCampaign, InvalidPhone, ClosedDay, Suppressed, PhoneOpen, NoAgent, OverCapacity, NotDue,
		OutOfCanary, string(Shadow), string(Draft),
	}
}

// closed says what an unknown result does: a closed list keeps the lead out,
// so that its conditions must say what an empty value means.
type closed bool

const (
	unknownPasses closed = false
	unknownStops  closed = true
)

// conditions reads named conditions and adds them to those inherited: one of
// the same name takes the place of the inherited one.
func (l *loader) conditions(n *yamltext.Node, inherited []Condition, scope expression.Scope, on closed) []Condition {
	all := slices.Clone(inherited)
	if n == nil {
		return all
	}
	for _, pair := range n.Object("named conditions").Rest() {
		c, ok := l.condition(pair, scope, on)
		if !ok {
			continue
		}
		same := func(old Condition) bool { return old.Name == c.Name }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i] = c
		} else {
			all = append(all, c)
		}
	}
	return all
}

// condition reads one: a bare expression, or a block with when and say.
func (l *loader) condition(pair yamltext.Pair, scope expression.Scope, on closed) (Condition, bool) {
	c := Condition{Name: pair.Key.Text()}
	switch {
	case slices.Contains(reserved(), c.Name):
		pair.Key.Fault(codeReserved, c.Name+" is a reason that the engine gives itself", "choose another name for the condition")
	case slices.Contains(l.names.packRules, c.Name):
		pair.Key.Fault(codeReserved, c.Name+" is a rule of a compliance pack", "choose another name for the condition")
	}
	when := pair.Value
	if when.Kind() == yamltext.Mapping {
		o := when.Object("condition " + c.Name)
		when = o.Need("when")
		into(&c.Say)(o.Take("say").Word())
		o.Close()
	}
	if when == nil {
		return c, false
	}
	c.expr = l.expr(when, scope)
	if c.expr == nil {
		return c, false
	}
	if on == unknownStops {
		l.settled(when, c.expr)
	}
	return c, true
}

// settled refuses an exclusion over a field that may be empty until its
// author says what empty means: unknown would keep those leads out silently.
func (l *loader) settled(n *yamltext.Node, c *expression.Condition) {
	fields := l.book.Schema.Fields()
	for _, col := range c.EmptyUnsettled() {
		f := fields[col]
		from, to := mention(c.Source(), f.Name)
		n.FaultAt(from, to, codeEmptiness, "`"+f.Name+"` may be empty, and this rule does not say what empty means",
			exampleOf(f)+", or add: and "+f.Name+" != nil")
	}
}

// mention is where an expression first names a field, in runes.
func mention(source, field string) (from, to int) {
	place := regexp.MustCompile(regexp.QuoteMeta(field) + `([^\pL\pN_]|$)`).FindStringIndex(source)
	if place == nil { // written with blanks around the point
		return 0, utf8.RuneCountInString(source)
	}
	from = utf8.RuneCountInString(source[:place[0]])
	return from, from + utf8.RuneCountInString(field)
}

// exampleOf shows how to say what an empty value of the field means.
func exampleOf(f expression.Field) string {
	settle := func(value string) string { return "(" + f.Name + " ?? " + value + ")" }
	switch f.Type {
	case expression.Integer, expression.Number:
		return "write " + settle("0")
	case expression.Boolean:
		return "write " + settle("true") + " or " + settle("false")
	case expression.Time:
		return "write " + settle("lead.created_at")
	case expression.TextList:
		return "write " + settle("[]")
	case expression.Choice:
		if len(f.Values) > 0 {
			return "write " + settle(`"`+f.Values[len(f.Values)-1]+`"`)
		}
	}
	return "write " + settle(`"none"`)
}

// order reads the keys of an order: an expression, and "desc" or "asc" after
// it.
func (l *loader) order(n *yamltext.Node, scope expression.Scope) []OrderKey {
	var order []OrderKey
	items, _ := n.List("an order")
	for _, item := range items {
		text, ok := item.Expression()
		if !ok {
			continue
		}
		bare, direction := direction(text)
		if direction != "" && direction != "desc" && direction != "asc" {
			word := strings.TrimSuffix(strings.ToLower(direction), "ending")
			item.FaultAt(utf8.RuneCountInString(bare)+1, utf8.RuneCountInString(text), yamltext.CodeValue, "an order is desc or asc, not "+direction, "write "+word)
			continue
		}
		key := OrderKey{Source: text, Desc: direction == "desc", value: l.valueOf(item, bare, scope)}
		if key.value == nil {
			continue
		}
		if key.value.Type() == expression.TextList {
			item.Fault(codeImpossible, "a list has no order", "order by a text, a number or a time")
			continue
		}
		order = append(order, key)
	}
	return order
}

// direction cuts desc or asc, in any case or as a whole word, from the end of
// an order key.
func direction(text string) (bare, word string) {
	i := strings.LastIndexByte(text, ' ')
	if i < 1 || !slices.Contains([]string{"desc", "asc", "descending", "ascending"}, strings.ToLower(text[i+1:])) {
		return text, ""
	}
	return text[:i], text[i+1:]
}

// choices reads a first-match list. The entry without a condition must be the
// last one: nothing after it can match. all says whether there is one.
func (l *loader) choices(n *yamltext.Node, key string) (list []Choice, all bool) {
	items, _ := n.List("a list of which the first match wins")
	for _, item := range items {
		o := item.Object("an entry of the list")
		c := Choice{}
		named, ok := o.Need(key).Word()
		c.Name = named
		into(&c.Say)(o.Take("say").Word())
		when := o.Take("when")
		o.Close()
		if all {
			item.Fault(codeImpossible, "this entry can never apply: the one above it has no when and takes everything",
				"move the entry without when to the end")
		}
		if when != nil {
			c.when = l.expr(when, leadsScope())
		} else {
			all = true
		}
		if ok && (when == nil || c.when != nil) {
			list = append(list, c)
		}
	}
	return list, all
}

// leads reads rules/leads.yaml.
func (l *loader) leads() {
	o := l.file(leadsFile)
	types := o.Need("types")
	var all bool
	l.book.Leads.Types, all = l.choices(types, "type")
	if types.Kind() == yamltext.Sequence && !all {
		types.Fault(codeImpossible, "a lead that no entry of this list takes would have no type", "end the list with an entry without when")
	}
	l.book.Leads.Segments, _ = l.choices(o.Need("segments"), "segment")
	l.aliases(o.Take("aliases"))
	o.Close()
}

// aliases reads other words for the types.
func (l *loader) aliases(n *yamltext.Node) {
	l.book.Leads.Aliases = map[string]string{}
	if n == nil {
		return
	}
	for _, pair := range n.Object("aliases").Rest() {
		word := pair.Key.Text()
		if slices.Contains(l.names.types, word) {
			pair.Key.Fault(codeTwice, word+" is a lead type itself", "choose another word")
		}
		if to, ok := named(pair.Value, l.names.types); ok {
			l.book.Leads.Aliases[word] = to
		}
	}
}

// file is the mapping of a whole file. A file that nobody has gives an empty
// one and a fault.
func (l *loader) file(name string) *yamltext.Object {
	n, there := l.nodes[name]
	if !there {
		hint := "copy it from the book that ships with the program"
		if name == campaignsFile {
			hint = "a rule book begins with this file: name its folder with --rules"
		}
		l.faults.Add(yamltext.Fault{
			Code: codeMissingFile, Pos: yamltext.Pos{File: name, Line: 1, Column: 1}, Width: 1,
			Message: "the rule book has no " + name, Hint: hint,
		})
	}
	return n.Object(name)
}
