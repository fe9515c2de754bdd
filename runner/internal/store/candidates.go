package store

import (
	"context"
	"math"
	"strconv"
	"strings"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Dialect tells how the facts of leads and planned calls are stored, for
// filters of Candidates and Ranking.
func (s *Store) Dialect() expression.SQLDialect {
	columns := map[string]string{}
	for _, f := range crm.LeadFields() {
		if f.Name == "lead.attempts_30d" {
			continue // it ages: every run counts it anew
		}
		_, name, _ := strings.Cut(f.Name, ".")
		columns[f.Name] = `"lead"."` + name + `"`
	}
	for _, name := range []string{"kind", "due_at", "agreed_exact_time"} {
		columns["call."+name] = `"call"."` + name + `"`
	}
	return expression.SQLDialect{
		Postgres: s.writer == nil,
		Column: func(field string) (string, bool) {
			sql, stored := columns[field]
			return sql, stored
		},
	}
}

// Candidates is the page of at most limit planned calls due before an instant
// that follow after: first the callbacks that pass a filter in the words of
// Dialect, by due time and call id, then the other calls that pass theirs, in an
// order of its own. The parameters of both are from $1 on. after is the last
// call of the page before; the zero Due is the start. An empty page is the end.
// Of calls and leads it reads what [Store.Outstanding] reads.
//
// Its cost follows the callbacks that are due and what the filter of the others
// selects where that begins at some lead.created_at, otherwise what is due.
func (s *Store) Candidates(
	ctx context.Context, fields []string, before crm.Instant, calls, callbacks expression.Where, after crm.Due, limit int,
) ([]crm.Due, error) {
	if after.Call.ID == "" || after.Call.Kind == crm.KindCallback {
		page, err := s.passing(ctx, fields, callbacks, `"call"."kind" = 'callback'`, byDue(), before, after, limit)
		if err != nil || len(page) > 0 {
			return page, err
		}
		after = crm.Due{}
	}
	by := byDue()
	if since, bounded := calls.AtLeast[`"lead"."created_at"`]; bounded {
		by = byArrival()
		if after.Call.ID == "" {
			after.Lead.CreatedAt = crm.Instant(since)
		}
	}
	return s.passing(ctx, fields, calls, `"call"."kind" <> 'callback'`, by, before, after, limit)
}

// passing is a page of the planned calls of a kind that pass a filter.
func (s *Store) passing(
	ctx context.Context, fields []string, filter expression.Where, kind string, by sequence, before crm.Instant, after crm.Due, limit int,
) ([]crm.Due, error) {
	if filter.Text == "FALSE" {
		return nil, nil
	}
	filter.Text = kind + " AND " + filter.Text
	return s.duePage(ctx, fields, filter, by, before, after, limit)
}

// sequence is an order of planned calls that an index serves: two columns, and
// where a call stands in it.
type sequence struct {
	tables, key string
	place       func(crm.Due) (int64, string)
}

// byDue is led by the calls. SQLite keeps to the order of a CROSS JOIN.
func byDue() sequence {
	return sequence{`"call" CROSS JOIN "lead"`, `"call"."due_at", "call"."id"`, func(d crm.Due) (int64, string) {
		if d.Call.ID == "" {
			return math.MinInt64, ""
		}
		return int64(d.Call.DueAt), d.Call.ID
	}}
}

// byArrival is led by the leads.
func byArrival() sequence {
	return sequence{`"lead" CROSS JOIN "call"`, `"lead"."created_at", "lead"."id"`, func(d crm.Due) (int64, string) {
		return int64(d.Lead.CreatedAt), d.Lead.ID
	}}
}

// most is the end of a query for at most limit rows. The number stands in the
// text because SQLite plans a query anew whenever it is given as a parameter.
func most(limit int) string { return " LIMIT " + strconv.Itoa(limit) }

// duePage is a page of the planned calls that pass a filter.
func (s *Store) duePage(
	ctx context.Context, fields []string, filter expression.Where, by sequence, before crm.Instant, after crm.Due, limit int,
) ([]crm.Due, error) {
	var row crm.Due
	names, places := s.dueColumns(fields, &row)
	at, id := by.place(after)
	args := append(filter.Args[:len(filter.Args):len(filter.Args)], int64(before), at, id)
	parameter := func(n int) string { return "$" + strconv.Itoa(len(filter.Args)+n) }
	query := "SELECT " + strings.Join(names, ", ") + " FROM " + by.tables +
		" WHERE " + planned + ` AND "lead"."id" = "call"."lead_id" AND "call"."due_at" < ` + parameter(1) +
		" AND (" + by.key + ") > (" + parameter(2) + ", " + parameter(3) + ") AND " + filter.Text +
		" ORDER BY " + by.key + most(limit)
	var page []crm.Due
	err := s.view(ctx, "read due calls", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		page, err = scan(rows, err, places, &row)
		return err
	})
	return page, err
}
