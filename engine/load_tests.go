package engine

import (
	"maps"
	"slices"
	"strings"

	"callsheet/engine/internal/yamltext"
)

// tests checks the shape of the rule tests: what they name must exist, and a
// test must expect something.
func (l *loader) tests() {
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if isTest(name) {
			l.testFile(l.nodes[name].Object(name))
		}
	}
}

func (l *loader) testFile(o *yamltext.Object) {
	o.Need("now").Word()
	leads, calls := o.Take("leads"), o.Take("calls")
	for _, pair := range leads.Object("leads").Rest() {
		l.facts(pair.Value, "lead")
	}
	for _, pair := range calls.Object("calls").Rest() {
		l.facts(pair.Value, "call")
	}
	tests := o.Need("tests")
	pairs := tests.Object("tests").Rest()
	if tests != nil && len(pairs) == 0 {
		tests.Fault(codeImpossible, "no test in this file", "add one, or delete the file")
	}
	for _, pair := range pairs {
		l.test(pair, append([]string{}, keys(leads)...), append([]string{}, keys(calls)...))
	}
	o.Close()
}

// test checks one test: the lead or call it starts from, and one expectation
// or a table of cases.
func (l *loader) test(pair yamltext.Pair, leads, calls []string) {
	o := pair.Value.Object("test " + pair.Key.Text())
	lead, call := o.Take("lead"), o.Take("call")
	if lead == nil && call == nil {
		pair.Key.Fault(yamltext.CodeMissingKey, "the test says neither lead nor call", "name one of those above")
	}
	root := "lead"
	if call != nil {
		named(call, calls)
		root = "call"
	}
	if lead.Kind() == yamltext.Mapping {
		l.facts(lead, "lead")
	} else {
		named(lead, leads)
	}
	named(o.Take("campaign"), l.names.campaigns)
	expects := l.expectation(o, root)
	cases, _ := o.Take("cases").List("cases")
	for _, item := range cases {
		c := item.Object("a case")
		if n := c.Take("lead"); n != nil {
			l.facts(n, "lead")
		}
		if !l.expectation(c, root) {
			item.Fault(yamltext.CodeMissingKey, "the case expects nothing", "add expect:")
		}
		c.Close()
	}
	if !expects && len(cases) == 0 {
		pair.Key.Fault(yamltext.CodeMissingKey, "the test expects nothing", "add expect: or cases:")
	}
	o.Close()
}

// expectation reads with, without and expect, and says whether there is
// anything to compare.
func (l *loader) expectation(o *yamltext.Object, root string) bool {
	if n := o.Take("with"); n != nil {
		l.facts(n, root)
	}
	items, _ := o.Take("without").List("without")
	for _, item := range items {
		l.knownFact(item, root)
	}
	n := o.Take("expect")
	if n == nil {
		return false
	}
	l.expected(n.Object("expect"))
	return len(n.Pairs()) > 0
}

// expected checks that what a test expects has a name in the book.
func (l *loader) expected(e *yamltext.Object) {
	named(e.Take("type"), l.names.types)
	named(e.Take("segment"), l.names.segments)
	named(e.Take("grade"), l.names.grades)
	named(e.Take("group"), l.names.groups)
	for _, pair := range e.Take("points").Object("points").Rest() {
		named(pair.Key, l.names.scoreLines)
		pair.Value.Int(-maxPoints, maxPoints)
	}
	rules, _ := e.Take("unknown").List("the rules that could not be evaluated")
	for _, item := range rules {
		named(item, l.names.scoreLines)
	}
	for _, key := range []string{"score", "callback_at", "status", "because", "refused", "result"} {
		e.Take(key)
	}
	e.Close()
}

// facts checks that the keys of a test's lead or call are fields.
func (l *loader) facts(n *yamltext.Node, root string) {
	for _, pair := range n.Object("the facts of a " + root).Rest() {
		l.knownFact(pair.Key, root)
	}
}

func (l *loader) knownFact(n *yamltext.Node, root string) {
	var names []string
	for _, f := range l.book.Fields {
		owner, name, _ := strings.Cut(f.Name, ".")
		if owner == root || root == "lead" && owner == "contact" {
			names = append(names, name)
		}
	}
	if l.unreadable(fieldsFile) {
		return
	}
	if root == "call" { // as the dialer sends it, before it is read
		names = append(names, "callback_date")
	}
	n.OneOf(names...)
}
