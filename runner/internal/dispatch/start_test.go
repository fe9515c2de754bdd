package dispatch_test

import (
	"maps"
	"slices"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

const (
	morning   = "PVI/2026-11-23T10:00"
	afternoon = "PVI/2026-11-23T14:00"
)

// seven are the leads of the acceptance scenarios, all planned for Monday at
// ten.
func (o *office) seven() {
	o.Helper()
	at := func(text string) func(*crm.Lead) { return estimated(local(o, text)) }
	o.receive("2026-11-22T20:00:00",
		lead("L1", 1, given("RDVVQ", "PVI_NOW", 92), at("2026-11-22T18:05:00"), named("Anne", "Durand")),
		lead("L2", 2, given("RDVVQ", "PVI_SOON", 75), at("2026-11-21T09:00:00"), postal("92100"), named("Zoé", "Moreau")),
		lead("L3", 3, given("DIRECT", "PVS", 75), at("2026-11-22T12:00:00"), postal("75015"), named("Luc", "Petit")),
		lead("L4", 4, given("RDVVQ", "PVM", 40), at("2026-11-20T10:00:00"), postal("94000"), named("Eva", "Blanc")),
		lead("L5", 5, given("RDVVQ", "PVB", 99), at("2026-11-22T10:00:00")),
		lead("L6", 6, given("PQSC", "PVI_NOW", 88), at("2026-11-22T10:00:00")),
		lead("L7", 7, given("RDVVQ", "PVI_NOW", 95), at("2026-11-22T10:00:00"), postal("69003")),
	)
}

func TestStartBeforeTheSlot(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	reports := o.start("PVI", "2026-11-23T09:30:00")

	same(t, "reports", len(reports), 1)
	same(t, "groups", reports[0].Groups, []dispatch.Started{{
		Campaign: "PVI", Group: "IDF", Slot: reports[0].Slot, New: 3, OverCapacity: 1, Files: []string{"PVI/20261123-1000-IDF-01.csv"},
	}})
	same(t, "reasons", reports[0].Reasons, map[string]int{"over_capacity": 1, "segment": 1, "lead_type": 1, "no_group": 1})
	steps := []crm.Step{
		{Name: "planned", Left: 7},
		{Name: "lead_type", Left: 6},
		{Name: "segment", Left: 5},
		{Name: "group", Left: 4},
		{Name: "compliance", Left: 4},
		{Name: "phone", Left: 4},
		{Name: "capacity", Left: 3},
	}
	same(t, "funnel", reports[0].Funnel.Steps, steps)
	same(t, "lines", o.lines(), map[string][]string{"PVI/20261123-1000-IDF-01.csv": {
		"L1;33199000001;Durand;Anne;8;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;92",
		"L3;33199000003;Petit;Luc;25;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVS;75",
		"L2;33199000002;Moreau;Zoé;25;a1;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_SOON;75",
	}})
	same(t, "decisions", o.decisions(morning), map[string]string{
		"L1": "injected", "L2": "injected", "L3": "injected", "L4": "over_capacity", "L5": "segment: PVB", "L6": "lead_type: PQSC", "L7": "no_group",
	})
	stored := o.ledger(morning)
	same(t, "rank of L4", stored.Decisions[3].Rank, 4)
	same(t, "stored funnel", stored.Funnel.Steps, steps)
	same(t, "runs", stored.Runs, []crm.Run{{
		ID: morning + "/IDF", Campaign: "PVI", Slot: "M", Group: "IDF", State: crm.RunRunning, Versions: []string{o.book.Version}, Files: 1,
		SlotStart: crm.At(local(t, "2026-11-23T10:00:00")), SlotEnd: crm.At(local(t, "2026-11-23T13:00:00")),
		StartedAt: crm.At(local(t, "2026-11-23T09:30:00")),
	}})
	same(t, "lead", []string{o.lead("L3").Status, o.lead("L3").AssignedAgent}, []string{crm.InCampaign, "a2"})
}

func TestStartAgainChangesNothing(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.receive("2026-11-22T20:00:00", lead("twin", 4, given("RDVVQ", "PVM", 5)))
	o.start("PVI", "2026-11-23T09:30:00")
	before := o.ledger(morning)
	for _, at := range []string{"2026-11-23T10:20:00", "2026-11-23T12:59:59"} {
		report := o.start("PVI", at)[0]
		same(t, "groups", report.Groups, []dispatch.Started{{
			Campaign: "PVI", Group: "IDF", Slot: report.Slot, Already: 3, OverCapacity: 1, PhoneOpen: 1,
		}})
		same(t, "funnel", report.Funnel.Steps, before.Funnel.Steps)
		same(t, "ledger", o.ledger(morning), before)
	}
}

func TestStartWithAChangedBookAddsToTheRun(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	first := o.book.Version
	o.book = f0(t, "max_per_slot: 3", "max_per_slot: 4")
	o.receive("2026-11-23T10:25:00", lead("L8", 8, given("DIRECT", "PVI_NOW", 97), postal("75020"), named("Ida", "Roux")))
	report := o.start("PVI", "2026-11-23T10:30:00")[0]

	same(t, "new and over capacity", []int{report.Groups[0].New, report.Groups[0].Already, report.Groups[0].OverCapacity}, []int{1, 3, 1})
	same(t, "second file", o.lines()["PVI/20261123-1000-IDF-02.csv"], []string{
		"L8;33199000008;Roux;Ida;3;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;PVI;PVI_NOW;97",
	})
	same(t, "L4", o.decisions(morning)["L4"], "over_capacity")
	stored := o.ledger(morning)
	same(t, "versions", stored.Runs[0].Versions, []string{first, o.book.Version})
	for _, d := range stored.Decisions {
		want := first
		if d.LeadID == "L8" || d.LeadID == "L4" { // L4 is one place further down
			want = o.book.Version
		}
		same(t, "version of "+d.LeadID, d.Version, want)
	}
}

func TestStartTakesTheRunningSlotOrTheNext(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	slow := f0(t, "assign: true\n", "assign: true\n    min_remaining: 5m\n")
	tests := []struct {
		at, want string
		slow     bool
	}{
		{at: "2026-11-23T09:59:59", want: "2026-11-23T10:00:00"},
		{at: "2026-11-23T10:00:00", want: "2026-11-23T10:00:00"},
		{at: "2026-11-23T12:59:59", want: "2026-11-23T10:00:00"},
		{at: "2026-11-23T12:58:00", want: "2026-11-23T14:00:00", slow: true},
		{at: "2026-11-23T13:00:00", want: "2026-11-23T14:00:00"},
		{at: "2026-11-23T17:00:00", want: "2026-11-23T17:00:00"},
		{at: "2026-11-23T20:00:00", want: "2026-11-24T10:00:00"},
		{at: "2026-11-27T20:00:00", want: "2026-11-30T10:00:00"},
		{at: "2026-12-24T20:05:00", want: "2026-12-28T10:00:00"},
		{at: "2026-10-23T09:00:00", want: "2026-10-23T10:00:00"}, // summer time, 08:00Z
		{at: "2026-10-26T09:00:00", want: "2026-10-26T10:00:00"}, // winter time, 09:00Z
	}
	for _, test := range tests {
		t.Run(test.at, func(t *testing.T) {
			b := o.book
			if test.slow {
				b = slow
			}
			c, _ := b.Campaign("PVI")
			reports, err := o.desk.Start(t.Context(), b, c, local(t, test.at))
			must(t, err)
			same(t, "reports", len(reports), 1)
			same(t, "slot", reports[0].Slot.Start.Equal(local(t, test.want)), true)
		})
	}
}

// Good Friday is a holiday in Alsace and Moselle only.
func TestStartGivesEachGroupItsOwnSlot(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "calendar: FR-AM}", "calendar: FR-AM}\n  ALS: {zones: [\"68\"], agents: [a5], calendar: FR-AM}", `"67", "68"`, `"67"`)
	o.receive("2027-03-25T20:30:00",
		lead("idf", 1), lead("est", 2, postal("67000")), lead("als", 3, postal("68000")), lead("none", 4, postal("69003")),
		lead("sud", 5, postal("13001"), given("PQSC", "PVI_NOW", 50)))
	same(t, "due", o.planned("est").DueAt, crm.At(local(t, "2027-03-30T10:00:00")))
	same(t, "due elsewhere", o.planned("idf").DueAt, crm.At(local(t, "2027-03-26T10:00:00")))
	const friday, tuesday = "PVI/2027-03-26T10:00", "PVI/2027-03-30T10:00"

	reports := o.start("PVI", "2027-03-26T09:00:00")
	same(t, "reports", len(reports), 2)
	same(t, "closed on Friday", reports[0].Closed, []dispatch.Closed(nil))
	var told []string
	for _, c := range reports[1].Closed {
		told = append(told, c.Calendar, c.Day.String(), c.Holiday)
		same(t, "groups concerned", c.Groups, []string{"EST", "ALS"})
	}
	same(t, "closed until Tuesday", told, []string{"FR-AM", "2027-03-26", "Vendredi saint", "FR-AM", "2027-03-29", "Lundi de Pâques"})
	same(t, "Friday", o.decisions(friday), map[string]string{"idf": "injected", "none": "no_group", "sud": "lead_type: PQSC"})
	same(t, "Tuesday", o.decisions(tuesday), map[string]string{"est": "injected", "als": "injected"})
	same(t, "file", o.cells("PVI/20270330-1000-EST-01.csv", fromColumn), map[string]string{"est": "2027-03-30T08:00:00Z"})

	again := o.start("PVI", "2027-03-30T09:00:00")
	same(t, "all in one slot again", len(again), 1)
	same(t, "already", again[0].Groups[0].Already, 1)
}

