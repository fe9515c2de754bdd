package yamltext

import "testing"

// trap is a source, whether a tree comes of it all the same, and all its faults as told writes them.
type trap struct {
	name, src string
	tree      bool
	want      []string
}

func wantTraps(t *testing.T, traps []trap) {
	t.Helper()
	for _, c := range traps {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			faults := &Faults{}
			root := Parse("f.yaml", []byte(c.src), faults)
			if got := root != nil; got != c.tree {
				t.Errorf("tree: %v, want %v", got, c.tree)
			}
			wantTold(t, faults, c.want...)
		})
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"tag instead of not", "a:\n  when: !lead.blocked\n", true, []string{
			"2:9+13 R005 YAML reads `!lead.blocked` as a tag and the condition as EMPTY | write `not lead.blocked`",
		}},
		{"tag that loses the negation", "when: ! lead.blocked\n", true, []string{
			"1:7+1 R005 YAML drops the `!` and keeps `lead.blocked`: the condition loses its negation | write `not lead.blocked`",
		}},
		{"tag before the rest of a condition", "when: !lead.x == 1\n", true, []string{
			"1:7+7 R005 YAML reads `!lead.x` as a tag and keeps only `== 1` | write `not lead.x` before the rest",
		}},
		{"tag between braces", "a: {when: !lead.x, b: 1}\n", true, []string{
			"1:11+7 R005 YAML reads `!lead.x` as a tag | write `not lead.x`, in block style",
		}},
		{"tag that swallows a brace", "a: {when: !lead.x}\nb:\n", true, []string{
			"1:11+7 R005 YAML reads `!lead.x` as a tag | write `not lead.x`, in block style",
			"2:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
		{"tag of YAML", "id: !!str 08\n", true, []string{
			"1:5+5 R005 `!!str` is a YAML tag, and rule files have none | remove it; texts are read as they are written",
		}},
		{"tag on a mapping", "a: !x {b: 1}\n", true, []string{
			"1:4+2 R005 `!x` is a YAML tag, and rule files have none | remove it; texts are read as they are written",
		}},
		{"bare tag on a list", "a: !\n  - b\n", true, []string{
			"1:4+1 R005 `!` is a YAML tag, and rule files have none | remove it; texts are read as they are written",
		}},
		{"quoted exclamation mark", "when: '!lead.x'\n", true, nil},
	})
}

func TestForbiddenFeatures(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"anchor", "a: &x 1\n", true, []string{
			"1:4+2 R016 `&x` is a YAML anchor, and rule files have none | remove it; what campaigns share stands under `defaults`",
		}},
		{"alias of an anchor", "a: &x 1\nb: *x\n", true, []string{
			"1:4+2 R016 `&x` is a YAML anchor, and rule files have none | remove it; what campaigns share stands under `defaults`",
			"2:4+2 R017 `*x` is a YAML alias, and rule files have none | write the value out; what campaigns share stands under `defaults`",
		}},
		{"alias of nothing", "a: *x\nb:\n", true, []string{
			"1:4+2 R017 `*x` is a YAML alias, and rule files have none | write the value out; what campaigns share stands under `defaults`",
			"2:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
		{"alias between brackets", "a: [*x]\n", true, []string{
			"1:5+1 R017 `*` begins a YAML alias, and rule files have none | write the value out; what campaigns share stands under `defaults`",
		}},
		{"merge key", "a:\n  <<: {b: 1}\n", true, []string{
			"2:3+2 R018 `<<` merges mappings in YAML, and rule files have no merge keys | write the keys out; what campaigns share stands under `defaults`",
		}},
		{"merge of an alias", "a:\n  <<: *b\n  c: 1\n", true, []string{
			"2:3+2 R018 `<<` merges mappings in YAML, and rule files have no merge keys | write the keys out; what campaigns share stands under `defaults`",
			"2:7+2 R017 `*b` is a YAML alias, and rule files have none | write the value out; what campaigns share stands under `defaults`",
		}},
		{"folded text", "say: >\n  one\n  two\n", true, []string{
			`1:6+1 R019 a text block under > loses its line ends | write | instead of >`,
		}},
		{"directive", "%YAML 1.2\n---\na: 1\n", true, []string{
			`1:1+9 R015 YAML directives are not used in rule files | remove the line`,
		}},
		{"second document", "a: 1\n---\nb: 2\n", true, []string{
			`2:1+3 R014 a second document begins here; a rule file holds one | move it to a file of its own, or remove the --- line`,
		}},
		{"text after the end", "a: 1\n...\nb: 2\n", true, []string{
			`3:1+1 R014 text follows the ... that ends the document | remove the ... line`,
		}},
		{"marker alone", "---\na: 1\n...\n", true, nil},
		{"document on the line of its marker", "--- {a: 1}\n", true, nil},
		{"dashes inside a text block", "a: |\n  ---\n  b\n", true, nil},
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"duplicate key", "a: 1\nb: 2\na: 3\n", true, []string{
			"3:1+1 R003 the key `a` stands twice, first on line 1 | keep one of them: YAML would drop the other in silence",
		}},
		{"duplicate key in other quotes", "a: 1\n'a': 2\n", true, []string{
			"2:2+1 R003 the key `a` stands twice, first on line 1 | keep one of them: YAML would drop the other in silence",
		}},
		{"quoted key", "'N/A: none': 1\n", true, nil},
		{"list as key", "[a]: 1\n", true, []string{
			"1:1+1 R020 a key must be a word or a short text before a colon | write `key: value`",
		}},
		{"long key", "? a\n: b\n", true, []string{
			"1:3+1 R020 a key must be a word or a short text before a colon | write `key: value`",
		}},
		{"long key in a file with another fault", "? a\n: b: c\n", true, []string{
			"1:3+1 R020 a key must be a word or a short text before a colon | write `key: value`",
		}},
		{"no key", ": a\nb: 1\n", false, []string{
			"1:1+1 R020 a key is wanted here | write `key: value`; the rest of the file is checked once this is mended",
		}},
		{"empty key", "'': a\n", true, []string{
			"1:1+1 R020 the key is missing before the colon | write `key: value`",
		}},
		{"anchor on a key", "&x a: b\n", true, []string{
			"1:1+2 R016 `&x` is a YAML anchor, and rule files have none | remove it; what campaigns share stands under `defaults`",
		}},
	})
}

