package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is the program at work beside the test.
type process struct {
	*exec.Cmd
	out, err bytes.Buffer
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	return launchWith(t, nil, args...)
}

// launchWith is launch with more in the environment.
func launchWith(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, "callsheet", args...)}
	p.Stdout, p.Stderr = &p.out, &p.err
	p.Env = append(os.Environ(), env...)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// ends waits for the end and gives the exit code.
func (p *process) ends(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// appears waits for a file.
func appears(t *testing.T, path string) {
	t.Helper()
	for range 400 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not appear", path)
}

// One loop works on a database. Another one is refused while it lives, and
// takes over when it died; one that is interrupted gives way at once. Nobody
// is called twice.
func TestOneLoopAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, out := database(t, dir), filepath.Join(dir, "out")
	leads := filepath.Join(dir, "leads.csv")
	arrives := func(at, id string) {
		t.Helper()
		text := "id,given_type,given_segment,given_score,postal_code,phone,legal_basis\n" + id + ",RDVVQ,PVI_NOW,90,92300,01 99 00 00 0" + id[1:] + ",request\n"
		if err := os.WriteFile(leads, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		mustRun(t, "--rules", f0, "--db", db, "--at", at, "import", "leads", leads)
	}
	loop := func(at string) *process {
		return launch(t, "--rules", f0, "--db", db, "--out", out, "--at", at, loopName)
	}
	arrives("2026-11-23T10:01:10", "L1")
	first := loop("2026-11-23T10:01:59")
	appears(t, filepath.Join(out, "CF", "20261123-100200-IDF.csv"))

	refused := loop("2026-11-23T10:02:30")
	if code := refused.ends(t); code != exitFailed || !strings.Contains(refused.err.String(), "another cf-campaign-loop is at work (process ") {
		t.Errorf("a second loop ends with %d, %s; want 1 and who is at work", code, refused.err.String())
	}

	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.ends(t)
	arrives("2026-11-23T10:03:00", "L2")
	second := loop("2026-11-23T10:03:45") // waits for the lease of the first, at most until 10:03:55
	appears(t, filepath.Join(out, "CF", "20261123-100400-IDF.csv"))
	if err := second.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := second.ends(t); code != exitInterrupted || !strings.Contains(second.err.String(), "interrupted") {
		t.Errorf("an interrupted loop ends with %d, %s; want 130", code, second.err.String())
	}
	if got, want := second.out.String(), "CF 2026-11-23 10:04:00 IDF: 1 new, 1 already injected, 0 over capacity, latency 60 s\n"; got != want {
		t.Errorf("stdout is %q, want %q", got, want)
	}

	arrives("2026-11-23T10:05:00", "L3")
	third := loop("2026-11-23T10:05:58")
	appears(t, filepath.Join(out, "CF", "20261123-100600-IDF.csv"))
	if err := third.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := third.ends(t); code != exitInterrupted {
		t.Errorf("a terminated loop ends with %d, want 130", code)
	}
}
