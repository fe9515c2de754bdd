package yamltext

import "testing"

func TestIndentation(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"tab", "a:\n\tb: 1\nc:\n\td: 2\n", false, []string{
			`2:1+1 R030 the line is indented with a tab, which YAML does not allow | indent with spaces, two for each level; the rest of the file is checked once this is mended`,
			`4:1+1 R030 the line is indented with a tab, which YAML does not allow | indent with spaces, two for each level`,
		}},
		{"tab after spaces", "a:\n  b: 1\n  \tc: 2\n", false, []string{
			`3:3+1 R030 the line is indented with a tab, which YAML does not allow | indent with spaces, two for each level; the rest of the file is checked once this is mended`,
		}},
		{"tab in a text block", "a: |\n\tb\n", false, []string{
			`2:1+1 R030 the line is indented with a tab, which YAML does not allow | indent with spaces, two for each level; the rest of the file is checked once this is mended`,
		}},
		{"too far left", "x:\n  a: 1\n b: 2\ny: e: f\n", false, []string{
			`3:2+1 R031 the line is indented by 1 space, which fits no line above it: 0 or 2 would | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
			`4:5+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"too far right", "x: 1\ny: 2\n  z: 3\n", false, []string{
			`3:3+1 R031 the line is indented further than the one above, which already has a value | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
		}},
		{"too far right in a block", "a:\n  b: 1\n   c: 2\n", false, []string{
			`3:4+1 R031 the line is indented further than the one above, which already has a value | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
		}},
		{"one in each part", "a:\n   b: 1\n  c: 2\n  d: 3\ne: 4\nf:\n  g: 1\n   h: 2\n  i: 3\n", false, []string{
			`3:3+1 R031 the line is indented by 2 spaces, which fits no line above it: 0 or 3 would | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
			`8:4+1 R031 the line is indented further than the one above, which already has a value | align it with the lines it belongs to`,
		}},
		{"left of everything", "  a: 1\nb: 2\n", false, []string{
			`2:1+1 R031 the line is indented by 0 spaces, which fits no line above it: 2 would | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
		}},
		{"key among items", "a:\n  - b\n  c: 1\n", false, []string{
			`3:3+1 R031 a key stands among the items of a list | write a dash before it, or indent it below its item; the rest of the file is checked once this is mended`,
		}},
		{"item among keys", "b: 1\n- a\n", false, []string{
			`2:1+1 R031 a list item stands among the keys of a mapping | put it below a key that has no value on its line; the rest of the file is checked once this is mended`,
		}},
		{"text block that moves left", "a: |\n    x\n  y\nb:\n", true, []string{
			`3:3+1 R031 the line stands further left than the first line of its text block | indent it like the first line below |`,
			"4:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
		{"item on the line of its key", "a: - b\n", true, []string{
			`1:4+1 R038 a list item stands on the line of its key | put it on a line of its own below the key, or write [a, b]`,
		}},
		{"list at the column of its key", "a:\n- b\n- c: 1\n  d: 2\ne: 3\n", true, nil},
	})
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"unclosed double quote", "a: \"b\nc: 2\nd: 'x'\n", true, []string{
			`1:4+1 R032 the quote " is never closed | write " at the end of the text`,
		}},
		{"unclosed single quote", "a:\n  b: 'c\n  d: 'e'\nf:\n", true, []string{
			`2:6+1 R032 the quote ' is never closed | write ' at the end of the text`,
			"4:1+1 R006 `f` has no value | write a value behind the colon, or remove the key",
		}},
		{"unclosed quote at the end", "a: 1\nb: \"c\n", true, []string{
			`2:4+1 R032 the quote " is never closed | write " at the end of the text`,
		}},
		{"apostrophe", "say: 'c'est bon'\n", true, []string{
			"1:9+8 R034 `est bon'` is left over: YAML ends the value at the closing quote | write an apostrophe between single quotes twice: ''",
		}},
		{"quote in quotes", "say: \"the \"best\" one\"\n", true, []string{
			"1:12+10 R034 `best\" one\"` is left over: YAML ends the value at the closing quote | write \\\" for a quote between double quotes",
		}},
		{"quoted text at the beginning", "when: \"FR\" in lead.tags\n", true, []string{
			"1:12+12 R034 `in lead.tags` is left over: YAML ends the value at the closing quote | put an expression on its own line under |, or the whole text between single quotes",
		}},
		{"list at the beginning", "when: [1] == lead.x\n", true, []string{
			"1:11+9 R034 `== lead.x` is left over: YAML ends the value at the closing bracket | put an expression on its own line under |, or the whole text between single quotes",
		}},
		{"unknown escape", "when: lead.x\nsay: \"\\d+\"\n", true, []string{
			"2:7+2 R039 YAML knows no `\\d` between double quotes | put the text between single quotes, or under |, where \\ is an ordinary character",
		}},
		{"bad hexadecimal escape", "say: \"\\x4g\"\n", true, []string{
			"1:7+4 R039 YAML knows no `\\x4g` between double quotes | put the text between single quotes, or under |, where \\ is an ordinary character",
		}},
		{"unclosed bracket", "a: 1\nx: [1, 2\ny: 3\n", true, []string{
			`2:4+1 R033 the bracket [ is never closed | write ] at the end of the list or mapping`,
		}},
		{"unclosed brace", "x: {a: 1,\n  b: 2\ny:\n", true, []string{
			`1:4+1 R033 the bracket { is never closed | write } at the end of the list or mapping`,
			"3:1+1 R006 `y` has no value | write a value behind the colon, or remove the key",
		}},
		{"wrong bracket", "x: {a: [1, 2}\ny:\n", true, []string{
			`1:13+1 R033 } closes the [ of line 1, column 8 | close that one with ] first`,
			"2:1+1 R006 `y` has no value | write a value behind the colon, or remove the key",
		}},
		{"unclosed at the end", "a: [1,\n", true, []string{
			`1:4+1 R033 the bracket [ is never closed | write ] at the end of the list or mapping`,
		}},
		{"comma too many", "a: [b,,c]\n", true, []string{
			`1:7+1 R038 a comma stands where a value is wanted | remove the comma`,
		}},
		{"colon in a value", "say: hello: world\n", true, []string{
			`1:11+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"colon at the end of a value", "say: hello:\n", true, []string{
			`1:11+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"conditional", "points: lead.a ? 1 : 2\n", true, []string{
			"1:20+1 R035 YAML takes the colon of `a ? b : c` for that of a key | put an expression on its own line under |, or the whole text between single quotes",
		}},
		{"quotes inside", "when: lead.note == \"a: b\"\n", true, []string{
			`1:22+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"no colon", "a: 1\nwhen lead.x\nb: 2\n", true, []string{
			"2:1+11 R036 the line is neither `key: value` nor `- item` | write `key: value`, or `- item`",
		}},
		{"word", "a: 1\nfoo\n", true, []string{
			"2:1+3 R036 the line is neither `key: value` nor `- item` | put a colon behind the key: `foo:`",
		}},
		{"no blank behind the colon", "a: 1\nfoo:bar\n", true, []string{
			"2:1+7 R036 the line is neither `key: value` nor `- item` | put a blank behind the colon",
		}},
		{"no blank behind the dash", "a:\n  - b\n  - c: 1\n    -d\n", true, []string{
			"4:5+2 R036 the line is neither `key: value` nor `- item` | put a blank behind the dash",
		}},
		{"percent", "a: %x\n", true, []string{
			`1:4+1 R038 YAML does not let a value begin with % | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"at sign", "a: @x\n", true, []string{
			`1:4+1 R038 YAML does not let a value begin with @ | put an expression on its own line under |, or the whole text between single quotes`,
		}},
		{"backquote", "a: `x`\n", true, []string{
			"1:4+1 R038 YAML does not let a value begin with ` | put an expression on its own line under |, or the whole text between single quotes",
		}},
		{"list condition between braces", "a:\n  - {id: x, when: lead.country in [\"FR\", \"BE\"]}\nb:\n", true, []string{
			"2:35+1 R037 YAML cannot read [ inside an unquoted text between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
			"3:1+1 R006 `b` has no value | write a value behind the colon, or remove the key",
		}},
		{"conditional between braces", "a: {points: lead.a ? 1 : 2}\n", true, []string{
			"1:20+1 R037 YAML cannot read ? inside an unquoted text between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"question mark between braces", "a: {type: call?}\n", true, []string{
			"1:15+1 R037 YAML cannot read ? inside an unquoted text between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"quoted text at the beginning between braces", "a: {when: \"FR\" in lead.tags}\n", true, []string{
			"1:16+1 R037 text follows a closing quote or bracket between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"two colons between braces", "a: {b: c: d}\n", true, []string{
			"1:9+1 R035 a second colon stands in one entry between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"comma that splits a call", "a: {points: 2 * min(a, 10)}\n", true, []string{
			"1:13+9 R043 YAML splits the expression at the comma and keeps only `2 * min(a` | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"commas that split a call", "a: {points: max(a, b, 10), say: x}\n", true, []string{
			"1:13+5 R043 YAML splits the expression at the comma and keeps only `max(a` | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"comma that splits a list item", "a: [min(a, 10), b]\n", true, []string{
			"1:5+5 R043 YAML splits the expression at the comma and keeps only `min(a` | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"comma in quotes", "a: {when: lead.x == \"a, b\"}\n", true, []string{
			"1:11+12 R043 YAML splits the expression at the comma and keeps only `lead.x == \"a` | write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"apostrophes in a list", "a: [aujourd'hui, demain]\n", true, nil},
		{"comment breaks a text", "a: b\n # c\n d\n", true, []string{
			"3:2+1 R036 the line is neither `key: value` nor `- item` | put a colon behind the key: `d:`",
		}},
	})
}

func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	wantTraps(t, []trap{
		{"seven at once", "a: - b\nc: {d: \"x\" y}\ne: %f\ng: h: i\nj: !k\nl:\na: 1\n", true, []string{
			`1:4+1 R038 a list item stands on the line of its key | put it on a line of its own below the key, or write [a, b]`,
			"2:12+1 R037 text follows a closing quote or bracket between { } or [ ] | write the expression in block style, on a line of its own: `when: lead.score > 1`",
			`3:4+1 R038 YAML does not let a value begin with % | put an expression on its own line under |, or the whole text between single quotes`,
			`4:5+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
			"5:4+2 R005 YAML reads `!k` as a tag and the condition as EMPTY | write `not k`",
			"6:1+1 R006 `l` has no value | write a value behind the colon, or remove the key",
			"7:1+1 R003 the key `a` stands twice, first on line 1 | keep one of them: YAML would drop the other in silence",
		}},
		{"the rest is hidden", "a: b: c\nd:\n  e: 1\n f: 2\ng:\nh: i: j\n", false, []string{
			`1:5+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
			`4:2+1 R031 the line is indented by 1 space, which fits no line above it: 0 or 2 would | align it with the lines it belongs to; the rest of the file is checked once this is mended`,
			`6:5+1 R035 YAML takes the text before this colon for another key | put an expression on its own line under |, or the whole text between single quotes`,
		}},
	})
}
