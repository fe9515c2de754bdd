package dispatch

import (
	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// steps counts the leads left after each gate. The gates of conditions and
// agents are listed only when they stop somebody.
func (sel *selection) steps() crm.Funnel {
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
		Campaign: sel.c.Name, Mode: sel.c.Mode, Slot: sel.s.slot, Funnel: sel.steps(), Closed: sel.s.closed,
		Reasons: map[string]int{}, Unknown: map[string]int{}, PassedOver: sel.passedOver,
	}
	if sel.follows() {
		report.Tick = sel.at
	}
	for _, r := range sel.inOrder() {
		s := r.started
		s.Campaign, s.Group, s.Slot, s.New = sel.c.Name, r.Group, sel.s.slot, len(r.calls)
		if sel.follows() {
			s.Waited = sel.waited(r)
		}
		for _, f := range r.files {
			s.Files = append(s.Files, f.Name)
		}
		report.Groups = append(report.Groups, s)
	}
	for _, d := range sel.out {
		report.Reasons[d.Reason]++
		if d.Unknown {
			report.Unknown[d.Reason]++
		}
	}
	return report
}
