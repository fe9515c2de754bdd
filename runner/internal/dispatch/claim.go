package dispatch

import (
	"fmt"
	"slices"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// claim is everything the start wants stored, in one transaction. A start
// that changes nothing claims nothing.
func (sel *selection) claim() crm.Claim {
	c := crm.Claim{At: crm.At(sel.at), Decisions: sel.decisions}
	for _, group := range sel.groups() {
		r := sel.runs[group]
		sel.write(r)
		if r.exists && len(r.calls) == 0 {
			continue
		}
		r.Files += len(r.files)
		if !slices.Contains(r.Versions, sel.book.Version) {
			r.Versions = append(r.Versions, sel.book.Version)
		}
		c.Runs = append(c.Runs, r.Run)
		c.Files = append(c.Files, r.files...)
		for i, call := range r.calls {
			c.Calls = append(c.Calls, call.due.Call)
			c.Decisions = append(c.Decisions, crm.Decision{
				SlotKey: sel.key, LeadID: call.due.Lead.ID, CallID: call.due.Call.ID, Group: group, Injected: true,
				Score: call.score, Rank: r.already + i + 1, Version: sel.book.Version, At: crm.At(sel.at),
			})
		}
	}
	funnel := sel.funnel()
	c.Funnel = &funnel
	return c
}

// write renders the calls of a run into files of at most the dialer's rows.
func (sel *selection) write(r *run) {
	calls := r.calls
	for len(calls) > 0 {
		n := min(len(calls), sel.c.Dialer.MaxRows, maxSheet)
		r.files = append(r.files, sel.file(r, calls[:n]))
		calls = calls[n:]
	}
}

// maxSheet bounds a file when the dialer does not: rows are rendered a batch
// at a time.
const maxSheet = 4096

// file renders one file and points its calls at it.
func (sel *selection) file(r *run, calls []*candidate) crm.File {
	start := sel.s.slot.Start.In(sel.book.Zone)
	f := crm.File{
		Name: fmt.Sprintf("%s/%s-%s-%02d.csv", sel.c.Name, start.Format("20060102-1504"), r.Group, r.Files+len(r.files)+1),
		Kind: crm.FileInject, State: crm.FileClaimed, RunID: r.ID, SlotKey: sel.key, Campaign: sel.c.Name,
		Dialer: sel.c.Dialer.Name, Mode: sel.c.Dialer.FileMode, Encoding: sel.c.Dialer.Encoding, LineEnd: sel.c.Dialer.LineEnd,
		HasHead: sel.c.Dialer.Header, Version: sel.book.Version, At: crm.At(sel.at),
	}
	sel.batch.Reset(len(calls))
	for i, c := range calls {
		call := &c.due.Call
		call.RunID, call.Group, call.File = r.ID, r.Group, f.Name
		call.NotBefore, call.NotAfter = crm.Some(crm.At(c.verdict.NotBefore)), crm.Some(crm.At(c.verdict.NotAfter))
		sel.facts.lead(sel.batch, i, &c.due.Lead)
		sel.facts.call(sel.batch, i, call)
	}
	class := sel.book.Classify(sel.batch, sel.at)
	sel.book.Judge(sel.c, sel.s.slot, sel.batch, class)
	header, lines := sel.desk.Sheet(sel.c.Dialer, sel.batch, sel.book)
	f.Header = header
	for i, line := range lines {
		f.Lines = append(f.Lines, crm.Line{CallID: calls[i].due.Call.ID, LeadID: calls[i].due.Lead.ID, Text: line})
	}
	sel.desk.Seal(&f)
	return f
}

// funnel counts the leads left after each gate. The gates of conditions and
// agents are listed only when they stop somebody.
func (sel *selection) funnel() crm.Funnel {
	f := crm.Funnel{SlotKey: sel.key, At: crm.At(sel.at)}
	for gate, left := range sel.left {
		g := engine.Gate(gate)
		silent := g == engine.GateConditions || g == engine.GateAgent
		if silent && left == sel.left[gate-1] {
			continue
		}
		f.Steps = append(f.Steps, crm.Step{Name: g.String(), Left: left})
	}
	return f
}

// report is what the start tells people.
func (sel *selection) report() Report {
	report := Report{
		Campaign: sel.c.Name, Slot: sel.s.slot, Funnel: sel.funnel(), Closed: sel.s.closed,
		Reasons: map[string]int{}, Unknown: map[string]int{},
	}
	for _, group := range sel.groups() {
		r := sel.runs[group]
		s := r.started
		s.Campaign, s.Group, s.Slot = sel.c.Name, group, sel.s.slot
		s.New, s.Already = len(r.calls), r.already
		for _, f := range r.files {
			s.Files = append(s.Files, f.Name)
		}
		report.Groups = append(report.Groups, s)
	}
	for _, d := range sel.decisions {
		report.Reasons[d.Reason]++
		if d.Unknown {
			report.Unknown[d.Reason]++
		}
	}
	return report
}
