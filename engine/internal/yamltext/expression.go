package yamltext

import (
	"strings"
	"unicode"
)

// Expression reads a scalar that holds an expression of the rule language, and reports what YAML did to it: cut at ` #`,
// split, swallowed by a comment. ok is false when something was reported, here or when the file was parsed.
func (n *Node) Expression() (text string, ok bool) {
	n.Want(Want{Form: ARule})
	text, ok = n.scalar("an expression, such as lead.score > 10")
	switch {
	case !ok:
		return "", false
	case strings.TrimSpace(text) == "":
		n.Fault(CodeNoExpression, "the expression is empty", "write a condition or a value, such as lead.score > 10")
		return "", false
	case n.flow:
		n.Fault(CodeInFlow, "an expression stands between { } or [ ], where YAML splits it at commas", hintBlockStyle)
		return "", false
	case n.style == literal:
		return text, true
	}
	good := n.uncut() && n.begins()
	if at := commentIn(text); at >= 0 {
		n.FaultAt(at, at+2, CodeComment, "a // comment in an expression swallows the lines below it", "put the expression under |, or its comment behind # at the end of the line")
		good = false
	}
	if !good {
		return "", false
	}
	return text, true
}

// uncut reports a plain expression that goes on behind ` #`. Behind a finished one it is an ordinary comment: in the rule
// language # stands only inside quotes and brackets.
func (n *Node) uncut() bool {
	if n.style != plain || !unfinished(n.text, "\"'`") {
		return true
	}
	end := n.placing().end
	rest := n.file.rows[end.line-1][end.column-1:]
	skipped := 0
	for skipped < len(rest) && blank(rest[skipped]) {
		skipped++
	}
	if skipped == len(rest) || rest[skipped] != '#' {
		return true
	}
	n.file.report(spot{end.line, end.column + skipped}, len(rest)-skipped, CodeCut,
		"YAML cuts the expression here: ` #` begins a comment", hintOwnLine)
	return false
}

// begins reports a plain expression whose first sign YAML may take for its own, or one day will. A minus before a number
// or a name is safe.
func (n *Node) begins() bool {
	if n.begun() {
		return true
	}
	n.FaultAt(0, 1, CodeBeginning, "an expression begins with a letter, a digit or ( when it stands behind its key", hintOwnLine)
	return false
}

// begun says that nobody takes the first sign of an expression for one of YAML.
func (n *Node) begun() bool {
	runes := []rune(n.text)
	first := runes[0]
	if first == '-' && len(runes) > 1 {
		first = runes[1]
	}
	return n.style != plain || unicode.IsLetter(first) || unicode.IsDigit(first) || first == '(' || first == '_'
}

// commentIn returns the rune offset of // outside of quotes, -1 when there is none.
func commentIn(text string) int {
	runes := []rune(text)
	return outside(runes, func(i int) bool { return runes[i] == '/' && i+1 < len(runes) && runes[i+1] == '/' })
}

// outside returns the first offset outside of the quotes of an expression at which something is found, -1 when there is none.
func outside(runes []rune, found func(i int) bool) int {
	quote := rune(0)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case quote != 0 && r == '\\' && quote != '`':
			i++
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case found(i):
			return i
		}
	}
	return -1
}
