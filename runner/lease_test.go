package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// aging is a real store whose leases end by a clock of the test.
type aging struct {
	*store.Store
	clock func() time.Time

	mu   sync.Mutex
	held map[string]lasting
}

type lasting struct {
	owner string
	until time.Time
}

func newAging(s *store.Store, clock func() time.Time) *aging {
	return &aging{Store: s, clock: clock, held: map[string]lasting{}}
}

func (s *aging) Acquire(ctx context.Context, name, owner string, last time.Duration) (crm.Lease, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was := s.held[name]; was.owner != "" && !s.clock().Before(was.until) {
		if _, _, err := s.Store.Acquire(ctx, name, was.owner, 0); err != nil {
			return crm.Lease{}, false, err
		}
	}
	time.Sleep(2 * time.Millisecond) // a renewal shows in the milliseconds of the database
	l, ok, err := s.Store.Acquire(ctx, name, owner, time.Hour)
	if ok {
		s.held[name] = lasting{owner, s.clock().Add(last)}
	}
	return l, ok, err
}

func (s *aging) Release(ctx context.Context, l crm.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, l.Name)
	return s.Store.Release(ctx, l)
}

// watchman is a guard over a real store whose clock moves when it sleeps;
// meanwhile comes after each sleep.
func watchman(t *testing.T, meanwhile func(g *guard, slept time.Duration)) *guard {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	g := &guard{store: newAging(storetest.SQLite(t), clock), name: loopName, owner: "second", clock: clock}
	slept := time.Duration(0)
	g.sleep = func(ctx context.Context, d time.Duration) error {
		now, slept = now.Add(d), slept+d
		meanwhile(g, slept)
		return ctx.Err()
	}
	return g
}

// hold takes the lease for somebody else.
func hold(t *testing.T, g *guard, owner string) crm.Lease {
	t.Helper()
	other := *g
	other.owner = owner
	l, ok, err := other.acquire(t.Context())
	if err != nil || !ok {
		t.Fatalf("%s does not get the lease: %v, %v", owner, l, err)
	}
	return l
}

func TestLeaseOfADeadProcess(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	g := watchman(t, func(_ *guard, slept time.Duration) { waited = slept })
	dead := hold(t, g, "first")
	l, err := g.take(t.Context())
	if err != nil || l.Owner != "second" || l.Fence != dead.Fence+1 || waited > leaseTime {
		t.Errorf("after %s the lease is %+v, %v; want it at the next fence within %s", waited, l, err, leaseTime)
	}
}

func TestLeaseOfALivingProcess(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	g := watchman(t, func(g *guard, slept time.Duration) {
		if waited = slept; slept%leaseBeat == 0 {
			hold(t, g, "first")
		}
	})
	hold(t, g, "first")
	if _, err := g.take(t.Context()); err == nil || !strings.Contains(err.Error(), "another cf-campaign-loop is at work (first)") || waited > leaseTime {
		t.Errorf("after %s: %v; want who holds it", waited, err)
	}
}

func TestLeaseThatIsGivenBack(t *testing.T) {
	t.Parallel()
	var first crm.Lease
	g := watchman(t, func(g *guard, slept time.Duration) {
		if slept == leasePoll {
			if err := g.store.Release(t.Context(), first); err != nil {
				t.Error(err)
			}
		}
	})
	first = hold(t, g, "first")
	if l, err := g.take(t.Context()); err != nil || l.Owner != "second" {
		t.Errorf("the lease is %+v, %v", l, err)
	}
}

// Whoever was suspended for longer than the lease and finds it taken stops.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	late := false
	g := watchman(t, func(g *guard, _ time.Duration) {
		if !late {
			late = true
			suspended := g.clock().Add(time.Minute)
			g.clock = func() time.Time { return suspended }
			g.store.(*aging).clock = g.clock
			hold(t, g, "third")
		}
	})
	l, err := g.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := g.keep(t.Context(), l); !errors.Is(err, errLeaseLost) || !strings.Contains(err.Error(), "third has taken over") {
		t.Errorf("keep is %v, want that third has the lease", err)
	}
}

// unluckyStore cannot be reached for some time.
type unluckyStore struct {
	*guard
	from, until time.Time
}

func (s unluckyStore) Acquire(ctx context.Context, name, owner string, last time.Duration) (crm.Lease, bool, error) {
	if at := s.clock(); !at.Before(s.from) && at.Before(s.until) {
		return crm.Lease{}, false, crm.ErrBusy
	}
	return s.guard.store.Acquire(ctx, name, owner, last)
}

func (s unluckyStore) Release(ctx context.Context, l crm.Lease) error {
	return s.guard.store.Release(ctx, l)
}

// A database that is busy for a moment costs no lease, one that is for longer
// does.
func TestLeaseWhileTheDatabaseIsBusy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		busy time.Duration
		lost bool
	}{{5 * time.Second, false}, {20 * time.Second, true}} {
		ctx, cancel := context.WithCancel(t.Context())
		g := watchman(t, func(_ *guard, slept time.Duration) {
			if slept > time.Minute {
				cancel()
			}
		})
		l, err := g.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		behind := *g
		g.store = unluckyStore{&behind, g.clock(), g.clock().Add(test.busy)}
		if err := g.keep(ctx, l); errors.Is(err, errLeaseLost) != test.lost || !test.lost && err != nil {
			t.Errorf("busy for %s: %v, want the lease lost: %v", test.busy, err, test.lost)
		}
		cancel()
	}
}

// Processes whose clocks are five minutes apart keep each other out as others
// do: the one that is ahead does not take what is held, and the one behind does
// not wait longer for what a dead one held.
func TestLeaseOfSkewedClocks(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*store.Store{"SQLite": storetest.SQLite(t), "PostgreSQL": storetest.OnPostgres(t)} {
		for _, skew := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
			process := func(owner string, skew time.Duration) *guard {
				return &guard{store: s, name: loopName, owner: owner, clock: func() time.Time { return time.Now().Add(skew) }, sleep: sleep}
			}
			first, second := process("first", 0), process("second", skew)
			l := hold(t, first, "first")
			if held, ok, err := second.acquire(t.Context()); err != nil || ok || held.Owner != "first" {
				t.Errorf("%s, %s: a lease that is held is %+v, %v, %v", name, skew, held, ok, err)
			}
			if _, ok, err := s.Acquire(t.Context(), loopName, "first", 0); err != nil || !ok { // it dies, and time passes
				t.Fatal(ok, err)
			}
			taken, ok, err := second.acquire(t.Context())
			if err != nil || !ok || taken.Fence != l.Fence+1 {
				t.Errorf("%s, %s: after its end the lease is %+v, %v, %v", name, skew, taken, ok, err)
			}
			if err := s.Under(l).PutAgents(t.Context(), []crm.Agent{{Username: "late"}}); !errors.Is(err, crm.ErrConflict) {
				t.Errorf("%s, %s: who was late writes: %v", name, skew, err)
			}
			if err := s.Release(t.Context(), taken); err != nil {
				t.Error(err)
			}
		}
	}
}
