package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"callsheet/runner/internal/remote"
)

const key = "s3cret-key"

// at is a service at an address, in a hurry.
func at(t *testing.T, address string) *remote.Service {
	t.Helper()
	s, err := remote.New("the CRM", address, key)
	if err != nil {
		t.Fatal(err)
	}
	s.Timeout, s.Pause = 200*time.Millisecond, time.Millisecond
	return s
}

// answering is a server that answers the n-th request, from 1, as do says; it
// counts them.
func answering(t *testing.T, do func(n int, w http.ResponseWriter, r *http.Request)) (*remote.Service, *atomic.Int64) {
	t.Helper()
	n := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		do(int(n.Add(1)), w, r)
	}))
	t.Cleanup(server.Close)
	return at(t, server.URL), n
}

var agents = remote.Request{Method: http.MethodGet, Path: []string{"crm", "agents"}, Query: map[string][]string{"team": {"a & b"}}}

func TestAskCarriesKeyAndQuestion(t *testing.T) {
	t.Parallel()
	s, n := answering(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode([]string{r.Method, r.URL.EscapedPath(), r.URL.Query().Get("team"), r.Header.Get("X-Api-Key"), r.Header.Get("Idempotency-Key"), string(body)})
	})
	question := remote.Request{
		Method: http.MethodPut, Path: []string{"contacts", "a/../b?c"}, Query: agents.Query,
		Header: map[string]string{"Idempotency-Key": "k1"}, Body: map[string]string{"assignedAgent": "s1"},
	}
	var got []string
	if err := s.Ask(t.Context(), question, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"PUT", "/contacts/a%2F..%2Fb%3Fc", "a & b", key, "k1", `{"assignedAgent":"s1"}`}
	if fmt.Sprint(got) != fmt.Sprint(want) || int(n.Load()) != 1 {
		t.Errorf("the service heard %q in %d requests, want %q", got, int(n.Load()), want)
	}
	if err := s.Ask(t.Context(), remote.Request{Method: http.MethodGet, Path: []string{"contacts", ".."}}, nil); err == nil || int(n.Load()) != 1 {
		t.Errorf("a part that leads elsewhere: %v", err)
	}
}

// What may pass is tried four times, the rest once.
func TestAskTriesAgain(t *testing.T) {
	t.Parallel()
	status := func(code int) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name  string
		do    func(n int, w http.ResponseWriter, r *http.Request)
		tries int
		says  string // empty: no error
	}{
		{"500 once", func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				w.WriteHeader(http.StatusInternalServerError)
			}
			_, _ = io.WriteString(w, "[]")
		}, 2, ""},
		{"500 always", status(500), 4, "the CRM answers 500 Internal Server Error"},
		{"503", status(503), 4, "the CRM answers 503 Service Unavailable"},
		{"401", status(401), 1, "the CRM answers 401 Unauthorized: the key is missing or not allowed to do that"},
		{"404", status(404), 1, "the CRM answers 404 Not Found"},
		{"another address", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, 1, "it sends us to another address"},
		{"slow", func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 4, "the CRM: no answer within 200ms"},
		{"slow in the middle", func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `["s1",`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, 4, "the CRM: no answer within 200ms"},
		{"broken JSON", func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `["Zoé Secret",`) }, 4, "not the JSON that is expected: it breaks at byte"},
		{"a page instead", func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `<html>Zoé Secret`) }, 4, "not the JSON that is expected"},
		{"another shape", func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"data":["Zoé Secret"]}`)
		}, 4, "not the JSON that is expected"},
		{"hung up", func(_ int, w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, 4, "the CRM: no answer: EOF"},
		{"asked to wait for long", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, 1, "the CRM answers 429 Too Many Requests"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, n := answering(t, c.do)
			var got []string
			err := s.Ask(t.Context(), agents, &got)
			if int(n.Load()) != c.tries {
				t.Errorf("%d tries, want %d", int(n.Load()), c.tries)
			}
			switch {
			case c.says == "":
				if err != nil {
					t.Error(err)
				}
			case err == nil || !strings.Contains(err.Error(), c.says):
				t.Errorf("error %v, want %q", err, c.says)
			case strings.Contains(err.Error(), key), strings.Contains(err.Error(), "Secret"), strings.Contains(err.Error(), "team"):
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

func TestAskWaitsAsLongAsItIsAsked(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"1", "date"} {
		s, n := answering(t, func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				text := header
				if header == "date" {
					text = time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat)
				}
				w.Header().Set("Retry-After", text)
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		begin := time.Now()
		err := s.Ask(t.Context(), agents, nil)
		if took := time.Since(begin); err != nil || int(n.Load()) != 2 || took < 900*time.Millisecond {
			t.Errorf("Retry-After %s: %v after %d tries and %s", header, err, int(n.Load()), took)
		}
	}
}

func TestDeadPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	err = at(t, "http://"+address).Ask(t.Context(), agents, nil)
	if err == nil || !strings.Contains(err.Error(), "connection refused") || !remote.Passing(err) || remote.StatusOf(err) != 0 {
		t.Errorf("a dead port is %v", err)
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, n := answering(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusInternalServerError)
	})
	s.Pause = time.Hour
	if err := s.Ask(ctx, agents, nil); !errors.Is(err, context.Canceled) || int(n.Load()) != 1 {
		t.Errorf("%v after %d tries", err, int(n.Load()))
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, key, says string }{
		{"https://crm.example", key, ""},
		{"http://127.0.0.1:80/base", key, ""},
		{"http://crm.example", "", ""},
		{"http://crm.example", key, "the key would go to crm.example for everybody to read"},
		{"crm.example", key, "not of the form https://host"},
		{"ftp://crm.example", key, "not of the form https://host"},
		{"https://u:hunter2@crm.example", key, "holds a user or a password"},
		{"https://crm.example?token=hunter2", key, "not of the form https://host"},
		{"https://crm.example", "two\nlines", "the key is not one word"},
	} {
		_, err := remote.New("the CRM", c.address, c.key)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", c.address, err, c.says)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), key)) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}
