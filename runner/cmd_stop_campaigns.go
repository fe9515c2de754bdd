package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/dispatch"
)

type stopOptions struct {
	date          string
	types         []string
	force, dryRun bool
}

func newStopCampaignsCommand(a *app) *cobra.Command {
	var o stopOptions
	cmd := &cobra.Command{
		Use:   "stop-campaigns",
		Short: "stop the dialer, and plan again whom it did not call",
		Long: "stop-campaigns ends the runs whose slot is over or about to be, writes the empty file that stops the dialer, and plans\n" +
			"the calls that were not made for the next slot of their campaign. Stopped again, it does nothing.",
		Example: "  callsheet stop-campaigns --start-date=2026-11-23T12:59:00",
		Args:    exactly(0, "no argument (name the campaign with --type)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.during(cmd.Context(), o.dryRun || a.missing(), func(s *session) error { return runStop(cmd.Context(), s, o) })
		},
	}
	cmd.Flags().StringVar(&o.date, "start-date", "", "when the campaigns are stopped; now when left out")
	cmd.Flags().StringArrayVar(&o.types, "type", nil, "campaign, by name or alias (again for several), with those that follow it; all when left out")
	cmd.Flags().BoolVar(&o.force, "force", false, "write a stop file also for every campaign and group that did not run")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be done, store and write nothing")
	return cmd
}

func runStop(ctx context.Context, s *session, o stopOptions) error {
	if err := s.setClock(o.date); err != nil {
		return err
	}
	options := dispatch.StopOptions{Force: o.force}
	if len(o.types) > 0 {
		campaigns, err := chosen(s.book, o.types)
		if err != nil {
			return err
		}
		for _, c := range campaigns {
			options.Types = append(options.Types, c.Name)
		}
	}
	if o.dryRun {
		report, err := s.desk.Rehearsal().Stop(ctx, s.book, s.now, options)
		if err != nil {
			return err
		}
		return s.reportStop(report, true)
	}
	if err := s.onlyRehearsed(); err != nil {
		return err
	}
	if err := s.noSimulation(); err != nil {
		return err
	}
	if o.force {
		if err := s.unsendable(s.book.Campaigns); err != nil {
			return err
		}
	}
	// What the dialer can still be given is not recycled. What cannot be handed
	// over must not keep a campaign from being stopped.
	if err := s.publish(ctx); err != nil {
		s.Warn("%v", err)
	}
	report, err := s.desk.Stop(ctx, s.book, s.now, options)
	if err != nil {
		return err
	}
	s.discard(ctx, report.Runs)
	return errors.Join(s.publish(ctx), s.reportStop(report, false))
}
