package engine

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"callsheet/engine/internal/yamltext"
)

// tests reads the rule tests: what they name must exist, and a test must expect
// something.
func (l *loader) tests() {
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if isTest(name) {
			l.testFile(l.nodes[name].Object(name))
		}
	}
}

// testFile is the tests of one file, and whom they speak of.
type testFile struct {
	*loader
	leads, calls, agents map[string]Facts
	inOrder              []string // the names of the leads
}

func (l *loader) testFile(o *yamltext.Object) {
	now := l.instant(cellOf(o.Need("now")))
	leads := o.Take("leads")
	f := testFile{l, l.people(leads, "lead"), l.people(o.Take("calls"), "call"), l.people(o.Take("agents"), "agent"), keys(leads)}
	tests := o.Need("tests")
	pairs := tests.Object("tests").Rest()
	if tests != nil && len(pairs) == 0 {
		tests.Fault(codeImpossible, "no test in this file", "add one, or delete the file")
	}
	for _, pair := range pairs {
		f.test(pair, Test{Now: now})
	}
	o.Close()
}

// people reads the facts of named leads, calls or agents.
func (l *loader) people(n *yamltext.Node, root string) map[string]Facts {
	named := map[string]Facts{}
	for _, pair := range n.Object(root + "s").Rest() {
		named[pair.Key.Text()] = l.facts(pair.Value, root, nil)
	}
	return named
}

// peopleIn are the names that a test may use; where there is none, none is
// right.
func peopleIn(named map[string]Facts) []string {
	return append([]string{}, slices.Sorted(maps.Keys(named))...)
}

// test reads one test: whom it starts from, and one expectation, cases or a
// table of them.
func (f *testFile) test(pair yamltext.Pair, t Test) {
	o := pair.Value.Object("test " + pair.Key.Text())
	t.Name, t.File, t.Line = pair.Key.Text(), pair.Key.Pos().File, pair.Key.Pos().Line
	campaign := o.Take("campaign")
	t.Campaign, _ = named(campaign, f.names.campaigns)
	if n := o.Take("expect_csv"); n != nil {
		f.csv(n, o, t)
		return
	}
	whole := f.change(o, t)
	switch {
	case whole.Lead == nil && whole.Call == nil && o.Take("lead") == nil && o.Take("call") == nil:
		pair.Key.Fault(yamltext.CodeMissingKey, "the test says neither lead nor call", "name one of those above")
	case whole.Call != nil && campaign != nil:
		campaign.Fault(codeImpossible, "a test is about a campaign, or about a call that was made", "make two tests of it")
	}
	all := f.rows(o, whole)
	switch {
	case len(all) == 0 && len(whole.Expect) > 0:
		all = []Test{whole}
	case len(all) == 0 && !o.Node().Spoiled() && o.Take("expect") == nil && o.Take("cases") == nil && o.Take("table") == nil:
		pair.Key.Fault(yamltext.CodeMissingKey, "the test expects nothing", "add expect: or cases:")
	}
	o.Close()
	f.noReason(pair.Key, all)
	f.book.Tests = append(f.book.Tests, all...)
}

// csv reads a test of the file that a dialer gets.
func (f *testFile) csv(n *yamltext.Node, o *yamltext.Object, t Test) {
	if at := o.Take("now"); at != nil {
		t.Now = f.instant(cellOf(at))
	}
	o.Need("expect_csv")
	file, ok := n.Word()
	name := "rules/" + file
	if ok && !isGolden(name) {
		n.Fault(yamltext.CodeValue, "`"+file+"` is no file of a dialer that a test can expect", "write for instance golden/pvi.csv: it stands in rules/golden/")
	}
	if t.Campaign == "" && o.Take("campaign") == nil {
		n.Fault(yamltext.CodeMissingKey, "a file is written by a campaign", "add campaign: to the test")
	}
	names := f.inOrder
	if list := o.Take("leads"); list != nil {
		names = some(list, peopleIn(f.leads), "leave out leads for all of the file")
	}
	if len(f.inOrder) == 0 {
		n.Fault(codeImpossible, "there is no lead in this file of tests", "add leads:")
	}
	for _, name := range names {
		t.Leads = append(t.Leads, TestLead{name, f.leads[name]})
	}
	t.CSV = &ExpectedCSV{File: name}
	t.CSV.Text, t.CSV.There = f.golden[name]
	o.Close()
	f.book.Tests = append(f.book.Tests, t)
}

