package voice_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
	"callsheet/runner/internal/voice"
)

func serve(t *testing.T, routes map[string]http.HandlerFunc) *remote.Service {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, do := range routes {
		mux.HandleFunc(pattern, do)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s, err := remote.New("the dialer's platform", server.URL, "key")
	if err != nil {
		t.Fatal(err)
	}
	s.Pause = time.Millisecond
	return s
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func TestTeam(t *testing.T) {
	t.Parallel()
	c := voice.CRM{Service: serve(t, map[string]http.HandlerFunc{"GET /crm/agents": says(`[
		{"id": "1", "username": "s1", "team": "support", "active": true}, {"id": 2, "username": "s2", "team": null, "active": false},
		{"id": "3", "username": "a1", "team": "sales", "active": true}, {"id": "4", "username": 4711, "active": true, "more": {}}, {"username": "s5"}]`)})}
	got, err := c.Team(t.Context(), "support")
	if err != nil {
		t.Fatal(err)
	}
	agent := func(name string, active bool) crm.Agent {
		return crm.Agent{Username: name, Active: active, Teams: []string{"support"}, Weight: 1}
	}
	want := []crm.Agent{agent("s1", true), agent("s2", false), agent("4711", true), agent("s5", false)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("agents (-want +got):\n%s", diff)
	}
	nameless := voice.CRM{Service: serve(t, map[string]http.HandlerFunc{"GET /crm/agents": says(`[{"id": "1", "active": true}]`)})}
	if _, err := nameless.Team(t.Context(), "support"); err == nil {
		t.Error("an agent without a name is taken")
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	d := voice.Dialer{Service: serve(t, map[string]http.HandlerFunc{"GET /voice/contacts": says(`[{"id": "1", "assignedAgent": "s1"}, {"id": 2, "assignedAgent": "s1"},
		{"id": "3", "assignedAgent": null}, {"id": "4", "assignedAgent": ""}, {"id": "5"}, {"id": "6", "assignedAgent": "s2"}]`)})}
	got, err := d.Load(t.Context(), "B")
	if diff := cmp.Diff(map[string]int{"s1": 2, "s2": 1}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// The agent changes and nothing else, by PATCH or by PUT of the whole contact.
func TestAssign(t *testing.T) {
	t.Parallel()
	const whole = `{"id":"C1","campaign_id":"A","phone":"+33199000001","retryDate":null,"assignedAgent":"a1","totalCalls":3,"other":{"kept":1.50}}`
	var heard map[string]any
	hears := func(_ http.ResponseWriter, r *http.Request) { _ = json.NewDecoder(r.Body).Decode(&heard) }
	patch := voice.Dialer{Service: serve(t, map[string]http.HandlerFunc{"PATCH /voice/contacts/C1": hears, "GET /voice/contacts/{id}": says(whole)})}
	if err := patch.Assign(t.Context(), "C1", "s1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"assignedAgent": "s1"}, heard); diff != "" {
		t.Errorf("PATCH (-want +got):\n%s", diff)
	}
	heard = nil
	put := voice.Dialer{Service: serve(t, map[string]http.HandlerFunc{"PUT /voice/contacts/C1": hears, "GET /voice/contacts/{id}": says(whole)})}
	if err := put.Assign(t.Context(), "C1", "s1"); err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	_ = json.Unmarshal([]byte(whole), &want)
	want["assignedAgent"] = "s1"
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("PUT (-want +got):\n%s", diff)
	}
	nobody := voice.Dialer{Service: serve(t, nil)}
	if err := nobody.Assign(t.Context(), "C1", "s1"); !errors.Is(err, crm.ErrNotFound) {
		t.Errorf("an unknown contact is %v", err)
	}
	if _, err := nobody.Contact(t.Context(), "C1"); !errors.Is(err, crm.ErrNotFound) {
		t.Errorf("an unknown contact is %v", err)
	}
}
