package report_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// slot is when the slot of the tests begins.
var slot = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)

// called stores a lead of a group for each agent, with an injected call in a
// slot of PVI.
func called(t *testing.T, s *store.Store, group string, agents ...string) {
	t.Helper()
	key := "PVI/2026-11-23T10:00"
	run := crm.Run{ID: crm.RunID(key, group), Campaign: "PVI", Slot: "M", Group: group, SlotStart: crm.At(slot), State: crm.RunRunning}
	claim := crm.Claim{Runs: []crm.Run{run}, At: crm.At(slot)}
	for i, agent := range agents {
		id := fmt.Sprintf("%s%d", group, i)
		call := crm.Call{ID: crm.CallID(id, 1), LeadID: id, Phone: id, Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: crm.At(slot)}
		lead := crm.Lead{ID: id, Type: "RDVVQ", Segment: "PVM", Group: group, Status: crm.Scheduled, LegalBasis: crm.BasisRequest, CreatedAt: crm.At(slot)}
		if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: lead, Call: &call}}); err != nil {
			t.Fatal(err)
		}
		call.RunID, call.Group, call.Agent, call.NotBefore = run.ID, group, agent, crm.Some(crm.At(slot))
		claim.Calls = append(claim.Calls, call)
		claim.Decisions = append(claim.Decisions, crm.Decision{
			SlotKey: key, LeadID: id, CallID: call.ID, Group: group, Injected: true, Score: int64(10 * (i + 1)), Rank: i + 1,
		})
	}
	if err := s.Claim(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
}

func TestAssignment(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	book, err := engine.Load(os.DirFS("../../../fixtures/f0"), callsheet.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	// a2 has left and a4 too, who had no call; zoe helps out, and nobody knows Lyon any more.
	team := []crm.Agent{{Username: "a1", Active: true, Weight: 2}, {Username: "a2", Weight: 0.5}, {Username: "a4", Weight: 1}}
	if err := s.PutAgents(t.Context(), team); err != nil {
		t.Fatal(err)
	}
	called(t, s, "IDF", "a1", "a2", "a1", "zoe")
	called(t, s, "Lyon", "max")
	stray := crm.Lead{ID: "stray", Type: "RDVVQ", Status: crm.Parked, Recycled: 6, LegalBasis: crm.BasisRequest}
	if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: stray}}); err != nil {
		t.Fatal(err)
	}

	asked := report.Asked{From: slot, Until: slot.Add(time.Hour), Now: slot}
	groups, err := report.Assignment(t.Context(), s, book, asked)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, g := range groups {
		told = append(told, fmt.Sprintf("%q %d calls, gini %.4f %v, %d starve", g.Name, g.Calls, g.Gini.V, g.Gini.Valid, g.Starving.Leads))
		for _, a := range g.Agents {
			told = append(told, fmt.Sprintf("  %s %d of %v, share %.2f, mean %.0f %v", a.Name, a.Calls, a.Weight, a.Share(&g).V, a.ScoreMean().V, a.ScoreMean().Valid))
		}
	}
	want := []string{
		`"IDF" 4 calls, gini 0.1667 true, 0 starve`, // of 1, 1 and 2: (-2 - 0 + 4) / (9 x 4/3)
		"  a1 2 of 2, share 0.50, mean 20 true",
		"  a2 1 of 0.5, share 0.25, mean 20 true",
		"  zoe 1 of 1, share 0.25, mean 40 true",
		`"SUD" 0 calls, gini 0.0000 false, 0 starve`,
		"  a3 0 of 1, share 0.00, mean 0 false",
		`"EST" 0 calls, gini 0.0000 false, 0 starve`,
		`"Lyon" 1 calls, gini 0.0000 false, 0 starve`,
		"  max 1 of 1, share 1.00, mean 10 true",
		`"" 0 calls, gini 0.0000 false, 1 starve`,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}

	pqsc, _ := book.Campaign("PQSC")
	asked.Campaign = pqsc
	if groups, err = report.Assignment(t.Context(), s, book, asked); err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g.Calls != 0 || g.Starving.Leads != 0 || g.Unworked.Leads != 0 || g.Name == "" {
			t.Errorf("PQSC has no call and takes none of the leads, yet %+v", g)
		}
	}
}
