package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

const (
	// rangeTime is how long a range of leads is left to a process that may be
	// dead; one that lives needs a fraction of it.
	rangeTime = 10 * time.Second
	// rangePoll is how often others are looked at who work on the same pass.
	rangePoll = time.Second
	// passPoll is how often a service looks for a pass that it can help with.
	passPoll = 2 * time.Second
)

// errReplaced says that another rescore goes over all leads anew.
var errReplaced = errors.New("a newer rescore has taken the place of this one")

// beginPass lets all leads be rescored, by whichever processes work on it.
func (s *session) beginPass(ctx context.Context, book *engine.RuleBook, at time.Time) (pass crm.Pass, err error) {
	for range 5 { // others may begin too
		pass, err = s.store.BeginPass(ctx, book.Version, crm.At(at), expression.MaxBatch)
		if !errors.Is(err, crm.ErrConflict) {
			break
		}
	}
	return pass, err
}

// endPass works on a pass until it is done, whoever does the rest of it.
// advance hears of leads that are done.
func (s *session) endPass(ctx context.Context, book *engine.RuleBook, pass crm.Pass, workers int, advance func(leads int64)) (crm.Pass, error) {
	var told atomic.Int64
	for {
		err := s.rescoreRanges(ctx, book, pass, workers, func(did crm.Rescored) {
			told.Add(int64(did.Leads))
			advance(int64(did.Leads))
		})
		if err != nil {
			return pass, err
		}
		now, err := s.store.Pass(ctx)
		switch {
		case err != nil:
			return pass, err
		case now.ID != pass.ID:
			return now, errReplaced
		}
		if others := int64(now.Leads) - told.Load(); others > 0 {
			told.Add(others)
			advance(others)
		}
		if now.Ended() {
			return now, nil
		}
		if err := sleep(ctx, rangePoll); err != nil {
			return now, err
		}
	}
}

// rescoreRanges works on the ranges that are free.
func (s *session) rescoreRanges(ctx context.Context, book *engine.RuleBook, pass crm.Pass, workers int, did func(crm.Rescored)) error {
	faults := make([]error, workers)
	var all sync.WaitGroup
	for i := range faults {
		all.Go(func() { faults[i] = s.desk.Rescore(ctx, book, pass, owner(s.wall()), rangeTime, did) })
	}
	all.Wait()
	return errors.Join(faults...)
}

// rescorings rescores the leads after each edit that may change their scores,
// and helps with what others have begun, until ctx ends.
func (s *session) rescorings(ctx context.Context, due nudge, log *slog.Logger, clock func() time.Time) {
	live := s.rules.Book()
	for ctx.Err() == nil {
		book := s.rules.Book()
		if err := s.rescoring(ctx, live, book, log, clock); err != nil && ctx.Err() == nil {
			log.Warn("leads wait to be rescored", "error", err)
		} else {
			live = book
		}
		select {
		case <-ctx.Done():
		case <-due:
		case <-time.After(passPoll):
		}
	}
}

func (s *session) rescoring(ctx context.Context, live, book *engine.RuleBook, log *slog.Logger, clock func() time.Time) error {
	pass, err := s.store.Pass(ctx)
	if err != nil {
		return err
	}
	if pass.Version != book.Version && scoresDiffer(live, book) {
		if pass, err = s.beginPass(ctx, book, clock()); err != nil {
			return err
		}
	}
	if pass.Ended() || pass.Version != book.Version {
		return nil
	}
	done, err := s.endPass(ctx, book, pass, 1, func(int64) {})
	if err == nil {
		log.Info("leads rescored", "rule_book", book.Short(), "leads", done.Leads, "changed", done.Changed, "planned", done.Planned)
	}
	if errors.Is(err, errReplaced) {
		return nil
	}
	return err
}

// scoresDiffer says whether two rule books may score or group a lead in
// different ways.
func scoresDiffer(before, after *engine.RuleBook) bool {
	if before.Version == after.Version {
		return false
	}
	return slices.ContainsFunc(engine.Diff(before, after), func(c engine.RuleChange) bool {
		return dispatch.Classifies(c.File) || strings.HasPrefix(c.Rule, "groups") || strings.HasPrefix(c.Rule, "time_zone")
	})
}
