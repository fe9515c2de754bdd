package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

func newCheckCommand(a *app) *cobra.Command {
	verbose := false
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "find every mistake in a rule book",
		Long:    "check reads and checks all rule files as if they were to be put in force, and lists every mistake with its place.",
		Example: "  callsheet --rules /etc/callsheet check",
		Args:    exactly(0, "no argument (name the folder with --rules)"),
		RunE:    func(*cobra.Command, []string) error { return runCheck(a, verbose) },
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "list the files that the folder lacks and that are the shipped ones")
	return cmd
}

// runCheck loads the book as every other command does. Mistakes are the data
// that it was asked for, and the error too.
func runCheck(a *app, verbose bool) error {
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err == nil {
		return a.passed(book, verbose)
	}
	err = unreadable(a.rules, err)
	var faults *engine.Faults
	if !errors.As(err, &faults) {
		return err
	}
	if a.term.Format == terminal.Table {
		printFaults(a.stdout, faults)
		return toldError{faults}
	}
	if err := a.listFaults(faults.List); err != nil {
		return err
	}
	a.term.Note("%s", verdict(faults))
	return toldError{faults}
}

// passed says that a rule book has no mistake, and which of its files are the
// shipped ones. Programs get an empty list.
func (a *app) passed(book *engine.RuleBook, verbose bool) error {
	say := a.term.Printf
	if a.term.Format != terminal.Table {
		if err := a.listFaults([]engine.Fault{}); err != nil {
			return err
		}
		say = a.term.Note
	}
	shipped := ""
	if n := len(book.Inherited); n > 0 {
		shipped = fmt.Sprintf(" (%d of them shipped)", n)
	}
	if verbose {
		for _, name := range book.Inherited {
			say("shipped  %s", name)
		}
	}
	say("%s%s, %s, version %s: no problem", plural(book.Files, "file"), shipped, plural(book.Rules, "rule"), book.Short())
	return nil
}

// listFaults is the list of mistakes for programs.
func (a *app) listFaults(list []engine.Fault) error {
	if a.term.Format == terminal.JSON {
		return a.term.JSON(list)
	}
	rows := make([][]any, len(list))
	for i, f := range list {
		rows[i] = []any{f.File, f.Line, f.Column, f.Code, f.Message, f.Hint}
	}
	return a.term.Table(terminal.Columns("file", "line", "column", "code", "message", "hint"), rows)
}
