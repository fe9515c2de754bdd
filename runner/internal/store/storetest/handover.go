package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// transfer is a pending one of a lead.
func transfer(id, lead string, at crm.Instant) crm.Transfer {
	return crm.Transfer{ID: id, LeadID: lead, ContactID: "D-" + lead, Rule: "support", Status: crm.Support, State: crm.TransferPending, At: at, Version: "v1"}
}

// supported stores leads that wait for support.
func supported(t *testing.T, s *store.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		l := person(id)
		l.Status = crm.Support
		must(t, s.PutLeads(t.Context(), []crm.Arrival{{Lead: l}}))
	}
}

func transfers(t *testing.T, s *store.Store) {
	ctx := t.Context()
	supported(t, s, "a", "b", "c")
	must(t, s.PutDialerContacts(ctx, []crm.DialerContact{
		{ID: "D-a", CampaignID: "A", AssignedAgent: "zoe", TotalCalls: 3},
		{ID: "D-c", CampaignID: "B", AssignedAgent: "paul"},
		{ID: "D-x", CampaignID: "B", AssignedAgent: "paul"},
		{ID: "D-y", CampaignID: "B"},
	}))
	first, second := transfer("r1", "a", 2), transfer("r2", "b", 1)
	must(t, s.Apply(ctx, crm.Change{Transfers: []crm.Transfer{first, second}}))
	same(t, "open", got[[]crm.Transfer](t)(s.OpenTransfers(ctx, crm.Transfer{}, 10)), []crm.Transfer{second, first})
	same(t, "after the first", got[[]crm.Transfer](t)(s.OpenTransfers(ctx, second, 10)), []crm.Transfer{first})
	same(t, "nobody has one", got[map[string]int](t)(s.Handed(ctx, "support", "B")), map[string]int{})
	same(t, "contacts", got[map[string]int](t)(s.ContactLoads(ctx, "B")), map[string]int{"paul": 2})

	first.Agent, first.Candidates = "ines", []string{"ines: 0", "paul: 2"}
	must(t, s.SendTransfer(ctx, first))
	if err := s.SendTransfer(ctx, first); !isA(err, crm.ErrConflict) {
		t.Errorf("sending twice is %v, want crm.ErrConflict", err)
	}
	same(t, "one on its way is work", got[map[string]int](t)(s.Handed(ctx, "support", "B")), map[string]int{"ines": 1})
	before := got[*crm.Lead](t)(s.Lead(ctx, "a"))
	first.State, first.SettledAt = crm.TransferDone, crm.Some(morning)
	must(t, s.SettleTransfer(ctx, first, nil, ""))
	if err := s.SettleTransfer(ctx, first, nil, ""); !isA(err, crm.ErrConflict) {
		t.Errorf("settling twice is %v, want crm.ErrConflict", err)
	}
	before.AssignedAgent, before.Revision = "ines", before.Revision+1
	same(t, "lead", got[*crm.Lead](t)(s.Lead(ctx, "a")), before)
	same(t, "contact", got[map[string]crm.DialerContact](t)(s.DialerContacts(ctx, []string{"D-a"}))["D-a"],
		crm.DialerContact{ID: "D-a", CampaignID: "A", AssignedAgent: "ines", TotalCalls: 3})
	same(t, "agent", got[map[string]crm.Agent](t)(s.Agents(ctx))["ines"].LastAssignedAt, crm.Some(morning))
	same(t, "stored", got[map[string]crm.Transfer](t)(s.Transfers(ctx, []string{"r1", "r9"})), map[string]crm.Transfer{"r1": first})

	// Nobody: a task, and the lead is put aside.
	second.State, second.SettledAt = crm.TransferNobody, crm.Some(morning)
	task := crm.Task{ID: "t1", ContactID: "b", LeadID: "b", Kind: "transfer", State: crm.TaskPending}
	must(t, s.SettleTransfer(ctx, second, &task, crm.Review))
	lead := got[*crm.Lead](t)(s.Lead(ctx, "b"))
	same(t, "put aside", []any{lead.Status, lead.HasPendingTask}, []any{crm.Review, true})

	// The same call again leaves one alone that is done, and begins one again
	// that came to nothing.
	must(t, s.Apply(ctx, crm.Change{Transfers: []crm.Transfer{transfer("r1", "a", 5), transfer("r2", "b", 5)}}))
	stored := got[map[string]crm.Transfer](t)(s.Transfers(ctx, []string{"r1", "r2"}))
	same(t, "done", stored["r1"], first)
	same(t, "again", stored["r2"], transfer("r2", "b", 5))
}

