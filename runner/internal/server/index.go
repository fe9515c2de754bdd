package server

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"callsheet/runner/internal/crm"
)

//go:embed index.html
var indexPage string

//go:embed openapi.json
var openAPIDocument []byte

// index is one page with how things stand; it looks again by itself.
func (s *Server) index(w http.ResponseWriter, r *http.Request) error {
	page, err := template.New("index").Parse(indexPage)
	if err != nil {
		return err
	}
	open, err := s.Store.OpenRuns(r.Context())
	if err != nil {
		return err
	}
	waiting, err := s.Store.UnpublishedFiles(r.Context())
	if err != nil {
		return err
	}
	book, status := s.Rules.Book(), s.Rules.Status()
	const layout = "2006-01-02 15:04:05"
	view := struct {
		Now, Book, Since, Refused, Waiting string
		Runs                               []crm.Run
		Files                              []crm.File
	}{Now: s.Clock().In(book.Zone).Format(layout), Book: book.Short(), Since: status.Since.In(book.Zone).Format(layout), Runs: open, Files: waiting}
	if status.Rejected != nil {
		at := status.Rejected.At.In(book.Zone).Format(layout)
		if status.Rejected.Waits() {
			view.Waiting = at
		} else {
			view.Refused = at
		}
	}
	var text bytes.Buffer
	if err := page.Execute(&text, view); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(text.Bytes())
	return nil
}

// openAPI describes the routes (OpenAPI 3.1).
func openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPIDocument)
	return nil
}
