// Package server is the service of a call centre over HTTP: the reports of
// calls and the leads that come in, what people and programs read and start,
// and what runs it. Every answer comes after the commit that it tells of.
package server

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/intake"
)

// Server answers requests to one call centre.
type Server struct {
	Desk   *dispatch.Desk
	Store  Store
	Rules  Rules
	Office Office
	// Parser reads reports of calls, Fields are the custom fields of leads, both
	// as a rule book wants them.
	Parser func(*engine.RuleBook) (*intake.CallParser, error)
	Fields func(*engine.RuleBook) []intake.Custom
	// Tokens say who may do what; without them everybody may do everything.
	Tokens *Tokens
	// Secrets are the keys of signed webhooks, Push says which messages of Pub/Sub
	// are taken; without them, none are.
	Secrets *Secrets
	Push    *Push
	// Rate is how many requests a second each token may make, and twice as many
	// at once; 0 is any.
	Rate  float64
	Clock func() time.Time
	Log   *slog.Logger // gets no personal data

	calls  *queue
	count  *counters
	limits *limits
}

// Store is what the service itself reads of the database.
type Store interface {
	Lead(ctx context.Context, id string) (*crm.Lead, error)
	PlannedCalls(ctx context.Context, leadIDs []string) (map[string]crm.Call, error)
	OpenRuns(ctx context.Context) ([]crm.Run, error)
	UnpublishedFiles(ctx context.Context) ([]crm.File, error)
	PutEvent(ctx context.Context, e crm.Event) (added bool, err error)
}

// Rules keeps a rule book in force; it is [engine.Engine].
type Rules interface {
	Book() *engine.RuleBook
	Status() engine.Status
	Reload(ctx context.Context) (engine.Change, error)
}

// Office does what commands do, and answers with the JSON that they print. An
// error that the client may know is a *Refusal.
type Office interface {
	Rank(ctx context.Context, r Ranking) (json.RawMessage, error)
	Lead(ctx context.Context, id string) (json.RawMessage, error)
	// Explain is for all campaigns where none is named.
	Explain(ctx context.Context, id, campaign string) (json.RawMessage, error)
	Funnel(ctx context.Context, campaign string) (json.RawMessage, error)
	// Plan says what the rule files would change.
	Plan(ctx context.Context) (json.RawMessage, error)
	Start(ctx context.Context, campaign string) (json.RawMessage, error)
	Stop(ctx context.Context, campaign string) (json.RawMessage, error)
	// Duplicates are the phones that two campaigns of the dialer share.
	Duplicates(ctx context.Context, a, b string) (json.RawMessage, error)
	Sales(ctx context.Context) (json.RawMessage, error)
	// Progression is that of an agent in a month such as 2025-04.
	Progression(ctx context.Context, agent, month string) (json.RawMessage, error)
}

// Ranking says which leads of a ranking are wanted.
type Ranking struct {
	Limit   int
	Segment string // empty: any
	Where   string // a condition of the rule language; empty: none
}

// route is what a method on a path does and who may do it.
type route struct {
	pattern string
	need    Role // empty: everybody
	do      func(w http.ResponseWriter, r *http.Request) error
}

func (s *Server) routes() []route {
	return []route{
		{"POST /v1/calls", Webhook, s.postCall},
		{"POST /v1/leads", Webhook, s.postLead},
		{"POST /v1/pubsub", "", s.postPubSub},
		{"GET /v1/ranking", Read, s.ranking},
		{"GET /v1/leads/{id}", Read, s.lead},
		{"GET /v1/leads/{id}/explain", Read, s.explain},
		{"GET /v1/campaigns/{id}/funnel", Read, s.funnel},
		{"GET /v1/campaigns", Read, s.campaigns},
		{"GET /v1/plan", Read, s.plan},
		{"GET /v1/duplicates", Read, s.duplicates},
		{"GET /v1/reports/sales", Read, s.sales},
		{"GET /v1/reports/progression", Read, s.progression},
		{"POST /v1/campaigns/{type}/start", Operator, s.operate(s.Office.Start)},
		{"POST /v1/campaigns/{type}/stop", Operator, s.operate(s.Office.Stop)},
		{"GET /healthz", "", s.healthy},
		{"GET /readyz", "", s.ready},
		{"GET /metrics", Read, s.metrics},
		{"POST /-/reload", Admin, s.reload},
		{"GET /openapi.json", "", openAPI},
		{"GET /{$}", Read, s.index},
	}
}

// Handler is the service. It is called once.
func (s *Server) Handler() http.Handler {
	s.calls, s.count = newQueue(s.apply), newCounters(s)
	s.limits = newLimits(s.Rate, s.Tokens)
	mux := http.NewServeMux()
	for _, route := range s.routes() {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			err := s.admit(r, route.need)
			if err == nil {
				err = route.do(w, r)
			}
			if err != nil {
				s.fail(w, r, err)
			}
		})
	}
	// A page of somebody else's must not make a browser that knows the token
	// start campaigns.
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, &Refusal{http.StatusForbidden, "the request comes from a page of another site"})
	}))
	h := own.Handler(explained(mux))
	if s.Tokens == nil {
		h = onlyLocal(h)
	}
	return s.logged(h)
}

// admit says why a request may not be answered; nil when it may.
func (s *Server) admit(r *http.Request, need Role) error {
	now := s.Clock()
	switch {
	case need == "":
		return nil
	case need == Webhook && s.Secrets.asked(r):
		err := s.Secrets.verify(r, now)
		return cmp.Or(s.limits.allowSigned(err == nil, now), err)
	}
	return cmp.Or(s.limits.allow(r, now), s.Tokens.admit(r, need))
}

// onlyLocal refuses requests that were meant for another host: a page of
// somebody else's can have its name lead to this machine, and a browser then
// takes the service for a part of it.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		if host != "localhost" && !net.ParseIP(host).IsLoopback() {
			problem(w, &Refusal{http.StatusForbidden, "without tokens the service answers to localhost alone"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fail tells the client, and the log when it was the service that failed.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	told := refusal(err)
	// Where nobody waits any more, nothing has failed.
	if told.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.Error("request failed", "route", r.Pattern, "error", err)
	}
	problem(w, told)
}

// explained answers with problem documents where the mux finds no route.
func explained(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		verdict := verdict{header: http.Header{}}
		h.ServeHTTP(&verdict, r)
		if allow := verdict.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		problem(w, &Refusal{verdict.status, "see /openapi.json for the routes"})
	})
}

// verdict is the status of an answer that nobody gets.
type verdict struct {
	header http.Header
	status int
}

// Header is the header of the answer.
func (v *verdict) Header() http.Header { return v.header }

// Write drops the body.
func (v *verdict) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader keeps the status.
func (v *verdict) WriteHeader(status int) { v.status = status }
