package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"callsheet/runner/internal/store/storetest"
)

// ward is a PostgreSQL server with something wrong, and the leads of F0 in its
// database postgres.
type ward struct {
	t     *testing.T
	admin string
	key   string
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{t: t, admin: storetest.Server(t), key: aKey(t)}
	w.run(w.admin, exitDone, "", "import", "leads", f0+"/leads.csv")
	return w
}

// at is the address of a database of the server, for a user with a password.
func (w *ward) at(user, database string) string {
	address, err := url.Parse(w.admin)
	if err != nil {
		w.t.Fatal(err)
	}
	address.User, address.Path = url.UserPassword(user, "secret"), "/"+database
	return address.String()
}

func (w *ward) sql(dsn string, statements ...string) {
	w.t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, statement := range statements {
		if _, err := conn.Exec(context.Background(), statement); err != nil {
			w.t.Fatal(statement, err)
		}
	}
}

// run runs a command and demands its exit code and, when it fails, one line
// that says want and no password.
func (w *ward) run(dsn string, code int, want string, args ...string) (stdout string) {
	w.t.Helper()
	args = append([]string{"--rules", f0, "--at", "2026-11-22T20:00:00", "--db", dsn}, args...)
	stdout, stderr, got := keyed(w.t, w.key, args...)
	line, rest, _ := strings.Cut(stderr, "\n")
	if got != code || !strings.Contains(line, want) || strings.Contains(stdout+stderr, "secret") {
		w.t.Errorf("callsheet %v: exit code %d, want %d, %q and no password\n%s%s", args, got, code, want, stdout, stderr)
	}
	if code == exitFailed && rest != "" {
		w.t.Errorf("more than a line:\n%s", stderr)
	}
	return stdout
}

func TestPostgresAddresses(t *testing.T) {
	takesLong(t, "starting the program again and again")
	t.Parallel()
	w := newWard(t)
	w.sql(w.admin, "CREATE ROLE guest LOGIN PASSWORD 'other'", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'",
		"CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
	address, err := url.Parse(w.admin)
	if err != nil {
		t.Fatal(err)
	}
	hba := filepath.Join(address.Query().Get("host"), "data", "pg_hba.conf")
	rules, err := os.ReadFile(hba)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hba, append([]byte("local all guest scram-sha-256\n"), rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	w.sql(w.admin, "SELECT pg_reload_conf()")
	for dsn, want := range map[string]string{
		w.at("guest", "postgres"):                       `mend user or password in the address, or in PGUSER, PGPASSWORD or ~/.pgpass: password authentication failed for user "guest"`,
		w.at("nobody", "postgres"):                      `mend user or password in the address, or in PGUSER, PGPASSWORD or ~/.pgpass: role "nobody" does not exist`,
		w.at("callsheet", "nowhere"):                    `make it with CREATE DATABASE "nowhere" ENCODING 'UTF8' TEMPLATE template0: database "nowhere" does not exist`,
		w.at("callsheet", "latin"):                      `its encoding is LATIN1 and cannot hold every name: restore a dump of it in a database made with CREATE DATABASE "latin" ENCODING 'UTF8'`,
		w.at("callsheet", "bytes"):                      `its encoding is SQL_ASCII and cannot hold every name`,
		"postgres://callsheet:secret@127.0.0.1:1/calls": "cannot reach PostgreSQL database calls at 127.0.0.1:1: start the server or mend the address: dial tcp 127.0.0.1:1",
		"postgres://callsheet:secret@no.invalid/calls":  "cannot reach PostgreSQL database calls at no.invalid:5432: start the server or mend the address: lookup no.invalid",
	} {
		w.run(dsn, exitFailed, want, "rank")
	}
	w.run("postgres://callsheet:secret@127.0.0.1:port/calls", exitUsage, "the postgres:// address cannot be read: ", "rank")
}

// Who may not write may read, and is told whose fault it is that they cannot.
func TestPostgresRights(t *testing.T) {
	takesLong(t, "starting the program again and again")
	t.Parallel()
	w := newWard(t)
	w.sql(w.admin, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "CREATE DATABASE empty",
		"CREATE DATABASE replica TEMPLATE postgres", "ALTER DATABASE replica SET default_transaction_read_only = on")
	start := []string{"start-campaign", "--start-date=2026-11-23T09:30:00"}
	before := dumpOf(t, w.admin)
	w.run(w.at("reader", "empty"), exitFailed, "the role in --db lacks rights: make it the owner of the database and its tables: permission denied for schema public", "rank")
	lacks := "the role in --db lacks rights: make it the owner of the database and its tables: permission denied for table "
	w.run(w.at("reader", "postgres"), exitFailed, lacks, start...)
	w.run(w.at("reader", "postgres"), exitFailed, lacks, "import", "agents", shop+"/fixtures/agents.csv")
	if diff := dumpOf(t, w.admin); diff != before {
		t.Error("who has no right to has changed something")
	}
	reads := "the database is read-only, such as a replica: name the primary server with --db: cannot execute "
	w.run(w.at("callsheet", "replica"), exitFailed, reads, start...)
	all := w.run(w.admin, exitDone, "", "rank")
	for _, dsn := range []string{w.at("reader", "postgres"), w.at("callsheet", "replica")} {
		if got := w.run(dsn, exitDone, "", "rank"); got != all {
			t.Errorf("a reader sees\n%s\nnot\n%s", got, all)
		}
	}
}

// A server without a free connection is waited for, and then named.
func TestPostgresFull(t *testing.T) {
	takesLong(t, "starting the program again and again")
	t.Parallel()
	w := newWard(t)
	w.sql(w.admin, "CREATE ROLE small LOGIN CONNECTION LIMIT 1", "GRANT ALL ON ALL TABLES IN SCHEMA public TO small")
	hold, err := pgx.Connect(t.Context(), w.at("small", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	w.run(w.at("small", "postgres"), exitFailed, `run fewer programs at once, or raise max_connections of the server: too many connections for role "small"`, "rank")
	time.AfterFunc(300*time.Millisecond, func() { _ = hold.Close(context.Background()) })
	w.run(w.at("small", "postgres"), exitDone, "", "rank")
}

func dumpOf(t *testing.T, dsn string) string {
	t.Helper()
	text, err := dumped(dsn)
	if err != nil || !strings.Contains(text, "L1") {
		t.Fatal("nothing to compare", err)
	}
	return text
}
