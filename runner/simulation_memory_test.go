package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// A simulation that notes whom it leaves out, and remembers what it has read,
// goes the same way as one that stores everything and reads all again: also
// where most leads wait for several slots.
func TestSimulationRemembersRight(t *testing.T) {
	t.Parallel()
	rules, days := fewerCalls(t), 12
	if testing.Short() {
		days = 1
	}
	whole, wholeFiles := simulatedDays(t, rules, days, func(*session) {})
	told, briefFiles := simulatedDays(t, rules, days, (*session).remember)
	if diff := cmp.Diff(whole, told); diff != "" {
		t.Errorf("what is told (-all +brief):\n%s", diff)
	}
	if diff := cmp.Diff(wholeFiles, briefFiles); diff != "" {
		t.Errorf("files (-all +brief):\n%s", diff)
	}
	if len(briefFiles) < 20*days || !strings.Contains(told, engine.OverCapacity) {
		t.Errorf("%d files, and the table\n%s: the days of this test tell nothing", len(briefFiles), told)
	}
}

// What memory says is what its store says, whatever was written through it.
func TestMemoryIsTheStore(t *testing.T) {
	t.Parallel()
	const morning, noon, evening crm.Instant = 1_000_000, 2_000_000, 3_000_000
	ctx := t.Context()
	st, err := store.OpenScratch(ctx, "memory")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{store: st, desk: &dispatch.Desk{Store: st}}
	s.remember()
	memory := s.desk.Store

	ids := []string{"claimed", "moved", "callback", "parked", "changed", "replaced", "later"}
	phone := func(lead string) string { return "+33199" + lead }
	var arrivals []crm.Arrival
	var planned []crm.Call
	for _, id := range ids {
		call := crm.Call{ID: crm.CallID(id, 1), LeadID: id, Phone: phone(id), Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: morning}
		lead := crm.Lead{ID: id, ContactID: "C-" + id, Status: crm.Scheduled, Phone: phone(id)}
		switch id {
		case "moved":
			call.RecycledFrom = "moved#0"
		case "callback":
			call.Kind = crm.KindCallback
		case "parked":
			lead.Status = crm.Parked
		case "later":
			call.DueAt = noon
		}
		arrivals, planned = append(arrivals, crm.Arrival{Lead: lead, Call: &call}), append(planned, call)
	}
	stored := func(id string) crm.Lead {
		found, err := st.LeadsByID(ctx, []string{id})
		if err != nil || found[id] == nil {
			t.Fatalf("lead %s: %v", id, err)
		}
		return *found[id]
	}
	run := func(slot string, end crm.Instant, calls ...crm.Call) crm.Claim {
		r := crm.Run{ID: crm.RunID("PVI/"+slot, "IDF"), Campaign: "PVI", Group: "IDF", SlotEnd: end, State: crm.RunRunning}
		for i := range calls {
			calls[i].RunID = r.ID
		}
		return crm.Claim{Runs: []crm.Run{r}, Calls: calls}
	}
	stop := func(c crm.Claim, next crm.Instant) func() error {
		return func() error {
			stopping := crm.Stopping{Run: c.Runs[0], Into: "PVI", DueAt: crm.Some(next)}
			for i := range planned[1:] {
				stopping.LeftOut = append(stopping.LeftOut, crm.Call{ID: planned[1+i].ID, LeadID: planned[1+i].LeadID})
			}
			_, err := memory.Stop(ctx, crm.Stop{Runs: []crm.Stopping{stopping}})
			return err
		}
	}
	first, second := run("1", noon, planned[0]), run("2", evening)
	record := crm.Record{ID: "r", Revision: 1, LeadID: "moved", Phone: phone("moved"), EndedAt: crm.Some(noon)}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"arrivals", func() error { return memory.PutLeads(ctx, arrivals) }},
		{"wallet", func() error {
			wallet := crm.Wallet{ContactID: "C-moved", Agent: "zoe", Since: crm.Some(noon)}
			if err := st.PutWallets(ctx, []crm.Wallet{wallet}, morning); err != nil {
				return err
			}
			_, err := memory.RefreshWallets(ctx, noon)
			return err
		}},
		{"claim", func() error { return memory.Claim(ctx, first) }},
		{"another call to a lead that is left out", func() error {
			old, next := planned[5], planned[5]
			old.State, next.ID = crm.CallSuperseded, crm.CallID("replaced", 2)
			return memory.Apply(ctx, crm.Change{Leads: []crm.Lead{stored("replaced")}, Calls: []crm.Call{old, next}})
		}},
		{"stop", stop(first, noon)},
		{"next run", func() error { return memory.Claim(ctx, second) }},
		{"next stop", func() error {
			lead := stored("changed") // and not read again before the stop
			lead.Status = crm.NotQualified
			return errors.Join(memory.PutLeads(ctx, []crm.Arrival{{Lead: lead}}), stop(second, evening)())
		}},
		{"report", func() error {
			lead := stored("moved")
			lead.Status = crm.Review
			return memory.Apply(ctx, crm.Change{
				Leads: []crm.Lead{lead}, Records: []crm.Record{record},
				Tasks:        []crm.Task{{ID: "T", ContactID: "C-callback", State: crm.TaskPending}},
				Suppressions: []crm.Suppression{{Key: phone("moved"), From: noon}},
			})
		}},
		{"correction", func() error {
			record.Revision, record.Phone = 2, phone("parked")
			return memory.Apply(ctx, crm.Change{Leads: []crm.Lead{stored("moved")}, Records: []crm.Record{record}})
		}},
		{"suppression", func() error {
			return memory.PutSuppressions(ctx, []crm.Suppression{{Key: phone("parked"), From: evening}})
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(known(t, st, ids, phone), known(t, memory, ids, phone)); diff != "" {
			t.Fatalf("after %s (-store +memory):\n%s", step.name, diff)
		}
	}
	for lead, want := range map[string]string{
		"claimed": "scheduled 1", "moved": "review 2", "callback": "callback 2", "parked": "scheduled 2",
		"changed": "scheduled 2", "replaced": "scheduled 0", "later": "scheduled 1",
	} {
		l := stored(lead)
		if got := fmt.Sprint(l.Status, " ", l.Recycled); got != want {
			t.Errorf("%s is %s, want %s", lead, got, want)
		}
	}
}

