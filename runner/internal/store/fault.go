package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"callsheet/runner/internal/crm"
)

// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	pgReadOnly      = "25006"
	pgUnique        = "23505"
	pgAuthorization = "28000"
	pgPassword      = "28P01"
	pgNoDatabase    = "3D000"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgPrivilege     = "42501"
	pgTooMany       = "53300"
	pgLockTimeout   = "55P03"
	pgShutdown      = "57P01"
	pgCrash         = "57P02"
	pgStarting      = "57P03"
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

// unsureError is a step whose connection broke when it was about to be stored.
type unsureError struct{ cause error }

// Error says what to do about it: every step may be done again.
func (e unsureError) Error() string {
	return "the connection to the database broke while this was being stored, and nobody knows whether it was: run the command again, nothing is done twice"
}

// Unwrap gives what the driver said.
func (e unsureError) Unwrap() error { return e.cause }

// committed is what became of a commit that ended with err. The driver calls a
// commit safe to retry even when the connection broke right after it.
func committed(err error) error {
	if broken(err) {
		return unsureError{err}
	}
	return err
}

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
		case pgReadOnly:
			return fmt.Errorf("the database is read-only, such as a replica: name the primary server with --db: %s", fault.Message)
		case pgPrivilege:
			return fmt.Errorf("the role in --db lacks rights: make it the owner of the database and its tables: %s", fault.Message)
		}
	}
	if broken(err) {
		return fmt.Errorf("the connection to the database broke; nothing of this was written: run the command again: %s", causeOf(err))
	}
	return err
}

// passing says that the same transaction may well succeed when tried again.
func passing(err error) bool {
	code := stateOf(err)
	return code == pgSerialization || code == pgDeadlock || broken(err)
}

// hopeless says that nothing changes until somebody has mended the database.
func hopeless(err error) bool {
	code := stateOf(err)
	return code == pgPrivilege || code == pgReadOnly
}

// broken says that the connection to a server ended, or was not to be had, before
// anything was stored.
func broken(err error) bool {
	if unsure := (unsureError{}); errors.As(err, &unsure) {
		return false
	}
	switch stateOf(err) {
	case pgTooMany, pgShutdown, pgCrash, pgStarting:
		return true
	case "":
		// A connection that ends leaves io.ErrUnexpectedEOF, or an error of the
		// system below it.
		var network *net.OpError
		return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
	}
	return false
}

// stateOf is the SQLSTATE that a PostgreSQL server gave, or "".
func stateOf(err error) string {
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fault.Code
	}
	return ""
}

// causeOf is what a PostgreSQL server or the network said, in one line and
// without what the driver adds: a line for each of its tries.
func causeOf(err error) string {
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fault.Message
	}
	var network net.Error
	if errors.As(err, &network) {
		return network.Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
