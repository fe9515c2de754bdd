package dispatch_test

import (
	"fmt"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store/storetest"
)

// beside is F0 with a second campaign for some of the leads of PVI.
func beside(t *testing.T, keys string) *engine.RuleBook {
	t.Helper()
	return f0(t, "campaigns:\n  PVI:", "campaigns:\n  TRY:\n    lead_types: [RDVVQ]\n    segments: [PVI_NOW, PVI_SOON, PVM]\n    slots: [M]\n    max_per_slot: 2\n"+keys+"  PVI:")
}

// A shadow decides and remembers what it decided, and leaves no other trace:
// after it PVI gets the leads that it gets without.
func TestShadow(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t), beside(t, "    mode: shadow\n"))
	o.seven()
	reports := o.start("TRY", "2026-11-23T10:00:00")
	same(t, "groups", reports[0].Groups, []dispatch.Started{{Campaign: "TRY", Group: "IDF", Slot: reports[0].Slot, Would: 2, OverCapacity: 1}})
	key := "TRY/2026-11-23T10:00"
	want := map[string]string{
		"L1": "shadow", "L2": "shadow", "L3": "lead_type: DIRECT", "L4": "over_capacity", "L5": "segment: PVB", "L6": "lead_type: PQSC", "L7": "no_group",
	}
	same(t, "decisions", o.decisions(key), want)
	stored := o.ledger(key)
	same(t, "runs", len(stored.Runs), 0)
	same(t, "steps", stored.Funnel.Steps[len(stored.Funnel.Steps)-1], crm.Step{Name: "capacity", Left: 2})
	same(t, "files", len(o.lines()), 0)
	same(t, "L1", []string{o.lead("L1").Status, o.planned("L1").State}, []string{crm.Scheduled, crm.CallPlanned})

	// Again, it says the same.
	o.start("TRY", "2026-11-23T10:05:00")
	same(t, "decisions again", o.ledger(key), stored)

	o.start("PVI", "2026-11-23T10:10:00")
	same(t, "decisions of PVI", o.decisions(morning), map[string]string{
		"L1": "injected", "L2": "injected", "L3": "injected", "L4": "over_capacity", "L5": "segment: PVB", "L6": "lead_type: PQSC", "L7": "no_group",
	})

	// Explain says why nobody is called, and that nothing else keeps the lead.
	x, err := o.desk.Explain(t.Context(), o.book, "L4", []*engine.Campaign{o.campaign("TRY")}, local(t, "2026-11-23T10:00:00"))
	must(t, err)
	last := x.Campaigns[0].Lines[len(x.Campaigns[0].Lines)-1]
	same(t, "why", []string{x.Campaigns[0].Reason, last.Say}, []string{"shadow", "the campaign is a shadow: it calls nobody"})
}

// A draft, and a campaign outside of its days, is not started at all, and what
// it would do can be looked at.
func TestNotStarted(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"    mode: draft\n", "    active: {from: 2026-11-24}\n", "    active: {until: 2026-11-20}\n"} {
		o := newOffice(t, storetest.SQLite(t), beside(t, keys))
		o.seven()
		same(t, keys+"reports", len(o.start("TRY", "2026-11-23T10:00:00")), 0)
		same(t, keys+"decisions", len(o.decisions("TRY/2026-11-23T10:00"))+len(o.decisions("TRY/2026-11-24T10:00")), 0)
		reports, _, err := o.desk.Preview(t.Context(), o.book, o.campaign("TRY"), local(t, "2026-11-23T10:00:00"))
		must(t, err)
		if keys == "    mode: draft\n" {
			same(t, "would be called", reports[0].Groups[0].Would, 2)
		}
		same(t, keys+"stored", len(o.decisions("TRY/2026-11-23T10:00")), 0)
	}
}

