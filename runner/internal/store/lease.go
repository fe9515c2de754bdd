package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"callsheet/runner/internal/crm"
)

// takeOver gives a lease to whoever asks when it is theirs or has ended.
func takeOver(d *dialect) string {
	return `INSERT INTO "lease" ("name", "owner", "fence", "until") VALUES ($1, $2, 1, ` + d.now + ` + CAST($3 AS BIGINT))
		ON CONFLICT ("name") DO UPDATE SET "owner" = excluded."owner", "until" = excluded."until",
		"fence" = CASE WHEN "lease"."owner" = excluded."owner" THEN "lease"."fence" ELSE "lease"."fence" + 1 END
		WHERE "lease"."owner" = excluded."owner" OR "lease"."until" <= ` + d.now
}

// Acquire gives a lease for some time, to the millisecond, to owner when nobody
// has it, the time of its holder is over, or owner holds it already; a new owner
// gets the next fence. Otherwise ok is false and the lease says who holds it.
// The clock is that of the database: those of the processes may differ.
func (s *Store) Acquire(ctx context.Context, name, owner string, last time.Duration) (l crm.Lease, ok bool, err error) {
	if name == "" || owner == "" {
		return l, false, errors.New("acquire a lease: name and owner must not be empty")
	}
	err = s.write(ctx, "acquire lease "+name, func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, s.acquire, name, owner, last.Milliseconds())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, s.lease.sel(`WHERE "name" = $1`), name)
		held, err := s.lease.scan(rows, err)
		if err == nil {
			l, ok = held[0], n == 1
		}
		return err
	})
	return l, ok, err
}

// Release gives a lease back, so that the next one who asks gets it. It is
// crm.ErrConflict when it is no longer held by that owner under that fence.
func (s *Store) Release(ctx context.Context, l crm.Lease) error {
	return s.write(ctx, "release lease "+l.Name, func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "lease" SET "owner" = '', "until" = 0
			WHERE "name" = $1 AND "owner" = $2 AND "owner" <> '' AND "fence" = $3`, l.Name, l.Owner, l.Fence)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = lost(l)
		}
		return err
	})
}

// underLease is a step that keeps the lease from changing hands until it ends.
func (s *Store) underLease(fn step) step {
	return func(ctx context.Context, q querier) error {
		held, err := texts(ctx, q, `SELECT "name" FROM "lease" WHERE "name" = $1 AND "owner" = $2 AND "fence" = $3 `+s.dialect.share,
			s.under.Name, s.under.Owner, s.under.Fence)
		switch {
		case err != nil:
			return err
		case len(held) == 0:
			return lost(s.under)
		}
		return fn(ctx, q)
	}
}

func lost(l crm.Lease) error {
	return fmt.Errorf("%s no longer holds %s under fence %d: %w", l.Owner, l.Name, l.Fence, crm.ErrConflict)
}
