package yamltext

import "strings"

// indent are the lines with two blanks for each level of mappings and lists.
func (l *layout) indent() []string {
	in := &indenter{layout: l, shift: make([]int, len(l.rows)), known: make([]bool, len(l.rows)), gaps: map[int][]change{}}
	if l.root.block() {
		in.node(l.root, 0)
	}
	in.remarks()
	lines := make([]string, len(l.rows))
	for row := range l.rows {
		lines[row] = in.line(row)
	}
	return lines
}

// block says that a mapping or list is written in lines, not in brackets.
func (n *Node) block() bool {
	return n.kind != Scalar && !strings.ContainsRune("[{", n.file.rune(n.at))
}

// indenter finds by how much each line moves.
type indenter struct {
	*layout
	shift []int
	known []bool           // lines whose shift was decided
	gaps  map[int][]change // the blanks behind dashes
}

// node places a mapping or list in lines at a column from 0.
func (in *indenter) node(n *Node, column int) {
	for _, p := range n.pairs {
		in.begin(p.Key.at, column)
		in.value(p.Value, p.Key.at, column)
	}
	for _, item := range n.items {
		dash := in.dash(item)
		in.begin(dash, column)
		in.value(item, dash, column)
	}
}

// begin moves the line that begins at a spot.
func (in *indenter) begin(at spot, column int) {
	row := at.line - 1
	if in.known[row] || indentation(in.rows[row]) != at.column-1 {
		return
	}
	in.shift[row], in.known[row] = column-(at.column-1), true
}

// dash is the spot of the dash before an item of a list.
func (in *indenter) dash(item *Node) spot {
	at := item.at
	if item.block() && len(item.items) > 0 { // a list in a list begins at its first dash
		at = in.first(item)
	}
	for row, column := at.line-1, at.column-2; row >= 0; row-- {
		r := in.rows[row]
		if row != at.line-1 {
			column = len(r) - 1
			if c := in.comment(row); c >= 0 {
				column = c - 1
			}
		}
		for ; column >= 0; column-- {
			if r[column] == '-' && !in.covered[row][column] {
				return spot{row + 1, column + 1}
			}
		}
	}
	return at
}

// first is where the first thing of a node stands.
func (in *indenter) first(n *Node) spot {
	if n.kind == Sequence && n.block() && len(n.items) > 0 {
		return in.dash(n.items[0])
	}
	return n.at
}

// value places what belongs to a key or dash at owner, which comes to stand in a column.
func (in *indenter) value(n *Node, owner spot, column int) {
	at := in.first(n)
	switch {
	case n.block() && at.line == owner.line: // behind its dash
		in.gap(owner, at)
		in.node(n, column+2)
	case n.block():
		in.node(n, column+2)
	case n.style == literal:
		in.literal(n, owner, column)
	default:
		if at.line != owner.line {
			in.begin(at, column+2)
		}
		in.rest(n, owner, column)
	}
}

// gap leaves one blank behind a dash.
func (in *indenter) gap(dash, at spot) {
	if from, to := dash.column, at.column-1; to-from > 1 {
		in.gaps[dash.line-1] = append(in.gaps[dash.line-1], change{from, to, " "})
	}
}

// literal moves the lines of a text block: to where they belong, or with its owner
// where a digit behind the | says how far they are indented.
func (in *indenter) literal(n *Node, owner spot, column int) {
	by := column - (owner.column - 1)
	header := strings.Fields(string(in.rows[n.at.line-1][n.at.column-1:]))
	if !strings.ContainsAny(header[0], "123456789") {
		by = column + 2 - in.left(n)
	}
	for row := n.at.line; row < n.end().line; row++ {
		in.shift[row], in.known[row] = by, true
	}
}

// left is the indentation of a text block.
func (in *indenter) left(n *Node) int {
	for row := n.at.line; row < n.end().line; row++ {
		if !onlyBlanks(in.rows[row]) {
			return indentation(in.rows[row])
		}
	}
	return 0
}

// rest moves the other lines of a value like its owner, or like its first line when
// that is a line of its own, but none of them out of the value.
func (in *indenter) rest(n *Node, owner spot, column int) {
	by := column - (owner.column - 1)
	for row := in.first(n).line; row < in.last(n).line; row++ {
		in.shift[row], in.known[row] = by, true
	}
	if at := in.first(n); at.line != owner.line {
		by = in.shift[at.line-1]
		for row := at.line; row < in.last(n).line; row++ {
			in.shift[row] = max(by, column+2-indentation(in.rows[row]))
		}
	}
}

// last is the spot behind a value, with its closing bracket.
func (in *indenter) last(n *Node) spot {
	if n.kind == Scalar {
		return n.end()
	}
	depth := 0
	for row := n.at.line - 1; row < len(in.rows); row++ {
		for column, r := range in.rows[row] {
			if in.covered[row][column] || row == n.at.line-1 && column < n.at.column-1 || in.remarked(row, column) {
				continue
			}
			switch r {
			case '[', '{':
				depth++
			case ']', '}':
				depth--
				if depth == 0 {
					return spot{row + 1, column + 2}
				}
			}
		}
	}
	return n.at
}

// remarked says that a character belongs to a comment.
func (in *indenter) remarked(row, column int) bool {
	at := in.comment(row)
	return at >= 0 && column >= at
}

// remarks moves the comments that have lines of their own: like the line that they stand above, or the one before that
// they are aligned with.
func (in *indenter) remarks() {
	next := -1
	for row := len(in.rows) - 1; row >= 0; row-- {
		r := in.rows[row]
		at := in.comment(row)
		switch {
		case in.known[row] && !onlyBlanks(r):
			next = row
		case at >= 0 && at == skip(r, 0):
			in.shift[row] = in.beside(row, at, next)
		}
	}
}

// beside is the shift of a comment in a column, above the line next. Below a text
// block it comes to stand under its key: further right it would belong to the text.
func (in *indenter) beside(row, column, next int) int {
	if next >= 0 && indentation(in.rows[next]) >= column {
		return max(in.shift[next], -column)
	}
	behind := false
	for above := row - 1; above >= 0; above-- {
		behind = behind || in.inside[above]
		if in.known[above] && !in.inside[above] && indentation(in.rows[above]) <= column {
			if behind {
				return indentation(in.rows[above]) + in.shift[above] - column
			}
			return max(in.shift[above], -column)
		}
	}
	return 0
}

// line is a line where it belongs. A comment behind it stays in its column as long as there is room.
func (in *indenter) line(row int) string {
	r := in.rows[row]
	if onlyBlanks(r) && !in.inside[row] {
		return ""
	}
	by := in.shift[row]
	if by < 0 {
		by = max(by, -indentation(r))
	}
	code, remark := r, ""
	if at := in.comment(row); at > indentation(r) && !in.inside[row] {
		code, remark = r[:at], string(r[at:])
	}
	text := string(code)
	for i := len(in.gaps[row]) - 1; i >= 0; i-- {
		g := in.gaps[row][i]
		text = string([]rune(text)[:g.from]) + g.with + string([]rune(text)[g.to:])
	}
	switch {
	case by > 0 && !onlyBlanks(r):
		text = strings.Repeat(" ", by) + text
	case by < 0:
		text = text[-by:]
	}
	if remark == "" {
		return text
	}
	return withRemark(strings.TrimRight(text, " \t"), remark, len(code))
}
