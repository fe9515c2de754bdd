package terminal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Column is one column of a table.
type Column struct {
	// Key names the column for programs: the key of a JSON object, the header
	// of a CSV. It stays the same over releases.
	Key string
	// Title heads the column for people; empty means the key in capitals with
	// spaces for underscores.
	Title string
}

// Columns are columns that have no other title than their key.
func Columns(keys ...string) []Column {
	columns := make([]Column, len(keys))
	for i, key := range keys {
		columns[i].Key = key
	}
	return columns
}

func (c Column) title() string {
	if c.Title != "" {
		return c.Title
	}
	return strings.ToUpper(strings.ReplaceAll(c.Key, "_", " "))
}

// Table prints rows, a cell per column, in the chosen format. Cells may be
// text, numbers, booleans, times, lists of texts and everything with a String
// method; nil is an empty cell (null in JSON). No rows give the header alone,
// in JSON an empty array. The error is that of the stream, or names the row
// whose number of cells is wrong.
func (t *Terminal) Table(columns []Column, rows [][]any) error {
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("row %d has %d cells for %d columns", i+1, len(row), len(columns))
		}
	}
	switch t.Format {
	case JSON:
		return t.tableJSON(columns, rows)
	case CSV:
		return t.tableCSV(columns, rows)
	}
	return t.tableText(columns, rows)
}

// JSON prints one value as JSON, indented by four spaces, whatever the format.
func (t *Terminal) JSON(value any) error {
	encoder := json.NewEncoder(t.Out)
	encoder.SetIndent("", "    ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// object is a row whose keys keep the order of the columns.
type object struct {
	columns []Column
	cells   []any
}

// MarshalJSON writes the keys in column order, which a map would lose.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, column := range o.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encoder.Encode(column.Key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encoder.Encode(forJSON(o.cells[i])); err != nil {
			return nil, fmt.Errorf("column %s: %w", column.Key, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (t *Terminal) tableJSON(columns []Column, rows [][]any) error {
	objects := make([]object, len(rows))
	for i, row := range rows {
		objects[i] = object{columns, row}
	}
	return t.JSON(objects)
}

func (t *Terminal) tableCSV(columns []Column, rows [][]any) error {
	w := csv.NewWriter(t.Out)
	line := make([]string, len(columns))
	for i, column := range columns {
		line[i] = column.Key
	}
	if err := w.Write(line); err != nil {
		return err
	}
	for _, row := range rows {
		for i, cell := range row {
			line[i] = forCSV(cell)
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (t *Terminal) tableText(columns []Column, rows [][]any) error {
	w := table.NewWriter()
	w.SetStyle(plainStyle())
	w.SuppressTrailingSpaces()
	header := make(table.Row, len(columns))
	for i, column := range columns {
		header[i] = column.title()
	}
	w.AppendHeader(header)
	for _, row := range rows {
		line := make(table.Row, len(row))
		for i, cell := range row {
			line[i] = forPeople(cell)
		}
		w.AppendRow(line)
	}
	w.SetColumnConfigs(t.layout(columns, rows))
	_, err := fmt.Fprintln(t.Out, w.Render())
	return err
}

// plainStyle separates columns by two spaces and nothing else: it can be read,
// copied and cut by other programs.
func plainStyle() table.Style {
	style := table.StyleDefault
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	style.Format.Header = text.FormatDefault
	style.Options = table.OptionsNoBordersAndSeparators
	return style
}
