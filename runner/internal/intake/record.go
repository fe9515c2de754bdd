package intake

import "strings"

// Record is one row of a file, before anybody asks what its columns mean.
type Record struct {
	// Line is the number of the line on which the record begins, from 1.
	Line int
	// Raw is what the rejects file repeats: the cells of the row, as many as
	// it has. A row that could not be split into cells is one with its text.
	Raw []string
	// Fault says why the row cannot be read; empty when it can.
	Fault string

	names []string
	cells []cell
}

// cell is one value of a record as text. A list, which only NDJSON has, holds
// its items instead.
type cell struct {
	text   string
	items  []string
	isList bool
}

// brief is the cell as a message can quote it.
func (c cell) brief() string {
	s := c.text
	if c.isList {
		s = strings.Join(c.items, ", ")
	}
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}

// Cell is the text of the column that has exactly this name in the file, and
// whether the record has that column.
func (r Record) Cell(name string) (string, bool) {
	for i, n := range r.names {
		if n == name && i < len(r.cells) {
			return r.cells[i].text, true
		}
	}
	return "", false
}
