package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/server"
	"callsheet/runner/internal/terminal"
)

// tokensFile is the variable that names the file of the tokens.
const tokensFile = "CALLSHEET_TOKENS_FILE"

type serveOptions struct {
	address  string
	schedule bool
	insecure bool
	rate     float64
}

func newServeCommand(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "answer over HTTP, and start and stop campaigns at their times",
		Long: "serve takes leads and reports of calls over HTTP, answers what people and programs ask, and keeps the schedule: it\n" +
			"starts and stops campaigns, ticks those that follow others, and runs the jobs of campaigns.yaml. It works until it is\n" +
			"interrupted. " + tokensFile + " names the file with the tokens of those who may ask.",
		Example: "  callsheet serve --addr 127.0.0.1:8080 --insecure-local",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			known, err := a.callers(o)
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(s *session) error { return runServe(cmd.Context(), a, s, o, known) })
		},
	}
	cmd.Flags().StringVar(&o.address, "addr", ":8080", "address to listen on; port 0 is any that is free")
	cmd.Flags().BoolVar(&o.schedule, "schedule", true, "start and stop campaigns and run jobs; --schedule=false leaves them to a crontab")
	cmd.Flags().BoolVar(&o.insecure, "insecure-local", false, "without tokens everybody on this machine may do everything")
	cmd.Flags().Float64Var(&o.rate, "rate", 200, "most requests a second for each token; 0 is any number")
	return cmd
}

// tokens are those of the file that the environment names. Without any the
// service does not start, but for this machine alone.
func (a *app) tokens(o serveOptions) (*server.Tokens, error) {
	path := a.env(tokensFile)
	switch {
	case path != "" && o.insecure:
		return nil, usageError{fmt.Errorf("--insecure-local asks nobody for a token, and %s names some: leave one of them out", tokensFile)}
	case path == "" && !o.insecure:
		return nil, usageError{fmt.Errorf("no tokens: name a file with lines such as \"webhook TOKEN\" by %s, or serve this machine alone with --insecure-local", tokensFile)}
	case path == "":
		return nil, loopback(o.address)
	}
	return fromFile(a, tokensFile, server.ReadTokens)
}

// loopback refuses an address that other machines can reach.
func loopback(address string) error {
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return usageError{fmt.Errorf("--addr: %w", err)}
	}
	if !tcp.IP.IsLoopback() {
		return usageError{fmt.Errorf("--insecure-local is for this machine alone, and others reach %s: add --addr 127.0.0.1:8080", address)}
	}
	return nil
}

func runServe(ctx context.Context, a *app, s *session, o serveOptions, known callers) error {
	if err := errors.Join(s.onlyRead(a.db), s.noSimulation()); err != nil {
		return err
	}
	h, err := s.handover()
	if err != nil {
		return err
	}
	log := a.logger()
	clock := a.shifted(s.now)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.address)
	if err != nil {
		return err
	}
	kick := newNudge()
	s.desk.Pending = kick.give
	service := newService(s, clock, log, known.tokens)
	service.Rate, service.Secrets = o.rate, known.secrets
	if known.push != nil {
		service.Push = server.NewPush(ctx, *known.push, clock)
	}
	hangups := catchHangups() // whoever reads the next line may send one
	s.Printf("serving http://%s", listener.Addr())
	within, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	s.admission.clock = func(*time.Location) (time.Time, error) { return clock(), nil }
	leads := &standby{desk: s.admission.desk, clock: clock}
	s.admission.compare = leads.compare
	beside.Go(func() { leads.keep(within, s.rules, log) })
	beside.Go(func() { _ = s.rules.Watch(within) })
	beside.Go(func() { s.reloadOnHangup(within, hangups) })
	beside.Go(func() { tellEdits(within, s, log) })
	beside.Go(func() { s.handOvers(within, h, kick, clock, log) })
	rescore := newNudge()
	beside.Go(func() { s.rescorings(within, rescore, log, clock) })
	if o.schedule {
		sc := newSchedule(a, s, clock, log)
		sc.jobs["rescore"] = func(ctx context.Context, beside *session) error {
			defer rescore.give()
			_, err := s.beginPass(ctx, beside.book, beside.now)
			return err
		}
		if s.env(callityURL) != "" {
			due := newNudge()
			sc.jobs[sending] = func(context.Context, *session) error { due.give(); return nil }
			beside.Go(func() { s.sendings(within, due, clock, log) })
		}
		sc.tellMissing()
		g := &guard{store: s.store, name: loopName, owner: owner(a.clock()), clock: a.clock, sleep: sleep}
		beside.Go(func() { sc.stand(within, g) })
	}
	err = server.Serve(ctx, listener, service.Handler(), log)
	cancel()
	beside.Wait()
	return err
}

// newService is the service over a session.
func newService(s *session, clock func() time.Time, log *slog.Logger, tokens *server.Tokens) *server.Server {
	return &server.Server{
		Desk: s.desk, Store: s.store, Rules: s.rules, Office: &office{session: s, clock: clock, log: log}, Parser: callParser, Fields: customFields,
		Tokens: tokens, Clock: clock, Log: log,
	}
}

// logger writes the log to stderr, one JSON object a line with -o json.
func (a *app) logger() *slog.Logger {
	if a.term.Format == terminal.JSON {
		return slog.New(slog.NewJSONHandler(a.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(a.stderr, nil))
}

// tellMissing tells of jobs of the rule book that no command does yet, or that
// lack the service that they need.
func (sc *schedule) tellMissing() {
	for _, job := range sc.book.Jobs {
		if _, ok := sc.jobs[job.Name]; ok {
			continue
		}
		if job.Name == sending {
			sc.log.Warn("a job of campaigns.yaml is passed over: set "+callityURL, "job", job.Name)
		} else {
			sc.log.Warn("a job of campaigns.yaml is passed over: there is no such command", "job", job.Name)
		}
	}
}

// tellEdits tells of rule books that come into force, and of edits that are
// refused, until ctx ends.
func tellEdits(ctx context.Context, s *session, log *slog.Logger) {
	told := s.rules.Status()
	for sleep(ctx, look) == nil {
		status := s.rules.Status()
		if status.Version != told.Version {
			log.Info("another rule book is in force", "rule_book", s.rules.Book().Short())
		}
		if status.Rejected != nil && (told.Rejected == nil || !status.Rejected.At.Equal(told.Rejected.At)) {
			log.Warn("an edit of the rule files is not in force: see callsheet status", "rule_book", s.rules.Book().Short(), "error", status.Rejected.Faults)
		}
		told = status
	}
}
