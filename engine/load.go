package engine

import (
	"crypto/sha256"
	"encoding/hex"
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
	goldenFolder  = "golden" // under rules/
)

// ruleFiles are those of which a book has one each.
func ruleFiles() []string {
	return []string{
		campaignsFile, scoringFile, fieldsFile, leadsFile, callbacksFile, wrapupsFile, recoveryFile, transfersFile,
		dialersFile, calendarsFile,
	}
}

// Load reads, checks and compiles the rule book in dir: campaigns.yaml,
// scoring.yaml and rules/. A file that dir lacks is taken from shipped, which
// may be nil; only campaigns.yaml is never inherited, and tests. Every fault
// of every file is found in one pass and returned as [*Faults]; other errors
// are of reading.
func Load(dir, shipped fs.FS) (*RuleBook, error) {
	sources, inherited, err := gather(dir, shipped)
	if err != nil {
		return nil, err
	}
	book, err := Compile(sources)
	if err != nil {
		return nil, err
	}
	book.Inherited = inherited
	return book, nil
}

// Read gives the files that [Load] compiles.
func Read(dir, shipped fs.FS) (Sources, error) {
	sources, _, err := gather(dir, shipped)
	return sources, err
}

// Compile checks and compiles the files of a rule book, by their path below
// its folder, as [Sources] gives them.
func Compile(sources Sources) (*RuleBook, error) {
	l := newLoader(sources)
	l.parse(sources)
	l.vocabulary()
	l.compile()
	l.straight()
	if found := l.faults.All(); len(found) > 0 {
		return nil, l.report(found)
	}
	l.book.Version = l.version()
	l.warn()
	return l.book, nil
}

func newLoader(sources Sources) *loader {
	l := &loader{
		faults: &yamltext.Faults{}, nodes: map[string]*yamltext.Node{}, golden: map[string]string{},
		book: &RuleBook{Files: len(sources)}, scopes: map[string]expression.Scope{},
	}
	l.book.text = text{files: l.nodes, conditions: map[*expression.Condition]*yamltext.Node{}}
	return l
}

// loader holds what is known while a book is compiled.
type loader struct {
	faults *yamltext.Faults
	// nodes are the files by name; nil for one that is there but cannot be
	// read as YAML.
	nodes map[string]*yamltext.Node
	// golden are the files of dialers that tests expect.
	golden map[string]string
	book   *RuleBook
	names  names
	// vague are the fields whose description has a fault: what an expression
	// says about one of them is not judged.
	vague []string
	reads map[int]bool
	// grounds are those of them that decide about leads and calls.
	grounds map[int]bool
	// scopes are the words that the expressions of a file know.
	scopes map[string]expression.Scope
}

// names are the words that one file defines and others use. A list that could
// not be read, which is a fault already, is nil and lets every word pass.
type names struct {
	types, segments, grades, groups, slots, campaigns, outcomes, dialers, calendars, packs, packRules, scoreLines []string
}

// parse reads every file as strict YAML and refuses those that no book has.
func (l *loader) parse(sources Sources) {
	known := ruleFiles()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if isGolden(name) {
			l.golden[name] = string(sources[name])
			continue
		}
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
	message := "no rule book has a file of this name"
	if !strings.Contains(name, "/") {
		if file, like := meant(name); like {
			message, hint = "this file is not read", "did you mean "+file+"?"
		}
	}
	l.faults.Add(yamltext.Fault{
		Code: codeUnknownFile, Pos: yamltext.Pos{File: name, Line: 1, Column: 1}, Width: 1, Message: message, Hint: hint,
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
	l.book.grounds = groundsOf(l.book, l.grounds)
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

// expr compiles an expression that must be true or false.
func (l *loader) expr(n *yamltext.Node, scope expression.Scope) *expression.Condition {
	text, ok := n.Expression()
	if !ok {
		return nil
	}
	l.scopes[n.File().Name] = scope
	compiled, faults := l.book.Schema.Condition(text, scope)
	if l.place(n, text, faults) {
		return nil
	}
	l.note(n, &compiled.Program)
	l.book.text.conditions[compiled] = n
	return compiled
}

// text is where the parts of a book stand in its files.
type text struct {
	files      map[string]*yamltext.Node
	conditions map[*expression.Condition]*yamltext.Node
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
	l.scopes[n.File().Name] = scope
	compiled, faults := l.book.Schema.Value(text, scope, want...)
	if l.place(n, text, faults) {
		return nil
	}
	l.note(n, &compiled.Program)
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
