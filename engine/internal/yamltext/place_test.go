package yamltext

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPosAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, src, path, text, places string }{
		{"plain", "a: lead.x > 1\n", "a", "lead.x > 1", "1:4 1:5 1:6 1:7 1:8 1:9 1:10 1:11 1:12 1:13 1:14"},
		{"plain over lines", "a: é b\n   c\n\n   d\n", "a", "é b c\nd", "1:4 1:5 1:6 1:7 2:4 2:5 4:4 4:5"},
		{"single quoted", "a: 'l''é'  # x\n", "a", "l'é", "1:5 1:6 1:8 1:9"},
		{"double quoted", `a: "\u00e9\x41\\z"`, "a", "éA\\z", "1:5 1:11 1:15 1:17 1:18"},
		{"double quoted with escaped line end", "a: \"x\\\n   y\"\n", "a", "xy", "1:5 2:4 2:5"},
		{"quoted and empty", "a: ''\n", "a", "", "1:5"},
		{"block", "a: | # c\n   x\n     y\n", "a", "x\n  y", "2:4 2:5 3:4 3:5 3:6 3:7"},
		{"block that begins with a blank line", "a: |\n\n  x\n\n", "a", "\nx", "2:1 3:3 3:4"},
		{"block with a fixed indentation", "a: |2\n    x\n", "a", "  x", "2:3 2:4 2:5 2:6"},
		{"list item", "- 'x'\n- y\n", "1", "y", "2:3 2:4"},
		{"between braces", "{k: [é, \"x\"]}\n", "k.1", "x", "1:10 1:11"},
		{"byte order mark and CRLF", "\ufeffa: |\r\n  x\r\n  y\r\n", "a", "x\ny", "2:3 2:4 3:3 3:4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root, faults := parse(t, c.src)
			wantTold(t, faults)
			n := at(t, root, c.path)
			if n.Text() != c.text {
				t.Fatalf("text %q, want %q", n.Text(), c.text)
			}
			var got []string
			for i := range len([]rune(c.text)) + 1 {
				p := n.PosAt(i)
				got = append(got, fmt.Sprintf("%d:%d", p.Line, p.Column))
			}
			if s := strings.Join(got, " "); s != c.places {
				t.Errorf("places\n got %s\nwant %s", s, c.places)
			}
			if n.Pos() != n.PosAt(0) {
				t.Errorf("Pos %v differs from PosAt(0) %v", n.Pos(), n.PosAt(0))
			}
		})
	}
}

func TestPosOfCollections(t *testing.T) {
	t.Parallel()
	root, _ := parse(t, "# c\na:\n  b: {c: 1}\n  d: [x]\n")
	for path, want := range map[string]string{"a": "f.yaml:3:3", "a.b": "f.yaml:3:6", "a.d": "f.yaml:4:6"} {
		if got := at(t, root, path).Pos().String(); got != want {
			t.Errorf("%s stands at %s, want %s", path, got, want)
		}
	}
}

func TestRaw(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"a: x y  # c\n":            "x y",
		"a: x\n  y\nb: 1\n":        "x\n  y",
		"a: 'l''x'  # c\n":         "'l''x'",
		"a: \"\\n\\\n  \"  # c\n":  "\"\\n\\\n  \"",
		"a: |  # c\n  x\n\n  y\n":  "|  # c\n  x\n\n  y",
		"a: [x]\n":                 "",
		"a: 'x\n\n  y '\nb: 'z'\n": "'x\n\n  y '",
	} {
		root, _ := parse(t, src)
		if got := at(t, root, "a").Raw(); got != want {
			t.Errorf("Raw of %q = %q, want %q", src, got, want)
		}
	}
}

// writer writes a scalar in some style and notes where each rune of its text lands.
type writer struct {
	out          strings.Builder
	line, column int
	end          string // of a line
	text         []rune
	places       []spot
}

func (w *writer) raw(s string) {
	for _, r := range s {
		if r == '\n' {
			w.out.WriteString(w.end)
			w.line, w.column = w.line+1, 1
			continue
		}
		w.out.WriteRune(r)
		w.column++
	}
}

func (w *writer) char(r rune, written string) {
	w.note(r)
	w.raw(written)
}

func (w *writer) note(r rune) {
	w.text = append(w.text, r)
	w.places = append(w.places, spot{w.line, w.column})
}

// fold ends a line inside the scalar: a blank, or newlines that stand for blank lines.
func (w *writer) fold(t *rapid.T, indent string) {
	newlines := rapid.IntRange(0, 3).Draw(t, "newlines")
	trailing := strings.Repeat(" ", rapid.IntRange(0, 2).Draw(t, "trailing"))
	if newlines == 0 {
		w.note(' ')
	}
	for range newlines {
		w.note('\n')
		w.raw(trailing + "\n")
	}
	w.raw(trailing + "\n" + indent)
}

