package tree_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/tree"
)

const sellers = `sell_horizon_months,estimated_price,label
1,150000,1
2,320000,1
3,210000,1
4,180000,1
5,300000,0
6,170000,0
9,220000,0
12,260000,0
`

func read(t testing.TB, text, label string) *tree.Dataset {
	t.Helper()
	d, err := tree.Read(strings.NewReader(text), label)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func small() tree.Limits { return tree.Limits{MaxDepth: 5, MinLeaf: 1} }

func TestSellersSplitAtFourAndAHalfMonths(t *testing.T) {
	t.Parallel()
	m := tree.Learn(read(t, sellers, "label"), small(), nil)
	want := []tree.Node{
		{Column: 0, AtMost: 4.5, Left: 1, Right: 2, Rows: 8, Counts: []int64{4, 4}},
		{Column: -1, Rows: 4, Counts: []int64{0, 4}},
		{Column: -1, Rows: 4, Counts: []int64{4, 0}},
	}
	if diff := cmp.Diff(want, m.Nodes, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".code" }, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	if m.Nodes[0].Gini() != 0.5 || m.Nodes[1].Gini() != 0 || m.Nodes[1].Share(1) != 1 || m.Nodes[2].Share(1) != 0 {
		t.Errorf("impurities and shares: %v", m.Nodes)
	}
	if m.Training.Accuracy != 1 || *m.Training.AUC != 1 || *m.Training.Lift != 2 {
		t.Errorf("training %+v", m.Training)
	}
}

func TestEqualFilesGiveEqualBytes(t *testing.T) {
	t.Parallel()
	var first string
	for range 3 {
		out, err := json.MarshalIndent(tree.Learn(read(t, sellers, "label"), small(), nil), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(out)
		}
		if string(out) != first {
			t.Errorf("differs:\n%s\n%s", first, out)
		}
	}
	for _, part := range []string{`"dataset_sha256": "`, `"at_most": 4.5`, `"name": "estimated_price"`} {
		if !strings.Contains(first, part) {
			t.Errorf("%s is missing in %s", part, first)
		}
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string
		want string // the root's question
	}{
		"equal gains go to the column further left": {"a,b,label\n1,1,x\n1,1,x\n2,2,y\n", "a at most 1.5"},
		"then to the lower threshold":               {"a,label\n1,x\n2,y\n3,x\n", "a at most 1.5"},
		"a text is asked one value":                 {"role,label\nowner,1\nowner,1\ntenant,0\nheir,0\n", "role is owner"},
		"equal gains of texts go by bytes":          {"role,label\nb,1\na,0\n", "role is a"},
		"an empty number goes right":                {"a,label\n,1\n,1\n3,0\n4,0\n", "a at most 4"},
		"an empty text is no value to ask for":      {"role,label\n,1\n,1\nx,0\nx,0\n", "role is x"},
		"one word makes a column text":              {"a,label\n1,0\n1,0\nunknown,1\n", "a is 1"},
		"not-a-number is a word":                    {"a,label\n1,0\n1,0\nNaN,1\n", "a is 1"},
		"semicolons":                                {"a;b;label\n1;1,5;x\n2;1,5;y\n", "a at most 1.5"},
		"a mark of spreadsheets before the header":  {"\ufeffa,label\n1,x\n2,y\n", "a at most 1.5"},
		"an impure node is split at no gain, too":   {"a,b,label\n0,0,x\n0,1,y\n1,0,y\n1,1,x\n", "a at most 0.5"},
		"spaces around do not count":                {"a , label\n 1 , x\n 2 , y\n", "a at most 1.5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := read(t, test.file, "label")
			root := tree.Grow(d, nil, small(), nil)[0]
			got := "none"
			if root.Column >= 0 {
				c := d.Columns[root.Column]
				got = c.Name + " is " + root.Is
				if c.Numeric {
					number, _ := json.Marshal(root.AtMost)
					got = c.Name + " at most " + string(number)
				}
			}
			if got != test.want {
				t.Errorf("asked %q, want %q", got, test.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	d := read(t, "a,label\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n", "label")
	for _, limits := range []tree.Limits{{MaxDepth: 1, MinLeaf: 1}, {MaxDepth: 2, MinLeaf: 1}, {MaxDepth: 9, MinLeaf: 2}, {MaxDepth: 9, MinLeaf: 3}} {
		nodes := tree.Grow(d, nil, limits, nil)
		var depth func(at int) int
		depth = func(at int) int {
			n := nodes[at]
			if n.Column < 0 {
				if n.Rows < limits.MinLeaf {
					t.Errorf("%+v: a leaf of %d rows", limits, n.Rows)
				}
				return 0
			}
			return 1 + max(depth(n.Left), depth(n.Right))
		}
		if got := depth(0); got > limits.MaxDepth || got == 0 {
			t.Errorf("%+v: depth %d", limits, got)
		}
	}
}

func TestRowsWithoutALabelAreListed(t *testing.T) {
	t.Parallel()
	d := read(t, "a,label\n1,x\n2,\n3,y\n4, \n", "label")
	if diff := cmp.Diff([]int{3, 5}, d.Unlabelled); diff != "" || d.Rows() != 2 {
		t.Errorf("%d rows, %s", d.Rows(), diff)
	}
}

func TestFilesThatCannotBeLearnt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, want string }{
		"empty":           {"", "the file is empty: it needs a header line and rows"},
		"no such column":  {"a,b\n1,2\n", "no column label to learn: the header has a, b; name one with --label"},
		"one class":       {"a,label\n1,x\n2,x\n", "every row has the label x: a tree needs rows of two kinds at least"},
		"no label at all": {"a,label\n1,\n", "no row has a label: there is nothing to learn from"},
		"twice":           {"a,a,label\n1,1,1\n", "the header names column a twice"},
		"nameless":        {"a,,label\n1,1,1\n", "column 2 of the header has no name"},
		"ragged":          {"a,label\n1,2,3\n", "record on line 2: wrong number of fields"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tree.Read(strings.NewReader(test.file), "label")
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	broken := errors.New("the disk is gone")
	if _, err := tree.Read(failing{broken}, "label"); !errors.Is(err, broken) {
		t.Errorf("a read error became %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