// Who takes no leads is passed over where leads are planned: new ones, those to
// be tried again, those recovered and those of a run that ends.
func TestPlanningPassesOver(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"    mode: draft\n", "    mode: shadow\n", "    active: {until: 2026-11-21}\n", "    active: {from: 2026-12-20}\n"} {
		// Nobody else calls at nine, so that it would come first.
		nine := []string{"slots:\n  M:", "slots:\n  S: {days: [mon], from: \"09:00\", to: \"09:30\"}\n  M:", "slots: [M]\n    max_per_slot: 2", "slots: [S]\n    max_per_slot: 2"}
		all := append([]string{"campaigns:\n  PVI:", "campaigns:\n  TRY:\n    lead_types: [RDVVQ, FSBO]\n    segments: [PVI_NOW, PVI_SOON, PVM]\n    slots: [M]\n    max_per_slot: 2\n" + keys + "  PVI:"}, nine...)
		o := newOffice(t, storetest.SQLite(t), f0(t, all...))
		o.receive("2026-11-22T20:00:00", lead("L1", 1, given("RDVVQ", "PVI_NOW", 92)), lead("L2", 2, given("FSBO", "PVI_NOW", 92)))
		same(t, keys+"due", o.planned("L1").DueAt, crm.At(local(t, "2026-11-23T10:00:00")))
		if status := o.lead("L2").Status; !strings.Contains(keys, "from") {
			same(t, keys+"nobody calls", status, crm.Parked)
		}

		o.known(lead("L3", 3, given("RDVVQ", "PVM", 40)), "", func(*crm.Lead) {})
		o.recover("2026-11-23T08:00:00")
		same(t, keys+"recovered", []string{o.planned("L3").Campaign, fmt.Sprint(o.planned("L3").DueAt == crm.At(local(t, "2026-11-23T10:00:00")))}, []string{"PVI", "true"})
	}
}

// What a run did not call has no next slot when its campaign ends with it, or
// calls nobody any more.
func TestStopOfTheLastSlot(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"    active: {until: 2026-11-23}\n", "    mode: shadow\n"} {
		o := newOffice(t, storetest.SQLite(t), f0(t, "    slots: [M, A, E]\n", "    slots: [M]\n"))
		o.seven()
		o.start("PVI", "2026-11-23T10:00:00")
		o.book = f0(t, "    slots: [M, A, E]\n", "    slots: [M]\n"+keys)
		report, err := o.desk.Stop(t.Context(), o.book, local(t, "2026-11-23T12:59:00"), dispatch.StopOptions{})
		must(t, err)
		same(t, keys, []int{report.Parked, report.Recycled}, []int{4, 0})
		same(t, keys+"lead", o.lead("L1").Status, crm.Parked)
	}
}

// In a comparison a draft counts by whom it would call, until it calls or no
// longer does; guardrails are for those that call.
func TestCompareModes(t *testing.T) {
	t.Parallel()
	mode := func(m string) *engine.RuleBook {
		return f0(t, "    slots: [M, A, E]\n", "    slots: [M, A, E]\n    mode: "+m+"\n    guardrails: {max_leads: 3, min_leads: 2}\n")
	}
	fewer := f0(t, "    slots: [M, A, E]\n", "    slots: [M, A, E]\n    mode: draft\n    include:\n      hot: lead.score > 90\n    guardrails: {min_leads: 2}\n")
	for _, c := range []struct {
		name           string
		before, after  *engine.RuleBook
		was, is, rails int
	}{
		{"live to shadow", mode("live"), mode("shadow"), 4, 0, 1},
		{"draft to live", mode("draft"), mode("live"), 0, 4, 1},
		{"draft to shadow", mode("draft"), mode("shadow"), 4, 4, 0},
		{"one draft to another", mode("draft"), fewer, 4, 1, 0},
	} {
		o := newOffice(t, storetest.SQLite(t), mode("live")) // which plans the calls
		o.seven()
		at := local(t, "2026-11-23T09:00:00")
		slow, err := o.desk.Compare(t.Context(), c.before, c.after, at, nil)
		must(t, err)
		snapshot, err := o.desk.Snapshot(t.Context(), c.before, at)
		must(t, err)
		fast, err := snapshot.Compare(t.Context(), c.after)
		must(t, err)
		for _, found := range []*dispatch.Comparison{slow, fast} {
			m := found.Campaigns[0]
			same(t, c.name, []int{m.Before, m.After}, []int{c.was, c.is})
			same(t, c.name+" guardrails", len(dispatch.Guard(c.before, c.after, found)), c.rails)
		}
	}
}
