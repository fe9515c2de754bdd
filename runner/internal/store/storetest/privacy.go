package storetest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// somebody stores a person whose number stands everywhere.
func somebody(t *testing.T, s *store.Store) (phone string) {
	ctx := t.Context()
	call := planned(t, s, "anna")[0]
	lead := person("anna")
	lead.Phone, lead.PhoneRaw, lead.FirstName, lead.LastName, lead.Email, lead.ContactID = call.Phone, call.Phone, "Anna", "Martel", "anna@example.org", "C-anna"
	rewrite(t, s, crm.Arrival{Lead: lead, Call: &call})
	c := claim("IDF", 1, call)
	for i := range c.Files {
		for k := range c.Files[i].Lines {
			c.Files[i].Lines[k].Text = "anna;" + call.Phone + ";Martel"
		}
	}
	must(t, s.Claim(ctx, c))
	r := report("r1", "anna", 1)
	r.StartedAt, r.ReceivedAt = crm.Some[crm.Instant](morning+10), morning+20
	r.Phone, r.PhoneRaw, r.Comment, r.ContactID = call.Phone, call.Phone, "said Anna", "C-anna"
	recorded(t, s, r)
	must(t, s.PutDialerContacts(ctx, []crm.DialerContact{{ID: "D1", CampaignID: "12", Phone: call.Phone, LeadID: "anna"}}))
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C-anna", Agent: "zoe"}}, morning))
	must(t, s.PutTasks(ctx, []crm.Task{{ID: "T1", ContactID: "C-anna", LeadID: "anna", Kind: "call", State: crm.TaskPending}}))
	got[bool](t)(s.PutEvent(ctx, crm.Event{ID: "calls:1", Source: crm.EventCalls, State: crm.EventDead, Phone: call.Phone, LeadID: "anna", Body: "{}"}))
	return call.Phone
}

// Everything about a number is found; erased, nothing tells any more whose it
// was, and it stays suppressed.
func erases(t *testing.T, s *store.Store) {
	ctx := t.Context()
	phone := somebody(t, s)
	never := crm.Suppression{Key: "hidden", Reason: "erased", Origin: "erase", From: morning}
	held := got[crm.Held](t)(s.Held(ctx, phone, never.Key))
	same(t, "found", []int{
		len(held.Leads), len(held.Calls), len(held.Records), len(held.Decisions), len(held.Lines), len(held.Contacts), len(held.Tasks), len(held.Wallets), len(held.Events),
	}, []int{1, 1, 1, 1, 1, 1, 1, 1, 1})

	if _, err := s.Erase(ctx, phone, never); !errors.Is(err, crm.ErrUnpublished) {
		t.Fatalf("erasing a lead whose file is on its way is %v, want crm.ErrUnpublished", err)
	}
	same(t, "still known", len(got[crm.Held](t)(s.Held(ctx, phone, "")).Leads), 1)
	for _, f := range got[[]crm.File](t)(s.UnpublishedFiles(ctx)) {
		must(t, s.Staged(ctx, f.Name))
		must(t, s.Published(ctx, f.Name, morning))
	}
	gone := got[crm.Forgotten](t)(s.Erase(ctx, phone, never))
	same(t, "erased", gone, crm.Forgotten{Leads: 1, Cancelled: 1, Records: 1, Lines: 1, Contacts: 1, Tasks: 1, Wallets: 1, Events: 1})

	left := got[crm.Held](t)(s.Held(ctx, phone, never.Key))
	same(t, "suppressed", left.Suppression.V.Reason, "erased")
	left.Suppression = crm.Maybe[crm.Suppression]{}
	same(t, "left of the number", left, crm.Held{})
	lead := got[*crm.Lead](t)(s.Lead(ctx, "anna"))
	same(t, "status", lead.Status, crm.Erased)
	told, err := json.Marshal([]any{lead, got[[]crm.Call](t)(s.LeadCalls(ctx, "anna")), got[[]crm.Record](t)(s.LeadRecords(ctx, "anna")), got[[]crm.Decision](t)(s.LeadDecisions(ctx, "anna"))})
	must(t, err)
	for _, word := range []string{phone, "Martel", "Anna", "C-anna", "example.org"} {
		if strings.Contains(string(told), word) {
			t.Errorf("%q is still stored: %s", word, told)
		}
	}
	again := got[crm.Forgotten](t)(s.Erase(ctx, phone, never))
	same(t, "again", again.Total(), int64(0))
}

// What is older than is kept goes, page by page; what is newer stays.
func purges(t *testing.T, s *store.Store) {
	ctx := t.Context()
	somebody(t, s)
	for _, f := range got[[]crm.File](t)(s.UnpublishedFiles(ctx)) {
		must(t, s.Staged(ctx, f.Name))
		must(t, s.Published(ctx, f.Name, morning))
	}
	put(t, s, person("later"), person("b"), person("c"))
	later := person("later")
	later.CreatedAt = morning + 500
	rewrite(t, s, crm.Arrival{Lead: later})

	words := crm.Retention{Lines: morning + 100, Records: morning + 100, Events: morning + 100}
	due := got[crm.Forgotten](t)(s.Overdue(ctx, words))
	same(t, "to be purged", due, crm.Forgotten{Lines: 1, Records: 1, Events: 1})
	same(t, "purged", got[crm.Forgotten](t)(s.Purge(ctx, words, 100)), due)
	same(t, "purged again", got[crm.Forgotten](t)(s.Purge(ctx, words, 100)), crm.Forgotten{})

	all := crm.Retention{Leads: morning + 100}
	due = got[crm.Forgotten](t)(s.Overdue(ctx, all))
	var gone crm.Forgotten
	for range 10 {
		page := got[crm.Forgotten](t)(s.Purge(ctx, all, 1))
		gone.Sum(page)
	}
	same(t, "leads purged", gone.Leads, due.Leads)
	same(t, "left", got[int](t)(s.CountLeads(ctx)), 1)
	same(t, "which", got[*crm.Lead](t)(s.Lead(ctx, "later")).ID, "later")
	same(t, "calls", len(got[[]crm.Call](t)(s.LeadCalls(ctx, "anna"))), 0)
}

// Health counts what has gone wrong.
func health(t *testing.T, s *store.Store) {
	somebody(t, s)
	invalid, nowhere := person("invalid"), person("nowhere")
	invalid.Status, invalid.Phone = crm.Invalid, ""
	nowhere.LegalBasis = "none"
	put(t, s, invalid, nowhere)
	must(t, s.PutSuppressions(t.Context(), []crm.Suppression{{Key: "x", Reason: "do_not_call", From: morning}, {Key: "mark", Reason: "key", From: morning}}))
	h := got[crm.Health](t)(s.Health(t.Context(), crm.Overlong{Slots: morning + 5000, Files: morning + 5000, Planned: morning + 5000}))
	same(t, "dead events", h.DeadEvents, map[string]int{"": 1})
	same(t, "orphans", h.Orphans, []string{"PVI/2026-11-23T10:00/IDF"})
	same(t, "stuck files", len(h.StuckFiles), 1)
	same(t, "counts", []int{h.NoPhone, h.NoBasis, h.Suppressed, h.Tasks, h.Leads}, []int{1, 1, 1, 1, 3})
	same(t, "tasks", got[[]crm.Task](t)(s.PendingTasks(t.Context(), 10))[0].ID, "T1")
	early := got[crm.Health](t)(s.Health(t.Context(), crm.Overlong{}))
	same(t, "nothing is late yet", len(early.Orphans)+len(early.StuckFiles), 0)
}