func TestNothing(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"no value", "a:\nb: 1\n", true, []string{
			"1:1+1 R006 `a` has no value | write a value behind the colon, or remove the key",
		}},
		{"no value at the end", "b: 1\na:", true, []string{
			"2:1+1 R006 `a` has no value | write a value behind the colon, or remove the key",
		}},
		{"no value but a comment", "a:   # later\n", true, []string{
			"1:1+1 R006 `a` has no value | write a value behind the colon, or remove the key",
		}},
		{"no item", "a:\n  - 1\n  -\n", true, []string{
			`3:4+1 R006 a list item has no value | write a value behind the dash, or remove the item`,
		}},
		{"no value between braces", "a: {b: , c}\n", true, []string{
			"1:5+1 R006 `b` has no value | write a value behind the colon, or remove the key",
			"1:10+1 R006 `c` has no value | write a value behind the colon, or remove the key",
		}},
		{"tilde and null are texts", "a: ~\nb: null\n", true, nil},
		{"pipe", "delimiter: |\nheader: true\n", true, []string{
			`1:12+1 R021 YAML reads | as the beginning of a text block, and no text follows | write pipe`,
		}},
		{"pipe elsewhere", "sign: |\n", true, []string{
			`1:7+1 R021 YAML reads | as the beginning of a text block, and no text follows | indent the text below it, or put the sign between quotes: "|"`,
		}},
		{"greater than", "sign: >\n", true, []string{
			`1:7+1 R021 YAML reads > as the beginning of a text block, and no text follows | indent the text below it, or put the sign between quotes: ">"`,
		}},
		{"pipe with a text behind", "sign: | x\nb:\n", true, []string{
			`1:7+3 R021 YAML reads | as the beginning of a text block, whose text stands on the lines below | put an expression on its own line under |, or the whole text between single quotes`,
			"2:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
		{"comparison without a left side", "when: > 10\n", true, []string{
			`1:7+4 R021 YAML reads > as the beginning of a text block, whose text stands on the lines below | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"empty file", "", false, []string{
			`1:1+1 R013 the file is empty | write its content, or delete the file`,
		}},
		{"comments only", "# one\n# two\n", false, []string{
			`1:1+1 R013 the file holds only comments | write its content, or delete the file`,
		}},
		{"marker only", "---\n", false, []string{
			`1:1+1 R013 the file is empty | write its content, or delete the file`,
		}},
	})
}

func TestCharacters(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"Latin-1", "a: 1\nsay: d\xe9j\xe0\nb: \xff\n", false, []string{
			`2:7+1 R010 this byte is not UTF-8 text | save the file in the encoding UTF-8`,
		}},
		{"UTF-16", "\xff\xfea\x00:\x00", false, []string{
			`1:1+1 R010 this byte is not UTF-8 text | save the file in the encoding UTF-8`,
		}},
		{"NUL", "a: b\x00c\n", false, []string{
			`1:5+1 R011 a NUL byte stands in the text | save the file in the encoding UTF-8; it may have been saved as UTF-16`,
		}},
		{"control character", "a: b\a\n", false, []string{
			`1:5+1 R011 the invisible character U+0007 stands in the text | delete it, it may come from a copied text`,
		}},
		{"old line end", "a: b\rc: d\n", false, []string{
			`1:5+1 R011 the invisible character U+000D stands in the text | delete it, it may come from a copied text`,
		}},
		{"Unicode line end", "a: b\u2028c\n", false, []string{
			`1:5+1 R011 the invisible character U+2028 stands in the text | delete it, it may come from a copied text`,
		}},
		{"bidirectional control", "a: b\u202ec\n", false, []string{
			`1:5+1 R011 the invisible character U+202E stands in the text | delete it, it may come from a copied text`,
		}},
		{"byte order mark in the middle", "a: b\n\ufeffc: d\n", false, []string{
			`2:1+1 R011 the invisible character U+FEFF stands in the text | delete it, it may come from a copied text`,
		}},
		{"no-break spaces as indentation", "a:\n  b: 1\n\u00a0\u00a0c: 2\n", false, []string{
			`3:1+1 R011 the line is indented with a no-break space, which YAML takes for a letter | indent with ordinary spaces`,
		}},
		{"no-break space in a text", "a: 200\u00a0000 €\n", true, nil},
		{"byte order mark and CRLF", "\ufeffa: 1\r\nb:\r\n", true, []string{
			"2:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
	})
}
