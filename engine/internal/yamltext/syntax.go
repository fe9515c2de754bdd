package yamltext

import (
	"fmt"
	"slices"
	"strings"
)

// syntax reads lines that YAML refused, to find all places that are wrong: YAML stops at the first one and often names
// another line. It knows block structure, quotes, brackets and text blocks well enough to follow a rule file; it never
// judges a file that YAML accepts. Values that can be set aside are replaced by a plain x at their place.
type syntax struct {
	file    *File
	rows    [][]rune
	row     int
	fixed   []string // the lines without what was set aside
	spoiled map[spot]bool
	found   []Fault
	stuck   bool // the structure of the file is in doubt, setting values aside does not help

	levels []level
	adrift bool // an indentation was wrong; up to the next line in the first column others only follow from it
	waits  bool // the entry above has no value on its own line
	owner  int  // column of that entry
}

// level is an open mapping or list in block style; its column counts from 0, as all columns here do.
type level struct {
	column int
	list   bool
}

func newSyntax(f *File, lines []string) *syntax {
	s := &syntax{file: f, fixed: slices.Clone(lines), spoiled: map[spot]bool{}}
	for _, line := range lines {
		s.rows = append(s.rows, []rune(line))
	}
	return s
}

func (s *syntax) scan() {
	for s.row < len(s.rows) {
		s.line()
	}
}

func (s *syntax) fault(row, column, width int, code, message, hint string) {
	at := s.file.pos(spot{row + 1, column + 1})
	s.found = append(s.found, Fault{Code: code, Pos: at, Width: max(1, width), Message: message, Hint: hint})
}

// broken reports a fault that leaves the structure of the file in doubt; the first one says what that means.
func (s *syntax) broken(column int, code, message, hint string) {
	if !s.stuck {
		hint += "; " + hiddenRest
	}
	s.stuck = true
	s.fault(s.row, column, 1, code, message, hint)
}

// aside replaces the value that begins at row and column and goes on to the end of row last.
func (s *syntax) aside(row, column, last int) {
	s.fixed[row] = string(s.rows[row][:column]) + "x"
	for i := row + 1; i <= last; i++ {
		s.fixed[i] = ""
	}
	s.spoiled[spot{row + 1, column + 1}] = true
}

// line reads the line at s.row, with the lines its value goes on to.
func (s *syntax) line() {
	r := s.rows[s.row]
	column := indentation(r)
	switch {
	case idle(r):
		s.row++
	case r[column] == '\t':
		s.tab(column)
		s.row++
	case marker(string(r), "---"):
		s.value(3, -1)
	default:
		s.entry(column)
	}
}

func (s *syntax) tab(column int) {
	s.broken(column, CodeTab, "the line is indented with a tab, which YAML does not allow", "indent with spaces, two for each level")
}

// entry reads `- item`, `key: value` and combinations of them.
func (s *syntax) entry(column int) {
	r := s.rows[s.row]
	dashed, parent := false, s.owner
	for sign(r, column, '-') {
		s.place(column, true)
		dashed, parent = true, column
		column = skip(r, column+1)
		if ends(r, column) {
			s.wait(parent)
			return
		}
		s.waits, s.owner = true, parent
	}
	if sign(r, column, '?') || sign(r, column, ':') {
		s.broken(column, CodeKey, "a key is wanted here", "write `key: value`")
		s.row++
		return
	}
	if colon := keyEnd(r, column); colon >= 0 {
		s.place(column, false)
		s.value(colon+1, column)
		return
	}
	first := len(s.levels) == 0 && strings.ContainsRune("[{\"'|>", r[column])
	if dashed || first || s.waits && column > s.owner {
		s.value(column, parent)
		return
	}
	s.stray(column)
}

func (s *syntax) wait(owner int) {
	s.waits, s.owner = true, owner
	s.row++
}

// place checks the indentation of a key or dash against the lines above.
func (s *syntax) place(column int, list bool) {
	waits := s.waits && column >= s.owner
	s.waits = false
	if s.adrift && column > 0 {
		return
	}
	if s.adrift {
		s.adrift, s.levels = false, nil
	}
	above := s.levels
	outdented := s.close(column, list)
	if len(s.levels) == 0 && !outdented {
		s.levels = append(s.levels, level{column, list})
		return
	}
	top := level{column: -1}
	if len(s.levels) > 0 {
		top = s.levels[len(s.levels)-1]
	}
	switch {
	case top.column == column && top.list == list:
		return
	case top.column == column && list && waits && s.owner == column:
	case top.column == column:
		s.mixed(column, list)
		return
	case !waits || outdented:
		s.misplaced(column, outdented, above)
	}
	s.levels = append(s.levels, level{column, list})
}

// close ends the levels that a line at this column leaves, and reports whether it stands further left than one of them.
// A list may stand at the column of its key; the next key there ends it.
func (s *syntax) close(column int, list bool) (outdented bool) {
	for i := len(s.levels) - 1; i >= 0; i-- {
		l := s.levels[i]
		beside := l.column == column && l.list && !list && i > 0 && s.levels[i-1] == level{column, false}
		if l.column <= column && !beside {
			return outdented
		}
		outdented = outdented || l.column > column
		s.levels = s.levels[:i]
	}
	return outdented
}

func (s *syntax) mixed(column int, list bool) {
	message, hint := "a key stands among the items of a list", "write a dash before it, or indent it below its item"
	if list {
		message, hint = "a list item stands among the keys of a mapping", "put it below a key that has no value on its line"
	}
	s.misindented(column, message, hint)
}

func (s *syntax) misplaced(column int, outdented bool, above []level) {
	if !outdented {
		s.misindented(column, "the line is indented further than the one above, which already has a value", "align it with the lines it belongs to")
		return
	}
	fit := fmt.Sprint(above[len(s.levels)].column)
	if len(s.levels) > 0 {
		fit = fmt.Sprintf("%d or %s", s.levels[len(s.levels)-1].column, fit)
	}
	s.misindented(column, fmt.Sprintf("the line is indented by %s, which fits no line above it: %s would", blanks(column), fit), "align it with the lines it belongs to")
}

func (s *syntax) misindented(column int, message, hint string) {
	s.broken(column, CodeIndent, message, hint)
	s.adrift = true
}

func blanks(n int) string {
	if n == 1 {
		return "1 space"
	}
	return fmt.Sprintf("%d spaces", n)
}

// stray reports a line that has no colon and continues nothing.
func (s *syntax) stray(column int) {
	text := strings.TrimSpace(string(s.rows[s.row][column:]))
	hint := "write `key: value`, or `- item`"
	switch {
	case strings.HasPrefix(text, "-"):
		hint = "put a blank behind the dash"
	case strings.Contains(text, ":"):
		hint = "put a blank behind the colon"
	case !strings.Contains(text, " "):
		hint = "put a colon behind the key: `" + text + ":`"
	}
	s.fault(s.row, column, len([]rune(text)), CodeNoColon, "the line is neither `key: value` nor `- item`", hint)
	s.fixed[s.row] = string(s.rows[s.row][:column]) + "#" // a blank line would join what stands above and below
	s.row++
}
