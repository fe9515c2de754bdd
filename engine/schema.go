package engine

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// reference is a rule book that has every key once, with what it means behind
// it. Names that a book chooses itself begin with any_ there.
//
//go:embed reference
var reference embed.FS

// SchemaKind is the kind of a rule file for which there is a schema, such as
// campaigns, pack or test; empty for a file that no book has.
func SchemaKind(file string) string {
	switch {
	case isTest(file):
		return "test"
	case isPack(file):
		return "pack"
	case slices.Contains(ruleFiles(), file):
		return strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return ""
}

// Schemas are the JSON Schemas (draft 7) of the files of a rule book, by kind.
// They are made of what the loader asks for when it reads a book that has every
// key, and of the words of this book, whose faults do not matter here. seen
// says what stored leads hold of a field; it may be nil.
func Schemas(sources Sources, seen func(field string) string) (map[string][]byte, error) {
	books, err := fs.Sub(reference, "reference")
	if err != nil {
		return nil, err
	}
	every, err := read(books)
	if err != nil {
		return nil, err
	}
	model := newLoader(every)
	wants := model.faults.Listen()
	model.parse(every)
	model.vocabulary()
	model.compile()
	if found := model.faults.All(); len(found) > 0 {
		return nil, model.report(found)
	}
	own := newLoader(sources)
	own.parse(sources)
	own.vocabulary()
	if seen == nil {
		seen = func(string) string { return "" }
	}
	schemas := map[string][]byte{}
	for file, root := range model.nodes {
		m := schemaMaker{wants: wants, file: file, words: listing{own}, remarks: remarksIn(root)}
		s, err := m.whole(root, model.scopes[file], seen)
		if err != nil {
			return nil, err
		}
		if schemas[SchemaKind(file)], err = json.MarshalIndent(s, "", "  "); err != nil {
			return nil, err
		}
	}
	return schemas, nil
}

// schema is a JSON Schema, and what editors need besides to help.
type schema struct {
	Schema           string             `json:"$schema,omitempty"`
	Title            string             `json:"title,omitempty"`
	Description      string             `json:"description,omitempty"`
	Ref              string             `json:"$ref,omitempty"`
	Type             any                `json:"type,omitempty"` // a word or several
	Not              *schema            `json:"not,omitempty"`
	Enum             []any              `json:"enum,omitempty"`
	EnumDescriptions []string           `json:"enumDescriptions,omitempty"`
	Minimum          *int               `json:"minimum,omitempty"`
	Maximum          *int               `json:"maximum,omitempty"`
	Pattern          string             `json:"pattern,omitempty"`
	AnyOf            []*schema          `json:"anyOf,omitempty"`
	Items            *schema            `json:"items,omitempty"`
	Properties       map[string]*schema `json:"properties,omitempty"`
	Required         []string           `json:"required,omitempty"`
	Names            *schema            `json:"propertyNames,omitempty"`
	Others           any                `json:"additionalProperties,omitempty"` // a schema, or false
	Snippets         []snippet          `json:"defaultSnippets,omitempty"`
	Definitions      map[string]*schema `json:"definitions,omitempty"`
}

// snippet is what an editor offers while an expression is typed.
type snippet struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Body        string `json:"body"`
}

// schemaMaker makes the schema of one file.
type schemaMaker struct {
	wants   *yamltext.Wants
	file    string
	words   listing
	remarks remarks
	sorts   map[string][]*yamltext.Node // the mappings of each sort
}

func (m *schemaMaker) whole(root *yamltext.Node, knows expression.Scope, seen func(string) string) (*schema, error) {
	m.sorts = map[string][]*yamltext.Node{}
	m.collect(root)
	s, err := m.of([]*yamltext.Node{root})
	if err != nil {
		return nil, err
	}
	s.Schema, s.Title = "http://json-schema.org/draft-07/schema#", SchemaKind(m.file)
	fields := m.words.l.book.Fields
	s.Definitions = map[string]*schema{"expression": expressionSchema(fields, knows, seen)}
	for _, root := range []string{"lead", "call", "agent"} {
		s.Definitions[root] = m.words.facts(root, seen)
	}
	used, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(s.Definitions, func(name string, _ *schema) bool { return !strings.Contains(string(used), ref(name)) })
	return s, nil
}

func ref(definition string) string { return "#/definitions/" + definition }

// of is the schema of what may stand in a place, of which the nodes are
// examples.
func (m *schemaMaker) of(nodes []*yamltext.Node) (*schema, error) {
	scalars, lists, mappings := byKind(nodes)
	alternatives := m.scalars(scalars)
	if len(lists) > 0 {
		var items []*yamltext.Node
		for _, n := range lists {
			items = append(items, n.Items()...)
		}
		s, err := m.of(items)
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, &schema{Type: "array", Items: s})
	}
	ways, err := m.mappings(mappings)
	if err != nil {
		return nil, err
	}
	switch alternatives = append(alternatives, ways...); len(alternatives) {
	case 0:
		return nil, fmt.Errorf("%s: nobody reads this", nodes[0].Pos())
	case 1:
		return alternatives[0], nil
	}
	return &schema{AnyOf: alternatives}, nil
}

