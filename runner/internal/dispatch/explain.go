package dispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// Explained says what the rules make of one lead at a clock.
type Explained struct {
	Lead  *crm.Lead // with type, segment, score, grade and group as they are at At
	At    time.Time
	Score int64
	Lines []engine.ScoreLine // add up to Score
	// Call is the planned one; nil when there is none.
	Call      *crm.Call
	Campaigns []Considered
}

// Considered is how a lead fares in one campaign.
type Considered struct {
	Campaign string
	// Decision names what was decided in the slot; empty when nothing was.
	Decision string
	// DecidedAt is when a start decided what is told here; zero of what a start
	// would decide now.
	DecidedAt time.Time
	// Slot is the one that runs, or else the next one; without a start there is
	// none.
	Slot calendar.Slot
	// Reason keeps the lead out, and is empty when it is or would be called;
	// Detail completes it.
	Reason, Detail string
	Unknown        bool
	// NotBefore and NotAfter bound the call.
	NotBefore, NotAfter time.Time
	Lines               []engine.AccountLine
	// Place is that among the leads of the group, once it was looked for.
	Place Place
	// Call is the one that was injected; nil when none was.
	Call *crm.Call

	was *crm.Decision
	// over says that the slot was stopped since, so that what was decided in it
	// is the last word.
	over bool
}