func transferLoads(t *testing.T, s *store.Store) {
	ctx := t.Context()
	supported(t, s, "a", "b", "c", "d")
	must(t, s.PutDialerContacts(ctx, []crm.DialerContact{{ID: "D-c", CampaignID: "B", AssignedAgent: "paul"}}))
	done := func(id, lead, agent string, at crm.Instant) crm.Transfer {
		tr := transfer(id, lead, at)
		tr.State, tr.Agent, tr.SettledAt = crm.TransferDone, agent, crm.Some(at)
		return tr
	}
	elsewhere := done("r6", "d", "paul", 6)
	elsewhere.Rule = "billing"
	must(t, s.Apply(ctx, crm.Change{Transfers: []crm.Transfer{
		done("r1", "a", "paul", 1), done("r2", "a", "ines", 2), done("r3", "b", "ines", 3), done("r4", "b", "ines", 3), done("r5", "c", "paul", 4), elsewhere,
	}}))
	same(t, "a lead counts once, where it is, and not beside its contact", got[map[string]int](t)(s.Handed(ctx, "support", "B")), map[string]int{"ines": 2})
	same(t, "in another campaign", got[map[string]int](t)(s.Handed(ctx, "support", "C")), map[string]int{"ines": 2, "paul": 1})
	l := got[*crm.Lead](t)(s.Lead(ctx, "a"))
	l.Status = crm.Qualified
	must(t, s.PutLeads(ctx, []crm.Arrival{{Lead: *l}}))
	same(t, "dealt with", got[map[string]int](t)(s.Handed(ctx, "support", "B")), map[string]int{"ines": 1})
}

func transcripts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ended := func(id string, at crm.Instant) crm.Record {
		r := report(id, "", 1)
		r.StartedAt, r.EndedAt = crm.Some(at-100), crm.Some(at)
		return r
	}
	recorded(t, s, ended("c", 2000), ended("b", 1000), ended("a", 1000), ended("e", 3000), ended("d", 999))
	newer := ended("c", 2000)
	newer.Revision, newer.RecordingOpposed = 2, true
	recorded(t, s, newer)
	page := got[[]crm.Record](t)(s.RecordsBetween(ctx, 1000, 3000, crm.Record{}, 2))
	same(t, "half-open, by time and id", names(page), []string{"a.1", "b.1"})
	same(t, "next page", names(got[[]crm.Record](t)(s.RecordsBetween(ctx, 1000, 3000, page[1], 2))), []string{"c.2"})

	pending := crm.Transcript{CallID: "a", State: crm.TranscriptPending, At: 5}
	other := crm.Transcript{CallID: "b", State: crm.TranscriptPending, At: 4}
	for range 2 {
		must(t, s.AddTranscripts(ctx, []crm.Transcript{pending, other}))
	}
	same(t, "open", got[[]crm.Transcript](t)(s.OpenTranscripts(ctx)), []crm.Transcript{other, pending})
	sending := pending
	sending.State, sending.Tries = crm.TranscriptSending, 1
	must(t, s.MoveTranscript(ctx, pending, sending))
	if err := s.MoveTranscript(ctx, pending, sending); !isA(err, crm.ErrConflict) {
		t.Errorf("claiming twice is %v, want crm.ErrConflict", err)
	}
	sent := sending
	sent.State, sent.SentAt = crm.TranscriptSent, crm.Some(morning)
	must(t, s.MoveTranscript(ctx, sending, sent))
	withdrawn := other
	withdrawn.State = crm.TranscriptWithdrawn
	must(t, s.MoveTranscript(ctx, other, withdrawn))
	same(t, "none open", len(got[[]crm.Transcript](t)(s.OpenTranscripts(ctx))), 0)
	pending.At, other.At = 9, 9
	must(t, s.AddTranscripts(ctx, []crm.Transcript{pending, other}))
	same(t, "sent stays, withdrawn begins again", got[map[string]crm.Transcript](t)(s.Transcripts(ctx, []string{"a", "b", "z"})),
		map[string]crm.Transcript{"a": sent, "b": other})
}

func transcriptRace(t *testing.T, s *store.Store) {
	pending := crm.Transcript{CallID: "a", State: crm.TranscriptPending, At: 5}
	must(t, s.AddTranscripts(t.Context(), []crm.Transcript{pending}))
	sending := pending
	sending.State, sending.Tries = crm.TranscriptSending, 1
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() { errs[i] = s.MoveTranscript(context.Background(), pending, sending) })
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !isA(err, crm.ErrConflict):
			t.Error(fmt.Errorf("claimer %d got %w, want crm.ErrConflict", i, err))
		}
	}
	same(t, "winners", won, 1)
}

func retryDates(t *testing.T, s *store.Store) {
	ctx := t.Context()
	first, second := crm.RetryDate{ContactID: "b", CallID: "r1", At: morning}, crm.RetryDate{ContactID: "a", CallID: "r2", At: morning}
	must(t, s.Apply(ctx, crm.Change{RetryDates: []crm.RetryDate{first, second}}))
	same(t, "open", got[[]crm.RetryDate](t)(s.OpenRetryDates(ctx, "", 10)), []crm.RetryDate{second, first})
	same(t, "after", got[[]crm.RetryDate](t)(s.OpenRetryDates(ctx, "a", 10)), []crm.RetryDate{first})
	must(t, s.RetryDateTold(ctx, second))
	moved := first
	moved.CallID, moved.At = "r3", morning+5
	must(t, s.Apply(ctx, crm.Change{RetryDates: []crm.RetryDate{moved}}))
	must(t, s.RetryDateTold(ctx, first))
	same(t, "another one meanwhile stays open", got[[]crm.RetryDate](t)(s.OpenRetryDates(ctx, "", 10)), []crm.RetryDate{moved})
}
