package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// column is one stored fact of a T. Of points at it inside the entity.
type column[T any] struct {
	name string
	of   func(*T) any
}

// table maps an entity to its columns, the only place that knows their order.
type table[T any] struct {
	name    string
	columns []column[T]
}

// quoted is the list of the table's columns, each as "table"."column".
func (t table[T]) quoted() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = `"` + t.name + `"."` + c.name + `"`
	}
	return strings.Join(names, ", ")
}

// of is the table with only some of its columns, to read these.
func (t table[T]) of(names ...string) table[T] {
	t.columns = slices.DeleteFunc(slices.Clone(t.columns), func(c column[T]) bool { return !slices.Contains(names, c.name) })
	return t
}

// sel is SELECT all columns FROM the table, followed by what is asked of it.
func (t table[T]) sel(rest string) string {
	return "SELECT " + t.quoted() + ` FROM "` + t.name + `" ` + rest
}

// bind appends the stored form of row. The first column is a text that names
// the row.
func (t table[T]) bind(args []any, row *T) ([]any, error) {
	for _, c := range t.columns {
		v, err := encode(c.of(row))
		if err != nil {
			return nil, fmt.Errorf("%s %q: %s: %w", t.name, *t.columns[0].of(row).(*string), c.name, err)
		}
		args = append(args, v)
	}
	return args, nil
}

// destinations are the places in row that a SELECT of all columns fills.
func (t table[T]) destinations(row *T) []any {
	places := make([]any, len(t.columns))
	for i, c := range t.columns {
		places[i] = destination(c.of(row))
	}
	return places
}

// scan reads all rows and closes them.
func (t table[T]) scan(rows *sql.Rows, err error) ([]T, error) {
	var row T
	return scan(rows, err, t.destinations(&row), &row)
}

// scan reads all rows through places, which lie inside row, and closes them.
func scan[T any](rows *sql.Rows, err error, places []any, row *T) ([]T, error) {
	return into(nil, rows, err, places, row)
}

// into is scan that appends to a list.
func into[T any](all []T, rows *sql.Rows, err error, places []any, row *T) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		all = append(all, *row)
	}
	return all, rows.Err()
}
