package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

func newHistoryCommand(a *app) *cobra.Command {
	limit := 20
	cmd := &cobra.Command{
		Use:   "history",
		Short: "list what became of the edits of the rules",
		Long: "history lists the rule books that came into force and the edits that did not, newest first: when, by whom, what they\n" +
			"change, what that was expected to do and what it did, and why.",
		Example: "  callsheet history --limit 5",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.hushed = true
			return a.reading(cmd.Context(), func(s *session) error { return runHistory(cmd.Context(), s, limit) })
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "how many")
	return cmd
}

type pastChange struct {
	At      time.Time `json:"at"`
	State   string    `json:"state"`
	Version string    `json:"version"`
	Base    string    `json:"base"`
	Author  string    `json:"author"`
	Reason  string    `json:"reason"`
	Allow   []string  `json:"allow"`
	Changes []string  `json:"changes"`
	Effect  []effect  `json:"effect"`
	Actual  []actual  `json:"actual"`
	Faults  string    `json:"faults"`
}

func runHistory(ctx context.Context, s *session, limit int) error {
	if limit < 1 {
		return usageError{fmt.Errorf("--limit is %d: ask for at least one change", limit)}
	}
	list, err := s.store.Changes(ctx, limit)
	if err != nil {
		return err
	}
	books := &shelf{store: s.store, known: map[string]*engine.RuleBook{}}
	past := make([]pastChange, 0, len(list))
	for _, c := range list {
		changes, err := books.between(ctx, c)
		if err != nil {
			return err
		}
		out := pastChange{c.At.Time().In(s.book.Zone), c.State, c.Version, c.Base, c.Author, c.Reason, append([]string{}, c.Allow...), changes, []effect{}, []actual{}, c.Faults}
		if c.State == store.Waiting {
			out.Reason = ""
		}
		if c.Effect != "" {
			if err := json.Unmarshal([]byte(c.Effect), &out.Effect); err != nil {
				return fmt.Errorf("effect of rule book %s: %w", c.Version, err)
			}
		}
		if c.State == store.Applied {
			if out.Actual, err = s.actuals(ctx, out.At, out.Effect); err != nil {
				return err
			}
		}
		past = append(past, out)
	}
	if s.Format == terminal.JSON {
		return s.JSON(past)
	}
	rows := make([][]any, len(past))
	for i, c := range past {
		rows[i] = []any{fmt.Sprintf("%.7s", c.Version), c.At.Format("2006-01-02 15:04"), c.State, c.Author, c.what(), c.effects(), c.actuals(), c.Reason}
	}
	return s.Table(terminal.Columns("version", "at", "state", "author", "what", "effect", "actual", "reason"), rows)
}

// what is the gist of a change: the rule, and how many others.
func (c pastChange) what() string {
	switch {
	case c.Faults != "":
		first, _, _ := strings.Cut(c.Faults, "\n")
		return brief(first)
	case len(c.Changes) == 0:
		return ""
	case len(c.Changes) == 1:
		return c.Changes[0]
	}
	return fmt.Sprintf("%s (%d more)", c.Changes[0], len(c.Changes)-1)
}

// effects are the movements of the campaigns on one line.
func (c pastChange) effects() string {
	var parts []string
	for _, e := range c.Effect {
		parts = append(parts, fmt.Sprintf("%s +%d -%d", e.Campaign, e.Entering, e.Leaving))
	}
	return strings.Join(parts, ", ")
}

// shelf gives rule books of the past, each compiled once.
type shelf struct {
	store *store.Store
	known map[string]*engine.RuleBook
}

// between lists the rules that a book that came into force changed, nothing
// where one of the two books is not kept or no longer compiles.
func (b *shelf) between(ctx context.Context, c store.Change) ([]string, error) {
	before, err := b.book(ctx, c.Base)
	if err != nil {
		return nil, err
	}
	after, err := b.book(ctx, c.Version)
	if err != nil || before == nil || after == nil || c.State != store.Applied {
		return []string{}, err
	}
	list := []string{}
	for _, change := range engine.Diff(before, after) {
		list = append(list, briefly(change))
	}
	return list, nil
}

// briefly is a change on one line; the keys of a rule say where it
// stands, a whole file does not.
func briefly(c engine.RuleChange) string {
	rule := c.Rule
	if rule == engine.WholeFile {
		rule += " " + c.File
	}
	switch {
	case c.Before == "":
		return "new: " + rule
	case c.After == "":
		return "removed: " + rule
	}
	return rule + " " + brief(c.Before) + " → " + brief(c.After)
}

func (b *shelf) book(ctx context.Context, version string) (*engine.RuleBook, error) {
	if book, ok := b.known[version]; ok || version == "" {
		return book, nil
	}
	found, err := b.store.Books(ctx, version)
	if err != nil {
		return nil, err
	}
	b.known[version] = nil
	if len(found) == 1 {
		if book, err := engine.Compile(found[0].Files); err == nil {
			b.known[version] = book
		}
	}
	return b.known[version], nil
}
