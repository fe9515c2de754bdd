package dialer

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"callsheet/engine"
)

// style is how a dialect separates and quotes cells.
type style struct {
	delimiter rune
	plain     bool // without quotes
	quoteText bool
}

func styleOf(d *engine.Dialer) style {
	return style{delimiter: d.Delimiter, plain: d.Delimiter == '|' || d.Delimiter == '\t', quoteText: d.QuoteText}
}

// next appends the delimiter.
func (s style) next(line []byte) []byte { return utf8.AppendRune(line, s.delimiter) }

// clean appends a text so that it stays one cell of one line.
func (s style) clean(cell []byte, text string) []byte {
	for _, r := range text {
		switch {
		case r == '"' && s.plain:
			continue
		case r == s.delimiter && s.plain, unicode.IsControl(r), r == '\u2028', r == '\u2029':
			r = ' '
		}
		cell = utf8.AppendRune(cell, r)
	}
	return cell
}

// append appends a clean cell, in quotes where the format needs them and, when
// it is a text, a time or a phone, where the dialect wants them.
func (s style) append(line, cell []byte, text bool) []byte {
	if s.plain || !(text && s.quoteText) && !s.needsQuotes(cell) {
		return append(line, cell...)
	}
	line = append(line, '"')
	for _, c := range cell {
		if c == '"' {
			line = append(line, '"')
		}
		line = append(line, c)
	}
	return append(line, '"')
}

// needsQuotes also holds for spaces at either end, which many readers trim.
func (s style) needsQuotes(cell []byte) bool {
	if len(cell) == 0 {
		return false
	}
	first, _ := utf8.DecodeRune(cell)
	last, _ := utf8.DecodeLastRune(cell)
	return unicode.IsSpace(first) || unicode.IsSpace(last) || bytes.IndexByte(cell, '"') >= 0 || bytes.ContainsRune(cell, s.delimiter)
}

// isFormula says whether a spreadsheet may take a cell for a formula: it
// begins, behind what is not seen, with one of = + - @ or their full-width
// forms, or the text was led by a tab or a line break (OWASP, CSV Injection).
func isFormula(text string, cell []byte) bool {
	if strings.IndexByte("\t\r\n", text[0]) >= 0 {
		return true
	}
	seen := bytes.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	first, _ := utf8.DecodeRune(seen)
	return strings.ContainsRune("=+-@＝＋－＠", first)
}

// cut shortens a cell to a number of runes; 0 leaves it whole.
func cut(cell []byte, runes int) []byte {
	if runes == 0 || len(cell) <= runes {
		return cell
	}
	end := 0
	for ; runes > 0 && end < len(cell); runes-- {
		_, size := utf8.DecodeRune(cell[end:])
		end += size
	}
	return cell[:end]
}
