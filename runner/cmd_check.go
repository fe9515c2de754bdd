package main

import (
	"os"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

func newCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "find every mistake in a rule book",
		Long:  "check reads and checks all rule files as if they were to be put in force, and lists every mistake with its place.\n" + exitHelp,
		Args:  exactly(0, "no argument (name the folder with --rules)"),
		RunE:  func(*cobra.Command, []string) error { return runCheck(a) },
	}
}

// runCheck loads the book as every other command does. Mistakes are the error.
func runCheck(a *app) error {
	term, err := terminal.New(a.stdout, a.stderr, a.format)
	if err != nil {
		return usageError{err}
	}
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return err
	}
	term.Printf("%s, %s, version %s: no problem", plural(book.Files, "file"), plural(book.Rules, "rule"), book.Short())
	return nil
}
