package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// A wallet entry holds from since, when given, until until, when given; the
// parameter is the instant of asking.
const holds = `(CASE WHEN COALESCE("since", CAST($1 AS BIGINT)) <= CAST($1 AS BIGINT)
	AND ("until" IS NULL OR "until" > CAST($1 AS BIGINT)) THEN 1 ELSE 0 END)`

// PutWallets stores to whom contacts belong, one owner a contact, and says on
// all leads of those contacts whether they are in a wallet at that instant.
func (s *Store) PutWallets(ctx context.Context, wallets []crm.Wallet, at crm.Instant) error {
	all := make([]walletRow, len(wallets))
	for i, w := range wallets {
		begun := !w.Since.Valid || w.Since.V <= at
		all[i] = walletRow{w, begun && (!w.Until.Valid || w.Until.V > at)}
	}
	rows := lastOfEach(pointers(all), func(w *walletRow) string { return w.ContactID })
	contacts := distinct(rows, func(w *walletRow) string { return w.ContactID })
	return s.write(ctx, "store wallets", func(ctx context.Context, q querier) error {
		if err := s.passGate(ctx, q, s.dialect.alone); err != nil {
			return err
		}
		if _, err := run(ctx, q, s.putWallet, rows, s.wallet.bind); err != nil {
			return err
		}
		return reflag(ctx, q, contacts)
	})
}

// RefreshWallets takes wallet entries that ended by the given instant out of
// force and puts those that began into it, on their leads too. It tells whose
// those are.
func (s *Store) RefreshWallets(ctx context.Context, at crm.Instant) (contacts []string, err error) {
	changed := func(ctx context.Context, q querier) ([]string, error) {
		return texts(ctx, q, `SELECT "contact_id" FROM "wallet" WHERE "valid" <> `+holds, int64(at))
	}
	// Most often there are none, and the writers of leads need not be held up.
	err = s.view(ctx, "look at wallets", func(ctx context.Context, q querier) (err error) {
		contacts, err = changed(ctx, q)
		return err
	})
	if err != nil || len(contacts) == 0 {
		return nil, err
	}
	err = s.write(ctx, "refresh wallets", func(ctx context.Context, q querier) (err error) {
		if err := s.passGate(ctx, q, s.dialect.alone); err != nil {
			return err
		}
		if contacts, err = changed(ctx, q); err != nil || len(contacts) == 0 {
			return err
		}
		if _, err := q.ExecContext(ctx, `UPDATE "wallet" SET "valid" = `+holds+` WHERE "valid" <> `+holds, int64(at)); err != nil {
			return err
		}
		return reflag(ctx, q, contacts)
	})
	return contacts, err
}

// WalletOwners finds the agent of each contact that is in a wallet, by contact.
func (s *Store) WalletOwners(ctx context.Context, contactIDs []string) (map[string]string, error) {
	owners := map[string]string{}
	err := s.view(ctx, "read wallets", func(ctx context.Context, q querier) error {
		return inLists(contactIDs, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.wallet.sel(`WHERE "valid" = 1 AND "contact_id" IN `+list), args...)
			wallets, err := s.wallet.scan(rows, err)
			for _, w := range wallets {
				owners[w.ContactID] = w.Agent
			}
			return err
		})
	})
	return owners, err
}

// PutTasks stores tasks by id and says on all leads of their contacts, the
// former ones too, whether a task is pending.
func (s *Store) PutTasks(ctx context.Context, tasks []crm.Task) error {
	rows := lastOfEach(pointers(tasks), func(t *crm.Task) string { return t.ID })
	return s.write(ctx, "store tasks", func(ctx context.Context, q querier) error {
		contacts, err := s.storeTasks(ctx, q, rows)
		if err != nil {
			return err
		}
		return reflag(ctx, q, contacts)
	})
}

// storeTasks passes the gate and says whose leads may have changed.
func (s *Store) storeTasks(ctx context.Context, q querier, rows []*crm.Task) ([]string, error) {
	if err := s.passGate(ctx, q, s.dialect.alone); err != nil {
		return nil, err
	}
	former, err := among(ctx, q, `SELECT "contact_id" FROM "task" WHERE "id" IN `, distinct(rows, func(t *crm.Task) string { return t.ID }))
	if err != nil {
		return nil, err
	}
	_, err = run(ctx, q, s.putTask, rows, s.task.bind)
	return append(former, distinct(rows, func(t *crm.Task) string { return t.ContactID })...), err
}
