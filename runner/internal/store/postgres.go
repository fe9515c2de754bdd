package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// reachWait is how long a server may take to answer when the address sets no
// connect_timeout, and how long a restart of it or a free connection is waited
// for, with a try every reachBeat.
const (
	reachWait = 10 * time.Second
	reachBeat = 100 * time.Millisecond
)

// ErrAddress says that the address of a database cannot be read.
var ErrAddress = errors.New("the postgres:// address cannot be read")

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = reachWait
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "callsheet"
	}
	// A plan is kept that was made while a table was empty: one that reads all of
	// it would cost an import more with every lead.
	if config.RuntimeParams["enable_seqscan"] == "" {
		config.RuntimeParams["enable_seqscan"] = "off"
	}
	where := fmt.Sprintf("PostgreSQL database %s at %s:%d", config.Database, config.Host, config.Port)
	patient := &patient{Connector: stdlib.GetConnector(*config)}
	pool := sql.OpenDB(patient)
	pool.SetMaxOpenConns(4 * runtime.GOMAXPROCS(0))
	pool.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0))
	var encoding string
	if err := pool.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot reach %s: %s", where, unreachable(config, err)), pool.Close())
	}
	patient.reached.Store(true)
	if encoding != "UTF8" {
		err := fmt.Errorf("open %s: its encoding is %s and cannot hold every name: restore a dump of it in a database made with %s", where, encoding, creation(config.Database))
		return nil, errors.Join(err, pool.Close())
	}
	d := postgresDialect()
	if err := migrate(ctx, pool, d, "postgres"); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", where, err), pool.Close())
	}
	return &Store{schema: newSchema(d), dialect: d, pool: pool}, nil
}

// patient waits for a server that is starting or has no connection left, and for
// one that was there before and is gone.
type patient struct {
	driver.Connector
	reached atomic.Bool
}

// Connect is a new connection, or the error of the last of many tries.
func (p *patient) Connect(ctx context.Context) (driver.Conn, error) {
	within, cancel := context.WithTimeout(ctx, reachWait)
	defer cancel()
	for {
		conn, err := p.Connector.Connect(ctx)
		if passes := stateOf(err) == pgTooMany || stateOf(err) == pgStarting || p.reached.Load() && broken(err); !passes {
			return conn, err
		}
		select {
		case <-time.After(reachBeat):
		case <-within.Done():
			return conn, err
		}
	}
}

// unreachable says in one line what keeps a server from being used, and how to
// mend it.
func unreachable(config *pgx.ConnConfig, err error) string {
	mend := "start the server or mend the address"
	switch stateOf(err) {
	case pgAuthorization, pgPassword:
		mend = "mend user or password in the address, or in PGUSER, PGPASSWORD or ~/.pgpass"
	case pgNoDatabase:
		mend = "make it with " + creation(config.Database)
	case pgTooMany:
		mend = "run fewer programs at once, or raise max_connections of the server"
	}
	return mend + ": " + causeOf(err)
}

// creation is the statement that makes a database fit for us.
func creation(name string) string {
	return fmt.Sprintf(`CREATE DATABASE %s ENCODING 'UTF8' TEMPLATE template0`, pgx.Identifier{name}.Sanitize())
}
