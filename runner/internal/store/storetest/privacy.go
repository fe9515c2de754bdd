package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// somebody stores a person whose number stands everywhere, also where only a
// former number, another lead or a correction leads to it.
func somebody(t *testing.T, s *store.Store) (phone string) {
	t.Helper()
	ctx := t.Context()
	call := planned(t, s, "anna")[0]
	phone = call.Phone
	lead := person("anna")
	lead.Phone, lead.PhoneRaw, lead.FirstName, lead.LastName, lead.Email, lead.ContactID = phone, phone, "Anna", "Martel", "anna@example.org", "C-anna"
	lead.Custom, lead.Tags, lead.City = map[string]any{"note": "Martel's house"}, []string{"Martel"}, "Paris"
	rewrite(t, s, crm.Arrival{Lead: lead, Call: &call})
	c := claim("IDF", 1, call)
	for i := range c.Files {
		for k := range c.Files[i].Lines {
			c.Files[i].Lines[k].Text = "anna;" + phone + ";Martel"
		}
	}
	must(t, s.Claim(ctx, c))
	r := report("r1", "anna", 1)
	r.StartedAt, r.ReceivedAt = crm.Some[crm.Instant](morning+10), morning+20
	r.Phone, r.PhoneRaw, r.Comment, r.ContactID, r.RecordingRef = phone, phone, "said Anna", "D1", "rec/Martel"
	corrected := r
	corrected.Revision, corrected.Comment, corrected.Hash = 2, "", "2"
	stranger := report("r2", "", 1) // nobody knew the lead, and the number was corrected
	stranger.Phone, stranger.PhoneRaw, stranger.Comment = phone, phone, "Anna again"
	other := stranger
	other.Revision, other.Phone, other.PhoneRaw, other.Comment, other.Hash = 2, "+33199000099", "0199000099", "", "2"
	recorded(t, s, r)
	recorded(t, s, corrected, stranger)
	recorded(t, s, other)
	must(t, s.AddTranscripts(ctx, []crm.Transcript{{CallID: "r1", State: crm.TranscriptPending, At: morning}}))
	must(t, s.Apply(ctx, crm.Change{
		Transfers: []crm.Transfer{{ID: "r1", LeadID: "anna", ContactID: "D1", Rule: "support", State: crm.TransferPending, At: morning}},
	}))
	must(t, s.PutDialerContacts(ctx, []crm.DialerContact{{ID: "D1", CampaignID: "12", Phone: phone, LeadID: "anna"}, {ID: "D2", CampaignID: "12", LeadID: "anna"}}))
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C-anna", Agent: "zoe"}}, morning))
	must(t, s.PutTasks(ctx, []crm.Task{
		{ID: "T1", ContactID: "C-anna", LeadID: "anna", Kind: "call", State: crm.TaskPending},
		{ID: "T2", ContactID: "C-anna", Kind: "visit", State: crm.TaskPending},
	}))
	got[bool](t)(s.PutEvent(ctx, crm.Event{ID: "calls:1", Source: crm.EventCalls, State: crm.EventDead, Phone: phone, LeadID: "anna", Body: "{}"}))
	got[bool](t)(s.PutEvent(ctx, crm.Event{ID: "calls:2", Source: crm.EventCalls, State: crm.EventDead, LeadID: "D1", Body: `{"contactId":"D1"}`}))
	return phone
}

// everything is what a database holds, but for leases, as text.
func everything(t *testing.T, s *store.Store) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "everything.db")
	copied := got[*store.Store](t)(store.Open(t.Context(), file))
	must(t, store.Copy(t.Context(), s, copied, func(int64) {}))
	must(t, copied.Close())
	db := got[*sql.DB](t)(sql.Open("sqlite", file))
	defer db.Close()
	var text strings.Builder
	tables := got[*sql.Rows](t)(db.QueryContext(t.Context(), `SELECT "name" FROM sqlite_schema WHERE "type" = 'table'`))
	var names []string
	for tables.Next() {
		var name string
		must(t, tables.Scan(&name))
		names = append(names, name)
	}
	must(t, tables.Err())
	for _, name := range names {
		rows := got[*sql.Rows](t)(db.QueryContext(t.Context(), `SELECT * FROM "`+name+`"`))
		columns := got[[]string](t)(rows.Columns())
		for rows.Next() {
			row, places := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				places[i] = &row[i]
			}
			must(t, rows.Scan(places...))
			fmt.Fprintln(&text, name, row)
		}
		must(t, rows.Err())
	}
	return text.String()
}

// handedOver marks all files as taken by the dialer.
func handedOver(t *testing.T, s *store.Store) {
	t.Helper()
	for _, f := range got[[]crm.File](t)(s.UnpublishedFiles(t.Context())) {
		must(t, s.Staged(t.Context(), f.Name))
		must(t, s.Published(t.Context(), f.Name, morning))
	}
}

