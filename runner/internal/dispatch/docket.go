package dispatch

import (
	"context"
	"iter"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// docket is a page of due calls with what is the same for every campaign that
// decides about them: what happened to their phones, and what the rule book says
// of their leads.
type docket struct {
	due   []crm.Due
	past  []*engine.Past
	batch *expression.Batch
	class *engine.Classified
}

// docket looks at a page of due calls, in a batch.
func (d *Desk) docket(ctx context.Context, book *engine.RuleBook, facts *facts, batch *expression.Batch, due []crm.Due, at time.Time) (docket, error) {
	leads := make([]*crm.Lead, len(due))
	for i := range due {
		leads[i] = &due[i].Lead
	}
	past, err := d.pasts(ctx, book, leads, at)
	if err != nil {
		return docket{}, err
	}
	batch.Reset(len(due))
	for i := range due {
		facts.lead(batch, i, &due[i].Lead)
		facts.call(batch, i, &due[i].Call)
	}
	return docket{due, past, batch, book.Classify(batch, at)}, nil
}

// dockets are the calls to decide about: those that wait for several campaigns
// alike, or those that the store has for this one.
func (sel *selection) dockets(ctx context.Context) iter.Seq2[docket, error] {
	if sel.together.serves(sel) {
		return sel.together.dockets(ctx, sel)
	}
	return func(yield func(docket, error) bool) {
		for due, err := range ahead(sel.due(ctx)) {
			var k docket
			if err == nil {
				k, err = sel.desk.docket(ctx, sel.book, &sel.facts, sel.batch, due, sel.at)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}
