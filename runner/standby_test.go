package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
)

// The service tells over a snapshot what plan tells over the database, and how
// old that is; an edit is held against its guardrails over the same.
func TestPlanOverSnapshot(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:00:00")
	leads := &standby{desk: v.session.admission.desk, clock: v.time}
	v.session.admission.compare = leads.compare
	v.edit("PVI_NOW, PVI_SOON, PVS, PVM]\n    slots: [M, A, E]", "PVI_NOW, PVI_SOON, PVS]\n    slots: [M, A, E]")

	status, text, said := v.ask("GET", "/v1/plan", readToken, "")
	if status != http.StatusOK || said["age_seconds"] != 0.0 {
		t.Fatalf("%d %s", status, text)
	}
	printed := mustRun(t, "--rules", v.rules, "--db", v.db, "--at", "2026-11-23T09:00:00", "-o", "json", "plan")
	var want, got bytes.Buffer
	if json.Compact(&want, []byte(printed)) != nil || json.Compact(&got, []byte(text)) != nil || want.String() != got.String() {
		t.Errorf("over HTTP %s\nfrom plan %s", got.String(), want.String())
	}

	// It lasts for twenty times what it took to take it.
	first := leads.last.Load()
	first.took = time.Second
	v.at("09:00:20")
	if _, _, said := v.ask("GET", "/v1/plan", readToken, ""); said["age_seconds"] != 20.0 || leads.last.Load() != first {
		t.Errorf("after 20 s: %v", said["age_seconds"])
	}
	v.at("09:00:21")
	if _, _, said := v.ask("GET", "/v1/plan", readToken, ""); said["age_seconds"] != 0.0 || leads.last.Load() == first {
		t.Errorf("after 21 s: %v", said["age_seconds"])
	}

	// An edit that comes into force takes the next one.
	if change, err := v.session.rules.Reload(t.Context()); err != nil || change.Kind != engine.Applied {
		t.Fatalf("%+v, %v", change, err)
	}
	v.edit("PVI_SOON, PVS]", "PVI_SOON]")
	if status, text, _ := v.ask("GET", "/v1/plan", readToken, ""); status != http.StatusOK || leads.last.Load().Book() != v.session.rules.Book() {
		t.Errorf("after an edit: %d %s", status, text)
	}

	v.edit("every: 2m", "evry: 2m")
	if status, text, said := v.ask("GET", "/v1/plan", readToken, ""); status != http.StatusUnprocessableEntity || !strings.Contains(text, "evry") || said["title"] == nil {
		t.Errorf("with a mistake: %d %s", status, text)
	}
	if status, _, _ := v.ask("GET", "/v1/plan", webhookToken, ""); status != http.StatusForbidden {
		t.Errorf("webhook: %d", status)
	}
}

// The service has a snapshot at hand before anybody asks.
func TestSnapshotAtHand(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:00:00")
	leads := &standby{desk: v.session.admission.desk, clock: v.time}
	done := make(chan struct{})
	go func() {
		defer close(done)
		leads.keep(t.Context(), v.session.rules, slog.New(slog.DiscardHandler))
	}()
	for leads.last.Load() == nil && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if n := leads.last.Load().Leads(); n != 7 {
		t.Errorf("%d planned calls", n)
	}
	t.Cleanup(func() { <-done }) // after the context of the test
}

// edit changes the campaigns of the service.
func (v *service) edit(from, to string) {
	v.Helper()
	path := filepath.Join(v.rules, "campaigns.yaml")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), from) {
		v.Fatalf("%s: no %q, %v", path, from, err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), from, to)), 0o600); err != nil {
		v.Fatal(err)
	}
}
