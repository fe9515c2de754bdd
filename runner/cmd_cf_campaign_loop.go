package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

const loopName = "cf-campaign-loop"

func newCFCampaignLoopCommand(a *app) *cobra.Command {
	once := false
	cmd := &cobra.Command{
		Use:   loopName,
		Short: "inject new leads every few minutes while a slot runs",
		Long: "cf-campaign-loop gives every campaign that follows another one its ticks: every two minutes, or as campaigns.yaml says,\n" +
			"while a slot runs, the new leads are written to a file for the dialer. It works until it is interrupted, and only\n" +
			"one at a time works on a database. Edits of the rule book take effect between two ticks.",
		Example: "  callsheet cf-campaign-loop",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(s *session) error { return runLoop(cmd.Context(), a, s, once) })
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "one tick now, for a crontab")
	return cmd
}

func runLoop(ctx context.Context, a *app, s *session, once bool) error {
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	l := &loop{session: s, folder: a.rules, clock: a.shifted(s.now), sleep: sleep, last: map[string]time.Time{}}
	if once {
		return l.once(ctx)
	}
	s.admission.clock = func(*time.Location) (time.Time, error) { return l.clock(), nil }
	if err := l.ready(); err != nil {
		return err
	}
	g := &guard{store: s.store, name: loopName, owner: owner(a.clock()), clock: a.clock, sleep: sleep}
	lease, err := g.take(ctx)
	if err != nil {
		return err
	}
	return g.hold(ctx, lease, func(ctx context.Context) error {
		watching, stop := context.WithCancel(ctx)
		var beside sync.WaitGroup
		beside.Go(func() { _ = s.rules.Watch(watching) }) // ends with its context and for no other reason
		hangups := catchHangups()
		beside.Go(func() { s.reloadOnHangup(watching, hangups) })
		defer beside.Wait()
		defer stop()
		return l.run(ctx)
	})
}

// owner names this process to others.
func owner(now time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, now.Format("2006-01-02 15:04:05"))
}

// shifted is the clock of the machine, moved so that it shows the given time
// now. It follows the wall, which goes on while a machine is suspended.
func (a *app) shifted(now time.Time) func() time.Time {
	shift := now.Sub(a.clock().Round(0))
	return func() time.Time { return a.clock().Round(0).Add(shift) }
}
