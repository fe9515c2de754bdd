package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func leases(t *testing.T, s *store.Store) {
	ctx := t.Context()
	acquire := func(owner string, now, until crm.Instant, want crm.Lease, given bool) crm.Lease {
		t.Helper()
		l, ok, err := s.Acquire(ctx, "publish", owner, now, until)
		must(t, err)
		same(t, "lease for "+owner, l, want)
		same(t, "given to "+owner, ok, given)
		return l
	}
	first := acquire("a", 0, 100, crm.Lease{Name: "publish", Owner: "a", Fence: 1, Until: 100}, true)
	acquire("b", 99, 300, first, false)
	acquire("a", 50, 150, crm.Lease{Name: "publish", Owner: "a", Fence: 1, Until: 150}, true)
	acquire("b", 149, 300, crm.Lease{Name: "publish", Owner: "a", Fence: 1, Until: 150}, false)
	second := acquire("b", 150, 300, crm.Lease{Name: "publish", Owner: "b", Fence: 2, Until: 300}, true)
	if err := s.Release(ctx, first); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing a lost lease is %v, want crm.ErrConflict", err)
	}
	acquire("a", 160, 400, second, false)
	must(t, s.Release(ctx, second))
	if err := s.Release(ctx, second); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing twice is %v, want crm.ErrConflict", err)
	}
	third := acquire("b", 170, 400, crm.Lease{Name: "publish", Owner: "b", Fence: 3, Until: 400}, true)
	stale := third
	stale.Fence = 2
	if err := s.Release(ctx, stale); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing under an old fence is %v, want crm.ErrConflict", err)
	}
	if _, _, err := s.Acquire(ctx, "publish", "", 0, 1); err == nil {
		t.Error("a lease without owner was given")
	}
}

func leaseRace(t *testing.T, s *store.Store) {
	for round := range crm.Instant(5) {
		holders := make([]crm.Lease, 8)
		given := make([]bool, 8)
		var all sync.WaitGroup
		for i := range holders {
			all.Go(func() {
				var err error
				holders[i], given[i], err = s.Acquire(context.Background(), "tick", fmt.Sprintf("%d-%d", int64(round), i), round*10, round*10+10)
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		owners := 0
		for i := range holders {
			same(t, "all see one holder", holders[i], holders[0])
			if given[i] {
				owners++
			}
		}
		same(t, "owners", owners, 1)
		same(t, "fence", holders[0].Fence, int64(round)+1)
	}
}
