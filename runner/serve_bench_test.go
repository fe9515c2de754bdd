package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"callsheet/runner/internal/terminal"
)

// BenchmarkPostCall is one report of a call over loopback, on disk before it
// is answered, from 64 clients at once.
func BenchmarkPostCall(b *testing.B) {
	dir := b.TempDir()
	at := time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
	a := &app{
		stdout: io.Discard, stderr: io.Discard, env: func(string) string { return "" }, clock: func() time.Time { return at },
		rules: shop, db: filepath.Join(dir, "callsheet.db"), out: filepath.Join(dir, "out"),
	}
	var err error
	if a.term, err = terminal.New(a.stdout, a.stderr, "table"); err != nil {
		b.Fatal(err)
	}
	s, err := a.open(b.Context(), false)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			b.Error(err)
		}
	}()
	leads := filepath.Join(dir, "leads.csv")
	if err := os.WriteFile(leads, leadsCSV(20_000), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := s.importLeads(b.Context(), leads); err != nil {
		b.Fatal(err)
	}
	service := httptest.NewServer(newService(s, a.clock, slog.New(slog.DiscardHandler), nil).Handler())
	defer service.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var n atomic.Int64
	b.SetParallelism(32) // times two cores
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			body := fmt.Sprintf(`{"callId":"c-%d","contactId":"G%06d","callStart":"23/11/2026 11:00:00","callEnd":"23/11/2026 11:00:40","wrapup":"Pas de réponse"}`, i, i%20_000)
			response, err := client.Post(service.URL+"/v1/calls", "application/json", strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK || !strings.Contains(string(text), `"result":"new"`) {
				b.Errorf("%d %s", response.StatusCode, text)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
