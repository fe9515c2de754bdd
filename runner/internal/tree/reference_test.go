package tree_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/tree"
)

// reference is a published tree as arrays, one place a node.
type reference struct {
	Feature     []int     `json:"feature"`
	Threshold   []float64 `json:"threshold"`
	Left        []int     `json:"left"`
	Right       []int     `json:"right"`
	Rows        []int     `json:"n_node_samples"`
	ClassCounts [][]int64 `json:"class_counts"`
}

func referenceFolder(t testing.TB) string {
	t.Helper()
	data := os.Getenv("CALLSHEET_TEST_DATA")
	if data == "" {
		t.Skip("CALLSHEET_TEST_DATA is not set: the reference trees are not at hand")
	}
	return filepath.Join(data, "tree-reference")
}

// unpacked is the text of a gzip file.
func unpacked(t testing.TB, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// matrix is a reference dataset without its row numbers, and which of its rows
// train and test.
func matrix(t testing.TB, folder string) (text string, train, test []int32) {
	t.Helper()
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(unpacked(t, filepath.Join(folder, "matrix.csv.gz"))), "\n") {
		_, rest, _ := strings.Cut(line, ",")
		b.WriteString(rest + "\n")
		switch row := int32(i - 1); {
		case row < 0:
		case row%5 == 0:
			test = append(test, row)
		default:
			train = append(train, row)
		}
	}
	return b.String(), train, test
}

// Every node of the published trees, whose ties are settled by the same rule,
// is ours, to the last bit of its threshold; and so are their predictions.
func TestReferenceTrees(t *testing.T) {
	t.Parallel()
	root := referenceFolder(t)
	files, err := filepath.Glob(filepath.Join(root, "*", "*.tree.json"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d reference trees in %s, %v", len(files), root, err)
	}
	for _, file := range files {
		folder, name := filepath.Dir(file), strings.TrimSuffix(filepath.Base(file), ".tree.json")
		t.Run(filepath.Base(folder)+"/"+name, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want struct{ Exact reference }
			if err := json.Unmarshal(content, &want); err != nil {
				t.Fatal(err)
			}
			text, train, test := matrix(t, folder)
			d := read(t, text, "target")
			depth, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(name, "_leaf50"), "depth"))
			if err != nil {
				t.Fatal(err)
			}
			limits := tree.Limits{MaxDepth: depth, MinLeaf: 1}
			if strings.HasSuffix(name, "_leaf50") {
				limits.MinLeaf = 50
			}
			nodes := tree.Grow(d, train, limits, nil)
			if diff := cmp.Diff(want.Exact, arrays(nodes)); diff != "" {
				t.Fatal(diff)
			}
			comparePredictions(t, unpacked(t, filepath.Join(folder, name+".predictions.csv.gz")), d, nodes, test)
		})
	}
}

func arrays(nodes []tree.Node) reference {
	var r reference
	for i := range nodes {
		n := &nodes[i]
		left, right := n.Left, n.Right
		if n.Column < 0 {
			left, right = -1, -1
		}
		r.Feature, r.Threshold = append(r.Feature, n.Column), append(r.Threshold, n.AtMost)
		r.Left, r.Right = append(r.Left, left), append(r.Right, right)
		r.Rows, r.ClassCounts = append(r.Rows, n.Rows), append(r.ClassCounts, n.Counts)
	}
	return r
}

// comparePredictions compares the leaf and class of each test row.
func comparePredictions(t *testing.T, text string, d *tree.Dataset, nodes []tree.Node, test []int32) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	at, ok := column["exact_leaf"]
	if !ok {
		t.Fatalf("no column exact_leaf in %v", rows[0])
	}
	if len(rows)-1 != len(test) {
		t.Fatalf("%d predictions for %d rows", len(rows)-1, len(test))
	}
	for i, row := range test {
		if want, got := rows[i+1][at], strconv.Itoa(tree.Leaf(d, nodes, int(row))); got != want {
			t.Fatalf("row %d ends in leaf %s, want %s", row, got, want)
		}
	}
}

// The published figures of three trees on their test rows.
func TestReferenceQuality(t *testing.T) {
	t.Parallel()
	root := referenceFolder(t)
	tests := []struct {
		set                 string
		depth               int
		accuracy, auc, lift float64
	}{
		{"breast_cancer", 3, 0.877193, 0.867568, 1.120},
		{"titanic", 3, 0.786260, 0.825835, 2.545},
		{"titanic", 8, 0.759542, 0.797825, 0},
		{"bank_numeric", 3, 0.901554, 0.758962, 4.301},
		{"bank_numeric", 5, 0.899854, 0.790450, 0},
	}
	for _, test := range tests {
		text, train, held := matrix(t, filepath.Join(root, test.set))
		d := read(t, text, "target")
		q := tree.Measure(d, tree.Grow(d, train, tree.Limits{MaxDepth: test.depth, MinLeaf: 1}, nil), held)
		near := func(what string, got, want, within float64) {
			if math.Abs(got-want) > within {
				t.Errorf("%s depth %d: %s %v, want %v", test.set, test.depth, what, got, want)
			}
		}
		near("accuracy", q.Accuracy, test.accuracy, 1e-6)
		near("area", *q.AUC, test.auc, 1e-6)
		if test.lift > 0 {
			near("lift", *q.Lift, test.lift, 1e-3)
		}
	}
}

func BenchmarkGrow(b *testing.B) {
	text, train, _ := matrix(b, filepath.Join(referenceFolder(b), "bank_numeric"))
	d := read(b, text, "target")
	b.ReportAllocs()
	for b.Loop() {
		tree.Grow(d, train, tree.Limits{MaxDepth: 5, MinLeaf: 1}, nil)
	}
}
