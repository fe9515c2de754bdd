package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// Several processes start, tick and stop the same slots at once, and some of
// them are killed: nobody is called twice in a slot or forgotten, and every file
// reaches the dialer once.
func TestProcessesAtOnce(t *testing.T) {
	takesLong(t, "running many processes")
	t.Parallel()
	for name, db := range map[string]func(testing.TB) string{
		"SQLite":     func(testing.TB) string { return "" },
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			v := newVictim(t, rand.New(rand.NewPCG(seed, 0)), db(t))
			v.crowd = 4
			dialer := v.consume()
			for day := 0; day == 0 || v.killed < kills(t, 0); day++ {
				v.live(day)
			}
			dialer()
			t.Logf("%d commands killed, %d files taken", v.killed, len(v.taken))
			v.check()
		})
	}
}

// stuckInbox takes files, but never answers the first request for one.
type stuckInbox struct {
	begun chan struct{}
	once  sync.Once
	mu    sync.Mutex
	taken []string
}

func (b *stuckInbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stuck := false
	if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, ".csv") {
		b.once.Do(func() { stuck = true })
	}
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case stuck:
		close(b.begun)
		<-r.Context().Done()
	case r.Method == http.MethodHead:
		w.WriteHeader(http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, ".csv"):
		b.mu.Lock()
		defer b.mu.Unlock()
		b.taken = append(b.taken, r.URL.Path)
	}
}

// Two machines have one database and one dialer that is reached by HTTP. While
// one of them sends, the other waits; when it is killed, the other one goes on,
// and the dialer gets the file once.
func TestFilesOfTwoMachines(t *testing.T) {
	takesLong(t, "killing processes again and again")
	t.Parallel()
	dir := t.TempDir()
	rules, db := filepath.Join(dir, "f0"), storetest.Postgres(t)
	if err := copyTree(f0, rules); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(rules, "rules", "dialers.yaml"), "    version: 1", "    version: 1\n    transport: http")
	mustRun(t, "--rules", rules, "--db", db, "--at", "2026-11-22T21:00:00", "import", "leads", f0+"/leads.csv")
	inbox := &stuckInbox{begun: make(chan struct{})}
	server := httptest.NewServer(inbox)
	defer server.Close()
	machine := func(out string) *process {
		return launchWith(t, []string{"CALLSHEET_UPLOAD_URL=" + server.URL + "/in"}, "--rules", rules, "--db", db, "--out", filepath.Join(dir, out),
			"start-campaign", "--type=PVI", "--start-date=2026-11-23T09:30:00")
	}
	first := machine("a")
	<-inbox.begun
	second := machine("b")
	time.Sleep(leaseBeat + leasePoll) // in which the first shows that it lives
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.ends(t)
	died := time.Now()
	if code := second.ends(t); code != exitDone || !strings.Contains(second.err.String(), "wrote "+server.URL) {
		t.Errorf("the second ends with %d:\n%s%s", code, second.out.String(), second.err.String())
	}
	if waited := time.Since(died); waited > leaseTime+5*time.Second {
		t.Errorf("the file waits %s for a dead process", waited)
	}
	inbox.mu.Lock()
	defer inbox.mu.Unlock()
	if len(inbox.taken) != 1 {
		t.Errorf("the dialer has taken %v, want one file once", inbox.taken)
	}
}

// A process that is suspended in the middle of a file, for longer than its lease,
// does not mark the file when it wakes up, nor send it.
func TestFileOfASuspendedMachine(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	l, ok, err := s.Acquire(t.Context(), "hand-over of files to d", "folder a", 0)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	file := crm.File{Name: "PVI/1.csv", Kind: crm.FileInject, State: crm.FileClaimed, RunID: "PVI/s/IDF", SlotKey: "PVI/s", Campaign: "PVI", Dialer: "d"}
	run := crm.Run{ID: "PVI/s/IDF", Campaign: "PVI", Slot: "s", Group: "IDF", State: crm.RunRunning, Files: 1}
	if err := s.Claim(t.Context(), crm.Claim{Runs: []crm.Run{run}, Files: []crm.File{file}}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Acquire(t.Context(), l.Name, "folder b", time.Hour); err != nil || !ok {
		t.Fatal(ok, err)
	}
	for what, mark := range map[string]func(context.Context, string) error{
		"staged": s.Under(l).Staged, "sending": s.Under(l).Sending,
		"published": func(ctx context.Context, name string) error { return s.Under(l).Published(ctx, name, 1) },
	} {
		if err := mark(t.Context(), file.Name); err == nil || !strings.Contains(err.Error(), "no longer holds") {
			t.Errorf("%s: %v", what, err)
		}
	}
	files, err := s.UnpublishedFiles(t.Context())
	if err != nil || len(files) != 1 || files[0].State != crm.FileClaimed {
		t.Errorf("files: %+v, %v", files, err)
	}
}

// manyLeads is a database with leads, imported by the program.
func manyLeads(t *testing.T, db, rules string, n int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,created_at,postal_code,phone,given_type,given_segment,given_score,legal_basis\n")
	for i := range n {
		fmt.Fprintf(&b, "K%05d,2026-11-20T10:00:00,75011,01990%05d,RDVVQ,PVI_NOW,%d,request\n", i, i, i%97)
	}
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "--rules", rules, "--db", db, "--at", "2026-11-22T21:00:00", "import", "leads", path)
}

