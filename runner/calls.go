package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/terminal"
)

// callParser reads reports of calls, with dates as the rule book lays them out
// or ISO 8601. A local time that exists twice is the first one, one that does
// not exist is moved forward.
func callParser(book *engine.RuleBook) (*intake.CallParser, error) {
	layout, err := calendar.ParseLayout(book.Callbacks.DateLayout)
	if err != nil {
		return nil, fmt.Errorf("date_layout of rules/callbacks.yaml: %w", err)
	}
	return &intake.CallParser{
		Phones: intake.NewPhones(), Zone: book.Zone,
		Date: func(text string) (time.Time, error) {
			at, _, err := layout.Parse(text, book.Zone, calendar.Policy{})
			return at, err
		},
	}, nil
}

// importCalls applies the calls of a file: each to the history and the
// counters of its lead, and to what happens next.
func (s *session) importCalls(ctx context.Context, path string) error {
	parser, err := callParser(s.book)
	if err != nil {
		return err
	}
	var h *dispatch.Handover
	if s.hold == nil { // a simulation may begin before the history of its folder ends
		parser.Now = func() time.Time { return s.now }
	}
	if s.hold == nil && !s.fixtures { // nothing is told to others from a folder
		if h, err = s.handover(); err != nil {
			return err
		}
	}
	var reader *intake.Reader[intake.Call]
	var total endedCalls
	err = load(ctx, s, path, loading[intake.Call]{
		open: func(source *intake.Source) (_ *intake.Reader[intake.Call], err error) {
			reader, err = intake.Calls(source, parser)
			return reader, err
		},
		store: func(rows []intake.Row[intake.Call]) error {
			records := make([]crm.Record, len(rows))
			for i, row := range rows {
				var call intake.Call
				row.Set(&call, true)
				records[i] = call.Record
			}
			ended, err := s.desk.CallsEnded(ctx, s.book, records, s.now)
			total.add(ended)
			for i, e := range ended {
				if e.Outcome == engine.Unmapped && e.Report != dispatch.ReportDuplicate {
					total.unheard(records[i].Wrapup)
				}
			}
			return err
		},
		tell: func(rejected int64) error {
			if names := reader.Ignored(); len(names) > 0 {
				s.Note("not looked at: %s %s", plural(len(names), "column"), strings.Join(names, ", "))
			}
			for _, label := range slices.SortedFunc(maps.Keys(total.labels), mostFirst(total.labels)) {
				s.Note("label %q stands nowhere in rules/wrapups.yaml: %s", label, plural(total.labels[label], "call"))
			}
			return s.tellEnded(&total, rejected)
		},
	})
	var part partError
	if h == nil || err != nil && !errors.As(err, &part) {
		return err
	}
	return errors.Join(err, s.handOverAfter(ctx, h))
}

// endedCalls counts what came of calls.
type endedCalls struct {
	reports                    map[string]int // those of known leads, and repeated ones
	unknown                    int
	retries, callbacks, review int
	suppressed                 int
	labels                     map[string]int // that the rule book does not know
}

func (c *endedCalls) unheard(label string) {
	if c.labels == nil {
		c.labels = map[string]int{}
	}
	c.labels[label]++
}

func (c *endedCalls) add(ended []dispatch.Ended) {
	if c.reports == nil {
		c.reports = map[string]int{}
	}
	for _, e := range ended {
		if e.LeadID == "" && e.Report == dispatch.ReportNew {
			c.unknown++
			continue
		}
		c.reports[e.Report]++
		switch {
		case e.Next == nil:
		case e.Next.Kind == crm.KindCallback:
			c.callbacks++
		default:
			c.retries++
		}
		if e.Review != "" {
			c.review++
		}
		if e.Suppressed {
			c.suppressed++
		}
	}
}

func (s *session) tellEnded(c *endedCalls, rejected int64) error {
	fresh, duplicate, corrected := c.reports[dispatch.ReportNew], c.reports[dispatch.ReportDuplicate], c.reports[dispatch.ReportCorrected]
	sentence := fmt.Sprintf("calls: %d new, %d duplicate, %d corrected, %d unknown; %s planned, %s, %d to review, %d suppressed; %d rejected",
		fresh, duplicate, corrected, c.unknown, counted(c.retries, "retry", "retries"), plural(c.callbacks, "callback"), c.review, c.suppressed, rejected)
	names := terminal.Columns("new", "duplicate", "corrected", "unknown", "retries", "callbacks", "review", "suppressed", "rejected")
	return s.tell(sentence, names, fresh, duplicate, corrected, c.unknown, c.retries, c.callbacks, c.review, c.suppressed, rejected)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
