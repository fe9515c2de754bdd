package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// tables lists the tables in the order in which Copy fills them. Leases stay
// behind: they belong to processes.
func tables() []string {
	return []string{
		"lead", "call", "run", "decision", "facts", "funnel", "file", "file_line", "file_count", "agent", "wallet", "task", "dialer_contact",
		"record", "suppression", "transfer", "retry_date", "transcript", "event", "rule_book", "rule_change",
	}
}

// brought lists the tables that a database has rows in before anybody has used
// it: the count of its files, and the rules of whoever opened it. A copy takes
// their place.
func brought() []string { return []string{"file_count", "rule_book", "rule_change"} }

// Copy copies everything in one database, as it is at one moment, into another
// one, which must be empty, whatever the kinds of both. All of it is copied, or
// nothing. Every table is counted on arrival. Advance is told of rows as they
// are copied.
func Copy(ctx context.Context, from, to *Store, advance func(rows int64)) error {
	return from.still(ctx, "copy database", func(ctx context.Context, source querier) error {
		return to.write(ctx, "write the target", func(ctx context.Context, target querier) error {
			if err := empty(ctx, target); err != nil {
				return err
			}
			for _, name := range tables() {
				if err := to.copyTable(ctx, source, target, name, advance); err != nil {
					return fmt.Errorf("table %s: %w", name, err)
				}
			}
			if to.dialect.renumber == "" {
				return nil
			}
			_, err := count(ctx, target, to.dialect.renumber)
			return err
		})
	})
}

// empty makes sure that nobody has used a database yet.
func empty(ctx context.Context, q querier) error {
	for _, name := range tables() {
		n, err := count(ctx, q, `SELECT COUNT(*) FROM "`+name+`"`)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if !slices.Contains(brought(), name) {
			return fmt.Errorf("there are %d rows in table %s of the target already: name an empty database", n, name)
		}
		if _, err := q.ExecContext(ctx, `DELETE FROM "`+name+`"`); err != nil {
			return err
		}
	}
	return nil
}

// Rows counts what a copy of the database brings along.
func (s *Store) Rows(ctx context.Context) (rows int64, err error) {
	err = s.view(ctx, "count rows", func(ctx context.Context, q querier) error {
		for _, name := range tables() {
			n, err := count(ctx, q, `SELECT COUNT(*) FROM "`+name+`"`)
			if err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	return rows, err
}

// count is the only number that a query gives.
func count(ctx context.Context, q querier, query string, args ...any) (n int64, err error) {
	err = first(ctx, q, query, args, &n)
	return n, err
}

// copyTable copies the rows of a table by the names of its columns.
func (s *Store) copyTable(ctx context.Context, source, target querier, name string, advance func(int64)) error {
	rows, err := source.QueryContext(ctx, `SELECT * FROM "`+name+`"`)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	insert := &multi{
		head:  `INSERT INTO "` + name + `" ("` + strings.Join(columns, `", "`) + `") ` + s.dialect.given + ` VALUES `,
		width: len(columns), dialect: s.dialect,
	}
	var batch []*[]any
	var copied int64
	flush := func() error {
		_, err := run(ctx, target, insert, batch, func(args []any, row *[]any) ([]any, error) { return append(args, *row...), nil })
		advance(int64(len(batch)))
		copied += int64(len(batch))
		batch = batch[:0]
		return err
	}
	for rows.Next() {
		row, err := anyRow(rows, len(columns))
		if err != nil {
			return err
		}
		if batch = append(batch, &row); len(batch) == 512 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(rows.Err(), flush()); err != nil {
		return err
	}
	n, err := count(ctx, target, `SELECT COUNT(*) FROM "`+name+`"`)
	if err == nil && n != copied {
		err = fmt.Errorf("%d of %d rows arrived", n, copied)
	}
	return err
}

// anyRow reads a row of any columns. Texts are texts, whichever way a driver
// gives them.
func anyRow(rows *sql.Rows, n int) ([]any, error) {
	row, places := make([]any, n), make([]any, n)
	for i := range row {
		places[i] = &row[i]
	}
	if err := rows.Scan(places...); err != nil {
		return nil, err
	}
	for i, v := range row {
		if text, ok := v.([]byte); ok {
			row[i] = string(text)
		}
	}
	return row, nil
}

// NewestLead is when the newest lead was received or estimated, or a call was
// last planned for one; 0 without leads.
func (s *Store) NewestLead(ctx context.Context) (crm.Instant, error) {
	var newest crm.Instant
	err := s.view(ctx, "find the newest lead", func(ctx context.Context, q querier) error {
		var times [3]sql.NullInt64
		rows, err := q.QueryContext(ctx, `SELECT (SELECT MAX("created_at") FROM "lead"), (SELECT MAX("estimated_at") FROM "lead"),
			(SELECT MAX("created_at") FROM "call")`)
		_, err = scan(rows, err, []any{&times[0], &times[1], &times[2]}, &times)
		for _, t := range times {
			newest = max(newest, crm.Instant(t.Int64))
		}
		return err
	})
	return newest, err
}
