package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"callsheet/engine"
)

// structural are the faults that a schema can see: keys that are unknown or
// missing, values of the wrong kind, and words that are not among the allowed.
var structural = []string{"R002", "R004", "R006", "R007", "R008"}

// beyond are the structural faults that take more than a schema knows.
var beyond = []string{
	// What is missing depends on another place of the book.
	"campaign PVI has no", "outcome unmapped is missing", "needs a delay", "the test expects nothing", "the test says neither",
	"the row expects nothing", "the case expects nothing", "no points are expected", "a file is written by a campaign",
	// Words that only a part of the file defines: its leads, columns and the like.
	"`ana` is not", "`last` is not", "`last_nam` is not", "`any_agent` is not",
	// What is written inside a text.
	"date layout", "12-32", "is not a date: ", "an order is", "table",
}

// schemasOf are the schemas of a book.
func schemasOf(t *testing.T, files engine.Sources) map[string][]byte {
	t.Helper()
	schemas, err := engine.Schemas(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// agree wants schemas and loader to be of one mind about a file: what the
// loader accepts the schema accepts, and what is structurally wrong it refuses.
// Other mistakes it may see or not.
func agree(t *testing.T, files engine.Sources, name string, schemas map[string][]byte) {
	t.Helper()
	_, err := engine.Compile(files)
	var faults *engine.Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatal(err)
	}
	value, readable := asEditorsRead(files[name])
	if !readable {
		return
	}
	editor := checkSchema(t, schemas[engine.SchemaKind(name)], value)
	switch loader, wrong := refusal(faults, name); {
	case !wrong && editor != "":
		t.Errorf("%s: the loader accepts it, the schema says %s", name, editor)
	case loader != "" && editor == "":
		t.Errorf("%s: the schema accepts it, the loader says %s", name, loader)
	}
}

// refusal is a structural fault of a file, and whether it has any fault.
func refusal(faults *engine.Faults, name string) (structure string, wrong bool) {
	if faults == nil {
		return "", false
	}
	for _, f := range faults.List {
		if f.File != name {
			continue
		}
		wrong = true
		hidden := slices.ContainsFunc(beyond, func(part string) bool { return strings.Contains(f.Message, part) })
		if slices.Contains(structural, f.Code) && !hidden {
			structure = f.Code + " " + f.Message
		}
	}
	return structure, wrong
}

func TestSchemasOfGoodBooks(t *testing.T) {
	t.Parallel()
	f0 := shippedFiles(t)
	maps.DeleteFunc(f0, func(name string, _ []byte) bool { return engine.SchemaKind(name) == "test" })
	seed := maps.Clone(f0)
	maps.Copy(f0, sources(t, "../fixtures/f0"))
	maps.Copy(seed, sources(t, "../fixtures/seed-compat"))
	for name, files := range map[string]engine.Sources{
		"shipped": shippedFiles(t), "small": small(t), "f0": f0, "seed": seed, "reference": sources(t, "reference"),
	} {
		if faults := faultsOf(t, files); faults != nil {
			t.Fatalf("%s: %q", name, faults)
		}
		schemas := schemasOf(t, files)
		for file := range files {
			agree(t, files, file, schemas)
		}
	}
}

// Whatever key is misspelt, and whatever value is of another kind, both refuse
// it.
func TestSchemasRefuseWhatTheLoaderRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("loading a thousand rule books takes long: run without -short")
	}
	t.Parallel()
	files := sources(t, "reference")
	schemas := schemasOf(t, files)
	key := regexp.MustCompile(`^( *(?:- )?)([a-z_]+):( .*)?$`)
	tried := 0
	for name, text := range files {
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			parts := key.FindStringSubmatch(line)
			if parts == nil || strings.HasPrefix(parts[2], "any_") {
				continue
			}
			for _, wrong := range []string{parts[1] + parts[2] + "z:" + parts[3], parts[1] + parts[2] + ": [{}]"} {
				changed := slices.Clone(lines)
				changed[i] = wrong
				book := maps.Clone(files)
				book[name] = []byte(strings.Join(changed, "\n"))
				tried++
				t.Run(fmt.Sprintf("%s:%d %s", name, i+1, strings.TrimSpace(wrong)), func(t *testing.T) { agree(t, book, name, schemas) })
			}
		}
	}
	if tried < 200 {
		t.Errorf("%d mistakes tried, want hundreds", tried)
	}
}

