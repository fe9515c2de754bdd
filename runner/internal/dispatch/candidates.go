package dispatch

import (
	"context"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// due is the next page of the calls to decide about: every due one, so that
// funnel and reasons are complete. A campaign that follows another one looks
// every few minutes at the same waiting leads, and only at those that its own
// conditions can let pass.
func (sel *selection) due(ctx context.Context, after crm.Due) ([]crm.Due, error) {
	store, end := sel.desk.Store, crm.At(sel.s.slot.End)
	if sel.c.Follows == "" {
		return store.DueCalls(ctx, end, after, expression.MaxBatch)
	}
	filter := sel.book.Prefilter(sel.c, sel.s.slot, sel.at, store.Dialect())
	return store.Candidates(ctx, end, filter, after, expression.MaxBatch)
}
