package store

import (
	"context"
	"slices"

	"callsheet/runner/internal/crm"
)

const (
	owned   = `SELECT "contact_id" FROM "wallet" WHERE "valid" = 1 AND "contact_id" IN `
	waiting = `SELECT "contact_id" FROM "task" WHERE "state" = 'pending' AND "contact_id" IN `
)

// passGate locks the gate between leads and what flags them, shared or alone:
// a lead and its wallet that arrive at once would otherwise not see each other.
func (s *Store) passGate(ctx context.Context, q querier, lock string) error {
	_, err := texts(ctx, q, `SELECT 'open' FROM "contact_gate" `+lock)
	return err
}

// flag sets in_wallet and has_pending_task of leads about to be stored.
func (s *Store) flag(ctx context.Context, q querier, leads []*crm.Lead) error {
	if err := s.passGate(ctx, q, s.dialect.share); err != nil {
		return err
	}
	contacts := distinct(leads, func(l *crm.Lead) string { return l.ContactID })
	inWallet, err := among(ctx, q, owned, contacts)
	if err != nil {
		return err
	}
	pending, err := among(ctx, q, waiting, contacts)
	if err != nil {
		return err
	}
	wallets, tasks := set(inWallet), set(pending)
	for _, l := range leads {
		l.InWallet, l.HasPendingTask = wallets[l.ContactID], tasks[l.ContactID]
	}
	return nil
}

// reflag brings both flags up to date on the stored leads of contacts.
func reflag(ctx context.Context, q querier, contacts []string) error {
	const (
		wallet = `(CASE WHEN EXISTS (SELECT 1 FROM "wallet" WHERE "wallet"."valid" = 1
			AND "wallet"."contact_id" = "lead"."contact_id") THEN 1 ELSE 0 END)`
		task = `(CASE WHEN EXISTS (SELECT 1 FROM "task" WHERE "task"."state" = 'pending'
			AND "task"."contact_id" = "lead"."contact_id") THEN 1 ELSE 0 END)`
	)
	slices.Sort(contacts)
	return inLists(slices.Compact(contacts), func(list string, args []any) error {
		_, err := q.ExecContext(ctx, `UPDATE "lead" SET "in_wallet" = `+wallet+`, "has_pending_task" = `+task+`, "revision" = "revision" + 1
			WHERE "contact_id" IN `+list+` AND ("in_wallet" <> `+wallet+` OR "has_pending_task" <> `+task+`)`, args...)
		return err
	})
}

// distinct lists the different texts of rows in order.
func distinct[T any](rows []*T, of func(*T) string) []string {
	all := make([]string, len(rows))
	for i := range rows {
		all[i] = of(rows[i])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func set(values []string) map[string]bool {
	in := make(map[string]bool, len(values))
	for _, v := range values {
		in[v] = true
	}
	return in
}

// among collects the texts that query, which ends in an IN list, finds for
// values.
func among(ctx context.Context, q querier, query string, values []string) ([]string, error) {
	var all []string
	err := inLists(values, func(list string, args []any) error {
		found, err := texts(ctx, q, query+list, args...)
		all = append(all, found...)
		return err
	})
	return all, err
}

// texts reads a column of texts.
func texts(ctx context.Context, q querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	var text string
	return scan(rows, err, []any{&text}, &text)
}
