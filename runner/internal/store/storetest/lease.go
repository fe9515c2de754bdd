package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func leases(t *testing.T, s *store.Store) {
	ctx := t.Context()
	acquire := func(owner string, last time.Duration, holder string, fence int64) crm.Lease {
		t.Helper()
		l, given, err := s.Acquire(ctx, "publish", owner, last)
		must(t, err)
		same(t, "lease for "+owner, []any{l.Name, l.Owner, l.Fence}, []any{"publish", holder, fence})
		same(t, "given to "+owner, given, owner == holder)
		return l
	}
	first := acquire("a", time.Hour, "a", 1)
	acquire("b", time.Hour, "a", 1)
	under := s.Under(first)
	must(t, under.PutAgents(ctx, []crm.Agent{{Username: "yes"}}))
	acquire("a", 0, "a", 1)
	second := acquire("b", time.Hour, "b", 2)
	if err := under.PutAgents(ctx, []crm.Agent{{Username: "late"}}); !isA(err, crm.ErrConflict) {
		t.Errorf("a step under a lost lease is %v, want crm.ErrConflict", err)
	}
	same(t, "agents", len(got[map[string]crm.Agent](t)(s.Agents(ctx))), 1)
	if err := s.Release(ctx, first); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing a lost lease is %v, want crm.ErrConflict", err)
	}
	acquire("a", time.Hour, "b", 2)
	must(t, s.Release(ctx, second))
	if err := s.Release(ctx, second); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing twice is %v, want crm.ErrConflict", err)
	}
	stale := acquire("b", time.Hour, "b", 3)
	stale.Fence = 2
	if err := s.Release(ctx, stale); !isA(err, crm.ErrConflict) {
		t.Errorf("releasing under an old fence is %v, want crm.ErrConflict", err)
	}
	if _, _, err := s.Acquire(ctx, "publish", "", 1); err == nil {
		t.Error("a lease without owner was given")
	}
}

func leaseRace(t *testing.T, s *store.Store) {
	for round := range int64(5) {
		holders := make([]crm.Lease, 8)
		given := make([]bool, 8)
		var all sync.WaitGroup
		for i := range holders {
			all.Go(func() {
				var err error
				holders[i], given[i], err = s.Acquire(context.Background(), "tick", fmt.Sprintf("%d-%d", round, i), time.Hour)
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
		same(t, "fence", holders[0].Fence, round+1)
		_, _, err := s.Acquire(t.Context(), "tick", holders[0].Owner, 0) // ends it
		must(t, err)
	}
}
