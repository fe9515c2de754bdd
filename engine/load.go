package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// Names of the rule files, below the folder of a book.
const (
	campaignsFile = "campaigns.yaml"
	scoringFile   = "scoring.yaml"
	fieldsFile    = "rules/fields.yaml"
	leadsFile     = "rules/leads.yaml"
	callbacksFile = "rules/callbacks.yaml"
	wrapupsFile   = "rules/wrapups.yaml"
	recoveryFile  = "rules/recovery.yaml"
	transfersFile = "rules/transfers.yaml"
	dialersFile   = "rules/dialers.yaml"
	calendarsFile = "rules/calendars.yaml"
	packsFolder   = "rules/packs/"
)

// Load reads, checks and compiles the rule book in dir: campaigns.yaml,
// scoring.yaml and rules/. A file that dir lacks is taken from shipped, which
// may be nil; only campaigns.yaml is never inherited, and tests. Every fault
// of every file is found in one pass and returned as [*Faults]; other errors
// are of reading.
func Load(dir, shipped fs.FS) (*RuleBook, error) {
	sources, err := gather(dir, shipped)
	if err != nil {
		return nil, err
	}
	return Compile(sources)
}

// Compile checks and compiles the files of a rule book, by their path below
// its folder, as [Sources] gives them.
func Compile(sources Sources) (*RuleBook, error) {
	l := &loader{faults: &yamltext.Faults{}, nodes: map[string]*yamltext.Node{}, book: &RuleBook{Files: len(sources)}}
	l.parse(sources)
	l.vocabulary()
	l.compile()
	if found := l.faults.All(); len(found) > 0 {
		return nil, l.report(found)
	}
	l.book.Version = l.version()
	return l.book, nil
}

// Sources is the text of the files of a rule book, by path.
type Sources map[string][]byte

// loader holds what is known while a book is compiled.
type loader struct {
	faults *yamltext.Faults
	// nodes are the files by name; nil for one that is there but cannot be
	// read as YAML.
	nodes map[string]*yamltext.Node
	book  *RuleBook
	names names
	// vague are the fields whose description has a fault: what an expression
	// says about one of them is not judged.
	vague []string
	reads map[int]bool
}

// names are the words that one file defines and others use. A list that could
// not be read, which is a fault already, is nil and lets every word pass.
type names struct {
	types, segments, grades, groups, slots, campaigns, outcomes, dialers, calendars, packs, packRules, scoreLines []string
}

// gather reads the files of a book: the shipped ones, each replaced by the
// book's own. Tests are never inherited.
func gather(dir, shipped fs.FS) (Sources, error) {
	own, err := read(dir)
	if err != nil {
		return nil, err
	}
	if shipped == nil {
		return own, nil
	}
	all, err := read(shipped)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(all, func(name string, _ []byte) bool { return name == campaignsFile || isTest(name) })
	maps.Copy(all, own)
	return all, nil
}

// read finds the rule files of a folder: the two at its top, and every YAML
// file under rules/ whose name does not begin with a dot.
func read(dir fs.FS) (Sources, error) {
	files := Sources{}
	for _, name := range []string{campaignsFile, scoringFile} {
		text, err := fs.ReadFile(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		default:
			files[name] = text
		}
	}
	if _, err := fs.Stat(dir, "rules"); errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, files.walk(dir, "rules")
}