// Everything about a number is found; erased, nothing tells any more whose it
// was, and it stays suppressed.
func erases(t *testing.T, s *store.Store) {
	ctx := t.Context()
	phone := somebody(t, s)
	never := crm.Suppression{Key: "hidden", Reason: "erased", Origin: "erase", From: morning}
	held := got[crm.Held](t)(s.Held(ctx, phone, never.Key))
	same(t, "found", []int{
		len(held.Leads), len(held.Calls), len(held.Records), len(held.Decisions), len(held.Lines), len(held.Contacts), len(held.Tasks),
		len(held.Wallets), len(held.Transfers), len(held.Events),
	}, []int{1, 1, 3, 1, 1, 2, 2, 1, 1, 2})

	for _, rehearse := range []bool{true, false} {
		if _, err := s.Erase(ctx, phone, never, rehearse); !errors.Is(err, crm.ErrUnpublished) {
			t.Fatalf("erasing a lead whose file is on its way is %v, want crm.ErrUnpublished", err)
		}
	}
	same(t, "still known", len(got[crm.Held](t)(s.Held(ctx, phone, "")).Leads), 1)
	handedOver(t, s)
	want := crm.Forgotten{Leads: 1, Cancelled: 1, Records: 3, Lines: 1, Contacts: 2, Tasks: 2, Wallets: 1, Events: 2, Files: []string{held.Lines[0].File}}
	same(t, "rehearsed", got[crm.Forgotten](t)(s.Erase(ctx, phone, never, true)), want)
	same(t, "rehearsed, nothing is suppressed", got[bool](t)(s.Suppresses(ctx)), false)
	same(t, "erased", got[crm.Forgotten](t)(s.Erase(ctx, phone, never, false)), want)

	left := got[crm.Held](t)(s.Held(ctx, phone, never.Key))
	same(t, "suppressed", left.Suppression.V.Reason, "erased")
	left.Suppression = crm.Maybe[crm.Suppression]{}
	same(t, "left of the number", left, crm.Held{})
	lead := got[*crm.Lead](t)(s.Lead(ctx, "anna"))
	same(t, "status", lead.Status, crm.Erased)
	same(t, "transcript", got[map[string]crm.Transcript](t)(s.Transcripts(ctx, []string{"r1"}))["r1"].State, crm.TranscriptWithdrawn)
	same(t, "transfer", got[map[string]crm.Transfer](t)(s.Transfers(ctx, []string{"r1"}))["r1"].State, crm.TransferCancelled)
	same(t, "decisions", len(got[[]crm.Decision](t)(s.LeadDecisions(ctx, "anna"))), 1)
	told := everything(t, s)
	for _, word := range []string{phone, "Martel", "Anna", "C-anna", "example.org", "D1", "Paris"} {
		if strings.Contains(told, word) {
			t.Errorf("%q is still stored:\n%s", word, told)
		}
	}
	same(t, "again", got[crm.Forgotten](t)(s.Erase(ctx, phone, never, false)), crm.Forgotten{})
}

// A call to the number that its lead had before is found by the number, and a
// contact who has another lead keeps what belongs to that one.
func erasesFormer(t *testing.T, s *store.Store) {
	ctx := t.Context()
	call := planned(t, s, "bea")[0]
	c := claim("IDF", 1, call)
	c.Files[0].Lines[0].Text = "bea;" + call.Phone
	must(t, s.Claim(ctx, c))
	handedOver(t, s)
	ended := c.Calls[0]
	ended.State = crm.CallEnded
	moved, second := person("bea"), person("cleo")
	moved.Phone, moved.ContactID, moved.LastName = "+33199000077", "C", "Moved"
	second.Phone, second.ContactID = "+33199000088", "C"
	put(t, s, moved, second)
	ch := change(t, s, ended)
	must(t, s.Apply(ctx, ch))
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C", Agent: "zoe"}}, morning))
	must(t, s.PutTasks(ctx, []crm.Task{{ID: "T1", ContactID: "C", LeadID: "cleo", Kind: "call", State: crm.TaskPending}}))

	never := crm.Suppression{Key: "hidden", Reason: "erased", From: morning}
	gone := got[crm.Forgotten](t)(s.Erase(ctx, call.Phone, never, false))
	same(t, "former number", gone, crm.Forgotten{Lines: 1, Files: []string{c.Files[0].Name}})
	same(t, "the lead stays", got[*crm.Lead](t)(s.Lead(ctx, "bea")).LastName, "Moved")
	told := everything(t, s)
	if strings.Contains(told, call.Phone) {
		t.Errorf("the former number is still stored:\n%s", told)
	}
	gone = got[crm.Forgotten](t)(s.Erase(ctx, second.Phone, crm.Suppression{Key: "second", From: morning}, false))
	same(t, "one of two leads", gone, crm.Forgotten{Leads: 1, Tasks: 1, Others: []string{"bea"}})
	bea := got[*crm.Lead](t)(s.Lead(ctx, "bea"))
	same(t, "the other one is in the wallet and has no task", []bool{bea.InWallet, bea.HasPendingTask}, []bool{true, false})
}

