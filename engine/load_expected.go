package engine

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"callsheet/engine/internal/yamltext"
)

// What a rule test can say of a campaign's answer, and of recovery.
const (
	resultIncluded = "included"
	resultExcluded = "excluded"
	recoveryTakes  = "taken"
)

// nothing is the word of a test that expects nothing of the kind.
const nothing = "none"

// expectable are the keys that a test can expect of what it is about.
func (l *loader) expectable(t *Test) (keys []string) {
	if t.Lead != nil || t.Call == nil {
		keys = append(keys, "type", "segment", "score", "grade", "group", "points", "unknown", "recovery")
	}
	if t.Campaign != "" {
		keys = append(keys, "result", "because", "not_before", "not_after")
	}
	if t.Call != nil {
		keys = append(keys, "outcome", "status", "next", "again_at", "limit", "callback_at", "refused", "because", "transfer", "agent")
	}
	return keys
}

// expected reads what a test expects, into it.
func (l *loader) expected(o *yamltext.Object, t *Test) {
	keys := l.expectable(t)
	for _, key := range l.expectable(&Test{Lead: Facts{}, Call: Facts{}, Campaign: "any"}) {
		o.Take(key)
	}
	for _, pair := range o.Node().Pairs() {
		key := pair.Key.Text()
		elsewhere := func(t *Test) bool { return slices.Contains(l.expectable(t), key) }
		if !slices.Contains(keys, key) {
			switch {
			case elsewhere(&Test{Lead: Facts{}, Campaign: "any"}) && t.Call == nil:
				pair.Key.Fault(codeImpossible, "`"+key+"` needs a campaign", "add campaign: to the test")
			case elsewhere(&Test{Call: Facts{}}):
				pair.Key.Fault(codeImpossible, "`"+key+"` needs a call that was made", "add call: to the test")
			case t.Call != nil && elsewhere(&Test{Lead: Facts{}}):
				pair.Key.Fault(codeImpossible, "`"+key+"` needs a lead", "add lead: to the test")
			default:
				pair.Key.OneOf(keys...)
			}
			continue
		}
		l.expectedOf(key, o.Take(key), t)
	}
}

// expectedOf reads the value of one key.
func (l *loader) expectedOf(key string, n *yamltext.Node, t *Test) {
	if key == "points" {
		if n.Kind() == yamltext.Mapping && len(n.Pairs()) == 0 {
			n.Fault(yamltext.CodeMissingKey, "no points are expected", "name a rule or a group and its points")
		}
		for _, pair := range n.Object("points").Rest() {
			name, ok := cellOf(pair.Key).oneOf(l.names.scoreLines)
			e, fine := l.expectation("points."+name, cellOf(pair.Value), t)
			if ok && fine {
				t.expect(e)
			}
		}
		return
	}
	if n.Kind() != yamltext.Sequence {
		if e, ok := l.expectation(key, cellOf(n), t); ok {
			t.expect(e)
		}
		return
	}
	if key != "because" && key != "unknown" {
		n.Word() // says that it is no list
		return
	}
	words, ok := []string{}, true
	for _, item := range n.Items() {
		word, known := cellOf(item).oneOf(l.expectedWords(key, t))
		words, ok = append(words, word), ok && known
	}
	if ok {
		t.expect(Expected{Key: key, Text: WordList(words), Place: listPlace(n)})
	}
}

