package dispatch_test

import (
	"testing"

	"callsheet/runner/internal/crm"
)

const dayFull = "over_capacity: every agent has reached the daily capacity"

// limited is an agent with a daily capacity.
func limited(name string, capacity int64) crm.Agent {
	return crm.Agent{Username: name, Active: true, Weight: 1, DailyCapacity: crm.Some(capacity)}
}

// roomy is an office whose slots have room for ten, with agents.
func roomy(t *testing.T, agents ...crm.Agent) *office {
	t.Helper()
	o := f0Office(t, "max_per_slot: 3", "max_per_slot: 10")
	must(t, o.store.PutAgents(t.Context(), agents))
	return o
}

// keptFor makes the planned call of a lead a callback that an agent has agreed.
func (o *office) keptFor(id, agent, at string) {
	o.Helper()
	o.asCallback(id, at)
	o.replan(id, func(c *crm.Call) { c.Agent = agent })
}

func TestDailyCapacity(t *testing.T) {
	t.Parallel()
	o := roomy(t, limited("a1", 1), limited("a2", 3))
	o.receive("2026-11-22T20:00:00", queue(6)...)
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L1": "a1", "L2": "a2", "L3": "a2", "L4": "a2"})
	same(t, "decisions", o.decisions(morning), map[string]string{
		"L1": "injected", "L2": "injected", "L3": "injected", "L4": "injected", "L5": dayFull, "L6": dayFull,
	})
	same(t, "counts", []int{report.Groups[0].New, report.Groups[0].OverCapacity, report.Groups[0].NoAgent}, []int{4, 2, 0})
	same(t, "ranks", []int{rank(o, "L4"), rank(o, "L5"), rank(o, "L6")}, []int{4, 5, 6})
	o.addsUp(report)

	before := o.ledger(morning)
	o.start("PVI", "2026-11-23T09:45:00")
	same(t, "ledger after starting again", o.ledger(morning), before)
}

func TestDailyCapacityIsThatOfALocalDay(t *testing.T) {
	t.Parallel()
	o := roomy(t, limited("a1", 1), limited("a2", 1))
	o.receive("2026-11-22T20:00:00", queue(2)...)
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "in the morning", len(o.cells(idfFile, agentColumn)), 2)

	o.receive("2026-11-23T11:00:00", lead("afternoon", 50))
	o.start("PVI", "2026-11-23T14:00:00")
	same(t, "in the afternoon", o.decisions("PVI/2026-11-23T14:00")["afternoon"], dayFull)

	o.start("PVI", "2026-11-24T09:30:00")
	same(t, "the next day", o.decisions("PVI/2026-11-24T10:00")["afternoon"], "injected")
}

// A capacity is over all campaigns, and over all groups of an agent.
func TestDailyCapacityOverCampaignsAndGroups(t *testing.T) {
	t.Parallel()
	o := newOffice(t, f0Office(t).store, f0(t, "agents: [a1, a2]", "agents: [a1]", "agents: [a3]", "agents: [a1]",
		"slots: [M, A]\n    assign: false", "slots: [M, A]\n    assign: true"))
	must(t, o.store.PutAgents(t.Context(), []crm.Agent{limited("a1", 2)}))
	o.receive("2026-11-22T20:00:00", lead("seller", 1), lead("watcher", 2, given("RDVVQ", "PVB", 50)), lead("south", 3, postal("06000")))

	rehearsed := newOffice(t, o.store, o.book)
	rehearsed.desk = o.desk.Rehearsal()
	for _, office := range []*office{rehearsed, o} {
		report := office.start("PVB", "2026-11-23T09:30:00")[0]
		same(t, "PVB", report.Groups[0].New, 1)
		report = office.start("PVI", "2026-11-23T09:30:00")[0]
		same(t, "PVI in Paris and Nice", []int{report.Groups[0].New, report.Groups[1].New, report.Groups[1].OverCapacity}, []int{1, 0, 1})
	}
	same(t, "decision", o.decisions(morning)["south"], dayFull)
}

