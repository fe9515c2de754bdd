package store

import (
	"context"
	"errors"
	"slices"

	"callsheet/runner/internal/crm"
)

// ages is a kind of things that a purge takes away.
type ages struct {
	// until is up to when they are kept.
	until func(crm.Retention) crm.Instant
	// walk lists things by age and name: what is older than $1 and comes behind
	// $2 and $3, at most $4 of them. count counts those older than $1.
	walk, count string
	// take takes those named away that are to go, at most a page of them; older
	// is up to when they are kept.
	take func(ctx context.Context, q querier, ids []string, older crm.Instant, gone *crm.Purged) error
	// page is how many are looked at in one transaction.
	page int
}

// reported are the newest revisions of reports, and countReported counts them.
const (
	reported      = `SELECT "at", "id" FROM "record" WHERE "latest" = 1 AND "at" < $1 AND ("at", "id") > ($2, $3) ORDER BY "at", "id" LIMIT $4`
	countReported = `SELECT COUNT(*) FROM "record" WHERE "latest" = 1 AND "at" < $1`
)

func (s *Store) ages() []ages {
	leads := func(keep crm.Retention) crm.Instant { return keep.Leads }
	return []ages{
		{
			func(keep crm.Retention) crm.Instant { return keep.Lines },
			`SELECT "at", "name" FROM "file" WHERE "state" IN ('published', 'cancelled') AND "at" < $1 AND ("at", "name") > ($2, $3) ORDER BY "at", "name" LIMIT $4`,
			`SELECT COUNT(*) FROM "file" WHERE "state" IN ('published', 'cancelled') AND "at" < $1`,
			purging(`UPDATE "file_line" SET "text" = '' WHERE "text" <> '' AND "file" IN `, func(p *crm.Purged) *int64 { return &p.Lines }),
			20, // of up to some hundred lines each
		}, {
			func(keep crm.Retention) crm.Instant { return keep.Recordings },
			reported, countReported,
			purging(`UPDATE "record" SET "recording_ref" = '' WHERE "recording_ref" <> '' AND "id" IN `, func(p *crm.Purged) *int64 { return &p.Recordings }),
			1000,
		}, {
			func(keep crm.Retention) crm.Instant { return keep.Comments },
			reported, countReported,
			purging(`UPDATE "record" SET "comment" = '', "callback_text" = '' WHERE ("comment" <> '' OR "callback_text" <> '') AND "id" IN `,
				func(p *crm.Purged) *int64 { return &p.Comments }),
			1000,
		}, {
			func(keep crm.Retention) crm.Instant { return keep.Events },
			`SELECT "received_at", "id" FROM "event" WHERE "received_at" < $1 AND ("received_at", "id") > ($2, $3) ORDER BY "received_at", "id" LIMIT $4`,
			`SELECT COUNT(*) FROM "event" WHERE "received_at" < $1`,
			purging(`DELETE FROM "event" WHERE "id" IN `, func(p *crm.Purged) *int64 { return &p.Events }),
			1000,
		}, {
			func(keep crm.Retention) crm.Instant { return keep.Facts },
			`SELECT "at", "id" FROM "facts" WHERE "at" < $1 AND ("at", "id") > ($2, $3) ORDER BY "at", "id" LIMIT $4`,
			`SELECT COUNT(*) FROM "facts" WHERE "at" < $1`,
			purging(`DELETE FROM "facts" WHERE "id" IN `, func(p *crm.Purged) *int64 { return &p.Facts }),
			100, // of up to a thousand decisions each
		}, {
			leads,
			`SELECT "created_at", "id" FROM "lead" WHERE "created_at" < $1 AND ("created_at", "id") > ($2, $3) ORDER BY "created_at", "id" LIMIT $4`,
			`SELECT COUNT(*) FROM "lead" WHERE "created_at" < $1`,
			s.purgeLeads,
			500,
		}, {
			leads,
			`SELECT "at", "id" FROM "record" WHERE "latest" = 1 AND "lead_id" = '' AND "at" < $1 AND ("at", "id") > ($2, $3) ORDER BY "at", "id" LIMIT $4`,
			`SELECT COUNT(*) FROM "record" WHERE "latest" = 1 AND "lead_id" = '' AND "at" < $1`,
			purgeStrangers,
			500,
		}, {
			leads,
			// They have no age by which an index could find them.
			`SELECT CAST($2 AS BIGINT), "id" FROM "dialer_contact" WHERE CAST($1 AS BIGINT) IS NOT NULL AND "id" > $3 ORDER BY "id" LIMIT $4`,
			`SELECT COUNT(*) FROM "dialer_contact" WHERE CAST($1 AS BIGINT) IS NOT NULL`,
			purgeContacts,
			1000,
		},
	}
}

