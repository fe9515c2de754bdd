package dialer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"callsheet/runner/internal/crm"
)

// Store is what publication needs of the database. Each mark is one
// transaction that compares and sets: it is crm.ErrConflict when the file is
// no longer in a state that the mark may follow, because somebody else has
// marked or cancelled it.
type Store interface {
	// UnpublishedFiles lists the files that are claimed, staged or sending, with
	// their lines, in the order in which they were committed.
	UnpublishedFiles(ctx context.Context) ([]crm.File, error)
	// Staged records that a claimed file stands whole in the stage area.
	Staged(ctx context.Context, name string) error
	// Sending records that a claimed file is about to be sent to a server.
	Sending(ctx context.Context, name string) error
	// Unsent records that a file which was about to be sent certainly was not.
	Unsent(ctx context.Context, name string) error
	// Published records that a file is handed over. A file that was there
	// before it was staged may go straight from claimed to published.
	Published(ctx context.Context, name string, at crm.Instant) error
}

// Transport is a way to a dialer: [*SFTP], [*Upload], or nil for the output
// folder.
type Transport interface {
	open(ctx context.Context) (route, error)
}

// route is a transport that is open.
type route interface {
	// deliver brings a file from the state it is in to the dialer, all but the
	// last mark. Whatever it returns and wherever it is killed, it may be called
	// again with the file as the store has it.
	deliver(ctx context.Context, d *delivery) error
	// forget removes what delivery has left of a file that needs none.
	forget(name string)
	// place is where a file is handed over, for people.
	place(name string) string
	Close() error
}

// Publisher puts committed files where the dialer takes them.
type Publisher struct {
	Store Store
	// Out is the output folder; empty is the current one. It and the folders
	// in it are made where they are missing, with mode 0755 less the umask, so
	// that another account can fetch what the mode of a file lets it read:
	// names show campaign, slot and group, never a person.
	Out string
	// Transport gives the way to a dialer by its name. Without it all files go
	// to the output folder.
	Transport func(dialer string) (Transport, error)
	// Turn lets in one drain of a dialer at a time, wherever the others run. It
	// calls work, with a store whose marks fail as soon as somebody else has the
	// turn; place says where files are staged, and differs for places of which
	// the lock in the output folder does not tell. nil lets everybody in.
	Turn func(ctx context.Context, dialer, place string, work func(context.Context, Store) error) error
	// Fault is asked at each of the [Points] and fails the step there when it
	// returns an error; nil outside of tests.
	Fault func(point string) error
}

// Publication is a file that was handed over.
type Publication struct {
	Name  string // of the file, as it was committed
	Place string // path or address, for people
}

// Drain hands over every file that is committed and not yet published, and
// tells which are published now; now is the time recorded with them.
//
// The files of one dialer go out strictly in the order in which they were
// committed: where one cannot, the later ones wait for it, so that a stop
// signal never overtakes the leads that it stops. Other dialers go on, the
// errors are joined, and the next drain tries again. An error of the store
// ends the drain.
//
// Drain may be repeated at any time and killed at any instant. Two drains for
// one dialer take turns by a lock in the output folder; the second waits until
// ctx ends. Those in several folders, as on several machines, take turns by
// [Publisher.Turn].
func (p *Publisher) Drain(ctx context.Context, now time.Time) (published []Publication, err error) {
	files, err := p.Store.UnpublishedFiles(ctx)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	out, err := openFolder(p.Out)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", outOfUse(filepath.Clean(p.Out), err), waiting(len(files)))
	}
	defer out.Close()
	var faults []error
	for _, t := range p.targets(files) {
		done, err := p.drain(ctx, out, t, crm.At(now))
		published = append(published, done...)
		faults = append(faults, err)
		if ctx.Err() != nil || isStoreError(err) {
			break
		}
	}
	return published, errors.Join(faults...)
}

// target is a dialer that files wait for.
type target struct {
	dialer    string
	transport Transport
	fault     error // the dialer has no transport
}

// lockName is the file that keeps other drains away.
func (t *target) lockName() string {
	if t.transport == nil {
		return LockFile
	}
	return "." + slashless(t.dialer) + LockFile
}

// targets lists the dialers of some files, in the order of the files; those of
// the output folder come first, because no network can keep them waiting.
func (p *Publisher) targets(files []crm.File) (all []target) {
	seen := map[string]bool{}
	for i := range files {
		name := files[i].Dialer
		if seen[name] {
			continue
		}
		seen[name] = true
		all = append(all, p.target(name))
	}
	slices.SortStableFunc(all, func(a, b target) int { return remote(a) - remote(b) })
	return all
}

func (p *Publisher) target(dialer string) target {
	t := target{dialer: dialer}
	if p.Transport != nil {
		t.transport, t.fault = p.Transport(dialer)
	}
	return t
}

func remote(t target) int {
	if t.transport == nil {
		return 0
	}
	return 1
}

