package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

const slotKey = "PVI/2026-11-23T10:00"

func isA(err, target error) bool { return errors.Is(err, target) }

func callUpsert(t *testing.T, s *store.Store) {
	first := plan("L-1", 1, morning)
	rewrite(t, s, crm.Arrival{Lead: person("L-1"), Call: first})
	moved := *first
	moved.DueAt, moved.Phone, moved.Agent, moved.Kind, moved.AgreedExactTime = morning+5, "+33199000077", "zoe", crm.KindCallback, true
	moved.CreatedAt, moved.Reason = morning+9, "FR-3 until 2026-11-25"
	rewrite(t, s, crm.Arrival{Lead: person("L-1"), Call: &moved})
	want := moved
	want.CreatedAt = morning
	same(t, "moved", got[map[string]crm.Call](t)(s.PlannedCalls(t.Context(), []string{"L-1"}))["L-1"], want)

	must(t, s.Claim(t.Context(), claim("IDF", 1, want)))
	again := want
	again.DueAt = morning + 50
	rewrite(t, s, crm.Arrival{Lead: person("L-1"), Call: &again})
	open := got[map[string]crm.Call](t)(s.OpenCalls(t.Context(), []string{want.Phone}))
	same(t, "due time of the injected call", open[want.Phone].DueAt, morning+5)
	same(t, "planned", len(got[map[string]crm.Call](t)(s.PlannedCalls(t.Context(), []string{"L-1"}))), 0)
}

func onePlanned(t *testing.T, s *store.Store) {
	rewrite(t, s, crm.Arrival{Lead: person("L-1"), Call: plan("L-1", 1, morning)})
	err := s.PutLeads(t.Context(), known(t, s, []crm.Arrival{{Lead: person("L-0")}, {Lead: person("L-1"), Call: plan("L-1", 2, morning)}}))
	if !isA(err, crm.ErrConflict) {
		t.Errorf("a second planned call is %v, want crm.ErrConflict", err)
	}
	same(t, "stored leads", pages(t, s, 10), []string{"L-1"})
}

func dueCalls(t *testing.T, s *store.Store) {
	due := map[string]crm.Instant{"a": 30, "b": 10, "Z": 10, "é": 10, "c": -20, "later": 40, "d": 39}
	for id, at := range due {
		call := plan(id, 1, at)
		call.RecycledFrom = "before " + id
		rewrite(t, s, crm.Arrival{Lead: person(id), Call: call})
	}
	rewrite(t, s, crm.Arrival{Lead: person("injected"), Call: plan("injected", 1, 5)})
	must(t, s.Claim(t.Context(), claim("IDF", 1, *plan("injected", 1, 5))))
	for _, size := range []int{1, 2, 100} {
		var ids []string
		for page, err := range s.DueCalls(t.Context(), []string{"lead.visits", "contact.phone"}, 40, size) {
			must(t, err)
			for _, d := range page {
				whole := person(d.Call.LeadID)
				same(t, "lead of the call", d.Lead, crm.Lead{ID: whole.ID, CreatedAt: whole.CreatedAt, Visits: whole.Visits, Phone: whole.Phone})
				planned := plan(whole.ID, 1, due[whole.ID])
				same(t, "call", []any{d.Call.ID, d.Call.LeadID, d.Call.Phone, d.Call.Kind, d.Call.DueAt, d.Call.RecycledFrom},
					[]any{planned.ID, whole.ID, planned.Phone, planned.Kind, planned.DueAt, "before " + whole.ID})
				ids = append(ids, d.Lead.ID)
			}
		}
		same(t, fmt.Sprintf("pages of %d", size), ids, []string{"c", "Z", "b", "é", "a", "d"})
	}
}

// claim is the claim of calls into the file with that sequence number of a
// group's run.
func claim(group string, seq int, calls ...crm.Call) crm.Claim {
	run := crm.Run{
		ID: crm.RunID(slotKey, group), Campaign: "PVI", Slot: "morning", Group: group,
		SlotStart: morning, SlotEnd: morning + 1000, State: crm.RunRunning, StartedAt: morning,
		Versions: []string{"v1"}, Files: seq,
	}
	file := crm.File{
		Name: fmt.Sprintf("PVI/20261123-1000-%s-%02d.csv", group, seq), Kind: crm.FileInject, State: crm.FileClaimed,
		RunID: run.ID, SlotKey: slotKey, Campaign: "PVI", Dialer: "diabolocom", Mode: 0o600, Encoding: "utf-8",
		LineEnd: "\r\n", Header: "external_id;phone1", HasHead: true, SHA256: "00ff", Bytes: 123, Version: "v1", At: morning,
	}
	c := crm.Claim{Runs: []crm.Run{run}, At: morning + 7, Funnel: &crm.Funnel{
		SlotKey: slotKey, At: morning, Steps: []crm.Step{{Name: "planned", Left: 9}, {Name: "lead_type", Left: len(calls)}},
	}}
	for i, call := range calls {
		call.RunID, call.Group, call.File = run.ID, group, file.Name
		call.NotBefore, call.NotAfter = crm.Some(morning), crm.Some(morning+900)
		c.Calls = append(c.Calls, call)
		file.Lines = append(file.Lines, crm.Line{CallID: call.ID, LeadID: call.LeadID, Text: call.LeadID + ";" + call.Phone})
		c.Decisions = append(c.Decisions, crm.Decision{
			SlotKey: slotKey, LeadID: call.LeadID, CallID: call.ID, Group: group,
			Injected: true, Score: 12, Rank: i + 1, Version: "v1", At: morning,
		})
	}
	c.Files = []crm.File{file}
	return c
}

