package store_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.SQLite(t) })
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		s, err := store.OpenMemory(t.Context(), t.Name())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	storetest.Postgres(t)
	storetest.Run(t, func(t *testing.T) *store.Store { return storetest.OnPostgres(t) })
}

// Programs that start at once on an empty database all find it migrated.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := dsn(t)
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					s, err := store.Open(context.Background(), dsn)
					if err == nil {
						err = s.Close()
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		})
	}
}
