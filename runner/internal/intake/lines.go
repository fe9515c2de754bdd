package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxRecord is the longest record, in bytes: what a broken file may cost in
// memory.
const maxRecord = 1 << 20

var (
	errTooLong = fmt.Errorf("longer than %d bytes: is this a CSV or NDJSON file, and is a closing quote missing", maxRecord)
	errBinary  = errors.New("holds NUL bytes: not a text file (an Excel workbook must be saved as CSV first)")
)

// lines gives the lines of a text as UTF-8. A byte order mark says UTF-8 or
// UTF-16; without one, a line that is not valid UTF-8 is read as Windows-1252,
// which exports of older spreadsheets use. That is decided for each line
// because deciding it for the file would mean to read it twice.
type lines struct {
	in      *bufio.Reader
	western *encoding.Decoder
	number  int // of the line given last, from 1
	peeked  []byte
	buffer  []byte
}

func newLines(r io.Reader) *lines {
	in := bufio.NewReaderSize(r, 1<<16)
	mark, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte{0xEF, 0xBB, 0xBF}):
		_, _ = in.Discard(3)
	case bytes.HasPrefix(mark, []byte{0xFF, 0xFE}), bytes.HasPrefix(mark, []byte{0xFE, 0xFF}):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(transform.NewReader(in, utf16), 1<<16)
	}
	return &lines{in: in, western: charmap.Windows1252.NewDecoder()}
}

// peek is the first line that is not blank; next gives it again.
func (l *lines) peek() ([]byte, error) {
	for {
		line, err := l.next()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			l.peeked = line
			return line, nil
		}
	}
}

// next is the next line with its line end, valid until the next call.
func (l *lines) next() ([]byte, error) {
	if line := l.peeked; line != nil {
		l.peeked = nil
		return line, nil
	}
	line, err := l.raw()
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, errBinary
	}
	if utf8.Valid(line) {
		return line, nil
	}
	return l.western.Bytes(line)
}

// raw reads up to the next line end, or to the end of the file.
func (l *lines) raw() ([]byte, error) {
	line, err := l.in.ReadSlice('\n')
	if err == io.EOF && len(line) == 0 {
		return nil, io.EOF
	}
	l.number++
	if err == bufio.ErrBufferFull {
		l.buffer = l.buffer[:0]
		for err == bufio.ErrBufferFull && len(l.buffer) <= maxRecord {
			l.buffer = append(l.buffer, line...)
			line, err = l.in.ReadSlice('\n')
		}
		l.buffer = append(l.buffer, line...)
		line = l.buffer
	}
	if len(line) > maxRecord {
		return nil, errTooLong
	}
	if err == io.EOF && len(line) > 0 {
		return line, nil
	}
	return line, err
}
