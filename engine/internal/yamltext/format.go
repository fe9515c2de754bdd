package yamltext

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Format is the text of a rule file in the layout that all of them have: two blanks a level, one behind a comma, no quotes
// where none are needed, double ones elsewhere, no blanks at the end of a line, one line end at the end. An expression that
// YAML would misread is put under |. Only these places are edited: comments, their columns, the order and every value stay.
// A file that cannot be read, even so, comes back as it is, with its faults.
func Format(name string, src []byte) ([]byte, *Faults, error) {
	faults := &Faults{}
	root := Parse(name, src, faults)
	if mended := mend(faults, root); mended != nil {
		again := &Faults{}
		if other := Parse(name, join(mended, src), again); again.Len() == 0 {
			faults, root = again, other
		}
	}
	if root == nil || faults.Len() > 0 {
		return src, faults, nil
	}
	lines := root.file.lines
	for _, step := range []func(*layout) []string{(*layout).tidy, (*layout).indent} {
		n := Parse(name, []byte(strings.Join(lines, "\n")), &Faults{})
		lines = step(newLayout(n))
	}
	text := join(lines, src)
	if err := same(root, Parse(name, text, faults), faults); err != nil {
		return src, nil, err
	}
	return text, faults, nil
}

// join makes a text of lines, with the line ends of src.
func join(lines []string, src []byte) []byte {
	lines = slices.Clone(lines)
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	end := "\n"
	if bytes.Contains(src, []byte("\r\n")) {
		end = "\r\n"
	}
	text := []byte(strings.Join(lines, end) + end)
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		text = append([]byte("\ufeff"), text...)
	}
	return text
}

// same makes sure that a file means what it meant, and says what it said beside that.
func same(before, after *Node, faults *Faults) error {
	var was, is bytes.Buffer
	before.Canonical(&was)
	after.Canonical(&is)
	switch {
	case faults.Len() > 0:
		return fmt.Errorf("%s: this file cannot be formatted: %w", before.file.Name, faults.All()[0])
	case !bytes.Equal(was.Bytes(), is.Bytes()):
		return fmt.Errorf("%s: this file cannot be formatted without changing what it means", before.file.Name)
	case !slices.Equal(newLayout(before).comments(), newLayout(after).comments()):
		return fmt.Errorf("%s: this file cannot be formatted without losing a comment", before.file.Name)
	}
	return nil
}

// layout is a file with what stands where: the rest is blanks, signs of YAML, and comments.
type layout struct {
	root    *Node
	rows    [][]rune
	covered [][]bool // characters of keys and values
	inside  []bool   // lines of a text block, below its |
	follows []bool   // lines on which a value of the line before goes on
}

func newLayout(root *Node) *layout {
	l := &layout{root: root, rows: root.file.rows, inside: make([]bool, len(root.file.rows)), follows: make([]bool, len(root.file.rows))}
	for _, row := range l.rows {
		l.covered = append(l.covered, make([]bool, len(row)))
	}
	l.cover(root)
	return l
}

func (l *layout) cover(n *Node) {
	for _, p := range n.pairs {
		l.cover(p.Key)
		l.cover(p.Value)
	}
	for _, item := range n.items {
		l.cover(item)
	}
	if n.kind == Scalar {
		l.coverScalar(n)
	}
}

func (l *layout) coverScalar(n *Node) {
	from, to := n.at, n.end()
	if n.style == literal {
		l.coverBlock(n)
		return
	}
	for line := from.line; line <= to.line; line++ {
		first, last := 1, len(l.rows[line-1])
		if line == from.line {
			first = from.column
		} else {
			l.follows[line-1] = true
		}
		if line == to.line {
			last = to.column - 1
		}
		for column := first; column <= last; column++ {
			l.covered[line-1][column-1] = true
		}
	}
}

// coverBlock covers the | and the lines below it that are blank or indented like the first.
func (l *layout) coverBlock(n *Node) {
	head := l.rows[n.at.line-1]
	for i := n.at.column - 1; i < len(head) && !blank(head[i]); i++ {
		l.covered[n.at.line-1][i] = true
	}
	last := n.end().line
	for line := n.at.line + 1; line <= last; line++ {
		l.inside[line-1] = true
		for i := range l.covered[line-1] {
			l.covered[line-1][i] = true
		}
	}
}

// end is the spot behind a scalar, with its quote.
func (n *Node) end() spot {
	end := n.placing().end
	if n.Quoted() {
		end = n.closingQuote(end)
	}
	return end
}

// comment is the column, from 0, at which the comment of a line begins; -1 without one.
func (l *layout) comment(row int) int {
	for i, r := range l.rows[row] {
		if r == '#' && !l.covered[row][i] && (i == 0 || blank(l.rows[row][i-1])) {
			return i
		}
	}
	return -1
}

func (l *layout) comments() (all []string) {
	for row := range l.rows {
		if at := l.comment(row); at >= 0 {
			all = append(all, strings.TrimRight(string(l.rows[row][at:]), " \t"))
		}
	}
	return all
}
