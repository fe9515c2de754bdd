package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// report is a record of a call to a lead.
func report(id, lead string, revision int64) crm.Record {
	return crm.Record{ID: id, Revision: revision, LeadID: lead, Phone: "+33199000001", StartedAt: crm.Some(morning), ReceivedAt: morning + 9}
}

func applyWhole(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b")
	put(t, s, of("same person", "a"))
	c := claim("IDF", 1, calls[0])
	must(t, s.Claim(ctx, c))
	ended, retry := c.Calls[0], *plan("a", 2, morning+500)
	ended.State, retry.Kind, retry.Reason = crm.CallEnded, crm.KindRetry, "FR-3 until 2026-11-25"
	ch := change(t, s, retry, ended)
	ch.Leads = ch.Leads[:1]
	ch.Leads[0].Status, ch.Leads[0].Attempts, ch.Leads[0].InWallet = crm.NotQualified, 1, true
	ch.Records = []crm.Record{report("r1", "a", 1)}
	ch.Tasks = []crm.Task{{ID: "T-1", ContactID: "a", State: crm.TaskPending}}
	ch.Suppressions = []crm.Suppression{{Key: "k", Reason: "refused", From: morning}}
	ch.Contacts = []crm.DialerContact{{ID: "D-1", CampaignID: "PVI", LeadID: "a"}}
	revision := ch.Leads[0].Revision
	must(t, s.Apply(ctx, ch))

	want := ch.Leads[0]
	want.InWallet, want.HasPendingTask = false, true
	lead := got[*crm.Lead](t)(s.Lead(ctx, "a"))
	same(t, "lead", lead, &want)
	same(t, "revision", []int64{ch.Leads[0].Revision, lead.Revision}, []int64{revision, revision + 1})
	ended.InjectedAt = crm.Maybe[crm.Instant]{}
	same(t, "calls", got[[]crm.Call](t)(s.LeadCalls(ctx, "a")), []crm.Call{ended, retry})
	same(t, "records", got[[]crm.Record](t)(s.LeadRecords(ctx, "a")), ch.Records)
	same(t, "suppressed", len(got[map[string]crm.Suppression](t)(s.Suppressions(ctx, []string{"k"}))), 1)
	same(t, "contacts", got[map[string]crm.DialerContact](t)(s.DialerContacts(ctx, []string{"D-1", "D-2"})), map[string]crm.DialerContact{"D-1": ch.Contacts[0]})
	same(t, "marked", flags(t, s), map[string]string{"a": "task", "same person": "task"})
	same(t, "other lead", standing(t, s, "b"), "new 0 planned")

	must(t, s.Apply(ctx, crm.Change{Leads: []crm.Lead{person("late")}, Calls: []crm.Call{*plan("late", 1, morning)}}))
	same(t, "a new lead", standing(t, s, "late"), "new 0 planned")
	must(t, s.Apply(ctx, crm.Change{}))
}

// What ends makes room for what begins, in whatever order a change lists it.
func applyMakesRoom(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b")
	must(t, s.Claim(ctx, claim("IDF", 1, calls[0])))
	open := got[map[string]crm.Call](t)(s.OpenCalls(ctx, []string{calls[0].Phone}))[calls[0].Phone]
	takes := calls[1]
	takes.State, takes.Phone = crm.CallInProgress, open.Phone
	open.State = crm.CallEnded
	must(t, s.Apply(ctx, change(t, s, takes, open)))
	same(t, "open call", got[map[string]crm.Call](t)(s.OpenCalls(ctx, []string{open.Phone}))[open.Phone].ID, "b#1")

	again := *plan("a", 3, morning)
	must(t, s.Apply(ctx, change(t, s, again)))
	given, next := again, *plan("a", 2, morning)
	given.State = crm.CallSuperseded
	ch := change(t, s, next, given)
	ch.Leads = ch.Leads[:1]
	must(t, s.Apply(ctx, ch))
	same(t, "planned", got[map[string]crm.Call](t)(s.PlannedCalls(ctx, []string{"a"}))["a"].ID, "a#2")
	back := open
	back.State = crm.CallRecycled
	must(t, s.Apply(ctx, change(t, s, back)))
	same(t, "an ended call is written over", standing(t, s, "a"), "in_campaign 0 recycled planned superseded")
}

