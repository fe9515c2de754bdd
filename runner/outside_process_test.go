package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// caller is a call centre whose commands run as processes, beside the services
// of others.
type caller struct {
	*testing.T
	dir     string
	db      string
	rules   string
	outside *outside
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	o := newOutside()
	t.Cleanup(o.Close)
	dir := t.TempDir()
	c := &caller{t, dir, database(t, dir), f0, o}
	c.run("--at", "2026-11-22T20:00:00", "import", "leads", f0+"/leads.csv")
	return c
}

// command is the program as a process that ends with the test.
func (c *caller) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.Context(), "callsheet", append([]string{"--rules", c.rules, "--db", c.db, "--out", filepath.Join(c.dir, "out")}, args...)...)
	cmd.Env = append(os.Environ(), c.outside.environment()...)
	return cmd
}

// run runs the program to its end and gives what it printed.
func (c *caller) run(args ...string) string {
	c.Helper()
	out, err := c.command(args...).CombinedOutput()
	if err != nil {
		c.Fatalf("callsheet %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// killed runs the program until it is seen to do something, and kills it.
func (c *caller) killed(seen <-chan struct{}, args ...string) {
	c.Helper()
	cmd := c.command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	select {
	case <-seen:
	case <-time.After(30 * time.Second):
		c.Errorf("nothing was asked of the others:\n%s", out.String())
	}
	if err := cmd.Process.Kill(); err != nil {
		c.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		c.Fatalf("the program ended before it was killed:\n%s", out.String())
	}
}

// write writes a file of calls.
func (c *caller) write(lines ...string) string {
	c.Helper()
	path := filepath.Join(c.dir, "calls.csv")
	text := "callId,contactId,callStart,callEnd,wrapup,recordingRef\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	return path
}

// hang makes the first request that begins so wait, for as long as the program
// lives that made it: before it is done, or when it is done and not answered.
func (c *caller) hang(method, path string, done bool) (seen <-chan struct{}) {
	var first atomic.Bool
	reached := make(chan struct{})
	wait := func(r *http.Request) bool {
		if r.Method != method || !strings.HasPrefix(r.URL.Path, path) || !first.CompareAndSwap(false, true) {
			return false
		}
		close(reached)
		select {
		case <-r.Context().Done():
		case <-c.Context().Done():
		}
		return true
	}
	if done {
		c.outside.behind(func(r *http.Request) { wait(r) })
	} else {
		c.outside.ahead(func(r *http.Request) int {
			if wait(r) {
				return http.StatusServiceUnavailable
			}
			return 0
		})
	}
	return reached
}

// Whoever is killed while it sends a recording leaves it to the next run, which
// asks whether it has arrived, and sends it only when it has not.
func TestKilledWhileSendingRecordings(t *testing.T) {
	t.Parallel()
	for _, arrived := range []bool{true, false} {
		t.Run(fmt.Sprintf("arrived %v", arrived), func(t *testing.T) {
			t.Parallel()
			c := newCaller(t)
			c.run("--at", "2026-11-23T13:00:00", "import", "calls", c.write(
				"k1,L1,23/11/2026 12:10:00,23/11/2026 12:11:00,Qualifié,rec-1",
				"k2,L2,23/11/2026 12:10:00,23/11/2026 12:12:00,Qualifié,rec-2"))
			seen := c.hang(http.MethodPost, "/calls", arrived)
			c.killed(seen, "--at", "2026-11-23T13:00:00", "send-callity-calls")
			if told := c.run("--at", "2026-11-23T17:00:00", "send-callity-calls"); !strings.HasPrefix(told, "sent 2") {
				t.Errorf("the next run says %q", told)
			}
			if got := c.outside.asked("GET /calls/k1"); len(got) != 1 {
				t.Errorf("asked for the recording in doubt: %q", got)
			}
			if got := c.outside.asked("GET /calls/k2"); len(got) != 0 {
				t.Errorf("asked for one that nobody had sent: %q", got)
			}
			if got := c.outside.asked("POST /calls 201"); len(got) != 2 {
				t.Errorf("taken: %q", got)
			}
			if told := c.run("--at", "2026-11-23T13:00:00", "send-callity-calls"); !strings.HasPrefix(told, "sent 0; skipped already_sent 2") {
				t.Errorf("once more: %q", told)
			}
		})
	}
}

// Two processes over intervals that overlap send each recording once.
func TestTwoSendRecordings(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	var lines []string
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("k%d,L1,23/11/2026 12:%d0:00,23/11/2026 12:%d0:30,Occupé,rec", i, i/2, i/2))
	}
	c.run("--at", "2026-11-23T13:00:00", "import", "calls", c.write(lines...))
	c.outside.ahead(func(*http.Request) int { time.Sleep(20 * time.Millisecond); return 0 })
	var both sync.WaitGroup
	for _, from := range []string{"2026-11-23T12:00:00", "2026-11-23T12:20:00"} {
		both.Go(func() {
			if out, err := c.command("--at", "2026-11-23T13:00:00", "send-callity-calls", "--start-date", from).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	both.Wait()
	if got := c.outside.asked("POST /calls"); len(got) != 8 || len(c.outside.calls) != 8 {
		t.Errorf("%d requests for %d recordings, want 8", len(got), len(c.outside.calls))
	}
}

// supportDesk gives the services of others two agents of support and the
// contacts of some leads.
func (c *caller) supportDesk() {
	c.outside.agents = []map[string]any{
		{"id": "1", "username": "s1", "team": "support", "active": true}, {"id": "2", "username": "s2", "team": "support", "active": true},
	}
	c.outside.contacts = []map[string]any{
		{"id": "L1", "campaign_id": "A", "assignedAgent": "a1"},
		{"id": "L2", "campaign_id": "A", "assignedAgent": "a1"},
		{"id": "B1", "campaign_id": "B", "assignedAgent": "s1"},
	}
}

// Whoever is killed while it gives a contact to an agent leaves it to the next
// one, who asks the dialer whose it is.
func TestKilledWhileHandingOver(t *testing.T) {
	t.Parallel()
	for _, arrived := range []bool{true, false} {
		t.Run(fmt.Sprintf("arrived %v", arrived), func(t *testing.T) {
			t.Parallel()
			c := newCaller(t)
			c.supportDesk()
			calls := c.write("k1,L1,23/11/2026 11:00:00,23/11/2026 11:01:00,support,")
			seen := c.hang(http.MethodPatch, "/voice/contacts", arrived)
			c.killed(seen, "--at", "2026-11-23T11:05:00", "import", "calls", calls)
			// Its campaign counts differently meanwhile: what was decided stays.
			c.outside.mu.Lock()
			c.outside.contacts[2]["assignedAgent"] = "s2"
			c.outside.mu.Unlock()
			c.run("--at", "2026-11-23T11:06:00", "import", "calls", calls)
			if got := c.outside.asked("PATCH /voice/contacts/L1 200"); len(got) != 1 {
				t.Errorf("the dialer was told: %q", got)
			}
			if got := c.outside.assigned("L1"); got != "s2" {
				t.Errorf("the dialer has the contact with %v, want s2", got)
			}
			if shown := c.run("leads", "show", "L1"); !strings.Contains(shown, "s2") {
				t.Errorf("the lead is not with s2:\n%s", shown)
			}
		})
	}
}

// readAlong takes what a process writes, while the test reads it.
type readAlong struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *readAlong) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *readAlong) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// served is a service that runs as a process.
type served struct {
	*exec.Cmd
	address string
	log     *readAlong
}

func (c *caller) serve(at string, more ...string) *served {
	c.Helper()
	tokens := filepath.Join(c.dir, "tokens")
	if err := os.WriteFile(tokens, []byte("webhook "+webhookToken+"\n"), 0o600); err != nil {
		c.Fatal(err)
	}
	s := &served{c.command(append([]string{"--at", at, "serve", "--addr", "127.0.0.1:0"}, more...)...), "", &readAlong{}}
	s.Env = append(s.Env, tokensFile+"="+tokens)
	s.Stderr = s.log
	stdout, err := s.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	if err := s.Start(); err != nil {
		c.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "serving ")
	if err != nil || !ok {
		c.Fatalf("stdout begins with %q (%v), and stderr is\n%s", line, err, s.log.String())
	}
	s.address = address
	return s
}

// post reports a call to a service.
func (c *caller) post(s *served, body string) (status int, answer string) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), http.MethodPost, s.address+"/v1/calls", strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("X-Api-Key", webhookToken)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(response.Body)
	return response.StatusCode, text.String()
}

