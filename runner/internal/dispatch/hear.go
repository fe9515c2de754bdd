package dispatch

import (
	"context"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// hear applies one report to what the batch knows.
func (db *debrief) hear(ctx context.Context, r crm.Record) (Ended, error) {
	old := db.records[r.ID]
	if old != nil && db.heard[r.ID][r.Hash] {
		return Ended{ID: r.ID, Report: ReportDuplicate, LeadID: old.LeadID, Outcome: old.Outcome}, nil
	}
	e := Ended{ID: r.ID, Report: ReportNew}
	r.Revision, r.ReceivedAt, r.Version = 1, crm.At(db.now), db.book.Version
	if old != nil {
		before := *old
		old = &before
		e.Report, r.Revision, r.CallID = ReportCorrected, old.Revision+1, old.CallID
	}
	outcome, disagree := db.book.Outcome(r.Wrapup, r.Result)
	r.Outcome, r.Attempt = outcome.Name, outcome.Attempt
	r.Anomalies = nil
	if disagree {
		r.Anomalies = append(r.Anomalies, "result_disagrees")
	}
	if r.StartedAt.Valid && r.EndedAt.Valid && r.EndedAt.V < r.StartedAt.V {
		r.Anomalies = append(r.Anomalies, "clock_inverted")
	}
	e.Outcome = r.Outcome
	s := db.concerned(&r, old)
	if s == nil {
		db.file(r)
		return e, nil
	}
	e.LeadID, r.LeadID = s.ID, s.ID
	if r.Phone == "" {
		r.Phone = s.Phone
	}
	s.changed = true
	db.count(s, old, -1)
	db.callback(s, &r, outcome)
	db.count(s, &r, 1)
	call, err := db.end(ctx, s, &r, old != nil)
	if err != nil {
		return e, err
	}
	e.Reinstated = call.State == crm.CallRecycled
	db.file(r)
	db.last(s, &r, old)
	db.unask(s, old)
	if outcome.Status == crm.DoNotCall {
		return e, db.object(s, &r, &e)
	}
	q := sequel{record: &r, outcome: outcome, call: call}
	if old != nil {
		before := sequel{record: old, outcome: db.outcome(old)}
		q.undoes = !before.again()
	}
	db.follow(s, q, &e)
	return e, nil
}

// concerned is the lead of a report; that of an earlier report of the same
// call stays.
func (db *debrief) concerned(r, old *crm.Record) *subject {
	if old != nil && db.leads[old.LeadID] != nil {
		return db.leads[old.LeadID]
	}
	return db.match(r)
}

// count adds a call to the counters of its lead, or takes it off again.
func (db *debrief) count(s *subject, r *crm.Record, sign int64) {
	if r == nil || r.LeadID != s.ID {
		return
	}
	o := db.outcome(r)
	for counter, counts := range map[*int64]bool{
		&s.Attempts:  r.Attempt,
		&s.Reached:   r.TalkSeconds.V > 0 || o.Personal(),
		&s.Refusals:  o.Status == crm.Refused || slices.Contains(db.history.resting, o.Name),
		&s.Callbacks: r.CallbackAt.Valid,
	} {
		*counter = max(0, *counter+sign*one(counts))
	}
}

// outcome is what a recorded call came to. When the book no longer has that
// outcome, it is what the book now makes of the report.
func (db *debrief) outcome(r *crm.Record) *engine.Outcome {
	for i := range db.book.Wrapups.Outcomes {
		if o := &db.book.Wrapups.Outcomes[i]; o.Name == r.Outcome {
			return o
		}
	}
	o, _ := db.book.Outcome(r.Wrapup, r.Result)
	return o
}

// callback decides about the date at which the person asked to be called, for
// outcomes that ask for one, and notes it in the record.
func (db *debrief) callback(s *subject, r *crm.Record, o *engine.Outcome) {
	r.CallbackAt, r.CallbackReason = crm.Maybe[crm.Instant]{}, ""
	optional := o.Next == "callback_or_retry" && r.CallbackText == ""
	if o.Next != "callback" && o.Next != "callback_or_retry" || optional {
		return
	}
	start := r.At()
	if r.StartedAt.Valid {
		start = r.StartedAt.V
	}
	rc := db.receiver
	rc.batch.Reset(1)
	rc.batch.SetNow(db.now)
	rc.facts.lead(rc.batch, 0, s.Lead)
	rc.facts.finished(rc.batch, 0, r)
	c := db.book.Callback(r.CallbackText, start.Time(), r.AgreedExactTime, s.PostalCode, s.PhoneCountry, rc.batch, 0)
	if c.Anomaly != "" {
		r.Anomalies = append(r.Anomalies, c.Anomaly)
	}
	if r.CallbackReason = c.Reason; c.Reason == "" {
		r.CallbackAt = crm.Some(crm.At(c.At))
	}
}

// skew is how far the dialer's clock may be behind ours.
const skew = 5 * time.Minute

// end ends the call of ours that a report is about and gives it back as it was;
// without id when it was none of ours: the open one, or one that a stop has
// given up although it took place.
func (db *debrief) end(ctx context.Context, s *subject, r *crm.Record, corrected bool) (crm.Call, error) {
	if corrected {
		return crm.Call{}, nil
	}
	call := db.openCall(s)
	if call.ID == "" || call.InjectedAt.V > r.At()+crm.Instant(skew.Milliseconds()) {
		var err error
		if call, err = db.givenUp(ctx, s, r); err != nil || call.ID == "" {
			return call, err
		}
	}
	r.CallID = call.ID
	ended := call
	ended.State = crm.CallEnded
	s.write(ended)
	delete(db.open, call.Phone)
	return call, nil
}

// openCall is the call to the lead that is injected or in progress; without id
// when there is none.
func (db *debrief) openCall(s *subject) crm.Call {
	if call := s.last; call.State == crm.CallInjected || call.State == crm.CallInProgress {
		return call
	}
	if call := db.open[s.Phone]; call.LeadID == s.ID {
		return call
	}
	return crm.Call{}
}

// givenUp is the latest recycled call of the lead in whose time the reported
// one began; without id when there is none.
func (db *debrief) givenUp(ctx context.Context, s *subject, r *crm.Record) (found crm.Call, err error) {
	if s.last.RecycledFrom == "" {
		return found, nil
	}
	calls, err := db.receiver.desk.Store.LeadCalls(ctx, s.ID)
	began := r.At()
	if r.StartedAt.Valid {
		began = r.StartedAt.V
	}
	for _, c := range calls {
		if written, ok := s.written[c.ID]; ok {
			c = written
		}
		late := c.State == crm.CallRecycled && c.InjectedAt.Valid && c.InjectedAt.V <= began
		if late && (!c.NotAfter.Valid || began <= c.NotAfter.V) {
			found = c
		}
	}
	return found, err
}

// last moves the lead's last call, when the report is about it or says more
// about the one that was.
func (db *debrief) last(s *subject, r, old *crm.Record) {
	own := db.own(s, r)
	newest := own[len(own)-1]
	was := old != nil && s.LastCallAt.V == old.At()
	if s.LastCallAt.Valid && newest.At() < s.LastCallAt.V && !was {
		return
	}
	s.LastCallAt, s.LastOutcome = crm.Some(newest.At()), newest.Outcome
}
