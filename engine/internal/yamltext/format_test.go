package yamltext

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, src, want string }{
		{"two blanks a level", "a:\n    b:\n        c: 1\n    d: 2\n", "a:\n  b:\n    c: 1\n  d: 2\n"},
		{"a list is indented below its key", "a:\n- x\n-   k: 1\n    l: 2\n", "a:\n  - x\n  - k: 1\n    l: 2\n"},
		{"lists in lists", "a:\n  -  - x\n     - y\n  - z\n", "a:\n  - - x\n    - y\n  - z\n"},
		{"blanks in brackets", "a: [ x,y , z ]\nb: { k: 1,l: 2 }\n", "a: [x, y, z]\nb: {k: 1, l: 2}\n"},
		{"what is aligned stays", "a:   {k:  1,   l: 2}\nbcd: {k: 10,  l: 2}\n", "a:   {k:  1,   l: 2}\nbcd: {k: 10,  l: 2}\n"},
		{"quotes", "a: 'x'\nb: \"x y\"\nc: '10:00'\nd: 'yes'\ne: 'say \"x\"'\n\"f\": ''\n", "a: x\nb: x y\nc: \"10:00\"\nd: \"yes\"\ne: say \"x\"\nf: \"\"\n"},
		{"quotes that are needed", "a: 'x: y'\nb: '\"x\" y'\nc: ['a,b', 'c']\nd: 'x #1'\n", "a: \"x: y\"\nb: '\"x\" y'\nc: [\"a,b\", c]\nd: \"x #1\"\n"},
		{"blanks and lines at the end", "a: 1  \n   \nb: 2\t\n\n\n", "a: 1\n\nb: 2\n"},
		{"no line end", "a: 1", "a: 1\n"},
		{"comments stay in their columns", "a:\n    b: 'x'  # one\n    cde: y  # two\n    # of f\n    f: 1\n# end\n", "a:\n  b: x      # one\n  cde: y    # two\n  # of f\n  f: 1\n# end\n"},
		{"a text block moves as a whole", "a:\n    b: |\n          x\n            y  \n\n          z\n    c: 1\n", "a:\n  b: |\n    x\n      y  \n\n    z\n  c: 1\n"},
		{"a value of several lines", "a:\n    b: [x,\n        y]\n    c: one\n      two\n    d:\n        three\n", "a:\n  b: [x,\n      y]\n  c: one\n    two\n  d:\n    three\n"},
		{"a text block that tells its indentation", "a:\n    b: |-2\n        x\n    c: |1\n      y\n", "a:\n  b: |-2\n      x\n  c: |1\n    y\n"},
		{"quotes behind a comma", "a: [x,'z','']\n", "a: [x, z, \"\"]\n"},
		{"a comment below a text block", "a:\n      b: |\n            x\n          # y\n      c: |\n            z\n        # end\n", "a:\n  b: |\n    x\n  # y\n  c: |\n    z\n  # end\n"},
		{"a value of several lines, the first furthest right", "a:\n  b:\n      x\n    - y\n  c: 1\n", "a:\n  b:\n    x\n    - y\n  c: 1\n"},
		{"line ends of Windows", "a: 'x'\r\nb: 1\r\n", "a: x\r\nb: 1\r\n"},
		{"a negation that YAML takes for a tag", "w:\n  when: !lead.in_wallet   # not theirs\n  say: x\n", "w:\n  when: |  # not theirs\n    !lead.in_wallet\n  say: x\n"},
		{"an expression cut at a number sign", "a: lead.city == \"a #1\"\n", "a: |\n  lead.city == \"a #1\"\n"},
		{"an expression with a second colon", "a: lead.visits > 1 ? 2 : 3\nb: lead.city == \"a: b\"\n", "a: |\n  lead.visits > 1 ? 2 : 3\nb: |\n  lead.city == \"a: b\"\n"},
		{"an expression that begins with a quote", "a:\n  - \"FR\" in lead.tags\n", "a:\n  - |\n    \"FR\" in lead.tags\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, faults, err := Format("f.yaml", []byte(c.src))
			if err != nil || faults.Len() > 0 {
				t.Fatal(err, faults.All())
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			formatted(t, got)
		})
	}
}

// What cannot be read comes back as it is, with the reason.
func TestFormatLeavesAloneWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"a: [x\n", "a: 1\na:  2\n", "a: *x\n", "say: what: this\n", "a: {w: !lead.x}\n", ""} {
		got, faults, err := Format("f.yaml", []byte(src))
		if err != nil || faults.Len() == 0 || string(got) != src {
			t.Errorf("%q became %q, with %d faults and %v; want it as it was, with a fault", src, got, faults.Len(), err)
		}
	}
}

