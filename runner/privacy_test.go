package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/store/storetest"
)

// keyed runs a command with a suppression key, as PostgreSQL wants one.
func keyed(t *testing.T, key string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, messages bytes.Buffer
	env := func(name string) string { return map[string]string{suppressionKey: key}[name] }
	a := &app{stdout: &out, stderr: &messages, env: env, clock: time.Now}
	code = a.run(t.Context(), args)
	return out.String(), messages.String(), code
}

// From a SQLite file to PostgreSQL and back, with the history of its rules; and
// on PostgreSQL a person is forgotten, what is old goes, and the doctor looks.
func TestPrivacyOnPostgres(t *testing.T) {
	t.Parallel()
	dsn, dir := storetest.Postgres(t), t.TempDir()
	key, file, back := filepath.Join(dir, "key"), filepath.Join(dir, "a.db"), filepath.Join(dir, "back.db")
	if err := os.WriteFile(key, []byte("a long random text, for once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		args = append([]string{"--rules", f0, "--out", filepath.Join(dir, "out")}, args...)
		stdout, stderr, code := keyed(t, key, args...)
		if code != want {
			t.Fatalf("callsheet %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, stdout, stderr)
		}
		return stdout, stderr
	}
	demand := func(text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	run(0, "--db", file, "--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	run(0, "--db", file, "--at", "2026-11-23T09:30:00", "start-campaign", "--type=PVI")
	told, _ := run(0, "copy", "--from", file, "--to", dsn)
	demand(told, "copied 7 leads: ")
	again, _ := run(0, "copy", "--from", dsn, "--to", back)
	if again != told {
		t.Errorf("there: %sback: %s", told, again)
	}
	_, stderr := run(1, "copy", "--from", back, "--to", dsn)
	demand(stderr, "7 rows in table lead of the target already")
	for _, show := range [][]string{{"rank"}, {"leads", "show", "L1"}, {"explain", "L2"}, {"history"}} {
		one, _ := run(0, append([]string{"--db", file, "--at", "2026-11-23T10:00:00", "-o", "json"}, show...)...)
		for _, db := range []string{dsn, back} {
			if other, _ := run(0, append([]string{"--db", db, "--at", "2026-11-23T10:00:00", "-o", "json"}, show...)...); other != one {
				t.Errorf("%v differs in a copy:\n%s\nfrom\n%s", show, other, one)
			}
		}
	}
	// Rules that change are told of in the copy, too.
	other := filepath.Join(dir, "other")
	if err := copyTree(f0, other); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(other, "campaigns.yaml"), "lead.created_at >= slot.start", "lead.created_at > slot.start")
	run(0, "--rules", other, "--db", dsn, "rank")

	told, stderr = run(0, "--db", dsn, "--at", "2026-11-23T11:00:00", "erase", "--phone", "0199000001")
	demand(told, "erased 1 lead, 0 reports, 1 line of files")
	demand(stderr, "PVI/20261123-1000-IDF-01.csv")
	told, _ = run(0, "--db", dsn, "--at", "2026-11-23T11:00:00", "export", "--phone", "0199000001")
	demand(told, `"reason": "erased"`)
	told, _ = run(1, "--db", dsn, "--at", "2026-11-24T11:00:00", "doctor")
	demand(told, "✗      1  runs nobody stopped")
	told, _ = run(0, "--db", dsn, "--at", "2031-01-01T00:00:00", "purge")
	demand(told, "purged 7 leads")
	_, stderr = run(2, "--db", strings.Replace(dsn, "postgres://callsheet@", "postgres://callsheet:secret@", 1), "backup", filepath.Join(dir, "it's.db"))
	demand(stderr, `pg_dump --format=custom --file='`+dir+`/it'\''s.db' 'postgres://`)
	if strings.Contains(stderr, "secret") {
		t.Errorf("the password is shown: %s", stderr)
	}
	if _, stderr, code := keyed(t, "", "--rules", f0, "--db", dsn, "erase", "--phone", "0199000002"); code != exitFailed || !strings.Contains(stderr, "nothing was erased: suppression key") {
		t.Errorf("erasing without a key: %d %s", code, stderr)
	}
}

// A backup of a service at work can be gone on with, and holds every report that
// was answered before it began.
func TestBackupOfService(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	db := v.db
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var answered []string
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			id := "L" + strings.Repeat("x", i%50) + time.Duration(i).String()
			status, text, _ := v.ask("POST", "/v1/leads", webhookToken, `{"external_id":"`+id+`","phone":"0199000009","postal_code":"75011","legal_basis":"request"}`)
			if status != 201 && status != 200 {
				t.Errorf("lead %s: %d %s", id, status, text)
			}
			mu.Lock()
			answered = append(answered, id)
			mu.Unlock()
		}
	})
	for n := 0; n < 20; time.Sleep(time.Millisecond) {
		mu.Lock()
		n = len(answered)
		mu.Unlock()
	}
	mu.Lock()
	before := append([]string{}, answered...)
	mu.Unlock()
	file := filepath.Join(t.TempDir(), "backup.db")
	mustRun(t, "--rules", v.rules, "--db", db, "backup", file)
	cancel()
	writer.Wait()
	for _, id := range before {
		mustRun(t, "--rules", v.rules, "--db", file, "leads", "show", id)
	}
}