func byKind(nodes []*yamltext.Node) (scalars, lists, mappings []*yamltext.Node) {
	for _, n := range nodes {
		switch n.Kind() {
		case yamltext.Mapping:
			mappings = append(mappings, n)
		case yamltext.Sequence:
			lists = append(lists, n)
		default:
			scalars = append(scalars, n)
		}
	}
	return scalars, lists, mappings
}

// scalars are the forms that a value may have. Lists of words make one.
func (m *schemaMaker) scalars(nodes []*yamltext.Node) (forms []*schema) {
	var words []choiceWord
	var found []yamltext.Want
	closed := true
	for _, n := range nodes {
		for _, w := range m.asked(n) {
			switch {
			case w.Form == yamltext.OneOfWords:
				list, known := m.words.all(w.Words)
				words, closed = append(words, list...), closed && known
			case !slices.ContainsFunc(found, func(f yamltext.Want) bool { return f.Form == w.Form && f.Pattern == w.Pattern }):
				found = append(found, w)
			}
		}
	}
	if !closed {
		return []*schema{anyText()}
	}
	if len(words) > 0 {
		forms = append(forms, oneOf(words))
	}
	for _, w := range found {
		forms = append(forms, formSchema(w))
	}
	return forms
}

// asked is what was wanted of a node. A text with a pattern was read as a text
// too, which says less.
func (m *schemaMaker) asked(n *yamltext.Node) []yamltext.Want {
	wants := m.wants.Values[n]
	plain := func(w yamltext.Want) bool { return w.Form == yamltext.AText && w.Pattern == "" }
	if slices.ContainsFunc(wants, func(w yamltext.Want) bool { return !plain(w) }) {
		wants = slices.DeleteFunc(slices.Clone(wants), plain)
	}
	return wants
}

func formSchema(w yamltext.Want) *schema {
	switch w.Form {
	case yamltext.ARule:
		return &schema{Ref: ref("expression")}
	case yamltext.AWhole:
		return &schema{Type: []string{"integer", "string"}, Minimum: &w.Lowest, Maximum: &w.Highest, Pattern: `^-?[0-9]+$`}
	case yamltext.ABoolean:
		return &schema{Type: []string{"boolean", "string"}, Pattern: `^(true|false)$`}
	case yamltext.ALength:
		return &schema{Type: "string", Pattern: `^[0-9]+[mhd]$`}
	case yamltext.APercentage:
		return &schema{Type: "string", Pattern: `^[0-9.]*[0-9][0-9.]*%$`}
	}
	if w.Pattern != "" {
		return &schema{Type: []string{"string", "number"}, Pattern: w.Pattern}
	}
	return anyText()
}

// anyText is a value of any kind: rule files read each as the text it is
// written in.
func anyText() *schema { return &schema{Not: &schema{Type: []string{"object", "array", "null"}}} }

// mappings are the ways in which a mapping is read: where the keys that the
// loader asks for differ, the mapping is of another sort.
func (m *schemaMaker) mappings(nodes []*yamltext.Node) (ways []*schema, err error) {
	var sorts []string
	one := map[string]*yamltext.Node{}
	here := map[string][]*yamltext.Node{}
	there := map[string]bool{}
	for _, n := range nodes {
		sort := m.sort(n)
		if one[sort] == nil {
			sorts = append(sorts, sort)
			one[sort] = n
		}
		here[sort] = append(here[sort], n)
		for _, p := range n.Pairs() {
			there[p.Key.Text()] = true
		}
	}
	for _, sort := range sorts {
		n := one[sort]
		if root := m.facts(n); root != "" {
			ways = append(ways, &schema{Ref: ref(root)})
			continue
		}
		examples := here[sort]
		if keys := m.wants.Keys[n]; keys != nil && !keys.Names {
			examples = m.sorts[sort]
		}
		s, err := m.mapping(examples, there)
		if err != nil {
			return nil, err
		}
		ways = append(ways, s)
	}
	return ways, nil
}

// sort tells mappings of which the loader asks different things apart.
func (m *schemaMaker) sort(n *yamltext.Node) string {
	keys := m.wants.Keys[n]
	if keys == nil {
		return m.facts(n)
	}
	return m.facts(n) + fmt.Sprint(keys.Names, slices.Sorted(slices.Values(keys.Known)))
}