// asEditorsRead is a file as the YAML extensions of editors see it: by the core
// schema of YAML 1.2.
func asEditorsRead(text []byte) (any, bool) {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil || len(node.Content) == 0 {
		return nil, false
	}
	return plainValue(node.Content[0]), true
}

var (
	wholeForm  = regexp.MustCompile(`^[-+]?[0-9]+$`)
	numberForm = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainValue(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plainValue(item))
		}
		return list
	}
	switch text := n.Value; {
	case n.Style != 0:
		return text
	case text == "" || text == "~" || text == "null":
		return nil
	case text == "true" || text == "false":
		return text == "true"
	case wholeForm.MatchString(text) || numberForm.MatchString(text):
		v, _ := strconv.ParseFloat(text, 64)
		return v
	default:
		return text
	}
}

// checkSchema says why a value does not fit a schema; empty when it does.
func checkSchema(t *testing.T, text []byte, value any) string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	v := validator{t, root}
	return v.check(root, value, "")
}

// validator knows the part of JSON Schema (draft 7) that the schemas use, and
// fails on any other.
type validator struct {
	t    *testing.T
	root map[string]any
}

func (v validator) check(s map[string]any, value any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/definitions/")
		return v.check(v.root["definitions"].(map[string]any)[name].(map[string]any), value, at)
	}
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		if why := v.keyword(s, keyword, value, at); why != "" {
			return why
		}
	}
	return ""
}

func (v validator) keyword(s map[string]any, keyword string, value any, at string) string {
	object, _ := value.(map[string]any)
	list, _ := value.([]any)
	number, isNumber := value.(float64)
	text, isText := value.(string)
	bad := false
	switch arg := s[keyword]; keyword {
	case "$schema", "title", "description", "enumDescriptions", "defaultSnippets", "definitions":
	case "type":
		words, several := arg.([]any)
		if !several {
			words = []any{arg}
		}
		bad = !slices.ContainsFunc(words, func(word any) bool { return isOf(word.(string), value) })
	case "not":
		bad = v.check(arg.(map[string]any), value, at) == ""
	case "enum":
		bad = !slices.ContainsFunc(arg.([]any), func(word any) bool { return equalWords(word, value) })
	case "minimum":
		bad = isNumber && number < arg.(float64)
	case "maximum":
		bad = isNumber && number > arg.(float64)
	case "pattern":
		bad = isText && !regexp.MustCompile(arg.(string)).MatchString(text)
	case "anyOf":
		var why []string
		for _, one := range arg.([]any) {
			reason := v.check(one.(map[string]any), value, at)
			if reason == "" {
				return ""
			}
			why = append(why, reason)
		}
		return strings.Join(why, " and ")
	case "items":
		for i, item := range list {
			if why := v.check(arg.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i)); why != "" {
				return why
			}
		}
	case "required":
		for _, key := range arg.([]any) {
			if _, there := object[key.(string)]; object != nil && !there {
				return at + " has no " + key.(string)
			}
		}
	case "propertyNames":
		for key := range object {
			if why := v.check(arg.(map[string]any), key, at+"."+key); why != "" {
				return why
			}
		}
	case "properties", "additionalProperties":
		return v.properties(s, object, at)
	default:
		v.t.Fatalf("%s: the test does not know the keyword %s", at, keyword)
	}
	if bad {
		return fmt.Sprintf("%s: %v does not fit %s %v", at, value, keyword, s[keyword])
	}
	return ""
}

func (v validator) properties(s, object map[string]any, at string) string {
	known, _ := s["properties"].(map[string]any)
	others, open := s["additionalProperties"].(map[string]any)
	for key, value := range object {
		of, ok := known[key].(map[string]any)
		switch {
		case !ok && !open:
			return at + ": unknown key " + key
		case !ok:
			of = others
		}
		if why := v.check(of, value, at+"."+key); why != "" {
			return why
		}
	}
	return ""
}

func equalWords(a, b any) bool { return fmt.Sprintf("%T%v", a, a) == fmt.Sprintf("%T%v", b, b) }

func isOf(word string, value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return word == "object"
	case []any:
		return word == "array"
	case string:
		return word == "string"
	case bool:
		return word == "boolean"
	case float64:
		return word == "number" || word == "integer" && v == math.Trunc(v)
	}
	return word == "null"
}
