package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"callsheet"

	"github.com/fsnotify/fsnotify"
)

// watch runs Watch until stop is called or the test ends, and checks that it
// ended because it was told to.
func (d *desk) watch() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.engine.Watch(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			d.Errorf("Watch() = %v, want that it was canceled", err)
		}
	})
	d.Cleanup(stop)
	return stop
}

// eventsOnly makes Watch quick, and blind but for events.
func (d *desk) eventsOnly() {
	d.engine.quiet, d.engine.poll = 100*time.Millisecond, time.Hour
}

// next waits for a change.
func (d *desk) next(want ChangeKind) Change {
	d.Helper()
	select {
	case c := <-d.told:
		if c.Kind != want {
			d.Fatalf("%s: %v, want %s", c.Kind, c.Faults, want)
		}
		return c
	case <-time.After(30 * time.Second):
		d.Fatalf("nothing notified, want %s", want)
		return Change{}
	}
}

// Every way to save gives one change a save, and the watch survives it.
func TestWatchSaveStyles(t *testing.T) {
	t.Parallel()
	styles := map[string]func(d *desk, text []byte){
		"in place": func(d *desk, text []byte) { d.write("campaigns.yaml", text) },
		"temporary file, then rename": func(d *desk, text []byte) {
			d.write(".campaigns.yaml.tmp", text)
			d.must(os.Rename(d.path(".campaigns.yaml.tmp"), d.path("campaigns.yaml")))
		},
		"rename away, create, delete": func(d *desk, text []byte) {
			d.must(os.Rename(d.path("campaigns.yaml"), d.path("campaigns.yaml~")))
			d.write("campaigns.yaml", nil)
			d.write("campaigns.yaml", text)
			d.must(os.Remove(d.path("campaigns.yaml~")))
		},
		"in pieces": func(d *desk, text []byte) {
			f, err := os.Create(d.path("campaigns.yaml"))
			d.must(err)
			for piece := range slices.Chunk(text, len(text)/5) {
				_, err := f.Write(piece)
				d.must(err)
				time.Sleep(10 * time.Millisecond)
			}
			d.must(f.Close())
		},
		"as a checkout: delete, create": func(d *desk, text []byte) {
			d.must(os.Chmod(d.path("campaigns.yaml"), 0o400))
			d.must(os.Remove(d.path("campaigns.yaml")))
			d.write("campaigns.yaml", text)
		},
		"deleted and back": func(d *desk, text []byte) {
			d.must(os.Remove(d.path("campaigns.yaml")))
			time.Sleep(20 * time.Millisecond)
			d.write("campaigns.yaml", text)
		},
		"another folder in its place": func(d *desk, text []byte) {
			fresh := d.TempDir()
			d.must(os.CopyFS(fresh, os.DirFS(d.dir)))
			d.must(os.WriteFile(filepath.Join(fresh, "campaigns.yaml"), text, 0o600))
			d.must(os.Rename(d.path("rules"), filepath.Join(d.TempDir(), "old")))
			d.must(os.Rename(filepath.Join(fresh, "rules"), d.path("rules")))
			d.must(os.Rename(filepath.Join(fresh, "campaigns.yaml"), d.path("campaigns.yaml")))
		},
		"touched and then in place": func(d *desk, text []byte) {
			d.must(os.Chtimes(d.path("scoring.yaml"), time.Now(), time.Now()))
			d.must(os.Chmod(d.path("scoring.yaml"), 0o640))
			d.write("campaigns.yaml", text)
		},
	}
	for name, save := range styles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := opened(t, nil)
			d.eventsOnly()
			stop := d.watch()
			for n := 4; n <= 6; n++ {
				save(d, d.limited(n))
				d.next(Applied)
				d.inForce(n)
			}
			stop()
			d.toldExactly()
		})
	}
}

func TestWatchManyFilesAtOnce(t *testing.T) {
	t.Parallel()
	d := emptyDesk(t)
	d.must(os.CopyFS(d.dir, callsheet.Shipped()))
	d.open(nil)
	d.eventsOnly()
	stop := d.watch()
	saved := 0
	d.must(filepath.WalkDir(d.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.yaml") {
			return err
		}
		saved++
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, append([]byte("# checked\n"), text...), 0o600)
	}))
	d.edit("scoring.yaml", "points: 25", "points: 24")
	d.edit("campaigns.yaml", "max_per_slot: 60", "max_per_slot: 61")
	d.next(Applied)
	stop()
	d.toldExactly()
	d.inForce(61)
	if want, err := Load(os.DirFS(d.dir), nil); err != nil || d.engine.Status().Version != want.Version || saved < 10 {
		t.Errorf("after %d files the version is %s, want that of the folder (%v)", saved, d.engine.Status().Version, err)
	}
}

