package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"callsheet/runner/internal/crm"
)

// lockWait is how long we wait for another process that holds the file.
const lockWait = 10 * time.Second

// pragma is a setting of a SQLite connection and the value it reads back.
type pragma struct{ name, set, reads string }

// common are the settings of every connection to a file. The wait for locks
// comes first: the ones after it may already need it.
func common(wait time.Duration) []pragma {
	ms := strconv.FormatInt(wait.Milliseconds(), 10)
	return []pragma{
		{"busy_timeout", ms, ms},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"temp_store", "MEMORY", "2"},
	}
}

func openSQLite(ctx context.Context, path string, wait time.Duration) (*Store, error) {
	if err := checkPlace(path); err != nil {
		return nil, err
	}
	s, err := openFile(ctx, path, wait)
	if err != nil {
		return nil, explainOpen(path, err)
	}
	return s, nil
}

func openFile(ctx context.Context, path string, wait time.Duration) (*Store, error) {
	file, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	fresh, err := look(ctx, file, wait)
	if err != nil {
		return nil, err
	}
	if fresh {
		// It will hold personal data; SQLite gives its companions the same mode. Why
		// a file cannot be made, SQLite says too.
		if made, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			_ = made.Close()
		}
	}
	// Cache sizes are KiB when negative.
	writing := append(common(wait), pragma{"cache_size", "-131072", "-131072"}, pragma{"journal_size_limit", "268435456", "268435456"},
		// What is erased must not stand in the file's free places.
		pragma{"secure_delete", "ON", "1"},
		// 64 MiB of log between checkpoints: an import rewrites the pages of its indexes often.
		pragma{"wal_autocheckpoint", "16384", "16384"})
	home, err := openPool(ctx, address(file, writing)+"&_txlock=immediate", 1, writing)
	if err != nil {
		return nil, err
	}
	if fresh {
		// The migration would wait for a lock several times over.
		if err := pass(ctx, home); err != nil {
			return nil, errors.Join(err, home.Close())
		}
	}
	s, err := newSQLite(ctx, home, false)
	if err != nil {
		return nil, errors.Join(err, home.Close())
	}
	s.path = file
	reading := append(common(wait), pragma{"cache_size", "-32768", "-32768"}, pragma{"query_only", "1", "1"})
	s.pool, err = openPool(ctx, address(file, reading), 2*runtime.GOMAXPROCS(0), reading)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenMemory opens an empty SQLite database in memory that only this handle
// sees and that ends with it; name stands in errors.
func OpenMemory(ctx context.Context, name string) (*Store, error) {
	return openMemory(ctx, name, nil)
}

// OpenScratch opens a database in memory as OpenMemory does, but one that undoes
// nothing: it saves the copy of every page that a step touches. A step that
// fails, be it over a conflict, spoils it, and every one after that fails too.
// Rehearsals end in a failure and are not for it. What people ask a database
// for, a lead's decisions or what is due, it finds, but slowly.
func OpenScratch(ctx context.Context, name string) (*Store, error) {
	s, err := openMemory(ctx, name, []pragma{{"journal_mode", "OFF", "off"}})
	if err != nil {
		return nil, err
	}
	s.writer.scratch = true
	err = s.write(ctx, "open "+name+" in memory", func(ctx context.Context, q querier) error {
		for _, index := range []string{
			"lead_rank", "lead_segment_rank", "lead_phoneless", "lead_groupless", "lead_baseless",
			"call_former", "call_due", "call_outstanding", "decision_lead", "decision_id", "file_done", "file_line_lead",
			"record_at", "record_former_phone", "record_former_lead",
		} {
			if _, err := q.ExecContext(ctx, `DROP INDEX "`+index+`"`); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openMemory(ctx context.Context, name string, settings []pragma) (*Store, error) {
	settings = append(settings, pragma{"temp_store", "MEMORY", "2"})
	home, err := openPool(ctx, "file::memory:?"+query(settings), 1, settings)
	if err != nil {
		return nil, fmt.Errorf("open %s in memory: %w", name, err)
	}
	s, err := newSQLite(ctx, home, true)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s in memory: %w", name, err), home.Close())
	}
	return s, nil
}

// newSQLite migrates the database behind home, a pool of one connection, and
// gives that connection to a writer.
func newSQLite(ctx context.Context, home *sql.DB, memory bool) (*Store, error) {
	d := sqliteDialect()
	if err := migrate(ctx, home, d, "sqlite3"); err != nil {
		return nil, err
	}
	conn, err := home.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &Store{schema: newSchema(d), dialect: d, home: home, writer: newWriter(conn, memory)}, nil
}

// address is the URI of a file, with any character in its name, and the
// settings of its connections.
func address(file string, settings []pragma) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(file), OmitHost: false, RawQuery: query(settings)}
	return u.String()
}

func query(settings []pragma) string {
	parts := make([]string, len(settings))
	for i, p := range settings {
		parts[i] = "_pragma=" + p.name + "(" + p.set + ")"
	}
	return strings.Join(parts, "&")
}

// openPool opens a pool of n connections that live as long as it does and
// makes sure that the settings took: the driver ignores names it does not know.
func openPool(ctx context.Context, uri string, n int, settings []pragma) (*sql.DB, error) {
	db, err := sql.Open("sqlite", uri)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	for _, p := range settings {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if got != p.reads {
			return nil, errors.Join(fmt.Errorf("pragma %s is %s instead of %s: the file system may lack shared memory or locks, put the database on a local disk", p.name, got, p.reads), db.Close())
		}
	}
	return db, nil
}

// checkPlace says what SQLite would only call "unable to open".
func checkPlace(path string) error {
	if path == "" {
		return errors.New("the path of the database is empty: name a file or a postgres:// address")
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open database %s: folder %s does not exist: create it first", path, dir)
	case err == nil && !info.IsDir():
		return fmt.Errorf("open database %s: %s is not a folder", path, dir)
	}
	switch info, err := os.Stat(path); {
	case err != nil || info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return fmt.Errorf("open database %s: it is a folder: name a file in it", path)
	}
	return fmt.Errorf("open database %s: it is a device, pipe or socket and no file: name a file", path)
}

// explainOpen adds how to mend what kept the file from being opened.
func explainOpen(path string, err error) error {
	err = explain(err)
	fault, ok := errors.AsType[*sqlite.Error](err)
	if !ok || errors.Is(err, crm.ErrBusy) {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	switch fault.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("open database %s: it is no SQLite file, or a damaged one: name another file or restore a backup: %w", path, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("open database %s: folder %s and the file must be writable by this user: %w", path, filepath.Dir(path), err)
	}
	return fmt.Errorf("open database %s: %w", path, err)
}