// WordList writes words as rule tests compare them, whatever their order.
func WordList(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

// expectation reads one value of what a test expects.
func (l *loader) expectation(key string, c cell, t *Test) (Expected, bool) {
	e := Expected{Key: key, Place: c.place()}
	switch {
	case c.n == nil:
		return e, false
	case c.text == nothing && !strings.HasPrefix(key, "points.") && key != "score" && key != "result":
		c.want(yamltext.Want{Form: yamltext.OneOfWords, Words: []string{nothing}})
		return e, true
	case key == "score" || strings.HasPrefix(key, "points."):
		v, ok := c.whole()
		e.Text = strconv.FormatInt(v, 10)
		return e, ok
	case strings.HasSuffix(key, "_at") || strings.HasPrefix(key, "not_"):
		at := l.instant(c)
		if l.book.Zone != nil {
			at = at.In(l.book.Zone)
		}
		e.Text = at.Format(TestTime)
		return e, !at.IsZero()
	case c.inTable && (key == "because" || key == "unknown"):
		words, ok := []string{}, true
		for word := range strings.SplitSeq(c.text, ",") {
			w := c
			w.text = strings.TrimSpace(word)
			name, known := w.oneOf(l.expectedWords(key, t))
			words, ok = append(words, name), ok && known
		}
		e.Text = WordList(words)
		return e, ok
	}
	var ok bool
	e.Text, ok = c.oneOf(l.expectedWords(key, t))
	return e, ok
}

// expectedWords are the words that a key can have; nil when they cannot be told.
func (l *loader) expectedWords(key string, t *Test) []string {
	switch key {
	case "type", "segment", "grade", "group", "outcome":
		return l.valuesFrom(key + "s")
	case "unknown":
		return l.names.scoreLines
	case "result":
		return []string{resultIncluded, resultExcluded}
	case "next":
		return []string{"retry", "callback", "callback_or_retry", "other_phone", "stop", "review", "transfer"}
	case "limit":
		return []string{LimitUnreachable, LimitWait, LimitFrozen}
	case "status":
		if i, ok := l.book.Schema.Index("lead.status"); ok {
			return l.book.Schema.Fields()[i].Values
		}
	case "recovery":
		file := l.nodes[recoveryFile]
		return slices.Concat(keys(child(file, "include")), keys(child(file, "exclude")), []string{recoveryTakes, NoCampaign})
	case "refused":
		return append(keys(child(l.nodes[callbacksFile], "exclude")), NoDate, InvalidDate, SameDay, InPast, TooFar, OutsideWindow)
	case "transfer":
		return keys(child(l.nodes[transfersFile], "transfers"))
	case "agent":
		names := []string{}
		for _, a := range t.Agents {
			names = append(names, a.Name)
		}
		return names
	case "because":
		return l.reasons(t)
	}
	return nil
}

// reasons are what can keep a lead out of the campaign of a test, or move the
// date of a callback.
func (l *loader) reasons(t *Test) []string {
	if t.Call != nil {
		return []string{SameDay, OutsideWindow, "repeated_hour", "missing_hour"}
	}
	file := l.nodes[campaignsFile]
	if file == nil {
		return nil
	}
	names := []string{WrongType, WrongSegment, NoGroup, OutOfCanary, NotDue}
	campaign := child(child(file, "campaigns"), t.Campaign)
	leader := child(child(file, "campaigns"), child(campaign, "follows").Text())
	for _, n := range []*yamltext.Node{campaign, leader, child(file, "defaults")} {
		names = slices.Concat(keys(child(n, "include")), keys(child(n, "exclude")), names)
	}
	return append(names, l.names.packRules...)
}

// place is where the text of a cell stands.
func (c cell) place() Place {
	at := c.n.PosAt(c.from)
	p := Place{Line: at.Line, Column: at.Column, Width: c.to - c.from, Flow: c.n.InFlow(), Cell: c.inTable}
	if c.inTable || c.n == nil {
		return p
	}
	raw := c.n.Raw()
	if c.n.Quoted() {
		p.Column--
	}
	p.Width = utf8.RuneCountInString(raw)
	if strings.Contains(raw, "\n") {
		p.Width = 0
	}
	return p
}

// listPlace is where a list on one line stands, with its brackets.
func listPlace(n *yamltext.Node) Place {
	at := n.Pos()
	p := Place{Line: at.Line, Column: at.Column, Flow: n.InFlow(), List: true}
	line := []rune(n.File().Lines()[at.Line-1])
	if at.Column > len(line) || line[at.Column-1] != '[' {
		return p
	}
	if end := slices.Index(line[at.Column-1:], ']'); end > 0 {
		p.Width = end + 1
	}
	return p
}
