package dispatch_test

import (
	"testing"

	"callsheet/runner/internal/crm"
)

func TestAbsentAgentsGetNone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		away crm.Absence
		want string // agent of the one call
	}{
		"before":             {crm.Absence{First: "2026-11-20", Last: "2026-11-22"}, "a1"},
		"from that day":      {crm.Absence{First: "2026-11-23", Last: "2026-11-27"}, "a2"},
		"up to that day":     {crm.Absence{First: "2026-11-16", Last: "2026-11-23"}, "a2"},
		"that day alone":     {crm.Absence{First: "2026-11-23", Last: "2026-11-23"}, "a2"},
		"from the day after": {crm.Absence{First: "2026-11-24", Last: "2026-11-24"}, "a1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t)
			must(t, o.store.PutAgents(t.Context(), []crm.Agent{{Username: "a1", Active: true, Weight: 1, Absences: []crm.Absence{
				{First: "2026-08-01", Last: "2026-08-21"}, test.away,
			}}}))
			o.receive("2026-11-22T20:00:00", lead("L", 1))
			// The day is that of the slot, not that of the start.
			o.start("PVI", "2026-11-22T21:00:00")
			same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L": test.want})
		})
	}
}

func TestEverybodyAbsent(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	away := []crm.Absence{{First: "2026-11-23", Last: "2026-11-23"}}
	must(t, o.store.PutAgents(t.Context(), []crm.Agent{
		{Username: "a1", Active: true, Weight: 1, Absences: away}, {Username: "a2", Active: true, Weight: 1, Absences: away},
	}))
	o.receive("2026-11-22T20:00:00", lead("plan", 1), lead("callback", 2))
	o.asCallback("callback", "2026-11-23T10:30:00")
	o.replan("callback", func(c *crm.Call) { c.Agent = "a1" })
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "no agent", report.Groups[0].NoAgent, 2)
	same(t, "decisions", o.decisions(morning), map[string]string{"plan": "no_agent", "callback": "no_agent"})
	o.addsUp(report)
}

func TestAbsenceOfAnOwner(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	must(t, o.store.PutAgents(t.Context(), []crm.Agent{
		{Username: "a1", Active: true, Weight: 1, Absences: []crm.Absence{{First: "2026-11-23", Last: "2026-11-24"}}},
	}))
	o.receive("2026-11-22T20:00:00", lead("callback", 1))
	o.asCallback("callback", "2026-11-23T10:30:00")
	o.replan("callback", func(c *crm.Call) { c.Agent = "a1" })
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"callback": "a2"})
}
