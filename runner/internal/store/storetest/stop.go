package storetest

import (
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// afternoon is when the slot of claim has ended and the next one begins.
const afternoon = morning + 4000

// stopOf ends the runs of groups and plans their calls again for the afternoon.
func stopOf(groups ...string) crm.Stop {
	stop := crm.Stop{At: morning + 2000}
	for _, group := range groups {
		run := claim(group, 1).Runs[0]
		stop.Runs = append(stop.Runs, crm.Stopping{Run: run, Into: "PVI", DueAt: crm.Some(afternoon)})
	}
	return stop
}

// leftOut says that a group's run left the call of a lead out.
func leftOut(group, reason, lead string) crm.Decision {
	return crm.Decision{SlotKey: slotKey, LeadID: lead, CallID: crm.CallID(lead, 1), Group: group, Reason: reason, At: morning}
}

// change is a change to stored leads and their calls.
func change(t *testing.T, s *store.Store, calls ...crm.Call) crm.Change {
	t.Helper()
	var c crm.Change
	for _, call := range calls {
		c.Leads = append(c.Leads, *got[*crm.Lead](t)(s.Lead(t.Context(), call.LeadID)))
		c.Calls = append(c.Calls, call)
	}
	return c
}

// callIDs are the ids of calls, in their order.
func callIDs(calls []crm.Call) []string {
	ids := make([]string, len(calls))
	for i := range calls {
		ids[i] = calls[i].ID
	}
	return ids
}

// standing tells of a lead its status, recyclings and next call, and the state
// of each of its calls.
func standing(t *testing.T, s *store.Store, lead string) string {
	t.Helper()
	l := got[*crm.Lead](t)(s.Lead(t.Context(), lead))
	text := fmt.Sprintf("%s %d", l.Status, l.Recycled)
	if l.NextCallAt.Valid {
		text += fmt.Sprintf(" at %d", l.NextCallAt.V-morning)
	}
	for _, c := range got[[]crm.Call](t)(s.LeadCalls(t.Context(), lead)) {
		text += fmt.Sprintf(" %s", c.State)
	}
	return text
}

func stopWhole(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "busy", "done", "full", "phone", "rules", "tomorrow", "lyon", "fresh")
	calls[0].Agent, calls[1].Kind, calls[1].AgreedExactTime = "zoe", crm.KindCallback, true
	late := *plan("tomorrow", 1, morning+1000)
	rewrite(t, s, crm.Arrival{Lead: person("b"), Call: &calls[1]}, crm.Arrival{Lead: person("tomorrow"), Call: &late})
	c := claim("IDF", 1, calls[:4]...)
	c.Decisions = append(c.Decisions, leftOut("IDF", "over_capacity", "full"), leftOut("IDF", "phone_open", "phone"),
		leftOut("IDF", "calendar", "rules"), leftOut("IDF", "over_capacity", "tomorrow"), leftOut("LYON", "over_capacity", "lyon"))
	must(t, s.Claim(ctx, c))
	busy, done := c.Calls[2], c.Calls[3]
	busy.State, done.State = crm.CallInProgress, crm.CallEnded
	must(t, s.Apply(ctx, change(t, s, busy, done)))

	stop := stopOf("IDF")
	stop.Runs[0].Into = "CF"
	stopped := got[[]crm.Stopped](t)(s.Stop(ctx, stop))
	same(t, "runs", len(stopped), 1)
	same(t, "recycled", callIDs(stopped[0].Recycled), []string{"a#1", "b#1", "full#1", "phone#1"})
	same(t, "cancelled", stopped[0].Cancelled, []string{c.Files[0].Name})
	same(t, "run", stopped[0].RunID+fmt.Sprint(stopped[0].Already), c.Runs[0].ID+"false")
	c.Runs[0].State, c.Runs[0].StoppedAt = crm.RunStopped, crm.Some(morning+2000)
	same(t, "stored run", got[[]crm.Run](t)(s.Runs(ctx, slotKey)), c.Runs)
	same(t, "open runs", len(got[[]crm.Run](t)(s.OpenRuns(ctx))), 0)
	for lead, want := range map[string]string{
		"a": "scheduled 1 at 4000 recycled planned", "b": "callback 1 at 4000 recycled planned",
		"full": "scheduled 1 at 4000 planned", "phone": "scheduled 1 at 4000 planned",
		"busy": "in_campaign 0 in_progress", "done": "in_campaign 0 ended",
		"rules": "new 0 planned", "tomorrow": "new 0 planned", "lyon": "new 0 planned", "fresh": "new 0 planned",
	} {
		same(t, lead, standing(t, s, lead), want)
	}
	old := got[[]crm.Call](t)(s.RunCalls(ctx, c.Runs[0].ID))[0]
	same(t, "its call", []any{old.ID, old.LeadID, old.State}, []any{stopped[0].Recycled[0].ID, "a", crm.CallRecycled})
	next := got[map[string]crm.Call](t)(s.PlannedCalls(ctx, []string{"a", "b", "full"}))
	moved := calls[4]
	moved.DueAt, moved.Campaign, moved.RecycledFrom = afternoon, "CF", moved.ID
	same(t, "call that nobody had been given", next["full"], moved)
	for i, lead := range []string{"a", "b"} {
		same(t, "next call of "+lead, next[lead], crm.Call{
			ID: lead + "#2", LeadID: lead, Phone: calls[i].Phone, Kind: calls[i].Kind, State: crm.CallPlanned, DueAt: afternoon,
			Campaign: "CF", Agent: calls[i].Agent, AgreedExactTime: calls[i].AgreedExactTime, RecycledFrom: lead + "#1", CreatedAt: morning + 2000,
		})
	}

	again := got[[]crm.Stopped](t)(s.Stop(ctx, stop))
	same(t, "again", again, []crm.Stopped{{RunID: c.Runs[0].ID, Already: true}})
	same(t, "lead after that", standing(t, s, "a"), "scheduled 1 at 4000 recycled planned")
	if err := s.Claim(ctx, claim("IDF", 2, calls[9])); !isA(err, crm.ErrConflict) {
		t.Errorf("filling a stopped run is %v, want crm.ErrConflict", err)
	}
}

