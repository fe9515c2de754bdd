package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet"
)

// desk is a folder with the rule files of fixture F0, an engine over it, and
// the changes that the engine notified.
type desk struct {
	*testing.T
	dir    string
	engine *Engine
	told   chan Change
}

// emptyDesk has no files and no engine yet.
func emptyDesk(t *testing.T) *desk {
	return &desk{T: t, dir: t.TempDir(), told: make(chan Change, 1000)}
}

func opened(t *testing.T, k Keeper) *desk {
	t.Helper()
	d := emptyDesk(t)
	d.must(os.CopyFS(d.dir, os.DirFS("../fixtures/f0")))
	d.open(k)
	return d
}

func (d *desk) open(k Keeper) {
	d.Helper()
	e, err := d.try(k)
	d.must(err)
	d.engine = e
}

func (d *desk) try(k Keeper) (*Engine, error) { return d.tryWith(k) }

func (d *desk) tryWith(k Keeper, steps ...Step) (*Engine, error) {
	return Open(d.Context(), d.dir, Options{
		Shipped: callsheet.Shipped(), Keeper: k, Now: time.Now, Admit: steps,
		Notify: func(c Change) { d.told <- c },
	})
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d *desk) text(name string) []byte {
	d.Helper()
	text, err := os.ReadFile(d.path(name))
	if err != nil {
		d.Fatal(err)
	}
	return text
}

func (d *desk) write(name string, text []byte) {
	d.Helper()
	d.must(os.WriteFile(d.path(name), text, 0o600))
}

// edit replaces a piece of a file in place.
func (d *desk) edit(name, before, after string) {
	d.Helper()
	d.write(name, d.replaced(name, before, after))
}

func (d *desk) replaced(name, before, after string) []byte {
	d.Helper()
	text := d.text(name)
	if !bytes.Contains(text, []byte(before)) {
		d.Fatalf("%s does not contain %q", name, before)
	}
	return bytes.Replace(text, []byte(before), []byte(after), 1)
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) reload() Change {
	d.Helper()
	change, err := d.engine.Reload(d.Context())
	d.must(err)
	return change
}

// inForce checks how many calls per slot campaign PVI takes.
func (d *desk) inForce(maxPerSlot int) {
	d.Helper()
	if got := most(d.T, d.engine.Book()); got != maxPerSlot {
		d.Errorf("PVI takes %d calls per slot, want %d", got, maxPerSlot)
	}
}

func most(t *testing.T, b *RuleBook) int {
	t.Helper()
	c, ok := b.Campaign("PVI")
	if !ok {
		t.Fatal("the book has no campaign PVI")
	}
	return c.MaxPerSlot
}

// toldExactly checks the kinds of all changes notified since the last time.
func (d *desk) toldExactly(want ...ChangeKind) {
	d.Helper()
	var got []ChangeKind
	for len(d.told) > 0 {
		got = append(got, (<-d.told).Kind)
	}
	if !slices.Equal(got, want) {
		d.Errorf("notified %v, want %v", got, want)
	}
}

// firstFault is the first mistake that err tells in a rule file.
func firstFault(t *testing.T, err error) Fault {
	t.Helper()
	var faults *Faults
	if !errors.As(err, &faults) {
		t.Fatalf("%v is no *Faults", err)
	}
	return faults.List[0]
}

// shelf keeps the last good book in memory, and fails when told to.
type shelf struct {
	sync.Mutex
	files Sources
	at    time.Time
	saved []string // versions
	fail  error    // of saving
	lost  error    // why there is no last good book
}

func (s *shelf) SaveBook(_ context.Context, version string, files Sources, at time.Time) error {
	s.Lock()
	defer s.Unlock()
	if s.fail != nil {
		return s.fail
	}
	s.files, s.at, s.saved = maps.Clone(files), at, append(s.saved, version)
	return nil
}

func (s *shelf) LastGood(context.Context) (Sources, time.Time, error) {
	s.Lock()
	defer s.Unlock()
	if s.files == nil {
		return nil, time.Time{}, cmp.Or(s.lost, fs.ErrNotExist)
	}
	return s.files, s.at, nil
}

func (s *shelf) LastVersion(context.Context) (string, error) {
	s.Lock()
	defer s.Unlock()
	if s.files == nil || len(s.saved) == 0 {
		return "", nil
	}
	return s.saved[len(s.saved)-1], nil
}

