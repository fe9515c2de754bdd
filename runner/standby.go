package main

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
)

const (
	// standsFor is how long a snapshot stands for the store: so many times as long
	// as it took to take it, so that snapshots cost a twentieth of a processor at
	// most.
	standsFor = 20
	// renewal is the least time between two snapshots that nobody asked for.
	renewal = time.Minute
)

// standby keeps the planned calls of the service in memory, so that what an
// edit changes is seen at once. It may be asked from many goroutines.
type standby struct {
	desk  *dispatch.Desk
	clock func() time.Time

	turn sync.Mutex // of who takes a snapshot
	last atomic.Pointer[held]
}

// held is a snapshot and how long it took to take it.
type held struct {
	*dispatch.Snapshot
	took time.Duration
}

// compare says what it would change to go from one rule book to another, and
// when the leads were read for it. A book that reads of them what the one
// before does not is compared on the store.
func (b *standby) compare(ctx context.Context, before, after *engine.RuleBook) (*dispatch.Comparison, time.Time, error) {
	s, err := b.snapshot(ctx, before, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	if s.Shows(after) {
		found, err := s.Compare(ctx, after)
		return found, s.Taken(), err
	}
	now := b.clock()
	found, err := b.desk.Compare(ctx, before, after, now, nil)
	return found, now, err
}

// snapshot is one of a rule book that stands for the store, taken now where
// there is none. It stands for the least time given, or longer.
func (b *standby) snapshot(ctx context.Context, book *engine.RuleBook, least time.Duration) (*dispatch.Snapshot, error) {
	if s := b.good(book, least); s != nil {
		return s.Snapshot, nil
	}
	b.turn.Lock()
	defer b.turn.Unlock()
	if s := b.good(book, least); s != nil {
		return s.Snapshot, nil
	}
	begun := b.clock()
	s, err := b.desk.Snapshot(ctx, book, begun)
	if err != nil {
		return nil, err
	}
	b.last.Store(&held{s, b.clock().Sub(begun)})
	return s, nil
}

// good is the snapshot that there is, nil when it is of another book or too old.
func (b *standby) good(book *engine.RuleBook, least time.Duration) *held {
	s := b.last.Load()
	if s == nil || s.Book().Version != book.Version || b.clock().Sub(s.Taken()) > max(least, standsFor*s.took) {
		return nil
	}
	return s
}

// keep has a snapshot at hand until ctx ends: one of the rule book in force.
func (b *standby) keep(ctx context.Context, rules *engine.Engine, log *slog.Logger) {
	for ctx.Err() == nil {
		if _, err := b.snapshot(ctx, rules.Book(), renewal); err != nil && ctx.Err() == nil {
			log.Warn("no snapshot of the leads: edits are compared on the database", "error", err)
			_ = sleep(ctx, renewal) // which ends early with ctx
		}
		_ = sleep(ctx, look)
	}
}
