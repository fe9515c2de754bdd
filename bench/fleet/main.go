// Program fleet measures what a growing store costs: a start of a campaign and
// a re-scoring over more and more leads, by one process and by several.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type options struct {
	leads   int
	helpers int
	db      string
	program string
}

func main() {
	var o options
	flag.IntVar(&o.leads, "leads", 100_000, "leads that are stored; a thousand of them wait for their call")
	flag.IntVar(&o.helpers, "helpers", 0, "services that help to rescore")
	flag.StringVar(&o.db, "db", "", "postgres:// address of an empty database; a SQLite file of its own when left out")
	flag.StringVar(&o.program, "program", "", "the program; built from the folder above when left out")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// centre is a call centre that is measured.
type centre struct {
	options
	ctx        context.Context
	dir, rules string
}

func run(ctx context.Context, o options) (err error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "callsheet").Output()
	if err != nil {
		return err
	}
	c := &centre{options: o, ctx: ctx}
	if c.dir, err = os.MkdirTemp("", "callsheet-fleet-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	source := strings.TrimSpace(string(root))
	if c.program == "" {
		c.program = filepath.Join(c.dir, "callsheet")
		build := exec.CommandContext(ctx, "go", "build", "-o", c.program, "./runner")
		build.Dir = source
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	if c.db == "" {
		c.db = filepath.Join(c.dir, "callsheet.db")
	}
	c.rules = filepath.Join(c.dir, "rules")
	if err := os.CopyFS(c.rules, os.DirFS(filepath.Join(source, "fixtures", "f0"))); err != nil {
		return err
	}
	if err := c.write(); err != nil {
		return err
	}
	return c.measure()
}

func (c *centre) measure() error {
	fmt.Printf("%d leads, %d helpers\n", c.leads, c.helpers)
	for range c.helpers {
		helper := c.command("--at", "2026-11-22T21:00:00", "serve", "--addr", "127.0.0.1:0", "--insecure-local", "--schedule=false")
		if err := helper.Start(); err != nil {
			return err
		}
		defer func() { _ = helper.Process.Kill(); _ = helper.Wait() }()
	}
	const points = "points: lead.given_score"
	for _, step := range []struct {
		name     string
		old, now string
		args     []string
	}{
		{"import", "", "", []string{"--at", "2026-11-22T21:00:00", "import", "leads", filepath.Join(c.dir, "leads.csv")}},
		{"start", "", "", []string{"start-campaign", "--type", "PVI", "--start-date", "2026-11-23T09:30:00"}},
		{"start again", "", "", []string{"start-campaign", "--type", "PVI", "--start-date", "2026-11-23T09:31:00"}},
		{"rescore, 0 % change", "", "", []string{"--at", "2026-11-22T21:00:00", "rescore"}},
		{"rescore, 5 % change", points, "points: lead.given_score\n      top:\n        when: lead.given_score > 94\n        points: -1", []string{"--at", "2026-11-22T21:00:00", "rescore"}},
		{"rescore, all change", points, points + " + 1", []string{"--at", "2026-11-22T21:00:00", "rescore"}},
	} {
		if err := c.edit(step.old, step.now); err != nil {
			return err
		}
		if err := c.time(step.name, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// time runs the program and tells what it took.
func (c *centre) time(name string, args ...string) error {
	cmd := c.command(args...)
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			err = fmt.Errorf("%w\n%s", err, exit.Stderr)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	first, _, _ := strings.Cut(string(out), "\n")
	fmt.Printf("%-22s %7.2f s, CPU %7.2f s, %5d MiB   %s\n", name, time.Since(begin).Seconds(), cpu.Seconds(), usage.Maxrss>>10, first)
	return nil
}

func (c *centre) command(args ...string) *exec.Cmd {
	return exec.CommandContext(c.ctx, c.program, append([]string{"--rules", c.rules, "--db", c.db, "--out", filepath.Join(c.dir, "out")}, args...)...)
}

func (c *centre) edit(old, now string) error {
	path := filepath.Join(c.rules, "scoring.yaml")
	text, err := os.ReadFile(path)
	if err != nil || old == "" {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), old, now, 1)), 0o600)
}

// write writes the leads: a thousand that wait for their call, the others done
// with.
func (c *centre) write() (err error) {
	file, err := os.Create(filepath.Join(c.dir, "leads.csv"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "id,created_at,postal_code,phone,given_type,given_segment,given_score,legal_basis,status")
	for i := range c.leads {
		status := "refused"
		if i%max(1, c.leads/1000) == 0 {
			status = "new"
		}
		fmt.Fprintf(w, "K%08d,2026-11-%02dT10:00:00,75011,0%d,RDVVQ,PVI_NOW,%d,request,%s\n", i, 1+i%20, 199_000_000+i%1_000_000, i%100, status)
	}
	return w.Flush()
}
