package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

// session is an open store and a rule book in force, at one clock.
type session struct {
	*terminal.Terminal
	store *store.Store
	book  *engine.RuleBook
	desk  *dispatch.Desk
	now   time.Time
	out   string
	// fixtures says that the store is a folder loaded into memory.
	fixtures bool
}

// open opens the store, puts the rule book in force and sets the clock. A
// folder instead of a database is loaded into memory and never written.
func (a *app) open(ctx context.Context) (*session, error) {
	if info, err := os.Stat(a.db); err == nil && info.IsDir() {
		return a.openFixtures(ctx, a.db)
	}
	st, err := store.Open(ctx, a.db)
	if err != nil {
		return nil, err
	}
	s, err := a.begin(ctx, st, keeper{st})
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

// openFixtures opens a store in memory and fills it from a folder.
func (a *app) openFixtures(ctx context.Context, folder string) (*session, error) {
	st, err := store.OpenMemory(ctx, "fixtures")
	if err != nil {
		return nil, err
	}
	s, err := a.begin(ctx, st, nil)
	if err == nil {
		s.fixtures = true
		err = s.loadFolder(ctx, folder)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

// begin puts the rule book in force over an open store. A book whose files
// are bad gives way to the last good one, loudly.
func (a *app) begin(ctx context.Context, st *store.Store, kept engine.Keeper) (*session, error) {
	term, err := terminal.New(a.stdout, a.stderr, a.format)
	if err != nil {
		return nil, usageError{err}
	}
	e, err := engine.Open(ctx, a.rules, engine.Options{Shipped: callsheet.Shipped(), Keeper: kept, Now: a.clock})
	if err != nil {
		return nil, err
	}
	s := &session{Terminal: term, store: st, book: e.Book(), now: a.clock(), out: a.out}
	s.warnOf(e.Status())
	if a.at != "" {
		if s.now, err = parseTime(a.at, s.book.Zone); err != nil {
			return nil, err
		}
	}
	s.desk = &dispatch.Desk{Store: st, Sheet: dialer.Sheet, Seal: dialer.Seal}
	return s, nil
}

// warnOf says loudly that the rule files are not what is in force.
func (s *session) warnOf(status engine.Status) {
	if status.Rejected == nil {
		return
	}
	s.Warn("the rule files are refused; rule book %s of %s stays in force", s.book.Short(),
		status.Since.In(s.book.Zone).Format("2006-01-02 15:04"))
	var faults *engine.Faults
	if errors.As(status.Rejected.Faults, &faults) {
		printFaults(s.Err, faults)
		return
	}
	s.Note("%v", status.Rejected.Faults)
}

func (s *session) close() error { return s.store.Close() }

// with runs work in a session and closes it.
func (a *app) with(ctx context.Context, work func(*session) error) error {
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(work(s), s.close())
}

// publish writes what the store has claimed into the dialer's folder.
func (s *session) publish(ctx context.Context) error {
	p := &dialer.Publisher{Store: s.store, Out: s.out}
	published, err := p.Drain(ctx, s.now)
	for _, name := range published {
		s.Note("wrote %s", filepath.Join(s.out, filepath.FromSlash(name)))
	}
	return err
}

// keeper keeps the last good rule book in the store.
type keeper struct{ store *store.Store }

// SaveBook makes the files the last good rule book.
func (k keeper) SaveBook(ctx context.Context, version string, files engine.Sources, at time.Time) error {
	return k.store.SaveBook(ctx, store.Book{Version: version, Files: files, At: crm.At(at)})
}

// LastGood gives back the last good rule book, or fs.ErrNotExist.
func (k keeper) LastGood(ctx context.Context) (engine.Sources, time.Time, error) {
	b, err := k.store.LastGoodBook(ctx)
	if errors.Is(err, crm.ErrNotFound) {
		return nil, time.Time{}, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return b.Files, b.At.Time(), nil
}
