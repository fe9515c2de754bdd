package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

// app is one run of the program: its streams, its environment and the flags
// that every command has.
type app struct {
	stdout, stderr io.Writer
	env            func(string) string
	clock          func() time.Time // the wall; --at replaces it

	rules, db, out string
	at             string
	format         string
	dbGiven        bool
}

// Exit codes, everywhere the same.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFaults      = 3
	exitPart        = 5
	exitInterrupted = 130
)

const exitHelp = `
Exit codes:
  0    done, or nothing to do
  1    failure at run time
  2    wrong usage
  3    mistakes in rule files
  4    rule tests failed, or a guardrail stopped it
  5    done in part
  130  interrupted
`

// usageError is a command line that cannot be meant.
type usageError struct{ error }

// partError says that some of the work is done and some is not.
type partError struct{ error }

// run executes one command line and gives its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, "callsheet: interrupted: what was stored stays, run the command again to go on")
		return exitInterrupted
	}
	if err == nil {
		return exitDone
	}
	var faults *engine.Faults
	var usage usageError
	var part partError
	switch {
	case errors.As(err, &faults):
		printFaults(a.stderr, faults)
		return exitFaults
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(a.stderr, "callsheet: %v\nrun callsheet --help for the commands and their flags\n", err)
		return exitUsage
	case errors.As(err, &part):
		fmt.Fprintln(a.stderr, "callsheet:", err)
		return exitPart
	}
	fmt.Fprintln(a.stderr, "callsheet:", err)
	return exitFailed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "callsheet",
		Short:         "who gets called, when, and why",
		Long:          "callsheet decides who gets called, when and why, by rules that business analysts write.\n" + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.dbGiven = cmd.Flags().Changed("db") || a.env("CALLSHEET_DB") != ""
			_, err := terminal.New(a.stdout, a.stderr, a.format)
			return asUsage(err)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&a.rules, "rules", a.orElse("CALLSHEET_RULES", "."), "folder of the rule book")
	flags.StringVar(&a.db, "db", a.orElse("CALLSHEET_DB", "callsheet.db"), "SQLite file, postgres:// address, or a folder of fixtures that is only read")
	flags.StringVar(&a.out, "out", a.orElse("CALLSHEET_OUT", "out"), "folder for the dialer's files")
	flags.StringVar(&a.at, "at", "", "clock of the command, such as 2026-11-23T09:30:00 (local time of the rule book)")
	flags.StringVarP(&a.format, "output", "o", "table", "form of the data: table, json or csv")
	root.AddCommand(
		newCheckCommand(a),
		newImportCommand(a),
		newLeadsCommand(a),
		newRankCommand(a),
		newRescoreCommand(a),
		newSimulateCommand(a),
		newStartCampaignCommand(a),
	)
	return root
}

func (a *app) orElse(variable, otherwise string) string {
	if v := a.env(variable); v != "" {
		return v
	}
	return otherwise
}

func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// exactly wants n arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("%s wants %s, not %d arguments", cmd.CommandPath(), what, len(args))}
		}
		return nil
	}
}

// printFaults lists mistakes in rule files, each with its line and a caret.
func printFaults(w io.Writer, faults *engine.Faults) {
	for _, f := range faults.List {
		fmt.Fprintf(w, "%s:%d:%d  %s  %s\n%s", f.File, f.Line, f.Column, f.Code, f.Message, f.Frame)
	}
	fmt.Fprintf(w, "\n%s in %s\n", plural(len(faults.List), "problem"), plural(faults.Files, "file"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
