package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// multi is a statement over many rows: a head, one tuple of parameters a row,
// a tail. Rows are cut into powers of two, so that a database sees few texts
// and keeps them prepared.
type multi struct {
	head, tail string
	// casts are the types of the parameters where no column tells them; nil
	// where each goes straight into a column.
	casts []string
	width int // parameters a row
	// dialect says how many rows a statement may have.
	dialect *dialect

	mu    sync.Mutex
	texts map[int]string
}

// text is the statement over n rows.
func (m *multi) text(n int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text, ok := m.texts[n]; ok {
		return text
	}
	var b strings.Builder
	b.WriteString(m.head)
	for p := range n * m.width {
		switch {
		case p == 0:
			b.WriteString("(")
		case p%m.width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		place := parameter(p + 1)
		if m.casts != nil {
			place = "CAST(" + place + " AS " + m.casts[p%m.width] + ")"
		}
		b.WriteString(place)
	}
	b.WriteString(")")
	b.WriteString(m.tail)
	if m.texts == nil {
		m.texts = map[int]string{}
	}
	m.texts[n] = b.String()
	return m.texts[n]
}

// run executes m over rows and says how many rows of the table it wrote.
func run[T any](ctx context.Context, q querier, m *multi, rows []*T, bind func([]any, *T) ([]any, error)) (int64, error) {
	var written int64
	args := make([]any, 0, m.width*min(len(rows), m.dialect.rows))
	for len(rows) > 0 {
		n := powerBelow(len(rows), m.dialect.rows)
		args = args[:0]
		for _, row := range rows[:n] {
			var err error
			if args, err = bind(args, row); err != nil {
				return written, err
			}
		}
		res, err := q.ExecContext(ctx, m.text(n), args...)
		if err != nil {
			return written, err
		}
		affected, err := res.RowsAffected()
		if err != nil {
			return written, err
		}
		written += affected
		rows = rows[n:]
	}
	return written, nil
}

// powerBelow is the largest power of two that is at most n and at most limit,
// itself a power of two.
func powerBelow(n, limit int) int {
	p := limit
	for p > n {
		p /= 2
	}
	return p
}

// insert is INSERT of whole rows, followed by what to do with those stored
// already ("" makes them a conflict).
func (t table[T]) insert(d *dialect, onConflict string) *multi {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = `"` + c.name + `"`
	}
	return &multi{
		head:    fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES `, t.name, strings.Join(names, ", ")),
		tail:    onConflict,
		width:   len(t.columns),
		dialect: d,
	}
}

// upsert is INSERT of whole rows that replaces every column of those stored
// already but the key columns, which come first in the table.
func (t table[T]) upsert(d *dialect, keys int) *multi {
	return t.insert(d, t.replace(keys, t.names()[keys:]))
}

func (t table[T]) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// replace is the ON CONFLICT clause that sets the named columns to their new
// values where the first keys columns are equal.
func (t table[T]) replace(keys int, names []string) string {
	key := t.names()[:keys]
	sets := make([]string, len(names))
	for i, name := range names {
		sets[i] = fmt.Sprintf(`"%s" = excluded."%s"`, name, name)
	}
	return ` ON CONFLICT ("` + strings.Join(key, `", "`) + `") DO UPDATE SET ` + strings.Join(sets, ", ")
}

// parameter is the place of the n-th argument, from 1.
func parameter(n int) string { return "$" + strconv.Itoa(n) }

// nameless takes the numbers off the parameters of a statement in which they come
// in order, each once. To SQLite $7 is a name, which it looks for among all before
// it, and which the driver reads whenever it binds.
func nameless(text string) string {
	var b strings.Builder
	rest := text
	for n := 1; ; n++ {
		before, after, more := strings.Cut(rest, "$")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		var next bool
		rest, next = strings.CutPrefix(after, strconv.Itoa(n))
		quoted, longer := strings.HasSuffix(before, "'"), rest != "" && rest[0] >= '0' && rest[0] <= '9'
		if !next || quoted || longer {
			return text
		}
		b.WriteByte('?')
	}
}

// maxList is the most values of one IN list.
const maxList = 128

// inLists calls query for slices of values with the text of an IN list and all
// arguments: first those given, then those of the list. The list is padded with
// its last value to a power of two, for the same reason as in multi.
func inLists(values []string, query func(list string, args []any) error, given ...any) error {
	for len(values) > 0 {
		n := min(len(values), maxList)
		size := 1
		for size < n {
			size *= 2
		}
		args := append(make([]any, 0, len(given)+size), given...)
		places := make([]string, size)
		for i := range size {
			args = append(args, values[min(i, n-1)])
			places[i] = parameter(len(args))
		}
		if err := query("("+strings.Join(places, ", ")+")", args); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// filled are the different values in order, without the empty one.
func filled(values []string) []string {
	all := slices.Sorted(slices.Values(values))
	return slices.DeleteFunc(slices.Compact(all), func(v string) bool { return v == "" })
}
