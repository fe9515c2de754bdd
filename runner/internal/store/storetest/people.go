package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func agents(t *testing.T, s *store.Store) {
	zoe := crm.Agent{Username: "zoe", Name: "Zoé", Active: true, Teams: []string{"support", "IDF"}, Weight: 0.5, LastAssignedAt: crm.Some(morning), Absences: []crm.Absence{{First: "2026-12-24", Last: "2026-12-31"}, {First: "2027-02-01", Last: "2027-02-01"}}}
	lea := crm.Agent{Username: "lea", Weight: 1, DailyCapacity: crm.Some[int64](0)}
	must(t, s.PutAgents(t.Context(), []crm.Agent{zoe, lea}))
	same(t, "stored", got[map[string]crm.Agent](t)(s.Agents(t.Context())), map[string]crm.Agent{"zoe": zoe, "lea": lea})
	zoe.Active, zoe.LastAssignedAt, zoe.Absences = false, crm.Maybe[crm.Instant]{}, zoe.Absences[1:]
	must(t, s.PutAgents(t.Context(), []crm.Agent{zoe}))
	zoe.LastAssignedAt = crm.Some(morning)
	same(t, "again", got[map[string]crm.Agent](t)(s.Agents(t.Context()))["zoe"], zoe)
}

// flags lists "wallet" and "task" for each lead that is so marked.
func flags(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	marked := map[string]string{}
	for _, l := range got[[]crm.Lead](t)(s.Leads(t.Context(), expression.All(), "", 100)) {
		if l.InWallet {
			marked[l.ID] += "wallet"
		}
		if l.HasPendingTask {
			marked[l.ID] += "task"
		}
	}
	return marked
}

func of(id, contact string) crm.Lead {
	l := person(id)
	l.ContactID = contact
	return l
}

func wallets(t *testing.T, s *store.Store) {
	ctx := t.Context()
	put(t, s, of("before", "C-1"), person("own"), person("other"))
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C-1", Agent: "zoe"}, {ContactID: "own", Agent: "lea"}}, morning))
	after := of("after", "C-1")
	liar := person("liar")
	liar.InWallet, liar.HasPendingTask = true, true
	put(t, s, after, liar)
	same(t, "marked", flags(t, s), map[string]string{"before": "wallet", "after": "wallet", "own": "wallet"})
	same(t, "owners", got[map[string]string](t)(s.WalletOwners(ctx, []string{"C-1", "own", "other"})), map[string]string{"C-1": "zoe", "own": "lea"})
	put(t, s, of("before", "C-2"))
	same(t, "moved to another contact", flags(t, s), map[string]string{"after": "wallet", "own": "wallet"})
	must(t, s.PutWallets(ctx, []crm.Wallet{{ContactID: "C-1", Agent: "zoe", Until: crm.Some(morning)}}, morning))
	same(t, "ended", flags(t, s), map[string]string{"own": "wallet"})
}

func walletTimes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	put(t, s, person("now"), person("ends"), person("begins"))
	must(t, s.PutWallets(ctx, []crm.Wallet{
		{ContactID: "now", Agent: "zoe", Since: crm.Some(morning)},
		{ContactID: "ends", Agent: "zoe", Until: crm.Some(morning + 10)},
		{ContactID: "begins", Agent: "zoe", Since: crm.Some(morning + 10)},
	}, morning))
	same(t, "at first", flags(t, s), map[string]string{"now": "wallet", "ends": "wallet"})
	for _, turned := range [][]string{{"begins", "ends"}, nil} {
		contacts := got[[]string](t)(s.RefreshWallets(ctx, morning+10))
		slices.Sort(contacts)
		same(t, "turned", contacts, turned)
		same(t, "later", flags(t, s), map[string]string{"now": "wallet", "begins": "wallet"})
	}
	same(t, "owners", got[map[string]string](t)(s.WalletOwners(ctx, []string{"now", "ends", "begins"})), map[string]string{"now": "zoe", "begins": "zoe"})
}

func tasks(t *testing.T, s *store.Store) {
	ctx := t.Context()
	put(t, s, of("before", "C-1"), person("other"))
	task := crm.Task{ID: "T-1", ContactID: "C-1", LeadID: "before", Agent: "zoe", Kind: "call", State: crm.TaskPending, DueAt: crm.Some(morning), Origin: "import"}
	second := task
	second.ID = "T-2"
	must(t, s.PutTasks(ctx, []crm.Task{task, second}))
	put(t, s, of("after", "C-1"))
	same(t, "pending", flags(t, s), map[string]string{"before": "task", "after": "task"})
	second.State = crm.TaskDone
	must(t, s.PutTasks(ctx, []crm.Task{second}))
	same(t, "one is left", flags(t, s), map[string]string{"before": "task", "after": "task"})
	task.ContactID = "other"
	must(t, s.PutTasks(ctx, []crm.Task{task}))
	same(t, "moved", flags(t, s), map[string]string{"other": "task"})
	task.State = crm.TaskCancelled
	must(t, s.PutTasks(ctx, []crm.Task{task}))
	same(t, "none", flags(t, s), map[string]string{})
}

