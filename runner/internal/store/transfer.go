package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// openTransfer is a transfer that is not settled.
const openTransfer = `"transfer"."state" IN ('pending', 'sending')`

// handed are the leads of a rule that wait with an agent: whose newest chosen
// agent it is, whom nobody has dealt with since, and whose contact is not yet
// counted in the campaign that measures the load.
const handed = `SELECT "transfer"."agent", COUNT(*) FROM "transfer" JOIN "lead" ON "lead"."id" = "transfer"."lead_id"
	WHERE "transfer"."rule" = $1 AND "transfer"."agent" <> '' AND "transfer"."state" IN ('sending', 'done') AND "lead"."status" = "transfer"."status"
	AND NOT EXISTS (SELECT 1 FROM "transfer" AS "newer" WHERE "newer"."lead_id" = "transfer"."lead_id" AND "newer"."agent" <> ''
		AND "newer"."state" IN ('sending', 'done') AND ("newer"."at", "newer"."id") > ("transfer"."at", "transfer"."id"))
	AND NOT EXISTS (SELECT 1 FROM "dialer_contact" WHERE "dialer_contact"."id" = "transfer"."contact_id"
		AND "dialer_contact"."campaign_id" = $2 AND "dialer_contact"."assigned_agent" <> '')
	GROUP BY "transfer"."agent"`

// Handed counts, by agent, the leads that a rule of rules/transfers.yaml has
// handed over and with whom nobody has got further since, without those whose contact the
// given campaign counts already.
func (s *Store) Handed(ctx context.Context, rule, campaignID string) (map[string]int, error) {
	return s.countsOf(ctx, "count transfers", handed, rule, campaignID)
}

// ContactLoads counts the contacts of one of the dialer's campaigns by the
// agent that they are assigned to.
func (s *Store) ContactLoads(ctx context.Context, campaignID string) (map[string]int, error) {
	return s.countsOf(ctx, "count contacts of campaign "+campaignID,
		`SELECT "assigned_agent", COUNT(*) FROM "dialer_contact" WHERE "campaign_id" = $1 AND "assigned_agent" <> '' GROUP BY "assigned_agent"`, campaignID)
}

// countsOf is the counts of a query, by name.
func (s *Store) countsOf(ctx context.Context, what, query string, args ...any) (map[string]int, error) {
	counts := map[string]int{}
	err := s.view(ctx, what, func(ctx context.Context, q querier) error {
		var row struct {
			name  string
			count int
		}
		rows, err := q.QueryContext(ctx, query, args...)
		all, err := scan(rows, err, []any{&row.name, &row.count}, &row)
		for _, r := range all {
			counts[r.name] = r.count
		}
		return err
	})
	return counts, err
}

// Transfers finds transfers by id.
func (s *Store) Transfers(ctx context.Context, ids []string) (map[string]crm.Transfer, error) {
	found := map[string]crm.Transfer{}
	err := s.view(ctx, "read transfers", func(ctx context.Context, q querier) error {
		return inLists(filled(ids), func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.transfer.sel(`WHERE "id" IN `+list), args...)
			transfers, err := s.transfer.scan(rows, err)
			for _, t := range transfers {
				found[t.ID] = t
			}
			return err
		})
	})
	return found, err
}

// OpenTransfers lists at most limit transfers that are not settled, oldest
// first, after the given one.
func (s *Store) OpenTransfers(ctx context.Context, after crm.Transfer, limit int) (open []crm.Transfer, err error) {
	err = s.view(ctx, "read open transfers", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.transfer.sel(`WHERE `+openTransfer+` AND ("at", "id") > ($1, $2) ORDER BY "at", "id" LIMIT $3`),
			int64(after.At), after.ID, limit)
		open, err = s.transfer.scan(rows, err)
		return err
	})
	return open, err
}

// SendTransfer records that the dialer is about to be told who gets the contact
// of a pending transfer. It is crm.ErrConflict when the transfer is pending no
// longer.
func (s *Store) SendTransfer(ctx context.Context, t crm.Transfer) error {
	t.State = crm.TransferSending
	return s.write(ctx, "transfer of call "+t.ID, func(ctx context.Context, q querier) error {
		return s.moveTransfer(ctx, q, t, `"state" = 'pending'`)
	})
}