// walk adds the YAML files of a folder and of those in it. Links are followed,
// because a mounted Kubernetes ConfigMap is made of them; one that leads back
// ends at the limit of levels.
func (s Sources) walk(dir fs.FS, folder string) error {
	const levels = 6
	if strings.Count(folder, "/") >= levels {
		return fmt.Errorf("%s: folders of rule files are nested too deeply, or a link leads back", folder)
	}
	entries, err := fs.ReadDir(dir, folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := s.visit(dir, path.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s Sources) visit(dir fs.FS, name string) error {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil && isYAML(name):
		return err
	case err != nil:
		return nil
	case info.IsDir() && isYAML(name):
		return fmt.Errorf("%s is a folder with the name of a rule file: rename it", name)
	case info.IsDir():
		return s.walk(dir, name)
	case isYAML(name):
		s[name], err = fs.ReadFile(dir, name)
	}
	return err
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func isTest(name string) bool {
	folder := path.Dir(name)
	return (folder == "rules" || folder == "rules/recorded") && strings.HasSuffix(name, "_test.yaml")
}

func isPack(name string) bool {
	return strings.HasPrefix(name, packsFolder) && strings.HasSuffix(name, ".yaml")
}

// parse reads every file as strict YAML and refuses those that no book has.
func (l *loader) parse(sources Sources) {
	known := []string{
		campaignsFile, scoringFile, fieldsFile, leadsFile, callbacksFile, wrapupsFile, recoveryFile, transfersFile,
		dialersFile, calendarsFile,
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if !slices.Contains(known, name) && !isTest(name) && !isPack(name) {
			l.unknownFile(name, known)
			continue
		}
		l.nodes[name] = yamltext.Parse(name, sources[name], l.faults)
	}
}

func (l *loader) unknownFile(name string, known []string) {
	hint := "rule files are " + strings.Join(known[2:], ", ") + ", rules/packs/NAME.yaml and rules/NAME_test.yaml"
	if best, ok := yamltext.Suggest(strings.TrimSuffix(name, path.Ext(name))+".yaml", known); ok {
		hint = "did you mean " + best + "?"
	}
	l.faults.Add(yamltext.Fault{
		Code: codeUnknownFile, Pos: yamltext.Pos{File: name, Line: 1, Column: 1}, Width: 1,
		Message: "no rule book has a file of this name", Hint: hint,
	})
}

// compile reads each file into the book. The order matters only where one
// file's things are looked up from another: calendars before campaigns and
// packs, dialers before campaigns.
func (l *loader) compile() {
	l.calendars()
	l.packs()
	l.leads()
	l.scoring()
	l.dialers()
	l.campaigns()
	l.wrapups()
	l.callbacks()
	l.recovery()
	l.transfers()
	l.tests()
	l.book.Reads = slices.Sorted(maps.Keys(l.reads))
}

// version is the hash of what the files mean.
func (l *loader) version() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if isTest(name) {
			continue
		}
		_, _ = io.WriteString(h, name+"\n")
		l.nodes[name].Canonical(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// note remembers the columns that a compiled expression reads.
func (l *loader) note(columns []int) {
	for _, c := range columns {
		l.reads[c] = true
	}
	l.book.Rules++
}

// expr compiles an expression that must be true or false.
func (l *loader) expr(n *yamltext.Node, scope expression.Scope) *expression.Condition {
	text, ok := n.Expression()
	if !ok {
		return nil
	}
	compiled, faults := l.book.Schema.Condition(text, scope)
	if l.place(n, text, faults) {
		return nil
	}
	l.note(compiled.Fields())
	return compiled
}

// value compiles an expression that gives a value of one of the types.
func (l *loader) value(n *yamltext.Node, scope expression.Scope, want ...expression.Type) *expression.Value {
	text, ok := n.Expression()
	if !ok {
		return nil
	}
	return l.valueOf(n, text, scope, want...)
}

func (l *loader) valueOf(n *yamltext.Node, text string, scope expression.Scope, want ...expression.Type) *expression.Value {
	compiled, faults := l.book.Schema.Value(text, scope, want...)
	if l.place(n, text, faults) {
		return nil
	}
	l.note(compiled.Fields())
	return compiled
}

// place reports the faults of an expression where they stand in the file.
// Those that only follow from a fault in rules/fields.yaml are left out.
func (l *loader) place(n *yamltext.Node, text string, faults []expression.Fault) bool {
	follows := slices.ContainsFunc(l.vague, func(field string) bool { return strings.Contains(text, field) })
	for _, f := range faults {
		if !follows && !(l.unreadable(fieldsFile) && f.Code == expression.CodeUnknownField) {
			n.FaultAt(f.From, f.To, f.Code, f.Message, f.Hint)
		}
	}
	return len(faults) > 0
}

// unreadable says that a file is there and was refused as YAML.
func (l *loader) unreadable(name string) bool {
	node, there := l.nodes[name]
	return there && node == nil
}

// into stores what a reader of a node gives, when it gives something.
func into[T any](field *T) func(T, bool) {
	return func(value T, ok bool) {
		if ok {
			*field = value
		}
	}
}

// named reads a word that stands for something defined elsewhere.
func named(n *yamltext.Node, names []string) (string, bool) {
	if names == nil {
		return n.Word()
	}
	return n.OneOf(names...)
}

// references reads a list of names that are defined elsewhere.
func references(n *yamltext.Node, names []string) []string {
	var words []string
	items, _ := n.List("this")
	for _, item := range items {
		if word, ok := named(item, names); ok {
			words = append(words, word)
		}
	}
	unique(items)
	return words
}

// some is references to one thing at least: what an empty list would mean is
// said in another way, which hint tells.
func some(n *yamltext.Node, names []string, hint string) []string {
	if n.Kind() == yamltext.Sequence && len(n.Items()) == 0 {
		n.Fault(codeImpossible, "this list is empty", hint)
	}
	return references(n, names)
}

// texts reads a list of texts, none of them empty and none twice.
func texts(n *yamltext.Node) []string {
	words, _ := n.Texts()
	unique(n.Items())
	for _, item := range n.Items() {
		if item.Kind() == yamltext.Scalar && !item.Spoiled() && item.Text() == "" {
			item.Fault(yamltext.CodeValue, "an empty text stands for nothing here", "leave it out")
		}
	}
	return words
}

// unique refuses a text that stands twice in a list.
func unique(items []*yamltext.Node) {
	seen := map[string]bool{}
	for _, item := range items {
		if text := item.Text(); text != "" {
			if seen[text] {
				item.Fault(codeTwice, text+" stands twice in this list", "delete one of them")
			}
			seen[text] = true
		}
	}
}
