package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// retention is for how many days things are kept.
type retention struct {
	leads, comments, recordings, lines, facts, events int
	dry                                               bool
}

// usual is the retention when nothing else is said. Three years after the last
// contact is what the CNIL takes for prospects; recordings for six months and
// what was noted of a call for a year are those of its norm 2014-474. The rest
// is shorter because nobody needs it for longer.
func usual() retention {
	return retention{leads: 3 * 365, comments: 365, recordings: 180, lines: 90, facts: 400, events: 90}
}

func newPurgeCommand(a *app) *cobra.Command {
	keep := usual()
	cmd := &cobra.Command{
		Use:   "purge",
		Short: "take away what has been kept long enough",
		Long: "purge takes away leads with which nothing has happened for long, with all that is about them, what agents wrote,\n" +
			"where recordings are, lines of files, what decisions rest on, and events. Numbers that are not to be called stay so. It may be interrupted.",
		Example: "  callsheet purge --dry-run",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runPurge(cmd.Context(), a, s, keep) })
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&keep.leads, "keep-leads", keep.leads, "days after the last thing that happened with a lead")
	flags.IntVar(&keep.comments, "keep-comments", keep.comments, "days for comments and agreed dates as typed")
	flags.IntVar(&keep.recordings, "keep-recordings", keep.recordings, "days for where recordings are")
	flags.IntVar(&keep.lines, "keep-lines", keep.lines, "days for the lines of the dialer's files")
	flags.IntVar(&keep.facts, "keep-facts", keep.facts, "days for what decisions rest on")
	flags.IntVar(&keep.events, "keep-events", keep.events, "days for messages from outside")
	flags.BoolVar(&keep.dry, "dry-run", false, "only count what would be taken away")
	return cmd
}

// older is up to when things are kept: the beginning of a local day.
func (s *session) older(keep retention) (r crm.Retention, err error) {
	for _, kind := range []struct {
		name string
		days int
		into *crm.Instant
	}{
		{"leads", keep.leads, &r.Leads},
		{"comments", keep.comments, &r.Comments},
		{"recordings", keep.recordings, &r.Recordings},
		{"lines", keep.lines, &r.Lines},
		{"facts", keep.facts, &r.Facts},
		{"events", keep.events, &r.Events},
	} {
		if kind.days < 1 {
			return r, usageError{fmt.Errorf("--keep-%s is %d: keep things for at least one day", kind.name, kind.days)}
		}
		*kind.into = crm.At(s.midnight(calendar.DateOf(s.now.In(s.book.Zone)).AddDays(-kind.days)))
	}
	return r, nil
}

func runPurge(ctx context.Context, a *app, s *session, keep retention) error {
	older, err := s.older(keep)
	if err != nil {
		return err
	}
	if !keep.dry {
		if err := s.onlyRead(a.db); err != nil {
			return err
		}
	}
	total, err := s.store.Aged(ctx, older)
	if err != nil {
		return err
	}
	advance, done := s.progress("purging", total, slowLeads)
	defer done()
	var gone crm.Purged
	for mark := (crm.PurgeMark{}); !mark.End; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, next, err := s.store.Purge(ctx, older, mark, keep.dry)
		if err != nil {
			return err
		}
		gone.Add(page)
		advance(page.Seen)
		mark = next
	}
	return s.tellPurged(gone, keep.dry)
}

func (s *session) tellPurged(p crm.Purged, dry bool) error {
	done := "purged"
	if dry {
		done = "would purge"
	}
	sentence := fmt.Sprintf("%s %s, %s, %s and %s of nobody's lead; %s, %s, %s of files and %s of facts", done,
		plural(int(p.Leads), "lead"), plural(int(p.Events), "event"), plural(int(p.Records), "report"), plural(int(p.Contacts), "contact"),
		plural(int(p.Comments), "comment"), plural(int(p.Recordings), "recording link"), plural(int(p.Lines), "line"), plural(int(p.Facts), "sheet"))
	return s.tell(sentence, terminal.Columns("leads", "reports", "contacts", "events", "comments", "recordings", "lines", "facts"),
		p.Leads, p.Records, p.Contacts, p.Events, p.Comments, p.Recordings, p.Lines, p.Facts)
}
