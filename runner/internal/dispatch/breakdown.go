package dispatch

import (
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// Breakdown scores one lead under a rule book at the given clock. The lines
// add up to the score.
func (d *Desk) Breakdown(book *engine.RuleBook, l *crm.Lead, now time.Time) ([]engine.ScoreLine, int64) {
	facts := newFacts(book)
	batch := book.Schema.NewBatch(1)
	facts.lead(batch, 0, l)
	book.Classify(batch, now)
	return book.Breakdown(batch, 0, now)
}
