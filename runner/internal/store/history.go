package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// LeadDecisions lists what was decided about a lead, newest first.
func (s *Store) LeadDecisions(ctx context.Context, leadID string) ([]crm.Decision, error) {
	var decisions []crm.Decision
	err := s.view(ctx, "read decisions about "+leadID, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.decision.sel(`WHERE "lead_id" = $1 ORDER BY "at" DESC, "slot_key" LIMIT 100`), leadID)
		decisions, err = s.decision.scan(rows, err)
		return err
	})
	return decisions, err
}
