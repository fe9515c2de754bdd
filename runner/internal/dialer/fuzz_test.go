package dialer_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/runner/internal/dialer"
)

// FuzzCell says that whatever stands in two texts, a reader of CSV finds the
// same texts, on one line: less control characters, and with the apostrophe of
// the guard in the guarded one.
func FuzzCell(f *testing.F) {
	for _, text := range []string{"", "Durand", `Jean;"Paul"`, `=HYPERLINK("http://x")`, "a\r\nb", " \t=1", `"`, `""`, "é\xff", "\ufeff", "'", `\N`} {
		f.Add(text, text)
	}
	book, d := loadDialect(f, scratchpad)
	d.MaxLengths = nil
	d.Empty = ""
	f.Fuzz(func(t *testing.T, guarded, free string) {
		for _, delimiter := range ",;" {
			for _, quoteText := range []bool{false, true} {
				dialect := *d
				dialect.Delimiter, dialect.QuoteText = delimiter, quoteText
				checkCells(t, book, &dialect, guarded, free)
			}
		}
	})
}

func checkCells(t *testing.T, book *engine.RuleBook, d *engine.Dialer, guarded, free string) {
	t.Helper()
	_, lines := dialer.Sheet(d, batch(t, book, facts{"contact.last_name": guarded, "contact.first_name": free}), book)
	r := csv.NewReader(strings.NewReader(lines[0] + "\n"))
	r.Comma = d.Delimiter
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%q does not read back: %v", lines[0], err)
	}
	got := rows[0][:2]
	got[0] = unguarded(got[0], guarded)
	if diff := cmp.Diff([]string{oneLine(guarded), oneLine(free)}, got); diff != "" || len(rows) != 1 || len(rows[0]) != 7 {
		t.Errorf("%q reads back as %q (-want +got):\n%s", lines[0], rows, diff)
	}
}

// unguarded takes the guard off a cell. Without one, the cell must not begin
// like a formula.
func unguarded(cell, text string) string {
	if cell == "'"+oneLine(text) {
		return cell[1:]
	}
	if seen := strings.TrimSpace(cell); seen != "" && strings.ContainsRune("=+-@", rune(seen[0])) {
		return "no guard: " + cell
	}
	return cell
}

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
