package engine

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// CallbackDate is the name in rule tests of the date of a callback as the
// dialer sends it.
const CallbackDate = "callback_date"

// Facts are the values of fields by name: int64, float64, bool, string,
// time.Time or []string.
type Facts map[string]any

// Test is one rule test, or one case of one.
type Test struct {
	File string
	Line int // from 1
	Name string
	Row  int       // of the table, from 1; 0 without one
	Now  time.Time // the clock of the test
	Lead Facts
	Call Facts // of a finished call; nil without one
	// Campaign is what the lead is looked at for; empty: only classified.
	Campaign string
	// Expect is what is compared, by key: type, segment, score, grade, group,
	// points, unknown, result, because, outcome, status, refused, callback_at.
	Expect map[string]Expected
}

// Expected is one expectation; which part of it counts is known by its key.
type Expected struct {
	Text   string
	Words  []string
	Points map[string]int64
	At     time.Time
}

// tests reads the rule tests: what they name must exist, and a test must expect
// something.
func (l *loader) tests() {
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if isTest(name) {
			l.testFile(l.nodes[name].Object(name))
		}
	}
}

func (l *loader) testFile(o *yamltext.Object) {
	now := l.instant(o.Need("now"))
	leads, calls := l.people(o.Take("leads"), "lead"), l.people(o.Take("calls"), "call")
	tests := o.Need("tests")
	pairs := tests.Object("tests").Rest()
	if tests != nil && len(pairs) == 0 {
		tests.Fault(codeImpossible, "no test in this file", "add one, or delete the file")
	}
	for _, pair := range pairs {
		l.test(pair, Test{Now: now}, leads, calls)
	}
	o.Close()
}

// people reads the facts of named leads or calls.
func (l *loader) people(n *yamltext.Node, root string) map[string]Facts {
	named := map[string]Facts{}
	for _, pair := range n.Object(root + "s").Rest() {
		named[pair.Key.Text()] = l.facts(pair.Value, root, nil)
	}
	return named
}

// test reads one test: the lead or call it starts from, and one expectation or
// a table of cases.
func (l *loader) test(pair yamltext.Pair, t Test, leads, calls map[string]Facts) {
	o := pair.Value.Object("test " + pair.Key.Text())
	t.Name, t.File, t.Line = pair.Key.Text(), pair.Key.Pos().File, pair.Key.Pos().Line
	lead, call := o.Take("lead"), o.Take("call")
	if lead == nil && call == nil {
		pair.Key.Fault(yamltext.CodeMissingKey, "the test says neither lead nor call", "name one of those above")
	}
	if call != nil {
		name, _ := named(call, slices.Sorted(maps.Keys(calls)))
		t.Call = maps.Clone(calls[name])
		if t.Call == nil {
			t.Call = Facts{}
		}
	}
	if lead.Kind() == yamltext.Mapping {
		t.Lead = l.facts(lead, "lead", nil)
	} else if name, ok := named(lead, slices.Sorted(maps.Keys(leads))); ok {
		t.Lead = leads[name]
	}
	t.Campaign, _ = named(o.Take("campaign"), l.names.campaigns)
	whole, expects := l.expectation(o, t)
	cases, _ := o.Take("cases").List("cases")
	if expects && len(cases) == 0 {
		l.book.Tests = append(l.book.Tests, whole)
	}
	for i, item := range cases {
		c := item.Object("a case")
		one := whole
		one.Row, one.Line = i+1, item.Pos().Line
		if n := c.Take("lead"); n != nil {
			one.Lead = l.facts(n, "lead", one.Lead)
		}
		one, ok := l.expectation(c, one)
		if !ok {
			item.Fault(yamltext.CodeMissingKey, "the case expects nothing", "add expect:")
		}
		c.Close()
		l.book.Tests = append(l.book.Tests, one)
	}
	if !expects && len(cases) == 0 {
		pair.Key.Fault(yamltext.CodeMissingKey, "the test expects nothing", "add expect: or cases:")
	}
	o.Close()
}

// expectation reads with, without and expect into a test, and says whether
// there is anything to compare.
func (l *loader) expectation(o *yamltext.Object, t Test) (Test, bool) {
	root, facts := "lead", &t.Lead
	if t.Call != nil {
		root, facts = "call", &t.Call
	}
	if n := o.Take("with"); n != nil {
		*facts = l.facts(n, root, *facts)
	}
	items, _ := o.Take("without").List("without")
	if len(items) > 0 {
		*facts = maps.Clone(*facts)
	}
	for _, item := range items {
		if name, ok := l.knownFact(item, root); ok {
			delete(*facts, name)
		}
	}
	n := o.Take("expect")
	if n == nil {
		return t, false
	}
	t.Expect = maps.Clone(t.Expect)
	if t.Expect == nil {
		t.Expect = map[string]Expected{}
	}
	l.expected(n.Object("expect"), t.Expect)
	return t, len(n.Pairs()) > 0
}

