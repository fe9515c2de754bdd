package callity_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/callity"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// transcribers are a server that takes recordings as do says of the n-th
// request, from 1: the status that it answers, 0 when it is as it should be.
type transcribers struct {
	*httptest.Server
	do func(n int, w http.ResponseWriter, r *http.Request, keep func()) int

	mu    sync.Mutex
	taken map[string]int // how often each was taken
	asked []string
}

func newTranscribers(t *testing.T, do func(n int, w http.ResponseWriter, r *http.Request, keep func()) int) *transcribers {
	tr := &transcribers{do: do, taken: map[string]int{}}
	tr.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&call)
		tr.mu.Lock()
		tr.asked = append(tr.asked, r.Method)
		n, have := len(tr.asked), tr.taken[strings.TrimPrefix(r.URL.Path, "/calls/")] > 0
		tr.mu.Unlock()
		keep := func() {
			if r.Method == http.MethodPost && r.Header.Get("Idempotency-Key") == call.ID {
				tr.mu.Lock()
				defer tr.mu.Unlock()
				tr.taken[call.ID]++
			}
		}
		if status := tr.do(n, w, r, keep); status != 0 {
			w.WriteHeader(status)
			return
		}
		if r.Method == http.MethodGet && !have {
			w.WriteHeader(http.StatusNotFound)
		}
		keep()
	}))
	t.Cleanup(tr.Close)
	return tr
}

// sender sends over a store with calls of one hour, in a hurry.
func sender(t *testing.T, address string, calls int) (*callity.Sender, *store.Store) {
	t.Helper()
	st := storetest.SQLite(t)
	var records []crm.Record
	for i := range calls {
		records = append(records, crm.Record{ID: fmt.Sprintf("c%d", i+1), Revision: 1, EndedAt: crm.Some(crm.Instant(1000 + i)), RecordingRef: "rec", Outcome: "busy"})
	}
	if err := st.Apply(t.Context(), crm.Change{Records: records}); err != nil {
		t.Fatal(err)
	}
	service, err := remote.New("Callity", address, "key")
	if err != nil {
		t.Fatal(err)
	}
	service.Timeout = 300 * time.Millisecond
	return &callity.Sender{Store: st, Transcribers: &callity.Client{Service: service}, Pause: time.Millisecond}, st
}

func run(t *testing.T, s *callity.Sender) (states []string, err error) {
	t.Helper()
	items, err := s.Send(t.Context(), 0, 5000, time.UnixMilli(9000), func(int, int) {})
	for _, item := range items {
		states = append(states, strings.TrimSpace(item.Call+" "+item.State+" "+item.Reason))
	}
	return states, err
}

// However the service fails, it takes the recording once, and is asked before
// it is sent again.
func TestSentOnceOverAFailingService(t *testing.T) {
	t.Parallel()
	first := func(status int) func(int, http.ResponseWriter, *http.Request, func()) int {
		return func(n int, _ http.ResponseWriter, _ *http.Request, _ func()) int {
			if n == 1 {
				return status
			}
			return 0
		}
	}
	for _, c := range []struct {
		name string
		do   func(int, http.ResponseWriter, *http.Request, func()) int
		want string
	}{
		{"well", func(int, http.ResponseWriter, *http.Request, func()) int { return 0 }, "POST"},
		{"500", first(500), "POST GET POST"},
		{"500 and taken", func(n int, _ http.ResponseWriter, _ *http.Request, keep func()) int {
			if n == 1 {
				keep()
				return 500
			}
			return 0
		}, "POST GET"},
		{"slow and taken", func(n int, _ http.ResponseWriter, r *http.Request, keep func()) int {
			if n == 1 {
				keep()
				<-r.Context().Done()
				return 500
			}
			return 0
		}, "POST GET"},
		{"hung up and taken", func(n int, _ http.ResponseWriter, _ *http.Request, keep func()) int {
			if n == 1 {
				keep()
				panic(http.ErrAbortHandler)
			}
			return 0
		}, "POST GET"},
		{"429", func(n int, w http.ResponseWriter, _ *http.Request, _ func()) int {
			if n == 1 {
				w.Header().Set("Retry-After", "1")
				return http.StatusTooManyRequests
			}
			return 0
		}, "POST GET POST"},
		{"it knows the key already", func(n int, _ http.ResponseWriter, _ *http.Request, keep func()) int {
			if n == 1 {
				keep()
				return http.StatusConflict
			}
			return 0
		}, "POST GET"},
		{"it cannot be asked at first", func(n int, _ http.ResponseWriter, _ *http.Request, keep func()) int {
			if n == 1 {
				keep()
			}
			if n < 3 {
				return 503
			}
			return 0
		}, "POST GET GET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := newTranscribers(t, c.do)
			s, _ := sender(t, tr.URL, 1)
			states, err := run(t, s)
			if diff := cmp.Diff([]string{"c1 sent"}, states); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if got := strings.Join(tr.asked, " "); got != c.want || tr.taken["c1"] != 1 {
				t.Errorf("asked %s and taken %d times, want %s and once", got, tr.taken["c1"], c.want)
			}
			states, err = run(t, s)
			if diff := cmp.Diff([]string{"c1 skipped already_sent"}, states); err != nil || diff != "" {
				t.Errorf("again: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// One that is refused for good waits for the next run, and so do those after
// it once three in a row have failed.
func TestWhatIsLeft(t *testing.T) {
	t.Parallel()
	broken := true
	tr := newTranscribers(t, func(_ int, _ http.ResponseWriter, r *http.Request, _ func()) int {
		if broken && r.Method == http.MethodPost {
			return http.StatusUnprocessableEntity
		}
		return 0
	})
	s, _ := sender(t, tr.URL, 5)
	states, err := run(t, s)
	want := []string{"c1 failed", "c2 failed", "c3 failed", "c4 left", "c5 left"}
	if diff := cmp.Diff(want, states); err == nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	broken = false
	states, err = run(t, s)
	want = []string{"c1 sent", "c2 sent", "c3 sent", "c4 sent", "c5 sent"}
	if diff := cmp.Diff(want, states); err != nil || diff != "" {
		t.Errorf("mended: %v (-want +got):\n%s", err, diff)
	}
	if got := strings.Join(tr.asked, " "); got != "POST POST POST GET POST GET POST GET POST POST POST" {
		t.Errorf("asked %s", got)
	}
}

// Where nobody listens, one call is tried and the rest is left.
func TestSendingToADeadPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	s, _ := sender(t, "http://"+listener.Addr().String(), 3)
	states, err := run(t, s)
	if diff := cmp.Diff([]string{"c1 failed", "c2 left", "c3 left"}, states); err == nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