func walletRace(t *testing.T, s *store.Store) {
	const pairs = 40
	var all sync.WaitGroup
	for i := range pairs {
		id := fmt.Sprintf("L-%02d", i)
		all.Go(func() {
			if err := s.PutLeads(context.Background(), []crm.Arrival{{Lead: person(id)}}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := s.PutWallets(context.Background(), []crm.Wallet{{ContactID: id, Agent: "zoe"}}, morning); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	same(t, "marked leads", len(flags(t, s)), pairs)
}

func dialerContacts(t *testing.T, s *store.Store) {
	contact := crm.DialerContact{ID: "D-1", CampaignID: "PVI", Phone: "+33199000001", PhoneRaw: "0199000001", LastCallAt: crm.Some(morning), TotalCalls: 3, LeadID: "L-1"}
	for range 2 {
		must(t, s.PutDialerContacts(t.Context(), []crm.DialerContact{contact}))
	}
	invalid := contact
	invalid.Phone = "\xff"
	if err := s.PutDialerContacts(t.Context(), []crm.DialerContact{invalid}); err == nil {
		t.Error("a phone that is no text was stored")
	}
}

func books(t *testing.T, s *store.Store) {
	ctx := t.Context()
	if _, err := s.LastGoodBook(ctx); !isA(err, crm.ErrNotFound) {
		t.Errorf("no book is %v, want crm.ErrNotFound", err)
	}
	first := store.Book{Version: "v1", Files: map[string][]byte{"campaigns.yaml": []byte("a: é\n\x00\xff"), "rules/leads.yaml": nil}, At: morning}
	second := store.Book{Version: "v2", Files: map[string][]byte{"campaigns.yaml": []byte("b")}, At: morning}
	same(t, "no version", got[string](t)(s.LastVersion(ctx)), "")
	must(t, s.SaveBook(ctx, first, store.Change{Author: "claire"}))
	must(t, s.SaveBook(ctx, second, store.Change{Effect: "[1]"}))
	must(t, s.SaveBook(ctx, second, store.Change{Author: "nobody"}))
	refused := store.Change{At: morning - 5, State: store.Refused, Faults: "campaigns.yaml:3:1: é"}
	must(t, s.RecordChange(ctx, refused))
	same(t, "last good", got[*store.Book](t)(s.LastGoodBook(ctx)), &second)
	back := first
	back.At = morning - 100
	must(t, s.SaveBook(ctx, back, store.Change{}))
	same(t, "in force again", got[*store.Book](t)(s.LastGoodBook(ctx)), &back)
	approved := store.Change{At: morning, State: store.Approved, Version: "v3", Base: "v1", Reason: "tried", Allow: []string{"PVI", "É B"}}
	must(t, s.RecordChange(ctx, approved))
	same(t, "of a version", got[store.Change](t)(s.LastChange(ctx, "v3")), approved)
	if _, err := s.LastChange(ctx, "v4"); !isA(err, crm.ErrNotFound) {
		t.Errorf("an unknown version is %v, want crm.ErrNotFound", err)
	}
	must(t, s.Restore(ctx, second, store.Change{At: morning + 1, Author: "marc", Reason: "too few", Effect: "[2]"}))
	must(t, s.Restore(ctx, second, store.Change{At: morning + 2}))
	second.At = morning + 1
	same(t, "in force since", got[*store.Book](t)(s.LastGoodBook(ctx)), &second)
	same(t, "rolled back", got[string](t)(s.LastVersion(ctx)), "v2")
	same(t, "found", got[[]store.Book](t)(s.Books(ctx, "v")), []store.Book{second, back})
	want := []store.Change{
		{At: morning + 1, State: store.Applied, Version: "v2", Base: "v1", Author: "marc", Reason: "too few", Effect: "[2]"},
		{At: morning + 1, State: store.Withdrawn, Version: "v1", Base: "v2", Author: "marc", Reason: "too few"},
		approved,
		{At: morning - 100, State: store.Applied, Version: "v1", Base: "v2"},
		refused,
		{At: morning, State: store.Applied, Version: "v2", Base: "v1", Effect: "[1]"},
		{At: morning, State: store.Applied, Version: "v1", Author: "claire"},
	}
	same(t, "history", got[[]store.Change](t)(s.Changes(ctx, 10)), want)
	same(t, "newest", got[[]store.Change](t)(s.Changes(ctx, 1)), want[:1])
}
