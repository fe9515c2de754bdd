package server

import (
	"net/http"
	"strconv"
	"time"
)

// logged counts every request and writes it to the log: by its route and
// never its path or query, in which somebody may have put a phone number.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &witness{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		took := time.Since(began)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		s.count.requests.WithLabelValues(route, strconv.Itoa(seen.status)).Inc()
		s.count.seconds.WithLabelValues(route).Observe(took.Seconds())
		s.Log.Info("request", "route", route, "status", seen.status, "ms", took.Milliseconds())
	})
}

// witness remembers the status of an answer.
type witness struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status and passes it on.
func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *witness) Unwrap() http.ResponseWriter { return w.ResponseWriter }
