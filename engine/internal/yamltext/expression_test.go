package yamltext

import "testing"

func TestExpression(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src, text string // text "" = refused
		want            []string
	}{
		{"condition", "when: lead.score >= 20\n", "lead.score >= 20", nil},
		{"number", "when: 25\n", "25", nil},
		{"negative number", "when: -40\n", "-40", nil},
		{"minus before a product", "when: -3 * (lead.attempts - 3)\n", "-3 * (lead.attempts - 3)", nil},
		{"parenthesis", "when: (lead.a or lead.b)\n", "(lead.a or lead.b)", nil},
		{"list of texts", "when: lead.role in [\"owner\", \"heir\"]\n", `lead.role in ["owner", "heir"]`, nil},
		{"double quoted", "when: \"lead.x > 1\"\n", "lead.x > 1", nil},
		{"single quoted text", "when: '\"101\"'\n", `"101"`, nil},
		{"over lines", "when: lead.a and\n  lead.b\n", "lead.a and lead.b", nil},
		{"block", "when: |\n  \"FR\" in lead.tags # \"x\"\n  // why\n", "\"FR\" in lead.tags # \"x\"\n// why", nil},
		{"ordinary comment", "when: lead.note == \"a\"  # b\n", `lead.note == "a"`, nil},
		{"address in quotes", "when: lead.page == \"http://x\"\n", `lead.page == "http://x"`, nil},
		{"list item", "when:\n  - lead.score desc\n", "", []string{
			"2:3+1 R007 expected an expression, such as lead.score > 10, not a list | write one value behind the colon",
		}},
		{"cut in quotes", "when: lead.note == \"a #1\"\n", "", []string{
			"1:23+3 R040 YAML cuts the expression here: ` #` begins a comment | " + hintOwnLine,
		}},
		{"cut in a closure", "when: any(lead.tags, len( # ) > 3)\n", "", []string{
			"1:27+8 R040 YAML cuts the expression here: ` #` begins a comment | " + hintOwnLine,
		}},
		{"comment sign of the language", "when: lead.a // b\n", "", []string{
			"1:14+2 R041 a // comment in an expression swallows the lines below it | put the expression under |, or its comment behind # at the end of the line",
		}},
		{"comment sign that swallows a line", "when: lead.a // b\n  and lead.c\n", "", []string{
			"1:14+2 R041 a // comment in an expression swallows the lines below it | put the expression under |, or its comment behind # at the end of the line",
		}},
		{"comment sign in a quoted expression", "when: 'lead.a // b'\n", "", []string{
			"1:15+2 R041 a // comment in an expression swallows the lines below it | put the expression under |, or its comment behind # at the end of the line",
		}},
		{"between braces", "when: {when: lead.a, b: c}\n", "", []string{
			"1:14+6 R042 an expression stands between { } or [ ], where YAML splits it at commas | " + hintBlockStyle,
		}},
		{"number between braces", "when: {when: 25}\n", "", []string{
			"1:14+2 R042 an expression stands between { } or [ ], where YAML splits it at commas | " + hintBlockStyle,
		}},
		{"split at a comma", "when: {when: min(a, 10)}\n", "", []string{
			"1:14+5 R043 YAML splits the expression at the comma and keeps only `min(a` | " + hintBlockStyle,
		}},
		{"dollar", "when: $env.x\n", "", []string{
			"1:7+1 R044 an expression begins with a letter, a digit or ( when it stands behind its key | " + hintOwnLine,
		}},
		{"comparison without its left side", "when: <= 3\n", "", []string{
			"1:7+1 R044 an expression begins with a letter, a digit or ( when it stands behind its key | " + hintOwnLine,
		}},
		{"empty quotes", "when: ''\n", "", []string{
			"1:8+1 R045 the expression is empty | write a condition or a value, such as lead.score > 10",
		}},
		{"blanks in quotes", "when: '  '\n", "", []string{
			"1:8+2 R045 the expression is empty | write a condition or a value, such as lead.score > 10",
		}},
		{"nothing", "when:\n", "", []string{
			"1:1+4 R006 `when` has no value | write a value behind the colon, or remove the key",
		}},
		{"tag", "when: !lead.x\n", "", []string{
			"1:7+7 R005 YAML reads `!lead.x` as a tag and the condition as EMPTY | write `not lead.x`",
		}},
		{"folded", "when: >\n  lead.x\n", "", []string{
			"1:7+1 R019 a text block under > loses its line ends | write | instead of >",
		}},
		{"quoted text at the beginning", "when: \"FR\" in lead.tags\n", "", []string{
			"1:12+12 R034 `in lead.tags` is left over: YAML ends the value at the closing quote | " + hintQuoteOrOwnLine,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root, faults := parse(t, c.src)
			n := at(t, root, "when")
			if n.Kind() == Mapping {
				n = at(t, n, "when")
			}
			text, ok := n.Expression()
			if text != c.text || ok != (c.text != "") {
				t.Errorf("got %q, %v, want %q", text, ok, c.text)
			}
			wantTold(t, faults, c.want...)
		})
	}
	var none *Node
	if text, ok := none.Expression(); text != "" || ok {
		t.Errorf("a nil node gives %q, %v", text, ok)
	}
}
