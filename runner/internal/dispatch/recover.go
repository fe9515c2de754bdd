package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// MaxPerRun is the reason of leads that recovery would take but for the
// maximum of rules/recovery.yaml.
const MaxPerRun = "max_per_run"

// Recovered is what a recovery did.
type Recovered struct {
	// Calls are those planned now, by lead id. The Reason of a call says which
	// rule moved it to a later day.
	Calls []crm.Call
	// Skipped counts the leads left alone by reason: a condition of
	// rules/recovery.yaml, a reason of the engine's own, a pack rule that
	// forbids to call ever again, or MaxPerRun.
	Skipped map[string]int
}

// Recover plans a call for every lead that rules/recovery.yaml takes, a page
// of leads at a time: in the first slot, beginning at the given time or later,
// of the first campaign in the order of the file that calls now and takes its
// type and segment, or of the one that begins first, on the first day on which no rule of the packs in force forbids a
// call because of those made before. A planned call in the past is moved, not
// doubled. [Desk.Rehearsal] decides the same and stores nothing.
func (d *Desk) Recover(ctx context.Context, book *engine.RuleBook, at time.Time) (Recovered, error) {
	if _, err := d.Store.RefreshWallets(ctx, crm.At(at)); err != nil {
		return Recovered{}, fmt.Errorf("recover leads: %w", err)
	}
	r := recovery{receiver: d.Receiver(book), at: at, where: expression.All()}
	if d.Brief != nil {
		r.where = book.RecoverFilter(at, d.Store.Dialect())
	}
	total := Recovered{Skipped: map[string]int{}}
	for after := ""; ; {
		got, last, err := r.page(ctx, after, book.Recovery.MaxPerRun-len(total.Calls))
		if err != nil {
			return total, fmt.Errorf("recover leads: %w", err)
		}
		if last == "" {
			return total, nil
		}
		after = last
		total.Calls = append(total.Calls, got.Calls...)
		for reason, n := range got.Skipped {
			total.Skipped[reason] += n
		}
		if d.Brief != nil && len(total.Calls) == book.Recovery.MaxPerRun {
			return total, nil
		}
	}
}

// recovery is one recovery while it is decided.
type recovery struct {
	receiver *Receiver
	at       time.Time
	where    expression.Where // of the leads to look at
}

// page recovers at most room of the leads in the page after an id, again when
// somebody else wrote one of them meanwhile. last is empty at the end.
func (r *recovery) page(ctx context.Context, after string, room int) (got Recovered, last string, err error) {
	store := r.receiver.desk.Store
	for range attempts {
		var page []crm.Lead
		page, err = store.Leads(ctx, r.where, after, expression.MaxBatch)
		if err != nil || len(page) == 0 {
			return Recovered{}, "", err
		}
		last = page[len(page)-1].ID
		var change crm.Change
		got, change, err = r.decide(ctx, page, room)
		if err == nil && len(change.Calls) > 0 {
			err = store.Apply(ctx, change)
		}
		if !errors.Is(err, crm.ErrConflict) {
			break
		}
	}
	return got, last, err
}

// decide asks the rules about every lead of a page and plans the calls.
func (r *recovery) decide(ctx context.Context, page []crm.Lead, room int) (got Recovered, change crm.Change, err error) {
	got.Skipped = map[string]int{}
	leads := make([]*crm.Lead, len(page))
	for i := range page {
		leads[i] = &page[i]
	}
	desk, book, batch := r.receiver.desk, r.receiver.book, r.receiver.batch
	pasts, err := desk.pasts(ctx, book, leads, r.at)
	if err != nil {
		return got, change, err
	}
	batch.Reset(len(page))
	for i := range page {
		r.receiver.facts.lead(batch, i, &page[i])
	}
	class := book.Classify(batch, r.at)
	reasons := book.Recoverable(batch)
	var ids, phones []string
	for i, l := range leads {
		if reasons[i] == "" {
			ids, phones = append(ids, l.ID), append(phones, l.Phone)
		}
	}
	last, err := desk.Store.LastCalls(ctx, ids)
	if err != nil {
		return got, change, err
	}
	barred, err := desk.suppressed(ctx, phones, crm.At(r.at))
	if err != nil {
		return got, change, err
	}
	for i, l := range leads {
		reason := reasons[i]
		if _, ok := barred[l.Phone]; ok && reason == "" {
			reason = engine.Suppressed
		}
		var call crm.Call
		if reason == "" {
			call, reason = r.plan(l, class, i, pasts[i], last[l.ID])
		}
		if reason == "" && len(got.Calls) == room {
			reason = MaxPerRun
		}
		if reason != "" {
			got.Skipped[reason]++
			continue
		}
		r.receiver.describe(l, class, i, r.at)
		l.Status, l.NextCallAt = crm.Scheduled, crm.Some(call.DueAt)
		if call.Kind == crm.KindCallback {
			l.Status = crm.Callback
		}
		got.Calls = append(got.Calls, call)
		change.Leads = append(change.Leads, *l)
	}
	change.Calls = got.Calls
	return got, change, nil
}

// plan is the call to a lead, or why there is none.
func (r *recovery) plan(l *crm.Lead, class *engine.Classified, i int, past *engine.Past, last crm.Call) (call crm.Call, reason string) {
	if l.Phone == "" {
		return call, engine.InvalidPhone
	}
	c := r.receiver.book.Taker(l.ID, class.Type[i], class.Segment[i], r.at)
	if c == nil {
		return call, engine.NoCampaign
	}
	due, why, reason := r.due(r.receiver.book.Week(c, class.Group[i]), past)
	if reason != "" {
		return call, reason
	}
	call = crm.Call{ID: crm.CallID(l.ID, 1), LeadID: l.ID, Kind: crm.KindRecovery, CreatedAt: crm.At(r.at)}
	switch {
	case last.State == crm.CallPlanned:
		call = last
		// What was agreed with somebody stays so.
		if call.Kind != crm.KindCallback {
			call.Kind = crm.KindRecovery
		}
	case last.ID != "":
		call.ID = crm.NextCallID(last.ID)
	}
	call.State, call.Phone, call.Campaign = crm.CallPlanned, l.Phone, c.Name
	call.DueAt, call.Reason, call.AgreedExactTime = crm.At(due), why, false
	return call, ""
}

// due is the beginning of the first slot whose day the past allows, and the
// rule that moved it there; or the reason why there is none.
func (r *recovery) due(week *calendar.Week, past *engine.Past) (due time.Time, why, reason string) {
	due, rest, ok := turn{from: r.at, past: past}.slot(r.receiver.book, week, r.at)
	switch {
	case ok:
		return due, because(rest), ""
	case rest.Rule != "":
		return due, "", rest.Rule
	}
	return due, "", engine.NoCampaign
}
