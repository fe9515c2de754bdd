package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

func newBackupCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "copy the database into a file while others use it",
		Long: "backup writes the SQLite database as it is at one moment into a new file, which is checked and on disk when it ends.\n" +
			"The key of suppressed numbers is not in it. PostgreSQL is backed up with pg_dump.",
		Example: "  callsheet backup /backup/callsheet-2026-11-26.db",
		Args:    exactly(1, "the name of a file that is not there yet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runBackup(cmd.Context(), a, s, args[0]) })
		},
	}
}

func runBackup(ctx context.Context, a *app, s *session, file string) error {
	if s.fixtures || a.missing() {
		return usageError{fmt.Errorf("%s is no database: name one with --db", a.shortDB())}
	}
	err := s.store.Backup(ctx, file)
	switch {
	case errors.Is(err, store.ErrNoBackup):
		return usageError{fmt.Errorf("PostgreSQL is backed up by its own tools: pg_dump --format=custom --file=%s %s", quoted(file), quoted(withoutPassword(a.db)))}
	case errors.Is(err, os.ErrExist):
		return usageError{fmt.Errorf("%s is there already: name a file that is not", file)}
	case err != nil:
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	leads, err := s.store.CountLeads(ctx)
	if err != nil {
		return err
	}
	sentence := fmt.Sprintf("backed up %s into %s", plural(leads, "lead"), file)
	return s.tell(sentence, terminal.Columns("file", "leads", "bytes"), file, leads, info.Size())
}

// withoutPassword is an address that may be shown; pg_dump reads the password
// from PGPASSWORD or ~/.pgpass.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	query.Del("password")
	u.RawQuery = query.Encode()
	return u.String()
}

// quoted is one word of a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