// planned stores leads, each with a planned call, and returns the calls.
func planned(t *testing.T, s *store.Store, ids ...string) []crm.Call {
	t.Helper()
	var calls []crm.Call
	for _, id := range ids {
		call := plan(id, 1, morning)
		calls = append(calls, *call)
		rewrite(t, s, crm.Arrival{Lead: person(id), Call: call})
	}
	return calls
}

func claimWhole(t *testing.T, s *store.Store) {
	calls := planned(t, s, "b", "a", "c")
	calls[0].Agent, calls[1].Agent = "zoe", "zoe"
	kept := person("c")
	kept.AssignedAgent = "lea"
	put(t, s, kept)
	c := claim("IDF", 1, calls...)
	c.Decisions = append(c.Decisions, crm.Decision{SlotKey: slotKey, LeadID: "x", Reason: "calendar", Detail: "Vendredi saint", Unknown: true, At: morning})
	must(t, s.Claim(t.Context(), c))

	ctx := t.Context()
	same(t, "runs", got[[]crm.Run](t)(s.Runs(ctx, slotKey)), c.Runs)
	same(t, "open runs", got[[]crm.Run](t)(s.OpenRuns(ctx)), c.Runs)
	want := []crm.Call{c.Calls[1], c.Calls[0], c.Calls[2]}
	for i := range want {
		want[i].State, want[i].InjectedAt = crm.CallInjected, crm.Some(morning+7)
	}
	same(t, "calls", got[[]crm.Call](t)(s.RunCalls(ctx, c.Runs[0].ID)), want)
	same(t, "by agent", got[map[string]int](t)(s.OpenByAgent(ctx)), map[string]int{"zoe": 2})
	same(t, "open call", got[map[string]crm.Call](t)(s.OpenCalls(ctx, []string{want[0].Phone, "none"})),
		map[string]crm.Call{want[0].Phone: want[0]})
	same(t, "files", got[[]crm.File](t)(s.UnpublishedFiles(ctx)), c.Files)
	same(t, "decisions", got[[]crm.Decision](t)(s.Decisions(ctx, slotKey)),
		[]crm.Decision{c.Decisions[1], c.Decisions[0], c.Decisions[2], c.Decisions[3]})
	same(t, "funnel", got[*crm.Funnel](t)(s.Funnel(ctx, slotKey)), c.Funnel)
	for id, agent := range map[string]string{"a": "zoe", "b": "zoe", "c": "lea"} {
		l := got[*crm.Lead](t)(s.Lead(ctx, id))
		same(t, "lead "+id, []string{l.Status, l.AssignedAgent}, []string{crm.InCampaign, agent})
	}
	same(t, "agents", got[map[string]crm.Agent](t)(s.Agents(ctx)), map[string]crm.Agent{
		"zoe": {Username: "zoe", Active: true, Weight: 1, LastAssignedAt: crm.Some(morning + 7)},
	})
	same(t, "planned", len(got[map[string]crm.Call](t)(s.PlannedCalls(ctx, []string{"a", "b", "c"}))), 0)
	if _, err := s.Funnel(ctx, "PVB/none"); !isA(err, crm.ErrNotFound) {
		t.Errorf("an unknown funnel is %v, want crm.ErrNotFound", err)
	}
}

func claimConflicts(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a", "b", "c", "d")
	must(t, s.Claim(t.Context(), claim("IDF", 1, calls[0])))
	stopped := claim("LYON", 0)
	stopped.Files, stopped.Runs[0].State, stopped.Runs[0].StoppedAt = nil, crm.RunStopped, crm.Some(morning)
	must(t, s.Claim(t.Context(), stopped))
	// Two leads of one phone: the first is open already.
	twin := plan("twin", 1, morning)
	twin.Phone = calls[0].Phone
	rewrite(t, s, crm.Arrival{Lead: person("twin"), Call: twin})
	unknown := *plan("nobody", 1, morning)
	sameLead := claim("NICE", 1, calls[1])
	sameLead.Files[0].Lines[0].LeadID = "a"
	sameName := claim("NICE", 1, calls[1])
	sameName.Files[0].Name = "PVI/20261123-1000-IDF-01.csv"

	tests := map[string]crm.Claim{
		"call no longer planned":     claim("NICE", 1, calls[1], calls[0]),
		"call unknown":               claim("NICE", 1, calls[1], unknown),
		"phone open":                 claim("NICE", 1, calls[1], *twin),
		"run filled meanwhile":       claim("IDF", 1, calls[1]),
		"run stopped":                claim("LYON", 1, calls[1]),
		"name of file taken":         sameName,
		"lead injected in this slot": sameLead,
	}
	before := snapshot(t, s)
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			c.Funnel.Steps[0].Left = 1000
			c.Calls[0].Agent = "zoe"
			if err := s.Claim(t.Context(), c); !isA(err, crm.ErrConflict) {
				t.Errorf("claim is %v, want crm.ErrConflict", err)
			}
			same(t, "nothing written", snapshot(t, s), before)
		})
	}
}