// A ConfigMap is a folder of links to ..data, which is itself a link and
// swapped; no event names a rule file.
func TestWatchConfigMap(t *testing.T) {
	t.Parallel()
	source, d := opened(t, nil), emptyDesk(t)
	revision := func(n int) {
		name := fmt.Sprintf("..revision%d", n)
		d.must(os.CopyFS(d.path(name), os.DirFS(source.dir)))
		d.must(os.WriteFile(filepath.Join(d.path(name), "campaigns.yaml"), source.limited(n), 0o600))
		d.must(os.Symlink(name, d.path("..data_tmp")))
		d.must(os.Rename(d.path("..data_tmp"), d.path("..data")))
		d.must(os.RemoveAll(d.path(fmt.Sprintf("..revision%d", n-1))))
	}
	revision(3)
	for _, name := range []string{"campaigns.yaml", "scoring.yaml", "rules"} {
		d.must(os.Symlink(filepath.Join("..data", name), d.path(name)))
	}
	d.open(nil)
	d.eventsOnly()
	stop := d.watch()
	for n := 4; n <= 6; n++ {
		revision(n)
		d.next(Applied)
		d.inForce(n)
	}
	stop()
	d.toldExactly()
}

// A link to a file elsewhere: the event comes where the file lies.
func TestWatchFollowsLinks(t *testing.T) {
	t.Parallel()
	d := opened(t, nil)
	elsewhere := filepath.Join(t.TempDir(), "ours.yaml")
	d.must(os.Rename(d.path("campaigns.yaml"), elsewhere))
	d.must(os.Symlink(elsewhere, d.path("campaigns.yaml")))
	d.eventsOnly()
	d.watch()
	d.write("campaigns.yaml", d.limited(4))
	d.next(Applied)
	d.inForce(4)
}

// Folders that appear later are watched too.
func TestWatchNewFolder(t *testing.T) {
	t.Parallel()
	d := opened(t, nil)
	pack, err := fs.ReadFile(callsheet.Shipped(), "rules/packs/fr.yaml")
	d.must(err)
	d.eventsOnly()
	d.watch()
	d.must(os.Mkdir(d.path("rules/packs"), 0o700))
	d.write("rules/packs/fr.yaml", nil)
	d.next(Refused)
	d.write("rules/packs/fr.yaml", pack)
	d.next(Mended)
}

// SX-7, as an analyst does it: saved broken, saved again, mended.
func TestWatchKeepsTheOldBook(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	d := opened(t, k)
	book, good := d.engine.Book(), d.text("campaigns.yaml")
	bad := d.misspelt()
	d.eventsOnly()
	d.engine.poll = 50 * time.Millisecond
	stop := d.watch()
	d.write("campaigns.yaml", bad)
	if f := firstFault(t, d.next(Refused).Faults); !strings.Contains(f.Hint+f.Message, "did you mean") {
		t.Errorf("fault %+v does not lead to the right name", f)
	}
	if d.engine.Book() != book {
		t.Error("the book in force was replaced")
	}
	d.write("campaigns.yaml", bad)
	d.write("campaigns.yaml", append([]byte("# same mistake, another edit\n"), bad...))
	d.next(Refused)
	d.write("campaigns.yaml", good)
	d.next(Mended)
	stop()
	d.toldExactly()
	k.savedExactly(t, book.Version)
}

