package store

import (
	"context"
	"fmt"
	"slices"

	"callsheet/runner/internal/crm"
)

// Held finds everything that is stored about a phone number in E.164 form. Its
// suppression is found by its key, where one is given.
func (s *Store) Held(ctx context.Context, phone, key string) (held crm.Held, err error) {
	err = s.view(ctx, "read what is stored about a phone", func(ctx context.Context, q querier) error {
		held, err = s.held(ctx, q, phone, key)
		return err
	})
	return held, err
}

func (s *Store) held(ctx context.Context, q querier, phone, key string) (held crm.Held, err error) {
	rows, err := q.QueryContext(ctx, s.lead.sel(`WHERE "phone" = $1 ORDER BY "id"`), phone)
	if held.Leads, err = s.lead.scan(rows, err); err != nil {
		return held, err
	}
	leads, contacts := namesOf(held.Leads)
	for _, read := range []func() error{
		func() error { return collect(ctx, q, &held.Calls, s.call, `"lead_id" IN `, leads) },
		func() error { return collect(ctx, q, &held.Decisions, s.decision, `"lead_id" IN `, leads) },
		func() error { return collect(ctx, q, &held.Tasks, s.task, `"lead_id" IN `, leads) },
		func() error {
			var found []walletRow
			err := collect(ctx, q, &found, s.wallet, `"contact_id" IN `, contacts)
			for i := range found {
				held.Wallets = append(held.Wallets, found[i].Wallet)
			}
			return err
		},
		func() error { return collect(ctx, q, &held.Contacts, s.dialerContact, `"phone" IN `, []string{phone}) },
		func() error { return collect(ctx, q, &held.Events, s.event, `"phone" IN `, []string{phone}) },
		func() error {
			return inLists(leads, func(list string, args []any) error {
				rows, err := q.QueryContext(ctx, `SELECT "call_id", "lead_id", "text" FROM "file_line" WHERE "lead_id" IN `+list+` ORDER BY "file", "place"`, args...)
				var line crm.Line
				lines, err := scan(rows, err, []any{&line.CallID, &line.LeadID, &line.Text}, &line)
				held.Lines = append(held.Lines, lines...)
				return err
			})
		},
		func() (err error) {
			held.Records, err = s.records(ctx, q, `AND "phone" = $1`, phone)
			return err
		},
		func() error {
			if key == "" {
				return nil
			}
			rows, err := q.QueryContext(ctx, s.suppression.sel(`WHERE "key" = $1`), key)
			found, err := s.suppression.scan(rows, err)
			if len(found) > 0 {
				held.Suppression = crm.Some(found[0])
			}
			return err
		},
	} {
		if err := read(); err != nil {
			return held, err
		}
	}
	return held, nil
}

// collect reads the rows of a table in which a column is one of the values.
func collect[T any](ctx context.Context, q querier, into *[]T, t table[T], where string, values []string) error {
	return inLists(values, func(list string, args []any) error {
		rows, err := q.QueryContext(ctx, t.sel("WHERE "+where+list), args...)
		found, err := t.scan(rows, err)
		*into = append(*into, found...)
		return err
	})
}

// namesOf are the ids of leads and of their contacts.
func namesOf(leads []crm.Lead) (ids, contacts []string) {
	for i := range leads {
		ids = append(ids, leads[i].ID)
		contacts = append(contacts, leads[i].ContactID)
	}
	return ids, contacts
}

// wipe is what is left of a lead that is erased: what was counted and decided,
// and nothing that tells who it is.
const wipe = `UPDATE "lead" SET "status" = 'erased', "first_name" = '', "last_name" = '', "email" = '', "phone" = '', "phone_country" = '',
	"phone_national" = '', "phone_raw" = '', "consent_evidence" = '', "city" = '', "postal_code" = '', "group" = '', "tags" = '[]', "custom" = '{}',
	"contact_id" = "id", "next_call_at" = NULL, "callback_at" = NULL, "in_wallet" = 0, "has_pending_task" = 0, "assigned_agent" = '',
	"revision" = "revision" + 1 WHERE "id" IN `