// purging runs one statement that ends with a list of names.
func purging(text string, into func(*crm.Purged) *int64) func(context.Context, querier, []string, crm.Instant, *crm.Purged) error {
	return func(ctx context.Context, q querier, ids []string, _ crm.Instant, gone *crm.Purged) error {
		n, err := changed(ctx, q, text, ids)
		*into(gone) += n
		return err
	}
}

// Aged counts what a purge has to look at.
func (s *Store) Aged(ctx context.Context, keep crm.Retention) (all int64, err error) {
	err = s.view(ctx, "count what is old", func(ctx context.Context, q querier) error {
		for _, kind := range s.ages() {
			n, err := count(ctx, q, kind.count, int64(kind.until(keep)))
			if err != nil {
				return err
			}
			all += n
		}
		return nil
	})
	return all, err
}

// Purge looks at the page of old things that follows a mark, takes away what is
// older than is kept, in one transaction, and says how far it has come. A
// rehearsal tells what it would do, and does nothing.
//
// A lead goes with its calls, reports, decisions and what they rest on, tasks, contacts and transfers,
// and the wallets of its contact, unless it is in a wallet or has a pending
// task. Suppressions stay. What is in words, and lines of files, go from
// whatever stays. Of the dialer's contacts go those that are nobody's lead,
// were called, and neither were nor are to be called since.
func (s *Store) Purge(ctx context.Context, keep crm.Retention, from crm.PurgeMark, rehearse bool) (gone crm.Purged, next crm.PurgeMark, err error) {
	kinds := s.ages()
	if from.Kind >= len(kinds) {
		return gone, crm.PurgeMark{Kind: from.Kind, End: true}, nil
	}
	kind, older := kinds[from.Kind], kinds[from.Kind].until(keep)
	type thing struct {
		at crm.Instant
		id string
	}
	var page []thing
	err = s.view(ctx, "look for what is old", func(ctx context.Context, q querier) error {
		var t thing
		rows, err := q.QueryContext(ctx, kind.walk, int64(older), int64(from.At), from.ID, kind.page)
		page, err = scan(rows, err, []any{destination(&t.at), &t.id}, &t)
		return err
	})
	if err != nil {
		return gone, from, err
	}
	if len(page) == 0 {
		return gone, crm.PurgeMark{Kind: from.Kind + 1, End: from.Kind+1 >= len(kinds)}, nil
	}
	ids := make([]string, len(page))
	for i, t := range page {
		ids[i] = t.id
	}
	err = s.write(ctx, "purge", func(ctx context.Context, q querier) error {
		gone = crm.Purged{}
		if err := kind.take(ctx, q, ids, older, &gone); err != nil || !rehearse {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	gone.Seen = int64(len(page))
	last := page[len(page)-1]
	return gone, crm.PurgeMark{Kind: from.Kind, At: last.at, ID: last.id}, err
}

// quiet are the leads with which nothing has happened since an instant and with
// which nothing is going to.
const quiet = `"created_at" < $1 AND COALESCE("estimated_at", 0) < $1 AND COALESCE("last_call_at", 0) < $1 AND COALESCE("next_call_at", 0) < $1
	AND COALESCE("consent_at", 0) < $1 AND COALESCE("callback_at", 0) < $1 AND "in_wallet" = 0 AND "has_pending_task" = 0`

// purgeLeads takes away the quiet ones of some leads.
func (s *Store) purgeLeads(ctx context.Context, q querier, ids []string, older crm.Instant, gone *crm.Purged) error {
	if err := s.passGate(ctx, q, s.dialect.alone); err != nil {
		return err
	}
	if err := s.lockLeads(ctx, q, ids); err != nil {
		return err
	}
	var leads, contacts []string
	for len(ids) > 0 {
		page := ids[:min(len(ids), maxList)]
		ids = ids[len(page):]
		args := []any{int64(older)}
		where := quiet + ` AND "id" IN ` + places(page, &args)
		rows, err := q.QueryContext(ctx, `SELECT "id", "contact_id" FROM "lead" WHERE `+where, args...)
		var row struct{ id, contact string }
		found, err := scan(rows, err, []any{&row.id, &row.contact}, &row)
		if err != nil {
			return err
		}
		for _, l := range found {
			leads, contacts = append(leads, l.id), append(contacts, l.contact)
		}
	}
	reports, err := among(ctx, q, `SELECT "id" FROM "record" WHERE "latest" = 1 AND "lead_id" IN `, leads)
	if err != nil {
		return err
	}
	dialers, err := among(ctx, q, `SELECT "contact_id" FROM "record" WHERE "latest" = 1 AND "lead_id" IN `, leads)
	if err != nil {
		return err
	}
	if _, err := s.dropFacts(ctx, q, leads); err != nil {
		return err
	}
	for _, step := range []struct {
		text   string
		values []string
	}{
		{`DELETE FROM "transcript" WHERE "call_id" IN `, reports},
		{`DELETE FROM "record" WHERE "id" IN `, reports},
		{`DELETE FROM "call" WHERE "lead_id" IN `, leads},
		{`DELETE FROM "decision" WHERE "lead_id" IN `, leads},
		{`DELETE FROM "file_line" WHERE "lead_id" IN `, leads},
		{`DELETE FROM "task" WHERE "lead_id" <> '' AND "lead_id" IN `, leads},
		{`DELETE FROM "retry_date" WHERE "contact_id" IN `, slices.Concat(leads, dialers)},
		{`DELETE FROM "dialer_contact" WHERE "lead_id" <> '' AND "lead_id" IN `, leads},
		{`DELETE FROM "event" WHERE "lead_id" <> '' AND "lead_id" IN `, leads},
		{`DELETE FROM "transfer" WHERE "lead_id" IN `, leads},
	} {
		if _, err := changed(ctx, q, step.text, step.values); err != nil {
			return err
		}
	}
	if gone.Leads, err = changed(ctx, q, `DELETE FROM "lead" WHERE "id" IN `, leads); err != nil {
		return err
	}
	// What is left of contacts of whom no other lead is stored.
	for _, table := range []string{"wallet", "task"} {
		_, err := changed(ctx, q, `DELETE FROM "`+table+`" WHERE NOT EXISTS (SELECT 1 FROM "lead" WHERE "lead"."contact_id" = "`+table+`"."contact_id")
			AND "contact_id" IN `, filled(contacts))
		if err != nil {
			return err
		}
	}
	return nil
}

// purgeStrangers takes away reports of calls to nobody's lead.
func purgeStrangers(ctx context.Context, q querier, ids []string, _ crm.Instant, gone *crm.Purged) error {
	if _, err := changed(ctx, q, `DELETE FROM "transcript" WHERE "call_id" IN `, ids); err != nil {
		return err
	}
	n, err := changed(ctx, q, `DELETE FROM "record" WHERE "lead_id" = '' AND "id" IN `, ids)
	gone.Records += n
	return err
}

// purgeContacts takes away contacts of the dialer that are nobody's lead.
func purgeContacts(ctx context.Context, q querier, ids []string, older crm.Instant, gone *crm.Purged) error {
	for len(ids) > 0 {
		page := ids[:min(len(ids), maxList)]
		ids = ids[len(page):]
		args := []any{int64(older)}
		res, err := q.ExecContext(ctx, `DELETE FROM "dialer_contact" WHERE "last_call_at" < $1 AND COALESCE("retry_date", 0) < $1
			AND NOT EXISTS (SELECT 1 FROM "lead" WHERE "lead"."id" = "dialer_contact"."lead_id")
			AND NOT EXISTS (SELECT 1 FROM "lead" WHERE "lead"."phone" = "dialer_contact"."phone" AND "lead"."phone" <> '') AND "id" IN `+places(page, &args), args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		gone.Contacts += n
	}
	return nil
}
