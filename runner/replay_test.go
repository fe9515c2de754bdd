package main

import (
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// Whatever was decided in days of starts, ticks, calls, recoveries and
// callbacks comes out the same from what is stored of it.
func TestDaysComeOutTheSame(t *testing.T) {
	t.Parallel()
	a := &app{stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, clock: time.Now}
	root := a.root()
	if err := root.ParseFlags([]string{"--rules", ".."}); err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentPreRunE(root, nil); err != nil {
		t.Fatal(err)
	}
	err := a.withoutStore(t.Context(), func(s *session) error {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		o := simulateOptions{days: 3, out: filepath.Join(t.TempDir(), "campaigns"), seed: 1}
		if err := s.simulate(t.Context(), a, "../fixtures", o); err != nil {
			return err
		}
		total, reasons := 0, map[string]int{}
		for after := (crm.FactSheet{}); ; {
			page, err := s.store.FactsBetween(t.Context(), "", 0, 1<<60, after, 1)
			if err != nil || len(page) == 0 {
				checkReplayed(t, total, reasons)
				return err
			}
			after = page[0]
			f, err := after.Facts()
			if err != nil {
				return err
			}
			decisions, err := s.store.DecisionsOn(t.Context(), &after, f.Leads)
			if err != nil {
				return err
			}
			differ, err := dispatch.Replay(s.book, f, decisions)
			if err != nil {
				return err
			}
			for _, d := range differ {
				t.Errorf("%s about %s at %v: was %s; is %s", d.Decision.ID, d.Decision.LeadID, f.At.Time(), said(d.Decision), said(d.Is))
			}
			for _, d := range decisions {
				total++
				reasons[d.Reason]++
				if total%20 == 0 {
					checkRecalled(t, s.book, f, d)
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkReplayed demands that the days held something of everything.
func checkReplayed(t *testing.T, total int, reasons map[string]int) {
	t.Helper()
	for _, reason := range []string{"", engine.WrongType, engine.WrongSegment, engine.NoGroup, engine.OverCapacity, "FR-3", "FR-5", "warm", "stale"} {
		if reasons[reason] == 0 {
			t.Errorf("nobody stayed out for %q: %v", reason, reasons)
		}
	}
	if total < 2000 {
		t.Errorf("only %d decisions were taken again", total)
	}
}

// checkRecalled explains a decision: it ends in its reason, and the points add up
// to its score.
func checkRecalled(t *testing.T, book *engine.RuleBook, f *crm.Facts, d crm.Decision) {
	t.Helper()
	x, err := dispatch.Recall(book, f, d)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, l := range x.Lines {
		sum += l.Points
	}
	if c := x.Campaigns[0]; c.Reason != d.Reason || !endsIn(c.Lines, d.Reason) || c.Decision != d.ID || sum != d.Score || x.Score != d.Score {
		t.Errorf("%s: decided %s; explained by %q, score %d: %+v", d.ID, said(d), c.Reason, x.Score, c.Lines)
	}
}

// What somebody changed in the log afterwards is found, and named.
func TestReplayFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "callsheet.db")
	mustRun(t, "--rules", shop, "--db", db, "--at", "2026-11-22T20:00:00", "import", "leads", shop+"/fixtures/leads.csv")
	mustRun(t, "--rules", shop, "--db", db, "--out", t.TempDir(), "--at", "2026-11-23T10:00:00", "start-campaign", "--type=PVI")
	file, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := file.ExecContext(t.Context(), `UPDATE "decision" SET "reason" = 'warm', "score" = 12 WHERE "lead_id" = 'L-0001'`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%d decisions were changed, %v", n, err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	out, _, code := try(t, "--rules", shop, "--db", db, "replay")
	if code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	for _, want := range []string{
		"314 decisions, 313 identical\n", "  D-QEMAZKAZAH  L-0001, PVI/2026-11-23T10:00, rule book ",
		": was warm (last estimation more than a year ago), score 12, group RHONE; is stale (last estimation more than a year ago), score 82, group RHONE\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// The mean of a change is that of whole days on which a campaign had slots, those
// of the day of the change apart.
func TestActualIsAMeanOfWholeDays(t *testing.T) {
	t.Parallel()
	a := &app{stdout: io.Discard, stderr: os.Stderr, env: func(string) string { return "" }, clock: time.Now}
	err := a.inFixtures(t, func(s *session) error {
		claim := crm.Claim{}
		for slot, n := range map[string]int{
			"2026-11-15T10:00": 9, // too long before
			"2026-11-16T10:00": 2, "2026-11-16T14:00": 2, "2026-11-18T10:00": 0,
			"2026-11-23T10:00": 9, // the day itself
			"2026-11-24T10:00": 5, "2026-11-30T10:00": 6,
			"2026-12-01T10:00": 9, // too long after
		} {
			for i := range n + 1 {
				claim.Decisions = append(claim.Decisions, crm.Decision{SlotKey: "PVX/" + slot, LeadID: string(rune('a' + i)), Injected: i < n})
			}
		}
		if err := s.store.Claim(t.Context(), claim); err != nil {
			return err
		}
		at := s.midnight(calendar.Date{Year: 2026, Month: 11, Day: 23}).Add(11 * time.Hour)
		for today, want := range map[string]string{"2026-11-24": "—", "2026-11-25": "PVX +3/day", "2026-12-20": "PVX +4/day"} {
			day, err := calendar.ParseDate(today)
			if err != nil {
				return err
			}
			s.now = s.midnight(day).Add(9 * time.Hour)
			change := pastChange{Effect: []effect{{Campaign: "PVX"}}}
			if change.Actual, err = s.actuals(t.Context(), at, change.Effect); err != nil {
				return err
			}
			if got := change.actuals(); got != want {
				t.Errorf("on %s: %q, want %q", today, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
