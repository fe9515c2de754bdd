package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoBackup says that the database has a way of its own to be backed up.
var ErrNoBackup = errors.New("this database is backed up by its own tools")

// Backup writes a SQLite database, as it is at one moment, into a new file of
// mode 0600, whatever other processes do meanwhile. The file is on disk and has
// passed SQLite's own check when it returns; where something fails it is
// removed. Of PostgreSQL it is ErrNoBackup.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	if s.path == "" {
		return ErrNoBackup
	}
	// SQLite takes an empty file for a new one, and this one has the right mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("back up into %s: %w", path, err)
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	// Those of the pool must not write, not even elsewhere.
	db, err := openPool(ctx, address(s.path, common(lockWait)), 1, nil)
	if err != nil {
		return fmt.Errorf("back up into %s: %w", path, explain(err))
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return fmt.Errorf("back up into %s: %w", path, explain(err))
	}
	if err := sound(ctx, path); err != nil {
		return fmt.Errorf("back up into %s: %w", path, err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("back up into %s: %w", path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// sound lets SQLite check a file.
func sound(ctx context.Context, path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address(absolute, nil)+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the copy is damaged: %s", verdict)
	}
	return nil
}

func syncFolder(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
