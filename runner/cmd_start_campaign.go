package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
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
			"writes them to CSV files for the dialer. Started again, it adds only what is new. A campaign that follows another\n" +
			"one gets one tick.",
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
	if err := s.setClock(o.date); err != nil {
		return err
	}
	campaigns, err := chosen(s.book, o.types)
	if err != nil {
		return err
	}
	unsent := s.unsendable(campaigns)
	if o.dryRun {
		if unsent != nil {
			s.Warn("%v", unsent)
		}
		s.desk = s.desk.Rehearsal()
		reports, err := s.start(ctx, campaigns)
		return errors.Join(s.report(reports, true), err)
	}
	if err := s.onlyRehearsed(); err != nil {
		return err
	}
	if unsent != nil {
		return unsent
	}
	if err := s.noSimulation(); err != nil {
		return err
	}
	if err := s.remind(ctx); err != nil {
		return err
	}
	reports, err := s.start(ctx, campaigns)
	return errors.Join(s.publish(ctx), s.report(reports, false), err)
}

// remind says that runs wait for a stop that nobody gave.
func (s *session) remind(ctx context.Context) error {
	open, err := s.store.OpenRuns(ctx)
	if err != nil {
		return err
	}
	over := 0
	for _, r := range open {
		if r.SlotEnd < crm.At(s.now) {
			over++
		}
	}
	if over > 0 {
		s.Warn("%s of slots that are over: stop-campaigns plans again whom nobody called", plural(over, "open run"))
	}
	return nil
}

// setClock sets the clock to the time that a flag gives, if any.
func (s *session) setClock(text string) (err error) {
	if text != "" {
		s.now, err = parseTime(text, s.book.Zone)
	}
	return err
}

// onlyRehearsed refuses to do in a folder of fixtures what a dry run may.
func (s *session) onlyRehearsed() error {
	if !s.fixtures {
		return nil
	}
	return usageError{errors.New("a folder of fixtures is only read: add --dry-run, or name a database with --db")}
}

// start starts campaigns one after the other. What was started before one of
// them fails stays started.
func (s *session) start(ctx context.Context, campaigns []*engine.Campaign) (all []dispatch.Report, err error) {
	for _, c := range campaigns {
		reports, err := s.desk.Start(ctx, s.book, c, s.now)
		all = append(all, reports...)
		if why := s.book.NotStarted(c, s.now); why != "" {
			s.Note("%s %s: not started", c.Name, why)
			continue
		}
		if c.Follows != "" && err == nil && len(reports) == 0 {
			s.Note("%s %s: no slot of %s runs", c.Name, s.now.In(s.book.Zone).Format("2006-01-02 15:04:05"), c.Follows)
		}
		switch {
		case err != nil && len(all) > 0:
			return all, partError{fmt.Errorf("%w (the campaigns above are started: start again for the others)", err)}
		case err != nil:
			return all, err
		}
	}
	return all, nil
}

// chosen are the campaigns that --type names, or all that have slots of their
// own, in their turn.
func chosen(book *engine.RuleBook, types []string) ([]*engine.Campaign, error) {
	var list []*engine.Campaign
	for _, c := range book.InTurn() {
		if len(types) == 0 && c.Follows == "" {
			list = append(list, c)
		}
	}
	for _, t := range types {
		c, err := campaignNamed(book, t)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list, nil
}