// Erase takes away everything that tells who has a phone number: facts of its
// leads, numbers and words of reports, lines of files, the dialer's contacts,
// wallets and events. Planned and open calls are cancelled, pending tasks too.
// Ids, counts and decisions stay, and so does the suppression that is given,
// which is stored with it. It is all one transaction. A file that holds one of
// the leads and is not handed over yet is crm.ErrUnpublished, and nothing is
// erased.
func (s *Store) Erase(ctx context.Context, phone string, never crm.Suppression) (gone crm.Forgotten, err error) {
	err = s.write(ctx, "erase a phone", func(ctx context.Context, q querier) error {
		gone = crm.Forgotten{}
		held, err := s.held(ctx, q, phone, "")
		if err != nil {
			return err
		}
		leads, contacts := namesOf(held.Leads)
		var dialers []string // ids of the dialer's contacts
		for i := range held.Contacts {
			dialers = append(dialers, held.Contacts[i].ID)
		}
		if err := s.lockLeads(ctx, q, leads); err != nil {
			return err
		}
		if err := s.noneOnItsWay(ctx, q, leads); err != nil {
			return err
		}
		for _, step := range []struct {
			count  *int64
			text   string
			values []string
		}{
			{&gone.Cancelled, `UPDATE "call" SET "state" = 'cancelled' WHERE "state" IN ('planned', 'injected', 'in_progress') AND "lead_id" IN `, leads},
			{nil, `UPDATE "call" SET "phone" = '' WHERE "lead_id" IN `, leads},
			{&gone.Records, forgetRecords + ` WHERE "phone" IN `, []string{phone}},
			{&gone.Records, forgetRecords + ` WHERE ("phone" <> '' OR "contact_id" <> '') AND "lead_id" <> '' AND "lead_id" IN `, leads},
			{&gone.Lines, `UPDATE "file_line" SET "text" = '' WHERE "text" <> '' AND "lead_id" IN `, leads},
			{&gone.Tasks, `UPDATE "task" SET "state" = 'cancelled' WHERE "state" = 'pending' AND "lead_id" IN `, leads},
			{nil, `UPDATE "task" SET "contact_id" = '' WHERE "lead_id" IN `, leads},
			{&gone.Contacts, `DELETE FROM "dialer_contact" WHERE "phone" IN `, []string{phone}},
			{&gone.Contacts, `DELETE FROM "dialer_contact" WHERE "lead_id" <> '' AND "lead_id" IN `, leads},
			{&gone.Wallets, `DELETE FROM "wallet" WHERE "contact_id" IN `, contacts},
			{&gone.Events, `DELETE FROM "event" WHERE "phone" IN `, []string{phone}},
			{&gone.Events, `DELETE FROM "event" WHERE "lead_id" <> '' AND "lead_id" IN `, slices.Concat(leads, contacts, dialers)},
			{nil, `UPDATE "transfer" SET "state" = 'cancelled' WHERE "state" IN ('pending', 'sending') AND "lead_id" IN `, leads},
			{nil, `UPDATE "transfer" SET "contact_id" = '' WHERE "lead_id" IN `, leads},
			{&gone.Leads, wipe, leads},
		} {
			n, err := changed(ctx, q, step.text, step.values)
			if err != nil {
				return err
			}
			if step.count != nil {
				*step.count += n
			}
		}
		return s.suppress(ctx, q, []crm.Suppression{never})
	})
	return gone, err
}

// forgetRecords takes from reports what tells who was called and what was said.
const forgetRecords = `UPDATE "record" SET "phone" = '', "phone_raw" = '', "contact_id" = '', "comment" = '', "callback_text" = '', "recording_ref" = ''`

// noneOnItsWay refuses to touch leads of files that are not handed over yet:
// their lines would no longer be those that were claimed.
func (s *Store) noneOnItsWay(ctx context.Context, q querier, leads []string) error {
	return inLists(leads, func(list string, args []any) error {
		names, err := texts(ctx, q, `SELECT "file"."name" FROM "file_line" JOIN "file" ON "file"."name" = "file_line"."file"
			WHERE "file"."state" IN ('claimed', 'staged', 'sending') AND "file_line"."lead_id" IN `+list+` ORDER BY "file"."name" LIMIT 1`, args...)
		if err == nil && len(names) > 0 {
			return fmt.Errorf("%s: %w", names[0], crm.ErrUnpublished)
		}
		return err
	})
}

// changed runs a statement that ends with a list, and counts the rows.
func changed(ctx context.Context, q querier, text string, values []string) (n int64, err error) {
	err = inLists(values, func(list string, args []any) error {
		res, err := q.ExecContext(ctx, text+list, args...)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		n += rows
		return err
	})
	return n, err
}

// quiet are the leads with which nothing has happened since an instant.
const quiet = `"created_at" < $1 AND COALESCE("estimated_at", 0) < $1 AND COALESCE("last_call_at", 0) < $1 AND COALESCE("next_call_at", 0) < $1`