func (s *shelf) setFail(err error) {
	s.Lock()
	defer s.Unlock()
	s.fail = err
}

func (s *shelf) savedExactly(t *testing.T, want ...string) {
	t.Helper()
	s.Lock()
	defer s.Unlock()
	if strings.Join(s.saved, " ") != strings.Join(want, " ") {
		t.Errorf("saved versions %v, want %v", s.saved, want)
	}
}

var errDisk = errors.New("disk is full")

// misspelt gives PVI a condition on a field that does not exist.
func (d *desk) misspelt() []byte {
	d.Helper()
	return d.replaced("campaigns.yaml", "max_per_slot: 3\n", "max_per_slot: 3\n    include:\n      hot: lead.scroe > 3\n")
}

// limited gives PVI another number of calls per slot.
func (d *desk) limited(n int) []byte {
	d.Helper()
	return d.replaced("campaigns.yaml", fmt.Sprintf("max_per_slot: %d\n", most(d.T, d.engine.Book())), fmt.Sprintf("max_per_slot: %d\n", n))
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("a good folder is in force and kept", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		before := time.Now()
		d := opened(t, k)
		d.inForce(3)
		status := d.engine.Status()
		if status.Version != d.engine.Book().Version || status.Since.Before(before) || status.Rejected != nil {
			t.Errorf("Status() = %+v", status)
		}
		k.savedExactly(t, status.Version)
		d.toldExactly()
	})
	t.Run("the same book is kept once over restarts", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		first := d.engine.Status()
		d.edit("campaigns.yaml", "max_per_slot: 3\n", "max_per_slot: 3   # as before\n")
		d.open(k)
		if again := d.engine.Status(); again != first {
			t.Errorf("Status() = %+v after a restart, %+v before", again, first)
		}
		k.savedExactly(t, first.Version)
	})
	t.Run("an edit made while nothing ran is in force and kept", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		first := d.engine.Status().Version
		d.write("campaigns.yaml", d.limited(4))
		d.open(k)
		d.inForce(4)
		k.savedExactly(t, first, d.engine.Status().Version)
	})
	t.Run("with bad files the last good book is in force", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		first := d.engine.Status()
		d.write("campaigns.yaml", d.misspelt())
		d.open(k)
		d.inForce(3)
		status := d.engine.Status()
		if status.Version != first.Version || !status.Since.Equal(first.Since) || status.Rejected == nil {
			t.Fatalf("Status() = %+v, want version and time of %+v and a rejection", status, first)
		}
		if f := firstFault(t, status.Rejected.Faults); f.File != "campaigns.yaml" {
			t.Errorf("fault in %s", f.File)
		}
		if c := d.reload(); c.Kind != Refused || c.At != status.Rejected.At {
			t.Errorf("Reload() = %+v, want the refusal that stands", c)
		}
		d.edit("campaigns.yaml", "lead.scroe", "lead.score")
		if c := d.reload(); c.Kind != Applied || d.engine.Status().Rejected != nil {
			t.Errorf("Reload() = %+v after the mending", c)
		}
	})
	t.Run("the last good book does not need the shipped one", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		version := d.engine.Status().Version
		d.must(os.Remove(d.path("campaigns.yaml")))
		bare, err := Open(t.Context(), d.dir, Options{Keeper: k, Now: time.Now})
		d.must(err)
		if s := bare.Status(); s.Version != version || s.Rejected == nil || !strings.Contains(s.Rejected.Faults.Error(), "no campaigns.yaml") {
			t.Errorf("Status() = %+v, want version %s and a rejection", s, version)
		}
	})
	t.Run("a good book that cannot be saved is not in force", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		d.write("campaigns.yaml", d.limited(4))
		k.setFail(errDisk)
		d.open(k)
		d.inForce(3)
		if r := d.engine.Status().Rejected; r == nil || !errors.Is(r.Faults, errDisk) {
			t.Errorf("Status().Rejected = %+v, want %v", r, errDisk)
		}
		k.setFail(nil)
		if c := d.reload(); c.Kind != Applied {
			t.Errorf("Reload() = %+v when it can be saved", c)
		}
		d.inForce(4)
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	bad := func(d *desk) { d.write("campaigns.yaml", d.misspelt()) }
	tests := map[string]struct {
		keeper Keeper
		edit   func(*desk)
		say    []string
	}{
		"bad files, no keeper":           {nil, bad, []string{"campaigns.yaml:", "score"}},
		"bad files, nothing kept":        {&shelf{}, bad, []string{"campaigns.yaml:", "score"}},
		"bad files, unreadable keeper":   {&shelf{lost: errDisk}, bad, []string{"campaigns.yaml:", "score", "last good", "disk is full"}},
		"bad files, kept book is no use": {&shelf{files: Sources{"campaigns.yaml": []byte("x: 1\n")}}, bad, []string{"campaigns.yaml:", "score", "last good"}},
		"no folder":                      {nil, func(d *desk) { d.must(os.RemoveAll(d.dir)) }, []string{"no campaigns.yaml"}},
		"good files that cannot be kept": {&shelf{fail: errDisk}, func(*desk) {}, []string{"could not be saved", "disk is full"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := opened(t, nil)
			test.edit(d)
			_, err := d.try(test.keeper)
			if err == nil {
				t.Fatal("Open gave no error")
			}
			for _, piece := range test.say {
				if !strings.Contains(err.Error(), piece) {
					t.Errorf("error %q lacks %q", err, piece)
				}
			}
		})
	}
	t.Run("no clock", func(t *testing.T) {
		t.Parallel()
		if _, err := Open(t.Context(), "..", Options{}); err == nil || !strings.Contains(err.Error(), "Options.Now") {
			t.Errorf("Open without a clock: %v", err)
		}
	})
}

