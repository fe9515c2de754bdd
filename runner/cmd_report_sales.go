package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/spf13/cobra"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/terminal"
)

// salesFlag gives a command the sales database: --sales-db, else the
// environment.
func (a *app) salesFlag(cmd *cobra.Command, dsn *string) {
	cmd.Flags().StringVar(dsn, "sales-db", a.env(salesVariable), "SQLite file or postgres:// address of the sales database, which is only read")
}

// salesVariable names the sales database.
const salesVariable = "CALLSHEET_SALES_DB"

// selling is work over the sales database.
func selling(ctx context.Context, dsn string, work func(*report.Sales) error) error {
	if dsn == "" {
		return usageError{errors.New("no sales database: name one with --sales-db or CALLSHEET_SALES_DB")}
	}
	sales, err := report.OpenSales(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(work(sales), sales.Close())
}

func newReportSalesCommand(a *app) *cobra.Command {
	var dsn string
	cmd := &cobra.Command{
		Use:   "sales",
		Short: "sales per team and status",
		Long: "report sales counts and adds up the sales of each team by status. A sale counts in every team of its owner; the\n" +
			"distinct total counts it once.",
		Example: "  callsheet report sales --sales-db fixtures/sales.db",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runReportSales(cmd.Context(), a.term, dsn)
		},
	}
	a.salesFlag(cmd, &dsn)
	return cmd
}

func runReportSales(ctx context.Context, t *terminal.Terminal, dsn string) error {
	return selling(ctx, dsn, func(sales *report.Sales) error {
		teams, err := sales.Teams(ctx)
		if err != nil {
			return err
		}
		return tellTeams(t, teams)
	})
}

func tellTeams(t *terminal.Terminal, r *report.TeamReport) error {
	columns := terminal.Columns("team", "status", "count", "amount")
	rows := make([][]any, 0, len(r.Teams)+len(r.Total))
	for _, team := range r.Teams {
		rows = append(rows, []any{team.Team, statusOf(team), team.Count, team.Amount})
	}
	for _, total := range r.Total {
		rows = append(rows, []any{"distinct total", total.Status, total.Count, total.Amount})
	}
	return t.Table(columns, rows)
}

// statusOf is nothing for a team without sales.
func statusOf(t report.TeamSales) any {
	if t.Status == "" {
		return nil
	}
	return t.Status
}

func newReportSessionsCommand(a *app) *cobra.Command {
	var dsn, from string
	cmd := &cobra.Command{
		Use:     "sessions",
		Short:   "sales that start on a day or later",
		Long:    "report sessions lists the sales whose starting date is the given day or a later one.",
		Example: "  callsheet report sessions --starting-from 2025-05-01 --sales-db fixtures/sales.db",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return usageError{errors.New("--starting-from is missing: name the first day, such as 2025-05-01")}
			}
			day, err := calendar.ParseDate(from)
			if err != nil {
				return usageError{err}
			}
			return selling(cmd.Context(), dsn, func(sales *report.Sales) error {
				sessions, err := sales.Sessions(cmd.Context(), day)
				if err != nil {
					return err
				}
				return a.tellSessions(sessions)
			})
		},
	}
	cmd.Flags().StringVar(&from, "starting-from", "", "first day, such as 2025-05-01")
	a.salesFlag(cmd, &dsn)
	return cmd
}

func (a *app) tellSessions(sessions []report.Session) error {
	rows := make([][]any, len(sessions))
	for i, s := range sessions {
		rows[i] = []any{s.ID, s.Amount, s.Status, s.StartingOn, s.EndingOn, orNothing(s.ContactID), orNothing(s.ProductID), orNothing(s.OwnerID)}
	}
	return a.term.Table(terminal.Columns("id", "amount", "status", "starting_date", "ending_date", "contact_id", "product_id", "owner_id"), rows)
}

// orNothing is a reference that may be empty.
func orNothing(id sql.NullInt64) any {
	if !id.Valid {
		return nil
	}
	return id.Int64
}
