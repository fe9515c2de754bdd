package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

type planOptions struct {
	against, data string
	replay        int // days; 0: none
}

func newPlanCommand(a *app) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "show what an edit of the rules changes, before it does",
		Long: "plan compares the rule files with the rule book in force, over all leads with a call planned or under way: which rules\n" +
			"differ, how many leads each campaign would choose, who enters and who leaves and why, and whether a guardrail\n" +
			"stops it. Nothing is changed.",
		Example: "  callsheet plan --replay 30\n  callsheet plan --against a71be40 --data leads.csv",
		Args:    exactly(0, "no argument"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runPlan(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVar(&o.against, "against", "", "folder of a rule book, or a version of the history, instead of the book in force")
	cmd.Flags().StringVar(&o.data, "data", "", "file of leads, or folder of fixtures, instead of the leads of the database")
	cmd.Flags().IntVar(&o.replay, "replay", 0, "also decide again about the slots of so many days past, such as 30")
	return cmd
}

func runPlan(ctx context.Context, a *app, o planOptions) error {
	switch {
	case o.replay < 0 || o.replay > mostBacktested:
		return usageError{fmt.Errorf("--replay is %d: give 1 to %d days", o.replay, mostBacktested)}
	case o.replay > 0 && o.data != "":
		return usageError{errors.New("--replay looks at the decisions of the database: leave out --data")}
	}
	after, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return unreadable(a.rules, err)
	}
	return a.comparing(ctx, o, func(s *session) error {
		if s.book.Version == after.Version {
			s.Note("the rule files mean %s", versionOf(o.against, after))
		}
		p, err := s.planOf(ctx, s.desk, s.book, after)
		if err != nil {
			return err
		}
		if o.replay > 0 {
			if err := s.replay(ctx, p, o.replay); err != nil {
				return err
			}
		}
		if err := s.show(p); err != nil {
			return err
		}
		return s.verdictOf(ctx, p)
	})
}

func versionOf(against string, book *engine.RuleBook) string {
	if against == "" {
		return "rule book " + book.Short() + ", which is in force"
	}
	return "the same rule book " + book.Short()
}

// verdictOf is the end of a plan that was asked for.
func (s *session) verdictOf(ctx context.Context, p *planned) error {
	say := s.Note
	if s.Format == terminal.Table {
		s.Printf("")
		say = s.Printf
	}
	stopped := p.stopped()
	switch {
	case len(p.failed) > 0:
		say("Plan: %s. Not ready: rule tests fail.", p.summary())
		return toldError{stopped}
	case stopped != nil:
		say("Plan: %s. Not ready: past the guardrails of %s; with a yes: %s", p.summary(), strings.Join(p.pastGuardrails(), ", "), wantedYes(p.breaches))
		return toldError{stopped}
	}
	say("Plan: %s. Nothing was changed.", p.summary())
	if p.before.Version == p.after.Version {
		return nil
	}
	last, err := s.store.LastChange(ctx, p.after.Version)
	switch {
	case err == nil && last.State == store.Withdrawn:
		s.Note("this rule book was taken out of force%s%s: it waits for callsheet apply", by(last.Author), because(last.Reason))
	case p.before.Approve:
		s.Note("it waits for callsheet apply, because campaigns.yaml says edits: approve")
	}
	return nil
}

// comparing runs work in a session that changes nothing: its rule book is the
// one to compare with, its leads those to compare on.
func (a *app) comparing(ctx context.Context, o planOptions, work func(*session) error) error {
	if err := a.knownStore(); err != nil {
		return err
	}
	info, err := os.Stat(a.db)
	folder := err == nil && info.IsDir()
	var st *store.Store
	if folder {
		st, err = store.OpenMemory(ctx, "fixtures")
		if o.data == "" {
			o.data = a.db
		}
	} else {
		st, err = a.openStore(ctx, true)
	}
	if err != nil {
		return err
	}
	err = a.comparingIn(ctx, st, o, work)
	if closed := st.Close(); err == nil {
		err = closed
	}
	return err
}