// SX-7: a misspelt field, while a run goes on.
func TestReloadRefusesABrokenEdit(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	d := opened(t, k)
	pinned, before, good := d.engine.Book(), d.engine.Status(), d.text("campaigns.yaml")
	d.write("campaigns.yaml", d.misspelt())
	change := d.reload()
	if change.Kind != Refused || change.Version != before.Version || change.Was != before.Version {
		t.Errorf("Reload() = %+v, want a refusal on version %s", change, before.Version)
	}
	fault := firstFault(t, change.Faults)
	above, _, _ := strings.Cut(string(d.text("campaigns.yaml")), "scroe")
	line, column := 1+strings.Count(above, "\n"), len(above)-strings.LastIndex(above, "\n")
	if fault.File != "campaigns.yaml" || fault.Line != line || fault.Column != column {
		t.Errorf("fault at %s:%d:%d, want campaigns.yaml:%d:%d", fault.File, fault.Line, fault.Column, line, column)
	}
	if text := fault.String(); !strings.Contains(text, "did you mean") || !strings.Contains(text, "score") {
		t.Errorf("fault %q does not lead to score", text)
	}
	if d.engine.Book() != pinned {
		t.Error("the book in force was replaced")
	}
	if again := d.reload(); again.Kind != Refused || again.At != change.At {
		t.Errorf("second Reload() = %+v, want the first refusal", again)
	}
	d.toldExactly(Refused)

	d.write("campaigns.yaml", good)
	if c := d.reload(); c.Kind != Mended || c.Version != before.Version {
		t.Errorf("Reload() = %+v when the edit is undone", c)
	}
	if after := d.engine.Status(); after != before {
		t.Errorf("Status() = %+v when the edit is undone, want %+v", after, before)
	}
	d.toldExactly(Mended)
	k.savedExactly(t, before.Version)
}

