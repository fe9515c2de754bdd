package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"callsheet/engine/internal/yamltext"
)

// RuleChange is one rule, or one setting, that two rule books say differently.
type RuleChange struct {
	// Rule is the keys that lead to it from the top of its file, with points
	// between them: "campaigns.PVI.include.warm.when". Entries of lists go by
	// their names. [WholeFile] where a file is new or gone.
	Rule string
	// Before and After are what the books say on one line; empty where one does
	// not have it.
	Before, After string
	// File and Line are where it stands in the later book, of what was removed
	// in the earlier one.
	File string
	Line int
}

// WholeFile stands for the rule where all of a file is new or gone.
const WholeFile = "the whole file"

// Diff lists what differs between two rule books, tests left out, by file and
// place. Books of one version do not differ.
func Diff(before, after *RuleBook) []RuleChange {
	d := &difference{}
	names := slices.Collect(maps.Keys(before.text.files))
	for name := range after.text.files {
		if _, both := before.text.files[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !isTest(name) {
			d.node("", before.text.files[name], after.text.files[name])
		}
	}
	return d.found
}

type difference struct{ found []RuleChange }

func (d *difference) add(rule string, before, after *yamltext.Node) {
	at := after
	if at == nil {
		at = before
	}
	pos := at.Pos()
	if rule == "" {
		rule = WholeFile
	}
	d.found = append(d.found, RuleChange{Rule: rule, Before: oneLine(before), After: oneLine(after), File: pos.File, Line: pos.Line})
}

// node compares two values of one rule, one of which may be missing.
func (d *difference) node(rule string, before, after *yamltext.Node) {
	switch {
	case before == nil && after == nil:
	case before == nil || after == nil || before.Kind() != after.Kind():
		d.add(rule, before, after)
	case after.Kind() == yamltext.Mapping:
		d.entries(rule, entriesOf(before), entriesOf(after))
	case after.Kind() == yamltext.Sequence:
		d.list(rule, before, after)
	case before.Text() != after.Text():
		d.add(rule, before, after)
	}
}

// entry is a value with its name among others.
type entry struct {
	name  string
	value *yamltext.Node
}

func entriesOf(n *yamltext.Node) (all []entry) {
	for _, pair := range n.Pairs() {
		all = append(all, entry{pair.Key.Text(), pair.Value})
	}
	return all
}

// entries compares named values: first those of the later book in their order,
// then those that are gone.
func (d *difference) entries(rule string, before, after []entry) {
	under := func(name string) string { return strings.TrimPrefix(rule+"."+name, ".") }
	for _, e := range after {
		d.node(under(e.name), find(before, e.name), e.value)
	}
	for _, e := range before {
		if find(after, e.name) == nil {
			d.node(under(e.name), e.value, nil)
		}
	}
}

func find(entries []entry, name string) *yamltext.Node {
	if i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name }); i >= 0 {
		return entries[i].value
	}
	return nil
}

// list compares two lists: entry by entry where all have names, which are what
// their first key says, else as a whole. Where first match wins, another order
// of the same entries is a change too.
func (d *difference) list(rule string, before, after *yamltext.Node) {
	old, named := byName(before)
	now, namedToo := byName(after)
	if !named || !namedToo {
		if oneLine(before) != oneLine(after) {
			d.add(rule, before, after)
		}
		return
	}
	d.entries(rule, old, now)
	kept := func(list, other []entry) (names []string) {
		for _, e := range list {
			if find(other, e.name) != nil {
				names = append(names, e.name)
			}
		}
		return names
	}
	if a, b := kept(old, now), kept(now, old); !slices.Equal(a, b) {
		pos := after.Pos()
		d.found = append(d.found, RuleChange{
			Rule: rule + " (order)", Before: strings.Join(a, ", "), After: strings.Join(b, ", "), File: pos.File, Line: pos.Line,
		})
	}
}

// byName gives the entries of a list by what the first key of each says, those
// of one name in their order.
func byName(n *yamltext.Node) (all []entry, ok bool) {
	for _, item := range n.Items() {
		pairs := item.Pairs()
		if len(pairs) == 0 || pairs[0].Value.Kind() != yamltext.Scalar {
			return nil, false
		}
		name, first := pairs[0].Value.Text(), pairs[0].Value.Text()
		for n := 2; find(all, name) != nil; n++ {
			name = fmt.Sprintf("%s (%d)", first, n)
		}
		all = append(all, entry{name, item})
	}
	return all, true
}

// oneLine is a value as it could be written on one line.
func oneLine(n *yamltext.Node) string {
	switch n.Kind() {
	case yamltext.Scalar:
		return strings.Join(strings.Fields(n.Text()), " ")
	case yamltext.Mapping:
		var parts []string
		for _, pair := range n.Pairs() {
			parts = append(parts, fmt.Sprintf("%s: %s", pair.Key.Text(), oneLine(pair.Value)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yamltext.Sequence:
		var parts []string
		for _, item := range n.Items() {
			parts = append(parts, oneLine(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return ""
}
