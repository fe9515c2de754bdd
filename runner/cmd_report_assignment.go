package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/report"
)

// reportedDays is how many local days a report is about unless somebody asks
// for others.
const reportedDays = 30

type assignmentOptions struct{ from, to, campaign string }

func newReportAssignmentCommand(a *app) *cobra.Command {
	var o assignmentOptions
	cmd := &cobra.Command{
		Use:   "assignment",
		Short: "how calls are spread over agents, and who waits",
		Long: "report assignment tells for each group how its calls were spread over its agents, how evenly, which lead has\n" +
			"waited longest for a first call, and which ones are recycled again and again.",
		Example: "  callsheet report assignment --from 2026-11-01 --to 2026-11-30 --campaign PVI",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runReportAssignment(cmd, s, o) })
		},
	}
	cmd.Flags().StringVar(&o.from, "from", "", "first day of the calls, such as 2026-11-01; 30 days up to the last one when left out")
	cmd.Flags().StringVar(&o.to, "to", "", "last day of the calls; today when left out")
	cmd.Flags().StringVar(&o.campaign, "campaign", "", "only the calls of this campaign, by name or alias, and the leads it takes")
	return cmd
}

func runReportAssignment(cmd *cobra.Command, s *session, o assignmentOptions) error {
	first, last, err := s.days(o.from, o.to)
	if err != nil {
		return err
	}
	asked := report.Asked{From: s.midnight(first), Until: s.midnight(last.AddDays(1)), Now: s.now}
	if o.campaign != "" {
		if asked.Campaign, err = campaignNamed(s.book, o.campaign); err != nil {
			return err
		}
	}
	groups, err := report.Assignment(cmd.Context(), s.store, s.book, asked)
	if err != nil {
		return err
	}
	return s.tellAssignment(assignmentReport{first, last, asked.Campaign, groups})
}

// days are the first and the last local day that a report is about.
func (s *session) days(from, to string) (first, last calendar.Date, err error) {
	last = calendar.DateOf(s.now.In(s.book.Zone))
	if to != "" {
		if last, err = calendar.ParseDate(to); err != nil {
			return first, last, usageError{fmt.Errorf("--to: %w", err)}
		}
	}
	first = last.AddDays(1 - reportedDays)
	if from != "" {
		if first, err = calendar.ParseDate(from); err != nil {
			return first, last, usageError{fmt.Errorf("--from: %w", err)}
		}
	}
	if first.Compare(last) > 0 {
		return first, last, usageError{fmt.Errorf("--from %s is after the last day %s: give the first day, then the last with --to", first, last)}
	}
	return first, last, nil
}

// campaignNamed is the campaign of that name or alias.
func campaignNamed(book *engine.RuleBook, name string) (*engine.Campaign, error) {
	if c, ok := book.Campaign(name); ok {
		return c, nil
	}
	var names, aliases []string
	for _, c := range book.Campaigns {
		names, aliases = append(names, c.Name), append(aliases, c.Aliases...)
	}
	return nil, noSuch("campaign", name, names, aliases...)
}
