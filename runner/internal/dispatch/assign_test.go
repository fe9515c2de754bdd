package dispatch_test

import (
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

const idfFile = "PVI/20261123-1000-IDF-01.csv"

// queue are leads L1, L2, ... in the order in which they are called.
func queue(n int, changes ...func(*crm.Lead)) []dispatch.Incoming {
	leads := make([]dispatch.Incoming, n)
	for i := range leads {
		all := append([]func(*crm.Lead){given("RDVVQ", "PVI_NOW", int64(90-i))}, changes...)
		leads[i] = lead(fmt.Sprintf("L%d", i+1), 100+i, all...)
	}
	return leads
}

func TestCallsGoToTheRightAgent(t *testing.T) {
	t.Parallel()
	agent := func(name string, weight float64, last crm.Instant) crm.Agent {
		return crm.Agent{Username: name, Active: true, Weight: weight, LastAssignedAt: crm.Maybe[crm.Instant]{V: last, Valid: last != 0}}
	}
	inactive := func(name string) crm.Agent { return crm.Agent{Username: name, Weight: 1} }
	type setting struct {
		agents  []crm.Agent
		wallets []crm.Wallet
		leads   []dispatch.Incoming
		kept    map[string]string // agent of the planned call
	}
	tests := map[string]struct {
		given setting
		want  map[string]string
	}{
		"by turns, by username at first": {
			setting{leads: queue(3)},
			map[string]string{"L1": "a1", "L2": "a2", "L3": "a1"},
		},
		"who waited longest begins": {
			setting{agents: []crm.Agent{agent("a1", 1, 200), agent("a2", 1, 100)}, leads: queue(3)},
			map[string]string{"L1": "a2", "L2": "a1", "L3": "a2"},
		},
		"who never had a call waited longest": {
			setting{agents: []crm.Agent{agent("a1", 1, 200), agent("a2", 1, 0)}, leads: queue(1)},
			map[string]string{"L1": "a2"},
		},
		"twice the weight, twice the calls": {
			setting{agents: []crm.Agent{agent("a1", 2, 0), agent("a2", 1, 0)}, leads: queue(6)},
			map[string]string{"L1": "a1", "L2": "a2", "L3": "a1", "L4": "a2", "L5": "a1", "L6": "a1"},
		},
		"an inactive agent gets none": {
			setting{agents: []crm.Agent{inactive("a1")}, leads: queue(2)},
			map[string]string{"L1": "a2", "L2": "a2"},
		},
		"the wallet's owner comes first": {
			setting{
				wallets: []crm.Wallet{{ContactID: "L1", Agent: "a2"}, {ContactID: "L2", Agent: "a2"}},
				leads:   queue(3, func(l *crm.Lead) { l.AssignedAgent = "a1" }), kept: map[string]string{"L1": "a1"},
			},
			map[string]string{"L1": "a2", "L2": "a2", "L3": "a1"},
		},
		"an owner who is absent does not count": {
			setting{
				agents:  []crm.Agent{inactive("a2")},
				wallets: []crm.Wallet{{ContactID: "L1", Agent: "a2"}, {ContactID: "L2", Agent: "a3"}}, leads: queue(2),
			},
			map[string]string{"L1": "a1", "L2": "a1"},
		},
		"the agent whom the call is kept for, then the previous one": {
			setting{leads: queue(2, func(l *crm.Lead) { l.AssignedAgent = "a2" }), kept: map[string]string{"L1": "a1"}},
			map[string]string{"L1": "a1", "L2": "a2"},
		},
		"calls of their own count as load": {
			setting{leads: queue(4, func(l *crm.Lead) {
				if l.ID == "L1" || l.ID == "L2" {
					l.AssignedAgent = "a1"
				}
			})},
			map[string]string{"L1": "a1", "L2": "a1", "L3": "a2", "L4": "a2"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t, "max_per_slot: 3", "max_per_slot: 10")
			must(t, o.store.PutAgents(t.Context(), test.given.agents))
			o.receive("2026-11-22T20:00:00", test.given.leads...)
			must(t, o.store.PutWallets(t.Context(), test.given.wallets, crm.At(local(t, "2026-11-22T20:00:00"))))
			for id, agent := range test.given.kept {
				o.replan(id, func(c *crm.Call) { c.Agent = agent })
			}
			o.start("PVI", "2026-11-23T09:30:00")
			same(t, "agents", o.cells(idfFile, agentColumn), test.want)
			for id, agent := range test.want {
				same(t, "agent of "+id, o.lead(id).AssignedAgent, agent)
			}
		})
	}
}

func TestOpenCallsOfOtherSlotsCountAsLoad(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "max_per_slot: 3", "max_per_slot: 10")
	o.receive("2026-11-22T20:00:00", lead("A", 1), lead("B", 2), lead("C", 3))
	o.start("PVI", "2026-11-23T09:30:00") // a1, a2, a1
	o.receive("2026-11-23T13:30:00", queue(2)...)
	o.start("PVI", "2026-11-23T14:00:00")
	same(t, "agents", o.cells("PVI/20261123-1400-IDF-01.csv", agentColumn), map[string]string{"L1": "a2", "L2": "a1"})
}

// An agent of two groups has had a call when the second group is served.
func TestAgentOfTwoGroups(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "agents: [a3]", "agents: [a1, a3]")
	o.receive("2026-11-22T20:00:00", lead("paris", 1), lead("nice", 2, postal("06000")))
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "Paris", o.cells(idfFile, agentColumn), map[string]string{"paris": "a1"})
	same(t, "Nice", o.cells("PVI/20261123-1000-SUD-01.csv", agentColumn), map[string]string{"nice": "a3"})
}

func TestNobodyPresent(t *testing.T) {
	t.Parallel()
	away := []crm.Agent{{Username: "a1", Weight: 1}, {Username: "a2", Weight: 1}}
	t.Run("an assigned campaign waits", func(t *testing.T) {
		t.Parallel()
		o := f0Office(t)
		must(t, o.store.PutAgents(t.Context(), away))
		o.receive("2026-11-22T20:00:00", lead("plan", 1), lead("callback", 2))
		o.asCallback("callback", "2026-11-23T10:30:00")
		report := o.start("PVI", "2026-11-23T09:30:00")[0]
		same(t, "no agent", report.Groups[0].NoAgent, 2)
		same(t, "decisions", o.decisions(morning), map[string]string{"plan": "no_agent", "callback": "no_agent"})
		same(t, "files", len(o.lines()), 0)
		same(t, "last steps", report.Funnel.Steps[len(report.Funnel.Steps)-2:], []crm.Step{{Name: "agent"}, {Name: "capacity"}})
		before := o.ledger(morning)
		o.start("PVI", "2026-11-23T09:45:00")
		same(t, "ledger", o.ledger(morning), before)

		away[1].Active = true
		must(t, o.store.PutAgents(t.Context(), away[1:]))
		o.start("PVI", "2026-11-23T10:00:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"plan": "a2", "callback": "a2"})
	})
	t.Run("another campaign needs none", func(t *testing.T) {
		t.Parallel()
		o := f0Office(t)
		must(t, o.store.PutAgents(t.Context(), away))
		o.receive("2026-11-22T20:00:00", lead("L", 1, given("RDVVQ", "PVB", 50)))
		o.start("PVB", "2026-11-23T09:30:00")
		same(t, "agents", o.cells("PVB/20261123-1000-IDF-01.csv", agentColumn), map[string]string{"L": ""})
	})
}
