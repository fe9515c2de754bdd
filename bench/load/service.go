package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The tokens of a service that is started here.
const (
	webhookToken = "load-webhook-0123456789"
	readToken    = "load-read-0123456789abc"
)

// startTime is how long the service may take to answer.
const startTime = 30 * time.Second

// service is the one under load. Without a program it runs elsewhere.
type service struct {
	urls          []string // of the processes that it consists of
	asked         atomic.Uint64
	webhook, read string
	client        *http.Client

	program, rules, dir, db string
	temporary               bool
	processes               []*process
}

// process is one of those that share the database.
type process struct {
	*service
	address string
	cmd     *exec.Cmd
	spent   time.Duration // CPU of those before it that were killed
}

// prepare gives a service that knows the leads of the calls.
func prepare(ctx context.Context, o options, calls []call) (*service, error) {
	s := &service{
		webhook: o.webhook, read: o.read, db: o.db,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.clients}, Timeout: startTime},
	}
	if o.url != "" {
		s.urls = []string{strings.TrimSuffix(o.url, "/")}
		return s, s.postLeads(ctx, calls, o.clients)
	}
	s.webhook, s.read = webhookToken, readToken
	if err := s.build(ctx, o); err != nil {
		s.close()
		return nil, err
	}
	if err := s.fill(ctx, calls); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// build makes the folder, the program where none is given, and the tokens.
func (s *service) build(ctx context.Context, o options) (err error) {
	root, err := output(ctx, ".", "go", "list", "-m", "-f", "{{.Dir}}", "callsheet")
	if err != nil {
		return err
	}
	s.rules, s.dir, s.program = strings.TrimSpace(root), o.dir, o.program
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "callsheet-load-"); err != nil {
			return err
		}
		s.temporary = true
	}
	if s.program == "" {
		s.program = filepath.Join(s.dir, "callsheet")
		if _, err := output(ctx, s.rules, "go", "build", "-o", s.program, "./runner"); err != nil {
			return err
		}
	}
	if s.program, err = filepath.Abs(s.program); err != nil {
		return err
	}
	if s.db == "" {
		s.db = filepath.Join(s.dir, "callsheet.db")
	}
	for range o.services {
		// The same address again after a kill.
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		p := &process{service: s, address: listener.Addr().String()}
		s.processes, s.urls = append(s.processes, p), append(s.urls, "http://"+p.address)
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(s.dir, "tokens"), []byte("webhook "+webhookToken+"\nread "+readToken+"\n"), 0o600)
}

// fill imports the leads and starts the service.
func (s *service) fill(ctx context.Context, calls []call) error {
	leads := filepath.Join(s.dir, "leads.ndjson")
	if err := writeLeads(leads, calls); err != nil {
		return err
	}
	if _, err := output(ctx, s.dir, s.program, s.flags("import", "leads", leads)...); err != nil {
		return err
	}
	for _, p := range s.processes {
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// flags are the arguments of the program: the shipped rules, a database here,
// and a clock at which the calls have just been made.
func (s *service) flags(args ...string) []string {
	return append([]string{
		"--rules", s.rules, "--db", s.db, "--out", filepath.Join(s.dir, "out"), "--at", "2026-11-23T11:00:00",
	}, args...)
}

// start starts the program and waits until it serves.
func (p *process) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.CommandContext(ctx, p.program, p.flags("serve", "--addr", p.address, "--rate", "0", "--schedule=false")...)
	p.cmd.Env = append(os.Environ(), "CALLSHEET_TOKENS_FILE="+filepath.Join(p.dir, "tokens"))
	p.cmd.Stderr = log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "serving ") {
		return errors.Join(fmt.Errorf("the service does not start: see %s", log.Name()), p.kill())
	}
	return nil
}

// kill ends the process at once, in the middle of whatever it does.
func (p *process) kill() error {
	if p.cmd == nil {
		return nil
	}
	cmd := p.cmd
	p.cmd = nil
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	_ = cmd.Wait() // it was killed
	p.spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return nil
}

func (p *process) restart(ctx context.Context) error {
	if err := p.kill(); err != nil {
		return err
	}
	return p.start(ctx)
}

// cpu is the CPU time that the process has taken so far; 0 where the system does
// not tell.
func (p *process) cpu() time.Duration {
	if p.cmd == nil {
		return p.spent
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// The fields after the name, which may hold anything: proc(5).
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var ticks int
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return p.spent + time.Duration(ticks)*10*time.Millisecond // USER_HZ is 100
}

// restart kills every process and starts it again.
func (s *service) restart(ctx context.Context) error {
	for _, p := range s.processes {
		if err := p.restart(ctx); err != nil {
			return err
		}
	}
	return nil
}

// cpu is the CPU time of all processes.
func (s *service) cpu() (all time.Duration) {
	for _, p := range s.processes {
		all += p.cpu()
	}
	return all
}

// close ends the service and removes what was made for it.
func (s *service) close() {
	for _, p := range s.processes {
		if err := p.kill(); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
		}
	}
	if s.temporary {
		if err := os.RemoveAll(s.dir); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
		}
	}
}

// output runs a program to its end.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	text, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w: %s", name, err, failed.Stderr)
	}
	return string(text), err
}
