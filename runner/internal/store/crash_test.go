package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// A server that crashes and comes back while eight write loses nothing that it
// has confirmed. Who was about to write waits for it; who was about to be
// confirmed is told that nobody knows.
func TestServerCrashes(t *testing.T) {
	t.Parallel()
	dsn := storetest.Server(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const writers, crashes = 8, 2
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var confirmed, unsure []string
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				err := s.PutLeads(context.WithoutCancel(ctx), []crm.Arrival{{Lead: crm.Lead{ID: id}}})
				mu.Lock()
				switch {
				case err == nil:
					confirmed = append(confirmed, id)
				case strings.Contains(err.Error(), "nobody knows whether it was"):
					unsure = append(unsure, id)
				default:
					t.Errorf("lead %s: %v", id, err)
				}
				mu.Unlock()
			}
		})
	}
	more := func() {
		mu.Lock()
		n := len(confirmed)
		mu.Unlock()
		for range 4000 {
			mu.Lock()
			done := len(confirmed) > n+30
			mu.Unlock()
			if done {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("no more leads are confirmed")
	}
	more()
	for range crashes {
		killBackend(t, dsn)
		more()
	}
	cancel()
	all.Wait()
	for _, id := range confirmed {
		if _, err := s.Lead(t.Context(), id); err != nil {
			t.Errorf("confirmed and not there: %v", err)
		}
	}
	if len(unsure) > writers*crashes {
		t.Errorf("%d writes of unknown end, want one a writer and crash at most", len(unsure))
	}
	t.Logf("%d confirmed, %d unsure", len(confirmed), len(unsure))
}

// killBackend kills a process of the server, which then ends all others and
// recovers.
func killBackend(t *testing.T, dsn string) {
	t.Helper()
	for range 100 {
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			time.Sleep(50 * time.Millisecond) // it is still recovering
			continue
		}
		if err := syscall.Kill(int(conn.PgConn().PID()), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(context.Background())
		return
	}
	t.Fatal("the server does not come back")
}
