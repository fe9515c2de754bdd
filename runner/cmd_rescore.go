package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/terminal"
)

// slowLeads is the number from which a rescore shows how far it is.
const slowLeads = 10_000

func newRescoreCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rescore",
		Short: "bring the stored scores up to date",
		Long: "rescore lets the rule book decide type, segment, score, grade and group of every stored lead anew, and plans\n" +
			"the first call of parked leads that a campaign takes now. Only what changed is written. Services with the same rule\n" +
			"book help.",
		Example: "  callsheet --rules /etc/callsheet --db /var/lib/callsheet/callsheet.db rescore",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runRescore(cmd.Context(), a, s) })
		},
	}
}

func runRescore(ctx context.Context, a *app, s *session) error {
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	pass, err := s.beginPass(ctx, s.book, s.now)
	if err != nil {
		return err
	}
	// Pages come and go and little of them stays: to collect less often costs
	// some 60 MiB and saves a sixth of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	advance, done := s.progress("rescoring", int64(pass.Stored), slowLeads)
	got, err := s.endPass(ctx, s.book, pass, runtime.GOMAXPROCS(0), advance)
	done()
	if errors.Is(err, errReplaced) {
		return partError{err}
	}
	if err != nil {
		return err
	}
	sentence := fmt.Sprintf("rescored %s: %d changed, %d planned", plural(got.Leads, "lead"), got.Changed, got.Planned)
	return s.tell(sentence, terminal.Columns("leads", "changed", "planned"), got.Leads, got.Changed, got.Planned)
}
