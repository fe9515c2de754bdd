package tree_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/tree"
)

// fields are the types of columns as rules/fields.yaml has them.
type fields map[string]string

func (f fields) word(column string) (tree.Word, bool) {
	typ, ok := f[column]
	return tree.Word{
		Name: "lead." + column, Label: column, Number: typ == "number" || typ == "integer", Boolean: typ == "boolean",
	}, ok
}

// book is the shipped rule book with fields of its own and the rules of a tree
// for all its points.
func book(t *testing.T, own fields, rules string) *engine.RuleBook {
	t.Helper()
	shipped := func(name string) []byte {
		content, err := fs.ReadFile(callsheet.Shipped(), name)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	var custom strings.Builder
	for name, typ := range own {
		fmt.Fprintf(&custom, "  %s: {type: %s, custom: true, label: %s}\n", name, typ, name)
	}
	vocabulary := strings.Replace(string(shipped("rules/fields.yaml")), "lead:\n", "lead:\n"+custom.String(), 1)
	scoring := "model: tree\ngroups:\n" + rules + "grades:\n  - {grade: hot, min: 80}\n  - {grade: warm, min: 50}\n  - {grade: cold, min: 0}\n"
	b, err := engine.Load(fstest.MapFS{
		"campaigns.yaml":    {Data: shipped("campaigns.yaml")},
		"scoring.yaml":      {Data: []byte(scoring)},
		"rules/fields.yaml": {Data: []byte(vocabulary)},
	}, callsheet.Shipped())
	if err != nil {
		t.Fatalf("%v\n%s", err, scoring)
	}
	return b
}

// sameOnEveryRow checks that the points of the rules tell the class that the
// tree tells.
func sameOnEveryRow(t *testing.T, text string, own fields, limits tree.Limits) {
	t.Helper()
	m := tree.Learn(read(t, text, "label"), limits, nil)
	rules, err := tree.Rules(m, own.word)
	if err != nil {
		t.Fatal(err)
	}
	b := book(t, own, rules)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	header := strings.Split(lines[0], ",")
	batch := b.Schema.NewBatch(1)
	for row, line := range lines[1:] {
		batch.Reset(1)
		for i, cell := range strings.Split(line, ",") {
			at, known := b.Schema.Index("lead." + header[i])
			if !known || cell == "" {
				continue
			}
			var number float64
			_, err := fmt.Sscan(cell, &number)
			switch typ := own[header[i]]; {
			case typ == "text":
				batch.SetText(at, 0, cell)
			case typ == "boolean":
				batch.SetBool(at, 0, cell == "1" || cell == "true")
			case err != nil:
				t.Fatal(err)
			case typ == "integer":
				batch.SetInt(at, 0, int64(number))
			default:
				batch.SetFloat(at, 0, number)
			}
		}
		score := b.Classify(batch, time.Unix(0, 0)).Score[0]
		class := m.Nodes[tree.Leaf(m.Dataset, m.Nodes, row)].Class()
		if (score >= tree.Threshold) != (class == 1) {
			t.Fatalf("row %d (%s): %d points, the tree says class %d\n%s", row, line, score, class, rules)
		}
	}
}

func TestRulesTellWhatTheTreeTells(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		b.WriteString("size,weight,colour,sold,known,label\n")
		pick := func(words ...string) string { return words[random.IntN(len(words))] }
		for range 300 {
			size, colour := pick("", "1", "2", "3", "7", "-4"), pick("", "red", "green", "a b's", "blue")
			sold := pick("", "1", "0")
			label := random.IntN(4)
			if size == "7" || colour == "red" && sold != "1" {
				label = random.IntN(2)
			}
			fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%d\n", size, pick("", "0.5", "1.25", "100000.75", "-3"), colour, sold, pick("", "true", "false"), min(label, 1))
		}
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			own := fields{"size": "integer", "weight": "number", "colour": "text", "sold": "boolean", "known": "boolean"}
			sameOnEveryRow(t, b.String(), own, tree.Limits{MaxDepth: 6, MinLeaf: 1})
		})
	}
}

func TestRulesOfAReferenceTree(t *testing.T) {
	t.Parallel()
	text, _, _ := matrix(t, filepath.Join(referenceFolder(t), "titanic"))
	own := fields{"pclass": "integer", "sex_female": "integer", "age": "number", "sibsp": "integer", "parch": "integer", "fare": "number"}
	sameOnEveryRow(t, strings.Replace(text, "target", "label", 1), own, tree.Limits{MaxDepth: 8, MinLeaf: 1})
}

func TestRulesReadLikeThis(t *testing.T) {
	t.Parallel()
	words := func(column string) (tree.Word, bool) {
		w := tree.Word{Name: "lead." + column, Number: true}
		return w, column != "unheard_of"
	}
	got, err := tree.Rules(tree.Learn(read(t, sellers, "label"), small(), nil), words)
	if err != nil {
		t.Fatal(err)
	}
	want := `  tree:
    max: 100
    rules:
      leaf_1:
        when: |
          lead.sell_horizon_months <= 4.5
        points: 100
        say: 4 of 4 rows with label 1
`
	if !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestTreesThatMakeNoRules(t *testing.T) {
	t.Parallel()
	words := func(column string) (tree.Word, bool) {
		switch column {
		case "visits":
			return tree.Word{Name: "lead.visits", Number: true}, true
		case "role":
			return tree.Word{Name: "lead.role", Values: []string{"owner"}}, true
		}
		return tree.Word{}, false
	}
	tests := map[string]struct{ file, want string }{
		"three classes": {"visits,label\n1,a\n2,b\n3,c\n", "the label has the 3 classes a, b, c: points tell two apart; write JSON instead (--as json)"},
		"no field":      {"age,label\n1,a\n2,b\n", "column age is no field of a lead: add it to rules/fields.yaml with custom: true, or leave it out of the file"},
		"another type":  {"visits,label\nmany,a\nfew,b\n", "column visits and field lead.visits are of different types: change one of them"},
		"no such value": {"role,label\nking,a\nowner,b\n", `column role holds "king", which lead.role never is: add the value to rules/fields.yaml, or mend the file`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tree.Rules(tree.Learn(read(t, test.file, "label"), small(), nil), words)
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}
