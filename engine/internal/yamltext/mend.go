package yamltext

import (
	"regexp"
	"slices"
	"strings"
)

// speaks tells an expression of the rule language by the words that it is about.
var speaks = regexp.MustCompile(`(^|[^\pL\pN_.])((lead|contact|call|slot|campaign|agent)\.\pL|now\b|days_since\(|hours_since\(|local_hour\(|is_empty\()`)

// mend are the lines with the expressions under | that YAML misreads: it takes a part of them for a tag, a comment, a key,
// or the end of a quoted text. nil when there is none. Only expressions on the line of their key are mended.
func mend(faults *Faults, root *Node) []string {
	if len(faults.files) == 0 {
		return nil
	}
	f := faults.files[0]
	misread := []string{CodeTag, CodeLeftover, CodeColon, CodeStart}
	rows := map[int]bool{}
	for _, fault := range faults.All() {
		if slices.Contains(misread, fault.Code) {
			rows[fault.Pos.Line-1] = true
		}
	}
	root.misreadIn(rows)
	lines := slices.Clone(f.lines)
	found := false
	for row := range rows {
		if text, ok := underBlock(f.rows[row]); ok {
			lines[row], found = text, true
		}
	}
	if !found {
		return nil
	}
	return strings.Split(strings.Join(lines, "\n"), "\n")
}

// misreadIn finds the expressions that YAML reads, but not as far as they go, or that begin with a sign of its own.
func (n *Node) misreadIn(rows map[int]bool) {
	if n == nil {
		return
	}
	for _, p := range n.pairs {
		p.Value.misreadIn(rows)
	}
	for _, item := range n.items {
		item.misreadIn(rows)
	}
	if n.kind != Scalar || n.style != plain || n.flow || n.spoiled || !speaks.MatchString(n.text) {
		return
	}
	end := n.placing().end
	rest := strings.TrimSpace(string(n.file.rows[end.line-1][end.column-1:]))
	cut := strings.HasPrefix(rest, "#") && unfinished(n.text, "\"'`")
	if end.line == n.at.line && (cut || !n.begun()) {
		rows[n.at.line-1] = true
	}
}

// underBlock is the line of a key or item with its value, an expression, on the next line under | .
func underBlock(r []rune) (string, bool) {
	left := indentation(r)
	at := left
	for sign(r, at, '-') {
		left = at
		at = skip(r, at+1)
	}
	if colon := keyEnd(r, at); colon >= 0 {
		left = at
		at = skip(r, colon+1)
	}
	code, remark := cutRemark(r[at:])
	if code == "" || strings.ContainsAny(code[:1], "{[|>") || unfinished(code, "\"'`") || !speaks.MatchString(code) {
		return "", false
	}
	head := string(r[:at]) + "|"
	if remark != "" {
		head += "  " + remark
	}
	return head + "\n" + strings.Repeat(" ", left+2) + code, true
}

// cutRemark cuts a comment from the end of an expression; one between its quotes is none.
func cutRemark(r []rune) (code, remark string) {
	at := outside(r, func(i int) bool { return r[i] == '#' && i > 0 && blank(r[i-1]) })
	if at < 0 {
		at = len(r)
	}
	return strings.TrimSpace(string(r[:at])), strings.TrimSpace(string(r[at:]))
}
