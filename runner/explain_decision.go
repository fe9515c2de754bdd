package main

import (
	"context"
	"errors"
	"fmt"
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
	f, err := s.store.Facts(ctx, d.Facts)
	if errors.Is(err, crm.ErrNotFound) {
		return factless(d)
	}
	if err != nil {
		return err
	}
	books := &shelf{store: s.store, known: map[string]*engine.RuleBook{}}
	book, err := books.book(ctx, f.Version)
	if err != nil {
		return err
	}
	if book == nil {
		return fmt.Errorf("decision %s: rule book %.7s is not stored, or this program no longer compiles it", d.ID, f.Version)
	}
	x, err := dispatch.Recall(book, f, d)
	if errors.Is(err, crm.ErrNotFound) {
		return factless(d)
	}
	if err != nil {
		return err
	}
	beside := *s
	beside.book = book
	return beside.tellExplained(x, true)
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