// formatted wants a text that is formatted already to stay as it is.
func formatted(t *testing.T, text []byte) {
	t.Helper()
	again, _, err := Format("f.yaml", text)
	if diff := cmp.Diff(string(text), string(again)); err != nil || diff != "" {
		t.Fatalf("formatted twice: %v (-once +twice)\n%s", err, diff)
	}
}

// ruleFiles are the rule files of this repository.
func ruleFiles(tb testing.TB) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	for _, folder := range []string{"../../..", "../../testdata/book", "../../../fixtures/f0", "../../../fixtures/seed-compat"} {
		for _, pattern := range []string{"*.yaml", "rules/*.yaml", "rules/packs/*.yaml"} {
			names, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				tb.Fatal(err)
			}
			for _, name := range names {
				if files[name], err = os.ReadFile(name); err != nil {
					tb.Fatal(err)
				}
			}
		}
	}
	if len(files) < 30 {
		tb.Fatalf("%d rule files found, want more", len(files))
	}
	return files
}

func TestRuleFilesOfTheRepositoryAreFormatted(t *testing.T) {
	t.Parallel()
	for name, src := range ruleFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			formatted(t, src)
		})
	}
}

// However a file is disarranged, as long as it can be read: it means the same
// afterwards, keeps its comments, and is formatted for good.
func TestFormatOfDisarrangedFiles(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	files := ruleFiles(t)
	readable := 0
	for _, name := range slices.Sorted(mapKeys(files)) {
		for range 30 {
			src := disarranged(random, files[name])
			faults := &Faults{}
			root := Parse(name, src, faults)
			if faults.Len() > 0 || mend(faults, root) != nil {
				continue
			}
			readable++
			got, _, err := Format(name, src)
			if err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			after := Parse(name, got, &Faults{})
			if !bytes.Equal(meaning(root), meaning(after)) {
				t.Fatalf("%s means something else\n%s", name, src)
			}
			formatted(t, got)
		}
	}
	if readable < 200 {
		t.Errorf("only %d of the disarranged files can be read", readable)
	}
}

func mapKeys(files map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	}
}

func meaning(n *Node) []byte {
	var b bytes.Buffer
	n.Canonical(&b)
	return b.Bytes()
}

// disarranged is a file with other layout here and there, and now and then with
// a character too many or too few.
func disarranged(random *rand.Rand, src []byte) []byte {
	lines := strings.Split(string(src), "\n")
	wide := 1 + random.IntN(3)
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		lines[i] = strings.Repeat(" ", (len(line)-len(text))*wide) + text
		switch random.IntN(20) {
		case 0:
			lines[i] += "   "
		case 1:
			lines[i] = strings.Replace(lines[i], ", ", ",", 1)
		case 2:
			lines[i] = strings.Replace(lines[i], "[", "[  ", 1)
		case 3:
			lines[i] = strings.ReplaceAll(lines[i], `"`, `'`)
		case 4:
			lines[i] += "\n# a remark"
		case 5:
			lines[i] = strings.Replace(lines[i], "- ", "-    ", 1)
		case 6:
			lines[i] = strings.Replace(lines[i], ": ", ":    ", 1)
		}
	}
	text := []byte(strings.Join(lines, "\n"))
	if random.IntN(2) == 0 {
		at := random.IntN(len(text))
		text = slices.Concat(text[:at], []byte{"# '\"-:,[]\n"[random.IntN(10)]}, text[at+random.IntN(2):])
	}
	return text
}

// FuzzFormat holds what must be true of any bytes that can be read.
func FuzzFormat(f *testing.F) {
	for _, src := range ruleFiles(f) {
		if len(src) < 500 {
			f.Add(src)
		}
	}
	f.Add([]byte("x:\n    'a': [b,\n      'c' ] # d\n    e: { f: \"g\", h: i }\n- - a\n"))
	f.Add([]byte("- - a\n  - 'b'\n-\n  - c\n"))
	f.Add([]byte("a: |2\n    x\nb: |-\n\n   y\n\n# z\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		faults := &Faults{}
		root := Parse("f.yaml", src, faults)
		got, after, err := Format("f.yaml", src)
		if err != nil {
			t.Fatal(err)
		}
		if after.Len() > 0 {
			return
		}
		formatted(t, got)
		if faults.Len() > 0 || mend(faults, root) != nil {
			return
		}
		if !bytes.Equal(meaning(root), meaning(Parse("f.yaml", got, &Faults{}))) {
			t.Fatalf("%q means something else than %q", got, src)
		}
	})
}
