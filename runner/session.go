package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"callsheet"
	"callsheet/engine"
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
	rules *engine.Engine // keeps the rule book in force
	desk  *dispatch.Desk
	now   time.Time
	out   string
	env   func(string) string
	wall  func() time.Time // of the machine, whatever now is
	// admission takes edits into force; nil where none is kept.
	admission *admission
	// fixtures says that the store is a folder loaded into memory.
	fixtures bool
	// hold keeps the leads that a simulation receives later; nil elsewhere.
	hold *arrivals
}

// open opens the store, puts the rule book in force and sets the clock. A
// folder instead of a database is loaded into memory and never written. Who
// only reads does not make a database that is missing.
func (a *app) open(ctx context.Context, reads bool) (*session, error) {
	if err := a.knownStore(); err != nil {
		return nil, err
	}
	if info, err := os.Stat(a.db); err == nil && info.IsDir() {
		return a.openFixtures(ctx, a.db)
	}
	st, err := a.openStore(ctx, reads)
	if err != nil {
		return nil, err
	}
	s, err := a.begin(ctx, st, true)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	s.desk.Hide, s.desk.Later, s.desk.Dialer = a.hider(ctx, st), handsOverLater(a.env), a.env(voiceURL) != ""
	return s, nil
}

// knownStore refuses what looks like the address of a store and would be taken
// for the name of a file.
func (a *app) knownStore() error {
	scheme, _, address := strings.Cut(a.db, "://")
	wrong := ""
	switch {
	case a.db == "":
		wrong = "--db is empty"
	case address && scheme != "postgres" && scheme != "postgresql":
		// What follows may hold a password.
		wrong = fmt.Sprintf("--db begins with %s://", scheme)
	case a.db == ":memory:", strings.HasPrefix(a.db, "file:"):
		wrong = fmt.Sprintf("--db is %q", a.db)
	default:
		return nil
	}
	return usageError{fmt.Errorf("%s: write the path of a SQLite file, a postgres:// address, or a folder of fixtures", wrong)}
}

// openStore opens the database. One that is missing stays so for those who
// only read: they get an empty one in memory.
func (a *app) openStore(ctx context.Context, reads bool) (*store.Store, error) {
	if !reads || !a.missing() {
		return store.Open(ctx, a.db)
	}
	a.term.Warn("database %s does not exist yet: import creates it", a.db)
	return store.OpenMemory(ctx, a.db)
}

// missing says that the database is a file that could be there and is not.
func (a *app) missing() bool {
	if strings.Contains(a.db, "://") {
		return false
	}
	_, err := os.Stat(a.db)
	folder, folderErr := os.Stat(filepath.Dir(a.db))
	return errors.Is(err, fs.ErrNotExist) && folderErr == nil && folder.IsDir()
}

