package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/server"
	"callsheet/runner/internal/terminal"
)

// office answers over HTTP with what the commands print as JSON.
type office struct {
	*session
	clock func() time.Time
	log   *slog.Logger

	planning sync.Mutex // one plan at a time, so that reports have room beside it
}

// Rank is the command rank.
func (o *office) Rank(ctx context.Context, r server.Ranking) (json.RawMessage, error) {
	return o.answer(func(s *session) error {
		return runRank(ctx, s, rankOptions{limit: r.Limit, segment: r.Segment, where: r.Where, filtered: r.Where != ""})
	})
}

// Lead is the command leads show.
func (o *office) Lead(ctx context.Context, id string) (json.RawMessage, error) {
	return o.answer(func(s *session) error { return runLeadsShow(ctx, s, id) })
}

// Explain is the command explain.
func (o *office) Explain(ctx context.Context, id, campaign string) (json.RawMessage, error) {
	return o.answer(func(s *session) error { return runExplain(ctx, s, id, campaign) })
}

// Funnel is the command funnel.
func (o *office) Funnel(ctx context.Context, campaign string) (json.RawMessage, error) {
	out, err := o.answer(func(s *session) error { return runFunnel(ctx, s, funnelOptions{campaign: campaign}) })
	return out, o.frank(err)
}

// Plan is the command plan: the rule files against the rule book in force, over
// what is in memory of the leads.
func (o *office) Plan(ctx context.Context) (json.RawMessage, error) {
	o.planning.Lock()
	defer o.planning.Unlock()
	folder := o.admission.folder
	after, err := engine.Load(os.DirFS(folder), callsheet.Shipped())
	if err != nil {
		return nil, &server.Refusal{Status: http.StatusUnprocessableEntity, Detail: strings.Join(reasonsOf(folder, err), "\n")}
	}
	return o.answer(func(s *session) error {
		leads, at, err := s.admission.compare(ctx, s.book, after)
		if err != nil {
			return err
		}
		p := newPlan(s.book, after, at, leads)
		p.age = o.clock().Sub(at)
		return s.JSON(p.json())
	})
}

// Start is the command start-campaign.
func (o *office) Start(ctx context.Context, campaign string) (json.RawMessage, error) {
	out, err := o.answer(func(s *session) error { return runStart(ctx, s, startOptions{types: []string{campaign}}) })
	return out, o.frank(err)
}

// Stop is the command stop-campaigns.
func (o *office) Stop(ctx context.Context, campaign string) (json.RawMessage, error) {
	out, err := o.answer(func(s *session) error { return runStop(ctx, s, stopOptions{types: []string{campaign}}) })
	return out, o.frank(err)
}

// Duplicates is the command duplicates over two campaigns.
func (o *office) Duplicates(ctx context.Context, a, b string) (json.RawMessage, error) {
	return o.answer(func(s *session) error { return runDuplicates(ctx, s, duplicatesOptions{a: a, b: b}) })
}

// Sales is the command report sales.
func (o *office) Sales(ctx context.Context) (json.RawMessage, error) {
	dsn, err := o.salesDB()
	if err != nil {
		return nil, err
	}
	return o.answer(func(s *session) error { return runReportSales(ctx, s.Terminal, dsn) })
}

// Progression is the command report progression.
func (o *office) Progression(ctx context.Context, agent, month string) (json.RawMessage, error) {
	dsn, err := o.salesDB()
	if err != nil {
		return nil, err
	}
	return o.answer(func(s *session) error {
		asked := progressionOptions{dsn: dsn, agent: agent, month: month}
		err := runReportProgression(ctx, asked, func(days []report.Progress, _ int) error { return s.JSON(days) })
		if errors.Is(err, report.ErrNoAgent) {
			return &server.Refusal{Status: http.StatusNotFound, Detail: "the sales database has no agent of this username"}
		}
		return err
	})
}

// salesDB is the sales database that the environment names.
func (o *office) salesDB() (string, error) {
	dsn := o.env(salesVariable)
	if dsn == "" {
		return "", &server.Refusal{Status: http.StatusNotFound, Detail: "the service knows no sales database: start it with " + salesVariable}
	}
	return dsn, nil
}

// answer is what a command prints as JSON. Its messages go to the log, those
// about a wrong request to whoever made it.
func (o *office) answer(work func(*session) error) (json.RawMessage, error) {
	var out, messages bytes.Buffer
	err := work(o.at(o.clock(), &terminal.Terminal{Out: &out, Err: &messages, Format: terminal.JSON}))
	var usage usageError
	var told toldError
	switch {
	case errors.As(err, &told):
		return nil, &server.Refusal{Status: http.StatusBadRequest, Detail: strings.TrimSpace(messages.String())}
	case errors.As(err, &usage):
		return nil, &server.Refusal{Status: http.StatusBadRequest, Detail: err.Error()}
	}
	_, _ = messages.WriteTo(journal{o.log})
	return out.Bytes(), err
}

// frank tells operators what went wrong, since it is they who mend it.
func (o *office) frank(err error) error {
	var known *server.Refusal
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &server.Refusal{Status: http.StatusInternalServerError, Detail: err.Error()}
}

// at is a session beside this one: at another time, with the rule book that is
// in force now, printing elsewhere.
func (s *session) at(now time.Time, t *terminal.Terminal) *session {
	beside := *s
	beside.now, beside.book, beside.Terminal = now, s.rules.Book(), t
	return &beside
}

// journal writes the lines that a command prints to the log.
type journal struct{ log *slog.Logger }

// Write takes whole lines.
func (j journal) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		text := strings.TrimRight(line, "\n")
		if warning, ok := strings.CutPrefix(text, "warning: "); ok {
			j.log.Warn(warning)
		} else if text != "" {
			j.log.Info(text)
		}
	}
	return len(p), nil
}
