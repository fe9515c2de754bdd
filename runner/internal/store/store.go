// Package store keeps the call centre in SQLite or PostgreSQL: leads, planned
// calls, runs, decisions, emitted files, agents, wallets, tasks and rule
// books. Every exported method is one transaction and one business step; it
// returns when the step is on disk or has left no trace.
//
// One SQL text serves both databases. Correctness rests on unique keys, on
// compare-and-set and on row locks: a lead has at most one planned call, a
// phone at most one call injected or in progress, a slot injects a lead once.
// Whoever comes second gets crm.ErrConflict. All instants are milliseconds
// UTC, texts are ordered by their bytes.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"callsheet/runner/internal/crm"
)

// Store is one open database. It is safe for use by many goroutines.
type Store struct {
	path string // of a SQLite file; empty for others
	*schema
	dialect *dialect
	// pool serves reads, and on PostgreSQL steps too. It is nil in memory,
	// where the one connection is the database.
	pool *sql.DB
	// writer runs the steps of SQLite, over home; both are nil on PostgreSQL.
	writer *writer
	home   *sql.DB
	// under is the lease that every step needs; without a name, none.
	under crm.Lease

	closing sync.Once
}

// Under is the same database for the holder of a lease: once the lease has
// another owner, every step is crm.ErrConflict and leaves no trace, however late
// the former holder comes. It is closed with the store that it comes from.
func (s *Store) Under(l crm.Lease) *Store {
	return &Store{path: s.path, schema: s.schema, dialect: s.dialect, pool: s.pool, writer: s.writer, home: s.home, under: l}
}

// Open opens the database that dsn names, a "postgres://" address or the path
// of a SQLite file, creates it where it is missing and migrates it forward.
// It refuses a database that a newer program has migrated and a SQLite file
// with the tables of another program, into which it writes nothing, and says so
// when a folder is missing or read-only, the path is a folder, a device or no
// SQLite file, or the server cannot be reached; crm.ErrBusy means that another
// process kept the file locked for ten seconds.
func Open(ctx context.Context, dsn string) (*Store, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn, lockWait)
}

// Close ends the step in hand and leaves a SQLite file tidy: the write-ahead
// log folded into the file. When another process holds the file, that is left
// to it, without waiting. Closing again does nothing.
func (s *Store) Close() error {
	var err error
	s.closing.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	if s.writer == nil {
		return s.pool.Close()
	}
	s.writer.stop()
	var all []error
	if s.pool != nil {
		all = append(all, s.pool.Close())
		// No PRAGMA optimize: it counts whole tables, and a command would cost
		// what is stored instead of what it does.
		_, err := s.writer.conn.Conn.ExecContext(context.Background(), "PRAGMA busy_timeout(0); PRAGMA wal_checkpoint(TRUNCATE)")
		if !errors.Is(explain(err), crm.ErrBusy) {
			all = append(all, err)
		}
	}
	return errors.Join(append(all, s.writer.conn.close(), s.home.Close())...)
}

// write runs one step; what names it in errors.
func (s *Store) write(ctx context.Context, what string, fn step) error {
	var err error
	if s.under.Name != "" {
		fn = s.underLease(fn)
	}
	if s.writer != nil {
		err = s.writer.do(ctx, fn)
	} else {
		err = transact(ctx, s.pool, fn)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}

// view runs the queries of one read.
func (s *Store) view(ctx context.Context, what string, fn step) error {
	var err error
	if s.pool == nil {
		err = s.writer.view(ctx, fn)
	} else {
		err = fn(ctx, s.pool)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}

// still runs queries that all see the database as it is at one moment, whatever
// others write meanwhile.
func (s *Store) still(ctx context.Context, what string, fn step) error {
	if s.pool == nil {
		return s.view(ctx, what, fn) // which keeps everybody else waiting
	}
	options := &sql.TxOptions{}
	if s.writer == nil { // to SQLite every transaction is one moment
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := s.pool.BeginTx(ctx, options)
	if err == nil {
		err = fn(ctx, tx)
		_ = tx.Rollback()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}

// maxTries bounds how often a transaction that lost to another one is run.
const maxTries = 8

// transact runs fn in a transaction of its own and again when the database ended
// it in favour of another one, or the connection broke before it was stored.
func transact(ctx context.Context, db *sql.DB, fn step) error {
	for try := 1; ; try++ {
		err := once(ctx, db, fn)
		if !passing(err) || try == maxTries {
			return err
		}
		select {
		case <-time.After(time.Millisecond << try):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func once(ctx context.Context, db *sql.DB, fn step) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return committed(tx.Commit())
}
