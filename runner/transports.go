package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

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
	return &dialer.Publisher{Store: s.store, Out: s.out, Transport: s.transports().to, Turn: s.turn}
}

// patience is how long a command waits for another machine that hands over the
// files of the same dialer.
const patience = time.Minute

// turn hands over the files of a dialer under a lease, so that one folder at a
// time does. While another one is at it, this one waits until it is done, or
// has handed over the files that this one came for. The holder is the folder and
// no process: the lock in it says that whoever had the lease here before is dead.
func (s *session) turn(ctx context.Context, to, place string, work func(context.Context, dialer.Store) error) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	g := &guard{
		store: s.store, name: "hand-over of files to " + to, owner: fmt.Sprintf("folder %s on %s, %s", s.out, host, place),
		clock: s.wall, sleep: sleep,
	}
	for begun := s.wall(); ; {
		lease, err := g.take(ctx)
		if err == nil {
			err = g.hold(ctx, lease, func(ctx context.Context) error { return work(ctx, s.store.Under(lease)) })
		}
		_, atWork := errors.AsType[heldError](err)
		if !atWork && !errors.Is(err, errLeaseLost) {
			return err
		}
		waiting, failed := s.unpublished(ctx, to)
		switch {
		case failed != nil || waiting == 0:
			return failed
		case s.wall().Sub(begun) > patience:
			return partError{fmt.Errorf("%s for %s still to hand over: %w (it hands them over, or the next run does)", plural(waiting, "file"), to, err)}
		}
	}
}

// unpublished counts the files that a dialer has not got.
func (s *session) unpublished(ctx context.Context, to string) (n int, err error) {
	files, err := s.store.UnpublishedFiles(ctx)
	for _, f := range files {
		if f.Dialer == to {
			n++
		}
	}
	return n, err
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