// noReason warns of a test that would also pass when something else keeps the
// lead out.
func (f *testFile) noReason(n *yamltext.Node, tests []Test) {
	for i := range tests {
		result, _ := tests[i].Want("result")
		if _, told := tests[i].Want("because"); result.Text == resultExcluded && !told {
			f.warning(n, codeNoReason, "the test "+n.Text()+" expects excluded, whatever the reason", "add because: with the reason")
			return
		}
	}
}

// rows are the cases of a test, and the rows of its table.
func (f *testFile) rows(o *yamltext.Object, whole Test) []Test {
	cases := o.Take("cases")
	items, _ := cases.List("cases")
	if cases.Kind() == yamltext.Sequence && len(items) == 0 {
		cases.Fault(codeImpossible, "no case in this list", "add one, or delete cases:")
	}
	var all []Test
	for i, item := range items {
		c := item.Object("a case")
		one := whole
		one.Row, one.Line = i+1, item.Pos().Line
		one = f.change(c, one)
		if c.Take("expect") == nil && item.Kind() == yamltext.Mapping {
			item.Fault(yamltext.CodeMissingKey, "the case expects nothing", "add expect:")
		}
		c.Close()
		all = append(all, one)
	}
	return append(all, f.table(o.Take("table"), whole)...)
}

// change reads what a test, or a case of it, says of the facts and expects.
func (f *testFile) change(o *yamltext.Object, t Test) Test {
	if n := o.Take("now"); n != nil {
		t.Now = f.instant(cellOf(n))
	}
	if n := o.Take("call"); n != nil {
		t.Call = Facts{}
		if name, ok := named(n, peopleIn(f.calls)); ok {
			t.Call = f.calls[name]
		}
	}
	if n := o.Take("lead"); n.Kind() == yamltext.Mapping {
		t.Lead = f.facts(n, "lead", t.Lead)
	} else if name, ok := named(n, peopleIn(f.leads)); ok {
		t.Lead = f.leads[name]
	}
	if n := o.Take("planned"); n != nil {
		t.Planned = f.facts(n, "call", t.Planned)
	}
	t = f.others(o, t)
	root, facts := t.subject()
	if n := o.Take("with"); n != nil {
		*facts = f.facts(n, root, *facts)
	}
	items, _ := o.Take("without").List("without")
	if len(items) > 0 {
		*facts = maps.Clone(*facts)
	}
	for _, item := range items {
		if name, ok := f.knownFact(cellOf(item), root); ok {
			delete(*facts, name)
		}
	}
	if n := o.Take("expect"); n != nil {
		if n.Kind() == yamltext.Mapping && len(n.Pairs()) == 0 {
			n.Fault(yamltext.CodeMissingKey, "the test expects nothing", "say what, for instance score: 80")
		}
		f.expected(n.Object("expect"), &t)
	}
	return t
}

// others reads the calls that were made before, and the agents.
func (f *testFile) others(o *yamltext.Object, t Test) Test {
	if n := o.Take("before"); n != nil {
		t.Before = nil
		items, _ := n.List("before")
		for _, item := range items {
			if item.Kind() == yamltext.Mapping {
				t.Before = append(t.Before, f.facts(item, "call", nil))
			} else if name, ok := named(item, peopleIn(f.calls)); ok {
				t.Before = append(t.Before, f.calls[name])
			}
		}
	}
	n := o.Take("agents")
	if n == nil {
		return t
	}
	t.Agents = nil
	if n.Kind() == yamltext.Sequence {
		for _, name := range references(n, peopleIn(f.agents)) {
			t.Agents = append(t.Agents, TestAgent{name, f.agents[name]})
		}
		return t
	}
	for _, pair := range n.Object("agents").Rest() {
		name := pair.Key.Text()
		t.Agents = append(t.Agents, TestAgent{name, f.facts(pair.Value, "agent", f.agents[name])})
	}
	return t
}

// subject is whose facts with and without change: those of the call that was
// made, or else of the lead.
func (t *Test) subject() (root string, facts *Facts) {
	if t.Call != nil {
		return "call", &t.Call
	}
	return "lead", &t.Lead
}

// column is what a column of a table says.
type column struct {
	expect, fact string // one of them; neither when the header is wrong
	now          bool
}

