package store_test

import (
	"context"
	"path/filepath"
	"strings"
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
	memory, err := store.OpenMemory(t.Context(), "copy")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	server := open(storetest.Postgres(t))
	for _, step := range [][2]*store.Store{{file, server}, {server, memory}} {
		if err := store.Copy(t.Context(), step[0], step[1]); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(contents(t, step[0]), contents(t, step[1])); diff != "" {
			t.Error(diff)
		}
	}
	if newest, err := memory.NewestLead(t.Context()); err != nil || newest != lead.CreatedAt {
		t.Errorf("the newest lead is of %v, %v", newest, err)
	}
	err = store.Copy(context.Background(), file, memory)
	if err == nil || !strings.Contains(err.Error(), "1 leads in the target already") {
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
	suppressed, err := s.Suppressed(t.Context(), []string{"k"}, 9)
	if err != nil || len(calls) != 1 || len(agents) != 1 || len(suppressed) != 1 {
		t.Fatalf("%v: %v, %v, %v", err, calls, agents, suppressed)
	}
	events, err := s.DeadEvents(t.Context(), "", 9)
	if err != nil || len(events) != 1 {
		t.Fatalf("%v: %v", err, events)
	}
	return []any{*lead, calls, agents, suppressed, events}
}
