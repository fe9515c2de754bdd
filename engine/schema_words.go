package engine

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// anyName begins the names in the reference that stand for all those of their
// kind that a book has: any_slot for its slots.
const anyName = "any_"

// listing knows the names that a book has, also one with faults.
type listing struct{ l *loader }

// choiceWord is a word that may be chosen, and what the book says of it.
type choiceWord struct{ text, label string }

// all are words with the names of the book in the place of any_ ones. ok is
// false when the book leaves open which they are.
func (b listing) all(words []string) (all []choiceWord, ok bool) {
	for _, word := range words {
		kind, own := strings.CutPrefix(kindOfKey(word), anyName)
		if !own {
			all = append(all, choiceWord{text: word})
			continue
		}
		names := b.names(kind)
		if names == nil {
			return nil, false
		}
		for _, name := range names {
			all = append(all, choiceWord{name, b.label(kind, name)})
		}
	}
	return all, true
}

// names are those of one kind; nil when they are not known, or are those of a
// part of a file.
func (b listing) names(kind string) []string {
	l, n := b.l, &b.l.names
	switch kind {
	case "type", "segment", "grade", "group", "outcome", "slot", "campaign":
		return l.valuesFrom(kind + "s")
	case "dialer":
		return n.dialers
	case "calendar":
		return n.calendars
	case "pack":
		return n.packs
	case "rule":
		return n.packRules
	case "points":
		return n.scoreLines
	case "transfer":
		return keys(child(l.nodes[transfersFile], "transfers"))
	case "status":
		if i, ok := l.book.Schema.Index("lead.status"); ok {
			return l.book.Schema.Fields()[i].Values
		}
	case "refusal":
		return keys(child(l.nodes[callbacksFile], "exclude"))
	case "recovery":
		file := l.nodes[recoveryFile]
		return slices.Concat(keys(child(file, "include")), keys(child(file, "exclude")))
	case "condition":
		file := l.nodes[campaignsFile]
		names := []string{}
		blocks := []*yamltext.Node{child(file, "defaults")}
		for _, pair := range child(file, "campaigns").Pairs() {
			blocks = append(blocks, pair.Value)
		}
		for _, block := range blocks {
			names = slices.Concat(names, keys(child(block, "include")), keys(child(block, "exclude")))
		}
		return names
	}
	return nil
}

// oneOf is one of the words, each with what it is called.
func oneOf(words []choiceWord) *schema {
	s := &schema{}
	told := false
	for _, w := range words {
		if slices.Contains(s.Enum, any(w.text)) {
			continue
		}
		told = told || w.label != ""
		s.Enum, s.EnumDescriptions = append(s.Enum, w.text), append(s.EnumDescriptions, w.label)
		if n, err := strconv.Atoi(w.text); err == nil { // an editor takes it for a number
			s.Enum, s.EnumDescriptions = append(s.Enum, n), append(s.EnumDescriptions, w.label)
		}
	}
	if !told {
		s.EnumDescriptions = nil
	}
	return s
}

// label is what the book says of a name.
func (b listing) label(kind, name string) string {
	campaigns := b.l.nodes[campaignsFile]
	in := func(list *yamltext.Node, key string) string { return child(child(list, name), key).Text() }
	switch kind {
	case "campaign":
		return in(child(campaigns, "campaigns"), "label")
	case "calendar":
		return in(child(b.l.nodes[calendarsFile], "calendars"), "label")
	case "slot":
		slots := child(campaigns, "slots")
		return in(slots, "from") + " to " + in(slots, "to")
	case "type", "segment":
		for _, item := range child(b.l.nodes[leadsFile], kind+"s").Items() {
			if child(item, kind).Text() == name {
				return child(item, "say").Text()
			}
		}
	}
	return ""
}

// facts is the mapping of the fields of a lead, call or agent to their values.
func (b listing) facts(root string, seen func(string) string) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}, Others: false}
	names, full := b.l.factNames(root)
	for _, name := range names {
		value := anyText()
		if i := slices.IndexFunc(b.l.book.Fields, func(f Field) bool { return f.Name == full[name] }); i >= 0 {
			f := &b.l.book.Fields[i]
			value = factSchema(f)
			value.Description = describeField(f, seen(f.Name))
		}
		s.Properties[name] = value
	}
	return s
}

// factSchema is what the loader reads as a value of the field.
func factSchema(f *Field) *schema {
	switch f.Type {
	case expression.Boolean:
		return formSchema(yamltext.Want{Form: yamltext.ABoolean})
	case expression.Integer:
		return formSchema(yamltext.Want{Form: yamltext.AWhole, Lowest: math.MinInt32, Highest: math.MaxInt32})
	case expression.Number:
		return &schema{Type: []string{"number", "string"}, Pattern: `^[-+0-9.eE_]+$`}
	case expression.Time:
		return formSchema(yamltext.Want{Form: yamltext.AText, Pattern: testTimes})
	case expression.TextList:
		return &schema{AnyOf: []*schema{{Type: "array", Items: anyText()}, anyText()}}
	case expression.Choice:
		if len(f.Values) > 0 {
			return oneOf(choiceWords(f.Values))
		}
	}
	return anyText()
}

func choiceWords(values []string) []choiceWord {
	words := make([]choiceWord, len(values))
	for i, value := range values {
		words[i].text = value
	}
	return words
}

// describeField says what a field is, and what the leads hold of it.
func describeField(f *Field, seen string) string {
	text := f.Label + " (" + f.Type.String()
	if f.Unit != "" {
		text += ", " + f.Unit
	}
	text += ")"
	if len(f.Values) > 0 {
		text += ": " + strings.Join(f.Values, ", ")
	}
	if !f.Required {
		text += "; may be empty"
	}
	if seen != "" {
		text += ". In the leads: " + seen
	}
	return strings.TrimSpace(text)
}

// expressionSchema offers the words that expressions of a file know.
func expressionSchema(fields []Field, knows expression.Scope, seen func(string) string) *schema {
	s := anyText()
	for i := range fields {
		f := &fields[i]
		if knows.Denied != nil {
			if _, denied := knows.Denied(f.Name); denied {
				continue
			}
		}
		body := f.Name
		if len(f.Values) > 0 {
			body += ` == "${1|` + strings.Join(f.Values, ",") + `|}"`
		}
		s.Snippets = append(s.Snippets, snippet{f.Name, describeField(f, seen(f.Name)), body})
	}
	return s
}