func TestCallbacksOfAFullDay(t *testing.T) {
	t.Parallel()
	full := []crm.Agent{limited("a1", 0), limited("a2", 0)}
	t.Run("whoever agreed it makes it", func(t *testing.T) {
		t.Parallel()
		o := roomy(t, full...)
		o.receive("2026-11-22T20:00:00", queue(3)...)
		o.keptFor("L1", "a2", "2026-11-23T10:30:00")
		o.asCallback("L2", "2026-11-23T10:15:00")
		o.replan("L3", func(c *crm.Call) { c.Agent = "a1" })
		report := o.start("PVI", "2026-11-23T09:30:00")[0]
		same(t, "decisions", o.decisions(morning), map[string]string{"L1": "injected", "L2": dayFull, "L3": dayFull})
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L1": "a2"})
		same(t, "ranks", []int{rank(o, "L1"), rank(o, "L2"), rank(o, "L3")}, []int{1, 2, 3})
		o.addsUp(report)
	})
	t.Run("and so does nobody else as long as it is not late", func(t *testing.T) {
		t.Parallel()
		o := roomy(t, limited("a1", 0))
		o.receive("2026-11-22T20:00:00", lead("on time", 1), lead("late", 2))
		o.keptFor("on time", "a1", "2026-11-23T09:30:00") // made at 10:00, half an hour later
		o.keptFor("late", "a1", "2026-11-23T09:29:59")
		o.start("PVI", "2026-11-23T09:30:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"on time": "a1", "late": "a2"})
	})
	t.Run("late by the clock of the start", func(t *testing.T) {
		t.Parallel()
		o := roomy(t, limited("a1", 0))
		o.receive("2026-11-22T20:00:00", lead("L", 1))
		o.keptFor("L", "a1", "2026-11-23T10:10:00")
		o.start("PVI", "2026-11-23T10:41:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L": "a2"})
	})
	t.Run("a late one is not lost", func(t *testing.T) {
		t.Parallel()
		o := roomy(t, full...)
		o.receive("2026-11-22T20:00:00", lead("L", 1))
		o.keptFor("L", "a1", "2026-11-20T10:00:00")
		o.start("PVI", "2026-11-23T09:30:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L": "a1"})
	})
	t.Run("an agent with room is preferred though late", func(t *testing.T) {
		t.Parallel()
		o := roomy(t)
		o.receive("2026-11-22T20:00:00", lead("L", 1, func(l *crm.Lead) { l.AssignedAgent = "a1" }))
		o.keptFor("L", "a2", "2026-11-20T10:00:00")
		o.start("PVI", "2026-11-23T09:30:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L": "a2"})
	})
	t.Run("a promise comes before a wallet", func(t *testing.T) {
		t.Parallel()
		o := roomy(t)
		o.receive("2026-11-22T20:00:00", lead("L", 1))
		must(t, o.store.PutWallets(t.Context(), []crm.Wallet{{ContactID: "L", Agent: "a1"}}, crm.At(local(t, "2026-11-22T20:00:00"))))
		o.keptFor("L", "a2", "2026-11-23T10:30:00")
		o.start("PVI", "2026-11-23T09:30:00")
		same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L": "a2"})
	})
}

func TestAFullOwnerGivesWay(t *testing.T) {
	t.Parallel()
	o := roomy(t, limited("a1", 1))
	o.receive("2026-11-22T20:00:00", queue(3)...)
	must(t, o.store.PutWallets(t.Context(), []crm.Wallet{{ContactID: "L1", Agent: "a1"}, {ContactID: "L2", Agent: "a1"}}, crm.At(local(t, "2026-11-22T20:00:00"))))
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "agents", o.cells(idfFile, agentColumn), map[string]string{"L1": "a1", "L2": "a2", "L3": "a2"})
}

// The maximum is named where it is the maximum that cuts.
func TestMaximumBeforeTheDay(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	must(t, o.store.PutAgents(t.Context(), []crm.Agent{limited("a1", 2), limited("a2", 2)}))
	o.receive("2026-11-22T20:00:00", queue(4)...)
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "decision", o.decisions(morning)["L4"], "over_capacity")
	o.receive("2026-11-23T13:00:00", queue(7)...)
	o.start("PVI", "2026-11-23T14:00:00")
	told := o.decisions("PVI/2026-11-23T14:00")
	same(t, "one more", []string{told["L4"], told["L5"], told["L7"]}, []string{"injected", dayFull, dayFull})
}
