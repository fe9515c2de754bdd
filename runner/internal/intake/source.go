package intake

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// Source is a file of records, read from the beginning to the end once.
type Source struct {
	name    string
	size    int64
	read    atomic.Int64
	file    io.Closer
	line    int // of the header
	columns []string
	records records
}

// records is what CSV and NDJSON have in common.
type records interface {
	// next is the next record, io.EOF after the last. Errors are about the
	// whole file.
	next() (Record, error)
}

// Open opens a CSV or NDJSON file. The error is a *FileError.
func Open(path string) (*Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &FileError{File: path, Err: cause(err)}
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a directory: name a CSV or NDJSON file")
	}
	var source *Source
	if err == nil {
		source, err = NewSource(path, file, info.Size())
	}
	if err != nil {
		file.Close()
		var known *FileError
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, &FileError{File: path, Err: cause(err)}
	}
	source.file = file
	return source, nil
}

// cause drops operation and path, which FileError says already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// NewSource reads records from r. The name stands in errors, and its extension
// decides the format: csv, tsv and txt are CSV, ndjson, jsonl and json are
// NDJSON; with another one, a file that begins with a brace is NDJSON. The
// size in bytes serves progress only, 0 when unknown. The error is a
// *FileError: the file is empty, binary, or its header cannot be used.
func NewSource(name string, r io.Reader, size int64) (*Source, error) {
	s := &Source{name: name, size: size}
	lines := newLines(&counter{r, &s.read})
	first, err := lines.peek()
	switch {
	case err == io.EOF:
		return nil, s.fail(0, errors.New("is empty: there is no header line"))
	case err == nil && isNDJSON(name, first):
		s.columns, s.records = ndjsonColumns(), &ndjsonRecords{lines}
		err = checkNDJSON(first)
	case err == nil:
		err = s.openCSV(lines, first)
	}
	if s.line = lines.number; err != nil {
		return nil, s.fail(s.line, err)
	}
	return s, nil
}

// header is the names of a CSV's columns, nil for NDJSON.
func (s *Source) header() []string {
	if c, ok := s.records.(*csvRecords); ok {
		return c.header
	}
	return nil
}

func (s *Source) openCSV(lines *lines, first []byte) error {
	records, err := newCSV(lines, first, strings.HasSuffix(s.name, rejectsSuffix))
	if err != nil {
		return err
	}
	s.columns, s.records = records.header, records
	return nil
}

func isNDJSON(name string, first []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".ndjson", ".jsonl", ".json":
		return true
	case ".csv", ".tsv", ".txt":
		return false
	}
	return bytes.HasPrefix(bytes.TrimSpace(first), []byte("{"))
}

// Next is the next record; io.EOF after the last. Another error is a
// *FileError: nothing after it can be read.
func (s *Source) Next() (Record, error) {
	record, err := s.records.next()
	if err != nil && err != io.EOF {
		return Record{}, s.fail(record.Line, err)
	}
	return record, err
}

func (s *Source) fail(line int, err error) error {
	return &FileError{File: s.name, Line: line, Err: cause(err)}
}

// Columns names the cells that Record.Raw repeats: the header of a CSV,
// "record" for NDJSON.
func (s *Source) Columns() []string { return s.columns }

// Read is the number of bytes read so far, at most a buffer ahead of the
// records.
func (s *Source) Read() int64 { return s.read.Load() }

// Size is the number of bytes in all, 0 when unknown.
func (s *Source) Size() int64 { return s.size }

// Close closes the file that Open opened.
func (s *Source) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// counter counts what passes through it.
type counter struct {
	io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}
