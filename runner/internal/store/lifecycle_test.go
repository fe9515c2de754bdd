package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// A database that the first release filled keeps everything, and its open run
// can be stopped.
func TestMigrateFilledDatabase(t *testing.T) {
	t.Parallel()
	const (
		run  = `INSERT INTO "run" VALUES ('PVI/2026-11-23T10:00/IDF', 'PVI', 'M', 'IDF', 1000, 5000, 'running', 900, NULL, '["v1"]', 2, 'PVI/2026-11-23T10:00')`
		call = `INSERT INTO "call" VALUES ('L-1#1', 'L-1', '+33199000001', 'plan', 'injected', 1000, '', 'zoe', 0,
			'PVI/2026-11-23T10:00/IDF', 'IDF', 'PVI/b.csv', 1000, 5000, 950, '', 800)`
		files = `INSERT INTO "file" VALUES
			('PVI/b.csv', 'inject', 'claimed', 'PVI/2026-11-23T10:00/IDF', 'PVI/2026-11-23T10:00', 'PVI', 'd', 384, 'utf-8', '` + "\n" + `', '', 0, '', 0, 'v1', 950, NULL),
			('PVI/c.csv', 'inject', 'claimed', 'PVI/2026-11-23T10:00/LYON', 'PVI/2026-11-23T10:00', 'PVI', 'd', 384, 'utf-8', '` + "\n" + `', '', 0, '', 0, 'v1', 940, NULL),
			('PVI/a.csv', 'inject', 'published', 'PVI/2026-11-23T10:00/IDF', 'PVI/2026-11-23T10:00', 'PVI', 'd', 384, 'utf-8', '` + "\n" + `', '', 0, '', 0, 'v1', 945, 946)`
		agent = `INSERT INTO "agent" VALUES ('zoe', 'Zoé', 1, '["IDF"]', 1, 40, 950)`
		left  = `INSERT INTO "decision" VALUES ('PVI/2026-11-23T10:00', 'L-2', 'L-2#1', 'IDF', 0, 'over_capacity', '', 0, 5, 2, 'v1', 900)`
	)
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn, ctx := dsn(t), t.Context()
			if err := store.MigrateTo(ctx, dsn, 1, oldLead("L-1", "in_campaign"), oldLead("L-2", "scheduled"), run, call, files, agent, left); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()

			injected := crm.Call{
				ID: "L-1#1", LeadID: "L-1", Phone: "+33199000001", Kind: crm.KindPlan, State: crm.CallInjected, DueAt: 1000, Agent: "zoe",
				RunID: "PVI/2026-11-23T10:00/IDF", Group: "IDF", File: "PVI/b.csv", NotBefore: crm.Some[crm.Instant](1000),
				NotAfter: crm.Some[crm.Instant](5000), InjectedAt: crm.Some[crm.Instant](950), CreatedAt: 800,
			}
			calls, err := s.LeadCalls(ctx, "L-1")
			equal(t, err, "calls", calls, []crm.Call{injected})
			agents, err := s.Agents(ctx)
			equal(t, err, "agents", agents, map[string]crm.Agent{"zoe": {
				Username: "zoe", Name: "Zoé", Active: true, Teams: []string{"IDF"}, Weight: 1,
				DailyCapacity: crm.Some[int64](40), LastAssignedAt: crm.Some[crm.Instant](950),
			}})
			files, err := s.UnpublishedFiles(ctx)
			equal(t, err, "files in their order", fileNames(files), []string{"PVI/c.csv", "PVI/b.csv"})
			leads, err := s.LeadsByPhone(ctx, []string{"+33199000001"})
			equal(t, err, "leads of the phone", len(leads["+33199000001"]), 2)

			stopped, err := s.Stop(ctx, crm.Stop{At: 5000, Runs: []crm.Stopping{{
				Run: crm.Run{ID: injected.RunID}, Into: "PVI", DueAt: crm.Some[crm.Instant](6000),
			}}, Files: []crm.File{{Name: "STOP/a.csv", Kind: crm.FileStop}}})
			recycled := crm.Call{ID: "L-1#1", LeadID: "L-1", Phone: "+33199000001", Kind: crm.KindPlan, State: crm.CallRecycled, Agent: "zoe"}
			equal(t, err, "stopped", stopped, []crm.Stopped{{RunID: injected.RunID, Recycled: []crm.Call{recycled}, Cancelled: []string{"PVI/b.csv"}, Published: true}})
			files, err = s.UnpublishedFiles(ctx)
			equal(t, err, "files after the stop", fileNames(files), []string{"PVI/c.csv", "STOP/a.csv"})
		})
	}
}

// oldLead inserts a lead as the first release stored it.
func oldLead(id, status string) string {
	return `INSERT INTO "lead" VALUES ('` + id + `', 'RDVVQ', 'PVI_NOW', 5, NULL, '', '` + status + `', '', 700, NULL, NULL, NULL, '', '', NULL, NULL,
		'', '', 'IDF', NULL, NULL, NULL, NULL, '[]', 0, 0, 0, 0, 0, 0, 0, 0, NULL, '', NULL, '', 'none', NULL, '', NULL,
		'', '', '', '+33199000001', '', '', '', '` + id + `', '', '', '{}', 1)`
}

func fileNames(files []crm.File) []string {
	names := make([]string, len(files))
	for i := range files {
		names[i] = files[i].Name
	}
	return names
}

func equal(t *testing.T, err error, what string, got, want any) {
	t.Helper()
	if err != nil {
		t.Fatal(what, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Steps lock what they share in one order: PostgreSQL never has to end one.
func TestNoDeadlocks(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Hammer(t, s)
	// A connection reports what it counted when it ends.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var committed, deadlocks int
	err = db.QueryRow(`SELECT "xact_commit", "deadlocks" FROM "pg_stat_database" WHERE "datname" = current_database()`).Scan(&committed, &deadlocks)
	if err != nil {
		t.Fatal(err)
	}
	if committed < 100 || deadlocks > 0 {
		t.Errorf("of %d transactions %d met in a deadlock, want none", committed, deadlocks)
	}
}
