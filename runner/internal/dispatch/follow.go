package dispatch

import (
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// sequel is a call that was made and what it asks for.
type sequel struct {
	record  *crm.Record
	outcome *engine.Outcome
	// undoes says that an earlier report of the call had settled something, so
	// that the lead is where this one must get it away from.
	undoes bool
	call   crm.Call // of ours, as it was; without id when it was none
}

// again says that the call settled nothing: the lead is simply called again.
func (q *sequel) again() bool {
	switch q.outcome.Next {
	case "retry":
		return true
	case "callback_or_retry":
		return q.record.CallbackText == ""
	}
	return false
}

// follow does what the outcome of a call asks for, unless a newer call has
// settled the matter.
func (db *debrief) follow(s *subject, q sequel, e *Ended) {
	own := db.own(s, q.record)
	at := slices.IndexFunc(own, func(c *crm.Record) bool { return c.ID == q.record.ID })
	newer := own[at+1:]
	newest := sequel{record: own[len(own)-1]}
	newest.outcome = db.outcome(newest.record)
	overtaken := s.LastCallAt.V > own[len(own)-1].At() // by a call that nobody reported
	settled := slices.ContainsFunc(newer, func(c *crm.Record) bool {
		later := sequel{record: c, outcome: db.outcome(c)}
		return !later.again()
	})
	// A callback that was due before a newer call has been made by that.
	made := len(newer) > 0 && q.record.CallbackAt.Valid && q.record.CallbackAt.V <= newest.record.At()
	switch {
	case overtaken:
	case !q.again() && !settled:
		db.settle(s, q, e)
		if made {
			db.callAgain(s, newest, own, e)
		}
	case len(newer) == 0:
		db.callAgain(s, q, own, e)
	case newest.again() && (db.movable(s) || q.undoes):
		// An older call counts too: that may move the next one.
		newest.undoes = q.undoes
		db.callAgain(s, newest, own, e)
	}
}

// settle does what a call asks for that settled something.
func (db *debrief) settle(s *subject, q sequel, e *Ended) {
	agreed := q.record.CallbackAt.Valid
	stop := q.outcome.Next == "stop"
	switch s.Status {
	case crm.DoNotCall, crm.Erased:
		return
	case crm.Converted, crm.Invalid, crm.Frozen:
		if !stop && !agreed && !q.undoes {
			return
		}
	}
	s.Status = q.outcome.Status
	switch {
	case agreed:
		db.agree(s, q, e)
		return
	case q.outcome.Next == "callback", q.outcome.Next == "callback_or_retry":
		s.Status = db.book.Callbacks.RefusedStatus
		db.ask(s, q.record, q.record.CallbackReason, e)
	case q.outcome.Next == "review":
		db.ask(s, q.record, q.outcome.Name, e)
	case q.outcome.Next == "transfer":
		db.handOver(s, q.record, e)
	}
	db.giveUp(s, crm.CallSuperseded)
}

// agree plans the callback that was agreed.
func (db *debrief) agree(s *subject, q sequel, e *Ended) {
	s.Status = crm.Callback
	next := crm.Call{
		Kind: crm.KindCallback, DueAt: q.record.CallbackAt.V, Campaign: db.campaignName(s, q), AgreedExactTime: q.record.AgreedExactTime,
	}
	if db.book.Callbacks.KeepAgent {
		next.Agent = caller(q)
	}
	e.Next = db.plan(s, next)
	if db.receiver.desk.Dialer && e.Next != nil && q.record.ContactID != "" {
		db.dates = append(db.dates, crm.RetryDate{ContactID: q.record.ContactID, CallID: q.record.ID, At: q.record.CallbackAt.V})
	}
	if c, ok := db.contacts[q.record.ContactID]; ok && e.Next != nil {
		c.RetryDate = q.record.CallbackAt
		db.contacts[c.ID], db.retry[c.ID] = c, c
	}
}

// caller is the agent who made the call, or for whom it was.
func caller(q sequel) string {
	if q.record.Agent != "" {
		return q.record.Agent
	}
	return q.call.Agent
}

// callAgain plans the next call to somebody whom this one settled nothing
// with, as far as the limits let us.
func (db *debrief) callAgain(s *subject, q sequel, own []*crm.Record, e *Ended) {
	if !inPlay(s.Status) && (!q.undoes || s.Status == crm.DoNotCall || s.Status == crm.Erased) {
		return
	}
	if db.openCall(s).ID != "" {
		if !inPlay(s.Status) {
			s.Status = crm.InCampaign
		}
		return // the dialer is still calling
	}
	if p := s.planned(); p.Kind == crm.KindCallback && p.DueAt > q.record.At() && !q.undoes {
		return // what was agreed stands
	}
	past := db.past(s)
	then, until := db.book.Limited(int(s.Attempts), past, s.CreatedAt.Time(), db.now)
	if then == engine.LimitUnreachable || then == engine.LimitFrozen {
		s.Status = crm.Unreachable
		if then == engine.LimitFrozen {
			s.Status = crm.Frozen
		}
		db.giveUp(s, crm.CallSuperseded)
		return
	}
	sameDay, inARow := db.alike(q.record, own)
	from, review := db.book.Again(q.outcome, q.record.At().Time(), sameDay, inARow)
	if review {
		s.Status = crm.Review
		db.ask(s, q.record, fmt.Sprintf("%s %d times in a row", q.outcome.Name, inARow), e)
		db.giveUp(s, crm.CallSuperseded)
		return
	}
	s.Status = q.outcome.Status
	db.tryAgain(s, q, turn{from: from, past: past, until: until}, e)
}

// alike counts the calls of the lead that came to the same: on the local day
// of the given one, and in a row up to it.
func (db *debrief) alike(r *crm.Record, own []*crm.Record) (sameDay, inARow int) {
	day := calendar.DateOf(r.At().Time().In(db.book.Zone))
	for _, c := range own {
		if c.Outcome != r.Outcome {
			inARow = 0
			continue
		}
		inARow++
		if calendar.DateOf(c.At().Time().In(db.book.Zone)) == day {
			sameDay++
		}
	}
	return sameDay, inARow
}

// inPlay says that a lead in this status is still being called.
func inPlay(status string) bool {
	switch status {
	case crm.New, crm.Parked, crm.Scheduled, crm.InCampaign, crm.NotQualified, crm.Callback:
		return true
	}
	return false
}

// movable says that the lead's next call follows from the last one, and that
// nobody has moved it since.
func (db *debrief) movable(s *subject) bool {
	p := s.planned()
	return inPlay(s.Status) && p.Kind == crm.KindRetry && p.RecycledFrom == ""
}

// giveUp gives up the planned call of a lead, if it has one, and says whether.
func (db *debrief) giveUp(s *subject, state string) bool {
	s.NextCallAt = crm.Maybe[crm.Instant]{}
	call := s.planned()
	if call.ID == "" {
		return false
	}
	call.State = state
	s.write(call)
	return true
}

// plan gives a lead its next call. One that followed from an earlier call and
// that nobody has moved since is written over, any other is superseded. Whoever
// cannot be called, or must not be, gets none and is parked.
func (db *debrief) plan(s *subject, next crm.Call) *crm.Call {
	if _, never := db.barred[s.Phone]; never || s.Phone == "" {
		s.Status = crm.Parked
		db.giveUp(s, crm.CallSuperseded)
		return nil
	}
	next.LeadID, next.Phone, next.State, next.CreatedAt = s.ID, s.Phone, crm.CallPlanned, crm.At(db.now)
	p := s.planned()
	switch follows := p.Kind == crm.KindRetry || p.Kind == crm.KindCallback; {
	case p.ID != "" && p.RecycledFrom == "" && follows:
		next.ID, next.CreatedAt = p.ID, p.CreatedAt
	case s.last.ID == "":
		next.ID = crm.CallID(s.ID, 1)
	default:
		db.giveUp(s, crm.CallSuperseded)
		next.ID = crm.NextCallID(s.last.ID)
	}
	s.write(next)
	s.NextCallAt = crm.Some(next.DueAt)
	return &next
}

// ask gives somebody the task to look at the lead.
func (db *debrief) ask(s *subject, r *crm.Record, why string, e *Ended) {
	e.Review = why
	db.tasks = append(db.tasks, db.task(s, r, why, crm.TaskPending))
}

// unask takes back the task that an earlier report of the call gave.
func (db *debrief) unask(s *subject, old *crm.Record) {
	if old == nil || old.LeadID != s.ID {
		return
	}
	o := db.outcome(old)
	tooOften := o.MaxInARow > 0 && s.Status == crm.Review
	if tooOften || old.CallbackReason != "" || o.Next == "review" || o.Next == "transfer" {
		db.tasks = append(db.tasks, db.task(s, old, o.Name, crm.TaskCancelled))
	}
}

func (db *debrief) task(s *subject, r *crm.Record, kind, state string) crm.Task {
	return taskAfter(db.book, s.Lead, r.ID, kind, state, db.now)
}

// taskAfter is the task that a reported call gives somebody.
func taskAfter(book *engine.RuleBook, l *crm.Lead, call, kind, state string, now time.Time) crm.Task {
	return crm.Task{
		ID: "call " + call, ContactID: l.ContactID, LeadID: l.ID, Agent: book.Callbacks.RefusedTask,
		Kind: kind, State: state, DueAt: crm.Some(crm.At(now)), Origin: "call " + call,
	}
}
