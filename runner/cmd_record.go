package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/crm"
)

type recordOptions struct{ words, campaign string }

func newRecordCommand(a *app) *cobra.Command {
	var o recordOptions
	cmd := &cobra.Command{
		Use:   "record LEAD",
		Short: "make a test of a stored lead",
		Long: "record writes rules/recorded/NAME_test.yaml: the facts of a lead and of the calls to its phone at the clock of the\n" +
			"command, and what the rules say of it. Phone, e-mail, names and everything else that identifies the person are\n" +
			"replaced. Where the rules say something wrong, correct what the test expects, and it fails until they are right.",
		Example: "  callsheet record L-0325 --as \"owner who came back\"",
		Args:    exactly(1, "the id of one lead"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return a.record(cmd.Context(), s, args[0], o) })
		},
	}
	cmd.Flags().StringVar(&o.words, "as", "", "what the lead stands for, in a few words: the name of the test and of its file")
	cmd.Flags().StringVar(&o.campaign, "campaign", "", "only what this campaign says")
	return cmd
}

func (a *app) record(ctx context.Context, s *session, id string, o recordOptions) error {
	campaigns := s.book.Campaigns
	if o.campaign != "" {
		c, err := campaignNamed(s.book, o.campaign)
		if err != nil {
			return err
		}
		campaigns = []*engine.Campaign{c}
	}
	name := strings.Join(strings.Fields(o.words), " ")
	if name == "" {
		name = "lead " + id
	}
	file := "rules/recorded/" + slug(name) + "_test.yaml"
	path := filepath.Join(a.rules, filepath.FromSlash(file))
	if _, err := os.Lstat(path); err == nil {
		return usageError{fmt.Errorf("%s is there already: choose other words with --as", file)}
	}
	x, err := s.desk.Explain(ctx, s.book, id, campaigns, s.now)
	if err != nil {
		return err
	}
	t := engine.Test{Now: s.now, Lead: s.recordedFacts(x.Lead)}
	if x.Call != nil && x.Call.Kind != crm.KindPlan {
		t.Planned = engine.Facts{"call.kind": x.Call.Kind}
		if x.Call.AgreedExactTime {
			t.Planned["call.agreed_exact_time"] = true
		}
	}
	if t.Before, err = s.recordedCalls(ctx, x.Lead); err != nil {
		return err
	}
	names := make([]string, len(campaigns))
	for i, c := range campaigns {
		names[i] = c.Name
	}
	head := fmt.Sprintf("Recorded from a stored lead with rule book %s. What identifies the person is replaced.", s.book.Short())
	text, err := engine.Format(file, ruletest.Record(s.book, t, name, head, names))
	if err != nil {
		return err
	}
	if err := proved(a.rules, file, text); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := replaceFile(path, text); err != nil {
		return err
	}
	s.tellRecorded(t, x.Campaigns)
	return s.tell(fmt.Sprintf("wrote %s   (phone, e-mail and name replaced)", file), recordColumns(), file, name)
}