// Purge takes away at most limit of each kind of what is older than is kept:
// whole leads with all that is about them but suppressions, lines of files, the
// words of reports, events. Nothing taken away is the end.
func (s *Store) Purge(ctx context.Context, keep crm.Retention, limit int) (gone crm.Forgotten, err error) {
	err = s.write(ctx, "purge", func(ctx context.Context, q querier) error {
		gone = crm.Forgotten{}
		leads, err := texts(ctx, q, `SELECT "id" FROM "lead" WHERE `+quiet+` ORDER BY "created_at", "id" LIMIT $2`, int64(keep.Leads), limit)
		if err != nil {
			return err
		}
		if err := s.lockLeads(ctx, q, append([]string{}, leads...)); err != nil {
			return err
		}
		if err := s.purgeLeads(ctx, q, leads, &gone); err != nil {
			return err
		}
		for _, step := range []struct {
			count *int64
			text  string
			older crm.Instant
		}{
			{&gone.Lines, `UPDATE "file_line" SET "text" = '' WHERE "text" <> '' AND "file" IN (SELECT "name" FROM "file"
				WHERE "at" < $1 AND "state" IN ('published', 'cancelled') AND EXISTS (SELECT 1 FROM "file_line" AS "l" WHERE "l"."file" = "file"."name" AND "l"."text" <> '')
				ORDER BY "at", "name" LIMIT $2)`, keep.Lines},
			{&gone.Records, `UPDATE "record" SET "comment" = '', "callback_text" = '', "recording_ref" = '' WHERE "id" IN (SELECT "id" FROM "record"
				WHERE "latest" = 1 AND "at" < $1 AND ("comment" <> '' OR "callback_text" <> '' OR "recording_ref" <> '') ORDER BY "at", "id" LIMIT $2)`, keep.Records},
			{&gone.Events, `DELETE FROM "event" WHERE "id" IN (SELECT "id" FROM "event" WHERE "received_at" < $1 ORDER BY "received_at", "id" LIMIT $2)`, keep.Events},
		} {
			res, err := q.ExecContext(ctx, step.text, int64(step.older), limit)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			*step.count += n
		}
		return nil
	})
	return gone, err
}

func (s *Store) purgeLeads(ctx context.Context, q querier, leads []string, gone *crm.Forgotten) error {
	err := inLists(leads, func(list string, args []any) error {
		_, err := q.ExecContext(ctx, `DELETE FROM "transcript" WHERE "call_id" IN (SELECT "id" FROM "record" WHERE "lead_id" <> '' AND "lead_id" IN `+list+`)`, args...)
		return err
	})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		count *int64
		text  string
	}{
		{&gone.Records, `DELETE FROM "record" WHERE "lead_id" <> '' AND "lead_id" IN `},
		{nil, `DELETE FROM "call" WHERE "lead_id" IN `},
		{&gone.Decisions, `DELETE FROM "decision" WHERE "lead_id" IN `},
		{&gone.Lines, `DELETE FROM "file_line" WHERE "lead_id" IN `},
		{&gone.Tasks, `DELETE FROM "task" WHERE "lead_id" IN `},
		{&gone.Contacts, `DELETE FROM "dialer_contact" WHERE "lead_id" <> '' AND "lead_id" IN `},
		{&gone.Events, `DELETE FROM "event" WHERE "lead_id" <> '' AND "lead_id" IN `},
		{nil, `DELETE FROM "transfer" WHERE "lead_id" IN `},
		{&gone.Leads, `DELETE FROM "lead" WHERE "id" IN `},
	} {
		n, err := changed(ctx, q, step.text, leads)
		if err != nil {
			return err
		}
		if step.count != nil {
			*step.count += n
		}
	}
	return nil
}

// Overdue counts what Purge would take away, kind by kind. What goes with a
// lead is not counted by itself.
func (s *Store) Overdue(ctx context.Context, keep crm.Retention) (due crm.Forgotten, err error) {
	err = s.view(ctx, "count what is to be purged", func(ctx context.Context, q querier) error {
		for _, step := range []struct {
			count *int64
			text  string
			older crm.Instant
		}{
			{&due.Leads, `SELECT COUNT(*) FROM "lead" WHERE ` + quiet, keep.Leads},
			{&due.Lines, `SELECT COUNT(*) FROM "file_line" JOIN "file" ON "file"."name" = "file_line"."file"
				WHERE "file"."at" < $1 AND "file"."state" IN ('published', 'cancelled') AND "file_line"."text" <> ''`, keep.Lines},
			{&due.Records, `SELECT COUNT(*) FROM "record" WHERE "latest" = 1 AND "at" < $1 AND ("comment" <> '' OR "callback_text" <> '' OR "recording_ref" <> '')`, keep.Records},
			{&due.Events, `SELECT COUNT(*) FROM "event" WHERE "received_at" < $1`, keep.Events},
		} {
			rows, err := q.QueryContext(ctx, step.text, int64(step.older))
			if _, err = scan(rows, err, []any{step.count}, step.count); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}
