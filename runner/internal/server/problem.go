package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"callsheet/runner/internal/crm"
)

// Refusal is a request that is not done: the status and what the client may
// know of the reason.
type Refusal struct {
	Status int
	Detail string
}

// Error is the detail.
func (r *Refusal) Error() string { return r.Detail }

func refuse(status int, format string, args ...any) error {
	return &Refusal{status, fmt.Sprintf(format, args...)}
}

// refusal is what a client is told of an error. Of what went wrong inside it
// learns nothing: the log has it.
func refusal(err error) *Refusal {
	var known *Refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, crm.ErrNotFound):
		return &Refusal{http.StatusNotFound, "there is none of this id"}
	case errors.Is(err, crm.ErrConflict), errors.Is(err, crm.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return &Refusal{http.StatusServiceUnavailable, "too many want the same at once: send it again"}
	}
	return &Refusal{http.StatusInternalServerError, "the service failed and nothing is lost: send it again; its log says why"}
}

// problem writes a refusal as a problem document (RFC 9457). Its type is
// about:blank: the title is that of the status.
func problem(w http.ResponseWriter, r *Refusal) {
	switch r.Status {
	case http.StatusUnauthorized:
		w.Header().Add("WWW-Authenticate", "Bearer")
		w.Header().Add("WWW-Authenticate", `Basic realm="callsheet: any name, the token as password", charset="UTF-8"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	}
	write(w, r.Status, "application/problem+json", struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{"about:blank", http.StatusText(r.Status), r.Status, r.Detail})
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, value any) error {
	write(w, status, "application/json", value)
	return nil
}

func write(w http.ResponseWriter, status int, kind string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, kind, text = http.StatusInternalServerError, "text/plain", []byte(err.Error())
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(text)+1))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Whoever asked may be gone.
	_, _ = w.Write(append(text, '\n'))
}