// expected checks that what a test expects has a name in the book, and keeps it.
func (l *loader) expected(e *yamltext.Object, into map[string]Expected) {
	word := func(key string, names []string) {
		if n := e.Take(key); n != nil {
			if text, ok := named(n, names); ok {
				into[key] = Expected{Text: text}
			}
		}
	}
	word("type", l.names.types)
	word("segment", l.names.segments)
	word("grade", l.names.grades)
	word("group", l.names.groups)
	word("result", []string{"included", "excluded"})
	word("status", nil)
	word("refused", nil)
	word("outcome", l.names.outcomes)
	if n := e.Take("points"); n != nil {
		points := map[string]int64{}
		for _, pair := range n.Object("points").Rest() {
			named(pair.Key, l.names.scoreLines)
			if v, ok := pair.Value.Int(-maxPoints, maxPoints); ok {
				points[pair.Key.Text()] = int64(v)
			}
		}
		into["points"] = Expected{Points: points}
	}
	if n := e.Take("unknown"); n != nil {
		rules, _ := n.List("the rules that could not be evaluated")
		words := []string{}
		for _, item := range rules {
			if name, ok := named(item, l.names.scoreLines); ok {
				words = append(words, name)
			}
		}
		into["unknown"] = Expected{Words: words}
	}
	if n := e.Take("score"); n != nil {
		if v, ok := n.Int(-maxPoints, maxPoints); ok {
			into["score"] = Expected{Text: strconv.Itoa(v)}
		}
	}
	if n := e.Take("because"); n != nil {
		words := []string{}
		if n.Kind() == yamltext.Sequence {
			words, _ = n.Texts()
		} else if text, ok := n.Word(); ok {
			words = append(words, text)
		}
		into["because"] = Expected{Words: words}
	}
	if n := e.Take("callback_at"); n != nil {
		into["callback_at"] = Expected{At: l.instant(n)}
	}
	e.Close()
}

// facts reads the facts of a test's lead or call over those given.
func (l *loader) facts(n *yamltext.Node, root string, over Facts) Facts {
	all := maps.Clone(over)
	if all == nil {
		all = Facts{}
	}
	for _, pair := range n.Object("the facts of a " + root).Rest() {
		if name, ok := l.knownFact(pair.Key, root); ok {
			if value, ok := l.fact(name, pair.Value); ok {
				all[name] = value
			}
		}
	}
	return all
}

// fact reads the value of a field.
func (l *loader) fact(name string, n *yamltext.Node) (any, bool) {
	i, known := l.book.Schema.Index(name)
	if !known { // callback_date, and what rules/fields.yaml could not tell
		return n.Text(), n.Kind() == yamltext.Scalar
	}
	switch l.book.Schema.Fields()[i].Type {
	case expression.Boolean:
		return n.Bool()
	case expression.Integer:
		v, ok := n.Int(math.MinInt32, math.MaxInt32)
		return int64(v), ok
	case expression.Number:
		text, _ := n.Word()
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			n.Fault(yamltext.CodeValue, text+" is no number", "write for instance 450000")
		}
		return v, err == nil
	case expression.Time:
		t := l.instant(n)
		return t, !t.IsZero()
	case expression.TextList:
		return n.Texts()
	}
	return n.Word()
}

// instant reads a time, which is local without an offset.
func (l *loader) instant(n *yamltext.Node) time.Time {
	text, ok := n.Word()
	if !ok {
		return time.Time{}
	}
	zone := l.book.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		n.Fault(yamltext.CodeValue, text+" is no time", "write for instance 2026-11-23T10:00:00")
	}
	return t
}

func (l *loader) knownFact(n *yamltext.Node, root string) (name string, ok bool) {
	var names []string
	full := map[string]string{}
	for _, f := range l.book.Fields {
		owner, name, _ := strings.Cut(f.Name, ".")
		if owner == root || root == "lead" && owner == "contact" {
			names = append(names, name)
			full[name] = f.Name
		}
	}
	if l.unreadable(fieldsFile) {
		return "", false
	}
	if root == "call" { // as the dialer sends it, before it is read
		names = append(names, CallbackDate)
		full[CallbackDate] = CallbackDate
	}
	short, ok := n.OneOf(names...)
	return full[short], ok
}
