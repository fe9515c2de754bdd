package store

import (
	"context"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// Outstanding is a page of calls that are planned or under way, one for each of
// the leads that follow a lead, by lead id, from at most limit such calls; an
// empty page is the end. Of a lead only its id, its arrival and the columns of
// the fields named are read, such as "lead.visits"; "custom"
// stands for all custom fields. Of a call, what rules may read and its phone.
func (s *Store) Outstanding(ctx context.Context, fields []string, afterLead string, limit int) ([]crm.Due, error) {
	page := make([]crm.Due, 0, limit)
	var row crm.Due
	names, places := s.dueColumns(fields, &row)
	// SQLite keeps to the order of a CROSS JOIN: an index holds the calls by lead.
	query := "SELECT " + strings.Join(names, ", ") + ` FROM "call" CROSS JOIN "lead" WHERE ` + outstanding +
		` AND "lead"."id" = "call"."lead_id" AND "call"."lead_id" > $1 ORDER BY "call"."lead_id", "call"."id" LIMIT $2`
	err := s.view(ctx, "read planned and open calls", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, afterLead, limit)
		page, err = into(page[:0], rows, err, places, &row)
		return err
	})
	sameLead := func(a, b crm.Due) bool { return a.Lead.ID == b.Lead.ID }
	return slices.CompactFunc(page, sameLead), err
}

// Decided is the page of at most limit decisions of a slot that follow a lead, by
// lead id, each with the call that it was about and its lead. Of these it reads
// what [Store.Outstanding] reads, of a decision lead, call, instant and whether it
// injected.
func (s *Store) Decided(ctx context.Context, fields []string, slotKey, afterLead string, limit int) ([]crm.Decided, error) {
	page := make([]crm.Decided, 0, limit)
	var row crm.Decided
	names, places := s.dueColumns(fields, &row.Due)
	for _, c := range s.decision.columns {
		switch c.name {
		case "lead_id", "call_id", "injected", "at":
			names, places = append(names, `"decision"."`+c.name+`"`), append(places, destination(c.of(&row.Decision)))
		}
	}
	query := "SELECT " + strings.Join(names, ", ") + ` FROM "decision" CROSS JOIN "lead" CROSS JOIN "call"` +
		` WHERE "lead"."id" = "decision"."lead_id" AND "call"."id" = "decision"."call_id"` +
		` AND "decision"."slot_key" = $1 AND "decision"."lead_id" > $2 ORDER BY "decision"."lead_id" LIMIT $3`
	err := s.view(ctx, "read decisions of "+slotKey, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, slotKey, afterLead, limit)
		page, err = into(page[:0], rows, err, places, &row)
		return err
	})
	return page, err
}

// leadColumns are the columns of leads that fill a row: id, arrival and the
// fields named.
func (s *Store) leadColumns(fields []string, row *crm.Lead) (names []string, places []any) {
	for _, c := range s.lead.columns {
		named := func(field string) bool {
			_, name, dotted := strings.Cut(field, ".")
			return name == c.name || !dotted && field == c.name
		}
		if c.name == "id" || c.name == "created_at" || slices.ContainsFunc(fields, named) {
			names, places = append(names, `"lead"."`+c.name+`"`), append(places, destination(c.of(row)))
		}
	}
	return names, places
}

// dueColumns are the columns of calls and leads that fill a row.
func (s *Store) dueColumns(fields []string, row *crm.Due) (names []string, places []any) {
	names, places = s.leadColumns(fields, &row.Lead)
	for _, c := range s.call.columns {
		switch c.name {
		case "id", "lead_id", "phone", "kind", "due_at", "agent", "agreed_exact_time", "recycled_from":
			names, places = append(names, `"call"."`+c.name+`"`), append(places, destination(c.of(&row.Call)))
		}
	}
	return names, places
}

// Recorded says whether any report of a call is stored.
func (s *Store) Recorded(ctx context.Context) (some bool, err error) {
	err = s.view(ctx, "look for reports of calls", func(ctx context.Context, q querier) (err error) {
		some, err = recorded(ctx, q)
		return err
	})
	return some, err
}

func recorded(ctx context.Context, q querier) (bool, error) {
	ids, err := texts(ctx, q, `SELECT "id" FROM "record" LIMIT 1`)
	return len(ids) > 0, err
}
