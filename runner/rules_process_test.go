package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A service adopts within five seconds what another process puts in force, and
// does not flip it back; SIGHUP makes it look at once.
func TestServeAdoptsRules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, rules := database(t, dir), filepath.Join(dir, "f0")
	if err := copyTree(f0, rules); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--rules", rules, "--db", db, "--at", "2026-11-22T21:00:00"}
	mustRun(t, append(flags, "import", "leads", f0+"/leads.csv")...)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "callsheet", append(flags, "serve", "--addr", "127.0.0.1:0", "--insecure-local", "--schedule=false")...)
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "serving ")
	if err != nil || !ok {
		t.Fatalf("stdout begins with %q (%v), and stderr is\n%s", line, err, log.String())
	}
	version := func() string {
		_, after, _ := strings.Cut(ruleBook(ctx, t, address), `"rule_book":"`)
		return after[:7]
	}
	within := func(limit time.Duration, what string, holds func() bool) {
		t.Helper()
		for end := time.Now().Add(limit); !holds(); {
			if time.Now().After(end) || sleep(ctx, 20*time.Millisecond) != nil {
				t.Fatalf("%s: not within %v", what, limit)
			}
		}
	}
	first := version()
	edit(t, filepath.Join(rules, "campaigns.yaml"), "max_per_tick: 10", "max_per_tick: 9")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	within(5*time.Second, "the edit is in force", func() bool { return version() != first })

	if out := mustRun(t, append(flags, "rollback", first, "--yes", "--reason", "tried")...); !strings.Contains(out, "rule book "+first+" is in force") {
		t.Errorf("rollback says %s", out)
	}
	within(5*time.Second, "the rollback is in force", func() bool { return version() == first })
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got := version(); got != first {
			t.Fatalf("rule book %s is in force again", got)
		}
	}
	if text := ruleBook(ctx, t, address); !strings.Contains(text, `"degraded"`) {
		t.Errorf("readyz says %s", text)
	}
	metrics := page(ctx, t, address+"/metrics")
	for _, want := range []string{"callsheet_rules_reload_ok 0", `callsheet_rules_live_version_info{version="` + first} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	campaigns, rejected := filepath.Join(rules, "campaigns.yaml"), filepath.Join(rules, "rules", rejectedFile)
	edit(t, campaigns, "max_per_tick: 9", "max_per_tick: nine")
	within(5*time.Second, "the author is told", func() bool {
		text, err := os.ReadFile(rejected)
		return err == nil && strings.Contains(string(text), "R008")
	})
	edit(t, campaigns, "max_per_tick: nine", "max_per_tick: 9")

	mustRun(t, append(flags, "apply", "--reason", "tried again")...)
	within(5*time.Second, "the yes is in force", func() bool { return version() != first })
	within(5*time.Second, "all is well", func() bool { return !strings.Contains(ruleBook(ctx, t, address), `"degraded"`) })
	if _, err := os.Stat(rejected); err == nil {
		t.Errorf("%s is still there", rejected)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, log.String())
	}
}

func page(ctx context.Context, t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