// moveTransfer writes how a transfer stands over a stored one in one of some
// states.
func (s *Store) moveTransfer(ctx context.Context, q querier, t crm.Transfer, from string) error {
	candidates, err := encode(&t.Candidates)
	if err != nil {
		return err
	}
	res, err := q.ExecContext(ctx, `UPDATE "transfer" SET "state" = $2, "agent" = $3, "candidates" = $4, "settled_at" = $5 WHERE "id" = $1 AND `+from,
		t.ID, t.State, t.Agent, candidates, orNull(int64(t.SettledAt.V), t.SettledAt.Valid))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return orConflict(err, "the transfer of call %s is settled", t.ID)
	}
	return nil
}

// SettleTransfer ends a transfer: one that is done makes its lead, and the
// dialer's contact as far as it is stored, that of the agent, and the agent one
// who has been given something at that moment; one for which there was nobody
// gives a task and, with a status, puts the lead aside. It is crm.ErrConflict
// when somebody else has settled it.
func (s *Store) SettleTransfer(ctx context.Context, t crm.Transfer, task *crm.Task, status string) error {
	return s.write(ctx, "transfer of call "+t.ID, func(ctx context.Context, q querier) error {
		var tasks []*crm.Task
		if task != nil {
			tasks = append(tasks, task)
		}
		persons, err := s.openTasks(ctx, q, tasks, []*crm.Lead{{ID: t.LeadID}})
		if err != nil {
			return err
		}
		if err := s.moveTransfer(ctx, q, t, `"state" IN ('pending', 'sending')`); err != nil {
			return err
		}
		if t.State == crm.TransferDone {
			if err := s.giveContact(ctx, q, t); err != nil {
				return err
			}
		}
		if status != "" {
			_, err := q.ExecContext(ctx, `UPDATE "lead" SET "status" = $2, "revision" = "revision" + 1 WHERE "id" = $1 AND "status" = $3`, t.LeadID, status, t.Status)
			if err != nil {
				return err
			}
		}
		return reflag(ctx, q, persons)
	})
}

// giveContact writes to whom a contact was given.
func (s *Store) giveContact(ctx context.Context, q querier, t crm.Transfer) error {
	_, err := q.ExecContext(ctx, `UPDATE "lead" SET "assigned_agent" = $2, "revision" = "revision" + 1 WHERE "id" = $1`, t.LeadID, t.Agent)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE "dialer_contact" SET "assigned_agent" = $2 WHERE "id" = $1`, t.ContactID, t.Agent)
	if err != nil {
		return err
	}
	if !t.Given() {
		return nil
	}
	return s.assignAll(ctx, q, map[string]crm.Instant{t.Agent: t.SettledAt.V})
}

// storeTransfers adds transfers. One of the same call that came to nothing is
// begun again; any other stays as it is.
func (s *Store) storeTransfers(ctx context.Context, q querier, transfers []crm.Transfer) error {
	rows := lastOfEach(pointers(transfers), func(t *crm.Transfer) string { return t.ID })
	if _, err := run(ctx, q, s.putTransfer, rows, s.transfer.bind); err != nil {
		return err
	}
	agents := map[string]crm.Instant{}
	for _, t := range rows {
		if t.Given() {
			agents[t.Agent] = max(agents[t.Agent], t.SettledAt.V)
		}
	}
	return s.assignAll(ctx, q, agents)
}

// OpenRetryDates lists at most limit dates that the dialer's platform has not
// been told of, by contact, after the given one.
func (s *Store) OpenRetryDates(ctx context.Context, after string, limit int) (open []crm.RetryDate, err error) {
	err = s.view(ctx, "read open retry dates", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.retryDate.sel(`WHERE "told" = 0 AND "contact_id" > $1 ORDER BY "contact_id" LIMIT $2`), after, limit)
		open, err = s.retryDate.scan(rows, err)
		return err
	})
	return open, err
}

// RetryDateTold records that the dialer's platform has a date, unless there is
// another one meanwhile.
func (s *Store) RetryDateTold(ctx context.Context, r crm.RetryDate) error {
	return s.write(ctx, "retry date of contact "+r.ContactID, func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, `UPDATE "retry_date" SET "told" = 1 WHERE "contact_id" = $1 AND "call_id" = $2 AND "at" = $3`,
			r.ContactID, r.CallID, int64(r.At))
		return err
	})
}
