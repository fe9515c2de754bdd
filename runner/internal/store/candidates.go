package store

import (
	"context"
	"iter"
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

// Candidates are the planned calls due before an instant, in pages of at most
// limit: first the callbacks that pass a filter in the words of Dialect, by due
// time and call id, then the other calls that pass theirs, in an order of its
// own. The parameters of both are from $1 on. Of calls and leads it reads what
// [Store.Outstanding] reads.
//
// Its cost follows the callbacks that are due and what the filter of the others
// selects where that begins at some lead.created_at, otherwise what is due.
func (s *Store) Candidates(
	ctx context.Context, fields []string, before crm.Instant, calls, callbacks expression.Where, limit int,
) iter.Seq2[[]crm.Due, error] {
	by := byDue()
	if since, bounded := calls.AtLeast[`"lead"."created_at"`]; bounded {
		by = byArrival(since)
	}
	var lots []lot
	for _, l := range []struct {
		kind   string
		filter expression.Where
		by     sequence
	}{{`"call"."kind" = 'callback'`, callbacks, byDue()}, {`"call"."kind" <> 'callback'`, calls, by}} {
		if l.filter.Text != "FALSE" {
			l.filter.Text = l.kind + " AND " + l.filter.Text
			lots = append(lots, lot{l.filter, l.by})
		}
	}
	return s.due(ctx, fields, before, limit, lots...)
}

// PlannedOf are the planned calls of leads, in no order. Of these it reads what
// [Store.Outstanding] reads.
func (s *Store) PlannedOf(ctx context.Context, fields, leadIDs []string) (calls []crm.Due, err error) {
	var row crm.Due
	names, places := s.dueColumns(fields, &row)
	query := "SELECT " + strings.Join(names, ", ") + ` FROM "call" CROSS JOIN "lead"` +
		" WHERE " + planned + ` AND "lead"."id" = "call"."lead_id" AND "call"."lead_id" IN `
	err = s.view(ctx, "read planned calls of leads", func(ctx context.Context, q querier) error {
		return inLists(leadIDs, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, query+list, args...)
			calls, err = into(calls, rows, err, places, &row)
			return err
		})
	})
	return calls, err
}

// lot is the planned calls that pass a filter, in an order.
type lot struct {
	filter expression.Where
	by     sequence
}

// sequence is an order of planned calls that an index serves: two columns, where
// the first of them begins, and where a call stands in it.
type sequence struct {
	tables, key string
	begin       int64
	place       func(*crm.Due) (int64, string)
}

// byDue is led by the calls. SQLite keeps to the order of a CROSS JOIN.
func byDue() sequence {
	return sequence{`"call" CROSS JOIN "lead"`, `"call"."due_at", "call"."id"`, math.MinInt64, func(d *crm.Due) (int64, string) {
		return int64(d.Call.DueAt), d.Call.ID
	}}
}

// byArrival is led by the leads.
func byArrival(since int64) sequence {
	return sequence{`"lead" CROSS JOIN "call"`, `"lead"."created_at", "lead"."id"`, since, func(d *crm.Due) (int64, string) {
		return int64(d.Lead.CreatedAt), d.Lead.ID
	}}
}

// most is the end of a query for at most limit rows. The number stands in the
// text because SQLite plans a query anew whenever it is given as a parameter.
func most(limit int) string { return " LIMIT " + strconv.Itoa(limit) }

// due are the planned calls of lots, one after the other; what is left of one is
// on a page with what the next begins with.
func (s *Store) due(ctx context.Context, fields []string, before crm.Instant, limit int, lots ...lot) iter.Seq2[[]crm.Due, error] {
	return func(yield func([]crm.Due, error) bool) {
		var rest []crm.Due
		for _, l := range lots {
			at, id, likely := l.by.begin, "", 0
			for more := true; more; {
				page, err := s.duePage(ctx, fields, l, before, at, id, limit, likely)
				if err != nil {
					yield(nil, err)
					return
				}
				// Behind a full page comes another one, most often.
				if more, likely = len(page) == limit, limit; len(page) > 0 {
					at, id = l.by.place(&page[len(page)-1])
				}
				if len(rest)+len(page) > limit {
					if !yield(rest, nil) {
						return
					}
					rest = nil
				}
				rest = append(rest, page...)
			}
		}
		if len(rest) > 0 {
			yield(rest, nil)
		}
	}
}

// duePage is the page of a lot that follows a place in its order, with likely so
// many calls on it.
func (s *Store) duePage(
	ctx context.Context, fields []string, l lot, before crm.Instant, at int64, id string, limit, likely int,
) (page []crm.Due, err error) {
	var row crm.Due
	names, places := s.dueColumns(fields, &row)
	n := len(l.filter.Args)
	query := "SELECT " + strings.Join(names, ", ") + " FROM " + l.by.tables +
		" WHERE " + planned + ` AND "lead"."id" = "call"."lead_id" AND "call"."due_at" < ` + parameter(n+1) +
		" AND (" + l.by.key + ") > (" + parameter(n+2) + ", " + parameter(n+3) + ") AND " + l.filter.Text +
		" ORDER BY " + l.by.key + most(limit)
	args := append(l.filter.Args[:n:n], int64(before), at, id)
	err = s.view(ctx, "read due calls", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		page, err = into(make([]crm.Due, 0, likely), rows, err, places, &row)
		return err
	})
	return page, err
}
