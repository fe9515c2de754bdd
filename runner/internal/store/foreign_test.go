package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
)

// written is a SQLite file that some program has written with the given
// settings, still open.
func written(t *testing.T, path, settings string, texts ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// contents is what the files in a folder hold, but for the shared memory of
// SQLite, which is not part of a database.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "-shm") {
			all[filepath.Base(file)] = string(text)
		}
	}
	return all
}

// copied is a folder with the database as a process that dies now leaves it.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for name, text := range contents(t, dir) {
		if err := os.WriteFile(filepath.Join(to, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestOpenDatabaseOfAnotherProgram(t *testing.T) {
	t.Parallel()
	const notes = `CREATE TABLE "note" ("text" TEXT)`
	tests := []struct {
		name, settings string
		texts          []string
		crashed        bool
	}{
		{"rollback journal", "", []string{notes}, false},
		{"write-ahead log", "?_pragma=journal_mode(WAL)", []string{notes}, false},
		{"write-ahead log, after a crash", "?_pragma=journal_mode(WAL)", []string{notes}, true},
		{
			"of the same migration tool", "",
			[]string{notes, `CREATE TABLE "goose_db_version" ("id" INTEGER PRIMARY KEY, "version_id" INTEGER, "is_applied" INTEGER)`},
			false,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			other := written(t, filepath.Join(dir, "notes.db"), test.settings, test.texts...)
			if test.crashed {
				dir = copied(t, dir)
			} else if err := other.Close(); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			path := filepath.Join(dir, "notes.db")
			s, err := Open(t.Context(), path)
			if err == nil {
				t.Fatal("it opened", s.Close())
			}
			want := "open database " + path + ": it is a database of another program: name another file"
			if err.Error() != want {
				t.Errorf("error %q, want %q", err, want)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("the folder changed (-before +after):\n%s", diff)
			}
		})
	}
}

// Files without tables are taken: empty ones, and databases that somebody made
// and has not used.
func TestOpenFileWithoutTables(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]string{
		"empty file":        nil,
		"tables were there": {`CREATE TABLE "note" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)`, `DROP TABLE "note"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.db")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := written(t, path, "", texts...).Close(); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.PutLeads(t.Context(), []crm.Arrival{{Lead: crm.Lead{ID: "L"}}}), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A database of our own opens again whatever a crash left beside it.
func TestOpenAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: crm.Lead{ID: "L"}}}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), filepath.Join(copied(t, dir), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := again.CountLeads(t.Context()); n != 1 || err != nil {
		t.Errorf("%d leads (%v), want 1", n, err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenWhatIsNoFile(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), os.DevNull)
	if err == nil {
		t.Fatal("it opened", s.Close())
	}
	want := "open database " + os.DevNull + ": it is a device, pipe or socket and no file: name a file"
	if err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// Whoever meets a lock waits for it once, and says one sentence.
func TestLockedOnce(t *testing.T) {
	t.Parallel()
	const (
		wait = time.Second
		most = 2 * wait
		said = "database is locked by another process; nothing of this was written: run the command again"
	)
	hold := []string{"BEGIN IMMEDIATE"}
	short := func(t *testing.T, path string) (*Store, error) {
		t.Helper()
		return openSQLite(t.Context(), path, wait)
	}
	told := func(t *testing.T, begun time.Time, err error, want string) {
		t.Helper()
		took := time.Since(begun)
		if !errors.Is(err, crm.ErrBusy) || err.Error() != want {
			t.Errorf("error %q, want crm.ErrBusy as %q", err, want)
		}
		if took > most {
			t.Errorf("it took %v, want one wait of %v", took, wait)
		}
	}
	t.Run("a step and the close after it", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "a.db")
		s, err := short(t, path)
		if err != nil {
			t.Fatal(err)
		}
		written(t, path, "", hold...)
		begun := time.Now()
		err = s.PutLeads(context.Background(), []crm.Arrival{{Lead: crm.Lead{ID: "L"}}})
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		told(t, begun, err, "store leads: "+said)
	})
	t.Run("the first opening", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "a.db")
		written(t, path, "?_pragma=journal_mode(WAL)", hold...)
		begun := time.Now()
		_, err := short(t, path)
		told(t, begun, err, "open database "+path+": "+said)
	})
	t.Run("opening what another holds alone", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "a.db")
		written(t, path, "?_pragma=locking_mode(EXCLUSIVE)", `CREATE TABLE "other" ("a" TEXT)`)
		begun := time.Now()
		_, err := short(t, path)
		told(t, begun, err, "open database "+path+": "+said)
	})
}

func TestLeadWithoutID(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "leads")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Lead(t.Context(), ""); !errors.Is(err, crm.ErrNotFound) || err.Error() != "a lead without id: not found" {
		t.Errorf("error %v, want a lead without id that is not found", err)
	}
}