func TestStartWithNobodyDue(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "groups", report.Groups, []dispatch.Started(nil))
	same(t, "planned", report.Funnel.Steps[0], crm.Step{Name: "planned"})
	stored := o.ledger(morning)
	same(t, "runs and files", len(stored.Runs)+len(stored.Files), 0)
	same(t, "stored funnel", stored.Funnel.Steps, report.Funnel.Steps)
}

func TestRunExistsOnceALeadPassesTheConditions(t *testing.T) {
	t.Parallel()
	const fresh = "    segments: [PVI_NOW, PVI_SOON, PVS, PVM]\n    slots: [M, A, E]\n"
	include := fresh + "    include:\n      warm: lead.score >= 20\n"
	tests := map[string]struct {
		lead dispatch.Incoming
		runs int
		gate string
	}{
		"another type":              {lead("L", 1, given("PQSC", "PVI_NOW", 50)), 0, "lead_type: PQSC"},
		"another segment":           {lead("L", 1, given("RDVVQ", "PVB", 50)), 0, "segment: PVB"},
		"no group":                  {lead("L", 1, postal("69003")), 0, "no_group"},
		"a condition fails":         {lead("L", 1, given("RDVVQ", "PVI_NOW", 5)), 0, "warm"},
		"only the law forbids it":   {lead("L", 1, func(l *crm.Lead) { l.LegalBasis = crm.BasisNone }), 1, "FR-5"},
		"nothing stands in the way": {lead("L", 1), 1, "injected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t, fresh, include)
			o.receive("2026-11-22T20:00:00", test.lead)
			o.start("PVI", "2026-11-23T09:30:00")
			stored := o.ledger(morning)
			same(t, "runs", len(stored.Runs), test.runs)
			told := o.decisions(morning)["L"]
			same(t, "reason", told[:min(len(told), len(test.gate))], test.gate)
		})
	}
}

