package intake

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// rejectsSuffix follows the name of a file in that of its rejects file.
const rejectsSuffix = ".rejects.csv"

// rejectsColumns are the columns that a rejects file adds.
func rejectsColumns() []string { return []string{"line", "reason"} }

// Rejects writes the rows that were turned away to FILE.rejects.csv: their
// cells as they came, then the line in FILE and the reason. A row that had too
// few or too many cells has them here too, and one whose quotes were wrong is a
// single cell with its text: imported as they are, all are turned away again.
// The rejects of a CSV can be mended and imported; those of NDJSON are for
// reading. The file is made only when there
// is such a row, and appears under its name only when it is complete; it holds
// personal data and is readable by its owner alone.
type Rejects struct {
	path    string
	columns []string
	count   int64
	file    *os.File // nil before the first row
	out     *csv.Writer
	closed  bool
}

// NewRejects is the rejects file of the file at path, whose columns are those
// of its Source.
func NewRejects(path string, columns []string) *Rejects {
	return &Rejects{path: path + rejectsSuffix, columns: columns}
}

// Path is where the rejects are after Close.
func (r *Rejects) Path() string { return r.path }

// Count is the number of rows turned away so far.
func (r *Rejects) Count() int64 { return r.count }

// Add writes one row: its Raw, its Line and why it was turned away.
func (r *Rejects) Add(line int, raw []string, reason string) error {
	if err := r.create(); err != nil {
		return err
	}
	r.count++
	return r.out.Write(append(slices.Clone(raw), strconv.Itoa(line), reason))
}

func (r *Rejects) create() error {
	if r.file != nil {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(r.path), filepath.Base(r.path)+".*.tmp")
	if err != nil {
		return err
	}
	r.file, r.out = file, csv.NewWriter(file)
	return r.out.Write(slices.Concat(r.columns, rejectsColumns()))
}

// Close puts the file in its place, or, when nothing was turned away, removes
// the one of an earlier run. A second call does nothing.
func (r *Rejects) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.file == nil {
		if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	r.out.Flush()
	err := errors.Join(r.out.Error(), r.file.Sync(), r.file.Close())
	if err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		os.Remove(r.file.Name())
	}
	return err
}

// Discard forgets the rows of an import that was given up; what an earlier run
// left stays. After Close it does nothing.
func (r *Rejects) Discard() {
	if r.closed || r.file == nil {
		return
	}
	r.closed = true
	r.file.Close()
	os.Remove(r.file.Name())
}
