package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// runExplainDecision explains a decision by the facts and the rule book on which
// it rests.
func runExplainDecision(ctx context.Context, s *session, name string) error {
	d, err := s.decisionNamed(ctx, name)
	if err != nil {
		return err
	}
	book, x, err := s.recall(ctx, d)
	if err != nil {
		return err
	}
	beside := *s
	beside.book = book
	return beside.tellExplained(x, true)
}

// recall explains a decision by what is stored of it, and gives its rule book.
func (s *session) recall(ctx context.Context, d crm.Decision) (*engine.RuleBook, *dispatch.Explained, error) {
	f, err := s.store.Facts(ctx, d.Facts)
	if errors.Is(err, crm.ErrNotFound) {
		return nil, nil, factless(d)
	}
	if err != nil {
		return nil, nil, err
	}
	books := &shelf{store: s.store, known: map[string]*engine.RuleBook{}}
	book, err := books.book(ctx, f.Version)
	if err != nil {
		return nil, nil, err
	}
	if book == nil {
		return nil, nil, fmt.Errorf("decision %s: rule book %.7s is not stored, or this program no longer compiles it", d.ID, f.Version)
	}
	x, err := dispatch.Recall(book, f, d)
	if errors.Is(err, crm.ErrNotFound) {
		return nil, nil, factless(d)
	}
	return book, x, err
}

// recollect gives what an explanation tells of the past the lines of that day, as
// far as they are stored.
func (s *session) recollect(ctx context.Context, x *dispatch.Explained) error {
	for i := range x.Campaigns {
		c := &x.Campaigns[i]
		if c.DecidedAt.IsZero() {
			continue
		}
		d, err := s.decisionNamed(ctx, c.Decision)
		if err != nil {
			return err
		}
		_, then, err := s.recall(ctx, d)
		if err != nil {
			s.Note("%v", err)
			continue
		}
		lines := then.Campaigns[0].Lines
		if c.Place.Rank > 0 {
			own := func(l engine.AccountLine) bool { return l.Name == c.Lines[0].Name }
			lines = append(slices.DeleteFunc(lines, own), c.Lines...)
		}
		c.Lines = lines
	}
	return nil
}

// factless says of a decision all that is left to say.
func factless(d crm.Decision) error {
	return fmt.Errorf("decision %s about lead %s in %s: what it rests on is not stored, or was erased or purged; it says %s", d.ID, d.LeadID, d.SlotKey, said(d))
}

// decisionNamed finds the one decision whose id begins so.
func (s *session) decisionNamed(ctx context.Context, name string) (crm.Decision, error) {
	found, err := s.store.DecisionsNamed(ctx, strings.ToUpper(name), 2)
	switch {
	case err != nil:
		return crm.Decision{}, err
	case len(found) == 0:
		return crm.Decision{}, fmt.Errorf("decision %s: %w", name, crm.ErrNotFound)
	case len(found) > 1:
		return crm.Decision{}, usageError{fmt.Errorf("decision %s: several begin so, among them %s and %s: write more of the id", name, found[0].ID, found[1].ID)}
	}
	return found[0], nil
}
