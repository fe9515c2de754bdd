package dispatch_test

import (
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

func TestRescore(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1), lead("M", 2, given("RDVVQ", "PVB", 40)),
		lead("parked", 3, given("FSBO", "PVI_NOW", 10)), lead("won", 4, func(l *crm.Lead) { l.Status = crm.Qualified }))
	rescore := func(at string) dispatch.Rescored {
		pages := 0
		total, err := o.desk.Rescore(t.Context(), o.book, local(t, at), func(n int) { pages += n })
		must(t, err)
		same(t, "progress", pages, total.Leads)
		return total
	}
	before := o.ledger(morning)
	same(t, "nothing new", rescore("2026-11-23T06:00:00"), dispatch.Rescored{Leads: 4})
	same(t, "ledger", o.ledger(morning), before)

	o.book = f0(t, "lead_types: [PQSC]", "lead_types: [PQSC, FSBO]", "points: lead.given_score", "points: lead.given_score + lead.attempts + 1")
	same(t, "another book", rescore("2026-11-23T06:30:00"), dispatch.Rescored{Leads: 4, Changed: 4, Planned: 1})
	l := o.lead("L")
	same(t, "score", []any{l.Score, l.ScoredBy, l.ScoredAt, l.Status}, []any{int64(51), o.book.Version, crm.Some(crm.At(local(t, "2026-11-23T06:30:00"))), crm.Scheduled})
	same(t, "planned", []any{o.lead("parked").Status, o.planned("parked").DueAt}, []any{crm.Scheduled, crm.At(local(t, "2026-11-23T10:00:00"))})
	same(t, "again", rescore("2026-11-23T06:30:00"), dispatch.Rescored{Leads: 4})
	same(t, "a final status stays", []any{o.lead("won").Status, o.planned("won").ID}, []any{crm.Qualified, ""})
}
