package report_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"callsheet/engine/calendar"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/store/storetest"
)

const schema = `
CREATE TABLE agent (id BIGINT, username TEXT, manager_id BIGINT);
CREATE TABLE team (id BIGINT, name TEXT);
CREATE TABLE agent_team (id BIGINT, agent_id BIGINT, team_id BIGINT);
CREATE TABLE session (id BIGINT, amount NUMERIC, status TEXT, starting_date TEXT, ending_date TEXT, contact_id BIGINT, product_id BIGINT, owner_id BIGINT);
CREATE TABLE target (id BIGINT, date DATE, amount NUMERIC, owner_id BIGINT);
CREATE TABLE target_operation (id BIGINT, amount NUMERIC, target_id BIGINT, session_id BIGINT);
INSERT INTO agent VALUES (1, 'u1', NULL), (2, 'u2', NULL);
INSERT INTO team VALUES (1, 'sales');
INSERT INTO agent_team VALUES (1, 1, 1), (2, 1, 1);
INSERT INTO session VALUES (1, 0.1, 'new', '2025-04-01', NULL, NULL, NULL, 1), (2, 0.2, 'new', NULL, NULL, NULL, NULL, 2), (3, 19.99, 'new', '2025-04-02', NULL, NULL, NULL, NULL);
INSERT INTO target VALUES (1, '2025-04-30', 3, 1), (2, '2025-04-30', 0.33, 1), (3, '2025-05-01', 9, 1);
INSERT INTO target_operation VALUES (1, 1.66, 1, 1), (2, 0.005, 3, 1);
`

// onBoth runs a test over a sales database on SQLite and one on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, sales *report.Sales)) {
	t.Helper()
	over := func(driver string, place func(*testing.T) string) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			dsn := place(t)
			fill(t, driver, dsn)
			sales, err := report.OpenSales(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer sales.Close()
			test(t, sales)
		}
	}
	t.Run("SQLite", over("sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "sales.db") }))
	t.Run("PostgreSQL", over("pgx", func(t *testing.T) string { return storetest.Postgres(t) }))
}

func fill(t *testing.T, driver, dsn string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
}

func TestAmountsAreExact(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, sales *report.Sales) {
		teams, err := sales.Teams(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, row := range append(teams.Teams, teams.Total...) {
			lines = append(lines, row.Team+" "+row.Status+" "+row.Amount.String())
		}
		if got, want := strings.Join(lines, ", "), "sales new 0.10, (no team) new 20.19,  new 20.29"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		days, targets, err := sales.Progression(t.Context(), "u1", 4, 2025)
		if err != nil {
			t.Fatal(err)
		}
		// 1.66 of 3.33 is 0.4985.
		last := days[len(days)-1]
		if targets != 2 || len(days) != 30 || last.Target != 333 || last.Progression != 50 || last.AmountAccumulated != 166 {
			t.Errorf("%d targets, %+v", targets, last)
		}
		if _, _, err := sales.Progression(t.Context(), "u3", 4, 2025); !errors.Is(err, report.ErrNoAgent) {
			t.Errorf("an unknown agent is %v", err)
		}
	})
}

// Parts of a cent are an error and never rounded away.
func TestPartsOfACent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, sales *report.Sales) {
		_, _, err := sales.Progression(t.Context(), "u1", 5, 2025)
		if err == nil || !strings.Contains(err.Error(), "operation 2: the amount 0.005 has parts of a cent") {
			t.Errorf("%v", err)
		}
	})
}

func TestSessionsFromADay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, sales *report.Sales) {
		sessions, err := sales.Sessions(t.Context(), calendar.Date{Year: 2025, Month: 4, Day: 2})
		if err != nil || len(sessions) != 1 || sessions[0].Amount != 1999 {
			t.Errorf("%v, %v", sessions, err)
		}
	})
}
