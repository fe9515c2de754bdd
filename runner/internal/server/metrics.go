package server

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// counters are what the service counts, in a registry of its own.
type counters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	calls    *prometheus.CounterVec
	leads    *prometheus.CounterVec
}

func newCounters(s *Server) *counters {
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	c := &counters{
		registry: prometheus.NewRegistry(),
		requests: vector("callsheet_http_requests_total", "Requests by route and status; 401 are those with a wrong token.", "route", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "callsheet_http_request_seconds", Help: "How long requests took.", Buckets: prometheus.DefBuckets,
		}, []string{"route"}),
		calls: vector("callsheet_calls_total", "Reports of calls by what became of them.", "result"),
		leads: vector("callsheet_leads_total", "Leads by what became of them.", "result"),
	}
	c.registry.MustRegister(c.requests, c.seconds, c.calls, c.leads, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), state{s})
	return c
}

// metrics tells what is counted, in the text format of Prometheus.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(s.count.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

// state tells Prometheus how things stand in the database.
type state struct{ *Server }

func (state) descriptions() (runs, files, refused, waiting *prometheus.Desc) {
	return prometheus.NewDesc("callsheet_open_runs", "Runs that are not stopped.", nil, nil),
		prometheus.NewDesc("callsheet_files_waiting", "Files that the dialer has not got yet.", nil, nil),
		prometheus.NewDesc("callsheet_rule_book_refused", "1 when the rule files are refused and an older rule book is in force.", nil, nil),
		prometheus.NewDesc("callsheet_rule_book_waiting", "1 when an edit of the rule files waits for somebody's yes.", nil, nil)
}

// Describe is for [prometheus.Collector].
func (s state) Describe(to chan<- *prometheus.Desc) {
	runs, files, refused, waiting := s.descriptions()
	to <- runs
	to <- files
	to <- refused
	to <- waiting
	for _, d := range ruleGauges() {
		to <- d
	}
}

// Collect is for [prometheus.Collector].
func (s state) Collect(to chan<- prometheus.Metric) {
	runs, files, refused, waiting := s.descriptions()
	gauge := func(d *prometheus.Desc, value int, err error) {
		if err != nil {
			to <- prometheus.NewInvalidMetric(d, err)
			return
		}
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value))
	}
	open, err := s.Store.OpenRuns(context.Background())
	gauge(runs, len(open), err)
	unpublished, err := s.Store.UnpublishedFiles(context.Background())
	gauge(files, len(unpublished), err)
	degraded, waits := 0, 0
	switch r := s.Rules.Status().Rejected; {
	case r == nil:
	case r.Waits():
		waits = 1
	default:
		degraded = 1
	}
	gauge(refused, degraded, nil)
	gauge(waiting, waits, nil)
	s.collectRules(to)
}
