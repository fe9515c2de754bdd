package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/terminal"
)

// shift is a loop over a day of its own: a clock that moves when the loop
// sleeps, and what happens at set times of it.
type shift struct {
	*testing.T
	loop     *loop
	out, err bytes.Buffer
	rules    string // folder of the rule book
	now      time.Time
	end      time.Time
	stop     context.CancelFunc
	events   []event
}

type event struct {
	at time.Time
	do func()
}

// newShift is a loop over F0 that begins at a local time of 23 November 2026.
func newShift(t *testing.T, begin string) *shift {
	t.Helper()
	d := &shift{T: t, rules: t.TempDir()}
	if err := copyTree(f0, d.rules); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	a := &app{
		stdout: &d.out, stderr: &d.err, env: func(string) string { return "" }, clock: func() time.Time { return d.now },
		rules: d.rules, db: database(t, out), out: filepath.Join(out, "out"),
	}
	var err error
	if a.term, err = terminal.New(&d.out, &d.err, "table"); err != nil {
		t.Fatal(err)
	}
	d.now = d.time(begin)
	s, err := a.open(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	d.loop = &loop{session: s, folder: d.rules, clock: a.clock, sleep: d.sleep, last: map[string]time.Time{}}
	return d
}

func (d *shift) time(clock string) time.Time {
	d.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		d.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-23 "+clock, paris)
	if err != nil {
		d.Fatal(err)
	}
	return at
}

// at lets something happen at a time.
func (d *shift) at(clock string, do func()) { d.events = append(d.events, event{d.time(clock), do}) }

// arrives lets a lead arrive at a time.
func (d *shift) arrives(clock, id string, number int) {
	d.at(clock, func() {
		d.Helper()
		text := fmt.Sprintf("id,given_type,given_segment,given_score,postal_code,phone,legal_basis\n%s,RDVVQ,PVI_NOW,90,92300,01 99 00 %02d %02d,request\n",
			id, number/100, number%100)
		path := filepath.Join(d.TempDir(), "leads.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			d.Fatal(err)
		}
		quiet := *d.loop.session
		quiet.now, quiet.Terminal = d.time(clock), &terminal.Terminal{Out: &bytes.Buffer{}, Err: &d.err, Format: terminal.Table}
		if err := quiet.importFile(d.Context(), "leads", path); err != nil {
			d.Fatal(err)
		}
	})
}

// run works until a time, and demands to end as interrupted.
func (d *shift) run(until string) {
	d.Helper()
	d.end = d.time(until)
	slices.SortStableFunc(d.events, func(a, b event) int { return a.at.Compare(b.at) })
	ctx, stop := context.WithCancel(d.Context())
	defer stop()
	d.stop = stop
	if err := d.loop.run(ctx); !errors.Is(err, context.Canceled) {
		d.Fatalf("the loop ended with %v", err)
	}
}

func (d *shift) sleep(_ context.Context, wait time.Duration) error {
	if wait <= 0 || wait > look {
		d.Fatalf("the loop sleeps %s", wait)
	}
	d.now = d.now.Add(wait)
	for len(d.events) > 0 && !d.events[0].at.After(d.now) {
		do := d.events[0].do
		d.events = d.events[1:]
		do()
	}
	if !d.now.Before(d.end) {
		d.stop()
	}
	return nil
}

// files are the names of the files that the dialer has got.
func (d *shift) files() (names []string) {
	d.Helper()
	entries, err := os.ReadDir(filepath.Join(d.loop.out, "CF"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		d.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), dialer.ManifestSuffix) {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(e.Name(), "20261123-"), ".csv"))
		}
	}
	return names
}

func (d *shift) edit(old, now string) {
	d.Helper()
	path := filepath.Join(d.rules, "campaigns.yaml")
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		d.Fatalf("campaigns.yaml has no %q: %v", old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(now), 1), 0o600); err != nil {
		d.Fatal(err)
	}
	if _, err := d.loop.rules.Reload(d.Context()); err != nil {
		d.Fatal(err)
	}
}

