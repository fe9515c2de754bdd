package yamltext

import (
	"strings"
	"unicode/utf8"
)

// spot is a place in a file that is known: 1-based line and rune column.
type spot struct{ line, column int }

// placing says where each rune of a scalar's text stands.
type placing struct {
	places []spot
	end    spot // behind the last rune, a closing quote not included
}

// place returns the spot of a rune of the text; a number outside of it means the nearest place.
func (p placing) place(i int) spot {
	if i >= len(p.places) {
		return p.end
	}
	return p.places[max(i, 0)]
}

// Pos returns the place where the node begins: of a scalar the first character of its text (inside the quotes, on the
// first line below |), of a mapping its first key or brace.
func (n *Node) Pos() Pos { return n.PosAt(0) }

// PosAt returns the place in the file of a rune of the scalar's text, counted from 0. A line end that YAML folded into a
// blank stands behind the last character of its line. A number past the end gives the place behind the last rune.
func (n *Node) PosAt(rune int) Pos {
	if n == nil {
		return Pos{}
	}
	return n.file.pos(n.placing().place(rune))
}

// Raw returns the scalar as it stands in the file, with quotes, escapes and line ends, a text block with its | line.
// It is "" for mappings and lists.
func (n *Node) Raw() string {
	if n == nil || n.kind != Scalar {
		return ""
	}
	end := n.placing().end
	if n.Quoted() {
		end = n.closingQuote(end)
	}
	var b strings.Builder
	for line := n.at.line; line <= end.line; line++ {
		runes := n.file.rows[line-1]
		if line == end.line {
			runes = runes[:min(end.column-1, len(runes))]
		}
		if line == n.at.line {
			runes = runes[min(n.at.column-1, len(runes)):]
		} else {
			b.WriteByte('\n')
		}
		b.WriteString(string(runes))
	}
	return b.String()
}

// closingQuote returns the spot behind the quote that ends the scalar: it follows the text, after blanks and line ends.
func (n *Node) closingQuote(end spot) spot {
	w := walk{rows: n.file.rows}
	w.jump(end)
	for w.blankRest() || w.peek() == '\\' {
		if !w.nextLine() {
			return end
		}
	}
	return spot{w.line, w.column + 1}
}

// placing walks through text and file in step; where they part (a spoiled scalar) the rest stands at the last known spot.
func (n *Node) placing() placing {
	switch {
	case n.kind != Scalar || n.spoiled || n.style == folded:
		return placing{end: n.at}
	case n.style == literal:
		return n.placeBlock()
	default:
		return n.placeLine()
	}
}

// placeBlock uses that every line of a text block is the end of its line in the file.
func (n *Node) placeBlock() placing {
	var p placing
	p.end = n.at
	for i, text := range strings.Split(n.text, "\n") {
		line := n.at.line + 1 + i
		if line > len(n.file.rows) {
			return p
		}
		width := utf8.RuneCountInString(text)
		column := max(0, len(n.file.rows[line-1])-width) + 1
		for j := range width + 1 {
			p.places = append(p.places, spot{line, column + j})
		}
		p.end = spot{line, column + width}
	}
	p.places = p.places[:len(p.places)-1] // the line end of the last line is not part of the text
	return p
}

// placeLine handles plain and quoted scalars.
func (n *Node) placeLine() placing {
	w := walk{rows: n.file.rows, style: n.style}
	w.jump(n.at)
	if n.style != plain {
		w.column++
	}
	var p placing
	for _, r := range n.text {
		p.places = append(p.places, w.take(r))
	}
	p.end = spot{w.line, w.column}
	return p
}

// walk follows a scalar through the lines of the file.
type walk struct {
	rows   [][]rune
	style  style
	line   int
	column int
	runes  []rune // of the current line
}

func (w *walk) jump(to spot) {
	w.line, w.column = to.line, to.column
	w.runes = w.rows[to.line-1]
}

func (w *walk) peek() rune {
	if w.column > len(w.runes) {
		return 0
	}
	return w.runes[w.column-1]
}

// blankRest reports that nothing but blanks is left on the line: here YAML folds.
func (w *walk) blankRest() bool {
	for i := w.column - 1; i < len(w.runes); i++ {
		if !blank(w.runes[i]) {
			return false
		}
	}
	return true
}

// nextLine moves to the first character of the next line.
func (w *walk) nextLine() bool {
	if w.line >= len(w.rows) {
		return false
	}
	w.jump(spot{w.line + 1, 1})
	for blank(w.peek()) {
		w.column++
	}
	return true
}

// take returns the spot of the next rune of the text, and moves behind it.
func (w *walk) take(r rune) spot {
	for w.style == double && w.peek() == '\\' && w.column == len(w.runes) {
		if !w.nextLine() {
			break
		}
	}
	if w.style == double && w.peek() == '\\' {
		at := spot{w.line, w.column}
		w.column += escapeWidth(w.runes[w.column-1:])
		return at
	}
	if w.blankRest() && (r == ' ' || r == '\n') {
		return w.fold(r)
	}
	for w.blankRest() && w.nextLine() {
	}
	at := spot{w.line, w.column}
	w.column = min(w.column+1, len(w.runes)+1)
	if w.style == single && r == '\'' {
		w.column = min(w.column+1, len(w.runes)+1)
	}
	return at
}

// fold returns the spot of a line end that became a blank or stayed a newline. A newline stands for a blank line too.
func (w *walk) fold(r rune) spot {
	end := len(w.runes)
	for end > 0 && blank(w.runes[end-1]) {
		end--
	}
	at := spot{w.line, end + 1}
	if r == '\n' {
		w.nextLine()
	}
	return at
}

// escapeWidth returns the runes of an escape in double quotes: \n, \x41, é, \U0001F600.
func escapeWidth(runes []rune) int {
	width := 2
	if len(runes) > 1 {
		switch runes[1] {
		case 'x':
			width = 4
		case 'u':
			width = 6
		case 'U':
			width = 10
		}
	}
	return min(width, len(runes))
}

func blank(r rune) bool { return r == ' ' || r == '\t' }
