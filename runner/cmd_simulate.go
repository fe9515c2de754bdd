package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"callsheet/engine/calendar"
)

type simulateOptions struct {
	from string
	days int
	out  string
}

func newSimulateCommand(a *app) *cobra.Command {
	var o simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "run whole days in memory over the fixtures",
		Long: "simulate starts every campaign at the beginning of each of its slots, in memory and at a clock of its own, over the\n" +
			"leads of fixtures/ (or of the folder named with --db), and writes the dialer's files into a folder of its own.",
		Example: "  callsheet simulate --from 2026-11-23 --days 2 --out campaigns",
		Args:    exactly(0, "no argument"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSimulate(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVar(&o.from, "from", "", "first day, such as 2026-11-23; the first working day after the newest lead when left out")
	cmd.Flags().IntVar(&o.days, "days", 1, "how many working days")
	cmd.Flags().StringVar(&o.out, "out", "campaigns", "folder for the files")
	return cmd
}

func runSimulate(ctx context.Context, a *app, o simulateOptions) error {
	folder := filepath.Join(a.rules, "fixtures")
	if a.dbGiven {
		folder = a.db
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("simulate reads a folder of fixtures (leads.csv and so on), and %s is none: name one with --db", folder)}
	}
	if o.days < 1 {
		return usageError{fmt.Errorf("--days is %d: simulate at least one day", o.days)}
	}
	if o.out == "" {
		return usageError{errors.New("--out is empty: name a folder for the files")}
	}
	s, err := a.openFixtures(ctx, folder)
	if err != nil {
		return err
	}
	work := func() error {
		first, err := s.firstDay(folder, o.from)
		if err != nil {
			return err
		}
		own, err := takeFolder(o.out)
		if err != nil {
			return err
		}
		s.out = o.out
		return errors.Join(s.simulate(ctx, own, first, o.days), own.close())
	}
	return errors.Join(work(), s.close())
}

// firstDay is the day that --from names, or the day after the newest lead.
func (s *session) firstDay(folder, from string) (calendar.Date, error) {
	if from != "" {
		day, err := calendar.ParseDate(from)
		return day, asUsage(err)
	}
	newest, err := s.newest(filepath.Join(folder, "leads.csv"))
	if err != nil {
		return calendar.Date{}, err
	}
	if newest.IsZero() {
		newest = s.now
	}
	return calendar.DateOf(newest.In(s.book.Zone)).AddDays(1), nil
}
