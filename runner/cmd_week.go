package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/terminal"
)

func newWeekCommand(a *app) *cobra.Command {
	days := 7
	cmd := &cobra.Command{
		Use:   "week [DATE]",
		Short: "show which campaign calls when, day by day",
		Long: "week shows the slots of every campaign from the Monday of a date on, with the holidays that close them. Groups with\n" +
			"other holidays stand apart.",
		Example: "  callsheet week 2026-12-21",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("week takes one date, not %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withoutStore(cmd.Context(), func(s *session) error { return runWeek(s, args, days) })
		},
	}
	cmd.Flags().IntVar(&days, "days", days, "how many days")
	return cmd
}

func runWeek(s *session, args []string, days int) error {
	if days < 1 || days > 366 {
		return usageError{fmt.Errorf("--days is %d: show 1 to 366 days", days)}
	}
	day := calendar.DateOf(s.now.In(s.book.Zone))
	if len(args) == 1 {
		var err error
		if day, err = calendar.ParseDate(args[0]); err != nil {
			return usageError{err}
		}
	}
	first := day.AddDays(-(int(day.Weekday()) + 6) % 7)
	if s.Format != terminal.Table {
		return s.weekRows(first, days)
	}
	names := []string{"campaign"}
	for i := range days {
		d := first.AddDays(i)
		names = append(names, fmt.Sprintf("%s %02d/%02d", d.Weekday().String()[:3], d.Day, d.Month))
	}
	var rows [][]any
	for _, c := range s.book.Campaigns {
		for _, calls := range s.callers(c) {
			row := []any{calls.name}
			for i := range days {
				row = append(row, s.cell(c, calls.group, first.AddDays(i)))
			}
			rows = append(rows, row)
		}
	}
	return s.Table(terminal.Columns(names...), rows)
}

// weekRow is a campaign for the groups that have the same holidays.
type weekRow struct {
	name  string
	group *engine.Group // one of them; nil for the book's calendar
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