func applyConflicts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c")
	stale := change(t, s, calls[2])
	must(t, s.Claim(ctx, claim("IDF", 1, calls[0], calls[2])))
	first, corrected := change(t, s, calls[1]), change(t, s, calls[1])
	first.Records, first.Calls = []crm.Record{report("r1", "b", 1), report("r2", "b", 1)}, nil
	must(t, s.Apply(ctx, first))
	corrected.Leads[0].Revision++
	corrected.Records, corrected.Calls = []crm.Record{report("r2", "b", 3)}, nil
	must(t, s.Apply(ctx, corrected))

	twin := calls[1]
	twin.Phone, twin.State = calls[0].Phone, crm.CallInProgress
	with := func(c crm.Change, records ...crm.Record) crm.Change {
		c.Records = records
		return c
	}
	tests := map[string]crm.Change{
		"lead written meanwhile":     stale,
		"lead stored as new":         {Leads: []crm.Lead{person("b")}},
		"second planned call":        change(t, s, *plan("b", 2, morning)),
		"second open call":           change(t, s, twin),
		"revision is there":          with(change(t, s, calls[1]), report("r1", "b", 1)),
		"newer revision is there":    with(change(t, s, calls[1]), report("r2", "b", 2)),
		"revision is there, no lead": with(crm.Change{}, report("r1", "", 1)),
	}
	before := []any{snapshot(t, s), got[[]crm.Record](t)(s.LeadRecords(ctx, "b"))}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			c.Tasks = []crm.Task{{ID: "T-1", ContactID: "a", State: crm.TaskPending}}
			c.Suppressions = []crm.Suppression{{Key: "k"}}
			c.Contacts = []crm.DialerContact{{ID: "D-1"}}
			c.Leads = append([]crm.Lead{*got[*crm.Lead](t)(s.Lead(t.Context(), "a"))}, c.Leads...)
			c.Leads[0].City = "Lyon"
			if err := s.Apply(t.Context(), c); !isA(err, crm.ErrConflict) {
				t.Errorf("the change is %v, want crm.ErrConflict", err)
			}
			same(t, "nothing written", []any{snapshot(t, s), got[[]crm.Record](t)(s.LeadRecords(t.Context(), "b"))}, before)
			same(t, "marked", flags(t, s), map[string]string{})
			same(t, "suppressed", len(got[map[string]crm.Suppression](t)(s.Suppressions(t.Context(), []string{"k"}))), 0)
			same(t, "contacts", len(got[map[string]crm.DialerContact](t)(s.DialerContacts(t.Context(), []string{"D-1"}))), 0)
		})
	}
	if err := s.Apply(ctx, crm.Change{Calls: calls[:1]}); err == nil || !strings.Contains(err.Error(), "without lead") {
		t.Errorf("a call without its lead is %v, want an error that says so", err)
	}
}

// Of changes that read a lead at the same time one is written.
func applyRace(t *testing.T, s *store.Store) {
	calls := planned(t, s, "a")
	ch := change(t, s, calls...)
	errs := make([]error, 16)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			mine := ch
			mine.Records = []crm.Record{report(fmt.Sprint("r", i), "a", 1)}
			errs[i] = s.Apply(context.Background(), mine)
		})
	}
	all.Wait()
	winners := 0
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case !isA(err, crm.ErrConflict):
			t.Errorf("a loser got %v, want crm.ErrConflict", err)
		}
	}
	same(t, "winners", winners, 1)
	same(t, "records", len(got[[]crm.Record](t)(s.LeadRecords(t.Context(), "a"))), 1)
}

func leadsByPhone(t *testing.T, s *store.Store) {
	for i, id := range []string{"old", "b", "a", "other", "none"} {
		l := person(id)
		l.Phone = []string{"+33199000001", "+33199000001", "+33199000001", "+33199000002", ""}[i]
		l.CreatedAt = morning + []crm.Instant{-5, 0, 0, 0, 0}[i]
		put(t, s, l)
	}
	ids := map[string][]string{}
	for phone, leads := range got[map[string][]crm.Lead](t)(s.LeadsByPhone(t.Context(), []string{"+33199000002", "+33199000001", "+33199000001", "", "+33199000009"})) {
		for _, l := range leads {
			ids[phone] = append(ids[phone], l.ID)
		}
	}
	same(t, "leads", ids, map[string][]string{"+33199000001": {"b", "a", "old"}, "+33199000002": {"other"}})
}

func leadCalls(t *testing.T, s *store.Store) {
	var want []string
	for n := 1; n <= 11; n++ {
		call := *plan("a", n, morning)
		if n < 11 {
			call.State = crm.CallCancelled
		}
		want = append(want, call.ID)
		if n == 1 {
			put(t, s, person("a"), person("ab"))
		}
		must(t, s.Apply(t.Context(), change(t, s, call)))
	}
	must(t, s.Apply(t.Context(), change(t, s, *plan("ab", 1, morning))))
	same(t, "calls", callIDs(got[[]crm.Call](t)(s.LeadCalls(t.Context(), "a"))), want)
	same(t, "none", len(got[[]crm.Call](t)(s.LeadCalls(t.Context(), "b"))), 0)
}
