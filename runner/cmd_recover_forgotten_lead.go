package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func newRecoverForgottenLeadCommand(a *app) *cobra.Command {
	dryRun := false
	cmd := &cobra.Command{
		Use:   "recover-forgotten-lead",
		Short: "plan a call for the leads that nobody is going to call",
		Long: "recover-forgotten-lead plans a call for every lead that rules/recovery.yaml takes, in the next slot of the first\n" +
			"campaign that is for it, as soon as the law lets us call. The others are counted by reason.",
		Example: "  callsheet --at 2026-11-23T08:00:00 recover-forgotten-lead --dry-run",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.during(cmd.Context(), dryRun || a.missing(), func(s *session) error { return runRecover(cmd.Context(), s, dryRun) })
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print what would be done, store nothing")
	return cmd
}

func runRecover(ctx context.Context, s *session, dryRun bool) error {
	if dryRun {
		s.desk = s.desk.Rehearsal()
	} else if err := s.onlyRehearsed(); err != nil {
		return err
	}
	got, err := s.desk.Recover(ctx, s.book, s.now)
	if err != nil && len(got.Calls) == 0 {
		return err
	}
	if err != nil {
		err = partError{err}
	}
	return errors.Join(s.reportRecovered(got, dryRun), err)
}
