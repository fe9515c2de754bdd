package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/callity"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

// sending names the lease of those who send recordings, the command and the job.
const sending = "send-callity-calls"

// slowCalls is the number from which sending shows how far it is.
const slowCalls = 100

type sendOptions struct {
	from, until string
	minTalk     time.Duration
	dryRun      bool
}

func newSendCallityCallsCommand(a *app) *cobra.Command {
	var o sendOptions
	cmd := &cobra.Command{
		Use:   sending,
		Short: "send the recordings of calls that ended to the transcribers",
		Long: "send-callity-calls sends the recordings of the calls that ended in an interval to the service that " + callityURL + "\n" +
			"names, each once, and whatever earlier runs could not send. Calls that are not sent are counted by reason.",
		Example: "  callsheet send-callity-calls --start-date=2026-11-23T10:00:00 --end-date=2026-11-23T13:00:00 --dry-run",
		Args:    exactly(0, "no argument (name the interval with --start-date and --end-date)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.during(cmd.Context(), o.dryRun || a.missing(), func(s *session) error { return runSendCalls(cmd.Context(), s, o) })
		},
	}
	cmd.Flags().StringVar(&o.from, "start-date", "", "first instant of the interval; one hour before its end when left out")
	cmd.Flags().StringVar(&o.until, "end-date", "", "end of the interval, which is no longer in it; now when left out")
	cmd.Flags().DurationVar(&o.minTalk, "min-talk", shortestTalk, "shortest conversation that is sent, where the dialer says how long it was")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be sent, store and send nothing")
	return cmd
}

// shortestTalk is the shortest conversation that is sent unless somebody says
// otherwise.
const shortestTalk = time.Second

func runSendCalls(ctx context.Context, s *session, o sendOptions) error {
	until, err := orNow(o.until, s.now, s.book.Zone)
	if err != nil {
		return err
	}
	from, err := orNow(o.from, until.Add(-time.Hour), s.book.Zone)
	if err != nil {
		return err
	}
	if !from.Before(until) {
		return usageError{fmt.Errorf("the interval from %s to %s is empty: the end must come after the start", s.clockText(from), s.clockText(until))}
	}
	sender := &callity.Sender{Store: s.store, MinTalk: o.minTalk}
	if o.dryRun {
		items, err := rehearseSending(ctx, sender, from, until)
		if err != nil {
			return err
		}
		return s.reportSending(from, until, items, true)
	}
	if err := s.onlyRehearsed(); err != nil {
		return err
	}
	return s.sendCalls(ctx, sender, from, until)
}

// orNow is a time of the command line, or another one when it is left out.
func orNow(text string, otherwise time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	return parseTime(text, zone)
}

func (s *session) clockText(t time.Time) string {
	return t.In(s.book.Zone).Format("2006-01-02T15:04:05")
}

// rehearseSending is what a run would do, earlier ones included.
func rehearseSending(ctx context.Context, sender *callity.Sender, from, until time.Time) ([]callity.Item, error) {
	items, err := sender.Decide(ctx, crm.At(from), crm.At(until))
	if err != nil {
		return nil, err
	}
	due := map[string]bool{}
	for _, item := range items {
		due[item.Call] = true
	}
	earlier, err := sender.Outstanding(ctx)
	for _, item := range earlier {
		if !due[item.Call] {
			items = append(items, item)
		}
	}
	return items, err
}

// sendCalls sends, and tells what became of each call. Another process that is
// at it is waited for.
func (s *session) sendCalls(ctx context.Context, sender *callity.Sender, from, until time.Time) error {
	service, err := serviceAt(s.env, "Callity", callityURL)
	if err != nil {
		return err
	}
	if service == nil {
		return fmt.Errorf("there is nobody to send recordings to: set %s to https://host, and its key", callityURL)
	}
	sender.Transcribers = &callity.Client{Service: service}
	g := &guard{store: s.store, name: sending, owner: owner(s.wall()), clock: s.wall, sleep: sleep}
	lease, err := g.wait(ctx, func(err error) { s.Note("%v; this one waits", err) })
	if err != nil {
		return err
	}
	sender.Store = s.store.Under(lease)
	var items []callity.Item
	err = g.hold(ctx, lease, func(ctx context.Context) (err error) {
		var advance func(int64)
		done := func() {}
		defer func() { done() }()
		items, err = sender.Send(ctx, crm.At(from), crm.At(until), s.now, func(_, total int) {
			if advance == nil {
				advance, done = s.progress("sending", int64(total), slowCalls)
			}
			advance(1)
		})
		return err
	})
	if err != nil && len(items) == 0 {
		return err
	}
	if err != nil {
		err = s.someUnsent(items, err)
	}
	return errors.Join(s.reportSending(from, until, items, false), err)
}

// lookBack is how far the job of the service looks back. A run an hour needs one
// hour; reports that come late and hours in which no service ran need more, and
// nothing is sent twice.
const lookBack = 24 * time.Hour

// sendings sends recordings whenever it is nudged, until ctx ends: beside the
// schedule, which no slow service may hold up.
func (s *session) sendings(ctx context.Context, due nudge, clock func() time.Time, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
		}
		now := clock()
		beside := s.at(now, &terminal.Terminal{Out: journal{log}, Err: journal{log}, Format: terminal.Table})
		sender := &callity.Sender{Store: s.store, MinTalk: shortestTalk}
		if err := beside.sendCalls(ctx, sender, now.Add(-lookBack), now); err != nil && ctx.Err() == nil {
			log.Warn("recordings wait to be sent", "error", err)
		}
	}
}

// someUnsent is done in part when anything was sent; the error stays one of run
// time when nothing was.
func (s *session) someUnsent(items []callity.Item, err error) error {
	err = fmt.Errorf("%w (the next run asks whether it has arrived, and tries again)", err)
	for _, item := range items {
		if item.State == callity.Sent {
			return partError{err}
		}
	}
	return err
}
