package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

type applyOptions struct {
	allow  []string
	reason string
}

func newApplyCommand(a *app) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "say yes to an edit of the rules that waits",
		Long: "apply puts the rule files in force where they wait for somebody's yes: because campaigns.yaml says edits: approve,\n" +
			"because a rollback took them out of force, or because they are past a guardrail, which --allow lifts for a campaign,\n" +
			"this once. The mistakes that check finds, and tests that fail, cannot be allowed.",
		Example: "  callsheet apply\n  callsheet apply --allow PVI --reason \"end of the season\"",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.hushed = true
			return a.with(cmd.Context(), func(s *session) error { return runApply(cmd.Context(), a, s, o) })
		},
	}
	cmd.Flags().StringArrayVar(&o.allow, "allow", nil, "campaign whose guardrails the edit may pass; may be repeated")
	cmd.Flags().StringVar(&o.reason, "reason", "", "why, for the history; needed with --allow")
	return cmd
}

func runApply(ctx context.Context, a *app, s *session, o applyOptions) error {
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	if len(o.allow) > 0 && strings.TrimSpace(o.reason) == "" {
		return usageError{errors.New("--allow needs --reason: say why the guardrails of " + strings.Join(o.allow, ", ") + " may be passed")}
	}
	status := s.rules.Status()
	if status.Rejected == nil {
		return s.inForce()
	}
	var stopped *engine.Stopped
	if !errors.As(status.Rejected.Faults, &stopped) || stopped.By == engine.ByTests {
		return unreadable(a.rules, status.Rejected.Faults)
	}
	if err := s.allow(ctx, a, status.Rejected.Version, o); err != nil {
		return err
	}
	change, err := s.rules.Retry(ctx)
	if err != nil {
		return err
	}
	if change.Faults != nil {
		return unreadable(a.rules, change.Faults)
	}
	s.book = s.rules.Book()
	return s.inForce()
}

// allow says yes to an edit, as far as no guardrail stands against it that is
// not allowed to be passed.
func (s *session) allow(ctx context.Context, a *app, version string, o applyOptions) error {
	sources, err := engine.Read(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return err
	}
	book, err := engine.Compile(sources)
	if err != nil {
		return err
	}
	if book.Version != version {
		return errors.New("the rule files were edited meanwhile: see callsheet plan, and say yes to what they mean now")
	}
	if err := knownCampaigns(s.book, book, o.allow); err != nil {
		return err
	}
	p, err := s.planOf(ctx, s.admission.desk, s.book, book)
	if err != nil {
		return err
	}
	p.breaches = slices.DeleteFunc(p.breaches, func(b dispatch.Breach) bool { return slices.Contains(o.allow, b.Campaign) })
	if len(p.breaches) > 0 {
		return stop(engine.Candidate{Book: book, InForce: s.book}, p.breaches, true)
	}
	yes := store.Change{
		At: crm.At(s.wall()), State: store.Approved, Version: version, Base: s.book.Version, Author: thisUser(),
		Reason: o.reason, Effect: effectOf(p.leads), Allow: o.allow,
	}
	s.admission.agreeTo(yes)
	return s.store.RecordChange(ctx, yes)
}

// knownCampaigns refuses the name of a campaign that neither book has.
func knownCampaigns(inForce, edited *engine.RuleBook, names []string) error {
	var known []string
	for _, book := range []*engine.RuleBook{inForce, edited} {
		for _, c := range book.Campaigns {
			if !slices.Contains(known, c.Name) {
				known = append(known, c.Name)
			}
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return noSuch("campaign", name, known)
		}
	}
	return nil
}

// inForce tells which rule book is in force.
func (s *session) inForce() error {
	status := s.rules.Status()
	since := status.Since.In(s.book.Zone)
	return s.tell(fmt.Sprintf("rule book %s is in force", s.book.Short()), terminal.Columns("version", "since"), status.Version, since)
}
