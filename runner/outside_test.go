package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// outsideKey opens the services of others in tests.
const outsideKey = "0utside-key"

// outside is the services of others, over one address: the CRM, the dialer's
// platform and the transcribers. It keeps what it is told and logs what it is
// asked.
type outside struct {
	*httptest.Server
	// before is asked before each request is done: the status that it fails
	// with, or 0. It may wait. After is told of requests that are done, before
	// they are answered.
	before atomic.Pointer[func(r *http.Request) int]
	after  atomic.Pointer[func(r *http.Request)]

	mu       sync.Mutex
	agents   []map[string]any
	contacts []map[string]any
	calls    map[string]string // what was sent of a call, by id
	keys     map[string]string // the Idempotency-Key of each
	log      []string
}

func newOutside() *outside {
	o := &outside{calls: map[string]string{}, keys: map[string]string{}}
	o.ahead(func(*http.Request) int { return 0 })
	o.behind(func(*http.Request) {})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /crm/agents", func(w http.ResponseWriter, r *http.Request) {
		o.list(w, o.agents, "team", r.URL.Query().Get("team"))
	})
	mux.HandleFunc("GET /voice/contacts", func(w http.ResponseWriter, r *http.Request) {
		o.list(w, o.contacts, "campaign_id", r.URL.Query().Get("campaignId"))
	})
	mux.HandleFunc("GET /voice/contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		if i := o.contact(r.PathValue("id")); i >= 0 {
			_ = json.NewEncoder(w).Encode(o.contacts[i])
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	mux.HandleFunc("PATCH /voice/contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		i := o.contact(r.PathValue("id"))
		if i < 0 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewDecoder(r.Body).Decode(&o.contacts[i])
	})
	mux.HandleFunc("POST /calls", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var call struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(text, &call)
		o.calls[call.ID], o.keys[call.ID] = string(text), r.Header.Get("Idempotency-Key")
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("GET /calls/{id}", func(w http.ResponseWriter, r *http.Request) {
		if text, ok := o.calls[r.PathValue("id")]; ok {
			_, _ = io.WriteString(w, text)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A server learns that a client is gone once it has read what that sent.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		status := (*o.before.Load())(r)
		if r.Header.Get("X-API-KEY") != outsideKey {
			status = http.StatusUnauthorized
		}
		answer := httptest.NewRecorder()
		o.mu.Lock()
		if status == 0 {
			mux.ServeHTTP(answer, r)
			status = answer.Code
		}
		o.log = append(o.log, fmt.Sprintf("%s %s %d", r.Method, r.URL.RequestURI(), status))
		o.mu.Unlock()
		(*o.after.Load())(r)
		w.WriteHeader(status)
		_, _ = answer.Body.WriteTo(w)
	}))
	return o
}

// ahead asks do before each request from now on.
func (o *outside) ahead(do func(r *http.Request) int) { o.before.Store(&do) }

// behind tells do of each request that is done from now on.
func (o *outside) behind(do func(r *http.Request)) { o.after.Store(&do) }

// list answers with the objects of which a field has a value.
func (o *outside) list(w io.Writer, all []map[string]any, field, value string) {
	some := []map[string]any{}
	for _, one := range all {
		if one[field] == value {
			some = append(some, one)
		}
	}
	_ = json.NewEncoder(w).Encode(some)
}

func (o *outside) contact(id string) int {
	return slices.IndexFunc(o.contacts, func(c map[string]any) bool { return c["id"] == id })
}

// assigned is the agent of a contact.
func (o *outside) assigned(id string) any {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.contacts[o.contact(id)]["assignedAgent"]
}

// asked is the requests that begin so, in order.
func (o *outside) asked(prefix string) (some []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, line := range o.log {
		if strings.HasPrefix(line, prefix) {
			some = append(some, line)
		}
	}
	return some
}

// environment is what tells a program where the services are.
func (o *outside) environment() []string {
	var all []string
	for _, variable := range []string{crmURL, voiceURL, callityURL} {
		all = append(all, variable+"="+o.URL, strings.TrimSuffix(variable, "_URL")+"_KEY="+outsideKey)
	}
	return all
}

// serveOutside starts the services of others for a script and tells the program
// where they are: outside NAME…, of crm, voice and callity. Agents and contacts
// are those of agents.json and contacts.json. A request whose method and path
// begin a line of fail.txt gets the status after it.
func serveOutside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: outside NAME…, of crm, voice and callity")
	}
	o := newOutside()
	ts.Defer(o.Close)
	for name, into := range map[string]*[]map[string]any{"agents.json": &o.agents, "contacts.json": &o.contacts} {
		if text, err := os.ReadFile(ts.MkAbs(name)); err == nil {
			ts.Check(json.Unmarshal(text, into))
		}
	}
	o.ahead(func(r *http.Request) int {
		text, _ := os.ReadFile(ts.MkAbs("fail.txt"))
		for line := range strings.Lines(string(text)) {
			var method, path string
			var status int
			if n, _ := fmt.Sscan(line, &method, &path, &status); n == 3 && method == r.Method && strings.HasPrefix(r.URL.Path, path) {
				return status
			}
		}
		return 0
	})
	// What has happened stands beside the script.
	o.behind(func(*http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		contacts, _ := json.Marshal(o.contacts)
		var calls strings.Builder
		for _, id := range slices.Sorted(maps.Keys(o.calls)) {
			fmt.Fprintf(&calls, "%s %s\n", o.keys[id], o.calls[id])
		}
		for name, text := range map[string]string{
			"asked.txt": strings.Join(o.log, "\n") + "\n", "contacts.txt": string(contacts) + "\n", "calls.txt": calls.String(),
		} {
			_ = os.WriteFile(filepath.Join(ts.MkAbs("."), name), []byte(text), 0o600)
		}
	})
	ts.Check(os.WriteFile(ts.MkAbs("outside.key"), []byte(outsideKey+"\n"), 0o600))
	for _, name := range args {
		variable := "CALLSHEET_" + strings.ToUpper(name)
		ts.Setenv(variable+"_URL", o.URL)
		ts.Setenv(variable+"_KEY_FILE", ts.MkAbs("outside.key"))
	}
}
