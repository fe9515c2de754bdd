package server

import (
	"context"
	"net/http"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// unknownContact is what became of the first report of a call to somebody whom
// nobody knows: it is stored and changes nothing.
const unknownContact = "unknown_contact"

// postCall applies the report of a call that ended.
func (s *Server) postCall(w http.ResponseWriter, r *http.Request) error {
	object, err := body(r)
	if err != nil {
		return err
	}
	fields, err := texts(object, intake.CallFields())
	if err != nil {
		return err
	}
	book := s.Rules.Book()
	parser, err := s.Parser(book)
	if err != nil {
		return err
	}
	parser.Now = s.Clock
	record, err := parser.Parse(fields)
	if err != nil {
		s.count.calls.WithLabelValues("unusable").Inc()
		return refuse(http.StatusUnprocessableEntity, "the report cannot be stored: %v", err)
	}
	ended, err := s.calls.add(record)
	if err != nil {
		return err
	}
	told := tell(book, &ended)
	s.count.calls.WithLabelValues(told.Result).Inc()
	return answer(w, http.StatusOK, told)
}

// apply is what the queue does with reports. It ends whatever becomes of those
// who sent them: they share one commit.
func (s *Server) apply(records []crm.Record) ([]dispatch.Ended, error) {
	return s.Desk.CallsEnded(context.Background(), s.Rules.Book(), records, s.Clock())
}

// told is what became of a report.
type told struct {
	Call       string `json:"call"`
	Result     string `json:"result"` // new, duplicate, corrected or unknown_contact
	Lead       string `json:"lead,omitempty"`
	Outcome    string `json:"outcome,omitempty"`
	Reinstated bool   `json:"reinstated,omitempty"`
	Next       *next  `json:"next_call,omitempty"`
	Held       string `json:"held,omitempty"`   // pack rule that forbids a further call
	Review     string `json:"review,omitempty"` // why somebody has to look at the lead
	Suppressed bool   `json:"suppressed,omitempty"`
	Cancelled  int    `json:"cancelled_calls,omitempty"`
}

// next is the call that is planned for a lead.
type next struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Campaign string `json:"campaign,omitempty"` // empty: any that takes the lead
	DueAt    string `json:"due_at"`
	Agent    string `json:"agent,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

func tell(book *engine.RuleBook, e *dispatch.Ended) told {
	result := e.Report
	if result == dispatch.ReportNew && e.LeadID == "" {
		result = unknownContact
	}
	return told{
		Call: e.ID, Result: result, Lead: e.LeadID, Outcome: e.Outcome, Reinstated: e.Reinstated, Next: plannedCall(book, e.Next),
		Held: e.Held, Review: e.Review, Suppressed: e.Suppressed, Cancelled: e.Cancelled,
	}
}

func plannedCall(book *engine.RuleBook, c *crm.Call) *next {
	if c == nil {
		return nil
	}
	return &next{c.ID, c.Kind, c.Campaign, local(book, c.DueAt), c.Agent, c.Reason}
}
