package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"callsheet/runner/internal/crm"
)

// tables lists the tables in the order in which Copy fills them. Leases stay
// behind: they belong to processes.
func tables() []string {
	return []string{
		"lead", "call", "run", "decision", "funnel", "file", "file_line", "file_count", "agent", "wallet", "task", "dialer_contact",
		"record", "suppression", "transfer", "retry_date", "transcript", "event", "rule_book", "rule_change",
	}
}

// Copy copies everything in one database into another one, which must be
// empty, whatever the kinds of both. All of it is copied, or nothing.
func Copy(ctx context.Context, from, to *Store) error {
	n, err := to.CountLeads(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("copy database: there are %d leads in the target already: name an empty one", n)
	}
	return from.view(ctx, "copy database", func(ctx context.Context, source querier) error {
		return to.write(ctx, "copy database", func(ctx context.Context, target querier) error {
			for _, name := range tables() {
				if err := to.copyTable(ctx, source, target, name); err != nil {
					return fmt.Errorf("table %s: %w", name, err)
				}
			}
			return nil
		})
	})
}

// copyTable copies the rows of a table by the names of its columns.
func (s *Store) copyTable(ctx context.Context, source, target querier, name string) error {
	if _, err := target.ExecContext(ctx, `DELETE FROM "`+name+`"`); err != nil {
		return err
	}
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
		head: `INSERT INTO "` + name + `" ("` + strings.Join(columns, `", "`) + `") VALUES `, width: len(columns), most: s.dialect.rows,
	}
	var batch []*[]any
	flush := func() error {
		_, err := run(ctx, target, insert, batch, func(args []any, row *[]any) ([]any, error) { return append(args, *row...), nil })
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
	if err := rows.Err(); err != nil {
		return err
	}
	return flush()
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
