package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/terminal"
)

type progressionOptions struct{ dsn, agent, month string }

func newReportProgressionCommand(a *app) *cobra.Command {
	var o progressionOptions
	cmd := &cobra.Command{
		Use:   "progression",
		Short: "how far an agent is toward the month's targets, day by day",
		Long: "report progression adds up, for every day of a month, what counted toward an agent's target of that day, and how\n" +
			"much of the target is reached. It prints JSON unless another form is asked for.",
		Example: "  callsheet report progression --agent u1 --month 2025-04 --sales-db fixtures/sales.db\n" +
			"  callsheet report progression --agent u1 --month 2025-04 --sales-db fixtures/sales.db -o table",
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.agent == "" {
				return usageError{errors.New("--agent is missing: name somebody of the sales database by username")}
			}
			if _, err := time.Parse(monthLayout, o.month); err != nil {
				return usageError{fmt.Errorf("--month is %q: write a year and a month, such as 2025-04", o.month)}
			}
			err := runReportProgression(cmd.Context(), o, func(days []report.Progress, targets int) error {
				if targets == 0 {
					a.term.Warn("%s has no target in %s", o.agent, o.month)
				}
				return a.tellProgression(cmd.Context(), days, cmd.Flags().Changed("output"))
			})
			if errors.Is(err, report.ErrNoAgent) {
				return usageError{fmt.Errorf("%w: --agent takes a username of the sales database", err)}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&o.agent, "agent", "", "username in the sales database")
	cmd.Flags().StringVar(&o.month, "month", "", "month, such as 2025-04")
	a.salesFlag(cmd, &o.dsn)
	return cmd
}

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// runReportProgression tells the days of a month, and how many of them have a target. It is [report.ErrNoAgent] when
// nobody has that username.
func runReportProgression(ctx context.Context, o progressionOptions, tell func(days []report.Progress, targets int) error) error {
	month, err := time.Parse(monthLayout, o.month)
	if err != nil {
		return err
	}
	return selling(ctx, o.dsn, func(sales *report.Sales) error {
		days, targets, err := sales.Progression(ctx, o.agent, month.Month(), month.Year())
		if err != nil {
			return err
		}
		return tell(days, targets)
	})
}

// tellProgression prints JSON where no form was asked for.
func (a *app) tellProgression(ctx context.Context, days []report.Progress, asked bool) error {
	if !asked || a.term.Format == terminal.JSON {
		return a.term.JSON(days)
	}
	most := slices.MaxFunc(days, func(x, y report.Progress) int { return cmp.Compare(x.Amount, y.Amount) }).Amount
	columns := terminal.Columns("date", "target_of_the_day", "amount_of_the_day", "progression_of_the_day",
		"target_accumulated", "amount_accumulated", "progression_accumulated")
	people := a.term.Format == terminal.Table
	if people {
		columns = append(columns, terminal.Columns("day")...)
	}
	rows := make([][]any, len(days))
	for i, d := range days {
		rows[i] = []any{d.Date, d.Target, d.Amount, d.Progression, d.TargetAccumulated, d.AmountAccumulated, d.ProgressionAccumulated}
		if people {
			rows[i] = append(rows[i], spark(d.Amount, most))
		}
	}
	if err := a.term.Table(columns, rows); err != nil || !people {
		return err
	}
	return a.withoutStore(ctx, func(s *session) error { return s.tellPace(days) })
}

// spark is a bar of up to eight steps.
func spark(amount, most report.Money) string {
	if amount <= 0 || most <= 0 {
		return ""
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	return string(bars[min(len(bars)-1, int(amount*report.Money(len(bars))/(most+1)))])
}

// tellPace sets what is reached against the working days of the month that are
// over: Monday to Friday but the holidays of the rule book.
func (s *session) tellPace(days []report.Progress) error {
	today := calendar.DateOf(s.now.In(s.book.Zone))
	holidays := s.book.Week(&engine.Campaign{}, nil).Holidays
	var all, over int
	for _, d := range days {
		day, err := calendar.ParseDate(d.Date)
		if err != nil {
			return err
		}
		_, closed := holidays.On(day)
		if weekday := day.Weekday(); closed || weekday == time.Saturday || weekday == time.Sunday {
			continue
		}
		all++
		if day.Before(today) {
			over++
		}
	}
	last := days[len(days)-1]
	s.Note("%d of %d working days are over; %s of %s reached, %s is left", over, all,
		last.AmountAccumulated, last.TargetAccumulated, max(0, last.TargetAccumulated-last.AmountAccumulated))
	return nil
}
