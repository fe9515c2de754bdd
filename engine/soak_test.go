package engine

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"callsheet/engine/expression"
)

// Edits of every kind while others evaluate: nobody sees a torn book, every
// good edit comes into force, and nothing is left running. With
// CALLSHEET_TEST_SOAK set there are a thousand.
func TestReloadSoak(t *testing.T) {
	edits := 200
	if os.Getenv("CALLSHEET_TEST_SOAK") != "" {
		edits = 1000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 7))
	k := &shelf{}
	d := opened(t, k)
	d.told = make(chan Change, 10*edits)
	running := runtime.NumGoroutine()
	d.eventsOnly()
	d.engine.quiet, d.engine.limit, d.engine.poll = time.Millisecond, 20*time.Millisecond, 5*time.Millisecond
	stop := d.watch()

	var readers sync.WaitGroup
	var evaluated atomic.Int64
	done := make(chan struct{})
	for range 8 {
		readers.Go(func() {
			var book *RuleBook
			var batch *expression.Batch
			for {
				select {
				case <-done:
					return
				default:
				}
				if now := d.engine.Book(); now != book {
					book, batch = now, now.Schema.NewBatch(0)
				}
				// The edits keep these two equal; a torn book would not.
				pvi, _ := book.Campaign("PVI")
				most := pvi.MaxPerSlot
				if most > 3 && (len(pvi.Include) != 1 || pvi.Include[0].Source() != fmt.Sprintf("lead.score > %d", most)) {
					t.Errorf("PVI takes %d calls under %v", most, pvi.Include)
				}
				batch.Reset(64)
				book.Classify(batch, time.UnixMilli(1_795_413_600_000))
				evaluated.Add(1)
				time.Sleep(200 * time.Microsecond)
			}
		})
	}

	good := d.text("campaigns.yaml")
	form := func(n int) []byte {
		said := fmt.Appendf(nil, "max_per_slot: %d\n    include:\n      good:\n        when: lead.score > %d\n", n, n)
		return bytes.Replace(good, []byte("max_per_slot: 3\n"), said, 1)
	}
	last := 3
	for n := 1; n <= edits; n++ {
		text := form(1000 + n)
		switch r.IntN(6) {
		case 0: // invalid
			d.write("campaigns.yaml", bytes.Replace(text, []byte("lead.score"), []byte("lead.scroe"), 1))
		case 1: // half-written
			d.write("campaigns.yaml", text[:r.IntN(len(text))])
		case 2: // deleted
			_ = os.Remove(d.path("campaigns.yaml"))
		case 3: // renamed away
			_ = os.Rename(d.path("campaigns.yaml"), d.path("campaigns.yaml~"))
		case 4: // by another name first
			d.write(".campaigns.new", text)
			d.must(os.Rename(d.path(".campaigns.new"), d.path("campaigns.yaml")))
			last = 1000 + n
		default:
			d.write("campaigns.yaml", text)
			last = 1000 + n
		}
		if last != 1000+n && r.IntN(3) > 0 {
			continue
		}
		if last != 1000+n {
			d.write("campaigns.yaml", text)
			last = 1000 + n
		}
		// Some edits are looked at by whoever asks, others by the watch alone.
		if n%7 == 0 {
			d.reload()
		}
		for patience := time.Now().Add(10 * time.Second); most(t, d.engine.Book()) != last; time.Sleep(time.Millisecond) {
			if time.Now().After(patience) {
				t.Fatalf("edit %d is lost: PVI takes %d calls, want %d (%+v)", n, most(t, d.engine.Book()), last, d.engine.Status().Rejected)
			}
		}
	}
	close(done)
	readers.Wait()
	stop()
	if evaluated.Load() == 0 {
		t.Error("nobody evaluated anything")
	}
	applied := 1 // at the start
	for len(d.told) > 0 {
		c := <-d.told
		var faults *Faults
		switch {
		case c.Kind == Applied:
			applied++
		case c.Kind == Refused && !errors.As(c.Faults, &faults):
			t.Errorf("refused for %v", c.Faults)
		}
	}
	if len(k.saved) != applied {
		t.Errorf("%d books were kept, %d came into force", len(k.saved), applied)
	}
	for patience := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > running; runtime.Gosched() {
		if time.Now().After(patience) {
			t.Fatalf("%d goroutines, %d before the watch", runtime.NumGoroutine(), running)
		}
	}
}
