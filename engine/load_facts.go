package engine

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// cell is one value of a rule test, behind a key or in a table.
type cell struct {
	n        *yamltext.Node // nil: there is none that can be read
	from, to int            // its place in the text of the node, in characters
	text     string
	inTable  bool
}

// cellOf is the whole text of a scalar.
func cellOf(n *yamltext.Node) cell {
	text, ok := n.Word()
	if !ok {
		return cell{}
	}
	return cell{n: n, to: utf8.RuneCountInString(text), text: text}
}

func (c cell) fault(code, message, hint string) { c.n.FaultAt(c.from, c.to, code, message, hint) }

// want tells what is wanted of the value; of a cell of a table nobody asks.
func (c cell) want(w yamltext.Want) {
	if !c.inTable {
		c.n.Want(w)
	}
}

// oneOf reads one of the names, any word when nobody knows them.
func (c cell) oneOf(names []string) (string, bool) {
	if names != nil {
		c.want(yamltext.Want{Form: yamltext.OneOfWords, Words: names})
	}
	if c.n == nil || names == nil || slices.Contains(names, c.text) {
		return c.text, c.n != nil
	}
	hint := "nothing is allowed here"
	if len(names) > 0 {
		hint = "allowed: " + strings.Join(names, ", ")
	}
	if meant, ok := yamltext.Suggest(c.text, names); ok {
		hint = fmt.Sprintf("did you mean `%s`? %s", meant, hint)
	}
	c.fault(yamltext.CodeValue, fmt.Sprintf("`%s` is not one of the words allowed here", c.text), hint)
	return "", false
}

// whole reads a whole number.
func (c cell) whole() (int64, bool) {
	c.want(yamltext.Want{Form: yamltext.AWhole, Lowest: math.MinInt32, Highest: math.MaxInt32})
	v, err := strconv.ParseInt(c.text, 10, 32)
	if err != nil {
		c.fault(yamltext.CodeValue, fmt.Sprintf("`%s` is not a whole number", c.text), "write for instance 10")
	}
	return v, err == nil
}

// factsOf lead, call or agent is a mapping of its fields to their values.
const factsOf = "facts of "

// facts reads the facts of a test's lead, call or agent over those given.
func (l *loader) facts(n *yamltext.Node, root string, over Facts) Facts {
	all := maps.Clone(over)
	if all == nil {
		all = Facts{}
	}
	n.Want(yamltext.Want{Form: factsOf + root})
	for _, pair := range n.Object("the facts of a " + root).Rest() {
		name, ok := l.knownFact(cellOf(pair.Key), root)
		if !ok {
			continue
		}
		if pair.Value.Kind() == yamltext.Sequence && l.typeOf(name) == expression.TextList {
			if words, fine := pair.Value.Texts(); fine {
				all[name] = words
			}
		} else if value, fine := l.fact(name, cellOf(pair.Value)); fine {
			all[name] = value
		}
	}
	return all
}

func (l *loader) typeOf(name string) expression.Type {
	if i, known := l.book.Schema.Index(name); known {
		return l.book.Schema.Fields()[i].Type
	}
	return expression.Text
}

// fact reads the value of a field.
func (l *loader) fact(name string, c cell) (any, bool) {
	if c.n == nil {
		return nil, false
	}
	switch l.typeOf(name) {
	case expression.Boolean:
		word, ok := c.oneOf([]string{"true", "false"})
		return word == "true", ok
	case expression.Integer:
		return c.wholeFact()
	case expression.Number:
		v, err := strconv.ParseFloat(c.text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			c.fault(yamltext.CodeValue, c.text+" is no number", "write for instance 450000")
			return nil, false
		}
		return v, true
	case expression.Time:
		t := l.instant(c)
		return t, !t.IsZero()
	case expression.TextList:
		words := strings.Split(c.text, ",")
		for i := range words {
			words[i] = strings.TrimSpace(words[i])
		}
		return words, true
	case expression.Choice:
		i, _ := l.book.Schema.Index(name)
		return c.choice(l.book.Schema.Fields()[i].Values)
	}
	return c.text, true
}

func (c cell) wholeFact() (any, bool) {
	v, ok := c.whole()
	return v, ok
}

func (c cell) choice(values []string) (any, bool) {
	if len(values) == 0 {
		return c.text, true
	}
	word, ok := c.oneOf(values)
	return word, ok
}

// testTimes is the pattern of the times in tests.
const testTimes = `^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$`

// instant reads a time, which is local without an offset.
func (l *loader) instant(c cell) time.Time {
	if c.n == nil {
		return time.Time{}
	}
	c.want(yamltext.Want{Form: yamltext.AText, Pattern: testTimes})
	zone := l.book.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{TestTime, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, c.text, zone); err == nil {
			return t
		}
	}
	t, err := time.Parse(time.RFC3339, c.text)
	if err != nil {
		c.fault(yamltext.CodeValue, c.text+" is no time", "write for instance 2026-11-23T10:00:00")
	}
	return t
}

// factNames are the names of the facts of a lead, call or agent, and the fields
// that they stand for.
func (l *loader) factNames(root string) (names []string, full map[string]string) {
	full = map[string]string{}
	for _, f := range l.book.Fields {
		owner, name, _ := strings.Cut(f.Name, ".")
		if owner == root || root == "lead" && owner == "contact" {
			names = append(names, name)
			full[name] = f.Name
		}
	}
	if root == "call" { // as the dialer sends it, before it is read
		for _, name := range []string{CallbackDate, CallResult} {
			names = append(names, name)
			full[name] = name
		}
	}
	return names, full
}

func (l *loader) knownFact(c cell, root string) (name string, ok bool) {
	if l.unreadable(fieldsFile) {
		return "", false
	}
	names, full := l.factNames(root)
	short, ok := c.oneOf(names)
	return full[short], ok
}
