package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/store"
)

// Exit codes, everywhere the same.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFaults      = 3
	exitStopped     = 4
	exitPart        = 5
	exitInterrupted = 130
)

const exitHelp = `
Exit codes:
  0    done, or nothing to do
  1    failure at run time
  2    wrong usage
  3    mistakes in rule files, or no rule book where --rules points
  4    rule tests failed, or a guardrail stopped it
  5    done in part
  130  interrupted
`

// usageError is a command line that cannot be meant.
type usageError struct{ error }

// partError says that some of the work is done and some is not.
type partError struct{ error }

// bookError is a rule book that cannot be read at all.
type bookError struct{ error }

// toldError is an error that the command has told its user already.
type toldError struct{ error }

// Unwrap is the error that was told.
func (e toldError) Unwrap() error { return e.error }

// noSuch is the wrong usage of a name that the rule book does not have. It
// offers the one that differs in capitals alone, or else the list; aliases are
// no part of the list.
func noSuch(what, name string, list []string, aliases ...string) error {
	for _, known := range slices.Concat(list, aliases) {
		if strings.EqualFold(known, name) {
			return usageError{fmt.Errorf("no %s is called %q: did you mean %s?", what, name, known)}
		}
	}
	return usageError{fmt.Errorf("no %s is called %q: the rule book has %s", what, name, strings.Join(list, ", "))}
}

// end tells how a command ended and gives the exit code.
func (a *app) end(ctx context.Context, cmd *cobra.Command, err error) int {
	var told toldError
	var faults *engine.Faults
	switch code := exitCode(ctx, err); {
	case code == exitDone, errors.As(err, &told):
		return code
	case code == exitInterrupted:
		fmt.Fprintln(a.stderr, "callsheet: interrupted: what was stored stays, run the command again to go on")
		return code
	case errors.As(err, &faults):
		printFaults(a.stderr, faults)
		return code
	default:
		fmt.Fprintln(a.stderr, "callsheet:", err)
		if code == exitUsage {
			fmt.Fprintf(a.stderr, "run %s --help for %s\n", cmd.CommandPath(), offers(cmd))
		}
		return code
	}
}

// offers is what the help of a command lists.
func offers(cmd *cobra.Command) string {
	switch {
	case !cmd.HasParent():
		return "the commands and their flags"
	case cmd.HasSubCommands():
		return "its commands"
	}
	return "its flags"
}

func exitCode(ctx context.Context, err error) int {
	var usage usageError
	var faults *engine.Faults
	var stopped *engine.Stopped
	var book bookError
	var part partError
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &usage), errors.Is(err, store.ErrAddress):
		return exitUsage
	case errors.As(err, &faults), errors.As(err, &book):
		return exitFaults
	case errors.As(err, &stopped):
		return exitStopped
	case errors.As(err, &part):
		return exitPart
	}
	return exitFailed
}
