package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"callsheet/runner/internal/crm"
)

// Book is a rule book that was admitted: its files by path, as they were.
type Book struct {
	Version string
	Files   map[string][]byte
	At      crm.Instant // last admitted
}

// States of a change of the rules.
const (
	Applied   = "applied"   // the book came into force
	Refused   = "refused"   // it has mistakes, or its tests fail
	Waiting   = "waiting"   // it wants somebody's yes
	Approved  = "approved"  // somebody said yes
	Withdrawn = "withdrawn" // somebody took it out of force
)

// Change is one thing that became of an edit of the rules.
type Change struct {
	At    crm.Instant
	State string
	// Version is the book that it is about, empty when the files meant none; Base
	// the one in force before.
	Version, Base string
	// Author is who did it, and Reason why, as far as anybody said so.
	Author, Reason string
	// Effect is what was expected to change, as JSON; empty when nobody looked.
	Effect string
	// Allow lists the campaigns whose guardrails an approval lifts.
	Allow []string
	// Faults says why it was refused or waits.
	Faults string
}

// The last good book is the one admitted last, whatever the clocks say.
const lastGood = `SELECT "version" FROM "rule_change" WHERE "state" = 'applied' ORDER BY "id" DESC LIMIT 1`

const changeColumns = `"at", "state", "version", "base", "author", "reason", "effect", "allow", "faults"`

func addChange(ctx context.Context, q querier, c Change) error {
	_, err := q.ExecContext(ctx, `INSERT INTO "rule_change" (`+changeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		int64(c.At), c.State, c.Version, c.Base, c.Author, c.Reason, c.Effect, strings.Join(c.Allow, "\n"), c.Faults)
	return err
}

// SaveBook makes b the last good rule book and adds it to the history, with
// what c says of its author, reason and effect. The book that is in force
// already changes nothing, and waits for no writer.
func (s *Store) SaveBook(ctx context.Context, b Book, c Change) error {
	current, err := s.LastVersion(ctx)
	if err != nil || current == b.Version {
		return err
	}
	return s.write(ctx, "store rule book", func(ctx context.Context, q querier) error {
		current, err := version(ctx, q)
		if err != nil || current == b.Version {
			return err
		}
		if _, err := run(ctx, q, s.putBook, []*Book{&b}, s.book.bind); err != nil {
			return err
		}
		c.At, c.State, c.Version, c.Base = b.At, Applied, b.Version, current
		return addChange(ctx, q, c)
	})
}

func version(ctx context.Context, q querier) (string, error) {
	current, err := texts(ctx, q, lastGood)
	if err != nil || len(current) == 0 {
		return "", err
	}
	return current[0], nil
}

// LastVersion is the version of the last good rule book, empty when there is
// none.
func (s *Store) LastVersion(ctx context.Context) (current string, err error) {
	err = s.view(ctx, "read the version of the rule book", func(ctx context.Context, q querier) error {
		current, err = version(ctx, q)
		return err
	})
	return current, err
}

// LastGoodBook is the rule book admitted last, or crm.ErrNotFound.
func (s *Store) LastGoodBook(ctx context.Context) (*Book, error) {
	found, err := s.books(ctx, `WHERE "version" = (`+lastGood+`)`)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no rule book was admitted yet: %w", crm.ErrNotFound)
	}
	return &found[0], nil
}

// Books finds the rule books that were admitted once and whose version begins
// with a text, newest first.
func (s *Store) Books(ctx context.Context, begin string) ([]Book, error) {
	return s.books(ctx, `WHERE substr("version", 1, `+strconv.Itoa(len(begin))+`) = $1 ORDER BY "at" DESC, "version"`, begin)
}

func (s *Store) books(ctx context.Context, which string, args ...any) (found []Book, err error) {
	err = s.view(ctx, "read rule book", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.book.sel(which), args...)
		found, err = s.book.scan(rows, err)
		return err
	})
	return found, err
}

// RecordChange adds to the history what became of an edit that did not come
// into force by it.
func (s *Store) RecordChange(ctx context.Context, c Change) error {
	return s.write(ctx, "record a change of the rules", func(ctx context.Context, q querier) error {
		return addChange(ctx, q, c)
	})
}

// Restore puts a rule book that was admitted before in force again and
// withdraws the one in force, in one step, so that the files that mean it do
// not put it in force again by themselves.
func (s *Store) Restore(ctx context.Context, b Book, c Change) error {
	return s.write(ctx, "restore a rule book", func(ctx context.Context, q querier) error {
		current, err := version(ctx, q)
		if err != nil || current == b.Version {
			return err
		}
		out := c
		out.State, out.Version, out.Base, out.Effect = Withdrawn, current, b.Version, ""
		if err := addChange(ctx, q, out); err != nil {
			return err
		}
		b.At = c.At
		if _, err := run(ctx, q, s.putBook, []*Book{&b}, s.book.bind); err != nil {
			return err
		}
		c.State, c.Version, c.Base = Applied, b.Version, current
		return addChange(ctx, q, c)
	})
}

// LastChange is what became of a version last, or crm.ErrNotFound.
func (s *Store) LastChange(ctx context.Context, version string) (Change, error) {
	found, err := s.changes(ctx, `WHERE "version" = $1 ORDER BY "id" DESC LIMIT 1`, version)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("nothing is known of rule book %s: %w", version, crm.ErrNotFound)
	}
	if err != nil {
		return Change{}, err
	}
	return found[0], nil
}

// Changes lists the last limit changes of the rules, newest first.
func (s *Store) Changes(ctx context.Context, limit int) ([]Change, error) {
	return s.changes(ctx, `ORDER BY "id" DESC LIMIT $1`, limit)
}

func (s *Store) changes(ctx context.Context, which string, args ...any) ([]Change, error) {
	var found []Change
	err := s.view(ctx, "read rule changes", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, "SELECT "+changeColumns+` FROM "rule_change" `+which, args...)
		var row Change
		var allow string
		places := []any{destination(&row.At), &row.State, &row.Version, &row.Base, &row.Author, &row.Reason, &row.Effect, &allow, &row.Faults}
		if err != nil {
			return err
		}
		defer rows.Close()
		found = nil
		for rows.Next() {
			if err := rows.Scan(places...); err != nil {
				return err
			}
			row.Allow = nil
			if allow != "" {
				row.Allow = strings.Split(allow, "\n")
			}
			found = append(found, row)
		}
		return rows.Err()
	})
	return found, err
}
