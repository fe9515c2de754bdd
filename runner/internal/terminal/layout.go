package terminal

import (
	"reflect"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// The narrowest that a column is cut to, and the spaces after each.
const (
	narrowest = 8
	gap       = 2
)

// layout aligns columns of numbers to the right and cuts the widest columns
// until the table fits the terminal. The first and the last column, which say
// what a row is about and what follows from it, are never cut.
func (t *Terminal) layout(columns []Column, rows [][]any) []table.ColumnConfig {
	configs := make([]table.ColumnConfig, len(columns))
	widths := make([]int, len(columns))
	for i, column := range columns {
		configs[i].Number = i + 1
		if numeric(rows, i) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
		widths[i] = text.StringWidth(column.title())
		for _, row := range rows {
			widths[i] = max(widths[i], text.StringWidth(forPeople(row[i])))
		}
	}
	for i, width := range cut(widths, t.width) {
		if width < widths[i] {
			configs[i].WidthMax = width
			configs[i].WidthMaxEnforcer = snip
		}
	}
	return configs
}

// numeric says that a column holds numbers and nothing else but empty cells.
func numeric(rows [][]any, column int) bool {
	found := false
	for _, row := range rows {
		// Amounts and the like are numbers that print themselves.
		switch reflect.ValueOf(row[column]).Kind() {
		case reflect.Int, reflect.Int64, reflect.Float64:
			found = true
		case reflect.Invalid:
		default:
			return false
		}
	}
	return found
}

// cut narrows the widest inner column, one step after the other, until all fit
// into the width. A width of 0 has no end.
func cut(widths []int, width int) []int {
	narrowed := append([]int(nil), widths...)
	total := gap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; width > 0 && total > width; total-- {
		widest := -1
		for i := 1; i < len(narrowed)-1; i++ {
			if narrowed[i] > narrowest && (widest < 0 || narrowed[i] > narrowed[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		narrowed[widest]--
	}
	return narrowed
}

// snip cuts a cell and says so with a dot character.
func snip(cell string, width int) string { return text.Snip(cell, width, "…") }
