package dispatch_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store/storetest"
)

// What a comparison says that a campaign would choose is what a start lets
// past its rules and packs, by either book.
func TestCompareAgreesWithStarts(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	before := shipped(t)
	after := shipped(t,
		"lead.score >= 20", "lead.score >= 45",
		"half_life: 14d", "half_life: 3d",
		"lead.sell_horizon_months <= 24", "lead.sell_horizon_months <= 14",
		`zones: ["01", "38", "42", "69"]`, `zones: ["01", "38", "42"]`)
	o := newOffice(t, storetest.SQLite(t), before)
	var leads []dispatch.Incoming
	arrival := local(t, "2026-11-22T20:00:00")
	count := 6000
	if testing.Short() {
		count = 3000
	}
	for i := range count {
		days := r.IntN(400)
		leads = append(leads, dispatch.Incoming{ID: fmt.Sprintf("L%05d", i), Set: func(l *crm.Lead, _ bool) {
			phone(i / 2)(l)
			l.LegalBasis, l.Source, l.PostalCode = crm.BasisRequest, pick("estimation", "form", "fsbo"), pick("75011", "69003", "57000", "99999")
			l.Role, l.PropertyType = pick("owner", "buyer", "heir"), pick("house", "flat")
			l.EstimatedAt = crm.Some(crm.At(arrival.AddDate(0, 0, -days)))
			if r.IntN(3) > 0 {
				l.SellHorizonMonths = crm.Some(int64(r.IntN(36)))
			}
			l.EstimatedPrice, l.Visits = crm.Some(float64(100_000+r.IntN(600_000))), crm.Some(int64(r.IntN(12)))
			l.Attempts, l.Attempts30d = int64(r.IntN(6)), int64(r.IntN(5))
			if l.Source == "fsbo" {
				l.CallbackAt = crm.Some(crm.At(arrival.Add(time.Duration(r.IntN(200)) * time.Hour)))
			}
		}})
	}
	for len(leads) > 0 {
		n := min(len(leads), dispatch.MaxReceive)
		o.receive("2026-11-22T20:00:00", leads[:n]...)
		leads = leads[n:]
	}
	key, err := hide("+33199000007")
	must(t, err)
	must(t, o.store.PutSuppressions(t.Context(), []crm.Suppression{{Key: key, Reason: "asked", From: crm.At(arrival)}}))

	at := local(t, "2026-11-23T10:30:00")
	told := 0
	c, err := o.desk.Compare(t.Context(), before, after, at, func(n int) { told += n })
	must(t, err)
	if c.Leads < count*2/3 || told != c.Leads || c.Changed == 0 || c.Up+c.Down == 0 {
		t.Errorf("%d leads, told of %d, %d changed, %d up and %d down", c.Leads, told, c.Changed, c.Up, c.Down)
	}
	moved := 0
	for _, m := range c.Campaigns {
		campaign, ok := before.Campaign(m.Name)
		if !ok || campaign.Follows != "" {
			continue
		}
		for book, want := range map[*engine.RuleBook]int{before: m.Before, after: m.After} {
			campaign, _ := book.Campaign(m.Name)
			reports, err := o.desk.Rehearsal().Start(t.Context(), book, campaign, at)
			must(t, err)
			chosen := 0
			for _, report := range reports {
				for _, step := range report.Funnel.Steps {
					if step.Name == engine.GateCompliance.String() {
						chosen += step.Left
					}
				}
			}
			if chosen != want {
				t.Errorf("%s: the comparison chooses %d, a start %d", m.Name, want, chosen)
			}
		}
		if m.After-m.Before != m.Entering-m.Leaving {
			t.Errorf("%s: %d before, %d after, %d enter, %d leave", m.Name, m.Before, m.After, m.Entering, m.Leaving)
		}
		if moves := m.Entering + m.Leaving; len(m.Examples) != min(moves, 10) {
			t.Errorf("%s: %d examples of %d moves", m.Name, len(m.Examples), moves)
		}
		for _, e := range m.Examples {
			if e.Before.Chosen == e.After.Chosen || e.Before.Chosen != (e.Before.Reason == "") {
				t.Errorf("%s: no move: %+v", m.Name, e)
			}
		}
		moved += m.Entering + m.Leaving
	}
	if moved < 100 {
		t.Errorf("only %d leads move: the test shows little", moved)
	}
	inGrades := 0
	for _, g := range c.Grades {
		inGrades += g.After
	}
	same(t, "leads with a grade", inGrades, c.Leads)

	// In memory it is the same.
	snapshot, err := o.desk.Snapshot(t.Context(), before, at)
	must(t, err)
	if !snapshot.Shows(after) {
		t.Fatal("the snapshot does not show the edit")
	}
	for range 2 {
		inMemory, err := snapshot.Compare(t.Context(), after)
		must(t, err)
		same(t, "comparison in memory", inMemory, c)
	}
	if snapshot.Shows(shipped(t, "time_zone: Europe/Paris", "time_zone: Europe/Brussels")) || snapshot.Shows(shipped(t, "lead.score >= 20", `lead.living_area > 50`)) {
		t.Error("the snapshot shows what it has not")
	}

	none, err := o.desk.Compare(t.Context(), before, before, at, nil)
	must(t, err)
	same(t, "changed by nothing", none.Changed, 0)
}

