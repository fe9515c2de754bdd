package dispatch

import (
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// plan finds the due time of first calls under one rule book at one clock.
type plan struct {
	book     *engine.RuleBook
	now      time.Time
	earliest map[string]crm.Maybe[crm.Instant] // by calendar
}

func newPlan(book *engine.RuleBook, now time.Time) *plan {
	return &plan{book: book, now: now, earliest: map[string]crm.Maybe[crm.Instant]{}}
}

// first plans the first call of a lead that has none, and keeps a planned one
// in step with the lead's phone. The lead's status and next_call_at follow.
func (p *plan) first(l *crm.Lead, g *engine.Group, planned *crm.Call) *crm.Call {
	if l.Phone == "" {
		return p.unusable(l, planned)
	}
	if planned != nil {
		planned.Phone = l.Phone
		return planned
	}
	if l.Status != crm.New && l.Status != crm.Parked && l.Status != crm.Invalid {
		return nil
	}
	kind, due, ok := p.due(l, g)
	if !ok {
		l.Status, l.NextCallAt = crm.Parked, crm.Maybe[crm.Instant]{}
		return nil
	}
	l.Status, l.NextCallAt = crm.Scheduled, crm.Some(due)
	return &crm.Call{
		ID: crm.CallID(l.ID, 1), LeadID: l.ID, Phone: l.Phone, Kind: kind, State: crm.CallPlanned, DueAt: due, CreatedAt: crm.At(p.now),
	}
}

// unusable marks a lead that cannot be called, and gives up its planned call.
func (p *plan) unusable(l *crm.Lead, planned *crm.Call) *crm.Call {
	switch l.Status {
	case crm.New, crm.Parked, crm.Scheduled:
		l.Status = crm.Invalid
	}
	if planned == nil {
		return nil
	}
	l.NextCallAt = crm.Maybe[crm.Instant]{}
	planned.State = crm.CallCancelled
	return planned
}

// due is when the first call is due: an owner who sells alone and asked for
// it at the time asked for, everybody else at the start of the earliest slot
// of any campaign that has not ended. It is false when no campaign takes the
// lead.
func (p *plan) due(l *crm.Lead, g *engine.Group) (kind string, due crm.Instant, ok bool) {
	if l.Type == fsbo && l.CallbackAt.Valid {
		at := p.book.Callable(l.CallbackAt.V.Time(), l.PostalCode, l.PhoneCountry)
		return crm.KindCallback, max(crm.At(at), crm.At(p.now)), true
	}
	for _, c := range p.book.Campaigns {
		if c.TakesLead(l.Type, l.Segment) {
			slot := p.slot(g)
			return crm.KindPlan, slot.V, slot.Valid
		}
	}
	return "", 0, false
}

// fsbo is the lead type of owners who sell without an agency.
const fsbo = "FSBO"

// slot is the start of the earliest slot of any campaign on the calendar of a
// group.
func (p *plan) slot(g *engine.Group) crm.Maybe[crm.Instant] {
	name := p.book.CalendarOf(g)
	if start, ok := p.earliest[name]; ok {
		return start
	}
	var best crm.Maybe[crm.Instant]
	for _, c := range p.book.Campaigns {
		slot, ok := p.book.Week(c, g).Next(p.now, 0)
		if start := crm.At(slot.Start); ok && (!best.Valid || start < best.V) {
			best = crm.Some(start)
		}
	}
	p.earliest[name] = best
	return best
}
