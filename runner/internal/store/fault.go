package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"callsheet/runner/internal/crm"
)

// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
)

// busyError is a step that gave up waiting for another process. It is
// crm.ErrBusy, and says nothing of what drivers call that.
type busyError struct{ cause error }

// Error says whose fault it is, what became of the step, and what to do.
func (e busyError) Error() string {
	return crm.ErrBusy.Error() + "; nothing of this was written: run the command again"
}

// Unwrap gives crm.ErrBusy and what the driver said.
func (e busyError) Unwrap() []error { return []error{crm.ErrBusy, e.cause} }

// explain turns what a driver says into the words callers decide on, by code
// and never by text.
func explain(err error) error {
	if err == nil || errors.Is(err, crm.ErrBusy) {
		return err
	}
	if fault, ok := errors.AsType[*sqlite.Error](err); ok {
		switch code := fault.Code(); {
		case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w: %w", crm.ErrConflict, err)
		case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED:
			return busyError{err}
		}
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch fault.Code {
		case pgUnique:
			return fmt.Errorf("%w: %w: %s", crm.ErrConflict, err, fault.Detail)
		case pgSerialization, pgDeadlock, pgLockTimeout:
			return busyError{err}
		}
	}
	return err
}

// passing says that the same transaction may well succeed when tried again.
func passing(err error) bool {
	fault, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (fault.Code == pgSerialization || fault.Code == pgDeadlock)
}