// Readers see whole books only while edits go by, and nothing is left running.
func TestWatchWhileOthersRead(t *testing.T) {
	d := opened(t, nil)
	running := runtime.NumGoroutine()
	d.eventsOnly()
	d.engine.quiet, d.engine.limit = time.Millisecond, 20*time.Millisecond
	stop := d.watch()
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 8 {
		readers.Go(func() {
			for last := 0; ; {
				book := d.engine.Book()
				pvi, _ := book.Campaign("PVI")
				pqsc, _ := book.Campaign("PQSC")
				if pvi.MaxPerSlot != pqsc.MaxPerSlot && pvi.MaxPerSlot != 3 || pvi.MaxPerSlot < last {
					t.Errorf("PVI takes %d calls, PQSC %d, PVI before %d", pvi.MaxPerSlot, pqsc.MaxPerSlot, last)
				}
				last = pvi.MaxPerSlot
				_ = d.engine.Status()
				select {
				case <-done:
					return
				case <-time.After(100 * time.Microsecond):
				}
			}
		})
	}
	form := string(d.replaced("campaigns.yaml", "max_per_slot: 50", "max_per_slot: 3"))
	for n := 1001; n <= 1200; n++ {
		d.write("campaigns.yaml.new", []byte(strings.ReplaceAll(form, "max_per_slot: 3\n", fmt.Sprintf("max_per_slot: %d\n", n))))
		d.must(os.Rename(d.path("campaigns.yaml.new"), d.path("campaigns.yaml")))
		if n%10 == 0 {
			d.reload()
			d.inForce(n)
		}
	}
	close(done)
	readers.Wait()
	stop()
	d.inForce(1200)
	for patience := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > running; runtime.Gosched() {
		if time.Now().After(patience) {
			t.Fatalf("%d goroutines, %d before the watch", runtime.NumGoroutine(), running)
		}
	}
}

// The tests below run on virtual time with the intervals of the product.

// deaf lets the engine have no events.
func deaf() (*fsnotify.Watcher, error) { return nil, errors.New("too many open files") }

func TestWatchWithoutEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := opened(t, nil)
		d.engine.subscribe = deaf
		stop := d.watch()
		time.Sleep(time.Minute)
		d.toldExactly()
		saved := time.Now()
		d.write("campaigns.yaml", d.limited(4))
		if delay := d.next(Applied).At.Sub(saved); delay > 5*time.Second {
			t.Errorf("applied after %v, want 5 s at most", delay)
		}
		d.edit("campaigns.yaml", "max_per_slot: 4\n", "max_per_slot: 4 # four\n")
		time.Sleep(time.Minute)
		d.edit("campaigns.yaml", "max_per_slot: 4 # four\n", "max_per_slot: four\n")
		time.Sleep(time.Minute)
		stop()
		d.toldExactly(Refused)
		d.inForce(4)
	})
}

func TestWatchSavesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &shelf{}
		d := opened(t, k)
		d.engine.subscribe = deaf
		d.watch()
		k.setFail(errDisk)
		d.write("campaigns.yaml", d.limited(4))
		time.Sleep(time.Minute)
		d.toldExactly(Refused)
		k.setFail(nil)
		d.next(Applied)
		d.inForce(4)
	})
}

// signalled watches with events that the test sends.
func (d *desk) signalled(events chan fsnotify.Event, errs chan error) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watch{engine: d.engine, events: events, errors: errs, follow: func() {}}
	var running sync.WaitGroup
	running.Go(func() { _ = w.run(ctx) })
	d.Cleanup(func() { cancel(); running.Wait() })
}

