package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/terminal"
)

type weekOptions struct {
	days     int
	from, to string
	ranged   bool // from or to is given
	counted  bool // days is given
}

func newWeekCommand(a *app) *cobra.Command {
	o := weekOptions{days: 7}
	cmd := &cobra.Command{
		Use:   "week [DATE]",
		Short: "show which campaign calls when, day by day",
		Long: "week shows the slots of every campaign from the Monday of a date on, or from one day to another, with the holidays\n" +
			"that close them, and what begins and ends. Groups with other holidays stand apart.",
		Example: "  callsheet week 2026-12-21\n  callsheet week --from 2026-12-15 --to 2027-01-05",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("week takes one date, not %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ranged = cmd.Flags().Changed("from") || cmd.Flags().Changed("to")
			o.counted = cmd.Flags().Changed("days")
			return a.withoutStore(cmd.Context(), func(s *session) error { return runWeek(s, args, o) })
		},
	}
	cmd.Flags().IntVar(&o.days, "days", o.days, "how many days")
	cmd.Flags().StringVar(&o.from, "from", "", "first day, instead of the Monday of DATE; today when only --to is given")
	cmd.Flags().StringVar(&o.to, "to", "", "last day; a week in all when only --from is given")
	return cmd
}

// shown is the first of the days to show, and how many there are.
func (s *session) shown(args []string, o weekOptions) (first calendar.Date, days int, err error) {
	day, days := calendar.DateOf(s.now.In(s.book.Zone)), o.days
	if o.ranged && (len(args) > 0 || o.counted) {
		return day, 0, usageError{errors.New("give either a date and --days, or --from and --to")}
	}
	text := o.from
	if len(args) == 1 {
		text = args[0]
	}
	if text != "" {
		if day, err = calendar.ParseDate(text); err != nil {
			return day, 0, usageError{err}
		}
	}
	if o.to != "" {
		last, err := calendar.ParseDate(o.to)
		if err != nil {
			return day, 0, usageError{err}
		}
		if days = day.DaysUntil(last) + 1; days < 1 || days > mostDays {
			return day, 0, usageError{fmt.Errorf("from %s to %s are %d days: show 1 to %d", day, last, days, mostDays)}
		}
	}
	if days < 1 || days > mostDays {
		return day, 0, usageError{fmt.Errorf("--days is %d: show 1 to %d days", days, mostDays)}
	}
	if !o.ranged {
		day = day.AddDays(-(int(day.Weekday()) + 6) % 7)
	}
	return day, days, nil
}

// mostDays is how many days week shows at most.
const mostDays = 366

func runWeek(s *session, args []string, o weekOptions) error {
	first, days, err := s.shown(args, o)
	if err != nil {
		return err
	}
	if s.Format != terminal.Table {
		return s.weekRows(first, days)
	}
	names := []string{"campaign"}
	for i := range days {
		d := first.AddDays(i)
		names = append(names, fmt.Sprintf("%s %02d/%02d", d.Weekday().String()[:3], d.Day, d.Month))
	}
	var rows [][]any
	var told []string // of each row
	for _, c := range s.book.Campaigns {
		changes := strings.Join(coverage{s.book}.changes(c, first, first.AddDays(days-1)), "; ")
		for _, calls := range s.callers(c) {
			row := []any{calls.label(c)}
			for i := range days {
				row = append(row, s.cell(c, calls.group, first.AddDays(i)))
			}
			rows, told = append(rows, row), append(told, changes)
			changes = ""
		}
	}
	if slices.ContainsFunc(told, func(text string) bool { return text != "" }) {
		names = append(names, "changes")
		for i := range rows {
			rows[i] = append(rows[i], told[i])
		}
	}
	return s.Table(terminal.Columns(names...), rows)
}

// weekRow is a campaign for the groups that have the same holidays.
type weekRow struct {
	name  string
	group *engine.Group // one of them; nil for the book's calendar
}

// label is the name of the row for people: with the mode of a campaign that is
// not live.
func (r weekRow) label(c *engine.Campaign) string {
	if c.Mode == engine.Live {
		return r.name
	}
	return c.Name + " (" + c.Rollout() + ")" + strings.TrimPrefix(r.name, c.Name)
}

// callers are the rows of a campaign: one for the calendar of the book, and one
// for each other calendar of its groups.
func (s *session) callers(c *engine.Campaign) []weekRow {
	rows := []weekRow{{name: c.Name}}
	byCalendar := map[string]int{}
	for _, g := range s.book.Groups {
		if !c.Takes(g.Name) || s.book.CalendarOf(g) == s.book.Calendar {
			continue
		}
		if i, known := byCalendar[s.book.CalendarOf(g)]; known {
			rows[i].name += ", " + g.Name
			continue
		}
		byCalendar[s.book.CalendarOf(g)] = len(rows)
		rows = append(rows, weekRow{c.Name + " " + g.Name, g})
	}
	return rows
}

// cell is the slots of a day, or the holiday that closes them.
func (s *session) cell(c *engine.Campaign, g *engine.Group, day calendar.Date) string {
	week := s.book.Week(c, g)
	var starts []string
	for _, slot := range week.On(day) {
		starts = append(starts, slot.Start.In(s.book.Zone).Format("15:04"))
	}
	if len(starts) > 0 {
		return strings.Join(starts, " ")
	}
	return holiday(week, day)
}

// holiday is the name of the holiday that closes a day, or a point.
func holiday(week *calendar.Week, day calendar.Date) string {
	skipped := week.Skipped(day, day.AddDays(1))
	i := slices.IndexFunc(skipped, func(closed calendar.Skipped) bool { return closed.Date == day && closed.Holiday != "" })
	if i < 0 {
		return "·"
	}
	return skipped[i].Holiday
}

// weekRows is a row for each slot.
func (s *session) weekRows(first calendar.Date, days int) error {
	var rows [][]any
	for _, c := range s.book.Campaigns {
		for _, calls := range s.callers(c) {
			for i := range days {
				for _, slot := range s.book.Week(c, calls.group).On(first.AddDays(i)) {
					rows = append(rows, []any{
						c.Name, strings.TrimSpace(strings.TrimPrefix(calls.name, c.Name)), slot.Name,
						slot.Start.In(s.book.Zone).Format("2006-01-02T15:04:05Z07:00"), slot.End.In(s.book.Zone).Format("2006-01-02T15:04:05Z07:00"),
					})
				}
			}
		}
	}
	return s.Table(terminal.Columns("campaign", "groups", "slot", "start", "end"), rows)
}
