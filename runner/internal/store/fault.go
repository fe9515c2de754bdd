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

// explain turns what a driver says into the words callers decide on, by code
// and never by text.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*sqlite.Error](err); ok {
		switch code := fault.Code(); {
		case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w: %w", crm.ErrConflict, err)
		case code&0xff == sqlite3.SQLITE_BUSY, code&0xff == sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("%w: %w", crm.ErrBusy, err)
		}
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch fault.Code {
		case pgUnique:
			return fmt.Errorf("%w: %w: %s", crm.ErrConflict, err, fault.Detail)
		case pgSerialization, pgDeadlock, pgLockTimeout:
			return fmt.Errorf("%w: %w", crm.ErrBusy, err)
		}
	}
	return err
}

// passing says that the same transaction may well succeed when tried again.
func passing(err error) bool {
	fault, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (fault.Code == pgSerialization || fault.Code == pgDeadlock)
}
