package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// purgePage is how much of each kind one transaction of a purge takes away.
const purgePage = 500

// retention is for how many days things are kept.
type retention struct {
	leads, words, lines, events int
	dry                         bool
}

// usual is the retention when nothing else is said. Three years after the last
// contact is what the CNIL takes for prospects; the rest is shorter because
// nobody needs it for longer.
func usual() retention { return retention{leads: 3 * 365, words: 365, lines: 90, events: 90} }

func newPurgeCommand(a *app) *cobra.Command {
	keep := usual()
	cmd := &cobra.Command{
		Use:   "purge",
		Short: "take away what has been kept long enough",
		Long: "purge takes away leads with which nothing has happened for long, with all that is about them, what agents wrote and\n" +
			"recordings' places, lines of files, and events. Numbers that are not to be called stay so. It may be interrupted.",
		Example: "  callsheet purge --dry-run",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runPurge(cmd.Context(), a, s, keep) })
		},
	}
	cmd.Flags().IntVar(&keep.leads, "keep-leads", keep.leads, "days after the last thing that happened with a lead")
	cmd.Flags().IntVar(&keep.words, "keep-comments", keep.words, "days for comments, agreed dates as typed, and where recordings are")
	cmd.Flags().IntVar(&keep.lines, "keep-lines", keep.lines, "days for the lines of the dialer's files")
	cmd.Flags().IntVar(&keep.events, "keep-events", keep.events, "days for messages that nobody could use")
	cmd.Flags().BoolVar(&keep.dry, "dry-run", false, "only count what would be taken away")
	return cmd
}

func runPurge(ctx context.Context, a *app, s *session, keep retention) error {
	ago := func(days int) crm.Instant {
		day := calendar.DateOf(s.now.In(s.book.Zone)).AddDays(-days)
		return crm.At(time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, s.book.Zone))
	}
	for name, days := range map[string]int{"leads": keep.leads, "comments": keep.words, "lines": keep.lines, "events": keep.events} {
		if days < 1 {
			return usageError{fmt.Errorf("--keep-%s is %d: keep things for at least one day", name, days)}
		}
	}
	older := crm.Retention{Leads: ago(keep.leads), Records: ago(keep.words), Lines: ago(keep.lines), Events: ago(keep.events)}
	due, err := s.store.Overdue(ctx, older)
	if err != nil {
		return err
	}
	if keep.dry {
		return s.tellForgotten("would purge", due)
	}
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	advance, done := s.progress("purging", due.Total(), slowLeads)
	defer done()
	var gone crm.Forgotten
	for {
		page, err := s.store.Purge(ctx, older, purgePage)
		if err != nil {
			return err
		}
		if page.Total() == 0 {
			return s.tellForgotten("purged", gone)
		}
		gone.Sum(page)
		advance(page.Total())
	}
}
