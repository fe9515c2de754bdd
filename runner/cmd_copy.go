package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

func newCopyCommand(a *app) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:   "copy",
		Short: "copy everything from one database into another one",
		Long: "copy copies everything in a database into another one, which must be empty: all of it, or nothing. Either may be a\n" +
			"SQLite file or PostgreSQL. Stop whatever writes to the old one first; its key of suppressed numbers is to be kept.",
		Example: "  callsheet copy --from callsheet.db --to postgres://callsheet@db.example.com/callsheet",
		Args:    exactly(0, "no argument (name the databases with --from and --to)"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runCopy(cmd.Context(), a, from, to) },
	}
	cmd.Flags().StringVar(&from, "from", "", "database to read")
	cmd.Flags().StringVar(&to, "to", "", "empty database to fill, made where it is missing")
	return cmd
}

func runCopy(ctx context.Context, a *app, from, to string) error {
	if from == "" || to == "" {
		return usageError{errors.New("copy needs two databases: name them with --from and --to")}
	}
	for _, side := range []struct{ flag, dsn string }{{"--from", from}, {"--to", to}} {
		named := *a
		named.db = side.dsn
		if err := named.knownStore(); err != nil {
			return usageError{errors.New(strings.Replace(err.Error(), "--db", side.flag, 1))}
		}
	}
	if from == to {
		return usageError{errors.New("--from and --to are the same database")}
	}
	if info, err := os.Stat(from); !strings.Contains(from, "://") && (errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir()) {
		return usageError{fmt.Errorf("--from: there is no database %s", from)}
	}
	source, err := store.Open(ctx, from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := store.Open(ctx, to)
	if err != nil {
		return err
	}
	defer target.Close()
	rows, err := source.Rows(ctx)
	if err != nil {
		return err
	}
	s := &session{Terminal: a.term}
	advance, done := s.progress("copying", rows, slowLeads)
	err = store.Copy(ctx, source, target, advance)
	done()
	if err != nil {
		return err
	}
	leads, err := target.CountLeads(ctx)
	if err != nil {
		return err
	}
	if rows, err = target.Rows(ctx); err != nil {
		return err
	}
	return s.tell(fmt.Sprintf("copied %s: %s of all tables", plural(leads, "lead"), plural(int(rows), "row")), terminal.Columns("leads", "rows"), leads, rows)
}