// Explain says how the score of a lead comes about, and what keeps it out of
// each of the campaigns in the slot that runs at a time or else the next one:
// the same as a start would decide, up to the room that others leave: that is
// for [Desk.Place]. A lead that is not stored is crm.ErrNotFound.
func (d *Desk) Explain(ctx context.Context, book *engine.RuleBook, id string, campaigns []*engine.Campaign, at time.Time) (*Explained, error) {
	leads, err := d.Store.LeadsByID(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	lead := leads[id]
	if lead == nil {
		return nil, fmt.Errorf("lead %s: %w", id, crm.ErrNotFound)
	}
	x := explaining{desk: d, book: book, out: &Explained{Lead: lead, At: at}, facts: newFacts(book)}
	if x.decided, err = d.Store.LeadDecisions(ctx, id); err != nil {
		return nil, err
	}
	last, err := d.Store.LastCalls(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	if call, ok := last[id]; ok && call.State == crm.CallPlanned {
		x.out.Call = &call
	} else if ok && (call.State == crm.CallInjected || call.State == crm.CallInProgress) {
		x.last = call
	}
	pasts, err := d.pasts(ctx, book, []*crm.Lead{lead}, at)
	if err != nil {
		return nil, err
	}
	x.past = pasts
	batch := book.Schema.NewBatch(1)
	x.facts.lead(batch, 0, lead)
	class := book.Classify(batch, at)
	d.Receiver(book).describe(lead, class, 0, at)
	x.out.Lines, x.out.Score = book.Breakdown(batch, 0, at)
	for _, c := range campaigns {
		considered, err := x.consider(ctx, c)
		if err != nil {
			return nil, err
		}
		x.out.Campaigns = append(x.out.Campaigns, considered)
	}
	return x.out, nil
}

// explaining is a lead while it is explained.
type explaining struct {
	desk  *Desk
	book  *engine.RuleBook
	out   *Explained
	facts facts
	past  []*engine.Past
	// decided is what was decided about the lead, newest first.
	decided []crm.Decision
	last    crm.Call // the lead's, when it is under way
}

// consider is how the lead fares in a campaign.
func (x *explaining) consider(ctx context.Context, c *engine.Campaign) (Considered, error) {
	out := Considered{Campaign: c.Name}
	st := start{desk: x.desk, book: x.book, c: c, at: x.out.At}
	group := x.book.GroupOf(x.out.Lead.PostalCode)
	slot, ok, err := x.started(ctx, st, group, &out)
	if !ok && err == nil {
		slot, ok, err = st.slot(ctx, group)
	}
	if err != nil {
		return out, err
	}
	if !ok && c.Follows != "" {
		slot, ok = x.book.Week(c, group).Next(x.out.At, 0)
	}
	if !ok {
		out.Reason, out.Detail = engine.NotDue, "the campaign has no further slot"
		return out, nil
	}
	out.Slot = slot
	call := x.call(slot)
	batch := x.book.Schema.NewBatch(1)
	x.facts.lead(batch, 0, x.out.Lead)
	x.facts.call(batch, 0, &call)
	class := x.book.Classify(batch, x.out.At)
	verdict := x.book.Judge(c, slot, batch, class, x.past)[0]
	out.Lines = x.book.Account(c, slot, batch, 0, class, verdict)
	out.Reason, out.Detail, out.Unknown = verdict.Reason, verdict.Detail, verdict.Unknown
	out.NotBefore, out.NotAfter = verdict.NotBefore, verdict.NotAfter
	for _, gate := range []func(context.Context, *Considered) error{x.suppressed, x.occupied} {
		if err := gate(ctx, &out); err != nil {
			return out, err
		}
	}
	if !c.Calls() {
		out.add(engine.GateCapacity, string(c.Mode), "", true, "the campaign is a "+string(c.Mode)+": it calls nobody")
	}
	x.planned(slot, &out)
	return out, nil
}

// started is the slot in question when something was decided about the lead in
// it and it was not stopped by then.
func (x *explaining) started(ctx context.Context, st start, group *engine.Group, out *Considered) (calendar.Slot, bool, error) {
	week := x.book.Week(st.c, group)
	slot, ok := week.Next(x.out.At, st.c.MinRemaining)
	if st.follows() {
		slot, ok = week.Containing(x.out.At)
	}
	key := slotKey(x.book, st.c.Name, slot.Start)
	i := slices.IndexFunc(x.decided, func(d crm.Decision) bool { return d.SlotKey == key })
	if !ok || i < 0 {
		return slot, false, nil
	}
	runs, err := x.desk.Store.Runs(ctx, key)
	for _, r := range runs {
		out.over = out.over || r.State == crm.RunStopped
		if r.StoppedAt.Valid && !x.out.At.Before(r.StoppedAt.V.Time()) {
			return slot, false, err
		}
	}
	out.was, out.Decision = &x.decided[i], x.decided[i].ID
	return slot, err == nil, err
}

// call is the planned one, or the one that would be planned for the slot.
func (x *explaining) call(slot calendar.Slot) crm.Call {
	if x.out.Call != nil {
		return *x.out.Call
	}
	return crm.Call{LeadID: x.out.Lead.ID, Phone: x.out.Lead.Phone, Kind: crm.KindPlan, DueAt: crm.At(slot.Start)}
}

// add puts a line of the desk's own behind those of the rules.
func (out *Considered) add(gate engine.Gate, reason, detail string, stops bool, say string) {
	line := engine.AccountLine{Gate: gate.String(), Name: reason, Mark: engine.MarkPassed, Say: say}
	switch {
	case out.Reason != "" && stops:
		line.Mark, line.Would = engine.MarkNotReached, engine.MarkStopped
	case out.Reason != "":
		line.Mark, line.Would = engine.MarkNotReached, engine.MarkPassed
	case stops:
		line.Mark = engine.MarkStopped
		out.Reason, out.Detail = reason, detail
	}
	out.Lines = append(out.Lines, line)
}

// suppressed asks whether the number is never to be called.
func (x *explaining) suppressed(ctx context.Context, out *Considered) error {
	if x.out.Lead.Phone == "" {
		out.add(engine.GateCompliance, engine.InvalidPhone, "", true, "the phone cannot be called")
		return nil
	}
	found, err := x.desk.suppressed(ctx, []string{x.out.Lead.Phone}, crm.At(x.out.At))
	if err != nil {
		return err
	}
	s, never := found[x.out.Lead.Phone]
	say := "the number may be called"
	if never {
		say = "the number is never to be called: " + s.Reason
	}
	out.add(engine.GateCompliance, engine.Suppressed, s.Reason, never, say)
	return nil
}

// occupied asks whether somebody else calls the number.
func (x *explaining) occupied(ctx context.Context, out *Considered) error {
	if x.out.Lead.Phone == "" {
		return nil
	}
	open, err := x.desk.Store.OpenCalls(ctx, []string{x.out.Lead.Phone})
	if err != nil {
		return err
	}
	call, busy := open[x.out.Lead.Phone]
	switch {
	case busy && call.LeadID == x.out.Lead.ID:
		out.add(engine.GatePhone, engine.PhoneOpen, call.RunID, true, "is being called already, in "+call.RunID)
	case busy:
		out.add(engine.GatePhone, engine.PhoneOpen, call.RunID, true, "the number is being called for another lead, in "+call.RunID)
	default:
		out.add(engine.GatePhone, engine.PhoneOpen, "", false, "nobody else calls the number")
	}
	return nil
}

// planned asks whether a call is due before the slot ends. It is what a start
// asks first, and stands first. A parked lead has no call because of the rules,
// and what they say of it is the reason.
func (x *explaining) planned(slot calendar.Slot, out *Considered) {
	line := engine.AccountLine{Gate: engine.GatePlanned.String(), Name: engine.NotDue, Mark: engine.MarkPassed}
	switch call := x.out.Call; {
	case call == nil && x.last.RunID != "":
		line.Mark, line.Say = engine.MarkStopped, "no call is planned: the lead is being called, in "+x.last.RunID
	case call == nil && x.out.Lead.Status == crm.Parked && out.Reason != "":
		line.Mark, line.Say = engine.MarkSkipped, "no call is planned: the lead is parked"
	case call == nil && x.out.Lead.Status == crm.Parked:
		line.Mark, line.Say = engine.MarkStopped, "no call is planned: the lead is parked until a rescore finds that a campaign takes it"
	case call == nil:
		line.Mark, line.Say = engine.MarkStopped, "no call is planned: the lead is "+x.out.Lead.Status
	case call.DueAt.Time().Before(slot.End):
		line.Say = "a call is due " + x.local(call.DueAt.Time())
	default:
		line.Mark, line.Say = engine.MarkStopped, "the next call is due "+x.local(call.DueAt.Time())
		if call.Reason != "" {
			line.Say += " (" + call.Reason + ")"
		}
	}
	if line.Mark == engine.MarkStopped {
		out.Reason, out.Detail, out.Unknown = engine.NotDue, line.Say, false
		for i := range out.Lines {
			if l := &out.Lines[i]; l.Mark != engine.MarkSkipped && l.Mark != engine.MarkNotReached {
				l.Would, l.Mark = l.Mark, engine.MarkNotReached
			}
		}
	}
	out.Lines = slices.Insert(out.Lines, 0, line)
}

func (x *explaining) local(t time.Time) string { return t.In(x.book.Zone).Format("2006-01-02 15:04") }
