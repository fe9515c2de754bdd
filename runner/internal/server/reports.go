package server

import (
	"net/http"
	"time"
)

// duplicates lists the phones that two campaigns of the dialer share.
func (s *Server) duplicates(w http.ResponseWriter, r *http.Request) error {
	a, b := r.URL.Query().Get("a"), r.URL.Query().Get("b")
	if a == "" || b == "" {
		return refuse(http.StatusBadRequest, "name two campaigns of the dialer by their ids: ?a=…&b=…")
	}
	out, err := s.Office.Duplicates(r.Context(), a, b)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// sales are those of each team by status.
func (s *Server) sales(w http.ResponseWriter, r *http.Request) error {
	out, err := s.Office.Sales(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// progression is how far an agent is toward the targets of a month.
func (s *Server) progression(w http.ResponseWriter, r *http.Request) error {
	agent, month := r.URL.Query().Get("agent"), r.URL.Query().Get("month")
	if agent == "" {
		return refuse(http.StatusBadRequest, "name an agent by username: ?agent=…&month=2025-04")
	}
	if _, err := time.Parse("2006-01", month); err != nil {
		return refuse(http.StatusBadRequest, "month is %q: write a year and a month, such as 2025-04", month)
	}
	out, err := s.Office.Progression(r.Context(), agent, month)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}
