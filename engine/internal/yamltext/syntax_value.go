package yamltext

import (
	"fmt"
	"strings"
	"unicode"
)

// value reads what stands behind a colon or dash, and the lines it goes on to: those indented further than parent.
func (s *syntax) value(column, parent int) {
	r := s.rows[s.row]
	column = skip(r, column)
	for column < len(r) && (r[column] == '&' || r[column] == '!') {
		for column < len(r) && !blank(r[column]) {
			column++
		}
		column = skip(r, column)
	}
	if ends(r, column) {
		s.wait(parent)
		return
	}
	s.waits = false
	switch c := r[column]; {
	case c == '|' || c == '>':
		s.block(column, parent)
	case c == '"' || c == '\'':
		s.quoted(column, parent)
	case c == '[' || c == '{':
		s.brackets(column, parent)
	case c == '*' && !sign(r, column, '*'):
		name := strings.Fields(string(r[column:]))[0]
		s.refuse(column, parent, len([]rune(name)), Fault{Code: CodeAlias, Message: fmt.Sprintf("`%s` is a YAML alias, and rule files have none", name), Hint: hintAlias})
	case sign(r, column, '-'):
		s.refuse(column, parent, 1, Fault{Code: CodeStart, Message: "a list item stands on the line of its key", Hint: "put it on a line of its own below the key, or write [a, b]"})
	case strings.ContainsRune("%@`,]}*", c) || sign(r, column, '?') || sign(r, column, ':'):
		s.refuse(column, parent, 1, Fault{Code: CodeStart, Message: fmt.Sprintf("YAML does not let a value begin with %c", c), Hint: hintQuoteOrOwnLine})
	default:
		s.plain(column, parent)
	}
}

// refuse reports a value of one line and sets it aside.
func (s *syntax) refuse(column, parent, width int, f Fault) {
	s.fault(s.row, column, width, f.Code, f.Message, f.Hint)
	s.aside(s.row, column, s.row)
	s.row++
	s.rest(parent)
}

// plain looks for a second colon in an unquoted value.
func (s *syntax) plain(column, parent int) {
	r := s.rows[s.row]
	colon := keyEnd(r, column)
	if colon < 0 {
		s.row++
		s.rest(parent)
		return
	}
	message := "YAML takes the text before this colon for another key"
	if before := string(r[column:colon]); strings.Contains(before, "? ") {
		message = "YAML takes the colon of `a ? b : c` for that of a key"
	}
	s.fault(s.row, colon, 1, CodeColon, message, hintQuoteOrOwnLine)
	s.aside(s.row, column, s.row)
	s.row++
	s.rest(parent)
}

// rest passes over the lines that continue an unquoted value: those indented further, up to a comment. One that looks like
// an entry of its own is left to entry, which reports its indentation.
func (s *syntax) rest(parent int) {
	for commented := false; s.row < len(s.rows); s.row++ {
		r := s.rows[s.row]
		column := indentation(r)
		switch {
		case idle(r):
			commented = commented || column < len(r) && r[column] == '#'
		case commented, column <= parent, r[column] == '\t', keyEnd(r, column) >= 0:
			return
		}
	}
}

// quoted follows a quoted value to its end and looks at what stands behind it.
func (s *syntax) quoted(column, parent int) {
	start := s.row
	row, end, f := s.closing(start, column, parent)
	if f != nil {
		s.found = append(s.found, *f)
		s.aside(start, column, max(start, row))
		s.row = max(start, row) + 1
		s.rest(parent)
		return
	}
	if s.leftover(row, end+1, s.rows[start][column]) {
		s.aside(start, column, row)
	}
	s.row = row + 1
	s.rest(parent)
}

// closing returns the place of the quote that ends the text begun at row and column. When there is none before a line that
// is not indented further than parent, or an escape is wrong, it returns the fault and the last row concerned.
func (s *syntax) closing(row, column, parent int) (int, int, *Fault) {
	start, quote := row, s.rows[row][column]
	var wrong *Fault
	i := column + 1
	for ; row < len(s.rows); row, i = row+1, 0 {
		r := s.rows[row]
		if row > start && !onlyBlanks(r) && indentation(r) <= parent {
			break
		}
		for ; i < len(r); i++ {
			switch {
			case quote == '"' && r[i] == '\\':
				width := escapeWidth(r[i:])
				if wrong == nil && !validEscape(r[i:i+width]) {
					wrong = s.escape(row, i, r[i:i+width])
				}
				i += width - 1
			case r[i] == quote && quote == '\'' && i+1 < len(r) && r[i+1] == '\'':
				i++
			case r[i] == quote:
				return row, i, wrong
			}
		}
	}
	at := s.file.pos(spot{start + 1, column + 1})
	return start, column, &Fault{Code: CodeQuote, Pos: at, Width: 1, Message: fmt.Sprintf("the quote %c is never closed", quote), Hint: fmt.Sprintf("write %c at the end of the text", quote)}
}