// purged is a whole purge.
func purged(t *testing.T, s *store.Store, keep crm.Retention, rehearse bool) (all crm.Purged) {
	t.Helper()
	for mark := (crm.PurgeMark{}); !mark.End; {
		page, next, err := s.Purge(t.Context(), keep, mark, rehearse)
		must(t, err)
		all.Add(page)
		mark = next
	}
	return all
}

// What is older than is kept goes, once; what is newer stays, and so does whom
// somebody works with.
func purges(t *testing.T, s *store.Store) {
	ctx := t.Context()
	somebody(t, s)
	handedOver(t, s)
	for id, change := range map[string]func(*crm.Lead){
		"old": func(*crm.Lead) {}, "later": func(l *crm.Lead) { l.CreatedAt = morning + 500 }, "called": func(l *crm.Lead) { l.LastCallAt = crm.Some(morning + 500) },
		"due": func(l *crm.Lead) { l.NextCallAt = crm.Some(morning + 500) }, "agreed": func(l *crm.Lead) { l.ConsentAt = crm.Some(morning + 500) },
	} {
		l := person(id)
		l.Phone = ""
		change(&l)
		put(t, s, l)
	}
	must(t, s.PutDialerContacts(ctx, []crm.DialerContact{
		{ID: "gone", CampaignID: "12", LastCallAt: crm.Some(morning)},
		{ID: "again", CampaignID: "12", LastCallAt: crm.Some(morning), RetryDate: crm.Some(morning + 500)},
		{ID: "never", CampaignID: "12"},
		{ID: "ours", CampaignID: "12", LastCallAt: crm.Some(morning), LeadID: "later"},
	}))

	words := crm.Retention{Lines: morning + 100, Comments: morning + 100, Recordings: morning + 100, Events: morning + 100}
	want := crm.Purged{Lines: 1, Comments: 2, Recordings: 2, Events: 2, Seen: 13}
	same(t, "to be purged", purged(t, s, words, true), want)
	same(t, "purged", purged(t, s, words, false), want)
	same(t, "purged again", purged(t, s, words, false), crm.Purged{Seen: 11})
	same(t, "looked at", got[int64](t)(s.Aged(ctx, words)), int64(11))

	old := crm.Retention{Leads: morning + 100}
	want = crm.Purged{Leads: 1, Records: 2, Contacts: 1}
	for _, rehearse := range []bool{true, false} {
		done := purged(t, s, old, rehearse)
		done.Seen = 0
		same(t, "leads purged", done, want) // anna is in a wallet and has a task
	}
	must(t, s.PutTasks(ctx, []crm.Task{{ID: "T1", ContactID: "C-anna", LeadID: "anna", State: crm.TaskDone}, {ID: "T2", ContactID: "C-anna", State: crm.TaskDone}}))
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C-anna", Agent: "zoe", Until: crm.Some(morning)}}, morning))
	same(t, "anna purged", purged(t, s, old, false).Leads, int64(1))
	same(t, "left", pages(t, s, 10), []string{"agreed", "called", "due", "later"})
	told := everything(t, s)
	for _, word := range []string{"anna", "r1", "Martel"} {
		if strings.Contains(told, word) {
			t.Errorf("%q is still stored:\n%s", word, told)
		}
	}
}

// Health counts what has gone wrong.
func health(t *testing.T, s *store.Store) {
	somebody(t, s)
	invalid, nowhere := person("invalid"), person("nowhere")
	invalid.Status, invalid.Phone = crm.Invalid, ""
	nowhere.LegalBasis = "none"
	put(t, s, invalid, nowhere)
	must(t, s.PutSuppressions(t.Context(), []crm.Suppression{{Key: "x", Reason: "do_not_call", From: morning}, {Key: "mark", Reason: "key", From: morning}}))
	for name, last := range map[string]time.Duration{"held": time.Hour, "forsaken": 0, "given back": 0} {
		l, _, err := s.Acquire(t.Context(), name, "somebody", last)
		must(t, err)
		if name == "given back" {
			must(t, s.Release(t.Context(), l))
		}
	}
	late := morning + 5000
	h := got[crm.Health](t)(s.Health(t.Context(), crm.Overlong{Slots: late, Files: late, Planned: late, Leases: crm.At(time.Now().Add(time.Minute))}))
	same(t, "dead events", h.DeadEvents, map[string]int{"": 2})
	same(t, "orphans", h.Orphans, []string{"PVI/2026-11-23T10:00/IDF"})
	same(t, "stuck files", len(h.StuckFiles), 1)
	same(t, "counts", []int{h.NoPhone, h.NoBasis, h.Suppressed, h.Tasks, h.Leads}, []int{1, 1, 1, 2, 3})
	same(t, "waiting", []int{h.Transfers, h.Transcripts}, []int{1, 1})
	same(t, "forsaken", len(h.Forsaken), 1)
	same(t, "tasks", got[[]crm.Task](t)(s.PendingTasks(t.Context(), 10))[0].ID, "T1")
	early := got[crm.Health](t)(s.Health(t.Context(), crm.Overlong{}))
	same(t, "nothing is late yet", len(early.Orphans)+len(early.StuckFiles), 0)
}
