package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// From a SQLite file to PostgreSQL and on into memory, everything arrives as
// it was, and a database that holds leads is no target.
func TestCopy(t *testing.T) {
	t.Parallel()
	open := func(dsn string) *store.Store {
		s, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	file := open(filepath.Join(t.TempDir(), "from.db"))
	lead := crm.Lead{
		ID: "L1", ContactID: "L1", Status: crm.Scheduled, LegalBasis: crm.BasisRequest, CreatedAt: 1_700_000_000_123, Phone: "+33199000001",
		LastName: "Noël \"x\"", Tags: []string{"a", "b"}, EstimatedPrice: crm.Some(250_000.5), MediaZone: crm.Some(false),
		Custom: map[string]any{"own": true}, NextCallAt: crm.Some(crm.Instant(1_800_000_000_000)),
	}
	call := crm.Call{ID: "L1#1", LeadID: "L1", Phone: lead.Phone, Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: 1_800_000_000_000, CreatedAt: 1_700_000_000_123}
	for _, err := range []error{
		file.PutLeads(t.Context(), []crm.Arrival{{Lead: lead, Call: &call}}),
		file.PutAgents(t.Context(), []crm.Agent{{Username: "a1", Active: true, Weight: 1.5, Absences: []crm.Absence{{First: "2026-12-24", Last: "2026-12-31"}}}}),
		file.PutSuppressions(t.Context(), []crm.Suppression{{Key: "k", Reason: "do_not_call", From: 5}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := file.PutEvent(t.Context(), crm.Event{ID: "calls:1", Source: crm.EventCalls, State: crm.EventDead, Reason: "unusable", Body: `{"a":"é"}`}); err != nil {
		t.Fatal(err)
	}
	admit := func(s *store.Store, version string) {
		if err := s.SaveBook(t.Context(), store.Book{Version: version, Files: map[string][]byte{"a": []byte(version)}}, store.Change{Author: "zoe"}); err != nil {
			t.Fatal(err)
		}
	}
	admit(file, "v1")
	admit(file, "v2")
	memory, err := store.OpenMemory(t.Context(), "copy")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	server := open(storetest.Postgres(t))
	admit(server, "of whoever opened it")
	for i, step := range [][2]*store.Store{{file, server}, {server, memory}} {
		if err := store.Copy(t.Context(), step[0], step[1], func(int64) {}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(contents(t, step[0]), contents(t, step[1])); diff != "" {
			t.Error(diff)
		}
		// The history goes on where it was.
		admit(step[1], fmt.Sprint("v", 3+i))
	}
	if newest, err := memory.NewestLead(t.Context()); err != nil || newest != lead.CreatedAt {
		t.Errorf("the newest lead is of %v, %v", newest, err)
	}
	err = store.Copy(context.Background(), file, memory, func(int64) {})
	if err == nil || !strings.Contains(err.Error(), "1 rows in table lead of the target already") {
		t.Errorf("a full target: %v", err)
	}
}

// contents is what a copy must bring along.
func contents(t *testing.T, s *store.Store) []any {
	t.Helper()
	lead, err := s.Lead(t.Context(), "L1")
	if err != nil {
		t.Fatal(err)
	}
	calls, err := s.LeadCalls(t.Context(), "L1")
	if err != nil {
		t.Fatal(err)
	}
	agents, err := s.Agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	suppressed, err := s.Suppressions(t.Context(), []string{"k"})
	if err != nil || len(calls) != 1 || len(agents) != 1 || len(suppressed) != 1 {
		t.Fatalf("%v: %v, %v, %v", err, calls, agents, suppressed)
	}
	changes, err := s.Changes(t.Context(), 9)
	if err != nil || len(changes) < 2 {
		t.Fatalf("%v: %v", err, changes)
	}
	events, err := s.DeadEvents(t.Context(), "", 9)
	if err != nil || len(events) != 1 {
		t.Fatalf("%v: %v", err, events)
	}
	return []any{*lead, calls, agents, suppressed, events, changes}
}

// Who is suppressed in the target is not forgotten for a copy, whether there are
// leads or not.
func TestCopyWantsAnEmptyTarget(t *testing.T) {
	t.Parallel()
	from, to := storetest.SQLite(t), storetest.SQLite(t)
	if err := to.PutSuppressions(t.Context(), []crm.Suppression{{Key: "k", From: 1}}); err != nil {
		t.Fatal(err)
	}
	err := store.Copy(t.Context(), from, to, func(int64) {})
	if err == nil || !strings.Contains(err.Error(), "1 rows in table suppression") {
		t.Errorf("copy over suppressions: %v", err)
	}
	if kept, err := to.Suppresses(t.Context()); err != nil || !kept {
		t.Errorf("suppressions are gone: %v", err)
	}
}

// A copy and a backup are of one moment, whatever is written meanwhile: a lead
// never comes without its call.
func TestWholeWhileOthersWrite(t *testing.T) {
	t.Parallel()
	copies := 5
	if testing.Short() {
		copies = 2
	}
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "a.db") },
		"postgres": func() string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			busy, err := store.Open(t.Context(), dsn())
			if err != nil {
				t.Fatal(err)
			}
			defer busy.Close()
			ctx, cancel := context.WithCancel(t.Context())
			var writer sync.WaitGroup
			written := make(chan struct{})
			writer.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					id := fmt.Sprintf("L%06d", i)
					call := crm.Call{ID: id + "#1", LeadID: id, Phone: id, State: crm.CallPlanned}
					if err := busy.PutLeads(context.WithoutCancel(ctx), []crm.Arrival{{Lead: crm.Lead{ID: id, Status: crm.New, LegalBasis: crm.BasisRequest}, Call: &call}}); err != nil {
						t.Error(err)
					}
					if i == 200 {
						close(written)
					}
				}
			})
			<-written
			for i := range copies {
				file := filepath.Join(t.TempDir(), "copy.db")
				if name == "sqlite" && i%2 == 0 {
					err = busy.Backup(t.Context(), file)
				} else {
					err = copyInto(t, busy, file)
				}
				if err != nil {
					t.Fatal(err)
				}
				whole(t, file)
			}
			cancel()
			writer.Wait()
		})
	}
}

func copyInto(t *testing.T, from *store.Store, file string) error {
	to, err := store.Open(t.Context(), file)
	if err != nil {
		return err
	}
	return errors.Join(store.Copy(t.Context(), from, to, func(int64) {}), to.Close())
}

// whole opens a file as a store and finds every lead with its call.
func whole(t *testing.T, file string) {
	t.Helper()
	s, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	leads, err := s.CountLeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for due, err := range s.DueCalls(t.Context(), nil, 1, 1_000_000) {
		if err != nil || len(due) != leads || leads < 200 {
			t.Errorf("%d leads with %d calls: %v", leads, len(due), err)
		}
		return
	}
	t.Errorf("none of %d leads has a call", leads)
}

// A backup overwrites nothing, is for its owner alone, and leaves nothing when it
// fails.
func TestBackupFile(t *testing.T) {
	t.Parallel()
	s, folder := storetest.SQLite(t), t.TempDir()
	file := filepath.Join(folder, "it's a backup.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the backup: %v, %v", info, err)
	}
	if err := s.Backup(t.Context(), file); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second backup into the same file: %v", err)
	}
	if err := s.Backup(t.Context(), filepath.Join(folder, "none", "a.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a backup into a folder that is not there: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ended, filepath.Join(folder, "ended.db")); err == nil {
		t.Error("a backup that was interrupted succeeded")
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}