// table reads the rows of a table under |: the first line has the names of
// facts and of what is expected.
func (f *testFile) table(n *yamltext.Node, whole Test) (rows []Test) {
	text, ok := n.Word()
	if !ok {
		return nil
	}
	if !n.Block() {
		n.Fault(yamltext.CodeValue, "a table is a text of several lines", "write table: | and its lines below")
		return nil
	}
	var header []column
	first := len(whole.Expect)
	framed := strings.HasPrefix(strings.TrimSpace(text), "|")
	at := 0
	for line := range strings.Lines(text) {
		cells := cellsOf(n, line, at, framed)
		start := at
		at += utf8.RuneCountInString(line)
		switch {
		case len(cells) == 0:
			continue
		case header == nil:
			for _, c := range cells {
				header = append(header, f.header(c, &whole))
			}
			continue
		}
		row := whole
		row.Row, row.Line = len(rows)+1, n.PosAt(start).Line
		for len(cells) > len(header) {
			if extra := cells[len(cells)-1]; extra.text != "" {
				extra.fault(codeImpossible, "the table has no column for this", "give it one in the first line")
			}
			cells = cells[:len(cells)-1]
		}
		said := f.row(&row, header, cells)
		if !said && first == 0 {
			cell{n: n, from: start, to: at - 1}.fault(yamltext.CodeMissingKey, "the row expects nothing", "fill a column such as result")
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		n.Fault(codeImpossible, "the table has no row", "write one below its first line")
	}
	return rows
}

// header reads the name of a column.
func (f *testFile) header(c cell, whole *Test) column {
	keys := f.expectable(whole)
	if points, ok := strings.CutPrefix(c.text, "points."); ok && slices.Contains(keys, "points") {
		c.from, c.text = c.from+len("points."), points
		if name, known := c.oneOf(f.names.scoreLines); known {
			return column{expect: "points." + name}
		}
		return column{}
	}
	if c.text == "now" {
		return column{now: true}
	}
	if slices.Contains(keys, c.text) && c.text != "points" {
		return column{expect: c.text}
	}
	root, _ := whole.subject()
	short, full := f.factNames(root)
	names := append([]string{"now"}, keys...)
	for _, name := range short {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if name, known := c.oneOf(names); known {
		return column{fact: full[name]}
	}
	return column{}
}

// row reads the cells of a row and says whether it expects something. An empty
// cell leaves things as they are; (empty) makes a fact empty, and expects
// nothing of the kind.
func (f *testFile) row(t *Test, header []column, cells []cell) (expects bool) {
	_, facts := t.subject()
	*facts = maps.Clone(*facts)
	if *facts == nil {
		*facts = Facts{}
	}
	for i, c := range cells {
		of := header[i]
		switch {
		case c.text == "":
		case of.now:
			t.Now = f.instant(c)
		case of.fact != "" && c.text == "(empty)":
			delete(*facts, of.fact)
		case of.fact != "":
			if v, ok := f.fact(of.fact, c); ok {
				(*facts)[of.fact] = v
			}
		case of.expect != "":
			expects = true
			if c.text == "(empty)" {
				c.text = "none"
			}
			if e, ok := f.expectation(of.expect, c, t); ok {
				t.expect(e)
			}
		}
	}
	return expects
}

// cellsOf splits a line of a table, which begins at a place in the text of its
// node. What stands behind # is a comment; a framed table has a | at both ends
// of its lines.
func cellsOf(n *yamltext.Node, line string, at int, framed bool) (cells []cell) {
	line, _, _ = strings.Cut(strings.TrimRight(line, "\n"), "#")
	if strings.TrimSpace(line) == "" {
		return nil
	}
	for part := range strings.SplitSeq(line, "|") {
		text := strings.TrimSpace(part)
		from := at + utf8.RuneCountInString(part) - utf8.RuneCountInString(strings.TrimLeft(part, " \t"))
		cells = append(cells, cell{n: n, from: from, to: from + utf8.RuneCountInString(text), text: text, inTable: true})
		at += utf8.RuneCountInString(part) + 1
	}
	if framed && cells[0].text == "" {
		cells = cells[1:]
	}
	if last := len(cells) - 1; last > 0 && cells[last].text == "" {
		cells = cells[:last]
	}
	return cells
}
