package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/terminal"
)

func newCheckCommand(a *app) *cobra.Command {
	verbose := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "find every mistake in a rule book",
		Long: "check reads and checks all rule files as if they were to be put in force, and lists every mistake with its place.\n" +
			"What is odd and can be put in force all the same is a warning.",
		Example: "  callsheet --rules /etc/callsheet check",
		Args:    exactly(0, "no argument (name the folder with --rules)"),
		RunE:    func(*cobra.Command, []string) error { return runCheck(a, verbose) },
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "also list the files that are the shipped ones, and what is computed lead by lead")
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

// passed says that a rule book has no mistake, what is odd about it, which of
// its files are the shipped ones, and which of its expressions are computed
// lead by lead. Programs get the list of warnings.
func (a *app) passed(book *engine.RuleBook, verbose bool) error {
	warnings, err := a.warnings(book)
	if err != nil {
		return err
	}
	say := a.term.Printf
	if a.term.Format == terminal.Table {
		printList(a.stdout, warnings)
	} else {
		if err := a.listFaults(warnings); err != nil {
			return err
		}
		say = a.term.Note
	}
	shipped, found := "", "no problem"
	if n := len(book.Inherited); n > 0 {
		shipped = fmt.Sprintf(" (%d of them shipped)", n)
	}
	if n := len(warnings); n > 0 {
		found = plural(n, "warning")
	}
	if verbose {
		for _, name := range book.Inherited {
			say("shipped  %s", name)
		}
		for _, e := range book.Expressions {
			if e.Fallback != "" {
				say("slower   %s:%d:%d  %s: %s", e.File, e.Line, e.Column, e.Fallback, strings.Join(strings.Fields(e.Source), " "))
			}
		}
	}
	say("%s%s, %s, version %s: %s", plural(book.Files, "file"), shipped, plural(book.Rules, "rule"), book.Short(), found)
	return nil
}

// warnings are what is odd about a book without mistakes, at the clock of the
// command.
func (a *app) warnings(book *engine.RuleBook) ([]engine.Fault, error) {
	now := a.clock()
	if a.at != "" {
		var err error
		if now, err = parseTime(a.at, book.Zone); err != nil {
			return nil, err
		}
	}
	list := append([]engine.Fault{}, book.Warnings...) // an empty list is one too
	return append(list, book.ExpiredWaivers(calendar.DateOf(now.In(book.Zone)))...), nil
}

// listFaults is the list of mistakes or warnings for programs.
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
