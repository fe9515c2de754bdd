package dispatch

import (
	"context"
	"iter"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// due are the calls to decide about, in pages: every due one, so that funnel and
// reasons are complete, or at a desk that is brief those whose type and segment
// may be the campaign's. A campaign that follows another one looks
// every few minutes at the same waiting leads, and only at those that its own
// conditions can let pass.
func (sel *selection) due(ctx context.Context) iter.Seq2[[]crm.Due, error] {
	store, end := sel.desk.Store, crm.At(sel.s.slot.End)
	if sel.c.Follows == "" && sel.desk.Brief == nil {
		return store.DueCalls(ctx, sel.fields, end, expression.MaxBatch)
	}
	past := engine.GateCompliance
	if sel.c.Follows == "" {
		past = engine.GateSegment
	}
	calls, callbacks := sel.book.Prefilter(sel.c, sel.s.slot, sel.at, past, store.Dialect())
	return store.Candidates(ctx, sel.fields, end, calls, callbacks, expression.MaxBatch)
}
