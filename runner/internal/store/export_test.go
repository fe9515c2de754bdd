package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// MigrateTo makes the database that dsn names as a program that knew only the
// migrations up to version left it, and runs statements on it.
func MigrateTo(ctx context.Context, dsn string, version int64, statements ...string) (err error) {
	driver, name, d := "sqlite", goose.DialectSQLite3, sqliteDialect()
	if strings.HasPrefix(dsn, "postgres") {
		driver, name, d = "pgx", goose.DialectPostgres, postgresDialect()
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	known, err := readMigrations(d)
	if err != nil {
		return err
	}
	known = slices.DeleteFunc(known, func(m *goose.Migration) bool { return m.Version > version })
	provider, err := goose.NewProvider(name, db, nil, goose.WithGoMigrations(known...),
		goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Schemas are the versions of the schema, oldest first.
func Schemas() ([]int64, error) {
	known, err := readMigrations(sqliteDialect())
	var versions []int64
	for _, m := range known {
		versions = append(versions, m.Version)
	}
	return versions, err
}
