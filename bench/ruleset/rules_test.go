package ruleset

import (
	"slices"
	"testing"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// The hundred rules share predicates as the rules of a real book do.
func TestHundredOverlap(t *testing.T) {
	t.Parallel()
	var all []string
	for _, src := range Hundred() {
		tree, err := parser.Parse(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		all = append(all, atoms(tree.Node)...)
	}
	slices.Sort(all)
	distinct := len(slices.Compact(slices.Clone(all)))
	if len(all) < 290 || len(all) > 310 || distinct < 130 || distinct > 150 {
		t.Errorf("%d predicates, %d distinct; want about 300 and 140", len(all), distinct)
	}
}

// atoms are the predicates of a condition.
func atoms(n ast.Node) []string {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "or") {
		return append(atoms(b.Left), atoms(b.Right)...)
	}
	return []string{n.String()}
}

// Every field is read by the hundred rules, so that no column is for show.
func TestHundredReadsAllFields(t *testing.T) {
	t.Parallel()
	read, err := Read(Hundred()...)
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != len(Fields()) {
		t.Errorf("%d of %d fields are read", len(read), len(Fields()))
	}
}

// An empty field is written out where a language has no third value, once for
// predicates that share it.
func TestEmptyIsWrittenOut(t *testing.T) {
	t.Parallel()
	l := NewExpr()
	for _, c := range []struct {
		name, src, want string
		empty           Unknown
	}{
		{"never empty", `lead.visits > 2`, `visits > 2`, Never},
		{"fails", `lead.visits > 2`, `(visits != nil && visits > 2)`, Fails},
		{"holds", `lead.visits > 2`, `(visits == nil || visits > 2)`, Holds},
		{"one test for two", `lead.visits > 2 and lead.visits < 9`, `(visits != nil && visits > 2 && visits < 9)`, Fails},
		{"or", `lead.visits > 2 or lead.rooms > 3`, `((visits != nil && visits > 2) || (rooms != nil && rooms > 3))`, Fails},
		{"two fields", `lead.rooms + lead.visits > 8`, `(rooms != nil && visits != nil && rooms + visits > 8)`, Fails},
		{"exclusion of two", `lead.visits > 2 and lead.rooms > 3`, `((visits == nil || visits > 2) && (rooms == nil || rooms > 3))`, Holds},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := l.Condition(c.src, c.empty)
			if err != nil || got != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
}