func TestReload(t *testing.T) {
	t.Parallel()
	t.Run("a good edit is kept and in force", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		pinned, before := d.engine.Book(), d.engine.Status()
		d.write("campaigns.yaml", d.limited(4))
		c := d.reload()
		if c.Kind != Applied || c.Was != before.Version || c.Version != d.engine.Book().Version || c.Version == c.Was || c.Faults != nil {
			t.Errorf("Reload() = %+v", c)
		}
		d.inForce(4)
		if got := most(t, pinned); got != 3 {
			t.Errorf("the pinned book now takes %d calls", got)
		}
		if s := d.engine.Status(); s.Version != c.Version || !s.Since.Equal(c.At) || s.Rejected != nil {
			t.Errorf("Status() = %+v", s)
		}
		k.savedExactly(t, c.Was, c.Version)
		d.toldExactly(Applied)
	})
	t.Run("a deleted file gives way to the shipped one", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		before, text := d.engine.Status().Version, d.text("scoring.yaml")
		d.must(os.Remove(d.path("scoring.yaml")))
		without := d.reload().Version
		if model := d.engine.Book().Scoring.Model; model == "f0" {
			t.Error("the deleted scoring is still in force")
		}
		d.write("scoring.yaml", text)
		if c := d.reload(); c.Version != before {
			t.Errorf("version %s when the file is back, want %s", c.Version, before)
		}
		d.toldExactly(Applied, Applied)
		k.savedExactly(t, before, without, before)
	})
	t.Run("a book that cannot be saved is tried again and reported once", func(t *testing.T) {
		t.Parallel()
		k := &shelf{}
		d := opened(t, k)
		k.setFail(errDisk)
		d.write("campaigns.yaml", d.limited(4))
		for range 3 {
			c, err := d.engine.Reload(t.Context())
			if !errors.Is(err, errDisk) || c.Kind != Refused || !errors.Is(c.Faults, errDisk) {
				t.Errorf("Reload() = %+v, %v, want %v", c, err, errDisk)
			}
			d.inForce(3)
		}
		d.toldExactly(Refused)
		k.setFail(nil)
		if c := d.reload(); c.Kind != Applied {
			t.Errorf("Reload() = %+v when it can be saved", c)
		}
		d.inForce(4)
		d.toldExactly(Applied)
	})
	t.Run("nothing happens when the context is over", func(t *testing.T) {
		t.Parallel()
		d := opened(t, nil)
		d.write("campaigns.yaml", d.limited(4))
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.engine.Reload(over); !errors.Is(err, context.Canceled) {
			t.Errorf("Reload() = %v, want that it was canceled", err)
		}
		d.inForce(3)
		d.toldExactly()
	})
}

func TestReloadIsSilent(t *testing.T) {
	t.Parallel()
	silent := map[string]func(*desk){
		"nothing":       func(*desk) {},
		"touch":         func(d *desk) { d.must(os.Chtimes(d.path("campaigns.yaml"), time.Now(), time.Now())) },
		"comment":       func(d *desk) { d.edit("campaigns.yaml", "max_per_slot: 3\n", "max_per_slot: 3   # three\n") },
		"layout":        func(d *desk) { d.edit("scoring.yaml", "limits: {min: 0, max: 100}", "limits:\n  min: 0\n  max: 100") },
		"rejection":     func(d *desk) { d.write("rules/REJECTED.txt", []byte("R101")) },
		"editor's swap": func(d *desk) { d.write("rules/.leads.yaml.swp", []byte("x")) },
	}
	for name, edit := range silent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &shelf{}
			d := opened(t, k)
			before, book := d.engine.Status(), d.engine.Book()
			edit(d)
			if c := d.reload(); c.Kind != Unchanged || c.Version != before.Version {
				t.Errorf("Reload() = %+v", c)
			}
			if d.engine.Status() != before || d.engine.Book() != book {
				t.Error("another book is in force")
			}
			d.toldExactly()
			k.savedExactly(t, before.Version)
		})
	}
}

func TestReloadRefuses(t *testing.T) {
	t.Parallel()
	refused := map[string]struct {
		edit func(*desk)
		say  string
	}{
		"an empty file":     {func(d *desk) { d.write("rules/leads.yaml", nil) }, "rules/leads.yaml:1:1"},
		"a missing file":    {func(d *desk) { d.must(os.Remove(d.path("campaigns.yaml"))) }, "no campaigns.yaml"},
		"a vanished folder": {func(d *desk) { d.must(os.RemoveAll(d.dir)) }, "no campaigns.yaml"},
		"an unknown file":   {func(d *desk) { d.write("rules/leeds.yaml", []byte("types: []\n")) }, "leads.yaml?"},
	}
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := opened(t, nil)
			test.edit(d)
			c := d.reload()
			if c.Kind != Refused || c.Faults == nil || !strings.Contains(c.Faults.Error(), test.say) {
				t.Errorf("Reload() = %+v, want a refusal that says %q", c, test.say)
			}
			d.inForce(3)
			d.reload()
			d.toldExactly(Refused)
		})
	}
}
