package dispatch

import (
	"context"
	"fmt"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Audit holds the rules of a book against every stored lead, a page at a time.
func (d *Desk) Audit(ctx context.Context, book *engine.RuleBook, at time.Time) (*engine.Audit, error) {
	audit, facts, batch := book.Audit(), newFacts(book), book.Schema.NewBatch(0)
	for after := ""; ; {
		page, err := d.Store.Leads(ctx, expression.All(), after, expression.MaxBatch)
		if err != nil {
			return nil, fmt.Errorf("look at the leads: %w", err)
		}
		if len(page) == 0 {
			return audit, nil
		}
		after = page[len(page)-1].ID
		leads := make([]*crm.Lead, len(page))
		for i := range page {
			leads[i] = &page[i]
		}
		if _, err := d.pasts(ctx, book, leads, at); err != nil {
			return nil, err
		}
		batch.Reset(len(page))
		for i := range page {
			facts.lead(batch, i, &page[i])
		}
		audit.Add(batch, book.Classify(batch, at))
	}
}