func TestGuard(t *testing.T) {
	t.Parallel()
	rails := func(text string) *engine.RuleBook { return shipped(t, "max_change: 30%", text) }
	movement := func(before, entering, leaving int) dispatch.Movement {
		return dispatch.Movement{Name: "PVI", Before: before, After: before + entering - leaving, Entering: entering, Leaving: leaving}
	}
	tests := map[string]struct {
		inForce string
		m       dispatch.Movement
		want    string
	}{
		"within":                  {"max_change: 30%", movement(100, 30, 30), ""},
		"leaving":                 {"max_change: 30%", movement(100, 0, 31), "PVI changes by 31 % (0 enter, 31 leave, of 100), more than 30 %"},
		"entering":                {"max_change: 2.5%", movement(100, 3, 0), "PVI changes by 3 % (3 enter, 0 leave, of 100), more than 2.5 %"},
		"a handful":               {"max_change: 30%", movement(19, 0, 19), ""},
		"from 20 on":              {"max_change: 30%", movement(20, 0, 20), "PVI changes by 100 % (0 enter, 20 leave, of 20), more than 30 %"},
		"nobody before":           {"max_change: 30%", movement(0, 50, 0), ""},
		"too few":                 {"min_leads: 50", movement(60, 0, 11), "PVI would choose 49 leads instead of 60, fewer than 50"},
		"few already, and better": {"min_leads: 50", movement(30, 5, 0), ""},
		"too many":                {"max_leads: 50", movement(50, 1, 0), "PVI would choose 51 leads instead of 50, more than 50"},
		"no guardrail":            {"max_leads: 0", movement(50, 500, 50), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The candidate has none: its author cannot lift those in force.
			says := ""
			for _, b := range dispatch.Guard(rails(test.inForce), rails("max_change: 1000%"), &dispatch.Comparison{Campaigns: []dispatch.Movement{test.m}}) {
				says += b.Says
			}
			same(t, "breach", says, test.want)
		})
	}
}

// While a slot runs, an edit changes as much as before it: the leads that are
// being called count like those that wait.
func TestCompareWhileASlotRuns(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t), f0(t))
	o.seven()
	after := f0(t, "segments: [PVI_NOW, PVI_SOON, PVS, PVM]", "segments: [PVI_NOW, PVI_SOON]")
	compare := func() *dispatch.Comparison {
		t.Helper()
		at := local(t, "2026-11-23T10:30:00")
		c, err := o.desk.Compare(t.Context(), o.book, after, at, nil)
		must(t, err)
		snapshot, err := o.desk.Snapshot(t.Context(), o.book, at)
		must(t, err)
		inMemory, err := snapshot.Compare(t.Context(), after)
		must(t, err)
		same(t, "comparison in memory", inMemory, c)
		return c
	}
	waiting := compare()
	same(t, "PVI", waiting.Campaigns[0].Leaving > 0, true)
	o.start("PVI", "2026-11-23T10:00:00")
	same(t, "with calls injected", compare(), waiting)
	o.handOver()
	o.hears("11:00:00", report(t, "c-1", "L1", "10:10:00", "10:20:00", "Qualifié"))
	same(t, "leads but for the one that is done with", compare().Leads, waiting.Leads-1)
	// Stopped long before its end, the slot is over: what was not called is the next one's.
	left := compare().Campaigns[0]
	o.stop("2026-11-23T10:29:00", dispatch.StopOptions{Types: []string{"PVI"}})
	same(t, "stopped before its end", compare().Campaigns[0].Leaving, left.Leaving)
}