func (a *app) comparingIn(ctx context.Context, st *store.Store, o planOptions, work func(*session) error) error {
	book, err := a.against(ctx, st, o.against)
	if err != nil {
		return err
	}
	now := a.clock()
	if a.at != "" {
		if now, err = parseTime(a.at, book.Zone); err != nil {
			return err
		}
	}
	s := a.over(ctx, st, book, now)
	if o.data == "" {
		return work(s)
	}
	data, err := store.OpenMemory(ctx, "data")
	if err != nil {
		return err
	}
	defer data.Close()
	s.store = data
	s.desk = &dispatch.Desk{Store: data, Sheet: dialer.Sheet, Seal: dialer.Seal, Hide: hiderOfFixtures()}
	if err := s.loadData(ctx, o.data); err != nil {
		return err
	}
	return work(s)
}

// over is a session over an open store with a rule book that it does not put in
// force.
func (a *app) over(ctx context.Context, st *store.Store, book *engine.RuleBook, now time.Time) *session {
	s := &session{Terminal: a.term, store: st, book: book, now: now, out: a.out, env: a.env, wall: a.clock}
	s.desk = &dispatch.Desk{Store: st, Sheet: dialer.Sheet, Seal: dialer.Seal, Hide: a.hider(ctx, st)}
	return s
}

// loadData fills the store from a folder of fixtures or from a file of leads,
// which arrive as those of fixtures do.
func (s *session) loadData(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return usageError{fmt.Errorf("--data: %w", err)}
	}
	if info.IsDir() {
		return s.loadFolder(ctx, path)
	}
	quiet := *s
	quiet.Terminal = &terminal.Terminal{Out: io.Discard, Err: s.Err, Format: terminal.Table}
	if quiet.now, err = s.newest(path); err != nil {
		return err
	}
	if quiet.now.IsZero() {
		quiet.now = s.now
	}
	return quiet.importFile(ctx, "leads", path)
}

// against is the rule book to compare with: the one in force, or that of a
// folder, or one of the history by the beginning of its version.
func (a *app) against(ctx context.Context, st *store.Store, which string) (*engine.RuleBook, error) {
	if info, err := os.Stat(which); which != "" && err == nil && info.IsDir() {
		book, err := engine.Load(os.DirFS(which), callsheet.Shipped())
		if err != nil {
			return nil, unreadable(which, err)
		}
		return book, nil
	}
	if which != "" {
		b, err := bookOf(ctx, st, which)
		if err != nil {
			return nil, err
		}
		return compiled(b)
	}
	b, err := st.LastGoodBook(ctx)
	if errors.Is(err, crm.ErrNotFound) {
		return nil, usageError{fmt.Errorf("no rule book is in force in %s yet: name what to compare with by --against FOLDER", a.shortDB())}
	}
	if err != nil {
		return nil, err
	}
	return compiled(b)
}

// bookOf finds the only rule book whose version begins as written.
func bookOf(ctx context.Context, st *store.Store, begin string) (*store.Book, error) {
	found, err := st.Books(ctx, strings.ToLower(begin))
	switch {
	case err != nil:
		return nil, err
	case begin == "" || len(found) == 0:
		return nil, usageError{fmt.Errorf("no rule book of version %q was ever in force: see callsheet history", begin)}
	case len(found) > 1:
		return nil, usageError{fmt.Errorf("%d rule books have a version that begins with %q: write more of it", len(found), begin)}
	}
	return &found[0], nil
}

func compiled(b *store.Book) (*engine.RuleBook, error) {
	book, err := engine.Compile(b.Files)
	if err != nil {
		return nil, fmt.Errorf("rule book %.7s is not good for this program any more: %w", b.Version, err)
	}
	return book, nil
}
