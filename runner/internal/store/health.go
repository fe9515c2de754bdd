package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// inPlay are the leads that are still to be called.
const inPlay = `"status" IN ('new', 'parked', 'scheduled', 'in_campaign', 'not_qualified', 'callback')`

// Health looks for what has gone wrong, or takes too long. It reads indexes that
// hold little else.
func (s *Store) Health(ctx context.Context, late crm.Overlong) (h crm.Health, err error) {
	err = s.view(ctx, "read health", func(ctx context.Context, q querier) error {
		h = crm.Health{DeadEvents: map[string]int{}}
		var dead struct {
			reason string
			count  int
		}
		rows, err := q.QueryContext(ctx, `SELECT "reason", COUNT(*) FROM "event" WHERE "state" = 'dead' GROUP BY "reason"`)
		all, err := scan(rows, err, []any{&dead.reason, &dead.count}, &dead)
		if err != nil {
			return err
		}
		for _, d := range all {
			h.DeadEvents[d.reason] = d.count
		}
		if h.Orphans, err = texts(ctx, q, `SELECT "id" FROM "run" WHERE "state" = 'running' AND "slot_end" < $1 ORDER BY "id"`, int64(late.Slots)); err != nil {
			return err
		}
		rows, err = q.QueryContext(ctx, s.lease.sel(`WHERE "owner" <> '' AND "until" < $1 ORDER BY "name"`), int64(late.Leases))
		if h.Forsaken, err = s.lease.scan(rows, err); err != nil {
			return err
		}
		h.StuckFiles, err = texts(ctx, q, `SELECT "name" FROM "file" WHERE "state" IN ('claimed', 'staged', 'sending') AND "at" < $1 ORDER BY "seq"`, int64(late.Files))
		if err != nil {
			return err
		}
		for _, c := range []struct {
			into *int
			text string
			args []any
		}{
			{&h.Transfers, `SELECT COUNT(*) FROM "transfer" WHERE "state" IN ('pending', 'sending') AND "at" < $1`, []any{int64(late.Files)}},
			{&h.Transcripts, `SELECT COUNT(*) FROM "transcript" WHERE "state" IN ('pending', 'sending') AND "at" < $1`, []any{int64(late.Files)}},
			{&h.Overdue, `SELECT COUNT(*) FROM "call" WHERE ` + planned + ` AND "due_at" < $1`, []any{int64(late.Planned)}},
			{&h.NoPhone, `SELECT COUNT(*) FROM "lead" WHERE "status" = 'invalid'`, nil},
			{&h.NoGroup, `SELECT COUNT(*) FROM "lead" WHERE "group" = '' AND ` + inPlay, nil},
			{&h.NoBasis, `SELECT COUNT(*) FROM "lead" WHERE "legal_basis" IN ('', 'none') AND ` + inPlay, nil},
			{&h.Suppressed, `SELECT COUNT(*) FROM "suppression" WHERE "reason" <> 'key'`, nil},
			{&h.Tasks, `SELECT COUNT(*) FROM "task" WHERE "state" = 'pending'`, nil},
			{&h.Leads, `SELECT COUNT(*) FROM "lead"`, nil},
		} {
			rows, err := q.QueryContext(ctx, c.text, c.args...)
			if _, err = scan(rows, err, []any{c.into}, c.into); err != nil {
				return err
			}
		}
		return nil
	})
	return h, err
}

// PendingTasks lists at most limit tasks that somebody has to do, those due
// first first.
func (s *Store) PendingTasks(ctx context.Context, limit int) (tasks []crm.Task, err error) {
	err = s.view(ctx, "read tasks", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.task.sel(`WHERE "state" = 'pending' ORDER BY COALESCE("due_at", 0), "id" LIMIT $1`), limit)
		tasks, err = s.task.scan(rows, err)
		return err
	})
	return tasks, err
}