// SC-11.
func TestLoop(t *testing.T) {
	t.Parallel()
	d := newShift(t, "10:00:00")
	d.arrives("10:01:10", "L9", 9)
	d.at("10:10:00", func() { d.now = d.time("10:20:30") }) // the machine is suspended
	d.arrives("10:12:00", "L11", 11)
	d.arrives("10:20:40", "L12", 12)
	d.arrives("12:59:30", "L10", 10)
	d.run("14:05:00")
	want := "CF 2026-11-23 10:02:00 IDF: 1 new, 0 already injected, 0 over capacity, latency 50 s\n" +
		"CF 2026-11-23 10:20:30 IDF: 1 new, 1 already injected, 0 over capacity, latency 510 s\n" +
		"CF 2026-11-23 10:22:00 IDF: 1 new, 2 already injected, 0 over capacity, latency 80 s\n"
	if d.out.String() != want {
		t.Errorf("stdout is\n%swant\n%s", d.out.String(), want)
	}
	if got := d.files(); !slices.Equal(got, []string{"100200-IDF", "102030-IDF", "102200-IDF"}) {
		t.Errorf("files: %v", got)
	}
	if planned, err := d.loop.store.PlannedCalls(t.Context(), []string{"L10"}); err != nil || planned["L10"].ID == "" {
		t.Errorf("L10 is not planned any more: %v, %v", planned, err)
	}
}

// Leads come in all the time: the files tell of every tick.
func TestTicksOfALoop(t *testing.T) {
	t.Parallel()
	d := newShift(t, "09:58:30")
	d.edit("max_per_tick: 10", "max_per_tick: 1")
	for i := range 120 {
		d.arrives(d.time("09:59:50").Add(time.Duration(i)*15*time.Second).Format("15:04:05"), fmt.Sprintf("L%03d", i), i)
	}
	d.at("10:05:00", func() { d.now = d.time("10:05:30") }) // too short to miss a tick
	d.at("10:08:01", func() { d.now = d.time("10:12:00") }) // wakes up on time for one
	d.at("10:16:01", func() { d.now = d.time("10:09:00") }) // somebody sets the clock back
	d.run("10:17:00")
	want := []string{"100200", "100400", "100600", "100800", "101200", "101400", "101600", "101000", "101200", "101400", "101600"}
	var got []string
	for line := range strings.Lines(d.out.String()) {
		got = append(got, strings.ReplaceAll(strings.Fields(line)[2], ":", ""))
	}
	if !slices.Equal(got, want) {
		t.Errorf("ticks at %v, want %v", got, want)
	}
	if files := d.files(); len(files) != len(want) || !slices.Contains(files, "101200-IDF-02") {
		t.Errorf("files: %v", files)
	}
}

// A loop takes over edits between two ticks, and tells once of one that is
// refused.
func TestLoopReloadsTheRuleBook(t *testing.T) {
	t.Parallel()
	d := newShift(t, "10:00:00")
	for i := range 8 {
		d.arrives("10:00:30", fmt.Sprintf("L%d", i), i)
	}
	d.at("10:01:00", func() { d.edit("max_per_tick: 10", "max_per_tick: 1") })
	d.at("10:02:30", func() { d.edit("every: 2m", "every: 30") })
	d.at("10:04:30", func() { d.edit("every: 30", "every: 1m") })
	d.run("10:07:00")
	var ticks []string
	for line := range strings.Lines(d.out.String()) {
		ticks = append(ticks, strings.Fields(line)[2])
	}
	if want := []string{"10:02:00", "10:04:00", "10:05:00", "10:06:00"}; !slices.Equal(ticks, want) {
		t.Errorf("ticks at %v, want %v", ticks, want)
	}
	messages := d.err.String()
	for text, times := range map[string]int{" is in force\n": 2, "the rule files are refused; ": 1, "campaigns.yaml:": 1} {
		if n := strings.Count(messages, text); n != times {
			t.Errorf("%q comes %d times, want %d, in\n%s", text, n, times, messages)
		}
	}
}

// A tick whose file cannot be written is no end of the loop: the next one
// writes it.
func TestLoopGoesOnAfterTrouble(t *testing.T) {
	t.Parallel()
	d := newShift(t, "10:00:00")
	d.arrives("10:01:10", "L9", 9)
	d.at("10:01:30", func() {
		if err := os.WriteFile(d.loop.out, nil, 0o600); err != nil {
			t.Error(err)
		}
	})
	d.at("10:03:00", func() {
		if err := os.Remove(d.loop.out); err != nil {
			t.Error(err)
		}
	})
	d.run("10:05:00")
	if !strings.Contains(d.err.String(), "warning: ") || !strings.Contains(d.err.String(), d.loop.out) {
		t.Errorf("no warning that names the folder:\n%s", d.err.String())
	}
	if got := d.files(); !slices.Equal(got, []string{"100200-IDF"}) {
		t.Errorf("files: %v", got)
	}
}
