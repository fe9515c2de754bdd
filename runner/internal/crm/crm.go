// Package crm holds the entities of the call centre (leads, planned calls,
// campaign runs, agents, tasks, wallets, emitted files) and what makes each of
// them valid. It imports only the standard library: stores, importers and use
// cases speak to each other in its words.
package crm

import (
	"errors"
	"time"
)

// Errors that callers decide on. They are wrapped with what and where.
var (
	// ErrNotFound says that no entity has the given id.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that somebody else changed the entity first: the
	// compare-and-set found another state than the one read.
	ErrConflict = errors.New("changed by somebody else meanwhile")
	// ErrUnpublished says that a file has to be handed over first.
	ErrUnpublished = errors.New("the file is not handed over to the dialer yet: do it again when it is")
	// ErrBusy says that the database stayed locked longer than we wait.
	ErrBusy = errors.New("database is locked by another process")
)

// Instant is a moment in milliseconds since 1970-01-01 UTC, the form in which
// every database keeps it.
type Instant int64

// At is the instant of t, truncated to the millisecond.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time is the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// String is the instant in RFC 3339, UTC.
func (i Instant) String() string { return i.Time().Format(time.RFC3339) }

// Maybe is a value that may be empty. Text has no Maybe: an empty string is
// an empty text.
type Maybe[T any] struct {
	V     T
	Valid bool
}

// Some is a filled value.
func Some[T any](v T) Maybe[T] { return Maybe[T]{V: v, Valid: true} }
