package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The service is built, loaded and killed, and nothing is lost or doubled.
func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("building and starting the program takes a while: run without -short")
	}
	var out bytes.Buffer
	o := options{clients: 16, services: 2, calls: 2000, kill: true, dir: t.TempDir(), least: 1, slowest: time.Minute}
	if err := run(t.Context(), &out, o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, part := range []string{"16 clients, 2 services, 2000 reports", "killed    with SIGKILL", "0 reports lost, 0 counted twice, 0 leads without exactly one call"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the report lacks %q:\n%s", part, out.String())
		}
	}
}

// A service that runs already gets nothing unless somebody says so.
func TestLoadAsks(t *testing.T) {
	asked := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the service is asked") }))
	defer asked.Close()
	err := run(t.Context(), io.Discard, options{url: asked.URL, clients: 1, calls: 2})
	if err == nil || !strings.Contains(err.Error(), "2 invented leads") {
		t.Errorf("%v, want a warning", err)
	}
}

// What will not do is said.
func TestJudge(t *testing.T) {
	l := &measured{took: 11 * time.Second, outage: time.Second, times: []time.Duration{300 * time.Millisecond, time.Millisecond}}
	o := options{calls: 10_000, least: 1000, slowest: 300 * time.Millisecond}
	if err := judge(o, l, found{}); err != nil {
		t.Error(err)
	}
	o.least, o.slowest = 1001, 299*time.Millisecond
	err := judge(o, l, found{doubled: 1})
	for _, part := range []string{"lost or doubled", "1000 reports a second are fewer than 1001", "up to 300.0 ms, longer than 299.0 ms"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
}
