package dispatch

import (
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// claim is everything the start wants stored, in one transaction; false when
// the store says all of it already. Runs that get no call come along, so that
// the claim is a conflict when somebody else has filled one meanwhile: what is
// said of the leads left out would no longer be true.
func (sel *selection) claim() (c crm.Claim, changes bool, err error) {
	c.At, c.Slots = crm.At(sel.at), []string{sel.key}
	if sel.follows() {
		c.Slots = append(c.Slots, slotKey(sel.book, sel.c.Follows, sel.s.slot.Start))
	}
	runs := sel.inOrder()
	if !sel.c.Calls() {
		runs = nil
	}
	for _, r := range runs {
		changes = changes || r.grows()
		c.Runs = append(c.Runs, sel.filled(r))
		c.Files = append(c.Files, r.files...)
		for i, call := range r.calls {
			d := sel.decision(call, r.started.Already+i+1)
			d.Injected = true
			c.Calls = append(c.Calls, call.due.Call)
			sel.tell(call, d)
		}
	}
	// In the order of their key they stand beside each other in the database.
	slices.SortFunc(sel.news, func(a, b crm.Decision) int { return strings.Compare(a.LeadID, b.LeadID) })
	c.Decisions = sel.news
	if c.Facts, err = sel.ledger.close(c.Decisions); err != nil {
		return c, false, err
	}
	if funnel := sel.steps(); sel.desk.Brief == nil && !slices.Equal(funnel.Steps, sel.funnel) {
		c.Funnel = &funnel
	}
	return c, changes || len(c.Decisions) > 0 || c.Funnel != nil, nil
}

// awaited says that a stop plans again what a start left out for this reason.
func awaited(reason string) bool {
	return reason == engine.OverCapacity || reason == engine.PhoneOpen
}

// says is whether one decision says the same as another, whenever, by whichever
// rule book and on whatever facts it was taken.
func says(a, b crm.Decision) bool {
	b.Version, b.At, b.ID, b.Facts = a.Version, a.At, a.ID, a.Facts
	return a == b
}

// grows says that the start makes the run or adds calls to it.
func (r *run) grows() bool { return !r.exists || len(r.calls) > 0 }

// filled is the run with the files of this start.
func (sel *selection) filled(r *run) crm.Run {
	filled := r.Run
	filled.Files += len(r.files)
	if r.grows() && !slices.Contains(r.Versions, sel.book.Version) {
		filled.Versions = append(slices.Clone(r.Versions), sel.book.Version)
	}
	return filled
}

// write renders the calls of a run into files of at most the dialer's rows.
func (sel *selection) write(r *run, facts *facts) {
	for calls := range slices.Chunk(r.calls, min(sel.c.Dialer.MaxRows, expression.MaxBatch)) {
		r.files = append(r.files, sel.file(r, calls, facts))
	}
}

// fileName names the next file of a run.
func (sel *selection) fileName(r *run) string {
	if sel.follows() {
		return sel.tickName(r.Group)
	}
	start := sel.s.slot.Start.In(sel.book.Zone).Format("20060102-1504")
	return fmt.Sprintf("%s/%s-%s-%02d.csv", sel.c.Name, start, r.Group, r.Files+len(r.files)+1)
}

// file renders one file and points its calls at it.
func (sel *selection) file(r *run, calls []*candidate, facts *facts) crm.File {
	f := crm.File{
		Name: sel.fileName(r),
		Kind: crm.FileInject, State: crm.FileClaimed, RunID: r.ID, SlotKey: sel.key, Campaign: sel.c.Name,
		Dialer: sel.c.Dialer.Name, Mode: sel.c.Dialer.FileMode, Encoding: sel.c.Dialer.Encoding, LineEnd: sel.c.Dialer.LineEnd,
		HasHead: sel.c.Dialer.Header, Version: sel.book.Version, At: crm.At(sel.at),
	}
	sel.batch.Reset(len(calls))
	for i, c := range calls {
		call := &c.due.Call
		call.RunID, call.Group, call.File = r.ID, r.Group, f.Name
		call.NotBefore, call.NotAfter = crm.Some(crm.At(c.verdict.NotBefore)), crm.Some(crm.At(c.verdict.NotAfter))
		facts.lead(sel.batch, i, &c.due.Lead)
		facts.call(sel.batch, i, call)
	}
	// The columns read what the rules decided, slot and bounds too.
	class := sel.book.Classify(sel.batch, sel.at)
	sel.book.Judge(sel.c, sel.s.slot, sel.batch, class, nil)
	header, lines := sel.desk.Sheet(sel.c.Dialer, sel.batch, sel.book)
	f.Header = header
	for i, line := range lines {
		f.Lines = append(f.Lines, crm.Line{CallID: calls[i].due.Call.ID, LeadID: calls[i].due.Lead.ID, Text: line})
	}
	sel.desk.Seal(&f)
	return f
}
