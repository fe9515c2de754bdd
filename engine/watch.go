package engine

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watch reloads whenever the rule files change, until ctx ends; it returns the
// error of ctx and leaves nothing running.
//
// A save is looked at when the folder has been quiet for 200 ms, or 2 s after
// its first event when it does not come to rest, and it counts when a second
// look after the same quiet time finds the same files: so a file that an
// editor empties, moves away or writes in pieces is not taken for an edit.
// Where the file system sends no events (network folders), a look every 3 s
// finds the change. Files are read through symbolic links, and their folders
// are watched, so that a Kubernetes ConfigMap works like any other folder.
func (e *Engine) Watch(ctx context.Context) error {
	w := &watch{engine: e, follow: func() {}}
	// Without a watcher (the system limits how many there are) the regular look remains.
	if notifier, err := e.subscribe(); err == nil {
		defer notifier.Close()
		w.events, w.errors = notifier.Events, notifier.Errors
		w.follow = func() { follow(notifier, e.dir) }
	}
	return w.run(ctx)
}

// watch is one run of Watch.
type watch struct {
	engine *Engine
	events <-chan fsnotify.Event
	errors <-chan error
	follow func() // subscribes to the folders as they are now

	quiet, limit *time.Timer
	armed        bool   // both timers are running
	seen         string // hash of the files at the last look that came too early
}

func (w *watch) run(ctx context.Context) error {
	poll := time.NewTicker(w.engine.poll)
	defer poll.Stop()
	w.quiet, w.limit = time.NewTimer(w.engine.quiet), time.NewTimer(w.engine.limit)
	defer w.disarm()
	w.armed = true // files may have changed since they were opened
	w.follow()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event, ok := <-w.events:
			if !ok {
				w.events = nil
			} else if concerns(event) {
				w.arm()
			}
		case _, ok := <-w.errors:
			if !ok {
				w.errors = nil
			} else {
				w.arm() // events may have been lost
			}
		case <-w.quiet.C:
			w.look(ctx, false)
		case <-w.limit.C:
			w.look(ctx, true)
		case <-poll.C:
			if !w.armed {
				w.look(ctx, false)
			}
		}
	}
}

// look acts on what the files are now, if they were so at the look before or
// must not wait any longer.
func (w *watch) look(ctx context.Context, overdue bool) {
	w.follow()
	before, early := w.seen, false
	w.seen = "" // stays so unless the files wait for a decision
	// The engine publishes the outcome, whoever looks.
	_, _ = w.engine.look(ctx, func(hash string) bool {
		w.seen = hash
		early = !overdue && hash != before
		return !early
	})
	if early {
		w.arm()
	} else {
		w.disarm()
	}
}

// arm waits for the next quiet time. Only the first call after a decision sets
// the limit.
func (w *watch) arm() {
	w.quiet.Reset(w.engine.quiet)
	if !w.armed {
		w.armed = true
		w.limit.Reset(w.engine.limit)
	}
}

func (w *watch) disarm() {
	w.armed = false
	w.quiet.Stop()
	w.limit.Stop()
}

// concerns says whether an event may have to do with a rule file, a folder, or
// the ..data link of a ConfigMap. A name without an extension may be a folder
// that is gone.
func concerns(event fsnotify.Event) bool {
	name := filepath.Base(event.Name)
	return event.Op != fsnotify.Chmod && (isYAML(name) || strings.HasPrefix(name, "..") || filepath.Ext(name) == "")
}

// follow makes the notifier watch the folders of the rule book, and no others.
// A folder that cannot be watched is left to the regular look.
func follow(notifier *fsnotify.Watcher, dir string) {
	wanted := folders(dir)
	for _, watched := range notifier.WatchList() {
		if !wanted[watched] {
			_ = notifier.Remove(watched)
		}
	}
	for folder := range wanted {
		// Again even where it is watched already: another folder may have taken its name.
		_ = notifier.Add(folder)
	}
}

// folders finds where the rule files lie: dir, the folders below rules/, and
// what symbolic links in them lead to.
func folders(dir string) map[string]bool {
	found := map[string]bool{}
	add := func(name string) {
		target, err := filepath.EvalSymlinks(name)
		if err != nil {
			return
		}
		if info, err := os.Stat(target); err != nil || !info.IsDir() {
			target = filepath.Dir(target)
		}
		found[target] = true
	}
	add(dir)
	for _, name := range []string{campaignsFile, scoringFile} {
		add(filepath.Join(dir, name))
	}
	_ = fs.WalkDir(os.DirFS(dir), "rules", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case name != "rules" && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir() || entry.Type()&fs.ModeSymlink != 0:
			add(filepath.Join(dir, name))
		}
		return nil
	})
	return found
}
