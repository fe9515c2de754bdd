package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"callsheet/runner/internal/crm"
)

// trace is where a phone number leads to: the names by which everything about
// it is found.
type trace struct {
	phone string
	leads []string // that have the number
	// contacts are theirs alone; shared are those who have other leads under
	// other numbers, which are others.
	contacts, shared, others []string
	// calls are those to the number of leads that have another one now.
	calls []crm.Call
	// dialers are the dialer's contacts, as reports and its exports name them, and
	// reports the reported calls.
	dialers, reports []string
}

// formerCalls are the calls that are done with, by number.
const formerCalls = `"state" NOT IN ('planned', 'injected', 'in_progress') AND "phone" IN `

// trace follows a number through the tables. On PostgreSQL it locks the leads.
func (s *Store) trace(ctx context.Context, q querier, phone, lock string) (t trace, err error) {
	t.phone = phone
	number := []string{phone}
	rows, err := q.QueryContext(ctx, `SELECT "id", "contact_id" FROM "lead" WHERE "phone" = $1 ORDER BY "id" `+lock, phone)
	var row struct{ id, contact string }
	own, err := scan(rows, err, []any{&row.id, &row.contact}, &row)
	if err != nil {
		return t, err
	}
	for _, l := range own {
		t.leads, t.contacts = append(t.leads, l.id), append(t.contacts, l.contact)
	}
	t.contacts = filled(t.contacts)
	if t.others, err = among(ctx, q, `SELECT "id" FROM "lead" WHERE "contact_id" IN `, t.contacts); err != nil {
		return t, err
	}
	mine := set(t.leads)
	t.others = slices.DeleteFunc(t.others, func(id string) bool { return mine[id] })
	if t.shared, err = among(ctx, q, `SELECT "contact_id" FROM "lead" WHERE "id" IN `, t.others); err != nil {
		return t, err
	}
	taken := set(t.shared)
	t.contacts = slices.DeleteFunc(t.contacts, func(id string) bool { return taken[id] })
	for _, calls := range []string{open + ` AND "phone" IN `, formerCalls} {
		if err := collect(ctx, q, &t.calls, s.call, calls, number); err != nil {
			return t, err
		}
	}
	t.calls = slices.DeleteFunc(t.calls, func(c crm.Call) bool { return mine[c.LeadID] })
	for _, names := range []struct {
		into   *[]string
		query  string
		values []string
	}{
		{&t.dialers, `SELECT "id" FROM "dialer_contact" WHERE "phone" IN `, number},
		{&t.dialers, `SELECT "id" FROM "dialer_contact" WHERE "lead_id" <> '' AND "lead_id" IN `, t.leads},
		{&t.dialers, `SELECT "contact_id" FROM "record" WHERE "latest" = 1 AND "phone" IN `, number},
		{&t.dialers, `SELECT "contact_id" FROM "record" WHERE "latest" = 1 AND "lead_id" IN `, t.leads},
		{&t.dialers, `SELECT "contact_id" FROM "transfer" WHERE "lead_id" IN `, t.leads},
		{&t.reports, `SELECT "id" FROM "record" WHERE "latest" = 1 AND "phone" IN `, number},
		{&t.reports, `SELECT "id" FROM "record" WHERE "latest" = 1 AND "lead_id" IN `, t.leads},
	} {
		found, err := among(ctx, q, names.query, names.values)
		if err != nil {
			return t, err
		}
		*names.into = append(*names.into, found...)
	}
	t.dialers = slices.DeleteFunc(filled(t.dialers), func(id string) bool { return taken[id] })
	return t, nil
}