// A condition about a value that is missing does not hold, and the report says
// how often that was so.
func TestStartNamesWhatCouldNotBeEvaluated(t *testing.T) {
	t.Parallel()
	o := newOffice(t, f0Office(t).store, f0(t, "    assign: true\n",
		"    assign: true\n    include:\n      near: lead.sell_horizon_months <= 6\n", "points: lead.given_score", "points: lead.given_score + lead.rooms"))
	o.receive("2026-11-22T20:00:00", lead("vague", 1), lead("near", 2, func(l *crm.Lead) {
		l.SellHorizonMonths, l.Rooms = crm.Some(int64(3)), crm.Some(int64(2))
	}))
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "reasons", report.Reasons, map[string]int{"near": 1})
	same(t, "unknown", report.Unknown, map[string]int{"near": 1})
	same(t, "passed over", report.PassedOver, map[string]int{"given_score": 1})
	same(t, "funnel", slices.Contains(report.Funnel.Steps, crm.Step{Name: "conditions", Left: 1}), true)
}

// SX-2: the law counts hours where the property stands.
func TestCallsKeepTheHoursOfTheConsumer(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "  EST:", "  OM: {zones: [\"971\", \"974\"], agents: [a5]}\n  EST:")
	o.receive("2026-11-22T20:00:00", lead("reunion", 1, postal("97400")), lead("guadeloupe", 2, postal("97100")))
	o.start("PVI", "2026-11-23T09:30:00")
	file := "PVI/20261123-1000-OM-01.csv"
	same(t, "from", o.cells(file, fromColumn), map[string]string{"reunion": "2026-11-23T10:00:00Z"})
	same(t, "to", o.cells(file, toColumn), map[string]string{"reunion": "2026-11-23T12:00:00Z"})
	same(t, "too early there", o.decisions(morning)["guadeloupe"][:4], "FR-1")

	o.start("PVI", "2026-11-23T17:00:00")
	file = "PVI/20261123-1700-OM-01.csv"
	same(t, "from", o.cells(file, fromColumn), map[string]string{"guadeloupe": "2026-11-23T16:00:00Z"})
	same(t, "to", o.cells(file, toColumn), map[string]string{"guadeloupe": "2026-11-23T17:00:00Z"})
}

