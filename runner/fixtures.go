package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/terminal"
)

// loadFolder imports the fixtures of a folder: those of its files that are
// there; leads.csv must be. The leads arrive at the time of the newest of
// them, so that their plans do not depend on the day on which they are read.
func (s *session) loadFolder(ctx context.Context, folder string) error {
	leads := filepath.Join(folder, "leads.csv")
	quiet := *s
	quiet.Terminal = &terminal.Terminal{Out: io.Discard, Err: io.Discard, Format: terminal.Table}
	newest, err := s.newest(leads)
	if err != nil {
		return err
	}
	if !newest.IsZero() {
		quiet.now = newest
	}
	if s.hold != nil && s.hold.from.Time().Before(quiet.now) {
		quiet.now = s.hold.from.Time()
	}
	for _, kind := range []string{"agents", "wallets", "tasks", "contacts", "leads", "calls"} {
		path := filepath.Join(folder, kind+".csv")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && kind != "leads" {
			continue
		}
		if err := quiet.importFile(ctx, kind, path); err != nil {
			return err
		}
	}
	return nil
}

// newest is when the newest lead of a file was received or estimated; zero
// when the file says neither.
func (s *session) newest(path string) (time.Time, error) {
	source, err := intake.Open(path)
	if err != nil {
		return time.Time{}, err
	}
	defer source.Close()
	reader, err := s.leadReader(source)
	if err != nil {
		return time.Time{}, err
	}
	var newest crm.Instant
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return time.Time{}, err
		}
		if row.Set == nil {
			continue
		}
		var l crm.Lead
		row.Set(&l, true)
		newest = max(newest, l.CreatedAt, l.EstimatedAt.V)
	}
	if newest == 0 {
		return time.Time{}, nil
	}
	return newest.Time(), nil
}
