package server

import (
	"context"
	"net/http"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// postCall applies the report of a call that ended.
func (s *Server) postCall(w http.ResponseWriter, r *http.Request) error {
	m, err := s.message(r, crm.EventCalls)
	if err != nil {
		return err
	}
	out, err := s.takeCall(r.Context(), m)
	if err != nil {
		return s.keep(r.Context(), w, m, err)
	}
	return answer(w, http.StatusOK, out)
}

// takeCall applies a report. One of a call to somebody whom nobody knows is
// stored as a dead event too. An error that is a *flaw is counted.
func (s *Server) takeCall(ctx context.Context, m message) (out told, err error) {
	book := s.Rules.Book()
	record, err := s.readCall(book, m)
	if err != nil {
		s.count.calls.WithLabelValues(dead).Inc()
		return told{}, err
	}
	ended, err := s.calls.add(record)
	if err != nil {
		return told{}, err
	}
	if ended.LeadID == "" {
		e := m.event(crm.At(s.Clock()), &flaw{crm.EventUnknownContact, "nobody knows contactId or contactPhone: import the lead, or the contact with its crm_id"})
		e.ID = crm.EventCalls + ":" + record.Hash // the same report is the same event, whoever brings it
		if _, err := s.Store.PutEvent(context.WithoutCancel(ctx), e); err != nil {
			return told{}, err
		}
	}
	out = tell(book, &ended)
	s.count.calls.WithLabelValues(out.Result).Inc()
	return out, nil
}

// readCall makes a record of a report; the error is a *flaw, or one of the rule
// book.
func (s *Server) readCall(book *engine.RuleBook, m message) (crm.Record, error) {
	if m.flaw != nil {
		return crm.Record{}, m.flaw
	}
	fields, err := texts(m.body, intake.CallFields())
	if err != nil {
		return crm.Record{}, err
	}
	parser, err := s.Parser(book)
	if err != nil {
		return crm.Record{}, err
	}
	parser.Now = s.Clock
	record, err := parser.Parse(fields)
	if err != nil {
		return crm.Record{}, &flaw{unusable, "the report cannot be stored: " + err.Error()}
	}
	return record, nil
}

// apply is what the queue does with reports. It ends whatever becomes of those
// who sent them: they share one commit.
func (s *Server) apply(records []crm.Record) ([]dispatch.Ended, error) {
	return s.Desk.CallsEnded(context.Background(), s.Rules.Book(), records, s.Clock())
}

// told is what became of a report that could be stored.
type told struct {
	Call       string  `json:"call"`
	Result     string  `json:"result"` // new, duplicate, corrected or unknown_contact
	Lead       string  `json:"lead,omitempty"`
	Outcome    string  `json:"outcome,omitempty"`
	Reinstated bool    `json:"reinstated,omitempty"`
	Next       *next   `json:"next_call,omitempty"`
	Held       string  `json:"held,omitempty"`   // pack rule that forbids a further call
	Review     string  `json:"review,omitempty"` // why somebody has to look at the lead
	Transfer   *handed `json:"transfer,omitempty"`
	Suppressed bool    `json:"suppressed,omitempty"`
	Cancelled  int     `json:"cancelled_calls,omitempty"`
}

// handed is who gets a contact that is handed over.
type handed struct {
	State string `json:"state"`           // pending: somebody is chosen in a moment
	Agent string `json:"agent,omitempty"` // empty: not chosen yet, or nobody is there
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
		result = crm.EventUnknownContact
	}
	var transfer *handed
	if e.Transfer != nil {
		transfer = &handed{e.Transfer.State, e.Transfer.Agent}
	}
	return told{
		Call: e.ID, Result: result, Lead: e.LeadID, Outcome: e.Outcome, Reinstated: e.Reinstated, Next: plannedCall(book, e.Next),
		Held: e.Held, Review: e.Review, Transfer: transfer, Suppressed: e.Suppressed, Cancelled: e.Cancelled,
	}
}

func plannedCall(book *engine.RuleBook, c *crm.Call) *next {
	if c == nil {
		return nil
	}
	return &next{c.ID, c.Kind, c.Campaign, local(book, c.DueAt), c.Agent, c.Reason}
}