func (s *syntax) escape(row, column int, text []rune) *Fault {
	return &Fault{
		Code: CodeEscape, Pos: s.file.pos(spot{row + 1, column + 1}), Width: len(text),
		Message: fmt.Sprintf("YAML knows no `%s` between double quotes", string(text)),
		Hint:    "put the text between single quotes, or under |, where \\ is an ordinary character",
	}
}

// validEscape knows the escapes of YAML 1.2, section 5.7.
func validEscape(text []rune) bool {
	if len(text) < 2 {
		return true
	}
	if len(text) == 2 {
		return strings.ContainsRune("0abt\tnvfre \"'/\\N_LP", text[1])
	}
	for _, r := range text[2:] {
		if !unicode.Is(unicode.ASCII_Hex_Digit, r) {
			return false
		}
	}
	return true
}

// leftover reports text behind the quote or bracket that ends a value.
func (s *syntax) leftover(row, column int, opening rune) bool {
	r := s.rows[row]
	next := skip(r, column)
	if ends(r, next) {
		return false
	}
	text := strings.TrimSpace(string(r[next:]))
	end, hint := "quote", hintQuoteOrOwnLine
	switch {
	case opening == '[' || opening == '{':
		end = "bracket"
	case next == column && unicode.IsLetter(r[next]) && opening == '\'':
		hint = "write an apostrophe between single quotes twice: ''"
	case next == column && unicode.IsLetter(r[next]):
		hint = "write \\\" for a quote between double quotes"
	}
	s.fault(row, next, len([]rune(text)), CodeLeftover, fmt.Sprintf("`%s` is left over: YAML ends the value at the closing %s", text, end), hint)
	return true
}

// block passes over a text block under | or >.
func (s *syntax) block(column, parent int) {
	r := s.rows[s.row]
	i, fixed := column+1, -1
	for ; i < len(r) && strings.ContainsRune("+-123456789", r[i]); i++ {
		if unicode.IsDigit(r[i]) {
			fixed = max(parent, 0) + int(r[i]-'0')
		}
	}
	if next := skip(r, i); !ends(r, next) || next == i && i < len(r) {
		s.refuse(column, parent, len(r)-column, Fault{Code: CodeEmptyBlock, Message: fmt.Sprintf("YAML reads %c as the beginning of a text block, whose text stands on the lines below", r[column]), Hint: hintQuoteOrOwnLine})
		return
	}
	header := spot{s.row + 1, column + 1}
	for s.row++; s.row < len(s.rows); s.row++ {
		r, left := s.rows[s.row], indentation(s.rows[s.row])
		switch {
		case onlyBlanks(r) || fixed >= 0 && left >= fixed:
		case r[left] == '\t' && (fixed < 0 || left > parent):
			s.tab(left)
		case left <= parent || fixed >= 0 && r[left] == '#':
			return
		case fixed < 0:
			fixed = left
		default:
			s.fault(s.row, left, 1, CodeIndent, "the line stands further left than the first line of its text block", "indent it like the first line below |")
			s.fixed[s.row] = ""
			s.spoiled[header] = true
		}
	}
}

// indentation counts the spaces at the beginning of a line.
func indentation(r []rune) int {
	n := 0
	for n < len(r) && r[n] == ' ' {
		n++
	}
	return n
}

// idle lines are blank or hold a comment.
func idle(r []rune) bool {
	n := skip(r, 0)
	return n == len(r) || r[n] == '#'
}

func onlyBlanks(r []rune) bool { return skip(r, 0) == len(r) }

// skip returns the column of the next character that is not blank.
func skip(r []rune, column int) int {
	for column < len(r) && blank(r[column]) {
		column++
	}
	return column
}

// ends reports whether the line has nothing from here on but a comment.
func ends(r []rune, column int) bool {
	return column >= len(r) || r[column] == '#' && (column == 0 || blank(r[column-1]))
}

// sign reports whether a sign of block structure stands here: the character with a blank or nothing behind it.
func sign(r []rune, column int, c rune) bool {
	return column < len(r) && r[column] == c && (column+1 == len(r) || blank(r[column+1]))
}

// keyEnd returns the column of the colon that ends a key beginning here, -1 when there is none on the line.
func keyEnd(r []rune, column int) int {
	if column < len(r) && (r[column] == '"' || r[column] == '\'') {
		return quotedKeyEnd(r, column)
	}
	if column < len(r) && (r[column] == '[' || r[column] == '{') {
		return -1
	}
	for i := column; i < len(r) && (i == column || !ends(r, i)); i++ {
		if sign(r, i, ':') {
			return i
		}
	}
	return -1
}

func quotedKeyEnd(r []rune, column int) int {
	for i := column + 1; i < len(r); i++ {
		switch {
		case r[column] == '"' && r[i] == '\\':
			i++
		case r[i] == r[column]:
			if colon := skip(r, i+1); sign(r, colon, ':') {
				return colon
			}
			return -1
		}
	}
	return -1
}
