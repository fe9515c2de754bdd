package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// querier is what steps and reads speak SQL to: a connection, a transaction
// or a pool.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// step is the SQL of one business step. It may run more than once, each time
// from the state before it.
type step func(ctx context.Context, q querier) error

var errClosed = errors.New("the store is closed")

// maxGroup is the most steps that share one commit.
const maxGroup = 256

// writer is the one connection that writes to a SQLite file. Steps that wait
// at the same time are committed together, so that they share one fsync; each
// stands in its own savepoint, so that one that fails leaves the others alone.
type writer struct {
	conn *prepared

	// inline lets steps run where they are asked for, one at a time: in memory
	// there is no fsync to share, and handing a step over costs more than many a
	// step.
	inline bool
	turn   sync.Mutex
	closed bool

	steps chan request
	quit  chan struct{}
	ended chan struct{}

	// scratch says that nothing can be undone, and spoiled what was not. Both
	// are for inline steps alone.
	scratch bool
	spoiled error
}

type request struct {
	step   step
	reads  bool // and writes nothing
	answer chan error
}

func newWriter(conn *sql.Conn, inline bool) *writer {
	w := &writer{
		conn:   &prepared{Conn: conn, stmts: map[string]*sql.Stmt{}},
		inline: inline,
		steps:  make(chan request),
		quit:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	if !inline {
		go w.run()
	}
	return w
}

// do runs s and returns when it is on disk or undone. A context that ends
// while s waits for its turn takes it back; once begun it is finished, so that
// the answer is never a guess.
func (w *writer) do(ctx context.Context, s step) error {
	return w.ask(ctx, request{step: s, answer: make(chan error, 1)})
}

// view runs s, which only reads, over what is committed.
func (w *writer) view(ctx context.Context, s step) error {
	return w.ask(ctx, request{step: s, reads: true, answer: make(chan error, 1)})
}

func (w *writer) ask(ctx context.Context, r request) error {
	if w.inline {
		return w.here(ctx, r)
	}
	select {
	case w.steps <- r:
		return <-r.answer
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed
	}
}

// here runs a step as soon as no other one runs.
func (w *writer) here(ctx context.Context, r request) error {
	w.turn.Lock()
	defer w.turn.Unlock()
	switch {
	case w.closed:
		return errClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	answers, err := w.transact([]request{r})
	if err != nil {
		return err
	}
	return answers[0]
}

// stop ends the writer after the group in hand.
func (w *writer) stop() {
	if w.inline {
		w.turn.Lock()
		defer w.turn.Unlock()
		w.closed = true
		return
	}
	close(w.quit)
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case r := <-w.steps:
			w.commit(w.gather(r))
		case <-w.quit:
			return
		}
	}
}

// gather takes the steps that wait behind first.
func (w *writer) gather(first request) []request {
	group := []request{first}
	for len(group) < maxGroup {
		select {
		case r := <-w.steps:
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

// commit answers every step of the group once its fate is known.
func (w *writer) commit(group []request) {
	answers, err := w.transact(group)
	for i, r := range group {
		if err != nil {
			r.answer <- err
			continue
		}
		r.answer <- answers[i]
	}
}

// transact runs the group in one transaction. An error of its own means that
// nothing of the group was kept.
func (w *writer) transact(group []request) ([]error, error) {
	// Cancellation would cost a goroutine per statement on this connection.
	ctx := context.Background()
	if len(group) == 1 && group[0].reads {
		return []error{group[0].step(ctx, w.conn)}, nil
	}
	if w.spoiled != nil {
		return nil, w.spoiled
	}
	if err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	answers := make([]error, len(group))
	for i, r := range group {
		failed, err := w.attempt(ctx, r.step, len(group) > 1)
		if err != nil && w.scratch {
			w.spoiled = fmt.Errorf("a step before failed and cannot be undone: %w", err)
		}
		if err != nil {
			_ = w.exec(ctx, "ROLLBACK")
			return nil, errors.Join(err, failed)
		}
		answers[i] = failed
	}
	if err := w.exec(ctx, "COMMIT"); err != nil {
		_ = w.exec(ctx, "ROLLBACK")
		return nil, fmt.Errorf("commit: %w", err)
	}
	return answers, nil
}

// attempt runs one step and, when it failed, undoes what it did. Only company
// needs a savepoint, which costs a copy of every page touched. Its second error
// means that the whole transaction is lost, as on a full disk or because a
// lonely step failed.
func (w *writer) attempt(ctx context.Context, s step, company bool) (failed, lost error) {
	if !company {
		return nil, s(ctx, w.conn)
	}
	if err := w.exec(ctx, "SAVEPOINT step"); err != nil {
		return nil, err
	}
	if failed = s(ctx, w.conn); failed != nil {
		if err := w.exec(ctx, "ROLLBACK TO step"); err != nil {
			return failed, err
		}
	}
	return failed, w.exec(ctx, "RELEASE step")
}

func (w *writer) exec(ctx context.Context, text string) error {
	_, err := w.conn.ExecContext(ctx, text)
	return err
}

// prepared is a connection to SQLite that keeps its statements prepared. It
// serves one goroutine.
type prepared struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
}

func (p *prepared) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := p.stmts[text]; ok {
		return s, nil
	}
	s, err := p.PrepareContext(ctx, nameless(text))
	if err == nil {
		p.stmts[text] = s
	}
	return s, err
}

// ExecContext runs a statement that it prepares once.
func (p *prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := p.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext runs a query that it prepares once.
func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (p *prepared) close() error {
	var all []error
	for _, s := range p.stmts {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, p.Conn.Close())...)
}
