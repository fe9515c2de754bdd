package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/terminal"
)

// roster is a schedule over a day of its own.
type roster struct {
	*shift
	schedule *schedule
	log      bytes.Buffer
}

// newRoster is a schedule over F0, with jobs, that begins at a local time of
// 23 November 2026.
func newRoster(t *testing.T, begin string) *roster {
	t.Helper()
	r := &roster{shift: newShift(t, begin)}
	r.edit("time_zone:", "jobs:\n  recover-forgotten-lead: {days: [mon], at: \"08:00\"}\n  rescore: {days: [mon], every: 6h}\n  purge: {days: [mon], at: \"08:30\"}\ntime_zone:")
	log := slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(r.now)
		}
		return a
	}}))
	r.schedule = newSchedule(&app{rules: r.rules}, r.loop.session, r.loop.clock, log)
	r.schedule.sleep = r.sleep
	return r
}

// live keeps the schedule until a time.
func (r *roster) live(until string) {
	r.Helper()
	r.liveTo(r.time(until))
}

func (r *roster) liveTo(end time.Time) {
	r.Helper()
	r.end = end
	slices.SortStableFunc(r.events, func(a, b event) int { return a.at.Compare(b.at) })
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	r.stop = stop
	if err := r.schedule.run(ctx); !errors.Is(err, context.Canceled) {
		r.Fatalf("the schedule ended with %v", err)
	}
}

// sent are the names of all files that the dialer has got.
func (r *roster) sent() (names []string) {
	r.Helper()
	err := filepath.WalkDir(r.loop.out, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".csv") && !strings.HasSuffix(path, dialer.ManifestSuffix) {
			names = append(names, strings.TrimPrefix(path, r.loop.out+"/"))
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.Fatal(err)
	}
	return names
}

// told demands lines of the log: a time of the day and a text each.
func (r *roster) told(lines ...string) {
	r.Helper()
	rest := r.log.String()
	for _, line := range lines {
		clock, text, _ := strings.Cut(line, " ")
		found := false
		for !found && rest != "" {
			var next string
			next, rest, _ = strings.Cut(rest, "\n")
			found = strings.Contains(next, "T"+clock) && strings.Contains(next, text)
		}
		if !found {
			r.Fatalf("the log lacks, in this order, %q:\n%s", line, r.log.String())
		}
	}
}

// A day from the jobs of the morning to the last stop.
func TestScheduleLivesADay(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "07:59:10")
	r.arrives("08:10:00", "L1", 1)
	r.arrives("10:01:10", "L9", 9)
	r.arrives("12:59:30", "L10", 10) // after the stop: nobody ticks any more
	r.live("20:05:00")
	want := []string{
		"CF/20261123-100200-IDF.csv",
		"PVI/20261123-1000-IDF-01.csv", "PVI/20261123-1400-IDF-01.csv", "PVI/20261123-1700-IDF-01.csv",
		"STOP/20261123-1259-CF-IDF.csv", "STOP/20261123-1259-PVI-IDF.csv", "STOP/20261123-1659-PVI-IDF.csv", "STOP/20261123-1959-PVI-IDF.csv",
	}
	if got := r.sent(); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v\n%s", got, want, r.log.String())
	}
	r.told(
		`08:00:00 recovered 0`,
		`08:30:00 purged 0 leads`,
		`10:00:00 PVI 2026-11-23 10:00 IDF: 1 new`,
		`10:02:00 CF 2026-11-23 10:02:00 IDF: 1 new`,
		`12:00:00 rescored 2 leads`,
		`12:59:00 stopped 2 runs, recycled 2`,
		`14:00:00 PVI 2026-11-23 14:00 IDF: 3 new`,
		`16:59:00 stopped 1 run, recycled 3`,
		`17:00:00 PVI 2026-11-23 17:00 IDF: 3 new`,
		`18:00:00 rescored 3 leads`,
		`19:59:00 stopped 1 run, recycled 3`,
	)
	if text := r.log.String(); strings.Contains(text, "WARN") {
		t.Errorf("warnings:\n%s", text)
	}
	open, err := r.loop.store.OpenRuns(t.Context())
	if err != nil || len(open) != 0 {
		t.Errorf("open at night: %v, %v", open, err)
	}
}

// What was slept through is made good: the start while the slot runs, the stop
// after it.
func TestScheduleOfASleeper(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "09:58:00")
	r.arrives("09:58:30", "L1", 1)
	r.at("09:59:30", func() { r.now = r.time("10:20:10") })
	r.at("12:58:00", func() { r.now = r.time("13:02:30") })
	r.live("13:10:00")
	if got := r.sent(); !slices.Equal(got, []string{"PVI/20261123-1000-IDF-01.csv", "STOP/20261123-1302-PVI-IDF.csv"}) {
		t.Errorf("files %v", got)
	}
	r.told("10:20:10 PVI 2026-11-23 10:00 IDF: 1 new", "13:02:30 stopped 1 run, recycled 1")
}

