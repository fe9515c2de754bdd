package main

import (
	"io"
	"os"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// Of every lead and campaign explain gives the reason that a start gives, its
// lines end in it, and the numbers of the funnel add up to the leads.
func TestExplainSaysWhatAStartDecides(t *testing.T) {
	t.Parallel()
	a := &app{stdout: io.Discard, stderr: os.Stderr, env: func(string) string { return "" }, clock: func() time.Time {
		return time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	}}
	err := a.inFixtures(t, func(s *session) error {
		decided := 0
		for _, c := range s.book.Campaigns {
			reports, bySlot, err := s.desk.Preview(t.Context(), s.book, c, s.now)
			if err != nil {
				return err
			}
			for _, r := range reports {
				decisions := bySlot[crm.SlotKey(c.Name, r.Slot.Start.In(s.book.Zone))]
				f := s.funnelOf(c, r, decisions)
				lost := f.Injected
				for _, step := range f.Steps {
					lost += step.Lost
				}
				if lost != f.Planned || f.Steps[len(f.Steps)-1].Left != f.Injected {
					t.Errorf("%s: %d of %d calls are told of, %d are left", c.Name, lost, f.Planned, f.Injected)
				}
				for _, d := range decisions {
					x, err := s.desk.Explain(t.Context(), s.book, d.LeadID, []*engine.Campaign{c}, s.now)
					if err != nil {
						return err
					}
					if err := s.desk.Place(t.Context(), s.book, x); err != nil {
						return err
					}
					want := d.Reason
					if got := x.Campaigns[0]; got.Reason != want || !endsIn(got.Lines, want) {
						t.Errorf("%s, %s: explained by %q, decided by %q: %+v", d.LeadID, c.Name, got.Reason, want, got.Lines)
					}
					sum := int64(0)
					for _, l := range x.Lines {
						sum += l.Points
					}
					if sum != x.Score || x.Score != d.Score {
						t.Errorf("%s: the lines add up to %d, the score is %d and %d in the decision", d.LeadID, sum, x.Score, d.Score)
					}
					decided++
				}
			}
		}
		if decided < 500 {
			t.Errorf("only %d decisions were looked at", decided)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// endsIn says that the one line that stops is that of the reason, and that no
// line behind it was reached.
func endsIn(lines []engine.AccountLine, reason string) bool {
	stopped := ""
	for _, l := range lines {
		switch {
		case l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen:
			if stopped != "" {
				return false
			}
			stopped = l.Name
		case stopped != "" && l.Mark == engine.MarkPassed:
			return false
		}
	}
	return stopped == reason
}

// inFixtures runs work over the invented call centre.
func (a *app) inFixtures(t *testing.T, work func(*session) error) error {
	t.Helper()
	root := a.root()
	if err := root.ParseFlags([]string{"--rules", "..", "--db", "../fixtures"}); err != nil {
		return err
	}
	if err := root.PersistentPreRunE(root, nil); err != nil {
		return err
	}
	return a.reading(t.Context(), work)
}
