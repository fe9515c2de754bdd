package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
)

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("This is no database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, dsn, want string }{
		{"empty path", "", "name a file"},
		{"folder missing", filepath.Join(dir, "none", "a.db"), "none does not exist: create it"},
		{"folder is a file", filepath.Join(text, "a.db"), "notes.txt"},
		{"path is a folder", dir, "it is a folder: name a file in it"},
		{"not a database", text, "it is no SQLite file"},
		{"address that cannot be read", "postgres://u:secret@[::1/x", "cannot be read"},
		{"server that cannot be reached", "postgres://u:secret@127.0.0.1:1/calls", "cannot reach PostgreSQL database calls at 127.0.0.1:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), tt.dsn)
			if err == nil {
				t.Fatal("it opened", s.Close())
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q, want one with %q and no password", err, tt.want)
			}
		})
	}
}

func TestOpenReadOnlyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		// Permissions do not bind root; a kernel's file system does.
		if dir = "/proc/self"; !exists(dir) {
			t.Skip("skipped: root needs /proc to have a folder that cannot be written")
		}
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), filepath.Join(dir, "a.db"))
	if err == nil {
		t.Fatal("it opened", s.Close())
	}
	if !strings.Contains(err.Error(), "must be writable") {
		t.Errorf("error %q does not say that the folder must be writable", err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+path+"?_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec(`CREATE TABLE "other" ("a" TEXT)`); err != nil {
		t.Fatal(err)
	}
	if s, err = openSQLite(t.Context(), path, 50*time.Millisecond); err == nil {
		t.Fatal("it opened", s.Close())
	}
	if !errors.Is(err, crm.ErrBusy) {
		t.Errorf("error %v, want crm.ErrBusy", err)
	}
}

func TestOpenStrangeNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a?b.db", "a#b.db", "a%20b.db", "é b&c=d.db", "plain"} {
		s, err := Open(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		arrivals := []crm.Arrival{{Lead: crm.Lead{ID: name}}}
		if err := errors.Join(s.PutLeads(t.Context(), arrivals), s.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) != 5 {
		t.Errorf("files %q (%v), want the five databases alone", found, err)
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	for i := range 2 {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.CountLeads(t.Context()); n != i || err != nil {
			t.Errorf("%d leads (%v), want %d", n, err, i)
		}
		arrivals := []crm.Arrival{{Lead: crm.Lead{ID: fmt.Sprint(i)}}}
		if err := errors.Join(s.PutLeads(t.Context(), arrivals), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "closed")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if err := s.PutLeads(t.Context(), nil); !errors.Is(err, errClosed) {
		t.Errorf("error %v, want %v", err, errClosed)
	}
}

func TestMemoryIsPrivate(t *testing.T) {
	t.Parallel()
	for range 2 {
		s, err := OpenMemory(t.Context(), "same name")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if n, err := s.CountLeads(t.Context()); n != 0 || err != nil {
			t.Errorf("%d leads (%v), want none", n, err)
		}
		if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: crm.Lead{ID: "L-1"}}}); err != nil {
			t.Error(err)
		}
	}
}

// The migrations write the columns a second time; here the two meet.
func TestColumnsAreThoseOfTheMigrations(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "columns")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// published_at is written and never read by the program, seq is no fact of a file.
	extra := map[string][]string{"file": {"published_at", "seq"}}
	for name, want := range map[string][]string{
		"lead": s.lead.names(), "call": s.call.names(), "run": s.run.names(), "decision": s.decision.names(),
		"funnel": s.funnel.names(), "file": s.file.names(), "file_line": s.line.names(), "agent": s.agent.names(),
		"wallet": s.wallet.names(), "task": s.task.names(), "dialer_contact": s.dialerContact.names(), "rule_book": s.book.names(),
		"record": s.record.names(), "suppression": s.suppression.names(), "lease": s.lease.names(),
	} {
		var got []string
		err := s.view(t.Context(), "columns", func(ctx context.Context, q querier) (err error) {
			got, err = texts(ctx, q, `SELECT name FROM pragma_table_info('`+name+`')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append(want, extra[name]...), got); diff != "" {
			t.Errorf("columns of %s (-program +migration):\n%s", name, diff)
		}
	}
}

// TestLibc guards the pair that SQLite's authors test together: with another
// libc than the one SQLite's own go.mod names, its memory is not safe.
func TestLibc(t *testing.T) {
	t.Parallel()
	type module struct {
		Version, GoMod string
		Replace        *module
	}
	used := map[string]module{}
	for _, path := range []string{"modernc.org/libc", "modernc.org/sqlite"} {
		out, err := exec.Command("go", "list", "-m", "-json", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		var m module
		if err := json.Unmarshal(out, &m); err != nil {
			t.Fatal(err)
		}
		if m.Replace != nil {
			m = *m.Replace
		}
		used[path] = m
	}
	text, err := os.ReadFile(used["modernc.org/sqlite"].GoMod)
	if err != nil {
		t.Fatal(err)
	}
	want := "modernc.org/libc " + used["modernc.org/libc"].Version
	if !slices.ContainsFunc(strings.Split(string(text), "\n"), func(line string) bool { return strings.TrimSpace(line) == want }) {
		t.Errorf("go.mod selects %s, which is not what go.mod of sqlite %s requires: pin that one with a replace directive",
			want, used["modernc.org/sqlite"].Version)
	}
}

// What cannot be undone is not gone on with.
func TestScratchIsSpoiledByAFailure(t *testing.T) {
	t.Parallel()
	s, err := OpenScratch(t.Context(), "scratch")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lead := crm.Lead{ID: "L-1", Status: crm.New}
	if err := s.PutLeads(t.Context(), []crm.Arrival{{Lead: lead}}); err != nil {
		t.Fatal(err)
	}
	lead.Revision = 7 // nobody has read that
	conflict := s.PutLeads(t.Context(), []crm.Arrival{{Lead: lead}})
	if !errors.Is(conflict, crm.ErrConflict) {
		t.Fatalf("a conflict: %v", conflict)
	}
	if _, err := s.RefreshWallets(t.Context(), 0); err != nil {
		t.Errorf("a read: %v", err)
	}
	if err := s.PutWallets(t.Context(), []crm.Wallet{{ContactID: "C-1", Agent: "a"}}, 0); !errors.Is(err, crm.ErrConflict) {
		t.Errorf("the step after it: %v", err)
	}
}
