package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// road is the way to a PostgreSQL server. Until it is calm, what goes over it
// is late, and now and then is lost with its connection: a statement that never
// arrives as well as the answer to one that did, above all to a commit.
type road struct {
	dsn    string // of the near end
	calm   atomic.Bool
	broken atomic.Int64
	mu     sync.Mutex
	random *rand.Rand
}

const (
	losesOne = 400                  // one package in so many is lost
	atCommit = 20                   // one answer to a commit in so many
	longest  = 1 * time.Millisecond // that a package is late
)

// newRoad leads to a server that listens on a socket in a folder.
func newRoad(t *testing.T, dsn string, random *rand.Rand) *road {
	t.Helper()
	far, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	near, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &road{random: random, dsn: "postgres://callsheet@" + near.Addr().String() + far.Path + "?sslmode=disable"}
	socket := far.Query().Get("host") + "/.s.PGSQL.5432"
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := near.Accept()
			if err != nil {
				return
			}
			all.Go(func() { r.carry(ctx, conn, socket) })
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = near.Close()
		all.Wait()
	})
	return r
}

// carry joins a connection to the server until one of them ends.
func (r *road) carry(ctx context.Context, near net.Conn, socket string) {
	far, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil { // the server is being restarted
		_ = near.Close()
		return
	}
	end := func() { _ = near.Close(); _ = far.Close() }
	defer context.AfterFunc(ctx, end)()
	var both sync.WaitGroup
	var committing atomic.Bool // and not answered yet
	both.Go(func() {
		defer end()
		r.pass(far, near, func(text []byte) int {
			committing.Store(bytes.Contains(text, []byte("commit\x00")))
			return losesOne
		})
	})
	both.Go(func() {
		defer end()
		r.pass(near, far, func([]byte) int {
			if committing.Load() {
				return atCommit
			}
			return losesOne
		})
	})
	both.Wait()
}

// pass hands on what comes, until something is lost: one package in as many as
// odds says.
func (r *road) pass(to, from net.Conn, odds func(text []byte) int) {
	text := make([]byte, 64<<10)
	for {
		n, err := from.Read(text)
		if err != nil {
			return
		}
		if !r.calm.Load() {
			late, lost := r.draw(odds(text[:n]))
			time.Sleep(late)
			if lost {
				r.broken.Add(1)
				return
			}
		}
		if _, err := to.Write(text[:n]); err != nil {
			return
		}
	}
}

func (r *road) draw(odds int) (late time.Duration, lost bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Duration(r.random.Int64N(int64(longest))), r.random.IntN(odds) == 0
}
