package store

import (
	"context"
	"errors"
	"fmt"

	"callsheet/runner/internal/crm"
)

// takeOver gives a lease to whoever asks when it is theirs or has ended; the
// last parameter is the instant of asking.
const takeOver = ` ON CONFLICT ("name") DO UPDATE SET "owner" = excluded."owner", "until" = excluded."until",
	"fence" = CASE WHEN "lease"."owner" = excluded."owner" THEN "lease"."fence" ELSE "lease"."fence" + 1 END
	WHERE "lease"."owner" = excluded."owner" OR "lease"."until" <= CAST($5 AS BIGINT)`

// Acquire gives a lease until an instant to owner when nobody has it, the time
// of its holder has ended, or owner holds it already; a new owner gets the next
// fence. Otherwise ok is false and the lease says who holds it.
func (s *Store) Acquire(ctx context.Context, name, owner string, now, until crm.Instant) (l crm.Lease, ok bool, err error) {
	if name == "" || owner == "" {
		return l, false, errors.New("acquire a lease: name and owner must not be empty")
	}
	err = s.write(ctx, "acquire lease "+name, func(ctx context.Context, q querier) error {
		args, err := s.lease.bind(nil, &crm.Lease{Name: name, Owner: owner, Fence: 1, Until: until})
		if err != nil {
			return err
		}
		res, err := q.ExecContext(ctx, s.acquire, append(args, int64(now))...)
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
			err = fmt.Errorf("%s no longer holds it under fence %d: %w", l.Owner, l.Fence, crm.ErrConflict)
		}
		return err
	})
}