// names are all the names by which messages may call whoever has the number.
func (t *trace) names() []string { return filled(slices.Concat(t.leads, t.contacts, t.dialers)) }

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
	t, err := s.trace(ctx, q, phone, "")
	if err != nil {
		return held, err
	}
	number := []string{phone}
	var wallets []walletRow
	var suppressions []crm.Suppression
	held.Calls = t.calls
	lines := func(where string, args ...any) error {
		var l crm.FileLine
		rows, err := q.QueryContext(ctx, `SELECT "file", "call_id", "lead_id", "text" FROM "file_line" WHERE `+where+` ORDER BY "file", "place"`, args...)
		found, err := scan(rows, err, []any{&l.File, &l.CallID, &l.LeadID, &l.Text}, &l)
		held.Lines = append(held.Lines, found...)
		return err
	}
	steps := []func() error{
		func() error { return collect(ctx, q, &held.Leads, s.lead, `"phone" IN `, number) },
		func() error { return collect(ctx, q, &held.Calls, s.call, `"lead_id" IN `, t.leads) },
		func() error { return collect(ctx, q, &held.Decisions, s.decision, `"lead_id" IN `, t.leads) },
		func() error {
			return collect(ctx, q, &held.Tasks, s.task, `"lead_id" <> '' AND "lead_id" IN `, t.leads)
		},
		func() error { return collect(ctx, q, &held.Tasks, s.task, `"contact_id" IN `, t.contacts) },
		func() error {
			return collect(ctx, q, &wallets, s.wallet, `"contact_id" IN `, slices.Concat(t.contacts, t.shared))
		},
		func() error { return collect(ctx, q, &held.Contacts, s.dialerContact, `"phone" IN `, number) },
		func() error {
			return collect(ctx, q, &held.Contacts, s.dialerContact, `"lead_id" <> '' AND "lead_id" IN `, t.leads)
		},
		func() error { return collect(ctx, q, &held.Transfers, s.transfer, `"lead_id" IN `, t.leads) },
		func() error { return collect(ctx, q, &held.RetryDates, s.retryDate, `"contact_id" IN `, t.names()) },
		func() error { return collect(ctx, q, &held.Events, s.event, `"phone" <> '' AND "phone" IN `, number) },
		func() error {
			return collect(ctx, q, &held.Events, s.event, `"lead_id" <> '' AND "lead_id" IN `, t.names())
		},
		func() error { return collect(ctx, q, &suppressions, s.suppression, `"key" IN `, filled([]string{key})) },
		func() error {
			return inLists(t.leads, func(list string, args []any) error { return lines(`"lead_id" IN `+list, args...) })
		},
	}
	for _, c := range t.calls {
		steps = append(steps, func() error { return lines(`"lead_id" = $1 AND "call_id" = $2`, c.LeadID, c.ID) })
	}
	var records []recordRow
	for _, latest := range []string{"1", "0"} {
		steps = append(steps,
			func() error {
				return collect(ctx, q, &records, s.record, `"latest" = `+latest+` AND "phone" IN `, number)
			},
			func() error {
				return collect(ctx, q, &records, s.record, `"latest" = `+latest+` AND "lead_id" IN `, t.leads)
			})
	}
	for _, read := range steps {
		if err := read(); err != nil {
			return held, err
		}
	}
	for i := range wallets {
		held.Wallets = append(held.Wallets, wallets[i].Wallet)
	}
	for i := range records {
		held.Records = append(held.Records, records[i].Record)
	}
	if held.Facts, err = s.factsOf(ctx, q, held.Decisions); err != nil {
		return held, err
	}
	if len(suppressions) > 0 {
		held.Suppression = crm.Some(suppressions[0])
	}
	held.Records = inOrder(held.Records, func(r *crm.Record) string { return fmt.Sprintf("%s %9d", r.ID, r.Revision) })
	held.Tasks = inOrder(held.Tasks, func(t *crm.Task) string { return t.ID })
	held.Contacts = inOrder(held.Contacts, func(c *crm.DialerContact) string { return c.ID })
	held.Events = inOrder(held.Events, func(e *crm.Event) string { return e.ID })
	return held, nil
}

