package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// csvRecords splits a CSV into records.
type csvRecords struct {
	tap    *tap
	in     *csv.Reader
	before int      // lines above the header, which in does not see
	width  int      // cells of a row
	header []string // names of the first cells; a rejects file has more
}

// newCSV reads the header. The header of a rejects file ends with line and
// reason, which are left out, so that a mended one can be imported.
func newCSV(lines *lines, first []byte, rejects bool) (*csvRecords, error) {
	c := &csvRecords{before: lines.number - 1}
	c.tap = &tap{lines: lines, line: lines.number}
	c.in = csv.NewReader(c.tap)
	c.in.Comma = delimiter(first)
	c.in.FieldsPerRecord = -1
	header, err := c.in.Read()
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		err = broken.Err
	}
	if err != nil {
		return nil, fmt.Errorf("the header line cannot be read: %w", err)
	}
	c.tap.take(c.in.InputOffset())
	c.header, c.width = header, len(header)
	if slices.Equal(header, slices.Concat(ndjsonColumns(), rejectsColumns())) {
		return nil, errors.New("holds the rejects of an NDJSON file, which are for reading: mend the lines in the NDJSON file and import that")
	}
	if n := len(header) - 2; rejects && n > 0 && slices.Equal(header[n:], rejectsColumns()) {
		c.header = header[:n]
	}
	return c, checkHeader(c.header)
}

// delimiter is the one of the four that stands most often in the header line
// outside quotes; a comma when none does.
func delimiter(header []byte) rune {
	best, most := ',', 0
	for _, candidate := range ",;\t|" {
		quoted, count := false, 0
		for _, r := range string(header) {
			if r == '"' {
				quoted = !quoted
			} else if r == candidate && !quoted {
				count++
			}
		}
		if count > most {
			best, most = candidate, count
		}
	}
	return best
}

func checkHeader(header []string) error {
	for i, name := range header {
		if strings.TrimSpace(name) == "" {
			return fmt.Errorf("column %d has no name: give it one in the header line or delete the column", i+1)
		}
		if j := slices.Index(header[:i], name); j >= 0 {
			return fmt.Errorf("columns %d and %d are both called %q: rename or delete one", j+1, i+1, name)
		}
	}
	return nil
}

func (c *csvRecords) next() (Record, error) {
	for {
		start := c.tap.line
		row, err := c.in.Read()
		text := c.tap.take(c.in.InputOffset())
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			return c.broken(broken, text), nil
		case err != nil:
			return Record{Line: start}, err
		case !blank(row):
			return c.record(row), nil
		}
	}
}

// blank says that a row has no values: spreadsheets write rows of delimiters
// below the last one.
func blank(row []string) bool {
	for _, text := range row {
		if strings.TrimSpace(text) != "" {
			return false
		}
	}
	return true
}

func (c *csvRecords) record(row []string) Record {
	line, _ := c.in.FieldPos(0)
	r := Record{Line: c.before + line, Raw: row, names: c.header}
	if len(row) != c.width {
		r.Raw = c.misfit(row)
		r.Fault = fmt.Sprintf("the row has %d cells, the header has %d", len(row), c.width)
		return r
	}
	r.Raw = row[:len(c.header)]
	r.cells = make([]cell, len(c.header))
	for i, text := range r.Raw {
		r.cells[i].text = text
	}
	return r
}

// misfit is what the rejects file repeats of a row that could not be split into
// the columns: without the line and the reason of an earlier rejects file, and
// never with as many cells as there are columns, for there it would be as good
// as any other row.
func (c *csvRecords) misfit(row []string) []string {
	if n := len(row) - len(rejectsColumns()); c.width > len(c.header) && n > 0 && digits(row[n]) {
		row = row[:n]
	}
	if len(row) == len(c.header) {
		return append(row[:len(row):len(row)], "")
	}
	return row
}

func (c *csvRecords) broken(err *csv.ParseError, text []byte) Record {
	return Record{
		Line:  c.before + err.StartLine,
		Raw:   c.misfit([]string{strings.Trim(string(text), "\r\n")}),
		Fault: fmt.Sprintf("the quotes are wrong at line %d: quote the whole cell and write a quote inside it twice", c.before+err.Line),
	}
}

// tap feeds the lines to the CSV reader and keeps what a record is made of:
// for the rejects file when the record is broken, and to stop when it grows
// without end because a quote never closes.
type tap struct {
	lines   *lines
	line    int    // on which the next record begins
	pending []byte // of the current line, not fed yet
	window  []byte // fed, not taken yet
	taken   int64
}

// Read feeds the next bytes.
func (t *tap) Read(p []byte) (int, error) {
	if len(t.pending) == 0 {
		line, err := t.lines.next()
		if err != nil {
			return 0, err
		}
		t.pending = line
	}
	n := copy(p, t.pending)
	t.window = append(t.window, t.pending[:n]...)
	t.pending = t.pending[n:]
	if len(t.window) > maxRecord+n {
		return 0, errTooLong
	}
	return n, nil
}

// take gives the text up to the offset, the end of a record, and forgets it at
// the next Read.
func (t *tap) take(offset int64) []byte {
	text := bytes.Clone(t.window[:offset-t.taken])
	t.line += bytes.Count(text, []byte{'\n'})
	t.window = append(t.window[:0], t.window[len(text):]...)
	t.taken = offset
	return text
}
