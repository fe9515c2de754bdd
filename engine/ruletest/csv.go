package ruletest

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
)

// KeyCSV is the key of a test that expects a dialer's file.
const KeyCSV = "expect_csv"

// runCSV compares the file that the campaign writes of the leads of a test, in
// the campaign's order and ahead of its maximum, with the one that is expected.
func runCSV(book *engine.RuleBook, t *engine.Test, sheet Sheet) Result {
	result := Result{Test: *t}
	if sheet == nil {
		result.Failures = []Failure{{Key: KeyCSV, Want: t.CSV.File, Got: "cannot be written here"}}
		return result
	}
	header, lines := written(book, t, sheet)
	want := strings.Split(strings.TrimRight(t.CSV.Text, "\r\n"), "\n")
	if t.CSV.Text == "" {
		want = nil
	}
	for i := range want {
		want[i] = strings.TrimRight(want[i], "\r")
	}
	all := lines
	if header != "" {
		all = append([]string{header}, lines...)
	}
	if slices.Equal(all, want) && t.CSV.There {
		return result
	}
	c, _ := book.Campaign(t.Campaign)
	f := Failure{Key: KeyCSV, Want: counted(want, header) + " of " + t.CSV.File, Got: counted(all, header), File: strings.Join(all, "\n") + "\n"}
	if !t.CSV.There {
		f.Want = t.CSV.File + ", which is not there"
	}
	f.Rules = []Why{{Decided: true, Lines: rowDifferences(want, all, c.Dialer)}}
	result.Failures = []Failure{f}
	return result
}

func counted(lines []string, header string) string {
	n := len(lines)
	if header != "" && n > 0 {
		n--
	}
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// written is the file as the dialer wants it.
func written(book *engine.RuleBook, t *engine.Test, sheet Sheet) (header string, lines []string) {
	c, _ := book.Campaign(t.Campaign)
	type line struct {
		text, id string
		rank     engine.Rank
	}
	var all []line
	for _, lead := range t.Leads {
		batch := book.Schema.NewBatch(1)
		fill(book, batch, 0, t.Now, engine.Facts{"lead.id": lead.Name}, lead.Facts)
		class := book.Classify(batch, t.Now)
		slot, ok := book.Week(c, class.Group[0]).Next(t.Now, 0)
		if !ok {
			continue
		}
		set(book, batch, 0, "call.due_at", slot.Start)
		set(book, batch, 0, "call.kind", "plan")
		passes := book.Judge(c, slot, batch, class, nil)[0].Reason == ""
		rank := engine.Ranks(c.Order, batch)[0]
		h, texts := sheet(c.Dialer, batch, book)
		header = h
		if passes {
			all = append(all, line{texts[0], lead.Name, rank})
		}
	}
	slices.SortStableFunc(all, func(a, b line) int {
		return cmp.Or(engine.Compare(c.Order, a.rank, b.rank), cmp.Compare(a.id, b.id))
	})
	for _, l := range all {
		lines = append(lines, l.text)
	}
	return header, lines
}

// rowDifferences tells of the rows that are gone (-), new (+), or changed (~),
// by their first cell, and where the order alone is another one.
func rowDifferences(want, got []string, d *engine.Dialer) (told []string) {
	before, after := rowsOf(want, d), rowsOf(got, d)
	find := func(rows [][]string, id string) []string {
		if i := slices.IndexFunc(rows, func(r []string) bool { return r[0] == id }); i >= 0 {
			return rows[i]
		}
		return nil
	}
	for _, row := range before {
		if find(after, row[0]) == nil {
			told = append(told, "- "+strings.Join(row, " | "))
		}
	}
	for _, row := range after {
		old := find(before, row[0])
		switch {
		case old == nil:
			told = append(told, "+ "+strings.Join(row, " | "))
		case !slices.Equal(old, row):
			told = append(told, "~ "+row[0]+": "+cellDifferences(old, row, d))
		}
	}
	if len(told) == 0 {
		told = []string{"the same rows in another order"}
	}
	return told
}

func cellDifferences(old, row []string, d *engine.Dialer) string {
	if len(old) != len(row) {
		return fmt.Sprintf("%d cells → %d", len(old), len(row))
	}
	var cells []string
	for i := range row {
		if old[i] != row[i] {
			name := fmt.Sprintf("cell %d", i+1)
			if i < len(d.Columns) {
				name = d.Columns[i].Name
			}
			cells = append(cells, fmt.Sprintf("%s %s → %s", name, old[i], row[i]))
		}
	}
	return strings.Join(cells, ", ")
}

// rowsOf are the cells of lines; a line that cannot be read is one cell.
func rowsOf(lines []string, d *engine.Dialer) (rows [][]string) {
	for _, line := range lines {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma, r.LazyQuotes = d.Delimiter, true
		row, err := r.Read()
		if err != nil || len(row) == 0 {
			row = []string{line}
		}
		rows = append(rows, row)
	}
	return rows
}
