package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
)

type startOptions struct {
	date   string
	types  []string
	dryRun bool
}

func newStartCampaignCommand(a *app) *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:   "start-campaign",
		Short: "inject the due leads of a slot",
		Long: "start-campaign chooses the leads that are due in the running slot of a campaign, or else the next one, and\n" +
			"writes them to CSV files for the dialer. Started again, it adds only what is new.",
		Example: "  callsheet start-campaign --type=PVI --start-date=2026-11-23T09:30:00 --dry-run",
		Args:    exactly(0, "no argument (name the campaign with --type)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.during(cmd.Context(), o.dryRun, func(s *session) error { return runStart(cmd.Context(), s, o) })
		},
	}
	cmd.Flags().StringVar(&o.date, "start-date", "", "when the campaign is started; now when left out")
	cmd.Flags().StringArrayVar(&o.types, "type", nil, "campaign, by name or alias (again for several); all but those that follow another when left out")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be done, store and write nothing")
	return cmd
}

func runStart(ctx context.Context, s *session, o startOptions) error {
	if o.date != "" {
		at, err := parseTime(o.date, s.book.Zone)
		if err != nil {
			return err
		}
		s.now = at
	}
	campaigns, err := chosen(s.book, o.types)
	if err != nil {
		return err
	}
	unsent := unsendable(campaigns)
	if o.dryRun {
		if unsent != nil {
			s.Warn("%v", unsent)
		}
		s.desk = s.desk.Rehearsal()
		reports, err := s.start(ctx, campaigns)
		return errors.Join(s.report(reports, true), err)
	}
	if s.fixtures {
		return usageError{errors.New("a folder of fixtures is only read: add --dry-run, or name a database with --db")}
	}
	if unsent != nil {
		return unsent
	}
	// What an earlier command has decided and not written comes first.
	if err := s.publish(ctx); err != nil {
		return err
	}
	reports, err := s.start(ctx, campaigns)
	return errors.Join(s.publish(ctx), s.report(reports, false), err)
}

// start starts campaigns one after the other. What was started before one of
// them fails stays started.
func (s *session) start(ctx context.Context, campaigns []*engine.Campaign) (all []dispatch.Report, err error) {
	for _, c := range campaigns {
		reports, err := s.desk.Start(ctx, s.book, c, s.now)
		all = append(all, reports...)
		switch {
		case err != nil && len(all) > 0:
			return all, partError{fmt.Errorf("%w (the campaigns above are started: start again for the others)", err)}
		case err != nil:
			return all, err
		}
	}
	return all, nil
}

// unsendable says which campaign has a dialer that files cannot be sent to.
func unsendable(campaigns []*engine.Campaign) error {
	for _, c := range campaigns {
		if d := c.Dialer; d.Transport != "directory" {
			return fmt.Errorf("%s: dialer %s sends by %s, which this version cannot: write transport: directory", c.Name, d.Name, d.Transport)
		}
	}
	return nil
}

// chosen are the campaigns that --type names, or all that have slots of their
// own, in the order of the file.
func chosen(book *engine.RuleBook, types []string) ([]*engine.Campaign, error) {
	var list []*engine.Campaign
	var names, aliases []string
	for _, c := range book.Campaigns {
		names, aliases = append(names, c.Name), append(aliases, c.Aliases...)
		if len(types) == 0 && c.Follows == "" {
			list = append(list, c)
		}
	}
	for _, t := range types {
		c, ok := book.Campaign(t)
		if !ok {
			return nil, noSuch("campaign", t, names, aliases...)
		}
		if c.Follows != "" {
			return nil, usageError{fmt.Errorf("%s follows %s and is injected by ticks, which are not built yet", c.Name, c.Follows)}
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list, nil
}
