package yamltext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parse reads a source that must give a tree.
func parse(t *testing.T, src string) (*Node, *Faults) {
	t.Helper()
	faults := &Faults{}
	root := Parse("f.yaml", []byte(src), faults)
	if root == nil {
		t.Fatalf("no tree: %v", faults.All())
	}
	return root, faults
}

// at returns the value under the keys, or list positions, of a path such as "a.b.0".
func at(t *testing.T, n *Node, path string) *Node {
	t.Helper()
	for step := range strings.SplitSeq(path, ".") {
		next := child(n, step)
		if next == nil {
			t.Fatalf("nothing at %q of %q", step, path)
		}
		n = next
	}
	return n
}

func child(n *Node, step string) *Node {
	for i, item := range n.Items() {
		if fmt.Sprint(i) == step {
			return item
		}
	}
	for _, p := range n.Pairs() {
		if p.Key.Text() == step {
			return p.Value
		}
	}
	return nil
}

// told writes faults as "line:column+width CODE message | hint".
func told(faults *Faults) []string {
	var lines []string
	for _, f := range faults.All() {
		lines = append(lines, fmt.Sprintf("%d:%d+%d %s %s | %s", f.Pos.Line, f.Pos.Column, f.Width, f.Code, f.Message, f.Hint))
	}
	return lines
}

func wantTold(t *testing.T, faults *Faults, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, told(faults)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