// Of the calls that a stop is told of, those are meant that are known to wait, and
// those that are still planned and due in the slot.
func stopNamed(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a", "full", "taken", "tomorrow", "not told", "sure")
	late, sure := *plan("tomorrow", 1, morning+1000), person("sure")
	sure.Status = crm.Scheduled
	rewrite(t, s, crm.Arrival{Lead: person("tomorrow"), Call: &late}, crm.Arrival{Lead: sure})
	must(t, s.Claim(t.Context(), claim("IDF", 1, calls[0], calls[2])))
	stop := stopOf("IDF")
	for _, lead := range []string{"full", "taken", "tomorrow", "unknown"} {
		stop.Runs[0].LeftOut = append(stop.Runs[0].LeftOut, crm.Call{ID: lead + "#1", LeadID: lead})
	}
	stop.Runs[0].LeftOut = append(stop.Runs[0].LeftOut, crm.Call{ID: "sure#1", LeadID: "sure", State: crm.CallPlanned})
	stopped := got[[]crm.Stopped](t)(s.Stop(t.Context(), stop))
	same(t, "recycled", callIDs(stopped[0].Recycled), []string{"a#1", "full#1", "sure#1", "taken#1"})
	for lead, want := range map[string]string{
		"full": "scheduled 1 at 4000 planned", "taken": "scheduled 1 at 4000 recycled planned",
		"tomorrow": "new 0 planned", "not told": "new 0 planned", "sure": "scheduled 1 at 4000 planned",
	} {
		same(t, lead, standing(t, s, lead), want)
	}
}

func stopWithoutSlot(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a", "full")
	c := claim("IDF", 1, calls[0])
	c.Decisions = append(c.Decisions, leftOut("IDF", "over_capacity", "full"))
	must(t, s.Claim(t.Context(), c))
	stop := stopOf("IDF")
	stop.Runs[0].DueAt = crm.Maybe[crm.Instant]{}
	stopped := got[[]crm.Stopped](t)(s.Stop(t.Context(), stop))
	same(t, "recycled", callIDs(stopped[0].Recycled), []string{"a#1", "full#1"})
	same(t, "injected lead", standing(t, s, "a"), "parked 1 recycled")
	same(t, "lead left out", standing(t, s, "full"), "parked 1 recycled")
}

