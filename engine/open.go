package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Engine keeps one rule book in force for a folder of rule files. A bad edit
// never replaces a good book. All methods may be called from many goroutines.
type Engine struct {
	dir     string
	options Options

	turn    sync.Mutex // held by whoever reads the files and decides on them
	inForce atomic.Pointer[standing]

	quiet, limit, poll time.Duration
	subscribe          func() (*fsnotify.Watcher, error)
}

// Options are what an Engine gets from the program around it.
type Options struct {
	// Shipped stands in for the rule files that the folder lacks; may be nil.
	Shipped fs.FS
	// Keeper is where the last good book survives a restart; may be nil.
	Keeper Keeper
	// Admit are the steps that a book without mistakes passes, in their order,
	// before it is kept and put in force; may be empty. None is asked about the
	// book that is in force already.
	Admit []Step
	// Now is the clock that dates changes; required.
	Now func() time.Time
	// Notify is told of every change of state after [Open]; may be nil. Calls
	// never overlap and come in the order of the changes. It may use Book and
	// Status, but a call of Reload from inside it would wait for itself.
	Notify func(Change)
}

// Keeper stores the rule book that was admitted last.
type Keeper interface {
	// SaveBook makes the files the last good book. When it returns nil they
	// are on disk.
	SaveBook(ctx context.Context, version string, files Sources, at time.Time) error
	// LastGood gives what SaveBook stored last and the time it was given. An
	// error for which errors.Is(err, fs.ErrNotExist) holds says that there is
	// nothing yet.
	LastGood(ctx context.Context) (Sources, time.Time, error)
	// LastVersion is the version of what LastGood gives, empty when there is
	// nothing yet. It is asked at every look and should cost little.
	LastVersion(ctx context.Context) (string, error)
}

// ChangeKind says what became of an edit.
type ChangeKind string

// The kinds of changes. Unchanged is an answer of Reload only and is never
// notified.
const (
	Unchanged ChangeKind = "unchanged" // the files mean what is in force
	Applied   ChangeKind = "applied"   // another book is in force
	Refused   ChangeKind = "refused"   // the edit is bad, the book before it stays
	Waiting   ChangeKind = "waiting"   // the edit wants somebody's yes, the book before it stays until then
	Mended    ChangeKind = "mended"    // after a refusal the files mean again what is in force
)

// Change is the outcome of one look at the rule files.
type Change struct {
	Kind ChangeKind
	// Version is what is in force now, Was what was before; they differ only
	// when Kind is Applied.
	Version, Was string
	// At is when it was decided. A refusal that stands keeps its time.
	At time.Time
	// Refused is the version of the book that was refused or waits; empty when
	// the files mean none.
	Refused string
	// Faults is why an edit was refused or waits, otherwise nil: [*Faults], [*Stopped],
	// or the error of reading the files, of a step or of the Keeper.
	Faults error
}

// Status is what is in force, and what is not and why.
type Status struct {
	Version string
	// Since is when this version was admitted. With a Keeper it outlasts
	// restarts.
	Since time.Time
	// Rejected is the edit that stands in the files without being in force;
	// nil when the files mean what is in force.
	Rejected *Rejection
}

// Rejection is an edit that was refused, or that waits.
type Rejection struct {
	At      time.Time
	Version string // of the edited book; empty when the files mean none
	Faults  error  // as in [Change]
}

// Waits says that nothing is wrong with the edit and that somebody's yes puts it
// in force.
func (r *Rejection) Waits() bool {
	var stopped *Stopped
	return errors.As(r.Faults, &stopped) && (stopped.By == ByGuardrail || stopped.By == ByApproval)
}

// standing is one state of an Engine; it is replaced as a whole.
type standing struct {
	book     *RuleBook
	since    time.Time
	files    string // hash of the files that last meant book
	rejected *Rejection
	refused  string // hash of the rejected files
	again    bool   // they are good and only could not be kept: worth another try
}

