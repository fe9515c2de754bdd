package store

import (
	"context"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// longer lets a suppression cover both its old and its new time, and takes over
// why it is there from the one that ends later.
const longer = ` ON CONFLICT ("key") DO UPDATE SET
	"reason" = CASE WHEN ` + outlasts + ` THEN excluded."reason" ELSE "suppression"."reason" END,
	"origin" = CASE WHEN ` + outlasts + ` THEN excluded."origin" ELSE "suppression"."origin" END,
	"from" = CASE WHEN excluded."from" < "suppression"."from" THEN excluded."from" ELSE "suppression"."from" END,
	"until" = CASE WHEN ` + outlasts + ` THEN excluded."until" ELSE "suppression"."until" END
	WHERE ` + outlasts + ` OR excluded."from" < "suppression"."from"`

const outlasts = `("suppression"."until" IS NOT NULL AND (excluded."until" IS NULL OR excluded."until" > "suppression"."until"))`

// PutSuppressions keeps phones from being called. One that is suppressed already
// stays so at least as long as it was: the suppression that ends later gives
// reason, origin and end, and it begins with the earlier of the two.
func (s *Store) PutSuppressions(ctx context.Context, suppressions []crm.Suppression) error {
	return s.write(ctx, "store suppressions", func(ctx context.Context, q querier) error {
		return s.suppress(ctx, q, suppressions)
	})
}

// suppress stores suppressions in rounds in which each key comes once.
func (s *Store) suppress(ctx context.Context, q querier, suppressions []crm.Suppression) error {
	rows := pointers(suppressions)
	slices.SortStableFunc(rows, func(a, b *crm.Suppression) int { return strings.Compare(a.Key, b.Key) })
	for len(rows) > 0 {
		var round, left []*crm.Suppression
		for i, row := range rows {
			if i > 0 && row.Key == rows[i-1].Key {
				left = append(left, row)
			} else {
				round = append(round, row)
			}
		}
		if _, err := run(ctx, q, s.putSuppression, round, s.suppression.bind); err != nil {
			return err
		}
		rows = left
	}
	return nil
}

// Suppressions finds the suppression of each key that has one, in force or not.
func (s *Store) Suppressions(ctx context.Context, keys []string) (map[string]crm.Suppression, error) {
	byKey := map[string]crm.Suppression{}
	err := s.view(ctx, "read suppressions", func(ctx context.Context, q querier) error {
		return inLists(keys, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.suppression.sel(`WHERE "key" IN `+list), args...)
			found, err := s.suppression.scan(rows, err)
			for _, sup := range found {
				byKey[sup.Key] = sup
			}
			return err
		})
	})
	return byKey, err
}

// Suppresses says whether any phone was ever suppressed.
func (s *Store) Suppresses(ctx context.Context) (any bool, err error) {
	err = s.view(ctx, "look for suppressions", func(ctx context.Context, q querier) error {
		keys, err := texts(ctx, q, `SELECT "key" FROM "suppression" LIMIT 1`)
		any = len(keys) > 0
		return err
	})
	return any, err
}