func eventually(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// A pass is begun and left alone; two services rescore its ranges, and one that
// is dead holds one of them. When one of the services is killed, the other does
// the rest, and no range counts twice.
func TestRescoreOfKilledServices(t *testing.T) {
	takesLong(t, "killing processes again and again")
	t.Parallel()
	const leads = 3000
	for name, place := range map[string]func(testing.TB) string{
		"SQLite":     func(t testing.TB) string { return filepath.Join(t.TempDir(), "callsheet.db") },
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, rules := place(t), filepath.Join(t.TempDir(), "f0")
			if err := copyTree(f0, rules); err != nil {
				t.Fatal(err)
			}
			manyLeads(t, db, rules, leads)
			edit(t, filepath.Join(rules, "scoring.yaml"), "points: lead.given_score", "points: lead.given_score + 1")
			status := mustRun(t, "--rules", rules, "--db", db, "-o", "json", "status")
			_, version, _ := strings.Cut(status, `"version": "`)
			s, err := store.Open(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			pass, err := s.BeginPass(t.Context(), version[:64], crm.At(time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)), 50)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok, err := s.ClaimRange(t.Context(), pass.ID, "dead", 5*time.Second); err != nil || !ok {
				t.Fatal(ok, err)
			}
			now := func() crm.Pass {
				p, err := s.Pass(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			serve := func() *process {
				return launch(t, "--rules", rules, "--db", db, "--at", "2026-11-22T21:00:00", "serve", "--addr", "127.0.0.1:0", "--insecure-local", "--schedule=false")
			}
			first, second := serve(), serve()
			eventually(t, 40*time.Second, "a service works", func() bool { return now().Done > 0 })
			killed := now()
			if err := first.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			first.ends(t)
			if out := mustRun(t, "--rules", rules, "--db", db, "status"); !killed.Ended() && now().Done < killed.Ranges && !strings.Contains(out, "RESCORE") {
				t.Errorf("status does not tell of the pass:\n%s", out)
			}
			eventually(t, 40*time.Second, "the other one does the rest", func() bool { p := now(); return p.Ended() })
			if p := now(); killed.Ended() || p.Leads != leads || p.Changed != leads {
				t.Errorf("killed after %+v, ended with %+v: want each of %d leads once", killed, p, leads)
			}
			_ = second.Process.Kill()
			second.ends(t)
			if out := mustRun(t, "--rules", rules, "--db", db, "--at", "2026-11-22T21:00:00", "rescore"); out != "rescored 3000 leads: 0 changed, 0 planned\n" {
				t.Errorf("then: %s", out)
			}
		})
	}
}

// Two services on two machines, each with its folder of rules: what is put in
// force on one is in force on both within five seconds, and what it scores in
// another way is rescored by one version.
func TestTwoServicesOneRuleBook(t *testing.T) {
	t.Parallel()
	dir, db := t.TempDir(), storetest.Postgres(t)
	folder := func(machine string) string { return filepath.Join(dir, machine) }
	for _, machine := range []string{"a", "b"} {
		if err := copyTree(f0, folder(machine)); err != nil {
			t.Fatal(err)
		}
	}
	const leads = 200
	manyLeads(t, db, folder("a"), leads)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	addresses := map[string]string{}
	for _, machine := range []string{"a", "b"} {
		address := freeAddress(t)
		addresses[machine] = "http://" + address
		p := launch(t, "--rules", folder(machine), "--db", db, "--at", "2026-11-22T21:00:00", "serve", "--addr", address, "--insecure-local", "--schedule=false")
		defer func() { _ = p.Process.Kill(); p.ends(t) }()
		eventually(t, 20*time.Second, "it serves", func() bool {
			status, _, err := request(ctx, http.MethodGet, "http://"+address+"/readyz", nil, "")
			return err == nil && status == http.StatusOK
		})
	}
	version := func(machine string) string {
		_, after, _ := strings.Cut(ruleBook(ctx, t, addresses[machine]), `"rule_book":"`)
		return after[:7]
	}
	before := version("a")
	if version("b") != before {
		t.Fatal("they begin with two versions")
	}
	edit(t, filepath.Join(folder("a"), "scoring.yaml"), "points: lead.given_score", "points: lead.given_score + 1")
	eventually(t, 15*time.Second, "the edit is in force", func() bool { return version("a") != before })
	eventually(t, 5*time.Second, "it is in force on the other machine", func() bool { return version("b") == version("a") })
	s, err := store.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	eventually(t, 20*time.Second, "the leads are rescored", func() bool {
		p, err := s.Pass(ctx)
		return err == nil && p.Ended() && p.Leads == leads && strings.HasPrefix(p.Version, version("a"))
	})
	all, err := s.Leads(ctx, expression.All(), "", expression.MaxBatch)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if !strings.HasPrefix(l.ScoredBy, version("a")) {
			t.Errorf("%s is scored by %s", l.ID, l.ScoredBy)
		}
	}
}
