package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

type simulateOptions struct {
	from string
	days int
	out  string
	seed uint64

	campaign string // of one moment
	ranged   bool   // from, days or seed is given
}

func newSimulateCommand(a *app) *cobra.Command {
	var o simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "run whole days in memory at a clock of its own",
		Long: "simulate lives through whole days in memory, over the leads of fixtures/ (or of the folder or database named with\n" +
			"--db): leads come in, campaigns start, tick and stop, agents call, and what calls come to is heard. It writes the\n" +
			"dialer's files into a folder of its own. With --at it does so for one moment: the starts that there would be then.",
		Example: "  callsheet simulate --from 2026-11-23 --days 2 --out campaigns\n  callsheet simulate --at 2026-11-23T10:00 --campaign PVI",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := cmd.Flags()
			o.ranged = flags.Changed("from") || flags.Changed("days") || flags.Changed("seed")
			return runSimulate(cmd.Context(), a, o)
		},
	}
	cmd.Flags().StringVar(&o.from, "from", "", "first day, such as 2026-11-23; the first working day after the newest lead when left out")
	cmd.Flags().IntVar(&o.days, "days", 1, "how many working days")
	cmd.Flags().StringVar(&o.out, "out", "campaigns", "folder for the files")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "another number lets calls without a script end otherwise")
	cmd.Flags().StringVar(&o.campaign, "campaign", "", "with --at: only this campaign, by name or alias; all but those that follow another when left out")
	return cmd
}

func runSimulate(ctx context.Context, a *app, o simulateOptions) error {
	if o.days < 1 {
		return usageError{fmt.Errorf("--days is %d: simulate at least one day", o.days)}
	}
	if o.out == "" {
		return usageError{errors.New("--out is empty: name a folder for the files")}
	}
	if a.at == "" && o.campaign != "" {
		return usageError{errors.New("--campaign is for one moment: add --at")}
	}
	if a.at != "" && o.ranged {
		return usageError{errors.New("--at simulates one moment: leave out --from, --days and --seed")}
	}
	source := filepath.Join(a.rules, "fixtures")
	if a.dbGiven {
		source = a.db
	}
	if err := a.simulable(source); err != nil {
		return err
	}
	// Most of what a simulation makes are rows in SQLite's own memory. What is left for Go is little and turns over fast.
	debug.SetGCPercent(400)
	return a.apart(ctx, store.OpenScratch, func(s *session) error {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		if a.at != "" {
			return s.simulateMoment(ctx, a, source, o)
		}
		s.remember()
		return s.simulate(ctx, a, source, o)
	})
}

// simulable refuses a source that is not there.
func (a *app) simulable(source string) error {
	if strings.Contains(source, "://") {
		return a.knownStore()
	}
	_, err := os.Stat(source)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Errorf("simulate reads a folder of fixtures (leads.csv and so on) or a database, and there is no %s: name one with --db", source)}
	}
	return err
}

// simulate fills the store from the source and runs the days.
func (s *session) simulate(ctx context.Context, a *app, source string, o simulateOptions) error {
	first, later, err := s.fill(ctx, a, source, o.from)
	if err != nil {
		return err
	}
	m := model{seed: o.seed, book: s.book, nth: map[string]int{}}
	if later != nil { // a folder
		if m.script, err = readScript(filepath.Join(source, "outcomes.csv")); err != nil {
			return err
		}
	}
	own, err := takeFolder(o.out)
	if err != nil {
		return err
	}
	s.out = o.out
	sim := simulation{session: s, courier: newCourier(own, s.store), model: m, later: later, told: newSimulated()}
	if err := sim.end(sim.run(ctx, first, o.days)); err != nil {
		return err
	}
	return s.printSimulation(&sim.told)
}

// fill brings a database or the fixtures of a folder into the store, and finds
// the day to begin with: the one named, or the one after the newest lead. The
// leads of a folder that were created later than its beginning come in later.
func (s *session) fill(ctx context.Context, a *app, source, from string) (calendar.Date, *arrivals, error) {
	var first calendar.Date
	if from != "" {
		var err error
		if first, err = calendar.ParseDate(from); err != nil {
			return first, nil, usageError{err}
		}
	}
	folder, err := isFolder(source)
	if err != nil {
		return first, nil, err
	}
	var newest time.Time
	if folder {
		newest, err = s.newest(filepath.Join(source, "leads.csv"))
	} else {
		newest, err = s.copyFrom(ctx, a, source)
	}
	if err != nil {
		return first, nil, err
	}
	if from == "" {
		if newest.IsZero() {
			newest = s.now
		}
		first = calendar.DateOf(newest.In(s.book.Zone)).AddDays(1)
	}
	if !folder {
		return first, nil, nil
	}
	later := &arrivals{from: crm.At(s.midnight(first))}
	s.hold = later
	err = s.loadFolder(ctx, source)
	later.sort()
	return first, later, err
}

func isFolder(source string) (bool, error) {
	if strings.Contains(source, "://") {
		return false, nil
	}
	info, err := os.Stat(source)
	return err == nil && info.IsDir(), err
}

// copyFrom copies a database, which is only read, and finds its newest lead.
func (s *session) copyFrom(ctx context.Context, a *app, dsn string) (time.Time, error) {
	from, err := store.Open(ctx, dsn)
	if err != nil {
		return time.Time{}, err
	}
	if err := errors.Join(store.Copy(ctx, from, s.store, func(int64) {}), from.Close()); err != nil {
		return time.Time{}, err
	}
	// Phones that are suppressed stay so; without any, no key is looked for.
	used, err := s.store.Suppresses(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if used {
		s.desk.Hide = a.hider(ctx, s.store)
	}
	newest, err := s.store.NewestLead(ctx)
	if err != nil || newest == 0 {
		return time.Time{}, err
	}
	return newest.Time(), nil
}