// Open puts the rule book in dir in force: the files of dir, and for those it
// lacks the shipped ones. When they are bad, the last good book of the Keeper
// is in force instead and Status has the rejection. Without one the error
// tells why: errors.As finds [*Faults] in it where the files are at fault,
// [*Stopped] where a step stopped them, and otherwise it is that of reading the
// files or of the Keeper.
func Open(ctx context.Context, dir string, o Options) (*Engine, error) {
	if o.Now == nil {
		return nil, errors.New("open rule book: Options.Now is missing: give it a clock, for instance time.Now")
	}
	e := &Engine{
		dir: dir, options: o,
		quiet: 200 * time.Millisecond, limit: 2 * time.Second, poll: 3 * time.Second,
		subscribe: fsnotify.NewWatcher,
	}
	first, err := e.first(ctx)
	if err != nil {
		return nil, err
	}
	e.inForce.Store(first)
	return e, nil
}

// Book is the rule book in force: one atomic load. A run takes it once and
// keeps what it got until its end.
func (e *Engine) Book() *RuleBook { return e.inForce.Load().book }

// Status tells which version is in force and which edit is not.
func (e *Engine) Status() Status {
	s := e.inForce.Load()
	return Status{Version: s.book.Version, Since: s.since, Rejected: s.rejected}
}

// Reload looks at the files now. Files that mean what is in force change
// nothing; a good edit is kept, then put in force; a bad one is refused. A
// refusal is a Change, not an error, and is notified once however often the
// same files are looked at. The error is that of ctx, or of a Keeper that could
// not save a good book, which then is not put in force.
func (e *Engine) Reload(ctx context.Context) (Change, error) {
	return e.look(ctx, func(string) bool { return true })
}

// look reads the files and decides on them, unless that was done before or
// settled, which gets their hash, says that it is too early: then the Change
// is empty.
func (e *Engine) look(ctx context.Context, settled func(hash string) bool) (Change, error) {
	e.turn.Lock()
	defer e.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	files := e.read()
	was, err := e.adopt(ctx, files, e.inForce.Load())
	switch {
	case err != nil:
		return Change{}, fmt.Errorf("look for the rule book in force: %w", err)
	case was.decidedOn(files.hash):
		return e.asBefore(was), nil
	case !settled(files.hash):
		return Change{}, nil
	}
	return e.decide(ctx, files, was)
}

// decide takes files on their way into force, step by step, and refuses them at
// the first that fails.
func (e *Engine) decide(ctx context.Context, files edition, was *standing) (Change, error) {
	book, err := files.compile()
	if err != nil {
		return e.refuse(files, was, "", err, false), nil
	}
	if book.Version == was.book.Version {
		return e.sameMeaning(files, was), nil
	}
	if again, err := e.admit(ctx, Candidate{book, files.sources, was.book}); err != nil {
		if ctx.Err() != nil {
			return Change{}, ctx.Err()
		}
		c := e.refuse(files, was, book.Version, err, again)
		if !again {
			err = nil
		}
		return c, err
	}
	at := e.options.Now()
	if err := e.keep(ctx, book, files, at); err != nil {
		if ctx.Err() != nil {
			return Change{}, ctx.Err()
		}
		return e.refuse(files, was, book.Version, err, true), err
	}
	now := &standing{book: book, since: at, files: files.hash}
	return e.publish(now, Change{Kind: Applied, Version: book.Version, Was: was.book.Version, At: at}), nil
}

func (e *Engine) refuse(files edition, was *standing, version string, faults error, again bool) Change {
	if was.again && was.refused == files.hash {
		return e.asBefore(was)
	}
	now := *was
	now.rejected = &Rejection{At: e.options.Now(), Version: version, Faults: faults}
	now.refused, now.again = files.hash, again
	return e.publish(&now, now.refusal())
}

