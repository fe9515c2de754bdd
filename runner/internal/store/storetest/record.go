package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// recorded stores records that change no lead.
func recorded(t *testing.T, s *store.Store, records ...crm.Record) {
	t.Helper()
	must(t, s.Apply(t.Context(), crm.Change{Records: records}))
}

func recordRoundTrip(t *testing.T, s *store.Store) {
	full := crm.Record{
		ID: "r1", Revision: 1, LeadID: "L-1", CallID: "L-1#2", Phone: "+33199000001", PhoneRaw: "01 99 00 00 01",
		ContactID: "D-1", CampaignID: "12", CampaignName: "PVI", Agent: "zoe", Type: "outbound", Result: "answered", Wrapup: "Rappel",
		Comment: "é\n\"'", CallbackText: "lundi", DisplayedNumber: "+33199000099", StartedAt: crm.Some(morning), EndedAt: crm.Some(morning - 5),
		TotalSeconds: crm.Some[int64](0), TalkSeconds: crm.Some[int64](12), RecordingRef: "rec-1", RecordingOpposed: true, AgreedExactTime: true,
		Outcome: "callback", Attempt: true, CallbackAt: crm.Some(morning + 1000), CallbackReason: "in the past",
		Anomalies: []string{"clock_inverted", "missing_hour"}, Version: "v1", ReceivedAt: morning + 10, Hash: "00ff",
	}
	bare := crm.Record{ID: "r2", Revision: 1}
	recorded(t, s, full, bare)
	same(t, "records", got[map[string]crm.Record](t)(s.Records(t.Context(), []string{"r1", "r2", "r3"})), map[string]crm.Record{"r1": full, "r2": bare})
	bad := full
	bad.ID, bad.Comment = "r3", "\xff"
	if err := s.Apply(t.Context(), crm.Change{Records: []crm.Record{bad}}); err == nil {
		t.Error("a comment that is no text was stored")
	}
}

// names are the ids and revisions of records in their order.
func names(records []crm.Record) []string {
	all := make([]string, len(records))
	for i, r := range records {
		all[i] = fmt.Sprintf("%s.%d", r.ID, r.Revision)
	}
	return all
}

func recordRevisions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	hashed := report("r1", "a", 1)
	hashed.Hash = "first"
	recorded(t, s, hashed, report("r2", "", 1), report("r3", "a", 1), report("r3", "a", 2))
	moved := report("r1", "b", 2)
	moved.Phone, moved.EndedAt = "+33199000002", crm.Some(morning+50)
	found := report("r2", "a", 2)
	recorded(t, s, moved, found)
	same(t, "of a", names(got[[]crm.Record](t)(s.LeadRecords(ctx, "a"))), []string{"r2.2", "r3.2"})
	same(t, "of b", got[[]crm.Record](t)(s.LeadRecords(ctx, "b")), []crm.Record{moved})
	same(t, "by id", got[map[string]crm.Record](t)(s.Records(ctx, []string{"r1"})), map[string]crm.Record{"r1": moved})
	same(t, "unknown", names(got[[]crm.Record](t)(s.UnknownRecords(ctx, 10))), []string{})
	same(t, "hashes of all revisions", got[map[string][]string](t)(s.RecordHashes(ctx, []string{"r1", "nobody"})), map[string][]string{"r1": {hashed.Hash, moved.Hash}})
	byPhone := got[map[string][]crm.Record](t)(s.PhoneRecords(ctx, []string{"+33199000001", "+33199000002"}))
	same(t, "first phone", names(byPhone["+33199000001"]), []string{"r2.2", "r3.2"})
	same(t, "second phone", names(byPhone["+33199000002"]), []string{"r1.2"})
}

func recordOrder(t *testing.T, s *store.Store) {
	ctx := t.Context()
	at := func(id string, started, ended, received crm.Instant) {
		r := report(id, "", 1)
		r.StartedAt, r.EndedAt, r.ReceivedAt = crm.Maybe[crm.Instant]{V: started, Valid: started != 0}, crm.Maybe[crm.Instant]{V: ended, Valid: ended != 0}, received
		recorded(t, s, r)
		r.ID, r.LeadID = r.ID+"'", "a"
		recorded(t, s, r)
	}
	at("inverted", 400, 90, 900)
	at("b", 100, 300, 900)
	at("a", 100, 300, 900)
	at("unended", 200, 0, 900)
	at("unknown time", 0, 0, 1000)
	at("unstarted", 0, 100, 900)
	same(t, "of the lead", names(got[[]crm.Record](t)(s.LeadRecords(ctx, "a"))),
		[]string{"unstarted'.1", "unended'.1", "a'.1", "b'.1", "inverted'.1", "unknown time'.1"})
	same(t, "unknown", names(got[[]crm.Record](t)(s.UnknownRecords(ctx, 4))),
		[]string{"unknown time.1", "inverted.1", "b.1", "a.1"})
	phones := []string{"+33199000009", "", "+33199000001", "+33199000001"}
	byPhone := got[map[string][]crm.Record](t)(s.PhoneRecords(ctx, phones))
	same(t, "phones", len(byPhone), 1)
	same(t, "of the phone", names(byPhone["+33199000001"]),
		[]string{
			"unstarted.1", "unstarted'.1", "unended.1", "unended'.1", "a.1", "a'.1", "b.1", "b'.1",
			"inverted.1", "inverted'.1", "unknown time.1", "unknown time'.1",
		})
	pasts := got[map[string][]crm.Record](t)(s.PhonePasts(ctx, phones))["+33199000001"]
	same(t, "pasts of the phone", names(pasts), names(byPhone["+33199000001"]))
	for i, r := range byPhone["+33199000001"] {
		same(t, "past", pasts[i], crm.Record{
			ID: r.ID, Revision: r.Revision, LeadID: r.LeadID, Phone: r.Phone, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
			ReceivedAt: r.ReceivedAt, Outcome: r.Outcome, Attempt: r.Attempt,
		})
	}
}

func recordRace(t *testing.T, s *store.Store) {
	recorded(t, s, report("r1", "", 1))
	var all sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		all.Go(func() {
			errs[i] = s.Apply(context.Background(), crm.Change{Records: []crm.Record{report("r1", fmt.Sprint("L-", i), int64(2+i%4))}})
		})
	}
	all.Wait()
	newest := int64(0)
	for i, err := range errs {
		switch {
		case err == nil:
			newest = max(newest, int64(2+i%4))
		case !isA(err, crm.ErrConflict):
			t.Errorf("a loser got %v, want crm.ErrConflict", err)
		}
	}
	same(t, "newest", got[map[string]crm.Record](t)(s.Records(t.Context(), []string{"r1"}))["r1"].Revision, newest)
}
