package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

// errDegraded says that an edit is not in force.
var errDegraded = errors.New("the rule files are not what is in force")

func newStatusCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "tell which rules are in force, and which edit is not and why",
		Long: "status tells which version of the rules is in force and since when, which edit of the files is not and why, and\n" +
			"what is under way. It ends with exit code 1 when the files are not what is in force.",
		Example: "  callsheet status",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.hushed = true
			return a.reading(cmd.Context(), func(s *session) error { return runStatus(cmd.Context(), a, s) })
		},
	}
}

type statusJSON struct {
	Version  string        `json:"version"`
	Since    time.Time     `json:"since"`
	Rules    int           `json:"rules"`
	Files    int           `json:"files"`
	Mode     string        `json:"edits"` // auto or approve
	Edit     *rejectedJSON `json:"edit"`  // that is not in force; null when the files are
	Runs     int           `json:"open_runs"`
	Waiting  int           `json:"files_waiting"`
	Rescore  *rescoreJSON  `json:"rescore"` // that is under way; null when none is
	Degraded bool          `json:"degraded"`
	// Rollout are the campaigns that are not live, or begin or end soon.
	Rollout []rolloutJSON `json:"rollout"`
}

type rescoreJSON struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	Done    int       `json:"done"` // of Ranges
	Ranges  int       `json:"ranges"`
	Leads   int       `json:"leads"` // that are done
	Changed int       `json:"changed"`
}

type rejectedJSON struct {
	State    string         `json:"state"` // rejected, waiting or withdrawn
	At       time.Time      `json:"at"`
	Version  string         `json:"version"`
	Author   string         `json:"author"`
	Reasons  []string       `json:"reasons"`
	Mistakes []engine.Fault `json:"mistakes"`
}

func runStatus(ctx context.Context, a *app, s *session) error {
	runs, err := s.store.OpenRuns(ctx)
	if err != nil {
		return err
	}
	files, err := s.store.UnpublishedFiles(ctx)
	if err != nil {
		return err
	}
	pass, err := s.store.Pass(ctx)
	if err != nil {
		return err
	}
	status := s.rules.Status()
	out := statusJSON{
		Version: status.Version, Since: status.Since.In(s.book.Zone), Rules: s.book.Rules, Files: s.book.Files, Mode: modeOf(s.book),
		Runs: len(runs), Waiting: len(files), Degraded: status.Rejected != nil,
		Rollout: rollouts(s.book, s.now),
	}
	if !pass.Ended() {
		out.Rescore = &rescoreJSON{pass.Version, pass.At.Time().In(s.book.Zone), pass.Done, pass.Ranges, pass.Leads, pass.Changed}
	}
	if r := status.Rejected; r != nil {
		out.Edit = &rejectedJSON{
			State: strings.ToLower(headOf(r.Faults)), At: r.At.In(s.book.Zone), Version: r.Version,
			Author: fileAuthor(a.rules), Reasons: reasonsOf(a.rules, r.Faults), Mistakes: []engine.Fault{},
		}
		var faults *engine.Faults
		if errors.As(r.Faults, &faults) {
			out.Edit.Mistakes = faults.List
		}
	}
	if err := s.showStatus(out, status); err != nil {
		return err
	}
	if out.Degraded {
		return toldError{errDegraded}
	}
	return nil
}

func modeOf(book *engine.RuleBook) string {
	if book.Approve {
		return "approve"
	}
	return "auto"
}

func (s *session) showStatus(out statusJSON, status engine.Status) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(out)
	case terminal.CSV:
		state := ""
		if out.Edit != nil {
			state = out.Edit.State
		}
		return s.Table(terminal.Columns("version", "since", "rules", "files", "edits", "edit", "open_runs", "files_waiting"),
			[][]any{{out.Version, out.Since, out.Rules, out.Files, out.Mode, state, out.Runs, out.Waiting}})
	}
	s.Printf("LIVE       version %s   since %s   %s in %s, edits: %s", s.book.Short(), clockOf(out.Since), plural(out.Rules, "rule"), plural(out.Files, "file"), out.Mode)
	if out.Edit != nil {
		s.Printf("%-9s  edit of %s%s", headOf(status.Rejected.Faults), clockOf(out.Edit.At), by(out.Edit.Author))
		for _, line := range out.Edit.Reasons {
			s.Printf("           %s", line)
		}
		s.Printf("           %s", remedy(status.Rejected.Faults))
	}
	s.Printf("RUNS       %s open, %s to hand over", plural(out.Runs, "run"), plural(out.Waiting, "file"))
	for _, r := range out.Rollout {
		s.Printf("ROLLOUT    %s %s", r.Campaign, r)
	}
	if r := out.Rescore; r != nil {
		s.Printf("RESCORE    version %s of %s   %d of %s of leads done, %d changed", r.Version[:7], clockOf(r.At), r.Done, plural(r.Ranges, "range"), r.Changed)
	}
	if out.Degraded {
		s.Printf("DEGRADED: %s", errDegraded)
	}
	return nil
}

// clockOf is a time as people read it.
func clockOf(t time.Time) string { return t.Format("Mon 2 Jan 2006 15:04") }