// sameMeaning takes note of files that differ from those before in comments,
// layout or tests only.
func (e *Engine) sameMeaning(files edition, was *standing) Change {
	now := &standing{book: was.book, since: was.since, files: files.hash}
	if was.rejected == nil {
		e.inForce.Store(now)
		return e.asBefore(now)
	}
	return e.publish(now, Change{Kind: Mended, Version: now.book.Version, Was: now.book.Version, At: e.options.Now()})
}

func (e *Engine) publish(now *standing, c Change) Change {
	e.inForce.Store(now)
	if e.options.Notify != nil {
		e.options.Notify(c)
	}
	return c
}

func (e *Engine) asBefore(s *standing) Change {
	if s.rejected != nil {
		return s.refusal()
	}
	return Change{Kind: Unchanged, Version: s.book.Version, Was: s.book.Version, At: e.options.Now()}
}

// decidedOn says whether files of this hash need no second decision.
func (s *standing) decidedOn(hash string) bool {
	if s.rejected == nil {
		return hash == s.files
	}
	return hash == s.refused && !s.again
}

func (s *standing) refusal() Change {
	kind := Refused
	if s.rejected.Waits() {
		kind = Waiting
	}
	return Change{Kind: kind, Version: s.book.Version, Was: s.book.Version, At: s.rejected.At, Refused: s.rejected.Version, Faults: s.rejected.Faults}
}

// first is the state to begin with.
func (e *Engine) first(ctx context.Context) (*standing, error) {
	kept, keptErr := e.lastGood(ctx)
	files := e.read()
	book, bad := files.compile()
	version, again := "", false
	if bad == nil {
		version = book.Version
		now := &standing{book: book, since: e.options.Now(), files: files.hash}
		if kept != nil && kept.book.Version == version {
			now.since = kept.since
			return now, nil
		}
		candidate := Candidate{Book: book, Sources: files.sources}
		if kept != nil {
			candidate.InForce = kept.book
		}
		if again, bad = e.admit(ctx, candidate); bad == nil {
			again, bad = true, e.keep(ctx, book, files, now.since)
		}
		if bad == nil {
			return now, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case kept != nil:
		kept.rejected = &Rejection{At: e.options.Now(), Version: version, Faults: bad}
		kept.refused, kept.again = files.hash, again
		return kept, nil
	case keptErr != nil:
		return nil, errors.Join(bad, keptErr)
	}
	return nil, bad
}

// lastGood is the book of the Keeper; nil when there is none.
func (e *Engine) lastGood(ctx context.Context) (*standing, error) {
	if e.options.Keeper == nil {
		return nil, nil
	}
	sources, at, err := e.options.Keeper.LastGood(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the last good rule book: %w", err)
	}
	book, err := Compile(sources)
	if err != nil {
		return nil, fmt.Errorf("the last good rule book, of %s, is not good for this program: %w", at.Format(time.RFC3339), err)
	}
	return &standing{book: book, since: at}, nil
}

func (e *Engine) keep(ctx context.Context, book *RuleBook, files edition, at time.Time) error {
	if e.options.Keeper == nil {
		return nil
	}
	if err := e.options.Keeper.SaveBook(ctx, book.Version, files.sources, at); err != nil {
		return fmt.Errorf("rule book %s is good but not in force, because it could not be saved: %w", book.Short(), err)
	}
	return nil
}

// edition is the rule files as they were at one moment, or why they could not
// be read.
type edition struct {
	sources Sources
	err     error
	hash    string // of the files, or of the error
}

func (e *Engine) read() edition {
	sources, _, err := gather(os.DirFS(e.dir), e.options.Shipped)
	if err != nil {
		err = fmt.Errorf("rule book in %s: %w", e.dir, err)
		return edition{err: err, hash: "error " + err.Error()}
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(h, "%q %d\n", name, len(sources[name]))
		h.Write(sources[name])
	}
	return edition{sources: sources, hash: hex.EncodeToString(h.Sum(nil))}
}

// compile makes the book that the files mean.
func (f edition) compile() (*RuleBook, error) {
	if f.err != nil {
		return nil, f.err
	}
	return Compile(f.sources)
}