// snapshot is all that a claim may change.
func snapshot(t *testing.T, s *store.Store) []any {
	t.Helper()
	ctx := t.Context()
	ids := []string{"a", "b", "c", "d", "twin"}
	return []any{
		got[[]crm.Run](t)(s.Runs(ctx, slotKey)),
		got[map[string]crm.Call](t)(s.PlannedCalls(ctx, ids)),
		got[map[string]*crm.Lead](t)(s.LeadsByID(ctx, ids)),
		got[[]crm.File](t)(s.UnpublishedFiles(ctx)),
		got[[]crm.Decision](t)(s.Decisions(ctx, slotKey)),
		got[*crm.Funnel](t)(s.Funnel(ctx, slotKey)),
		got[map[string]crm.Agent](t)(s.Agents(ctx)),
	}
}

func claimAgain(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a", "b")
	first := claim("IDF", 1, calls[0])
	first.Decisions = append(first.Decisions, crm.Decision{SlotKey: slotKey, LeadID: "b", Reason: "over_capacity", Rank: 2, Version: "v1", At: morning})
	must(t, s.Claim(t.Context(), first))

	second := claim("IDF", 2, calls[1])
	second.Runs[0].Versions = []string{"v1", "v2"}
	repeated := first.Decisions[0]
	repeated.Version, repeated.At = "v2", morning+50
	second.Decisions = append(second.Decisions, repeated)
	second.Funnel.Steps = []crm.Step{{Name: "planned", Left: 1}}
	must(t, s.Claim(t.Context(), second))

	ctx := t.Context()
	same(t, "run", got[[]crm.Run](t)(s.Runs(ctx, slotKey)), second.Runs)
	same(t, "decisions", got[[]crm.Decision](t)(s.Decisions(ctx, slotKey)), []crm.Decision{first.Decisions[0], second.Decisions[0]})
	same(t, "funnel", got[*crm.Funnel](t)(s.Funnel(ctx, slotKey)), second.Funnel)
	later := crm.Decision{SlotKey: "CF/2026-11-23T10:00", LeadID: "a", Reason: "phone_open", At: morning + 60}
	must(t, s.Claim(ctx, crm.Claim{Decisions: []crm.Decision{later}}))
	same(t, "about a lead", got[[]crm.Decision](t)(s.LeadDecisions(ctx, "a")), []crm.Decision{later, first.Decisions[0]})
	files := got[[]crm.File](t)(s.Files(ctx, slotKey))
	same(t, "files", []string{files[0].Name, files[1].Name}, []string{first.Files[0].Name, second.Files[0].Name})
	same(t, "lines are left out", len(files[0].Lines), 0)
}

func claimRace(t *testing.T, s *store.Store) {
	var arrivals []crm.Arrival
	var calls []crm.Call
	for i := range 400 {
		id := fmt.Sprintf("L-%03d", i)
		call := plan(id, 1, morning)
		calls = append(calls, *call)
		arrivals = append(arrivals, crm.Arrival{Lead: person(id), Call: call})
	}
	must(t, s.PutLeads(t.Context(), arrivals))
	errs := make([]error, 8)
	var claimers sync.WaitGroup
	for i := range errs {
		// Each has a group of its own: only the calls stand between them.
		claimers.Go(func() { errs[i] = s.Claim(context.Background(), claim(fmt.Sprint("G", i), 1, calls...)) })
	}
	claimers.Wait()
	var winners int
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case !isA(err, crm.ErrConflict):
			t.Errorf("a loser got %v, want crm.ErrConflict", err)
		}
	}
	same(t, "winners", winners, 1)
	files := got[[]crm.File](t)(s.UnpublishedFiles(t.Context()))
	same(t, "files and lines", []int{len(files), len(files[0].Lines)}, []int{1, 400})
	same(t, "runs", len(got[[]crm.Run](t)(s.OpenRuns(t.Context()))), 1)
}

func groupCommit(t *testing.T, s *store.Store) {
	planned(t, s, "owner")
	owner := known(t, s, []crm.Arrival{{Lead: person("owner")}})[0].Lead
	errs := make([]error, 100)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			arrivals := []crm.Arrival{{Lead: person(fmt.Sprintf("L-%02d", i))}}
			if i%2 == 1 {
				arrivals = append(arrivals, crm.Arrival{Lead: owner, Call: plan("owner", 2+i, morning)})
			}
			errs[i] = s.PutLeads(context.Background(), arrivals)
		})
	}
	all.Wait()
	for i, err := range errs {
		if bad := i%2 == 1; bad != isA(err, crm.ErrConflict) || !bad && err != nil {
			t.Errorf("step %d: %v", i, err)
		}
	}
	same(t, "leads", got[int](t)(s.CountLeads(t.Context())), 51)
}
