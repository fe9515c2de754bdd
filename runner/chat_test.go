package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
)

// room is a chat that takes notes, over HTTP.
type room struct {
	*httptest.Server
	heard chan string // texts, with the query before them
}

// newRoom answers as do says before it takes a note.
func newRoom(t *testing.T, do func(w http.ResponseWriter, r *http.Request) bool) *room {
	t.Helper()
	room := &room{heard: make(chan string, 10)}
	room.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var note map[string]string
		if err != nil || json.Unmarshal(text, &note) != nil || len(note) != 1 || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("posted %s %s (%v)", r.Method, text, err)
		}
		if do(w, r) {
			room.heard <- r.URL.Path + "?" + r.URL.RawQuery + " " + note["text"]
		}
	}))
	t.Cleanup(room.Close)
	return room
}

// enter lets a service tell the room.
func (v *service) enter(r *room) *chat {
	v.Helper()
	c, err := newChat(func(name string) string {
		return map[string]string{chatURL: r.URL + "/hooks/T1?key=s3cret"}[name]
	}, v.Logf)
	if err != nil {
		v.Fatal(err)
	}
	// One that is slow to answer has heard all the same, and would hear it twice.
	c.service.Timeout, c.service.Pause = time.Minute, time.Millisecond
	v.session.admission.chat = c
	return c
}

// reload looks at the files, which has to do what is said.
func (v *service) reload(want engine.ChangeKind) {
	v.Helper()
	if change, err := v.session.rules.Reload(v.Context()); err != nil || change.Kind != want {
		v.Errorf("%s %v, %v; want %s", change.Kind, change.Faults, err, want)
	}
}

// What becomes of edits is told once each: refused, in force, and waiting.
func TestChatNotes(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:00:00")
	tries := 0
	room := newRoom(t, func(w http.ResponseWriter, _ *http.Request) bool {
		if tries++; tries == 1 { // it is asked again
			w.WriteHeader(http.StatusBadGateway)
		}
		return tries > 1
	})
	v.enter(room)
	heard := func(want ...string) {
		t.Helper()
		got := <-room.heard
		for _, text := range append(want, "/hooks/T1?key=s3cret ") {
			if !strings.Contains(got, text) {
				t.Errorf("the note lacks %q:\n%s", text, got)
			}
		}
		for _, personal := range []string{"Durand", "Moreau", "0199", "33199", "99 00"} {
			if strings.Contains(got, personal) {
				t.Errorf("the note holds %q:\n%s", personal, got)
			}
		}
	}
	v.edit("every: 2m", "evry: 2m")
	v.reload(engine.Refused)
	v.reload(engine.Refused) // and told once
	heard("REJECTED  edit of 2026-11-23 09:00", "campaigns.yaml:", "`evry`", "Mend it and save")

	v.edit("evry: 2m", "every: 2m")
	v.edit("max_per_slot: 3\n", "max_per_slot: 4\n    guardrails: {max_leads: 3}\n")
	v.reload(engine.Applied)
	heard(" changes: campaigns.PVI.max_per_slot 3 → 4", "and new: campaigns.PVI.guardrails", "no campaign chooses other leads", "Guardrails: fine", "is in force.")

	v.edit("PVI_SOON, PVS, PVM]\n    slots: [M, A, E]", "PVI_SOON, PVS, PVM, PVB]\n    slots: [M, A, E]")
	v.reload(engine.Waiting)
	heard(" proposes: campaigns.PVI.segments", "PVI 4 → 5 leads (+1 −0, +25 %)", "PVI would choose 5 leads instead of 4, more than 3", "Tests: none", "Example: L5 PVI: not chosen → chosen", "It waits:", "callsheet apply --allow PVI")
	select {
	case text := <-room.heard:
		t.Errorf("told too much: %s", text)
	default:
	}
}

// A chat that does not answer keeps nobody waiting.
func TestChatHangs(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "09:00:00")
	tried := make(chan struct{}, 100)
	room := newRoom(t, func(_ http.ResponseWriter, r *http.Request) bool {
		tried <- struct{}{}
		<-r.Context().Done() // the other side gives up
		return false
	})
	told := make(chan string, 20)
	c := v.enter(room)
	c.trouble = func(format string, args ...any) { told <- fmt.Sprintf(format, args...) }
	c.service.Timeout = time.Hour // of one try: who waits for the chat never comes back
	v.edit("every: 2m", "evry: 2m")
	v.reload(engine.Refused)
	<-tried
	v.edit("evry: 2m", "every: 2m")
	v.reload(engine.Mended)
	for range cap(c.notes) + 1 { // more than wait for it
		c.say("note")
	}
	if text := <-told; !strings.Contains(text, "too many notes") {
		t.Error(text)
	}
	c.stop() // as the end does after a while
	if text := <-told; strings.Contains(text, "s3cret") {
		t.Errorf("the address is told: %s", text)
	}
}

// The address is a secret, and goes nowhere in the clear.
func TestChatAddress(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "chat")
	if err := os.WriteFile(file, []byte("https://chat.example.org/hooks/s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":      {nil, ""},
		"file":      {map[string]string{chatURL + "_FILE": file}, ""},
		"machine":   {map[string]string{chatURL: "http://127.0.0.1:8065/hooks/x"}, ""},
		"clear":     {map[string]string{chatURL: "http://chat.example.org/s3cret"}, "write https"},
		"no scheme": {map[string]string{chatURL: "chat.example.org/s3cret"}, "https"},
		"both":      {map[string]string{chatURL: "https://a.example.org/s3cret", chatURL + "_FILE": file}, "leave one of them out"},
		"no file":   {map[string]string{chatURL + "_FILE": file + "x"}, "no such file"},
	} {
		got, err := newChat(func(name string) string { return c.env[name] }, t.Logf)
		if c.want == "" && (err != nil || (got == nil) != (c.env == nil)) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s: %v, %v", name, got != nil, err)
		}
	}
}