// What an operator has stopped stays stopped, also for a service that begins
// afterwards.
func TestScheduleLeavesWhatIsStopped(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "09:58:00")
	r.arrives("09:58:30", "L1", 1)
	r.at("11:00:00", func() {
		s := r.loop.at(r.now, &terminal.Terminal{Out: io.Discard, Err: io.Discard})
		if err := runStop(t.Context(), s, stopOptions{types: []string{"PVI"}}); err != nil {
			t.Error(err)
		}
	})
	r.live("11:30:00")
	r.live("13:30:00") // run anew, it knows nothing of before
	if got := r.sent(); !slices.Equal(got, []string{"PVI/20261123-1000-IDF-01.csv", "STOP/20261123-1100-PVI-IDF.csv"}) {
		t.Errorf("files %v", got)
	}
}

// A start whose file cannot be written is tried again a minute later.
func TestScheduleTriesAgain(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "09:58:00")
	r.arrives("09:58:30", "L1", 1)
	r.at("09:59:00", func() {
		if err := os.WriteFile(r.loop.out, nil, 0o600); err != nil {
			t.Error(err)
		}
	})
	r.at("10:01:30", func() {
		if err := os.Remove(r.loop.out); err != nil {
			t.Error(err)
		}
	})
	r.live("10:05:00")
	if got := r.sent(); !slices.Equal(got, []string{"PVI/20261123-1000-IDF-01.csv"}) {
		t.Errorf("files %v", got)
	}
	r.told("10:00:00 " + r.loop.out)
}

// Of two services one keeps the schedule; the other takes over when the lease
// ends.
func TestOneScheduleAtATime(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "09:58:00")
	r.arrives("09:58:30", "L1", 1)
	leases := newAging(r.loop.store, r.loop.clock)
	if _, ok, err := leases.Acquire(t.Context(), loopName, "another", r.time("10:10:00").Sub(r.now)); err != nil || !ok {
		t.Fatalf("lease: %v, %v", ok, err)
	}
	r.at("10:09:00", func() {
		if got := r.sent(); len(got) != 0 {
			t.Errorf("both keep the schedule: %v", got)
		}
	})
	pass := func(ctx context.Context, d time.Duration) error {
		for ; d > 0; d -= look {
			_ = r.sleep(ctx, min(d, look))
		}
		return ctx.Err()
	}
	r.schedule.sleep = pass
	g := &guard{store: leases, name: loopName, owner: "this", clock: r.loop.clock, sleep: func(ctx context.Context, d time.Duration) error {
		if d == leaseBeat { // of the renewal, which another clock drives
			<-ctx.Done()
			return ctx.Err()
		}
		return pass(ctx, d)
	}}
	r.end = r.time("10:30:00")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r.stop = stop
	r.schedule.stand(ctx, g)
	if got := r.sent(); !slices.Equal(got, []string{"PVI/20261123-1000-IDF-01.csv"}) {
		t.Errorf("files %v\n%s", got, r.log.String())
	}
	if n := strings.Count(r.log.String(), "the schedule waits"); n != 1 {
		t.Errorf("told %d times that it waits", n)
	}
	if _, ok, err := leases.Acquire(t.Context(), loopName, "third", time.Second); err != nil || !ok {
		t.Errorf("the lease is kept: %v, %v", ok, err)
	}
}

// The first day of a campaign and the end of its last one are told of once, and
// nothing is started in between.
func TestScheduleAnnounces(t *testing.T) {
	t.Parallel()
	r := newRoster(t, "16:58:00")
	r.edit("    slots: [M, A, E]\n", "    slots: [M, A, E]\n    active: {until: 2026-11-22}\n")
	r.edit("    slots: [M, A]\n", "    slots: [M, A]\n    active: {from: 2026-11-24}\n    mode: canary 10%\n")
	r.edit("    slots: [A]\n", "    slots: [A]\n    active: {until: 2026-11-23}\n    mode: shadow\n")
	r.arrives("16:58:30", "L1", 1)
	r.liveTo(r.time("23:58:00").Add(10 * time.Minute))
	log := r.log.String()
	for _, line := range []string{
		`msg="a campaign begins" campaign=PVB mode="canary 10%" first_day=2026-11-24`,
		`msg="a campaign has ended" campaign=PQSC mode=shadow last_day=2026-11-23`,
	} {
		if strings.Count(log, line) != 1 || !strings.Contains(log, "2026-11-24T00:00:00.000+01:00 level=INFO "+line) {
			t.Errorf("not told once, at midnight: %s\n%s", line, log)
		}
	}
	if strings.Contains(log, "PVI") {
		t.Errorf("PVI ended the day before, and is told of:\n%s", log)
	}
	if sent := r.sent(); len(sent) > 0 {
		t.Errorf("files %v", sent)
	}
}
