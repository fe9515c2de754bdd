package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// Funnels are those of the last starts of a campaign in its slots that begin on a
// local day or later and before another one, such as 2026-11-23, by slot.
func (s *Store) Funnels(ctx context.Context, campaign, from, until string) ([]crm.Funnel, error) {
	var found []crm.Funnel
	err := s.view(ctx, "read funnels of "+campaign, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.funnel.sel(`WHERE "slot_key" >= $1 AND "slot_key" < $2 ORDER BY "slot_key"`), campaign+"/"+from, campaign+"/"+until)
		found, err = s.funnel.scan(rows, err)
		return err
	})
	return found, err
}
