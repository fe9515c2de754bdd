package yamltext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// read checks the bytes of the file and cuts them into lines. It returns false when they are no text of the allowed size.
func (f *File) read(src []byte) bool {
	if len(src) > MaxSize {
		f.report(spot{1, 1}, 1, CodeSize, "the file has more than 1 MiB, the most that a rule file may have",
			"split it into several files, or remove what is not a rule")
		return false
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	f.lines = strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	for _, line := range f.lines {
		f.rows = append(f.rows, []rune(line))
	}
	if !utf8.Valid(src) {
		f.report(invalid(src), 1, CodeEncoding, "this byte is not UTF-8 text", "save the file in the encoding UTF-8")
		return false
	}
	good := true
	for i, line := range f.lines {
		good = f.readLine(i+1, line) && good
	}
	return good
}

// invalid returns the spot of the first byte that is not UTF-8.
func invalid(src []byte) spot {
	at := 0
	for at < len(src) {
		r, size := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line := bytes.LastIndexByte(src[:at], '\n') + 1
	return spot{bytes.Count(src[:at], []byte("\n")) + 1, utf8.RuneCount(src[line:at]) + 1}
}

// readLine reports the first thing of each sort in a line that no rule file may hold.
func (f *File) readLine(number int, line string) bool {
	column, indentation := 0, true
	for _, r := range line {
		column++
		at := spot{number, column}
		switch {
		case r == 0:
			f.report(at, 1, CodeCharacter, "a NUL byte stands in the text", "save the file in the encoding UTF-8; it may have been saved as UTF-16")
			return false
		case forbidden(r):
			f.report(at, 1, CodeCharacter, fmt.Sprintf("the invisible character U+%04X stands in the text", r), "delete it, it may come from a copied text")
			return false
		case indentation && (r == '\u00a0' || r == '\u202f' || r == '\u3000'):
			f.report(at, 1, CodeCharacter, "the line is indented with a no-break space, which YAML takes for a letter", "indent with ordinary spaces")
			return false
		}
		indentation = indentation && r == ' '
	}
	return true
}

// forbidden tells characters that YAML refuses or takes for a line end, and those that make a text look other than it is
// (bidirectional controls, zero-width spaces, a byte order mark in the middle).
func forbidden(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r == 0x2060, r >= 0x2066 && r <= 0x2069:
		return true
	default:
		return r == 0xfeff || r == 0xfffe || r == 0xffff
	}
}
