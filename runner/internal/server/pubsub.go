package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
)

// envelope is how Pub/Sub pushes a message:
// https://cloud.google.com/pubsub/docs/push#receive_push.
type envelope struct {
	Message *struct {
		ID         string            `json:"messageId"`
		Data       string            `json:"data"` // base64
		Attributes map[string]string `json:"attributes"`
	} `json:"message"`
}

// kind is what a message of Pub/Sub brings.
type kind struct {
	call bool
	// source is that of a lead that names none.
	source string
	// needs is the column without which a lead of this kind makes no sense.
	needs string
}

// kindNamed is the kind that the attribute "type" names.
func kindNamed(name string) (k kind, ok bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "call":
		return kind{call: true}, true
	case "lead":
		return kind{}, true
	case "estimation":
		return kind{source: "estimation"}, true
	case "form":
		return kind{source: "form"}, true
	case "callback_request":
		return kind{source: "fsbo", needs: "callback_at"}, true
	}
	return kind{}, false
}

// postPubSub takes what Pub/Sub pushes. A message that can be of no use is kept
// and answered well, so that it is not sent for ever; one that fails through us
// is answered badly, so that it comes again.
func (s *Server) postPubSub(w http.ResponseWriter, r *http.Request) error {
	if s.Push == nil {
		return refuse(http.StatusNotFound, "the service takes no pushes of Pub/Sub: set CALLSHEET_PUBSUB_AUDIENCE and CALLSHEET_PUBSUB_EMAIL")
	}
	err := s.Push.verify(r)
	if limit := s.limits.allowSigned(err == nil, s.Clock()); limit != nil {
		return limit
	}
	if err != nil {
		s.Log.Warn("a push of Pub/Sub is refused", "error", err)
		return refuse(http.StatusUnauthorized, "the token of the push does not hold: its audience and service account must be those of the service")
	}
	m, err := s.message(r, crm.EventPubSub)
	if err != nil {
		return err
	}
	out, err := s.takePush(r.Context(), &m)
	if err != nil {
		return s.keep(r.Context(), w, m, err)
	}
	return answer(w, http.StatusOK, out)
}

// takePush opens the envelope, after which m is the message in it, and does what
// it asks for.
func (s *Server) takePush(ctx context.Context, m *message) (any, error) {
	m.given = "" // headers are not Pub/Sub's
	if m.flaw != nil {
		return nil, m.flaw
	}
	var e envelope
	if err := json.Unmarshal(m.body, &e); err != nil || e.Message == nil {
		return nil, &flaw{badEnvelope, "the body is no push of Pub/Sub: it needs message.data and message.messageId, as a subscription with wrapped payload sends them"}
	}
	if m.given = e.Message.ID; m.given == "" {
		return nil, &flaw{badEnvelope, "message.messageId is empty"}
	}
	data, err := base64.StdEncoding.DecodeString(e.Message.Data)
	if err != nil {
		return nil, &flaw{badEnvelope, "message.data is no base64"}
	}
	inner := message{source: m.source, given: m.given}
	if inner.body, inner.flaw, err = content(data); err != nil {
		return nil, &flaw{badEnvelope, "message.data is no JSON"}
	}
	*m = inner // from here on a dead event holds the data alone
	if m.flaw != nil {
		return nil, m.flaw
	}
	k, err := kindOf(m.body, e.Message.Attributes["type"])
	switch {
	case err != nil:
		return nil, err
	case k.call:
		return s.takeCall(ctx, *m)
	}
	lead := *m
	lead.flaw = k.complete(&lead.body)
	return s.takeLead(ctx, lead)
}

// kindOf is what a message says that it is. One that does not say so is a call
// when it has a field that only calls have, else a lead.
func kindOf(body []byte, given string) (kind, error) {
	if given != "" {
		k, ok := kindNamed(given)
		if !ok {
			return kind{}, &flaw{unknownType, "the attribute type is none of call, lead, estimation, form and callback_request"}
		}
		return k, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return kind{}, &flaw{wrongType, err.Error()}
	}
	for name := range fields {
		if slices.Contains(intake.CallFields(), name) {
			return kind{call: true}, nil
		}
	}
	return kind{}, nil
}

// complete adds the source of a lead that names none, and says what it lacks.
func (k kind) complete(body *[]byte) *flaw {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(*body, &fields); err != nil || fields == nil {
		return &flaw{notAnObject, "it is no JSON object"}
	}
	named := func(name string) bool { return filledIn(fields[name]) || filledIn(fields["lead."+name]) }
	if k.needs != "" && !named(k.needs) {
		return &flaw{unusable, k.needs + " is empty: a callback request says when"}
	}
	if k.source == "" || named("source") {
		return nil
	}
	delete(fields, "source")
	delete(fields, "lead.source")
	fields["source"] = []byte(`"` + k.source + `"`)
	text, err := json.Marshal(fields)
	if err != nil {
		return &flaw{wrongType, err.Error()}
	}
	*body = text
	return nil
}

// filledIn says whether a JSON value says anything.
func filledIn(value json.RawMessage) bool {
	return len(value) > 0 && !bytes.Equal(value, []byte("null")) && !bytes.Equal(value, []byte(`""`))
}
