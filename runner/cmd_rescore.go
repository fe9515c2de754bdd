package main

import (
	"github.com/spf13/cobra"
)

func newRescoreCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rescore",
		Short: "bring the stored scores up to date",
		Long: "rescore lets the rule book decide type, segment, score, grade and group of every stored lead anew, and plans\n" +
			"the first call of parked leads that a campaign takes now. Only what changed is written.\n" + exitHelp,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), func(s *session) error { return runRescore(cmd, s) })
		},
	}
}

func runRescore(cmd *cobra.Command, s *session) error {
	total, err := s.store.CountLeads(cmd.Context())
	if err != nil {
		return err
	}
	bar := s.Progress("rescoring", int64(total))
	got, err := s.desk.Rescore(cmd.Context(), s.book, s.now, func(n int) { bar.Add(int64(n)) })
	bar.Done()
	if err != nil {
		return err
	}
	s.Printf("rescored %s: %d changed, %d planned", plural(got.Leads, "lead"), got.Changed, got.Planned)
	return nil
}
