package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

// message is what somebody outside tells us of, once or several times.
type message struct {
	source string // of its event
	// given is the id that the sender gave it; empty when there is none.
	given string
	body  []byte // JSON
	// flaw is what keeps it from being read at all; nil when nothing does.
	flaw *flaw
}

// flaw is why a message can be of no use, however often it comes.
type flaw struct{ reason, detail string }

// Error is the detail.
func (f *flaw) Error() string { return f.detail }

// Reasons of dead events, beside [crm.EventUnknownContact].
const (
	notUTF8     = "not_utf8"      // the bytes are no UTF-8
	notAnObject = "not_an_object" // JSON, but no object
	wrongType   = "wrong_type"    // a list or an object where a text belongs, or a NUL
	unusable    = "unusable"      // cannot be stored: no id, no date, a column that there is not
	badEnvelope = "bad_envelope"  // what Pub/Sub brought holds no message
	unknownType = "unknown_type"  // a message of Pub/Sub whose type nobody knows
)

// message reads the one that a request brings.
func (s *Server) message(r *http.Request, source string) (message, error) {
	text, flaw, err := body(r)
	return message{source: source, given: r.Header.Get(idHeader), body: text, flaw: flaw}, err
}

// longestID is the most bytes of an id that somebody else gives: databases keep
// no index of longer ones.
const longestID = 256

// id is that of the event. A message without one is known by what it says.
func (m message) id() string {
	if m.given != "" && len(m.given) <= longestID && utf8.ValidString(m.given) && !strings.ContainsRune(m.given, 0) {
		return m.source + ":" + m.given
	}
	sum := sha256.Sum256(m.body)
	return m.source + ":" + hex.EncodeToString(sum[:])
}

// event is the message as it is stored when nothing can be done with it.
func (m message) event(now crm.Instant, f *flaw) crm.Event {
	e := crm.Event{ID: m.id(), Source: m.source, ReceivedAt: now, State: crm.EventDead, Reason: f.reason, Detail: f.detail, Body: string(m.body)}
	e.Phone, e.LeadID = m.person()
	return e
}

// person is whom the message is about, as far as it can be read: by that an
// erasure finds it.
func (m message) person() (phone, lead string) {
	var fields map[string]any
	if json.Unmarshal(m.body, &fields) != nil {
		return "", ""
	}
	first := func(names ...string) string {
		for _, name := range names {
			if text, _ := fields[name].(string); text != "" && len(text) <= longestID && !strings.ContainsRune(text, 0) {
				return strings.TrimSpace(text)
			}
		}
		return ""
	}
	found, _ := intake.NewPhones().Parse(first("contactPhone", "phone", "contact.phone"), first("postal_code", "lead.postal_code"))
	return found.E164, first("contactId", "id", "external_id", "lead.id")
}

// buried is the answer about a message that is kept as a dead event.
type buried struct {
	Result string `json:"result"` // dead
	Event  string `json:"event"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// dead is the result of messages that nothing can be done with.
const dead = "dead"

// keep stores a message that has a flaw, which err tells of, and answers that it
// is kept. Another error is given back.
func (s *Server) keep(ctx context.Context, w http.ResponseWriter, m message, err error) error {
	var f *flaw
	if !errors.As(err, &f) {
		return err
	}
	e := m.event(crm.At(s.Clock()), f)
	if _, err := s.Store.PutEvent(context.WithoutCancel(ctx), e); err != nil {
		return err
	}
	s.Log.Warn("a message is of no use: it is kept as a dead event", "source", e.Source, "reason", e.Reason)
	return answer(w, http.StatusAccepted, buried{dead, e.ID, e.Reason, e.Detail})
}
