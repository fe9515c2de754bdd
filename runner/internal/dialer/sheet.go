package dialer

import (
	"slices"
	"strconv"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// Header is the header line of a dialect, without line end; empty when the
// dialect has none.
func Header(d *engine.Dialer) string {
	if !d.Header {
		return ""
	}
	style := styleOf(d)
	var line []byte
	for i, c := range d.Columns {
		if i > 0 {
			line = style.next(line)
		}
		line = style.append(line, style.clean(nil, c.Name), false)
	}
	return string(line)
}

// Sheet renders the leads of a batch, each with its planned call: one line a
// lead, in the order of the batch, without line ends. The cells are
//
//   - texts on one line: control characters and line separators become spaces,
//     bytes that are no UTF-8 become U+FFFD. In the guarded columns a text that a
//     spreadsheet would take for a formula gets a leading apostrophe; then it is
//     cut to the length of the column, in runes;
//   - whole numbers in decimal, others in their shortest form without exponent,
//     booleans as true and false;
//   - times in the layout of the dialect, in UTC or in the zone of the book;
//   - phones in the form of the dialect.
//
// Numbers, times and phones are never cut: a part of them would be another
// one. An empty value and a text without content are what the dialect writes
// for it, never in quotes unless the format needs them. The batch must be of
// the book's schema.
func Sheet(d *engine.Dialer, b *expression.Batch, book *engine.RuleBook) (header string, lines []string) {
	s := newSheet(d, b, book)
	lines = make([]string, b.Len())
	var line []byte
	for lead := range lines {
		line = line[:0]
		for i := range s.columns {
			if i > 0 {
				line = s.next(line)
			}
			line = s.cell(line, &s.columns[i], lead)
		}
		lines[lead] = string(line)
	}
	return Header(d), lines
}

// sheet is a dialect over the values of one batch.
type sheet struct {
	style
	d       *engine.Dialer
	zone    *time.Location
	columns []column
	empty   []byte // an empty value as it is written
	scratch []byte // the cell at hand
}

// column is the values of one column and what the dialect asks of its texts.
type column struct {
	values *expression.Vector
	guard  bool
	length int // runes; 0 is any
}

func newSheet(d *engine.Dialer, b *expression.Batch, book *engine.RuleBook) *sheet {
	s := &sheet{style: styleOf(d), d: d, zone: book.Zone, columns: make([]column, len(d.Columns))}
	if d.TimeUTC {
		s.zone = time.UTC
	}
	s.empty = s.append(nil, s.clean(nil, d.Empty), false)
	for i, c := range d.Columns {
		s.columns[i] = column{values: c.Eval(b), guard: slices.Contains(d.GuardFormulas, c.Name), length: d.MaxLengths[c.Name]}
	}
	return s
}

// cell appends the value of one lead in one column. The loader of rule books
// keeps lists and lengths of time out of columns.
func (s *sheet) cell(line []byte, c *column, lead int) []byte {
	if !c.values.Has(lead) {
		return append(line, s.empty...)
	}
	switch c.values.Type() {
	case expression.Integer:
		n, _ := c.values.Int(lead)
		return strconv.AppendInt(line, n, 10)
	case expression.Number:
		x, _ := c.values.Float(lead)
		return appendNumber(line, x)
	case expression.Boolean:
		yes, _ := c.values.Bool(lead)
		return strconv.AppendBool(line, yes)
	case expression.Time:
		t, _ := c.values.Time(lead)
		s.scratch = s.d.Time.Append(s.scratch[:0], t.In(s.zone))
		return s.append(line, s.scratch, true)
	case expression.Phone:
		e164, _ := c.values.Text(lead)
		s.scratch = s.clean(s.scratch[:0], phone(e164, s.d.Phone))
		return s.append(line, s.scratch, true)
	default:
		text, _ := c.values.Text(lead)
		return s.text(line, c, text)
	}
}

// text appends a text. The scratch begins with an apostrophe, which is part of
// the cell only where a guard wants it.
func (s *sheet) text(line []byte, c *column, text string) []byte {
	s.scratch = s.clean(append(s.scratch[:0], '\''), text)
	cell := s.scratch[1:]
	if len(cell) == 0 {
		return append(line, s.empty...)
	}
	if c.guard && isFormula(text, cell) {
		cell = s.scratch
	}
	return s.append(line, cut(cell, c.length), true)
}

func appendNumber(line []byte, x float64) []byte {
	if x == 0 {
		x = 0 // negative zero would be written with its sign
	}
	return strconv.AppendFloat(line, x, 'f', -1, 64)
}
