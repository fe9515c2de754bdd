package dispatch

import (
	"context"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// RankQuery asks for the best leads.
type RankQuery struct {
	Segment string // empty for all
	// Where must hold for what is stored of a lead, its score too; nil takes
	// every lead.
	Where *expression.Condition
	Limit int
}

// Rank lists the best leads by their stored scores. The database narrows down
// as far as it can, the rules' engine looks at the rest.
func (d *Desk) Rank(ctx context.Context, book *engine.RuleBook, q RankQuery, at time.Time) ([]crm.Lead, error) {
	filter := expression.All()
	if q.Where != nil {
		dialect := d.Store.Dialect()
		dialect.Bind = map[string]any{"now": at}
		filter = q.Where.SQL(dialect)
	}
	if filter.Exact {
		return d.Store.Ranking(ctx, q.Segment, filter, nil, q.Limit)
	}
	var best []crm.Lead
	f, batch := factsOf(book, q.Where.Fields()), book.Schema.NewBatch(0)
	for after := (*crm.Lead)(nil); ; {
		page, err := d.Store.Ranking(ctx, q.Segment, filter, after, expression.MaxBatch)
		if err != nil || len(page) == 0 {
			return best, err
		}
		batch.Reset(len(page))
		batch.SetNow(at)
		for i := range page {
			f.lead(batch, i, &page[i])
		}
		truth := q.Where.Eval(batch)
		for i := range page {
			if holds, _ := truth.At(i); holds {
				best = append(best, page[i])
			}
			if len(best) == q.Limit {
				return best, nil
			}
		}
		after = &page[len(page)-1]
	}
}
