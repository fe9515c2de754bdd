package engine

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"testing"
)

var errLocked = errors.New("database is locked")

// admitted opens a desk whose edits pass a step, which the test may replace.
func admitted(t *testing.T, k Keeper) (d *desk, step *atomic.Pointer[Step], asked *atomic.Int32) {
	t.Helper()
	step, asked = &atomic.Pointer[Step]{}, &atomic.Int32{}
	d = emptyDesk(t)
	d.must(os.CopyFS(d.dir, os.DirFS("../fixtures/f0")))
	d.openWith(k, func(ctx context.Context, c Candidate) error {
		if c.InForce != nil {
			asked.Add(1)
		}
		if s := step.Load(); s != nil {
			return (*s)(ctx, c)
		}
		return nil
	})
	return d, step, asked
}

func (d *desk) openWith(k Keeper, steps ...Step) {
	d.Helper()
	e, err := d.tryWith(k, steps...)
	d.must(err)
	d.engine = e
}

func fails(err error) *Step {
	s := Step(func(context.Context, Candidate) error { return err })
	return &s
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	guarded := &Stopped{By: ByGuardrail, Reasons: []string{"PVI changes by 45 %", "see plan"}}
	k := &shelf{}
	d, step, asked := admitted(t, k)
	first := d.engine.Status().Version

	// What a step stops is not in force, is told once, and not asked again.
	step.Store(fails(guarded))
	d.edit("campaigns.yaml", "max_per_slot: 3", "max_per_slot: 4")
	refused := d.reload()
	if refused.Kind != Waiting || refused.Version != first || !errors.Is(refused.Faults, guarded) || refused.Refused == "" || refused.Refused == first {
		t.Errorf("%+v, want that it waits because of %v", refused, guarded)
	}
	d.reload()
	d.inForce(3)
	d.toldExactly(Waiting)
	k.savedExactly(t, first)
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	if r := d.engine.Status().Rejected; r == nil || r.Version != refused.Refused || r.Faults != error(guarded) {
		t.Errorf("status says %+v", r)
	}

	// Comments pass no step.
	d.edit("campaigns.yaml", "max_per_slot: 4", "max_per_slot: 3 # again")
	if c := d.reload(); c.Kind != Mended {
		t.Errorf("%s, want %s", c.Kind, Mended)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	d.toldExactly(Mended)

	// A yes is given elsewhere; Retry asks again.
	d.edit("campaigns.yaml", "max_per_slot: 3 # again", "max_per_slot: 4")
	d.reload()
	step.Store(nil)
	if c := d.reload(); c.Kind != Waiting {
		t.Errorf("%s, want that it still waits", c.Kind)
	}
	c, err := d.engine.Retry(t.Context())
	if err != nil || c.Kind != Applied {
		t.Errorf("%s, %v, want %s", c.Kind, err, Applied)
	}
	d.inForce(4)
	d.toldExactly(Waiting, Applied)
	if c, err := d.engine.Retry(t.Context()); err != nil || c.Kind != Unchanged {
		t.Errorf("%s, %v, want %s", c.Kind, err, Unchanged)
	}

	// Trouble may pass: the next look tries again.
	step.Store(fails(errLocked))
	d.edit("campaigns.yaml", "max_per_slot: 4", "max_per_slot: 5")
	if c, err := d.engine.Reload(t.Context()); c.Kind != Refused || !errors.Is(err, errLocked) {
		t.Errorf("%s, %v, want %s and %v", c.Kind, err, Refused, errLocked)
	}
	d.inForce(4)
	step.Store(nil)
	if c := d.reload(); c.Kind != Applied {
		t.Errorf("%s, want %s", c.Kind, Applied)
	}
	d.inForce(5)
}

// At the start, what a step stops gives way to the last good book; without one
// its error tells why.
func TestAdmissionAtTheStart(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	d, _, _ := admitted(t, k)
	tests := &Stopped{By: ByTests, Reasons: []string{"2 tests fail"}}
	d.edit("campaigns.yaml", "max_per_slot: 3", "max_per_slot: 4")
	d.openWith(k, *fails(tests))
	d.inForce(3)
	if r := d.engine.Status().Rejected; r == nil || !errors.Is(r.Faults, tests) {
		t.Errorf("status says %+v", r)
	}
	_, err := d.tryWith(&shelf{}, *fails(tests))
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.By != ByTests {
		t.Errorf("without a last good book: %v, want the tests", err)
	}
}

// What another process puts in force is in force here at the next look, and
// files that were decided on before do not flip it back.
func TestAdoption(t *testing.T) {
	t.Parallel()
	k := &shelf{}
	d, _, _ := admitted(t, k)
	d.edit("campaigns.yaml", "max_per_slot: 3", "max_per_slot: 4")
	d.reload()
	second := d.engine.Status().Version
	d.toldExactly(Applied)

	// Another process, over other files, goes back to the first book.
	other, _, _ := admitted(t, k)
	first := other.engine.Status().Version
	other.inForce(3)
	for range 3 {
		d.reload()
	}
	d.inForce(3)
	r := d.engine.Status().Rejected
	var stopped *Stopped
	if r == nil || r.Version != second || !errors.As(r.Faults, &stopped) || stopped.By != ByElsewhere {
		t.Errorf("status says %+v", r)
	}
	if c := <-d.told; c.Kind != Applied || c.Version != first || c.Was != second {
		t.Errorf("told %+v", c)
	}
	d.toldExactly()
	if c := other.reload(); c.Kind != Unchanged {
		t.Errorf("the other process says %s", c.Kind)
	}

	// Files that come to mean the same are well.
	d.edit("campaigns.yaml", "max_per_slot: 4", "max_per_slot: 3")
	if c := d.reload(); c.Kind != Mended {
		t.Errorf("%s, want %s", c.Kind, Mended)
	}
	// A new edit here is in force there.
	d.edit("campaigns.yaml", "max_per_slot: 3", "max_per_slot: 5")
	d.reload()
	other.reload()
	d.inForce(5)
	other.inForce(5)
	if n := len(slices.Compact(slices.Clone(k.saved))); n != 4 {
		t.Errorf("%d books were saved, want 4: %v", n, k.saved)
	}
}
