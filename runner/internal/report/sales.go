package report

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"callsheet/engine/calendar"
)

// Sales is the database of a sales tool, which is only read: agents in teams
// (agent, team, agent_team), their sales (session), and their targets of the
// day with what counted toward them (target, target_operation).
type Sales struct{ db *sql.DB }

// OpenSales opens the database at a postgres:// address or in a SQLite file.
// Neither is ever written.
func OpenSales(ctx context.Context, dsn string) (*Sales, error) {
	db, err := openReadOnly(dsn)
	if err != nil {
		return nil, err
	}
	s := &Sales{db}
	for _, table := range []string{"agent", "team", "agent_team", "session", "target", "target_operation"} {
		rows, err := db.QueryContext(ctx, `SELECT 1 FROM "`+table+`" WHERE 1 = 0`)
		if err == nil {
			err = rows.Close()
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("the sales database cannot be used: table %s: %w", table, err), db.Close())
		}
	}
	return s, nil
}

func openReadOnly(dsn string) (*sql.DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, fmt.Errorf("the address of the sales database cannot be read: %w", err)
		}
		config.RuntimeParams["default_transaction_read_only"] = "on"
		return stdlib.OpenDB(*config), nil
	}
	if info, err := os.Stat(dsn); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no sales database %s: name one with --sales-db", dsn)
	} else if err != nil || info.IsDir() {
		return nil, errors.Join(err, fmt.Errorf("the sales database %s is no file", dsn))
	}
	path, err := filepath.Abs(dsn)
	if err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(10000)"}
	return sql.Open("sqlite", address.String())
}

// Close closes the database.
func (s *Sales) Close() error { return s.db.Close() }

// read calls each with every row of a query, whose columns it has put into
// places.
func (s *Sales) read(ctx context.Context, what, query string, places []any, each func() error, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		err = rows.Scan(places...)
		if err == nil {
			err = each()
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

// day reads a date as a database gives it: a time, or a text that begins with
// YYYY-MM-DD.
func day(value any) (calendar.Date, error) {
	switch v := value.(type) {
	case time.Time:
		return calendar.DateOf(v), nil
	case []byte:
		return day(string(v))
	case string:
		return calendar.ParseDate(v[:min(len(v), len("2006-01-02"))])
	}
	return calendar.Date{}, fmt.Errorf("the date is %v", value)
}

// Session is one sale.
type Session struct {
	ID                            int64
	Amount                        Money
	Status, StartingOn, EndingOn  string
	ContactID, ProductID, OwnerID sql.NullInt64
}

// Sessions lists the sales that start on a day or later, by that day, then id.
func (s *Sales) Sessions(ctx context.Context, from calendar.Date) ([]Session, error) {
	var all []Session
	var row Session
	var amount, start, end any
	places := []any{&row.ID, &amount, &row.Status, &start, &end, &row.ContactID, &row.ProductID, &row.OwnerID}
	err := s.read(ctx, "sales", `SELECT "id", "amount", "status", "starting_date", "ending_date", "contact_id", "product_id", "owner_id" FROM "session"`,
		places, func() (err error) {
			if start == nil {
				return nil
			}
			on, err := day(start)
			if err != nil {
				return fmt.Errorf("sale %d: starting_date: %w", row.ID, err)
			}
			if on.Before(from) {
				return nil
			}
			if row.Amount, err = cents(amount); err != nil {
				return fmt.Errorf("sale %d: %w", row.ID, err)
			}
			row.StartingOn, row.EndingOn = on.String(), ""
			if end != nil {
				ended, err := day(end)
				if err != nil {
					return fmt.Errorf("sale %d: ending_date: %w", row.ID, err)
				}
				row.EndingOn = ended.String()
			}
			all = append(all, row)
			return nil
		})
	slices.SortFunc(all, func(a, b Session) int {
		return cmp.Or(cmp.Compare(a.StartingOn, b.StartingOn), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}