// Some leads are done with while their call is injected.
func stopFinal(t *testing.T, s *store.Store) {
	statuses := []string{
		crm.DoNotCall, crm.Erased, crm.Invalid, crm.Refused, crm.Qualified, crm.Converted, crm.Review, crm.Support, crm.Unreachable, crm.Frozen,
	}
	must(t, s.Claim(t.Context(), claim("IDF", 1, planned(t, s, statuses...)...)))
	read := map[string]crm.Lead{}
	for _, status := range statuses {
		l := got[*crm.Lead](t)(s.Lead(t.Context(), status))
		l.Status = status
		put(t, s, *l)
		read[status] = *got[*crm.Lead](t)(s.Lead(t.Context(), status))
	}
	stopped := got[[]crm.Stopped](t)(s.Stop(t.Context(), stopOf("IDF")))
	same(t, "recycled", len(stopped[0].Recycled), len(statuses))
	for _, status := range statuses {
		same(t, status, standing(t, s, status), status+" 0 recycled")
		if err := s.Apply(t.Context(), crm.Change{Leads: []crm.Lead{read[status]}}); !isA(err, crm.ErrConflict) {
			t.Errorf("%s: a lead read before the stop was written after it: %v", status, err)
		}
	}
}

// A lead may have got another call while one was injected.
func stopKeepsPlanned(t *testing.T, s *store.Store) {
	ctx := t.Context()
	c := claim("IDF", 1, planned(t, s, "retry", "gap")...)
	must(t, s.Claim(ctx, c))
	other, gap := *plan("retry", 2, morning+7000), *plan("gap", 7, morning)
	gap.State = crm.CallCancelled
	must(t, s.Apply(ctx, change(t, s, other, gap)))
	stopped := got[[]crm.Stopped](t)(s.Stop(ctx, stopOf("IDF")))
	same(t, "recycled", callIDs(stopped[0].Recycled), []string{"gap#1", "retry#1"})
	same(t, "keeps its plan", standing(t, s, "retry"), "scheduled 1 at 7000 recycled planned")
	same(t, "skips taken ids", callIDs(got[[]crm.Call](t)(s.LeadCalls(ctx, "gap"))), []string{"gap#1", "gap#7", "gap#8"})
}

// Two runs may have something to do with one lead.
func stopSeveral(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "both")
	first, second := claim("IDF", 1, calls[0]), claim("LYON", 1, calls[1])
	first.Decisions = append(first.Decisions, leftOut("IDF", "over_capacity", "both"))
	must(t, s.Claim(ctx, first))
	must(t, s.Claim(ctx, second))
	evening := claim("NICE", 1)
	evening.Runs[0].ID, evening.Runs[0].SlotEnd = "PVS/2026-11-23T10:00/NICE", afternoon+1000
	evening.Files, evening.Runs[0].Files, evening.Funnel = nil, 0, nil
	waits := leftOut("NICE", "phone_open", "both")
	waits.SlotKey = "PVS/2026-11-23T10:00"
	evening.Decisions = []crm.Decision{waits}
	must(t, s.Claim(ctx, evening))

	stop := stopOf("LYON", "IDF")
	stop.Runs = append(stop.Runs, crm.Stopping{Run: evening.Runs[0], Into: "PVS", DueAt: crm.Some(afternoon + 500)})
	var recycled []string
	for _, run := range got[[]crm.Stopped](t)(s.Stop(ctx, stop)) {
		recycled = append(recycled, run.RunID)
		recycled = append(recycled, callIDs(run.Recycled)...)
	}
	same(t, "recycled", recycled, []string{
		"PVI/2026-11-23T10:00/IDF", "a#1", "both#1", "PVI/2026-11-23T10:00/LYON", "b#1", "PVS/2026-11-23T10:00/NICE",
	})
	same(t, "the first one plans it", standing(t, s, "both"), "scheduled 1 at 4000 planned")
}

