package dispatch

import (
	"slices"
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
// in step with the lead: its phone, and the time at which an owner newly asks
// to be called; an owner who was called already and asks again gets another. The lead's status and next_call_at follow. last is the lead's
// last call, without id when it never had one; asked says that the time is news.
func (p *plan) first(l *crm.Lead, g *engine.Group, last crm.Call, asked bool) *crm.Call {
	var planned *crm.Call
	if last.State == crm.CallPlanned {
		planned = &last
	}
	if l.Phone == "" {
		return p.unusable(l, planned)
	}
	kind, due, ok := p.due(l, g)
	asksAgain := asked && kind == crm.KindCallback && (l.Status == crm.NotQualified || l.Status == crm.Callback)
	if planned == nil && !asksAgain && l.Status != crm.New && l.Status != crm.Parked && l.Status != crm.Invalid {
		return nil
	}
	switch {
	case planned != nil:
		planned.Phone = l.Phone
		if ok && asked && kind == crm.KindCallback {
			planned.Kind, planned.DueAt = kind, due
		}
	case ok:
		planned = &crm.Call{
			ID: crm.CallID(l.ID, 1), LeadID: l.ID, Phone: l.Phone, Kind: kind, State: crm.CallPlanned, DueAt: due, CreatedAt: crm.At(p.now),
		}
		if last.ID != "" {
			planned.ID = crm.NextCallID(last.ID)
		}
	default:
		l.Status, l.NextCallAt = crm.Parked, crm.Maybe[crm.Instant]{}
		return nil
	}
	switch l.Status {
	case crm.New, crm.Parked, crm.Invalid:
		l.Status = crm.Scheduled
	}
	l.NextCallAt = crm.Some(planned.DueAt)
	return planned
}

// unusable marks a lead that cannot be called, and gives up its planned call.
func (p *plan) unusable(l *crm.Lead, planned *crm.Call) *crm.Call {
	switch l.Status {
	case crm.New, crm.Parked, crm.Scheduled:
		l.Status = crm.Invalid
	}
	l.NextCallAt = crm.Maybe[crm.Instant]{}
	if planned != nil {
		planned.State = crm.CallCancelled
	}
	return planned
}

// due is when the first call is due: an owner who sells alone and asked for
// it at the time asked for, moved to where the law lets us call, or now when
// that is past; everybody else at the start of the earliest slot of any
// campaign that has not ended. It is false when no campaign takes the lead.
func (p *plan) due(l *crm.Lead, g *engine.Group) (kind string, due crm.Instant, ok bool) {
	serves := func(c *engine.Campaign) bool { return p.book.Serves(c, l.ID, l.Type, l.Segment, p.now) }
	if !slices.ContainsFunc(p.book.Campaigns, serves) {
		return "", 0, false
	}
	if l.Type != fsbo || !l.CallbackAt.Valid {
		slot := p.slot(g)
		return crm.KindPlan, slot.V, slot.Valid
	}
	if l.CallbackAt.V <= crm.At(p.now) {
		return crm.KindCallback, crm.At(p.now), true
	}
	return crm.KindCallback, crm.At(p.book.Callable(l.CallbackAt.V.Time(), l.PostalCode, l.PhoneCountry)), true
}

// fsbo is the lead type of owners who sell without an agency.
const fsbo = "FSBO"

// slot is the start of the earliest slot of any campaign that calls, on the
// calendar of a group.
func (p *plan) slot(g *engine.Group) crm.Maybe[crm.Instant] {
	name := p.book.CalendarOf(g)
	if start, ok := p.earliest[name]; ok {
		return start
	}
	var best crm.Maybe[crm.Instant]
	for _, c := range p.book.Campaigns {
		if !c.Calls() {
			continue
		}
		slot, ok := p.book.Week(c, g).Next(p.now, 0)
		if start := crm.At(slot.Start); ok && (!best.Valid || start < best.V) {
			best = crm.Some(start)
		}
	}
	p.earliest[name] = best
	return best
}
