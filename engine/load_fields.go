package engine

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// vocabulary finds the names that the files define and makes the schema that
// every expression is compiled against: the built-in fields, as
// rules/fields.yaml describes them, and its custom ones.
func (l *loader) vocabulary() {
	l.reads, l.grounds = map[int]bool{}, map[int]bool{}
	l.collectNames()
	l.zone()
	v := &vocabulary{known: map[string]*Field{}}
	for _, b := range builtins() {
		v.add(&Field{Field: expression.Field{
			Name: b.name, Type: b.typ, Required: b.required, Label: b.label, Unit: b.unit, Personal: b.personal,
			Values: slices.Concat(b.values, l.valuesFrom(b.valuesFrom)),
		}, ImportAs: b.importAs})
	}
	for _, root := range l.nodes[fieldsFile].Object(fieldsFile).Rest() {
		l.describe(root, v)
	}
	plain := make([]expression.Field, len(v.order))
	for i, name := range v.order {
		l.book.Fields = append(l.book.Fields, *v.known[name])
		plain[i] = v.known[name].Field
	}
	schema, err := expression.NewSchema(plain, l.book.Zone)
	if err != nil { // cannot be: names are checked where they are read
		l.nodes[fieldsFile].Fault(codeBuiltin, err.Error(), "")
		schema, _ = expression.NewSchema(nil, l.book.Zone)
	}
	l.book.Schema = schema
	l.book.columns = columnsOf(schema)
	zones, err := zonesAround(l.book.Zone)
	if err != nil {
		l.nodes[campaignsFile].Fault(codeUnknownName, err.Error(), "")
	}
	l.book.zones = zones
}

// vocabulary is the fields found so far.
type vocabulary struct {
	known map[string]*Field
	order []string
}

func (v *vocabulary) add(f *Field) {
	v.known[f.Name] = f
	v.order = append(v.order, f.Name)
}

// importers are the words that imports take for a field of a lead, each with
// the field.
func (v *vocabulary) importers() map[string]string {
	words := map[string]string{}
	for _, name := range v.order {
		if _, bare, _ := strings.Cut(name, "."); strings.HasPrefix(name, "lead.") || strings.HasPrefix(name, "contact.") {
			words[bare] = name
		}
		for _, word := range v.known[name].ImportAs {
			words[word] = name
		}
	}
	return words
}

// describe reads the fields of one root: lead, contact, call, ...
func (l *loader) describe(root yamltext.Pair, v *vocabulary) {
	name, ok := root.Key.OneOf("lead", "contact", "call", "slot", "campaign", "agent")
	if !ok {
		return
	}
	for _, pair := range root.Value.Object("the fields of " + name).Rest() {
		full := name + "." + pair.Key.Text()
		o := pair.Value.Object("field " + full)
		before := l.faults.Len()
		f := l.field(full, o)
		l.imports(o.Take("import_as"), full, v)
		switch known := v.known[full]; {
		case known != nil:
			l.refine(pair.Key, o, known, f)
		case l.newField(pair.Key, f, v):
			if l.faults.Len() > before {
				l.vague = append(l.vague, full)
			}
			v.add(&f)
		}
		o.Close()
	}
}

// newField judges a field that is not built in, and says whether expressions
// could name it: then it is added, so that they are not blamed for its faults.
func (l *loader) newField(key *yamltext.Node, f Field, v *vocabulary) bool {
	root, name, _ := strings.Cut(f.Name, ".")
	switch {
	case !f.Custom:
		hint := "write custom: true if this field is your own"
		if best, ok := yamltext.Suggest(f.Name, v.order); ok {
			hint = "did you mean " + best + "? For a field of your own write custom: true"
		}
		key.Fault(codeUnknownName, f.Name+" is no built-in field", hint)
	case root != "lead":
		key.Fault(codeUnknownName, "own fields belong to lead, not to "+root, "move it under lead:")
	case v.importers()[name] != "":
		key.Fault(codeTwice, "imports already fill "+v.importers()[name]+" from a column "+name, "choose another name")
	case !wellFormed(name):
		key.Fault(codeUnknownName, name+" cannot be the name of a field", "use small letters, digits and _, beginning with a letter: notary_ready")
	}
	return wellFormed(name)
}

