package dispatch_test

import (
	"testing"
	"time"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// rescore is one pass by one worker.
func (o *office) rescore(at string) (total crm.Rescored) {
	o.Helper()
	pass, err := o.store.BeginPass(o.Context(), o.book.Version, crm.At(local(o, at)), expression.MaxBatch)
	must(o, err)
	must(o, o.desk.Rescore(o.Context(), o.book, pass, "worker", time.Minute, func(did crm.Rescored) {
		total.Leads, total.Changed, total.Planned = total.Leads+did.Leads, total.Changed+did.Changed, total.Planned+did.Planned
	}))
	done, err := o.store.Pass(o.Context())
	must(o, err)
	same(o, "stored and told", done.Rescored, total)
	same(o, "ended", done.Ended(), true)
	return total
}

func TestRescore(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1), lead("M", 2, given("RDVVQ", "PVB", 40)),
		lead("parked", 3, given("FSBO", "PVI_NOW", 10)), lead("won", 4, func(l *crm.Lead) { l.Status = crm.Qualified }))
	before := o.ledger(morning)
	same(t, "nothing new", o.rescore("2026-11-23T06:00:00"), crm.Rescored{Leads: 4})
	same(t, "ledger", o.ledger(morning), before)

	o.book = f0(t, "lead_types: [PQSC]", "lead_types: [PQSC, FSBO]", "points: lead.given_score", "points: lead.given_score + lead.attempts + 1")
	same(t, "another book", o.rescore("2026-11-23T06:30:00"), crm.Rescored{Leads: 4, Changed: 4, Planned: 1})
	l := o.lead("L")
	same(t, "score", []any{l.Score, l.ScoredBy, l.ScoredAt, l.Status}, []any{int64(51), o.book.Version, crm.Some(crm.At(local(t, "2026-11-23T06:30:00"))), crm.Scheduled})
	same(t, "planned", []any{o.lead("parked").Status, o.planned("parked").DueAt}, []any{crm.Scheduled, crm.At(local(t, "2026-11-23T10:00:00"))})
	same(t, "again", o.rescore("2026-11-23T06:30:00"), crm.Rescored{Leads: 4})
	same(t, "a final status stays", []any{o.lead("won").Status, o.planned("won").ID}, []any{crm.Qualified, ""})
}
