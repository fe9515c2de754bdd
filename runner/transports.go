package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/dispatch"
)

// transports are the ways to the dialers of a rule book. What the book does
// not say, addresses and keys, comes from the environment.
type transports struct {
	book *engine.RuleBook
	env  func(string) string
}

// to is the way to a dialer; nil is the output folder.
func (t transports) to(name string) (dialer.Transport, error) {
	i := slices.IndexFunc(t.book.Dialers, func(d *engine.Dialer) bool { return d.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("dialer %s is no longer in the rule book: bring it back until its files are handed over", name)
	}
	var way dialer.Transport
	var err error
	switch t.book.Dialers[i].Transport {
	case "sftp":
		way, err = t.sftp(name)
	case "http":
		way, err = t.upload(name)
	}
	if err != nil {
		return nil, fmt.Errorf("dialer %s sends by %s: %w", name, t.book.Dialers[i].Transport, err)
	}
	return way, nil
}

func (t transports) sftp(name string) (dialer.Transport, error) {
	address, key, hosts := t.setting(name, "CALLSHEET_SFTP_URL"), t.setting(name, "CALLSHEET_SFTP_KEY_FILE"), t.setting(name, "CALLSHEET_SFTP_KNOWN_HOSTS")
	missing := ""
	switch {
	case address == "":
		missing = "CALLSHEET_SFTP_URL to sftp://user@host/folder"
	case key == "":
		missing = "CALLSHEET_SFTP_KEY_FILE to the file of a private key"
	case hosts == "":
		missing = "CALLSHEET_SFTP_KNOWN_HOSTS to a file with the key of the server"
	}
	if missing != "" {
		return nil, fmt.Errorf("set %s", missing)
	}
	way, err := dialer.NewSFTP(address, key, hosts)
	if err != nil {
		return nil, fmt.Errorf("CALLSHEET_SFTP_URL: %w", err)
	}
	return way, nil
}

func (t transports) upload(name string) (dialer.Transport, error) {
	address := t.setting(name, "CALLSHEET_UPLOAD_URL")
	if address == "" {
		return nil, errors.New("set CALLSHEET_UPLOAD_URL to https://host/folder")
	}
	way, err := dialer.NewUpload(address, t.setting(name, "CALLSHEET_UPLOAD_KEY_FILE"))
	if err != nil {
		return nil, fmt.Errorf("CALLSHEET_UPLOAD_URL: %w", err)
	}
	return way, nil
}

// setting is a variable of the environment, for one dialer or for all: the name
// of dialer five9-csv makes CALLSHEET_SFTP_URL_FIVE9_CSV.
func (t transports) setting(name, variable string) string {
	own := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	if value := t.env(variable + "_" + own); value != "" {
		return value
	}
	return t.env(variable)
}

// unsendable says which campaign has a dialer that files cannot be sent to as
// things are set. That the dialer answers is not asked.
func (s *session) unsendable(campaigns []*engine.Campaign) error {
	for _, c := range campaigns {
		if !c.Calls() {
			continue
		}
		if _, err := s.transports().to(c.Dialer.Name); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

func (s *session) transports() transports { return transports{s.book, s.env} }

func (s *session) publisher() *dialer.Publisher {
	return &dialer.Publisher{Store: s.store, Out: s.out, Transport: s.transports().to}
}

// discard removes what is begun of files that a stop has cancelled. That it
// cannot must not keep a campaign from being stopped.
func (s *session) discard(ctx context.Context, runs []dispatch.StoppedRun) {
	for _, run := range runs {
		c, ok := s.book.Campaign(run.Campaign)
		if !ok {
			continue
		}
		if err := s.publisher().Discard(ctx, c.Dialer.Name, run.Cancelled); err != nil {
			s.Warn("what is begun of %s stays in the stage area: %v", strings.Join(run.Cancelled, ", "), err)
		}
	}
}
