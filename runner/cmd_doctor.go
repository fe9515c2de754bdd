package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/terminal"
)

// errIll says that the doctor found something.
var errIll = errors.New("something needs looking after")

func newDoctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "look for what has gone wrong",
		Long: "doctor looks for what has gone wrong or takes too long, and says how to mend it: rules that are refused, messages that\n" +
			"nobody could use, runs that nobody stopped, files that are not handed over. It ends with exit code 1 when there is any.",
		Example: "  callsheet doctor",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runDoctor(cmd.Context(), a, s) })
		},
	}
}

func runDoctor(ctx context.Context, a *app, s *session) error {
	found, leads, err := s.diagnose(ctx, a)
	if err != nil {
		return err
	}
	if err := s.tellSymptoms(found, leads); err != nil {
		return err
	}
	if slices.ContainsFunc(found, symptom.bad) {
		return toldError{errIll}
	}
	return nil
}

// tellSymptoms prints a line for each, ✗ for what needs looking after.
func (s *session) tellSymptoms(found []symptom, leads int) error {
	if s.Format != terminal.Table {
		rows := make([][]any, len(found))
		for i, f := range found {
			rows[i] = []any{f.what, f.count, f.bad(), f.detail, f.mend}
		}
		return s.Terminal.Table(terminal.Columns("what", "count", "ill", "detail", "mend"), rows)
	}
	ill := 0
	for _, f := range found {
		sign, rest := "✓", ""
		if !f.ill {
			sign = "·"
		}
		if f.count > 0 && f.detail != "" {
			rest = "  " + f.detail
		}
		if f.bad() {
			sign, rest = "✗", rest+"  → "+f.mend
			ill++
		}
		s.Printf("%s %6d  %s%s", sign, f.count, f.what, rest)
	}
	if ill == 0 {
		s.Printf("healthy: %s, rule book %s", plural(leads, "lead"), s.book.Short())
		return nil
	}
	s.Printf("%s to look after: %s, rule book %s", plural(ill, "thing"), plural(leads, "lead"), s.book.Short())
	return nil
}
