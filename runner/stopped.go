package main

import (
	"fmt"

	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// reportStop prints what a stop did: a sentence for people, a row a run for
// programs.
func (s *session) reportStop(r dispatch.StopReport, dry bool) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.stoppedJSON(r))
	case terminal.CSV:
		return s.stoppedTable(r)
	}
	s.Printf("%s", stopSentence(r))
	for _, run := range r.Runs {
		if n := len(run.Recycled); n > 0 && !run.DueAt.Valid {
			s.Warn("%s: %s parked: campaign %s has no further slot; rescore and recover-forgotten-lead find another campaign", run.ID, plural(n, "lead"), run.Into)
		}
		if run.Silent != "" {
			s.Note("%s: no stop file: %s", run.ID, run.Silent)
		}
		for _, name := range run.Cancelled {
			s.Note("%s was never handed over and is cancelled", name)
		}
	}
	if dry {
		s.Note("dry run: nothing stored, nothing written")
	}
	return nil
}

func stopSentence(r dispatch.StopReport) string {
	text := "nothing running"
	if r.Open {
		text = fmt.Sprintf("stopped %s, recycled %d", plural(r.Stopped, "run"), r.Recycled)
	}
	if r.Orphans > 0 {
		text += "; recycled " + plural(r.Orphans, "orphan")
	}
	return text
}

// stoppedJSON is the report for programs.
func (s *session) stoppedJSON(r dispatch.StopReport) any {
	type recycled struct {
		Lead string `json:"lead"`
		Call string `json:"call"`
	}
	type run struct {
		Run        string     `json:"run"`
		Campaign   string     `json:"campaign"`
		Group      string     `json:"group"`
		Published  bool       `json:"published"`
		Orphan     bool       `json:"orphan"`
		Into       string     `json:"into"`
		DueAt      any        `json:"due_at"` // nil when there is no further slot
		Recycled   []recycled `json:"recycled"`
		Cancelled  []string   `json:"cancelled_files"`
		StopFile   string     `json:"stop_file,omitempty"`
		NoStopFile string     `json:"no_stop_file,omitempty"` // why
	}
	out := struct {
		Stopped   int      `json:"stopped"`
		Recycled  int      `json:"recycled"`
		Orphans   int      `json:"orphans"`
		Parked    int      `json:"parked"`
		Runs      []run    `json:"runs"`
		StopFiles []string `json:"stop_files"`
	}{r.Stopped, r.Recycled, r.Orphans, r.Parked, []run{}, orEmpty(r.Signals)}
	for _, one := range r.Runs {
		told := run{
			Run: one.ID, Campaign: one.Campaign, Group: one.Group, Published: one.Published, Orphan: one.Orphan, Into: one.Into,
			DueAt: s.when(one.DueAt), Recycled: []recycled{}, Cancelled: orEmpty(one.Cancelled), StopFile: one.Signal, NoStopFile: one.Silent,
		}
		for _, call := range one.Recycled {
			told.Recycled = append(told.Recycled, recycled{call.LeadID, call.ID})
		}
		out.Runs = append(out.Runs, told)
	}
	return out
}

func orEmpty(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

func (s *session) stoppedTable(r dispatch.StopReport) error {
	rows := make([][]any, len(r.Runs))
	for i, run := range r.Runs {
		rows[i] = []any{run.ID, run.Published, run.Orphan, len(run.Recycled), run.Into, s.when(run.DueAt), run.Signal}
	}
	return s.Table(terminal.Columns("run", "published", "orphan", "recycled", "into", "due_at", "stop_file"), rows)
}
