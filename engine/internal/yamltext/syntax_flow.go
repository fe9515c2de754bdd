package yamltext

import (
	"fmt"
	"strings"
)

// brackets follows a value between { } or [ ] to its end. The first thing wrong in it is reported and the whole value set
// aside.
func (s *syntax) brackets(column, parent int) {
	f := flow{syntax: s, row: s.row, column: column, parent: parent}
	start := s.row
	closed := f.read()
	if f.wrong == nil && closed && s.leftover(f.row, f.column, s.rows[start][column]) {
		s.aside(start, column, f.row)
	}
	if f.wrong != nil {
		s.found = append(s.found, *f.wrong)
		s.aside(start, column, f.row)
	}
	s.row = f.row + 1
	s.rest(parent)
}

// flow reads one value in flow style.
type flow struct {
	*syntax
	row, column int
	parent      int
	open        []bracket
	state       token
	wrong       *Fault
}

// bracket is one that waits for its closing.
type bracket struct {
	sign        rune
	row, column int
	colon       bool // the entry that is read has its colon
}

// token is what was read last within an entry.
type token uint8

const (
	nothing token = iota // at the beginning of a key or value
	words                // inside unquoted text
	closed               // behind a closing quote or bracket
)

// blame keeps the first fault only: the others mostly follow from it.
func (f *flow) blame(row, column, width int, code, message, hint string) {
	if f.wrong == nil {
		at := f.file.pos(spot{row + 1, column + 1})
		f.wrong = &Fault{Code: code, Pos: at, Width: width, Message: message, Hint: hint}
	}
}

// read goes to the character behind the closing bracket, and reports whether there is one. Without it row is the last one
// that may belong to the value.
func (f *flow) read() bool {
	for first := f.row; f.row < len(f.rows); f.row, f.column = f.row+1, 0 {
		r := f.rows[f.row]
		left := indentation(r)
		if f.row > first && !idle(r) && left <= f.parent && (keyEnd(r, left) >= 0 || sign(r, left, '-')) {
			break
		}
		for f.column < len(r) && !ends(r, f.column) {
			f.step()
			if len(f.open) == 0 {
				return true
			}
			r = f.rows[f.row]
		}
	}
	f.row--
	last := f.open[len(f.open)-1]
	f.blame(last.row, last.column, 1, CodeBracket, fmt.Sprintf("the bracket %c is never closed", last.sign), fmt.Sprintf("write %c at the end of the list or mapping", partner(last.sign)))
	return false
}

// step reads one character, or one quoted text.
func (f *flow) step() {
	r := f.rows[f.row]
	switch c := r[f.column]; {
	case blank(c):
	case c == '[' || c == '{':
		f.begin(c)
	case c == ']' || c == '}':
		f.end(c)
	case c == ',':
		if f.state == nothing && !f.inside().colon {
			f.blame(f.row, f.column, 1, CodeStart, "a comma stands where a value is wanted", "remove the comma")
		}
		f.state = nothing
		f.inside().colon = false
	case f.colon(r):
		if f.inside().colon {
			f.blame(f.row, f.column, 1, CodeColon, "a second colon stands in one entry between { } or [ ]", hintBlockStyle)
		}
		f.inside().colon = true
		f.state = nothing
	case f.state == nothing && (c == '"' || c == '\''):
		f.quote()
	default:
		f.letter(c)
	}
	f.column++
}

func (f *flow) inside() *bracket { return &f.open[len(f.open)-1] }

// colon reports whether the character is the colon of a pair.
func (f *flow) colon(r []rune) bool {
	return r[f.column] == ':' && (f.state == closed || sign(r, f.column, ':'))
}

func (f *flow) begin(c rune) {
	if f.state != nothing {
		f.blame(f.row, f.column, 1, CodeFlow, fmt.Sprintf("YAML cannot read %c inside an unquoted text between { } or [ ]", c), hintBlockStyle)
	}
	if len(f.open) == MaxDepth {
		f.blame(f.row, f.column, 1, CodeDepth, fmt.Sprintf("mappings and lists are nested more than %d deep here", MaxDepth), hintDepth)
	}
	f.open = append(f.open, bracket{sign: c, row: f.row, column: f.column})
	f.state = nothing
}

func (f *flow) end(c rune) {
	if open := f.inside(); partner(open.sign) != c {
		f.blame(f.row, f.column, 1, CodeBracket, fmt.Sprintf("%c closes the %c of line %d, column %d", c, open.sign, open.row+1, open.column+1), fmt.Sprintf("close that one with %c first", partner(open.sign)))
	}
	f.open = f.open[:len(f.open)-1]
	f.state = closed
}

func (f *flow) quote() {
	row, column, wrong := f.closing(f.row, f.column, f.parent)
	if wrong != nil && f.wrong == nil {
		f.wrong = wrong
	}
	f.row, f.column = row, column
	f.state = closed
}

// letter reads a character of an unquoted text.
func (f *flow) letter(c rune) {
	switch {
	case f.state == closed:
		f.blame(f.row, f.column, 1, CodeFlow, "text follows a closing quote or bracket between { } or [ ]", hintBlockStyle)
	case f.state == words && c == '?':
		f.blame(f.row, f.column, 1, CodeFlow, "YAML cannot read ? inside an unquoted text between { } or [ ]", hintBlockStyle)
	case f.state == nothing && c == '!':
		tag, _ := cutTag(string(f.rows[f.row][f.column:]))
		f.blame(f.row, f.column, len([]rune(tag)), CodeTag, fmt.Sprintf("YAML reads `%s` as a tag", tag),
			fmt.Sprintf("write `not %s`, in block style", strings.TrimLeft(tag, "!")))
	case f.state == nothing && c == '*':
		f.blame(f.row, f.column, 1, CodeAlias, "`*` begins a YAML alias, and rule files have none", hintAlias)
	case f.state == nothing && (c == '%' || c == '@' || c == '`'):
		f.blame(f.row, f.column, 1, CodeStart, fmt.Sprintf("YAML does not let a value begin with %c", c), "put the text between single quotes")
	}
	if f.state == nothing {
		f.state = words
	}
}

func partner(opening rune) rune {
	if opening == '[' {
		return ']'
	}
	return '}'
}
