package dialer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"callsheet/runner/internal/crm"
)

// Encodings of dialects.
const (
	utf8Plain   = "utf-8"
	utf8BOM     = "utf-8-bom"
	windows1252 = "windows-1252"
)

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\ufeff"

// Content is the exact bytes of a file: the header line when it has one, then
// its lines, each ended by the line end, in its encoding; utf-8-bom begins with
// the byte order mark. A file with neither header nor lines has no bytes at
// all, not even the mark: it is the empty file that stops a dialer. In
// windows-1252 accents are composed first, and a character that it lacks
// becomes a question mark. It is an error when the encoding or the line end is
// none of those a dialect may have.
func Content(f *crm.File) ([]byte, error) {
	encode, ok := encoder(f.Encoding)
	if !ok {
		return nil, fmt.Errorf("file %s: encoding %q is none of utf-8, utf-8-bom, windows-1252", f.Name, f.Encoding)
	}
	if !f.HasHead && len(f.Lines) == 0 {
		return []byte{}, nil
	}
	if f.LineEnd != "\n" && f.LineEnd != "\r\n" {
		return nil, fmt.Errorf("file %s: line end %q is neither LF nor CRLF", f.Name, f.LineEnd)
	}
	content := make([]byte, 0, size(f))
	if f.Encoding == utf8BOM {
		content = append(content, byteOrderMark...)
	}
	if f.HasHead {
		content = append(encode(content, f.Header), f.LineEnd...)
	}
	for _, line := range f.Lines {
		content = append(encode(content, line.Text), f.LineEnd...)
	}
	return content, nil
}

// Seal fills the hash and the size of a file from its content. They stay empty
// when [Content] refuses the file, and then [Publisher.Drain] does too.
func Seal(f *crm.File) {
	f.SHA256, f.Bytes = "", 0
	if content, err := Content(f); err == nil {
		f.SHA256, f.Bytes = hash(content), int64(len(content))
	}
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// size is the length of the content in UTF-8, which no other encoding exceeds.
func size(f *crm.File) int {
	n := len(byteOrderMark) + len(f.Header) + len(f.LineEnd)
	for _, line := range f.Lines {
		n += len(line.Text) + len(f.LineEnd)
	}
	return n
}

// encoder gives what appends a text in an encoding.
func encoder(encoding string) (func(content []byte, text string) []byte, bool) {
	switch encoding {
	case utf8Plain, utf8BOM:
		return func(content []byte, text string) []byte { return append(content, text...) }, true
	case windows1252:
		return appendWindows1252, true
	default:
		return nil, false
	}
}

// appendWindows1252 composes accents first: "e" and a combining acute, as some
// systems write it, are two runes of which windows-1252 has only the first.
//
// The Greek question mark must not be composed: it becomes a semicolon, and
// that may be the delimiter (Unicode, UnicodeData.txt, 037E).
func appendWindows1252(content []byte, text string) []byte {
	text = strings.ReplaceAll(text, "\u037e", "?")
	for _, r := range norm.NFC.String(text) {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			b = '?'
		}
		content = append(content, b)
	}
	return content
}
