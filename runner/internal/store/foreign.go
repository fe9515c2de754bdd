package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"time"
)

var errForeign = errors.New("it is a database of another program: name another file")

// look says whether a SQLite file holds no tables yet, or is missing. One that
// holds tables and not ours is an error. Nothing is written: the settings with
// which we open a database of our own would change the file.
func look(ctx context.Context, file string, wait time.Duration) (fresh bool, err error) {
	if _, err := os.Stat(file); err != nil {
		return true, nil
	}
	uri := address(file, common(wait)[:1])
	// Whoever closes a file last folds its write-ahead log into it, unless it
	// may only read.
	if _, err := os.Stat(file + "-wal"); err == nil {
		uri += "&mode=ro"
	}
	db, err := sql.Open("sqlite", uri)
	if err != nil {
		return false, err
	}
	db.SetMaxOpenConns(1)
	tables, err := texts(ctx, db, `SELECT "name" FROM sqlite_schema WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite!_%' ESCAPE '!'`)
	if err := errors.Join(err, db.Close()); err != nil {
		return false, err
	}
	ours := slices.Contains(tables, versionTable)
	// Between its first two transactions a migration has made only that table.
	if len(tables) > 0 && (!ours || len(tables) > 1 && !slices.Contains(tables, "file_line")) {
		return false, errForeign
	}
	return !ours, nil
}

// pass waits until nobody else writes to the database.
func pass(ctx context.Context, home *sql.DB) error {
	tx, err := home.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}
