package yamltext

import (
	"io"
	"testing"
)

// FuzzParse holds what must be true of any bytes: no panic, every place inside the file, and the runes of unquoted texts and
// text blocks at the places that PosAt says.
func FuzzParse(f *testing.F) {
	for _, src := range []string{
		"slots:\n  morning: {days: [mon, tue], from: \"10:00\"}\n", "a: |\n\n  x\n y\n", "a: !x\nb: ! y\n", "a: &x 'l''x'\nb: *x\n<<: *x\n", "when: \"FR\" in x\n",
		"a: {w: x in [1, min(a, 2)]}\n", "a: \"\\u00e9\\\n  b\n\n c\"\n", "x:\n  a: 1\n b: 2\n", "? [a]\n: - b\n", "%YAML 1.2\n---\na\n---\n", "\ufeffa: b # c\r\n\td\r\n", "a: >\n  b\n", "- - a\n  - b: c: d\n-\n",
		"--- {a: 1}\n...\nb", "a: [\"x\ny: 'z", "'': ~\n: x\n", "a: // b\n  c #\n",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		faults := &Faults{}
		root := Parse("f.yaml", src, faults)
		if root == nil && faults.Len() == 0 {
			t.Fatal("neither a tree nor a fault")
		}
		visit(t, root, faults.Len() == 0)
		root.Canonical(io.Discard)
		lines := faults.File("f.yaml").Lines()
		for _, fault := range faults.All() {
			inFile(t, fault.Pos, lines)
			if fault.Width < 1 || fault.Message == "" || Frame(fault, lines) == "" && len(lines) > 0 {
				t.Fatalf("fault without width, message or frame: %+v", fault)
			}
		}
	})
}

func inFile(t *testing.T, p Pos, lines []string) {
	t.Helper()
	if len(lines) == 0 && p.Line == 1 && p.Column == 1 {
		return
	}
	if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len([]rune(lines[p.Line-1]))+1 {
		t.Fatalf("%v is outside of the file", p)
	}
}

// visit reads every node. exact says that nothing was set aside, so that texts are those of the file.
func visit(t *testing.T, n *Node, exact bool) {
	for _, p := range n.Pairs() {
		visit(t, p.Key, exact)
		visit(t, p.Value, exact)
	}
	for _, item := range n.Items() {
		visit(t, item, exact)
	}
	if n == nil {
		return
	}
	n.Raw()
	n.Expression()
	lines := n.File().Lines()
	places := n.placing() // once: PosAt walks from the beginning of the text each time
	for i, r := range []rune(n.Text() + ".") {
		p := n.File().pos(places.place(i))
		inFile(t, p, lines)
		if !exact || i == len([]rune(n.Text())) || n.Quoted() || r == '\n' || r == ' ' {
			continue
		}
		if got := []rune(lines[p.Line-1])[p.Column-1]; got != r {
			t.Fatalf("rune %d of %q is %q, and %q stands at %v", i, n.Text(), r, got, p)
		}
	}
}