func TestWatchTiming(t *testing.T) {
	t.Parallel()
	saved := fsnotify.Event{Name: "campaigns.yaml", Op: fsnotify.Write}
	tests := map[string]func(d *desk, events chan fsnotify.Event, errs chan error){
		"a file that stays empty or away for a moment is no edit": func(d *desk, events chan fsnotify.Event, _ chan error) {
			text := d.limited(4)
			d.write("campaigns.yaml", nil)
			events <- saved
			time.Sleep(300 * time.Millisecond)
			d.must(os.Remove(d.path("campaigns.yaml")))
			events <- saved
			time.Sleep(300 * time.Millisecond)
			d.write("campaigns.yaml", text)
			events <- saved
			time.Sleep(time.Minute)
			d.toldExactly(Applied)
		},
		"an empty file that stays is told once": func(d *desk, events chan fsnotify.Event, _ chan error) {
			d.write("campaigns.yaml", nil)
			events <- saved
			time.Sleep(time.Second)
			events <- saved
			time.Sleep(time.Minute)
			d.toldExactly(Refused)
		},
		"events without end do not postpone it beyond 2 s": func(d *desk, events chan fsnotify.Event, _ chan error) {
			time.Sleep(time.Second) // the look at the start is over
			begin := time.Now()
			d.write("campaigns.yaml", d.limited(4))
			for range 100 {
				events <- saved
				time.Sleep(100 * time.Millisecond)
			}
			if delay := d.next(Applied).At.Sub(begin); delay != 2*time.Second {
				d.Errorf("applied after %v, want 2 s", delay)
			}
			d.toldExactly()
		},
		"changes without end do not postpone it either": func(d *desk, events chan fsnotify.Event, _ chan error) {
			time.Sleep(time.Second)
			begin, text := time.Now(), d.text("campaigns.yaml")
			d.write("campaigns.yaml", d.limited(4))
			for i := range 7 {
				d.write("scoring.yaml", append(d.text("scoring.yaml"), fmt.Sprintf("# %d\n", i)...))
				events <- saved
				time.Sleep(300 * time.Millisecond)
			}
			if delay := d.next(Applied).At.Sub(begin); delay != 2*time.Second {
				d.Errorf("applied after %v, want 2 s", delay)
			}
			d.write("campaigns.yaml", text)
			time.Sleep(time.Minute)
			d.toldExactly(Applied)
		},
		"an ordinary save counts within half a second": func(d *desk, events chan fsnotify.Event, _ chan error) {
			time.Sleep(time.Second)
			begin := time.Now()
			d.write("campaigns.yaml", d.limited(4))
			events <- saved
			if delay := d.next(Applied).At.Sub(begin); delay > 500*time.Millisecond {
				d.Errorf("applied after %v, want 500 ms at most", delay)
			}
		},
		"lost events are looked for at once": func(d *desk, _ chan fsnotify.Event, errs chan error) {
			time.Sleep(time.Second)
			begin := time.Now()
			d.write("campaigns.yaml", d.limited(4))
			errs <- fsnotify.ErrEventOverflow
			if delay := d.next(Applied).At.Sub(begin); delay > 500*time.Millisecond {
				d.Errorf("applied after %v, want 500 ms at most", delay)
			}
		},
		// Virtual time stands still while anything spins.
		"channels that close leave the regular look": func(d *desk, events chan fsnotify.Event, errs chan error) {
			close(events)
			close(errs)
			time.Sleep(time.Minute)
			d.write("campaigns.yaml", d.limited(4))
			d.next(Applied)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := opened(t, nil)
				events, errs := make(chan fsnotify.Event), make(chan error)
				d.signalled(events, errs)
				test(d, events, errs)
			})
		})
	}
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"/book/campaigns.yaml", fsnotify.Write, true},
		{"/book/rules/leads.yml", fsnotify.Create, true},
		{"/book/..data", fsnotify.Create, true},
		{"/book/..2026_11_23_09_00_00.1234", fsnotify.Remove, true},
		{"/book/rules", fsnotify.Rename, true},
		{"/book/campaigns.yaml", fsnotify.Chmod, false},
		{"/book/campaigns.yaml", fsnotify.Chmod | fsnotify.Write, true},
		{"/book/rules/REJECTED.txt", fsnotify.Create, false},
		{"/book/.campaigns.yaml.swp", fsnotify.Write, false},
		{"/book/campaigns.yaml~", fsnotify.Remove, false},
		{"/book/.git", fsnotify.Write, false},
	}
	for _, test := range tests {
		event := fsnotify.Event{Name: test.name, Op: test.op}
		if got := concerns(event); got != test.want {
			t.Errorf("concerns(%v) = %v, want %v", event, got, test.want)
		}
	}
}

// BenchmarkReload measures a look at files that did not change, and one at an
// edit of one number.
func BenchmarkReload(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, callsheet.Shipped()); err != nil {
		b.Fatal(err)
	}
	e, err := Open(b.Context(), dir, Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(dir, "campaigns.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	other := bytes.Replace(text, []byte("max_per_slot: 60"), []byte("max_per_slot: 61"), 1)
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if c, err := e.Reload(b.Context()); err != nil || c.Kind != Unchanged {
				b.Fatal(c, err)
			}
		}
	})
	b.Run("edit", func(b *testing.B) {
		for b.Loop() {
			text, other = other, text
			if err := os.WriteFile(file, text, 0o600); err != nil {
				b.Fatal(err)
			}
			if c, err := e.Reload(b.Context()); err != nil || c.Kind != Applied {
				b.Fatal(c, err)
			}
		}
	})
}