// drain hands over the files of one dialer when it is this one's turn.
func (p *Publisher) drain(ctx context.Context, out *os.Root, t target, now crm.Instant) (published []Publication, err error) {
	token, unlock, err := lock(ctx, out, t.lockName())
	if err != nil {
		return nil, fmt.Errorf("lock output folder %s for dialer %s: %w", filepath.Clean(p.Out), t.dialer, err)
	}
	defer unlock()
	alone := *p
	work := func(ctx context.Context, s Store) error {
		alone.Store = s
		done, err := alone.handOver(ctx, out, t, now)
		published = append(published, done...)
		return err
	}
	if p.Turn == nil {
		err = work(ctx, p.Store)
	} else {
		err = p.Turn(ctx, t.dialer, token, work)
	}
	return published, err
}

// handOver hands over the files of one dialer.
func (p *Publisher) handOver(ctx context.Context, out *os.Root, t target, now crm.Instant) (published []Publication, err error) {
	// Whoever had the turn before may have published some of them.
	files, err := p.Store.UnpublishedFiles(ctx)
	if err != nil {
		return nil, storeError{err}
	}
	files = slices.DeleteFunc(files, func(f crm.File) bool { return f.Dialer != t.dialer })
	if len(files) == 0 {
		return nil, nil
	}
	if t.fault != nil {
		return nil, fmt.Errorf("%w; %s", t.fault, waiting(len(files)))
	}
	way := &way{out: out, transport: t.transport}
	defer way.close()
	for i := range files {
		if err := ctx.Err(); err != nil {
			return published, err
		}
		done, err := p.publish(ctx, way, &files[i], now)
		if err != nil {
			return published, held(err, t.dialer, len(files)-i)
		}
		if done.Name == "" {
			continue
		}
		published = append(published, done)
	}
	return published, nil
}

// publish hands over one file and marks it. It gives no publication when
// somebody else has settled the file, and errTaken when somebody else is about
// to.
func (p *Publisher) publish(ctx context.Context, way *way, f *crm.File, now crm.Instant) (Publication, error) {
	content, err := sealed(f)
	if err != nil {
		return Publication{}, fmt.Errorf("%s: %w", f.Name, err)
	}
	d := &delivery{File: f, content: content, store: p.Store, ask: p.Fault}
	err = way.deliver(ctx, d)
	if err == nil {
		err = d.mark("published", func() error { return p.Store.Published(ctx, f.Name, now) })
	}
	if err == nil {
		if d.fault("forget") == nil {
			way.forget(f.Name) // what stays harms nobody
		}
		return Publication{f.Name, way.route.place(f.Name)}, nil
	}
	conflict := errors.Is(err, crm.ErrConflict)
	if isStoreError(err) && !conflict {
		return Publication{}, err
	}
	// Somebody else may have handed it over, or a stop cancelled it.
	waits, unknown := p.waits(ctx, f.Name)
	switch {
	case unknown == nil && !waits:
		way.forget(f.Name)
		return Publication{}, nil
	case conflict:
		return Publication{}, errors.Join(errTaken, unknown)
	}
	return Publication{}, err
}

// Discard removes what a drain that was killed may have left in the stage area
// of files that are cancelled since: they hold phone numbers, and no drain looks
// at them again.
func (p *Publisher) Discard(ctx context.Context, dialer string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	t := p.target(dialer)
	if t.fault != nil {
		return t.fault
	}
	out, err := openFolder(p.Out)
	if err != nil {
		return outOfUse(filepath.Clean(p.Out), err)
	}
	defer out.Close()
	_, unlock, err := lock(ctx, out, t.lockName())
	if err != nil {
		return err
	}
	defer unlock()
	way := &way{out: out, transport: t.transport}
	defer way.close()
	if err := way.open(ctx); err != nil {
		return err
	}
	for _, name := range names {
		way.forget(name)
	}
	return nil
}

// waits says whether a file still has to be published.
func (p *Publisher) waits(ctx context.Context, name string) (bool, error) {
	files, err := p.Store.UnpublishedFiles(ctx)
	if err != nil {
		return false, storeError{err}
	}
	return slices.ContainsFunc(files, func(f crm.File) bool { return f.Name == name }), nil
}

// way is the route to a dialer, opened when it is needed and again when it
// breaks.
type way struct {
	out       *os.Root
	transport Transport
	route     route
}

// reconnects is how often a broken connection is made again for one file.
const reconnects = 3

// deliver delivers a file. A connection that breaks leaves open what was done
// last: over a new one the file tells.
func (w *way) deliver(ctx context.Context, d *delivery) (err error) {
	for try := 0; ; try++ {
		if w.route == nil {
			if err := w.open(ctx); err != nil {
				return err
			}
		}
		err = w.route.deliver(ctx, d)
		if err == nil || errors.Is(err, crm.ErrConflict) || isStoreError(err) {
			return err
		}
		err = fmt.Errorf("%s: %w", w.route.place(d.Name), err)
		if _, lost := errors.AsType[lostError](err); !lost {
			return err
		}
		w.close()
		if try == reconnects || ctx.Err() != nil {
			return err
		}
	}
}

func (w *way) open(ctx context.Context) (err error) {
	if w.transport != nil {
		w.route, err = w.transport.open(ctx)
		return err
	}
	w.route = &folder{disk: local{w.out, w.out.Name()}}
	return nil
}

// forget removes what is left of a file that needs no delivery, where the
// dialer can be reached.
func (w *way) forget(name string) {
	if w.route != nil {
		w.route.forget(name)
	}
}

func (w *way) close() {
	if w.route != nil {
		_ = w.route.Close()
		w.route = nil
	}
}