// wellFormed says whether an expression can name a field so.
func wellFormed(name string) bool {
	for i, r := range name {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return name != ""
}

// field reads one entry of rules/fields.yaml.
func (l *loader) field(name string, o *yamltext.Object) Field {
	f := Field{Field: expression.Field{Name: name, Type: expression.Text}}
	types := []string{"text", "choice", "integer", "number", "boolean", "time", "phone", "text_list"}
	if word, ok := o.Need("type").OneOf(types...); ok {
		f.Type = expressionType(word)
	}
	into(&f.Required)(o.Take("required").Bool())
	into(&f.Custom)(o.Take("custom").Bool())
	into(&f.Personal)(o.Take("personal").Bool())
	into(&f.Label)(o.Take("label").Word())
	into(&f.Unit)(o.Take("unit").Word())
	f.ImportAs = texts(o.Take("import_as"))
	l.fieldValues(o, &f)
	return f
}

// fieldValues reads what a choice may hold: a list, or the names that another
// file defines.
func (l *loader) fieldValues(o *yamltext.Object, f *Field) {
	values, from := o.Take("values"), o.Take("values_from")
	f.Values = texts(values)
	if list, ok := from.OneOf("types", "segments", "grades", "groups", "outcomes", "slots", "campaigns"); ok {
		f.Values = l.valuesFrom(list)
	}
	switch {
	case values != nil && from != nil:
		from.Fault(codeImpossible, "a field has either values or values_from", "delete one of them")
	case f.Type != expression.Choice && cmp.Or(values, from) != nil:
		cmp.Or(values, from).Fault(codeImpossible, "only a choice has a list of values", "write type: choice")
	case f.Type == expression.Choice && cmp.Or(values, from) == nil || values.Kind() == yamltext.Sequence && len(values.Items()) == 0:
		cmp.Or(values, o.Node()).Fault(codeImpossible, "a choice needs the values it may hold", "write for instance values: [low, high]")
	}
}

// imports refuses a column name that two fields would be filled from.
func (l *loader) imports(n *yamltext.Node, field string, v *vocabulary) {
	words := v.importers()
	for _, item := range n.Items() {
		if other := words[item.Text()]; other != "" && other != field {
			item.Fault(codeTwice, "imports already fill "+other+" from a column "+item.Text(), "choose another name")
		}
	}
}

// refine lets the book describe a built-in field: more values for a choice,
// a label, a unit, and that it is always filled. What the program itself relies
// on must stay.
func (l *loader) refine(key *yamltext.Node, o *yamltext.Object, known *Field, f Field) {
	built := builtinOf(known.Name)
	if n := o.Take("type"); f.Type != known.Type && n != nil && !n.Spoiled() {
		n.Fault(codeBuiltin, known.Name+" is built in as "+known.Type.String()+": its type cannot change", "write type: "+known.Type.String())
	}
	if f.Custom {
		key.Fault(codeBuiltin, known.Name+" is a built-in field", "leave out custom: true, or choose another name")
	}
	if n := o.Take("required"); n != nil && built.required && !f.Required {
		n.Fault(codeBuiltin, known.Name+" is always filled", "write required: true, or leave it out")
	}
	if n := o.Take("values_from"); n != nil && n.Text() != built.valuesFrom {
		n.Fault(codeBuiltin, known.Name+" takes its values from "+cmp.Or(built.valuesFrom, "a list"), "leave out values_from")
	}
	if n := o.Take("values"); n != nil && known.Type == expression.Choice {
		l.refineValues(n, built, known, f)
	}
	known.Required = known.Required || f.Required
	known.Personal = known.Personal || f.Personal
	known.Unit, known.Label = cmp.Or(f.Unit, known.Unit), cmp.Or(f.Label, known.Label)
	if len(f.ImportAs) > 0 {
		known.ImportAs = f.ImportAs
	}
}

// refineValues takes over the values of a built-in choice: its own, and more.
func (l *loader) refineValues(n *yamltext.Node, built builtin, known *Field, f Field) {
	if built.valuesFrom != "" {
		n.Fault(codeBuiltin, known.Name+" takes its values from "+built.valuesFrom, "write values_from: "+built.valuesFrom)
		return
	}
	for _, value := range built.values {
		if !slices.Contains(f.Values, value) {
			n.Fault(codeBuiltin, known.Name+" can hold "+value+", which is missing here", "add "+value+" to the list")
		}
	}
	known.Values = f.Values
}

func expressionType(word string) expression.Type {
	for _, t := range []expression.Type{
		expression.Text, expression.Choice, expression.Integer, expression.Number, expression.Boolean, expression.Time,
		expression.Phone, expression.TextList,
	} {
		if t.String() == word {
			return t
		}
	}
	return expression.Text
}

// zone reads the time zone of the book, which every date in it needs.
func (l *loader) zone() {
	n := child(l.nodes[campaignsFile], "time_zone")
	name, ok := n.Word()
	if !ok {
		name = "UTC"
	}
	zone, err := calendar.LoadZone(name)
	if err != nil {
		n.Fault(codeUnknownName, err.Error(), "")
		zone, _ = calendar.LoadZone("UTC")
	}
	l.book.Zone = zone
}
