package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"callsheet/runner/internal/store/storetest"
)

// A database that was copied, from either kind to the other, or dumped and
// restored with PostgreSQL's own tools, holds the same and decides the same: the
// next slot has the same file, byte for byte.
func TestCopiesDecideTheSame(t *testing.T) {
	takesLong(t, "starting the program again and again")
	t.Parallel()
	dir, key := t.TempDir(), aKey(t)
	run := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := keyed(t, key, append([]string{"--rules", f0}, args...)...)
		if code != exitDone {
			t.Fatalf("callsheet %v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
		return stdout
	}
	tool := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	file, server, back := filepath.Join(dir, "a.db"), storetest.Postgres(t), filepath.Join(dir, "back.db")
	run("--db", file, "--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	run("--db", file, "--out", filepath.Join(dir, "before"), "start-campaign", "--type=PVI", "--start-date=2026-11-23T09:30:00")
	run("--db", file, "--out", filepath.Join(dir, "before"), "stop-campaigns", "--start-date=2026-11-23T12:59:00")
	run("copy", "--from", file, "--to", server)
	run("copy", "--from", server, "--to", back)
	stores := map[string]string{"file": file, "server": server, "back": back}
	if _, err := exec.LookPath("pg_dump"); err == nil {
		custom, plain := filepath.Join(dir, "a.dump"), filepath.Join(dir, "a.sql")
		stores["restored"], stores["replayed"] = storetest.Postgres(t), storetest.Postgres(t)
		tool("pg_dump", "--format=custom", "--file="+custom, server)
		tool("pg_restore", "--no-owner", "--exit-on-error", "--dbname="+stores["restored"], custom)
		tool("pg_dump", "--no-owner", "--file="+plain, server)
		tool("psql", "--quiet", "--set=ON_ERROR_STOP=1", "--file="+plain, stores["replayed"])
	} else if strings.Contains(os.Getenv("CALLSHEET_TEST_REQUIRE"), "postgres") {
		t.Fatal(err)
	}
	held := map[string]string{}
	for name, dsn := range stores {
		held[name] = dumpOf(t, dsn)
	}
	said, files := map[string]string{}, map[string]string{}
	for name, dsn := range stores {
		out := filepath.Join(dir, name)
		said[name] = run("--db", dsn, "--out", out, "start-campaign", "--start-date=2026-11-23T14:00:00")
		text, err := os.ReadFile(filepath.Join(out, "PVI", "20261123-1400-IDF-01.csv"))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	for name := range stores {
		if held[name] != held["file"] {
			t.Errorf("%s holds\n%s\nnot\n%s", name, held[name], held["file"])
		}
		if said[name] != said["file"] || files[name] != files["file"] {
			t.Errorf("%s decides\n%s%s\nnot\n%s%s", name, said[name], files[name], said["file"], files["file"])
		}
	}
}
