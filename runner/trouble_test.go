package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shop is the rule book that ships, f0 the one of the scenarios.
const (
	shop = ".."
	f0   = "../fixtures/f0"
)

// try runs the program as a process of its own would run, and gives what
// it prints and its exit code.
func try(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, messages bytes.Buffer
	a := &app{stdout: &out, stderr: &messages, env: func(string) string { return "" }, clock: time.Now}
	code = a.run(t.Context(), args)
	return out.String(), messages.String(), code
}

// mustRun demands exit code 0 and gives stdout.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := try(t, args...)
	if code != exitDone {
		t.Fatalf("callsheet %s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// A database that another process does not let go is named, after a wait, and
// nothing is lost: the next command works.
func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "callsheet.db")
	mustRun(t, "--rules", f0, "--db", path, "import", "agents", shop+"/fixtures/agents.csv")
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "begin immediate"); err != nil {
		t.Fatal(err)
	}
	args := []string{"--rules", f0, "--db", path, "--at", "2026-11-22T20:00:00", "import", "leads", f0 + "/leads.csv"}
	stdout, stderr, code := try(t, args...)
	if code != exitFailed || stdout != "" || !strings.Contains(stderr, "locked by another process") {
		t.Errorf("with the database locked: exit code %d, stdout %q, stderr %q; want 1, nothing, and who has it", code, stdout, stderr)
	}
	if _, err := conn.ExecContext(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, args...); !strings.HasPrefix(got, "leads: 7 new, ") {
		t.Errorf("after the lock: %q, want 7 new leads", got)
	}
}

// A campaign that cannot be started does not take back those before it: they
// are printed and written, and the start is done in part.
func TestStartThatBreaksOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, out := filepath.Join(dir, "callsheet.db"), filepath.Join(dir, "out")
	mustRun(t, "--rules", f0, "--db", path, "--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const broken = `create trigger broken before insert on "run" when new."campaign" = 'PVB' begin select raise(abort, 'broken on purpose'); end`
	if _, err := db.ExecContext(t.Context(), broken); err != nil {
		t.Fatal(err)
	}
	start := []string{"--rules", f0, "--db", path, "--out", out, "start-campaign", "--start-date=2026-11-23T09:30:00"}
	stdout, stderr, code := try(t, start...)
	if code != exitPart || !strings.HasPrefix(stdout, "PVI 2026-11-23 10:00 IDF: 3 new, ") || strings.Contains(stdout, "PVB") ||
		!strings.Contains(stderr, "start PVB") || !strings.Contains(stderr, "broken on purpose") {
		t.Errorf("exit code %d, stdout %q, stderr %q; want 5, PVI, and why PVB is not started", code, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(out, "PVI", "20261123-1000-IDF-01.csv")); err != nil {
		t.Error(err)
	}
	if _, err := db.ExecContext(t.Context(), "drop trigger broken"); err != nil {
		t.Fatal(err)
	}
	again := mustRun(t, start...)
	for _, want := range []string{"PVI 2026-11-23 10:00 IDF: 0 new, 3 already injected", "PVB 2026-11-23 10:00 IDF: 1 new, ", "PQSC 2026-11-23 14:00 IDF: 1 new, "} {
		if !strings.Contains(again, want) {
			t.Errorf("the start after it says %q, want %q", again, want)
		}
	}
}

// A folder that cannot be written is named. What was decided is not lost: the
// next command with a folder of its own writes it.
func TestOutputFolderThatIsNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "callsheet.db"), filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "--rules", f0, "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	start := []string{"--rules", f0, "--db", db, "start-campaign", "--type=PVI", "--start-date=2026-11-23T09:30:00", "--out"}
	for _, out := range []string{file, filepath.Join(file, "below")} {
		if _, stderr, code := try(t, append(start, out)...); code != exitFailed || !strings.Contains(stderr, out) {
			t.Errorf("--out %s: exit code %d, stderr %q; want 1 and the name of the folder", out, code, stderr)
		}
	}
	out := filepath.Join(dir, "out")
	if got := mustRun(t, append(start, out)...); !strings.Contains(got, "0 new, 3 already injected, 1 over capacity") {
		t.Errorf("the next start says %q", got)
	}
	text, err := os.ReadFile(filepath.Join(out, "PVI", "20261123-1000-IDF-01.csv"))
	if err != nil || bytes.Count(text, []byte("\n")) != 4 {
		t.Errorf("the file of the start before is %q, %v; want a header and 3 rows", text, err)
	}
}

func TestPlacesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc, a folder that even root cannot write")
	}
	for name, args := range map[string][]string{
		"database":            {"--rules", f0, "--db", "/proc/callsheet.db", "import", "leads", f0 + "/leads.csv"},
		"no such folder":      {"--rules", f0, "--db", "/proc/none/callsheet.db", "rank"},
		"simulation":          {"--rules", f0, "--db", f0, "simulate", "--out", "/proc/campaigns"},
		"file as a database":  {"--rules", f0, "--db", f0 + "/campaigns.yaml", "rank"},
		"fixtures below file": {"--rules", f0, "--db", f0 + "/campaigns.yaml/x", "rank"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := args[3]
			if name == "simulation" {
				place = "/proc/campaigns"
			}
			stdout, stderr, code := try(t, args...)
			if code != exitFailed || stdout != "" || !strings.Contains(stderr, place) {
				t.Errorf("exit code %d, stdout %q, stderr %q; want 1, nothing, and the place", code, stdout, stderr)
			}
		})
	}
}

// A disk that is full stops an import with what is stored kept; with space
// again the same import completes.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small disk")
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", bytes.TrimSpace(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	leads := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(leads, leadsCSV(4000), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--rules", shop, "--db", filepath.Join(dir, "callsheet.db"), "--at", "2026-11-22T20:00:00", "import", "leads", leads}
	stdout, stderr, code := try(t, args...)
	if code != exitFailed && code != exitPart || !strings.Contains(stderr, "full") {
		t.Fatalf("on the full disk: exit code %d, stdout %q, stderr %q; want 1 or 5, and that it is full", code, stdout, stderr)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=64m", dir).CombinedOutput(); err != nil {
		t.Fatalf("remount: %s", out)
	}
	mustRun(t, args...)
	if got := mustRun(t, args...); !strings.HasPrefix(got, "leads: 0 new, 0 changed, 4000 unchanged; ") {
		t.Errorf("with space again: %q, want all 4000 leads stored", got)
	}
}

// An import that is interrupted says so, keeps what it stored, and completes
// the next time.
func TestInterruptedImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leads, db := filepath.Join(dir, "leads.csv"), filepath.Join(dir, "callsheet.db")
	if err := os.WriteFile(leads, leadsCSV(13_000), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--rules", shop, "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", leads}
	stderr, err := interrupted(t, args)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted || !strings.Contains(stderr, "interrupted: what was stored stays") {
		t.Fatalf("interrupted import: %v, stderr %q; want exit code 130 and that it was interrupted", err, stderr)
	}
	again := mustRun(t, args...)
	if strings.HasPrefix(again, "leads: 13000 new") || strings.HasPrefix(again, "leads: 0 new") {
		t.Errorf("the import after it: %q; want some leads that were stored before", again)
	}
	if got := mustRun(t, args...); !strings.HasPrefix(got, "leads: 0 new, 0 changed, 13000 unchanged; ") {
		t.Errorf("at the end: %q, want 13000 leads", got)
	}
}

// interrupted runs the program, which TestMain puts in the path, and interrupts it once it tells progress.
func interrupted(t *testing.T, args []string) (stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "callsheet", args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for buf := make([]byte, 1); !bytes.Contains(text.Bytes(), []byte("10%")); {
		n, err := pipe.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			t.Fatalf("ended before it could be interrupted: %v, %s", cmd.Wait(), text.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := text.ReadFrom(pipe); err != nil {
		t.Fatal(err)
	}
	return text.String(), cmd.Wait()
}
