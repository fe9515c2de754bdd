package server

import (
	"errors"
	"net/http"
	"time"

	"callsheet/engine"
)

// healthy says that the process answers.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// standing is whether the service can work. Anybody may ask, so that of a
// edit that is refused or waits it tells no more than since when.
type standing struct {
	Status   string     `json:"status"` // ready, or degraded: an older rule book than the files say
	RuleBook string     `json:"rule_book"`
	Since    time.Time  `json:"since"`
	Refused  *time.Time `json:"edit_refused_at,omitempty"`
	Waiting  *time.Time `json:"edit_waiting_since,omitempty"`
}

// ready says whether requests can be answered. A refused edit of the rule
// files is no reason to send nobody here: the book before it works.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Store.OpenRuns(r.Context()); err != nil {
		s.Log.Error("not ready", "error", err)
		return refuse(http.StatusServiceUnavailable, "the database does not answer")
	}
	book, status := s.Rules.Book(), s.Rules.Status()
	out := standing{Status: "ready", RuleBook: book.Short(), Since: status.Since.In(book.Zone)}
	if status.Rejected != nil {
		at := status.Rejected.At.In(book.Zone)
		if status.Rejected.Waits() {
			out.Waiting = &at
		} else {
			out.Status, out.Refused = "degraded", &at
		}
	}
	return answer(w, http.StatusOK, out)
}

// plan tells what the rule files would change.
func (s *Server) plan(w http.ResponseWriter, r *http.Request) error {
	out, err := s.Office.Plan(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// reload looks at the rule files now.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) error {
	change, err := s.Rules.Reload(r.Context())
	if err != nil {
		return err
	}
	out := struct {
		Result   engine.ChangeKind `json:"result"` // unchanged, applied, waiting, refused or mended
		RuleBook string            `json:"rule_book"`
		Mistakes []engine.Fault    `json:"mistakes,omitempty"`
		Reason   string            `json:"reason,omitempty"`
	}{Result: change.Kind, RuleBook: s.Rules.Book().Short()}
	status := http.StatusOK
	switch change.Kind {
	case engine.Waiting:
		status, out.Reason = http.StatusAccepted, change.Faults.Error()
	case engine.Refused:
		status = http.StatusUnprocessableEntity
		var faults *engine.Faults
		if errors.As(change.Faults, &faults) {
			out.Mistakes = faults.List
		} else {
			out.Reason = change.Faults.Error()
		}
	}
	return answer(w, status, out)
}
