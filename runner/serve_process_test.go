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

// The built program serves, stores a call before it answers, and ends when it
// is told to.
func TestServeProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, tokens := database(t, dir), filepath.Join(dir, "tokens")
	rules := filepath.Join(dir, "f0")
	if err := copyTree(f0, rules); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "--rules", rules, "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	if err := os.WriteFile(tokens, []byte("webhook "+webhookToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "callsheet", "--rules", rules, "--db", db, "--out", filepath.Join(dir, "out"),
		"--at", "2026-11-22T21:00:00", "serve", "--addr", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), tokensFile+"="+tokens)
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
	post := func(token string) (int, string) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/calls", strings.NewReader(strings.ReplaceAll(c20, "23/11", "22/11")))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("%v\n%s", err, log.String())
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	if status, body := post("somebody-elses-token"); status != http.StatusUnauthorized {
		t.Errorf("wrong token: %d %s", status, body)
	}
	if status, body := post(webhookToken); status != http.StatusOK || !strings.Contains(body, `"result":"new"`) {
		t.Errorf("call: %d %s", status, body)
	}
	book := ruleBook(ctx, t, address)
	edit(t, filepath.Join(rules, "campaigns.yaml"), "max_per_tick: 10", "max_per_tick: 9")
	for ruleBook(ctx, t, address) == book {
		if sleep(ctx, 50*time.Millisecond) != nil {
			t.Fatalf("an edit of the rule files is not noticed:\n%s", log.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, log.String())
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("the log has errors:\n%s", log.String())
	}
	shown := mustRun(t, "--rules", f0, "--db", db, "--at", "2026-11-22T21:05:00", "leads", "show", "L1")
	if !strings.Contains(shown, "qualified") {
		t.Errorf("the call is not stored:\n%s", shown)
	}
}

// ruleBook is what a service tells of its readiness.
func ruleBook(ctx context.Context, t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("readyz: %d %s %v", response.StatusCode, body, err)
	}
	return string(body)
}

// edit replaces a text in a file.
func edit(t *testing.T, path, old, now string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s has no %q: %v", path, old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(now), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}
