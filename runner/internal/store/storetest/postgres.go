package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is the address of the private server of this test process, started
// by the first test that needs it. It is the one thing that tests share.
var server = sync.OnceValues(start)

// private is a server of our own. It lives until hold, the input of the shell
// above it, is closed; a line of input restarts it.
type private struct {
	dsn  string
	hold io.WriteCloser
}

var errNoServer = errors.New("PostgreSQL is neither named by CALLSHEET_TEST_POSTGRES nor installed (initdb, postgres)")

// Postgres is the address of an empty PostgreSQL database that goes away with
// the test. Its server is the one that CALLSHEET_TEST_POSTGRES names, or a
// private one made with initdb and postgres, which ends with the test process.
// Without either the test is skipped, or fails when CALLSHEET_TEST_REQUIRE
// mentions postgres.
func Postgres(t testing.TB) string {
	t.Helper()
	admin := os.Getenv("CALLSHEET_TEST_POSTGRES")
	if admin == "" {
		own, err := server()
		demand(t, err)
		admin = own.dsn
	}
	dsn, drop, err := create(admin, "template1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return dsn
}

// Server is the address of an empty database on a PostgreSQL server that the
// test has for itself, to do harm to it. The host in it is the folder of the
// cluster, data its subfolder.
func Server(t testing.TB) string {
	t.Helper()
	dsn, _ := Restartable(t)
	return dsn
}

// Restartable is [Server], and a function that kills the server and starts it
// again, which does not wait until it answers.
func Restartable(t testing.TB) (dsn string, restart func()) {
	t.Helper()
	own, err := start()
	demand(t, err)
	t.Cleanup(func() { _ = own.hold.Close() })
	return own.dsn, func() {
		if _, err := io.WriteString(own.hold, "\n"); err != nil {
			t.Error(err)
		}
	}
}

// Copy makes a copy of the PostgreSQL database that dsn names, while nobody is
// connected to it, and gives its address and what drops it. That is faster than
// making the tables again.
func Copy(dsn string) (address string, drop func() error, err error) {
	from, err := url.Parse(dsn)
	if err != nil {
		return "", nil, err
	}
	admin := *from
	admin.Path = "/postgres"
	return create(admin.String(), strings.TrimPrefix(from.Path, "/"))
}

// create makes a database like another one over a connection to a third.
func create(admin, template string) (dsn string, drop func() error, err error) {
	address, err := url.Parse(admin)
	if err != nil {
		return "", nil, err
	}
	name := "callsheet_test_" + strings.ToLower(rand.Text())
	if err := command(admin, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		return "", nil, err
	}
	address.Path = "/" + name
	return address.String(), func() error { return command(admin, "DROP DATABASE "+name+" WITH (FORCE)") }, nil
}

// demand ends a test that has no server: it is skipped, or fails when
// CALLSHEET_TEST_REQUIRE mentions postgres.
func demand(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errNoServer) && !strings.Contains(os.Getenv("CALLSHEET_TEST_REQUIRE"), "postgres") {
		t.Skip("skipped:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command runs one statement over a connection of its own.
func command(dsn, statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// start makes a cluster in a temporary folder and starts its server on a
// socket there.
func start() (private, error) {
	initdb, err := find("initdb")
	if err != nil {
		return private{}, err
	}
	postgres, err := find("postgres")
	if err != nil {
		return private{}, err
	}
	dir, err := os.MkdirTemp("", "callsheet-pg-")
	if err != nil {
		return private{}, err
	}
	own, err := startIn(dir, initdb, postgres)
	if err != nil {
		return private{}, errors.Join(err, os.RemoveAll(dir))
	}
	return own, nil
}

func startIn(dir, initdb, postgres string) (private, error) {
	attributes, err := unprivileged(dir)
	if err != nil {
		return private{}, err
	}
	if err := makeCluster(initdb, dir, attributes); err != nil {
		return private{}, err
	}
	hold, err := launch(postgres, dir, attributes)
	if err != nil {
		return private{}, err
	}
	dsn := "postgres://callsheet@/postgres?host=" + url.QueryEscape(dir)
	return private{dsn, hold}, reachable(dsn, filepath.Join(dir, "log"))
}

func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil || len(found) == 0 {
		return "", errNoServer
	}
	return found[len(found)-1], nil
}

// unprivileged gives dir to the user that runs the server: PostgreSQL refuses
// to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	credential := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return &syscall.SysProcAttr{Credential: credential}, os.Chown(dir, int(uid), int(gid))
}

// makeCluster prefers a language's order of text: under the bytes' own order
// a forgotten collation would go unseen.
func makeCluster(initdb, dir string, attributes *syscall.SysProcAttr) error {
	var all []error
	for _, order := range [][]string{{"--locale-provider=icu", "--icu-locale=en-US"}, nil} {
		args := append([]string{"-D", filepath.Join(dir, "data"), "-U", "callsheet", "-A", "trust", "-E", "UTF8", "--no-sync"}, order...)
		cmd := exec.Command(initdb, args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		all = append(all, fmt.Errorf("initdb: %w: %s", err, out))
	}
	return errors.Join(all...)
}

// launch starts the server under a shell that waits for the end of its input.
// The test process holds the other end of that pipe, so the server and its
// folder go away however the process ends. SIGQUIT is an end without a
// checkpoint, as that of a crash.
func launch(postgres, dir string, attributes *syscall.SysProcAttr) (io.WriteCloser, error) {
	const script = `
		trap '' INT TERM
		begin() { "$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 >>"$2/log" 2>&1 & }
		begin "$@"
		while read -r _; do
			kill -QUIT $!
			wait
			begin "$@"
		done
		kill -QUIT $!
		wait
		rm -rf "$2"`
	cmd := exec.Command("/bin/sh", "-c", script, "sh", postgres, dir)
	cmd.Dir, cmd.SysProcAttr = dir, attributes
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return hold, cmd.Start()
}

func reachable(dsn, log string) error {
	var err error
	for range 300 {
		if err = command(dsn, "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(log)
	return fmt.Errorf("the private PostgreSQL server does not answer: %w\n%s", err, text)
}