// openFixtures opens a store in memory and fills it from a folder.
func (a *app) openFixtures(ctx context.Context, folder string) (*session, error) {
	st, err := store.OpenMemory(ctx, "fixtures")
	if err != nil {
		return nil, err
	}
	s, err := a.begin(ctx, st, false)
	if err == nil {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		err = s.loadFolder(ctx, folder)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

// begin puts the rule book in force over an open store, which keeps it or not.
// A book whose files are bad gives way to the last good one, loudly.
func (a *app) begin(ctx context.Context, st *store.Store, keeps bool) (*session, error) {
	s := &session{Terminal: a.term, store: st, now: a.clock(), out: a.out, env: a.env, wall: a.clock}
	s.desk = &dispatch.Desk{Store: st, Sheet: dialer.Sheet, Seal: dialer.Seal}
	var err error
	var before string
	if keeps {
		if before, err = st.LastVersion(ctx); err != nil {
			return nil, err
		}
		s.admission = a.newAdmission(ctx, st, s.desk)
		if s.admission.chat, err = newChat(a.env, a.term.Warn); err != nil {
			a.term.Warn("nobody is told of edits in the chat: %v", err)
		}
		s.rules, err = s.admission.open(ctx)
	} else {
		s.rules, err = engine.Open(ctx, a.rules, engine.Options{Shipped: callsheet.Shipped(), Now: a.clock})
	}
	if err != nil {
		return nil, unreadable(a.rules, err)
	}
	s.book = s.rules.Book()
	if before != "" && before != s.book.Version {
		s.Note("the rule files were edited: rule book %s came into force in place of %.7s", s.book.Short(), before)
	}
	if !a.hushed {
		s.warnOf(a.rules, s.rules.Status())
	}
	if a.at != "" {
		if s.now, err = parseTime(a.at, s.book.Zone); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// warnOf says loudly that the rule files are not what is in force.
func (s *session) warnOf(folder string, status engine.Status) {
	if status.Rejected == nil {
		return
	}
	what := "the rule files are refused"
	var stopped *engine.Stopped
	if errors.As(status.Rejected.Faults, &stopped) && stopped.By != engine.ByTests {
		what = "the rule files are not in force"
	}
	s.Warn("%s; rule book %s of %s stays in force", what, s.book.Short(), status.Since.In(s.book.Zone).Format("2006-01-02 15:04"))
	why := unreadable(folder, status.Rejected.Faults)
	var faults *engine.Faults
	if errors.As(why, &faults) {
		printFaults(s.Err, faults)
		return
	}
	s.Note("%v", why)
}

func (s *session) close() error {
	if s.admission != nil {
		s.admission.chat.close()
	}
	return s.store.Close()
}

// tell prints what a command did: a sentence for people, a row for programs.
func (s *session) tell(sentence string, columns []terminal.Column, row ...any) error {
	if s.Format == terminal.Table {
		_, err := fmt.Fprintln(s.Out, sentence)
		return err
	}
	return s.Table(columns, [][]any{row})
}

// progress shows work that takes long enough for somebody to wonder how far it
// is: a total of slow or more.
func (s *session) progress(title string, total, slow int64) (advance func(int64), done func()) {
	if total < slow {
		return func(int64) {}, func() {}
	}
	bar := s.Progress(title, total)
	return bar.Add, bar.Done
}

// onlyRead refuses to change a folder of fixtures.
func (s *session) onlyRead(db string) error {
	if !s.fixtures {
		return nil
	}
	return usageError{fmt.Errorf("%s is a folder of fixtures and only read: name a database with --db", db)}
}

// with runs work in a session and closes it.
func (a *app) with(ctx context.Context, work func(*session) error) error {
	return a.during(ctx, false, work)
}

// reading is with for work that stores nothing.
func (a *app) reading(ctx context.Context, work func(*session) error) error {
	return a.during(ctx, true, work)
}

// withoutStore runs work that needs the rule book alone.
func (a *app) withoutStore(ctx context.Context, work func(*session) error) error {
	return a.apart(ctx, store.OpenMemory, work)
}

// apart runs work over a store of its own, which begins empty and ends with it.
func (a *app) apart(ctx context.Context, open func(ctx context.Context, name string) (*store.Store, error), work func(*session) error) error {
	st, err := open(ctx, "the scratch database")
	if err != nil {
		return err
	}
	s, err := a.begin(ctx, st, false)
	if err != nil {
		return errors.Join(err, st.Close())
	}
	return errors.Join(work(s), s.close())
}

func (a *app) during(ctx context.Context, reads bool, work func(*session) error) error {
	s, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	err = work(s)
	if closed := s.close(); err == nil {
		err = closed // after another error it is only a consequence
	}
	return err
}

// noSimulation refuses to write into a folder of simulations: the next one
// would remove what is in it.
func (s *session) noSimulation() error {
	if _, err := os.Lstat(filepath.Join(s.out, mark)); err != nil {
		return nil
	}
	return usageError{fmt.Errorf("%s is a folder of simulations: name another one with --out", s.out)}
}

// publish hands over what the store has claimed.
func (s *session) publish(ctx context.Context) error {
	if err := s.noSimulation(); err != nil {
		return err
	}
	published, err := s.publisher().Drain(ctx, s.now)
	for _, file := range published {
		s.Note("wrote %s", file.Place)
	}
	return err
}
