package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/template"

	"github.com/pressly/goose/v3"

	"callsheet/runner/internal/crm"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is where the schema version is kept.
const versionTable = "goose_db_version"

// migrate brings the database behind db to the newest schema this program
// knows. Two programs that start at once both try; the one that loses finds
// the work done.
func migrate(ctx context.Context, db *sql.DB, d *dialect, name goose.Dialect) error {
	known, err := readMigrations(d)
	if err != nil {
		return err
	}
	var stored, newest int64
	for tries, reached := 0, int64(-1); tries < maxTries; tries++ {
		// A lock has been waited for long enough already.
		if err != nil && (hopeless(err) || errors.Is(explain(err), crm.ErrBusy) && !passing(err)) {
			break
		}
		// A provider looks for its own table only once.
		var provider *goose.Provider
		provider, err = goose.NewProvider(name, db, nil,
			goose.WithGoMigrations(known...), goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
		if err != nil {
			return err
		}
		if stored, newest, err = provider.GetVersions(ctx); err != nil {
			continue
		}
		if stored > newest {
			return fmt.Errorf("its schema is version %d and this program knows only %d: use the newer program that migrated it", stored, newest)
		}
		if stored == newest {
			return nil
		}
		// Whoever loses each of many migrations has not failed.
		if stored > reached {
			tries, reached = 0, stored
		}
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
	}
	if stored < 0 {
		return fmt.Errorf("read the version of its schema: %w", explain(err))
	}
	return fmt.Errorf("migrate from schema %d to %d: %w", stored, newest, explain(err))
}

// readMigrations completes the embedded templates with the words of d. The
// number at the start of a file's name is its version.
func readMigrations(d *dialect) ([]*goose.Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []*goose.Migration
	for _, name := range names {
		text, err := complete(name, d)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		up := func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			return err
		}
		all = append(all, goose.NewGoMigration(version, &goose.GoFunc{RunTx: up}, nil))
	}
	return all, nil
}

func complete(name string, d *dialect) (string, error) {
	t, err := template.ParseFS(migrations, name)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = t.Execute(&text, d)
	return text.String(), err
}
