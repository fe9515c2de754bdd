package yamltext

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// change puts other characters in the place of some of a line.
type change struct {
	from, to int // columns from 0
	with     string
}

// tidy are the lines with the quotes and blanks that all rule files have. What stands behind more than one blank was
// aligned by somebody, and stays.
func (l *layout) tidy() []string {
	changes := make([][]change, len(l.rows))
	for row := range l.rows {
		if !l.inside[row] {
			changes[row] = l.signs(row)
		}
	}
	l.quotes(l.root, changes)
	lines := make([]string, len(l.rows))
	for row := range l.rows {
		lines[row] = l.changed(row, changes[row])
	}
	return lines
}

// changed is a line after changes. A comment behind it stays in its column as long as there is room.
func (l *layout) changed(row int, changes []change) string {
	old := l.rows[row]
	if l.inside[row] {
		return string(old)
	}
	code, remark := old, ""
	if at := l.comment(row); at >= 0 {
		code, remark = old[:at], string(old[at:])
	}
	// From behind; a blank before a text goes in once the text is changed.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(b.from-a.from, b.to-a.to) })
	line := slices.Clone(code)
	for _, c := range changes {
		line = slices.Concat(line[:c.from], []rune(c.with), line[c.to:])
	}
	text := strings.TrimRight(string(line), " \t")
	if remark == "" {
		return text
	}
	return withRemark(text, remark, len(code))
}

// withRemark puts a comment behind a line, in a column if there is room for two blanks or the line is empty.
func withRemark(text, remark string, column int) string {
	remark = strings.TrimRight(remark, " \t")
	width := len([]rune(text))
	gap := column - width
	if width > 0 {
		gap = max(gap, 1)
	}
	return text + strings.Repeat(" ", max(gap, 0)) + remark
}

// signs are the changes around the commas, colons and brackets of a line.
func (l *layout) signs(row int) (changes []change) {
	r := l.rows[row]
	end := l.comment(row)
	if end < 0 {
		end = len(r)
	}
	for i := range end {
		if l.covered[row][i] {
			continue
		}
		before, after := i, skip(r[:end], i+1)
		for before > 0 && blank(r[before-1]) && !l.covered[row][before-1] {
			before--
		}
		switch c := r[i]; {
		case strings.ContainsRune(",:]}", c) && before > 0 && before < i && !strings.ContainsRune(",", r[before-1]):
			changes = append(changes, change{before, i, ""})
		case strings.ContainsRune("[{", c) && after > i+1 && after < end && !strings.ContainsRune("]}", r[after]):
			changes = append(changes, change{i + 1, after, ""})
		}
		if c := r[i]; (c == ',' || c == ':') && after == i+1 && after < end && !strings.ContainsRune("]}", r[after]) {
			changes = append(changes, change{after, after, " "})
		}
	}
	return changes
}

// quotes are the changes to the quotes of keys and values.
func (l *layout) quotes(n *Node, changes [][]change) {
	for _, p := range n.pairs {
		l.quotes(p.Key, changes)
		l.quotes(p.Value, changes)
	}
	for _, item := range n.items {
		l.quotes(item, changes)
	}
	end := spot{}
	if n.Quoted() {
		end = n.end()
	}
	if end.line != n.at.line { // no quotes, or a text of several lines
		return
	}
	with := n.requoted()
	if raw := string(l.rows[n.at.line-1][n.at.column-1 : end.column-1]); raw != with {
		changes[n.at.line-1] = append(changes[n.at.line-1], change{n.at.column - 1, end.column - 1, with})
	}
}

// requoted is a quoted text in the quotes that it needs.
func (n *Node) requoted() string {
	switch {
	case n.needsNoQuotes():
		return n.text
	case n.style == double, strings.ContainsAny(n.text, "\"\\"), strings.ContainsFunc(n.text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return n.Raw()
	}
	return `"` + n.text + `"`
}

// needsNoQuotes says that everybody who reads YAML takes the text without quotes for what it is: it is neither cut nor
// split, and no number, boolean, date or nothing.
func (n *Node) needsNoQuotes() bool {
	text := n.text
	first, _ := firstRune(text)
	signs := ""
	if n.flow {
		signs = ",[]{}?:#&*!|>%@`'\"\\"
	}
	switch {
	case !unicode.IsLetter(first) || strings.TrimSpace(text) != text,
		strings.Contains(text, ": ") || strings.Contains(text, " #") || strings.HasSuffix(text, ":"),
		strings.ContainsAny(text, signs+"\t"),
		strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return false
	}
	return !otherwiseRead.MatchString(text)
}

// otherwiseRead are words that some YAML or other reads as something else than a text.
var otherwiseRead = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n|nan|inf)$`)

func firstRune(text string) (rune, bool) {
	for _, r := range text {
		return r, true
	}
	return 0, false
}