// until waits for something to become true.
func (c *caller) until(what string, true func() bool) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 30*time.Second)
	defer cancel()
	for !true() {
		if sleep(ctx, 20*time.Millisecond) != nil {
			c.Fatalf("waited in vain for: %s", what)
		}
	}
}

// A CRM that does not answer keeps no report waiting; as soon as it does, the
// contact is handed over. Killed in the middle of that, the next service ends it.
func TestServeHandsOver(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.supportDesk()
	slow := make(chan struct{})
	release := sync.OnceFunc(func() { close(slow) })
	t.Cleanup(release)
	c.outside.ahead(func(r *http.Request) int {
		if r.URL.Path == "/crm/agents" {
			select {
			case <-slow:
			case <-r.Context().Done():
			}
		}
		return 0
	})
	s := c.serve("2026-11-23T11:05:00", "--schedule=false")
	begin := time.Now()
	status, answer := c.post(s, `{"callId":"k1","contactId":"L1","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:01:00","wrapup":"Transfert SUPPORT"}`)
	if took := time.Since(begin); status != http.StatusOK || took > 3*time.Second {
		t.Errorf("the report was answered with %d after %s: %s", status, took, answer)
	}
	if got := c.outside.assigned("L1"); got != "a1" {
		t.Errorf("the contact is with %v before the CRM answers", got)
	}
	release()
	c.until("the contact to be handed over", func() bool { return c.outside.assigned("L1") == "s2" })

	seen := c.hang(http.MethodPatch, "/voice/contacts/L2", true)
	if status, answer = c.post(s, `{"callId":"k2","contactId":"L2","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:02:00","wrapup":"support"}`); status != http.StatusOK {
		t.Errorf("%d %s", status, answer)
	}
	<-seen
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait()
	again := c.serve("2026-11-23T11:10:00", "--schedule=false")
	c.until("the handover to be ended", func() bool { return strings.Contains(c.run("leads", "show", "L2"), "s1") })
	if got := c.outside.asked("PATCH /voice/contacts/L2"); len(got) != 1 {
		t.Errorf("the dialer was told: %q", got)
	}
	if err := again.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := again.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, again.log.String())
	}
	if log := s.log.String() + again.log.String(); strings.Contains(log, outsideKey) || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log:\n%s", log)
	}
}

// The service sends recordings as a job, reports that came late included.
func TestServeSendsRecordings(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.rules = filepath.Join(c.dir, "f0")
	if err := copyTree(f0, c.rules); err != nil {
		t.Fatal(err)
	}
	campaigns := filepath.Join(c.rules, "campaigns.yaml")
	text, err := os.ReadFile(campaigns)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "\njobs:\n  send-callity-calls: {days: [mon], every: 1m}\n"...)
	if err := os.WriteFile(campaigns, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c.run("--at", "2026-11-23T13:00:00", "import", "calls", c.write("k1,L1,23/11/2026 09:10:00,23/11/2026 09:11:00,Qualifié,rec-1"))
	s := c.serve("2026-11-23T12:59:58")
	c.until("the recording to be sent", func() bool {
		return len(c.outside.asked("POST /calls 201")) == 1 && strings.Contains(s.log.String(), "sent 1")
	})
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, s.log.String())
	}
	if !strings.Contains(s.log.String(), "sent 1") || strings.Contains(s.log.String(), "passed over") {
		t.Errorf("the log:\n%s", s.log.String())
	}
}