func stopFiles(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c", "d")
	for i, call := range calls[:3] {
		must(t, s.Claim(ctx, claim("IDF", i+1, call)))
	}
	other := claim("LYON", 1, calls[3])
	must(t, s.Claim(ctx, other))
	name := func(seq int) string { return claim("IDF", seq).Files[0].Name }
	must(t, s.Staged(ctx, name(1)))
	must(t, s.Staged(ctx, name(2)))
	must(t, s.Published(ctx, name(2), morning))

	signal := crm.File{Name: "STOP/20261123-1259-PVI-IDF.csv", Kind: crm.FileStop, State: crm.FileClaimed, RunID: crm.RunID(slotKey, "IDF"), SlotKey: slotKey, Header: "external_id", HasHead: true, At: morning + 2000}
	taken, unheard := signal, signal
	unheard.Name, unheard.RunID = "STOP/20261123-1259-PVI-LYON.csv", other.Runs[0].ID
	taken.Name, taken.Header = name(1), "nothing like it"
	stop := stopOf("IDF")
	stop.Files = []crm.File{signal, taken, unheard}
	before := got[[]crm.File](t)(s.Files(ctx, slotKey))
	rehearsed := stop
	rehearsed.Rehearse = true
	told := got[[]crm.Stopped](t)(s.Stop(ctx, rehearsed))
	same(t, "after a rehearsal", got[[]crm.File](t)(s.Files(ctx, slotKey)), before)
	done := got[[]crm.Stopped](t)(s.Stop(ctx, stop))
	same(t, "rehearsed", told, done)
	same(t, "cancelled", done[0].Cancelled, []string{name(3)})
	same(t, "published", done[0].Published, true)
	states := map[string]string{}
	for _, f := range got[[]crm.File](t)(s.Files(ctx, slotKey)) {
		states[f.Name] = f.State + " " + f.Header
	}
	same(t, "files", states, map[string]string{
		name(1): "staged external_id;phone1", name(2): "published external_id;phone1", name(3): "cancelled external_id;phone1",
		other.Files[0].Name: "claimed external_id;phone1", signal.Name: "claimed external_id",
	})
	must(t, s.Claim(ctx, claim("NICE", 1)))
	same(t, "a second stop", got[[]crm.Stopped](t)(s.Stop(ctx, stop))[0].Already, true)
	var left []string
	for _, f := range got[[]crm.File](t)(s.UnpublishedFiles(ctx)) {
		left = append(left, f.Name)
	}
	same(t, "in the order in which they were added", left, []string{name(1), other.Files[0].Name, signal.Name, "PVI/20261123-1000-NICE-01.csv"})
}

func stopUnknown(t *testing.T, s *store.Store) {
	must(t, s.Claim(t.Context(), claim("IDF", 1, planned(t, s, "a")...)))
	if _, err := s.Stop(t.Context(), stopOf("IDF", "LYON")); !isA(err, crm.ErrNotFound) {
		t.Errorf("stopping an unknown run is %v, want crm.ErrNotFound", err)
	}
	same(t, "nothing written", standing(t, s, "a"), "in_campaign 0 injected")
	same(t, "open runs", len(got[[]crm.Run](t)(s.OpenRuns(t.Context()))), 1)
	same(t, "nothing to stop", len(got[[]crm.Stopped](t)(s.Stop(t.Context(), crm.Stop{}))), 0)
}

func runTimes(t *testing.T, s *store.Store) {
	for i, group := range []string{"C", "A", "B"} {
		c := claim(group, 0)
		c.Files, c.Funnel, c.Runs[0].SlotStart = nil, nil, morning+crm.Instant(i)
		must(t, s.Claim(t.Context(), c))
	}
	got[[]crm.Stopped](t)(s.Stop(t.Context(), stopOf("A")))
	var groups []string
	for _, run := range got[[]crm.Run](t)(s.RunsBetween(t.Context(), morning, morning+2)) {
		groups = append(groups, run.Group+" "+run.State)
	}
	same(t, "runs", groups, []string{"A stopped", "C running"})
}

func assigned(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c", "d", "e")
	for i := range calls {
		calls[i].Agent = []string{"zoe", "zoe", "lea", "lea", ""}[i]
	}
	c := claim("IDF", 1, calls...)
	c.Calls[3].NotBefore = crm.Some(morning + 100)
	must(t, s.Claim(ctx, c))
	ended := c.Calls[0]
	ended.State = crm.CallEnded
	must(t, s.Apply(ctx, change(t, s, ended)))
	same(t, "assigned", got[map[string]int](t)(s.AssignedOn(ctx, []string{"lea", "zoe", "max"}, morning, morning+100)), map[string]int{"zoe": 2, "lea": 1})
	same(t, "assigned to one", got[map[string]int](t)(s.AssignedOn(ctx, []string{"lea"}, morning, morning+100)), map[string]int{"lea": 1})
	got[[]crm.Stopped](t)(s.Stop(ctx, stopOf("IDF")))
	same(t, "after the stop", got[map[string]int](t)(s.AssignedOn(ctx, []string{"lea", "zoe"}, morning, morning+200)), map[string]int{"zoe": 1})
}
