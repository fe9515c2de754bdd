package yamltext

import (
	"fmt"
	"slices"
	"strings"
)

// Object reads a mapping key by key and knows which keys were asked for.
type Object struct {
	node    *Node
	what    string
	known   []string // in the order asked for
	missing []string // needed and not there
}

// Object begins to read a mapping. what names it in messages ("campaign PVI"); for another kind of node the fault
// "campaign PVI must be a mapping (key: value), not a list" is reported and the object is empty.
func (n *Node) Object(what string) *Object {
	if n != nil && n.kind != Mapping {
		n.Fault(CodeKind, fmt.Sprintf("%s must be a mapping (key: value), not %s", what, n.kind), "write `key: value` lines, indented below it")
		n = nil
	}
	o := &Object{node: n, what: what}
	o.keys()
	return o
}

// Node returns the mapping, nil when there is none.
func (o *Object) Node() *Node { return o.node }

// Take returns the value of a key, nil when the key is not there, and makes the key a known one.
func (o *Object) Take(key string) *Node {
	o.ask(key, false)
	return o.take(key)
}

func (o *Object) take(key string) *Node {
	if !slices.Contains(o.known, key) {
		o.known = append(o.known, key)
	}
	for _, p := range o.node.Pairs() {
		if p.Key.text == key {
			return p.Value
		}
	}
	return nil
}

// Need is Take for a key that must be there; Close reports a missing one at the beginning of the mapping.
func (o *Object) Need(key string) *Node {
	o.ask(key, true)
	value := o.take(key)
	if value == nil {
		o.missing = append(o.missing, key)
	}
	return value
}

// Rest returns the pairs that were not taken, in file order: the entries of a mapping whose keys are names.
func (o *Object) Rest() []Pair {
	if k := o.keys(); k != nil {
		k.Names = true
	}
	return o.rest()
}

func (o *Object) rest() []Pair {
	var rest []Pair
	for _, p := range o.node.Pairs() {
		if !slices.Contains(o.known, p.Key.text) {
			rest = append(rest, p)
		}
	}
	return rest
}

// Close reports every key that was not taken as unknown, with the one that was probably meant and the list of those
// that exist, and every needed key that is missing, unless an unknown one is it, misspelt.
func (o *Object) Close() {
	for _, p := range o.rest() {
		p.Key.Fault(CodeUnknownKey, fmt.Sprintf("unknown key `%s` in %s", p.Key.text, o.what), choiceHint(p.Key.text, o.known))
		if meant, ok := Suggest(p.Key.text, o.known); ok {
			o.missing = slices.DeleteFunc(o.missing, func(key string) bool { return key == meant })
		}
	}
	for _, key := range o.missing {
		o.node.Fault(CodeMissingKey, fmt.Sprintf("%s has no `%s`", o.what, key), fmt.Sprintf("add a line `%s: ...`", key))
	}
}

// choiceHint offers what may stand instead of a word.
func choiceHint(word string, allowed []string) string {
	list := "allowed: " + strings.Join(allowed, ", ")
	if len(allowed) == 0 {
		list = "nothing is allowed here"
	}
	if meant, ok := Suggest(word, allowed); ok {
		return fmt.Sprintf("did you mean `%s`? %s", meant, list)
	}
	return list
}
