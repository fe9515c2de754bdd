package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// reachWait is how long a server may take to answer when the address sets no
// connect_timeout.
const reachWait = 10 * time.Second

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the postgres:// address cannot be read: %w", err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = reachWait
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "callsheet"
	}
	where := fmt.Sprintf("PostgreSQL database %s at %s:%d", config.Database, config.Host, config.Port)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(4 * runtime.GOMAXPROCS(0))
	pool.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0))
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot reach %s: start the server or mend the address: %w", where, err), pool.Close())
	}
	d := postgresDialect()
	if err := migrate(ctx, pool, d, "postgres"); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", where, err), pool.Close())
	}
	return &Store{schema: newSchema(d), dialect: d, pool: pool}, nil
}
