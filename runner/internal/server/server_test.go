package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

func TestReadTokens(t *testing.T) {
	t.Parallel()
	tokens, err := ReadTokens(strings.NewReader("# for the dialer\nwebhook aaaaaaaaaaaaaaaa\n\nwebhook bbbbbbbbbbbbbbbb\r\n  admin\tcccccccccccccccc\n"))
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]Role{"aaaaaaaaaaaaaaaa": Webhook, "bbbbbbbbbbbbbbbb": Webhook, "cccccccccccccccc": Admin, "aaaaaaaaaaaaaaa": "", "": "", "admin": ""} {
		if got, ok := tokens.role(given); got != want || ok != (want != "") {
			t.Errorf("%q has role %q, %v; want %q", given, got, ok, want)
		}
	}
	for text, fault := range map[string]string{
		"":                            "holds no token",
		"# nothing\n":                 "holds no token",
		"read\n":                      "line 1 has 1 words",
		"\nroot secret-secret-secret": "line 2 begins with no role",
		"read secret":                 "line 1: the token has less than 16 characters",
		"read secret-secret-secret\nadmin secret-secret-secret": "line 2: the token stands further up",
	} {
		if _, err := ReadTokens(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), fault) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q and no token in it", text, err, fault)
		}
	}
}

// Who may do what, over all roles.
func TestRoles(t *testing.T) {
	t.Parallel()
	tokens, err := ReadTokens(strings.NewReader("webhook webhook-webhook-\nread read-read-read-read-\noperator operator-operator-\nadmin admin-admin-admin-\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[Role]string{Webhook: "webhook admin", Read: "read operator admin", Operator: "operator admin", Admin: "admin"}
	for need, may := range want {
		var got []string
		for _, one := range []string{"webhook-webhook-", "read-read-read-read-", "operator-operator-", "admin-admin-admin-"} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", "Bearer "+one)
			if tokens.admit(r, need) == nil {
				role, _, _ := strings.Cut(one, "-")
				got = append(got, role)
			}
		}
		if strings.Join(got, " ") != may {
			t.Errorf("%q may be done by %v, want %s", need, got, may)
		}
	}
}

// Each token has requests of its own, and who has none takes none of them.
func TestLimits(t *testing.T) {
	t.Parallel()
	tokens, err := ReadTokens(strings.NewReader("webhook aaaaaaaaaaaaaaaa\nread bbbbbbbbbbbbbbbb\n"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	l := newLimits(5, tokens)
	allowed := func(token string) (n int) {
		for range 100 {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("X-Api-Key", token)
			if l.allow(r, now) == nil {
				n++
			}
		}
		return n
	}
	if got := []int{allowed("stranger"), allowed("another"), allowed("aaaaaaaaaaaaaaaa"), allowed("bbbbbbbbbbbbbbbb")}; !slices.Equal(got, []int{10, 0, 10, 10}) {
		t.Errorf("at once: %v", got)
	}
	now = now.Add(time.Second)
	if got := []int{allowed("aaaaaaaaaaaaaaaa"), allowed("stranger")}; !slices.Equal(got, []int{5, 5}) {
		t.Errorf("a second later: %v", got)
	}
	if err := newLimits(0, tokens).allow(httptest.NewRequest(http.MethodGet, "/", nil), now); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

// The document has every route and no other, and says who may ask.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Description string
			Security    *[]any
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(openAPIDocument, &document); err != nil {
		t.Fatal(err)
	}
	described := map[string]string{} // role by route
	for path, methods := range document.Paths {
		for method, operation := range methods {
			if len(operation.Responses) == 0 {
				t.Errorf("%s %s has no response", method, path)
			}
			role, _, _ := strings.Cut(strings.TrimPrefix(operation.Description, "Role "), ".")
			if operation.Security != nil {
				role = ""
			}
			described[strings.ToUpper(method)+" "+path] = role
		}
	}
	routes := map[string]string{}
	for _, r := range (&Server{Office: nowhere{}}).routes() {
		routes[strings.Replace(r.pattern, "{$}", "", 1)] = string(r.need)
	}
	if document.OpenAPI != "3.1.0" || !maps.Equal(described, routes) {
		t.Errorf("version %s describes\n%v, and there are\n%v", document.OpenAPI, described, routes)
	}
	var refs []string
	for _, part := range strings.Split(string(openAPIDocument), `"$ref": "#/components/`)[1:] {
		ref, _, _ := strings.Cut(part, `"`)
		refs = append(refs, ref)
	}
	var whole struct{ Components map[string]map[string]any }
	if err := json.Unmarshal(openAPIDocument, &whole); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		kind, name, _ := strings.Cut(ref, "/")
		if whole.Components[kind][name] == nil {
			t.Errorf("nothing is called %s", ref)
		}
	}
}

// Without tokens only this machine is answered, by a name of its own.
func TestOnlyLocal(t *testing.T) {
	t.Parallel()
	h := onlyLocal(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "example.org": 403, "example.org:8080": 403, "": 403,
	} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Host = host
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%q: %d, want %d", host, w.Code, want)
		}
	}
}

// A service that is to end finishes the request at hand and takes no other.
func TestServeEndsGracefully(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		end()
		// The listener is closed before requests are waited for.
		for {
			conn, err := new(net.Dialer).DialContext(r.Context(), "tcp", listener.Addr().String())
			if err != nil {
				break
			}
			conn.Close()
		}
		_ = answer(w, http.StatusOK, "done")
	})
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, h, slog.New(slog.DiscardHandler)) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "\"done\"\n" {
		t.Errorf("answer %q, %v", body, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

type nowhere struct{ Office }

// A report that cannot be stored does not take with it those that come at the
// same time.
func TestQueueSeparatesTheBad(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	first, begun := make(chan struct{}), make(chan struct{})
	var sizes []int // written by whoever has the turn
	var once sync.Once
	q := newQueue(func(records []crm.Record) ([]dispatch.Ended, error) {
		once.Do(func() { close(begun); <-first })
		sizes = append(sizes, len(records))
		ended := make([]dispatch.Ended, len(records))
		for i, r := range records {
			if r.ID == "13" {
				return nil, bad
			}
			ended[i].ID = r.ID
		}
		return ended, nil
	})
	var all sync.WaitGroup
	send := func(id string) {
		all.Go(func() {
			ended, err := q.add(crm.Record{ID: id})
			if id == "13" && !errors.Is(err, bad) || id != "13" && (err != nil || ended.ID != id) {
				t.Errorf("%s: %v, %v", id, ended, err)
			}
		})
	}
	send("0")
	<-begun
	for i := 1; i <= 20; i++ {
		send(fmt.Sprint(i))
	}
	for waiting := 0; waiting < 20; {
		q.mu.Lock()
		waiting = len(q.waiting)
		q.mu.Unlock()
	}
	close(first)
	all.Wait()
	if want := append([]int{1, 20}, slices.Repeat([]int{1}, 20)...); !slices.Equal(sizes, want) {
		t.Errorf("batches of %v, want %v", sizes, want)
	}
}