func TestAStoppedSlotIsOver(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	run := o.ledger(morning).Runs[0]
	run.State, run.StoppedAt = crm.RunStopped, crm.Some(crm.At(local(t, "2026-11-23T10:30:00")))
	must(t, o.store.Claim(t.Context(), crm.Claim{Runs: []crm.Run{run}, At: run.StoppedAt.V}))
	before := o.ledger(morning)

	o.receive("2026-11-23T10:40:00", lead("sud", 9, postal("13001")))
	report := o.start("PVI", "2026-11-23T10:45:00")[0]
	same(t, "slot", report.Slot.Start.Equal(local(t, "2026-11-23T14:00:00")), true)
	same(t, "groups", []int{report.Groups[0].New, report.Groups[1].New}, []int{1, 1})
	same(t, "stopped runs", o.ledger(morning).Runs, before.Runs)
	same(t, "decisions", o.decisions(afternoon)["sud"], "injected")
}

// A lead that the slot has injected stays as it is, whatever is planned for it
// meanwhile.
func TestASlotCallsNobodyTwice(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	again := crm.Call{
		ID: crm.NextCallID("L1#1"), LeadID: "L1", Phone: "+33199000090", Kind: crm.KindCallback, State: crm.CallPlanned,
		DueAt: crm.At(local(t, "2026-11-23T12:00:00")),
	}
	must(t, o.store.PutLeads(t.Context(), []crm.Arrival{{Lead: *o.lead("L1"), Call: &again}}))
	before := o.ledger(morning)
	report := o.start("PVI", "2026-11-23T11:00:00")[0]
	same(t, "new", report.Groups[0].New, 0)
	same(t, "ledger", o.ledger(morning), before)
	o.start("PVI", "2026-11-23T14:00:00")
	same(t, "in the next slot", o.decisions(afternoon)["L1"], "injected")
}

func TestFunnelAddsUp(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.receive("2026-11-22T20:00:00", lead("twin", 1, given("RDVVQ", "PVM", 5)),
		lead("lawless", 11, func(l *crm.Lead) { l.LegalBasis = crm.BasisNone }))
	must(t, o.store.PutAgents(t.Context(), []crm.Agent{{Username: "a3", Weight: 1}}))
	o.receive("2026-11-22T20:00:00", lead("south", 12, postal("13001")))
	for _, at := range []string{"2026-11-23T09:30:00", "2026-11-23T10:30:00"} {
		report := o.start("PVI", at)[0]
		sum := 0
		for _, g := range report.Groups {
			sum += g.New + g.Already
		}
		same(t, "left at the end", report.Funnel.Steps[len(report.Funnel.Steps)-1].Left, sum)
		for n := range maps.Values(report.Reasons) {
			sum += n
		}
		same(t, "planned at "+at, report.Funnel.Steps[0].Left, sum)
		same(t, "planned", sum, 10)
	}
}

func TestDryRunDecidesTheSameAndStoresNothing(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	before := o.ledger(morning)
	c, at := o.campaign("PVI"), local(t, "2026-11-23T09:30:00")
	rehearsed, err := o.desk.Rehearsal().Start(t.Context(), o.book, c, at)
	must(t, err)
	same(t, "ledger", o.ledger(morning), before)
	same(t, "reports", o.start("PVI", "2026-11-23T09:30:00"), rehearsed)
}

func TestRehearsalSeesTheStartsBefore(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "assign: false\n    max_per_slot: 50", "assign: true\n    max_per_slot: 50")
	o.receive("2026-11-22T20:00:00",
		lead("L12", 12), lead("L13", 12, given("PQSC", "PVI_SOON", 50)), lead("L14", 14, given("PQSC", "PVI_SOON", 40)))
	before := o.ledger(afternoon)
	at := local(t, "2026-11-23T14:00:00")
	start := func(d *dispatch.Desk, name string) []dispatch.Report {
		reports, err := d.Start(t.Context(), o.book, o.campaign(name), at)
		must(t, err)
		return reports
	}
	rehearsal := o.desk.Rehearsal()
	first, second := start(rehearsal, "PVI"), start(rehearsal, "PQSC")
	same(t, "ledger", o.ledger(afternoon), before)
	same(t, "phone open", second[0].Reasons["phone_open"], 1)
	same(t, "PVI", start(o.desk, "PVI"), first)
	same(t, "PQSC", start(o.desk, "PQSC"), second)
	same(t, "agent", o.cells("PQSC/20261123-1400-IDF-01.csv", agentColumn), map[string]string{"L14": "a2"})
}