// collect finds the mappings of each sort: one is read in the same way wherever
// it stands, so that its keys need be in the reference once.
func (m *schemaMaker) collect(n *yamltext.Node) {
	if n.Kind() == yamltext.Mapping {
		m.sorts[m.sort(n)] = append(m.sorts[m.sort(n)], n)
	}
	for _, p := range n.Pairs() {
		m.collect(p.Value)
	}
	for _, item := range n.Items() {
		m.collect(item)
	}
}

// facts says whose facts a mapping holds; empty for another one.
func (m *schemaMaker) facts(n *yamltext.Node) string {
	for _, w := range m.wants.Values[n] {
		if root, ok := strings.CutPrefix(w.Form, factsOf); ok {
			return root
		}
	}
	return ""
}

// mapping is the schema of mappings that are read in one way. there are the
// keys that stand in one of any way: a key that only those of another way have
// tells the ways apart.
func (m *schemaMaker) mapping(nodes []*yamltext.Node, there map[string]bool) (*schema, error) {
	s := &schema{Type: "object", Others: false}
	first := m.wants.Keys[nodes[0]]
	if first == nil {
		return nil, fmt.Errorf("%s: nobody reads this mapping", nodes[0].Pos())
	}
	values := map[string][]*yamltext.Node{}
	var keys, others []*yamltext.Node
	for _, n := range nodes {
		for _, p := range n.Pairs() {
			if slices.Contains(first.Known, p.Key.Text()) {
				values[p.Key.Text()] = append(values[p.Key.Text()], p.Value)
			} else {
				keys, others = append(keys, p.Key), append(others, p.Value)
			}
		}
	}
	for _, key := range first.Known {
		switch {
		case values[key] == nil && !there[key]:
			return nil, fmt.Errorf("%s: the reference has no key %s here: write it with what it means into engine/reference/%s", nodes[0].Pos(), key, m.file)
		case values[key] == nil:
			continue
		}
		value, err := m.meant(values[key], key)
		if err != nil {
			return nil, err
		}
		if s.Properties == nil {
			s.Properties = map[string]*schema{}
		}
		s.Properties[key] = value
	}
	s.Required = m.needed(nodes)
	if len(others) == 0 {
		return s, nil
	}
	if names := m.scalars(keys); len(names) > 0 && names[0].Enum != nil {
		s.Names = &schema{Enum: names[0].Enum, EnumDescriptions: names[0].EnumDescriptions}
	}
	value, err := m.meant(others, keys[0].Text())
	s.Others = value
	return s, err
}

// needed are the keys that every one of the mappings must have.
func (m *schemaMaker) needed(nodes []*yamltext.Node) []string {
	needed := slices.Clone(m.wants.Keys[nodes[0]].Needed)
	for _, n := range nodes {
		needed = slices.DeleteFunc(needed, func(key string) bool { return !slices.Contains(m.wants.Keys[n].Needed, key) })
	}
	return needed
}

// meant is the schema of the values of a key, with what the key means.
func (m *schemaMaker) meant(values []*yamltext.Node, key string) (*schema, error) {
	s, err := m.of(values)
	if err != nil {
		return nil, err
	}
	if s.Description = m.remarks.of(values, key); s.Description == "" {
		return nil, fmt.Errorf("%s: the reference does not say what %s means", values[0].Pos(), key)
	}
	return s, nil
}

// remarks are the comments behind keys, by line; and of each key the first.
type remarks struct {
	lines map[*yamltext.Node]string // by the value
	first map[string]string
}

var comment = regexp.MustCompile(`  # (.+)$`)

func remarksIn(root *yamltext.Node) remarks {
	m := remarks{map[*yamltext.Node]string{}, map[string]string{}}
	m.collect(root)
	return m
}

func (m remarks) collect(n *yamltext.Node) {
	for _, p := range n.Pairs() {
		line := p.Key.File().Lines()[p.Key.Pos().Line-1]
		if said := comment.FindStringSubmatch(line); said != nil && !p.Key.InFlow() {
			m.lines[p.Value] = said[1]
			if kind := kindOfKey(p.Key.Text()); m.first[kind] == "" {
				m.first[kind] = said[1]
			}
		}
		m.collect(p.Value)
	}
	for _, item := range n.Items() {
		m.collect(item)
	}
}

// kindOfKey puts the names that a book chooses itself together: any_slot_late
// is an any_slot.
func kindOfKey(key string) string {
	if rest, ok := strings.CutPrefix(key, anyName); ok {
		kind, _, _ := strings.Cut(rest, "_")
		return anyName + kind
	}
	return key
}

func (m remarks) of(values []*yamltext.Node, key string) string {
	for _, n := range values {
		if m.lines[n] != "" {
			return m.lines[n]
		}
	}
	return m.first[kindOfKey(key)]
}
