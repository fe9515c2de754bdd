package store

import (
	"context"
	"fmt"

	"callsheet/runner/internal/crm"
)

// Book is a rule book that was admitted: its files by path, as they were.
type Book struct {
	Version string
	Files   map[string][]byte
	At      crm.Instant // last admitted
}

// Change is one attempt to change the rules. Faults says why it was refused
// and is empty when it was admitted; then Version is the book that came into
// force.
type Change struct {
	At      crm.Instant
	Version string
	Faults  string
}

// The last good book is the one admitted last, whatever the clocks say.
const lastGood = `SELECT "version" FROM "rule_change" WHERE "faults" = '' ORDER BY "id" DESC LIMIT 1`

const addChange = `INSERT INTO "rule_change" ("at", "version", "faults") VALUES ($1, $2, $3)`

// SaveBook makes b the last good rule book and adds it to the history. The
// book that is in force already changes nothing, and waits for no writer.
func (s *Store) SaveBook(ctx context.Context, b Book) error {
	kept := false
	err := s.view(ctx, "read rule book", func(ctx context.Context, q querier) (err error) {
		kept, err = inForce(ctx, q, b.Version)
		return err
	})
	if err != nil || kept {
		return err
	}
	return s.write(ctx, "store rule book", func(ctx context.Context, q querier) error {
		if kept, err := inForce(ctx, q, b.Version); err != nil || kept {
			return err
		}
		if _, err := run(ctx, q, s.putBook, []*Book{&b}, s.book.bind); err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, addChange, int64(b.At), b.Version, "")
		return err
	})
}

func inForce(ctx context.Context, q querier, version string) (bool, error) {
	current, err := texts(ctx, q, lastGood)
	return len(current) == 1 && current[0] == version, err
}

// LastGoodBook is the rule book admitted last, or crm.ErrNotFound.
func (s *Store) LastGoodBook(ctx context.Context) (*Book, error) {
	var found []Book
	err := s.view(ctx, "read rule book", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.book.sel(`WHERE "version" = (`+lastGood+`)`))
		found, err = s.book.scan(rows, err)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no rule book was admitted yet: %w", crm.ErrNotFound)
	}
	return &found[0], nil
}

// RecordRefusal adds a refused change to the history; faults says why.
func (s *Store) RecordRefusal(ctx context.Context, at crm.Instant, faults string) error {
	return s.write(ctx, "record refused rules", func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, addChange, int64(at), "", faults)
		return err
	})
}

// Changes lists the last limit changes of the rules, newest first.
func (s *Store) Changes(ctx context.Context, limit int) ([]Change, error) {
	var changes []Change
	err := s.view(ctx, "read rule changes", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, `SELECT "at", "version", "faults" FROM "rule_change" ORDER BY "id" DESC LIMIT $1`, limit)
		var row Change
		changes, err = scan(rows, err, []any{destination(&row.At), &row.Version, &row.Faults}, &row)
		return err
	})
	return changes, err
}
