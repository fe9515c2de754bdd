package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// postLead receives one lead: typed, segmented, scored and planned.
func (s *Server) postLead(w http.ResponseWriter, r *http.Request) error {
	m, err := s.message(r, crm.EventLeads)
	if err != nil {
		return err
	}
	out, err := s.takeLead(r.Context(), m)
	if err != nil {
		return s.keep(r.Context(), w, m, err)
	}
	status := http.StatusOK
	if out.Result == "new" {
		status = http.StatusCreated
	}
	return answer(w, status, out)
}

// takeLead receives a lead. A message that has an id does so once, however often
// it comes. An error that is a *flaw is counted.
func (s *Server) takeLead(ctx context.Context, m message) (received, error) {
	book, now := s.Rules.Book(), s.Clock()
	incoming, err := s.readLead(book, m)
	if err != nil {
		s.count.leads.WithLabelValues(dead).Inc()
		return received{}, err
	}
	// Whoever has sent the lead may be gone before it is stored: it counts.
	ctx = context.WithoutCancel(ctx)
	var got dispatch.Received
	var known bool
	if m.given == "" {
		got, err = s.Desk.Receiver(book).Receive(ctx, []dispatch.Incoming{incoming}, now)
	} else {
		e := crm.Event{ID: m.id(), Source: m.source, ReceivedAt: crm.At(now)}
		got, known, err = s.Desk.Receiver(book).ReceiveEvent(ctx, e, incoming, now)
	}
	if err != nil {
		return received{}, err
	}
	result := "unchanged"
	switch {
	case known:
		result = "duplicate"
	case got.New > 0:
		result = "new"
	case got.Changed > 0:
		result = "changed"
	}
	s.count.leads.WithLabelValues(result).Inc()
	return s.received(ctx, book, incoming.ID, result, now)
}

// readLead reads a JSON object as a file of leads would be read; the error is a
// *flaw, or one of the rule book.
func (s *Server) readLead(book *engine.RuleBook, m message) (dispatch.Incoming, error) {
	if m.flaw != nil {
		return dispatch.Incoming{}, m.flaw
	}
	source, err := intake.NewSource("lead.json", bytes.NewReader(m.body), int64(len(m.body)))
	if err != nil {
		return dispatch.Incoming{}, &flaw{unusable, err.Error()}
	}
	reader, err := intake.Leads(source, s.Fields(book), intake.NewPhones(), book.Zone)
	if err != nil {
		return dispatch.Incoming{}, err
	}
	row, err := reader.Next()
	switch {
	case err != nil:
		return dispatch.Incoming{}, &flaw{unusable, "the lead cannot be read: " + err.Error()}
	case row.Reject != "":
		return dispatch.Incoming{}, &flaw{unusable, "the lead cannot be stored: " + row.Reject}
	}
	var l crm.Lead
	row.Set(&l, true)
	if max(len(row.ID), len(l.ContactID)) > longestID {
		return dispatch.Incoming{}, &flaw{unusable, fmt.Sprintf("the lead cannot be stored: its id or contact_id has more than %d bytes", longestID)}
	}
	return dispatch.Incoming{ID: row.ID, Set: row.Set}, nil
}

// received is what became of a lead, and how its score adds up.
type received struct {
	Lead      string             `json:"lead"`
	Result    string             `json:"result"` // new, changed, unchanged, or duplicate of an earlier message
	Status    string             `json:"status"`
	Type      string             `json:"type"`
	Segment   string             `json:"segment"`
	Group     string             `json:"group"`
	Score     int64              `json:"score"`
	Grade     string             `json:"grade"`
	Breakdown []engine.ScoreLine `json:"breakdown"` // adds up to the score now
	RuleBook  string             `json:"rule_book"`
	Next      *next              `json:"next_call,omitempty"`
}

func (s *Server) received(ctx context.Context, book *engine.RuleBook, id, result string, now time.Time) (received, error) {
	lead, err := s.Store.Lead(ctx, id)
	if err != nil {
		return received{}, err
	}
	planned, err := s.Store.PlannedCalls(ctx, []string{id})
	if err != nil {
		return received{}, err
	}
	lines, score := s.Desk.Breakdown(book, lead, now)
	out := received{
		Lead: id, Result: result, Status: lead.Status, Type: lead.Type, Segment: lead.Segment, Group: lead.Group, Score: score,
		Grade: lead.Grade, Breakdown: lines, RuleBook: book.Short(),
	}
	if call, ok := planned[id]; ok {
		out.Next = plannedCall(book, &call)
	}
	return out, nil
}

// lead tells everything about one lead, its phone masked.
func (s *Server) lead(w http.ResponseWriter, r *http.Request) error {
	out, err := s.Office.Lead(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// explain tells why a lead is called or not.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	out, err := s.Office.Explain(r.Context(), r.PathValue("id"), r.URL.Query().Get("campaign"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// funnel tells why a campaign has as many leads as it has.
func (s *Server) funnel(w http.ResponseWriter, r *http.Request) error {
	out, err := s.Office.Funnel(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// What a ranking shows when nothing is said, and at most.
const (
	usualLimit = 20
	maxLimit   = 1000
)

// ranking lists leads by score, best first.
func (s *Server) ranking(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	want := Ranking{Limit: usualLimit, Segment: query.Get("segment"), Where: query.Get("where")}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return refuse(http.StatusBadRequest, "limit is %q: write a number from 1 to %d", text, maxLimit)
		}
		want.Limit = n
	}
	out, err := s.Office.Rank(r.Context(), want)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// local is an instant as people of the call centre read it (RFC 3339).
func local(book *engine.RuleBook, i crm.Instant) string {
	return i.Time().In(book.Zone).Format(time.RFC3339)
}