// known is what a store says of leads: their planned calls, what happened to their
// phones, and which of those are suppressed.
func known(t *testing.T, s dispatch.Store, leads []string, phone func(lead string) string) (all []any) {
	t.Helper()
	// Memory reads the status too, which is asked for here of both.
	fields := []string{"contact_id", "lead.in_wallet", "lead.has_pending_task", "lead.status"}
	for page, err := range s.DueCalls(t.Context(), fields, math.MaxInt64, 2) {
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			all = append(all, d)
		}
	}
	for _, lead := range leads {
		pasts, err := s.PhonePasts(t.Context(), []string{phone(lead)})
		if err != nil {
			t.Fatal(err)
		}
		suppressions, err := s.Suppressions(t.Context(), []string{phone(lead)})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pasts, suppressions)
	}
	return all
}

// fewerCalls is a folder with the shipped rule book, in which a group gets two
// calls a slot.
func fewerCalls(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, callsheet.Shipped()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "campaigns.yaml")
	text, err := os.ReadFile(path)
	if err == nil {
		text = regexp.MustCompile(`max_per_slot: \d+`).ReplaceAll(text, []byte("max_per_slot: 2"))
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// simulatedDays simulates days of the invented call centre, and gives what it tells
// and the files by name.
func simulatedDays(t *testing.T, rules string, days int, prepare func(*session)) (told string, files map[string]string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "out")
	told = simulateApart(t, rules, "../fixtures", simulateOptions{from: "2026-11-04", days: days, out: folder, seed: 7}, prepare)
	files = map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".csv" {
			return err
		}
		text, err := os.ReadFile(path)
		files[path[len(folder):]] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, files
}

// simulateApart simulates as the command does, on a store that prepare has had in
// hand, and gives what it tells.
func simulateApart(t testing.TB, rules, source string, o simulateOptions, prepare func(*session)) string {
	t.Helper()
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: io.Discard, env: func(string) string { return "" }, clock: time.Now}
	root := a.root()
	if err := root.ParseFlags([]string{"--rules", rules}); err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentPreRunE(root, nil); err != nil {
		t.Fatal(err)
	}
	err := a.apart(t.Context(), store.OpenScratch, func(s *session) error {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		prepare(s)
		return s.simulate(t.Context(), a, source, o)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
