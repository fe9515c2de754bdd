package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"callsheet/runner/internal/intake"
)

const (
	// batchRows is how many rows are stored in one transaction.
	batchRows = 2000
	// slowBytes is the size from which an import shows how far it is.
	slowBytes = 1 << 20
)

// loading is what one kind of file needs on its way into the store.
type loading[E any] struct {
	open  func(*intake.Source) (*intake.Reader[E], error)
	store func([]intake.Row[E]) error
	tell  func(rejected int64) error // what became of the rows
}

// load stores a file and tells what became of it, unless it was refused as a
// whole.
func load[E any](ctx context.Context, s *session, path string, kind loading[E]) error {
	source, err := intake.Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	reader, err := kind.open(source)
	if err != nil {
		return err
	}
	rejects := intake.NewRejects(path, source.Columns())
	defer rejects.Discard()
	f := feed[E]{path, source, reader, rejects, kind.store}
	stored, err := f.run(ctx, s)
	if err != nil && !stored {
		return err
	}
	if closed := rejects.Close(); err == nil {
		err = closed
	}
	return errors.Join(kind.tell(rejects.Count()), outcome(err, rejects))
}

// outcome is how an import ended of which something was stored: one that broke
// off, or turned rows away, is done in part.
func outcome(err error, rejects *intake.Rejects) error {
	var file *intake.FileError
	switch {
	case errors.As(err, &file):
		return partError{fmt.Errorf("%w (the rows before it are stored: mend the file and import it again)", err)}
	case err != nil:
		return partError{fmt.Errorf("%w (part of the rows is stored: import the file again)", err)}
	case rejects.Count() > 0:
		return partError{fmt.Errorf("%s rejected: see %s", plural(int(rejects.Count()), "row"), rejects.Path())}
	}
	return nil
}

// feed is a file on its way into the store.
type feed[E any] struct {
	path    string
	source  *intake.Source
	reader  *intake.Reader[E]
	rejects *intake.Rejects
	store   func([]intake.Row[E]) error
}

// run stores one batch while the next one is read, and says whether any was
// stored.
func (f feed[E]) run(ctx context.Context, s *session) (stored bool, err error) {
	advance, done := s.progress("importing", f.source.Size(), slowBytes)
	defer done()
	ctx, cancel := context.WithCancel(ctx)
	queue := f.ahead(ctx)
	defer func() {
		cancel()
		for range queue { // whoever closes the file needs the reader to be done with it
		}
	}()
	for b := range queue {
		if err := f.reject(s, b.rejected); err != nil {
			return stored, err
		}
		if len(b.rows) > 0 {
			if err := f.store(b.rows); err != nil {
				return stored, err
			}
			stored = true
		}
		advance(b.bytes)
		if b.err != nil {
			return stored, b.err
		}
	}
	return stored, ctx.Err()
}

// reject keeps the rows that cannot be stored. In fixtures one is an error,
// because nothing is written beside them.
func (f feed[E]) reject(s *session, rows []intake.Row[E]) error {
	for _, row := range rows {
		if s.fixtures {
			return &intake.FileError{File: f.path, Line: row.Line, Err: errors.New(row.Reject)}
		}
		if err := f.rejects.Add(row.Line, row.Raw, row.Reject); err != nil {
			return fmt.Errorf("write the rejected rows to %s: %w", f.rejects.Path(), err)
		}
	}
	return nil
}

// batch is what was read at once.
type batch[E any] struct {
	rows, rejected []intake.Row[E]
	bytes          int64 // of the file
	err            error // after the rows
}

// ahead reads one batch while the one before is stored. It ends with the file,
// with an error, or with ctx.
func (f feed[E]) ahead(ctx context.Context) <-chan batch[E] {
	queue := make(chan batch[E], 1)
	go func() {
		defer close(queue)
		var read int64
		for more := true; more; {
			b := f.next()
			if more = b.err == nil; errors.Is(b.err, io.EOF) {
				b.err = nil
			}
			b.bytes, read = f.source.Read()-read, f.source.Read()
			select {
			case queue <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return queue
}

// next reads one batch, whose error is io.EOF at the end of the file.
func (f feed[E]) next() (b batch[E]) {
	for len(b.rows)+len(b.rejected) < batchRows {
		row, err := f.reader.Next()
		if err != nil {
			b.err = err
			break
		}
		if row.Reject != "" {
			b.rejected = append(b.rejected, row)
		} else {
			b.rows = append(b.rows, row)
		}
	}
	return b
}
