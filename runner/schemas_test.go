package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"callsheet/runner/internal/store/storetest"
)

// earlierSchemas are the databases that former programs left, oldest first.
func earlierSchemas(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob("internal/store/testdata/schemas/" + kind + "-*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no earlier schema is kept", err)
	}
	return files
}

// restored is the address of a new database of a kind that holds what a file
// says.
func restored(t *testing.T, kind, file string) (dsn string, db *sql.DB) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "postgres" {
		dsn = storetest.Postgres(t)
		db, err = sql.Open("pgx", dsn)
	} else {
		dsn = filepath.Join(t.TempDir(), "callsheet.db")
		db, err = sql.Open("sqlite", "file:"+dsn+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	return dsn, db
}

func aKey(t *testing.T) string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("a long random text, for once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return key
}

// Whatever program a database comes from, everybody in it is still there, and
// the slots go on: the one at work ends, the next one begins.
func TestEarlierSchemas(t *testing.T) {
	t.Parallel()
	const (
		ranked = `rank,lead,score,grade,type,segment,group,status,phone,scored_at
1,L7,95,hot,RDVVQ,PVI_NOW,,scheduled,+33199****07,2026-11-22T20:00:00+01:00
2,L1,92,hot,RDVVQ,PVI_NOW,IDF,support,+33199****01,2026-11-23T10:10:00+01:00
3,L3,75,warm,DIRECT,PVS,IDF,in_campaign,+33199****03,2026-11-22T20:00:00+01:00
4,L2,75,warm,RDVVQ,PVI_SOON,IDF,do_not_call,+33199****02,2026-11-23T10:10:00+01:00
5,L4,40,cold,RDVVQ,PVM,IDF,scheduled,+33199****04,2026-11-22T20:00:00+01:00
`
		stopped = "stopped 1 run, recycled 2\n"
		started = "PVI 2026-11-23 14:00 IDF: 2 new, 0 already injected, 0 over capacity\n"
		file    = `external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score
L3;33199000003;Petit;Luc;25;a2;2026-11-23T13:00:00Z;2026-11-23T16:00:00Z;PVI;PVS;75
L4;33199000004;Blanc;Eva;60;a1;2026-11-23T13:00:00Z;2026-11-23T16:00:00Z;PVI;PVM;40
`
	)
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, schema := range earlierSchemas(t, kind) {
			t.Run(filepath.Base(schema), func(t *testing.T) {
				t.Parallel()
				key, out := aKey(t), filepath.Join(t.TempDir(), "out")
				dsn, _ := restored(t, kind, schema)
				demand := func(want string, args ...string) {
					t.Helper()
					stdout, stderr, code := keyed(t, key, append([]string{"--rules", f0, "--db", dsn, "--out", out}, args...)...)
					if code != exitDone || !strings.HasPrefix(stdout, want) {
						t.Fatalf("callsheet %v: exit code %d\n%s%s\nwant\n%s", args, code, stdout, stderr, want)
					}
				}
				demand(ranked, "-o", "csv", "rank")
				demand(stopped, "stop-campaigns", "--start-date=2026-11-23T12:59:00")
				demand(started, "start-campaign", "--type=PVI", "--start-date=2026-11-23T14:00:00")
				text, err := os.ReadFile(filepath.Join(out, "PVI", "20261123-1400-IDF-01.csv"))
				if got := strings.ReplaceAll(string(text), "\r\n", "\n"); got != file {
					t.Errorf("the file is\n%s(%v), want\n%s", got, err, file)
				}
			})
		}
	}
}

// A new program migrates while an old one is at work: the new one waits for the
// rows the old one holds, and what the old one was told is stored stays. The old
// one pauses between its steps, as whoever waits for calls does: SQLite lets
// nobody queue, and against writers without a pause waiting is a game of chance.
func TestMigrationUnderLoad(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dsn, db := restored(t, kind, earlierSchemas(t, kind)[0])
			ctx, cancel := context.WithCancel(t.Context())
			var stored atomic.Int64
			var old sync.WaitGroup
			for w := range 4 {
				old.Go(func() {
					for i := 0; ctx.Err() == nil; i++ {
						began := time.Now()
						if oldStep(ctx, db, fmt.Sprintf("old-%d-%d", w, i)) == nil {
							stored.Add(1)
						}
						time.Sleep(4 * time.Since(began))
					}
				})
			}
			more := func(n int64) {
				for stored.Load() < n && t.Context().Err() == nil {
					time.Sleep(time.Millisecond)
				}
			}
			more(20)
			_, stderr, code := keyed(t, aKey(t), "--rules", f0, "--db", dsn, "rank")
			if code != exitDone {
				t.Errorf("the new program: exit code %d, %s", code, stderr)
			}
			more(stored.Load() + 20) // the old one goes on
			cancel()
			old.Wait()
			var rows, revision int64
			err := db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM "task" WHERE "id" LIKE 'old-%'),
				(SELECT "daily_capacity" FROM "agent" WHERE "username" = 'a1')`).Scan(&rows, &revision)
			if err != nil || rows < stored.Load() || revision != rows {
				t.Errorf("%d tasks and %d marks of %d steps (%v)", rows, revision, stored.Load(), err)
			}
		})
	}
}

// oldStep is a step of the first program: it changes an agent and adds a task.
func oldStep(ctx context.Context, db *sql.DB, id string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `UPDATE "agent" SET "daily_capacity" = COALESCE("daily_capacity", 0) + 1 WHERE "username" = 'a1'`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO "task" VALUES ($1, 'L1', '', 'a1', 'visit', 'done', NULL, '')`, id); err != nil {
		return err
	}
	return tx.Commit()
}

// A program that is older than the schema is refused before it does anything.
func TestOlderProgram(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		files := earlierSchemas(t, kind)
		dsn, db := restored(t, kind, files[len(files)-1])
		if _, err := db.ExecContext(t.Context(), `INSERT INTO "goose_db_version" ("version_id", "is_applied") VALUES (9999, TRUE)`); err != nil {
			t.Fatal(err)
		}
		before := dumpOf(t, dsn)
		_, stderr, code := keyed(t, aKey(t), "--rules", f0, "--db", dsn, "stop-campaigns", "--start-date=2026-11-23T12:59:00")
		if code != exitFailed || !strings.Contains(stderr, "its schema is version 9999 and this program knows only ") || !strings.Contains(stderr, ": use the newer program that migrated it\n") {
			t.Errorf("%s: exit code %d, %s", kind, code, stderr)
		}
		if dumpOf(t, dsn) != before {
			t.Errorf("%s: the older program has changed something", kind)
		}
	}
}
