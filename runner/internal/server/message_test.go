package server

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

// Whatever comes in is either no JSON or can be stored as an event: in texts
// that every database takes, and with ids and people that it can index.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"callId":"c-1","contactId":"L1","contactPhone":"01 99 00 00 01"}`, `{"callId":{"a":[1]}}`, `{"callId":"\u0000","id":"\ud800"}`, "{\"wrapup\":\"\xe9\"}",
		`{"message":{"messageId":"1","data":"e30=","attributes":{"type":"form"}}}`, `[1]`, `"x"`, `null`, `{}`, ``, `{"id":"` + strings.Repeat("9", 300) + `"}`,
	} {
		f.Add([]byte(seed), "id-1")
	}
	f.Fuzz(func(t *testing.T, text []byte, given string) {
		line, _, err := content(text)
		if err != nil {
			if json.Valid(text) {
				t.Errorf("%q is JSON and refused: %v", text, err)
			}
			return
		}
		m := message{source: crm.EventCalls, given: given, body: line}
		e := m.event(1, &flaw{unusable, "because"})
		if !json.Valid(line) || !json.Valid([]byte(e.Body)) {
			t.Errorf("%q becomes %q", text, e.Body)
		}
		for _, stored := range []string{e.ID, e.Phone, e.LeadID, e.Body} {
			if !utf8.ValidString(stored) || strings.ContainsRune(stored, 0) {
				t.Errorf("%q cannot be stored", stored)
			}
		}
		if len(e.ID) > len("calls:")+longestID || len(e.LeadID) > longestID || len(e.Phone) > 16 {
			t.Errorf("too long for an index: %q %q %q", e.ID, e.LeadID, e.Phone)
		}
		fields, err := texts(line, intake.CallFields())
		for name, value := range fields {
			if err == nil && (!utf8.ValidString(value) || strings.ContainsRune(value, 0)) {
				t.Errorf("%s is %q", name, value)
			}
		}
		for _, k := range []kind{{}, {source: "form"}, {source: "fsbo", needs: "callback_at"}} {
			lead := line
			if f := k.complete(&lead); f == nil && (!json.Valid(lead) || k.source != "" && !strings.Contains(string(lead), `"source":`) && !strings.Contains(string(lead), `source"`)) {
				t.Errorf("%q becomes %q", line, lead)
			}
		}
	})
}

func TestMessageID(t *testing.T) {
	t.Parallel()
	plain := message{source: crm.EventLeads, body: []byte(`{}`)}
	const hash = "leads:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // SHA-256 of {}
	for given, want := range map[string]string{
		"": hash, "m1": "leads:m1", "pubsub:1": "leads:pubsub:1", "\xff": hash, strings.Repeat("m", longestID+1): hash,
	} {
		m := plain
		if m.given = given; m.id() != want {
			t.Errorf("%q: %s, want %s", given, m.id(), want)
		}
	}
}
