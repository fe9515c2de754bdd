package intake

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Row is one row of a file: what it gives, or why it is refused.
type Row[E any] struct {
	// Line is the number of the line on which the row begins, from 1.
	Line int
	// ID is the id in the row, empty when it has none.
	ID string
	// Set puts the cells into an entity: into an empty one when isNew, else
	// into the stored one, where columns that the file does not have stay as
	// they are and an empty cell empties its field. It is nil when the row is
	// refused.
	Set func(e *E, isNew bool)
	// Reject says why the row cannot be stored; empty when it can.
	Reject string
	// Raw is what the rejects file repeats.
	Raw []string
}

// Reader turns the records of a source into rows. Several rows are read ahead
// and worked on by all processors; they come in the order of the file.
type Reader[E any] struct {
	source   *Source
	resolver resolver[E]
	reading  reading
	columns  []int // of a CSV, whose rows all have the same
	rows     []Row[E]
	err      error // after the rows
	ignored  map[string]bool
}

// Rows read ahead, at most, and the bytes after which no more are added: what
// a file of very long rows may cost in memory.
const (
	batchRows  = 512
	batchBytes = maxRecord
)

// newReader checks the header of a CSV; NDJSON, which has none, is checked row
// by row.
func newReader[E any](source *Source, t *table[E], r reading) (*Reader[E], error) {
	byName, err := t.index()
	if err != nil {
		return nil, err
	}
	reader := &Reader[E]{source: source, resolver: resolver[E]{t, byName}, reading: r}
	if header := source.header(); header != nil {
		if reader.columns, err = reader.resolver.resolve(header); err != nil {
			return nil, source.fail(source.line, err)
		}
		if err := reader.resolver.announces(header); err != nil {
			return nil, source.fail(source.line, err)
		}
		reader.ignore(header)
	}
	return reader, nil
}

// ignore remembers which of the names of a lax table nobody knows.
func (r *Reader[E]) ignore(names []string) {
	if !r.resolver.lax {
		return
	}
	for _, name := range r.resolver.unknown(names) {
		if r.ignored == nil {
			r.ignored = map[string]bool{}
		}
		r.ignored[name] = true
	}
}

// Ignored lists the columns met so far that nobody knows, in the order of the
// alphabet.
func (r *Reader[E]) Ignored() []string { return slices.Sorted(maps.Keys(r.ignored)) }

// Next is the next row; io.EOF after the last. Another error is a *FileError:
// the rows before it stand, nothing after it can be read.
func (r *Reader[E]) Next() (Row[E], error) {
	if len(r.rows) == 0 && r.err == nil {
		r.fetch()
	}
	if len(r.rows) == 0 {
		return Row[E]{}, r.err
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

// fetch reads records one after the other, then works on them side by side.
// Nothing runs between two fetches, so that a reader may be dropped at any
// time.
func (r *Reader[E]) fetch() {
	var batch []Record
	for size := 0; len(batch) < batchRows && size < batchBytes; {
		record, err := r.source.Next()
		if err != nil {
			r.err = err
			break
		}
		for _, text := range record.Raw {
			size += len(text)
		}
		batch = append(batch, record)
		if r.columns == nil {
			r.ignore(record.names)
		}
	}
	r.rows = make([]Row[E], len(batch))
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(batch); i += workers {
				r.rows[i] = r.row(batch[i])
			}
		})
	}
	wait.Wait()
}

// assignment is one cell that was read.
type assignment[E any] struct {
	column *column[E]
	value  any
}

func (r *Reader[E]) row(record Record) Row[E] {
	row := Row[E]{Line: record.Line, Raw: record.Raw, Reject: record.Fault}
	if row.Reject != "" {
		return row
	}
	columns := r.columns
	if columns == nil {
		var err error
		if columns, err = r.resolver.resolve(record.names); err != nil {
			row.Reject = err.Error()
			return row
		}
	}
	given, faults := r.read(columns, record.cells)
	set := func(e *E, isNew bool) { r.set(e, isNew, given) }
	var trial E
	set(&trial, true)
	row.ID = r.resolver.id(&trial)
	if err := r.resolver.validate(&trial); err != nil {
		faults = append(faults, err.Error())
	}
	if row.Reject = strings.Join(faults, "; "); row.Reject == "" {
		row.Set = set
	}
	return row
}

// read reads all cells, so that a row is refused with all its faults at once.
func (r *Reader[E]) read(columns []int, cells []cell) (given []assignment[E], faults []string) {
	reading := r.reading
	if postal, ok := r.resolver.byName["postal_code"]; ok {
		for i, c := range columns {
			if c == postal {
				reading.postalCode = strings.TrimSpace(cells[i].text)
			}
		}
	}
	given = make([]assignment[E], 0, len(columns))
	for i, c := range columns {
		if c == ignored {
			continue
		}
		column := &r.resolver.columns[c]
		value, err := reading.value(column.kind, cells[i], column.values)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s %q %v", column.short(), cells[i].brief(), err))
			continue
		}
		given = append(given, assignment[E]{column, value})
	}
	return given, faults
}

func (r *Reader[E]) set(e *E, isNew bool, given []assignment[E]) {
	if isNew && r.resolver.fresh != nil {
		r.resolver.fresh(e)
	}
	for _, a := range given {
		if isNew || !a.column.onlyNew {
			assign(a.column.of(e), a.value)
		}
	}
	if r.resolver.settle != nil {
		r.resolver.settle(e, isNew)
	}
}