// embed draws a file around one scalar, which body writes.
func embed(t *rapid.T, body func(w *writer, indent string)) (*writer, *Node) {
	w := &writer{line: 1, column: 1, end: rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")}
	if rapid.Bool().Draw(t, "byte order mark") {
		w.out.WriteString("\ufeff")
	}
	w.raw(rapid.SampledFrom([]string{"k: ", "# é\n\nk:   ", "k:\n  - ", "k:\n  é: ", "k:\n  - - a\n    - b: 'c'\n      d: "}).Draw(t, "head"))
	body(w, strings.Repeat(" ", rapid.IntRange(9, 12).Draw(t, "indentation")))
	w.raw(rapid.SampledFrom([]string{"", "\n", " # c\n", "\nz: 1\n"}).Draw(t, "tail"))

	faults := &Faults{}
	n := Parse("f.yaml", []byte(w.out.String()), faults)
	if n == nil || faults.Len() > 0 {
		t.Fatalf("%q: %v", w.out.String(), faults.All())
	}
	for n.Kind() != Scalar {
		if items := n.Items(); len(items) > 0 {
			n = items[len(items)-1]
			continue
		}
		pairs := n.Pairs()
		if n = pairs[len(pairs)-1].Value; pairs[0].Key.Text() == "k" {
			n = pairs[0].Value
		}
	}
	return w, n
}

func wantPlaces(t *rapid.T, w *writer, n *Node) {
	if n.Text() != string(w.text) {
		t.Fatalf("text of %q\n got %q\nwant %q", w.out.String(), n.Text(), string(w.text))
	}
	for i, want := range w.places {
		if got := n.PosAt(i); got.Line != want.line || got.Column != want.column {
			t.Fatalf("rune %d of %q in %q stands at %d:%d, want %d:%d", i, n.Text(), w.out.String(), got.Line, got.Column, want.line, want.column)
		}
	}
}

func TestPosAtOfAnyText(t *testing.T) {
	t.Parallel()
	letters := []rune("abé日😀09.><=()")
	special := append([]rune("'\"\\#:,[{}]|>!&*%-?@` \t"), letters...)
	for _, c := range []struct {
		name string
		body func(t *rapid.T, w *writer, indent string)
	}{
		{"plain", func(t *rapid.T, w *writer, indent string) {
			w.char('a', "a")
			for range rapid.IntRange(0, 30).Draw(t, "length") {
				switch rapid.IntRange(0, 6).Draw(t, "what") {
				case 0:
					w.fold(t, indent)
				case 1:
					w.char(' ', " ")
				case 2:
					w.char('"', "\"")
				}
				r := rapid.SampledFrom(letters).Draw(t, "rune")
				w.char(r, string(r))
			}
		}},
		{"single quoted", func(t *rapid.T, w *writer, indent string) {
			quoted(t, w, indent, '\'', special)
		}},
		{"double quoted", func(t *rapid.T, w *writer, indent string) {
			quoted(t, w, indent, '"', special)
		}},
		{"block", func(t *rapid.T, w *writer, indent string) {
			w.raw("|")
			for line := range rapid.IntRange(1, 5).Draw(t, "lines") {
				if line > 0 {
					w.note('\n')
				}
				w.raw("\n")
				for range rapid.IntRange(0, 2).Draw(t, "blank lines") {
					w.note('\n')
					w.raw("\n")
				}
				w.raw(indent)
				w.char('a', "a")
				for _, r := range rapid.SliceOfN(rapid.SampledFrom(special), 0, 10).Draw(t, "text") {
					w.char(r, string(r))
				}
			}
			w.raw("\n")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				w, n := embed(t, func(w *writer, indent string) { c.body(t, w, indent) })
				wantPlaces(t, w, n)
			})
		})
	}
}

func quoted(t *rapid.T, w *writer, indent string, quote rune, from []rune) {
	w.raw(string(quote))
	for range rapid.IntRange(0, 30).Draw(t, "length") {
		switch rapid.IntRange(0, 8).Draw(t, "what") {
		case 0:
			w.char('x', "x")
			w.fold(t, indent)
			w.char('y', "y")
		case 1:
			if quote == '"' {
				w.raw("\\\n" + indent)
				w.char('z', "z")
			}
		}
		r := rapid.SampledFrom(from).Draw(t, "rune")
		w.char(r, escape(t, r, quote))
	}
	w.raw(string(quote))
}

func escape(t *rapid.T, r, quote rune) string {
	if quote == '\'' {
		return strings.ReplaceAll(string(r), "'", "''")
	}
	forms := []string{fmt.Sprintf("\\U%08X", r)}
	if r < 0x10000 {
		forms = append(forms, fmt.Sprintf("\\u%04x", r))
	}
	if r < 0x100 {
		forms = append(forms, fmt.Sprintf("\\x%02x", r))
	}
	if r == '"' || r == '\\' {
		forms = append(forms, "\\"+string(r))
	} else {
		forms = append(forms, string(r), string(r), string(r))
	}
	return rapid.SampledFrom(forms).Draw(t, "form")
}