// inOrder brings rows that may have been found twice into their order.
func inOrder[T any](rows []T, key func(*T) string) []T {
	var kept []T
	for _, row := range lastOfEach(pointers(rows), key) {
		kept = append(kept, *row)
	}
	return kept
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

const (
	// wipe is what is left of a lead that is erased: what was counted and
	// decided, and nothing that tells who it is.
	wipe = `UPDATE "lead" SET "status" = 'erased', "first_name" = '', "last_name" = '', "email" = '', "phone" = '', "phone_country" = '',
		"phone_national" = '', "phone_raw" = '', "consent_evidence" = '', "city" = '', "postal_code" = '', "group" = '', "tags" = '[]', "custom" = '{}',
		"contact_id" = "id", "next_call_at" = NULL, "callback_at" = NULL, "in_wallet" = 0, "has_pending_task" = 0, "assigned_agent" = '',
		"revision" = "revision" + 1 WHERE "id" IN `
	// silence takes from reports what tells who was called and what was said.
	silence = `UPDATE "record" SET "phone" = '', "phone_raw" = '', "contact_id" = '', "comment" = '', "callback_text" = '', "recording_ref" = ''
		WHERE ("phone" <> '' OR "phone_raw" <> '' OR "contact_id" <> '' OR "comment" <> '' OR "callback_text" <> '' OR "recording_ref" <> '') AND "latest" = `
)

// Erase takes away everything that tells who has a phone number: facts of its
// leads, numbers and words of reports, lines of files, the dialer's contacts,
// wallets and events. Planned and open calls are cancelled, pending tasks too.
// What decisions rest on goes too. Ids, counts and decisions stay, and so does the suppression that is given,
// which is stored with it. It is all one transaction; a rehearsal tells what it
// would do, and does nothing. A file that holds one of the leads and is not
// handed over yet is crm.ErrUnpublished, and nothing is erased.
func (s *Store) Erase(ctx context.Context, phone string, never crm.Suppression, rehearse bool) (gone crm.Forgotten, err error) {
	if phone == "" {
		return gone, errors.New("erase a phone: it is empty")
	}
	err = s.write(ctx, "erase a phone", func(ctx context.Context, q querier) error {
		gone = crm.Forgotten{}
		if err := s.passGate(ctx, q, s.dialect.alone); err != nil {
			return err
		}
		t, err := s.trace(ctx, q, phone, s.dialect.alone)
		if err != nil {
			return err
		}
		gone.Others = filled(t.others)
		if err := s.eraseLines(ctx, q, &t, &gone); err != nil {
			return err
		}
		if gone.Facts, err = s.dropFacts(ctx, q, t.leads); err != nil {
			return err
		}
		if err := eraseRows(ctx, q, &t, &gone); err != nil {
			return err
		}
		if err := reflag(ctx, q, t.shared); err != nil {
			return err
		}
		if rehearse {
			return errRehearsed
		}
		return s.suppress(ctx, q, []crm.Suppression{never})
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return gone, err
}

// eraseRows erases everything but the lines of files.
func eraseRows(ctx context.Context, q querier, t *trace, gone *crm.Forgotten) error {
	number, names := []string{t.phone}, t.names()
	var calls []string
	for _, c := range t.calls {
		calls = append(calls, c.ID)
	}
	for _, step := range []struct {
		count  *int64
		text   string
		values []string
	}{
		{&gone.Cancelled, `UPDATE "call" SET "state" = 'cancelled' WHERE "state" IN ('planned', 'injected', 'in_progress') AND "lead_id" IN `, t.leads},
		{&gone.Cancelled, `UPDATE "call" SET "state" = 'cancelled' WHERE "state" IN ('planned', 'injected', 'in_progress') AND "id" IN `, calls},
		{nil, `UPDATE "call" SET "phone" = '' WHERE "lead_id" IN `, t.leads},
		{nil, `UPDATE "call" SET "phone" = '' WHERE "id" IN `, calls},
		{nil, `UPDATE "transcript" SET "state" = 'withdrawn' WHERE "state" IN ('pending', 'sending') AND "call_id" IN `, t.reports},
		{&gone.Records, silence + `1 AND "phone" IN `, number},
		{&gone.Records, silence + `0 AND "phone" IN `, number},
		{&gone.Records, silence + `1 AND "lead_id" IN `, t.leads},
		{&gone.Records, silence + `0 AND "lead_id" IN `, t.leads},
		{&gone.Tasks, `UPDATE "task" SET "state" = 'cancelled' WHERE "state" = 'pending' AND "lead_id" <> '' AND "lead_id" IN `, t.leads},
		{&gone.Tasks, `UPDATE "task" SET "state" = 'cancelled' WHERE "state" = 'pending' AND "contact_id" IN `, t.contacts},
		{nil, `UPDATE "task" SET "contact_id" = '' WHERE "lead_id" <> '' AND "lead_id" IN `, t.leads},
		{nil, `UPDATE "task" SET "contact_id" = '' WHERE "contact_id" IN `, t.contacts},
		{&gone.Contacts, `DELETE FROM "dialer_contact" WHERE "phone" IN `, number},
		{&gone.Contacts, `DELETE FROM "dialer_contact" WHERE "lead_id" <> '' AND "lead_id" IN `, t.leads},
		{&gone.Wallets, `DELETE FROM "wallet" WHERE "contact_id" IN `, t.contacts},
		{&gone.Events, `DELETE FROM "event" WHERE "phone" <> '' AND "phone" IN `, number},
		{&gone.Events, `DELETE FROM "event" WHERE "lead_id" <> '' AND "lead_id" IN `, names},
		{nil, `DELETE FROM "retry_date" WHERE "contact_id" IN `, names},
		{nil, `UPDATE "transfer" SET "state" = 'cancelled' WHERE "state" IN ('pending', 'sending') AND "lead_id" IN `, t.leads},
		{nil, `UPDATE "transfer" SET "contact_id" = '' WHERE "lead_id" IN `, t.leads},
		{&gone.Leads, wipe, t.leads},
	} {
		n, err := changed(ctx, q, step.text, step.values)
		if err != nil {
			return err
		}
		if step.count != nil {
			*step.count += n
		}
	}
	return nil
}

// eraseLines empties the lines of files, and names the files.
func (s *Store) eraseLines(ctx context.Context, q querier, t *trace, gone *crm.Forgotten) error {
	type place struct{ file, state string }
	var found []place
	look := func(where string, args ...any) error {
		var p place
		rows, err := q.QueryContext(ctx, `SELECT "file", "state" FROM "file_line" JOIN "file" ON "file"."name" = "file_line"."file"
			WHERE "text" <> '' AND "state" <> 'cancelled' AND `+where, args...)
		lines, err := scan(rows, err, []any{&p.file, &p.state}, &p)
		found = append(found, lines...)
		return err
	}
	empty := func(where string, args ...any) error {
		res, err := q.ExecContext(ctx, `UPDATE "file_line" SET "text" = '' WHERE "text" <> '' AND `+where, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		gone.Lines += n
		return err
	}
	for _, do := range []func(string, ...any) error{look, empty} {
		err := inLists(t.leads, func(list string, args []any) error { return do(`"lead_id" IN `+list, args...) })
		for _, c := range t.calls {
			err = errors.Join(err, do(`"lead_id" = $1 AND "call_id" = $2`, c.LeadID, c.ID))
		}
		if err != nil {
			return err
		}
		for _, p := range found {
			// Their bytes would no longer be those that were claimed.
			if p.state != crm.FilePublished {
				return fmt.Errorf("%s: %w", p.file, crm.ErrUnpublished)
			}
			gone.Files = append(gone.Files, p.file)
		}
		gone.Files = filled(gone.Files)
	}
	return nil
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
