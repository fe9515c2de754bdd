package main

import (
	"context"
	"errors"
	"fmt"

	"callsheet/engine"
)

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

// bookError is a rule book that cannot be read at all.
type bookError struct{ error }

// toldError is an error that the command has told its user already.
type toldError struct{ error }

// Unwrap is the error that was told.
func (e toldError) Unwrap() error { return e.error }

func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// end tells how a command ended and gives the exit code.
func (a *app) end(ctx context.Context, err error) int {
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
			fmt.Fprintln(a.stderr, "run callsheet --help for the commands and their flags")
		}
		return code
	}
}

func exitCode(ctx context.Context, err error) int {
	var usage usageError
	var faults *engine.Faults
	var book bookError
	var part partError
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &faults), errors.As(err, &book):
		return exitFaults
	case errors.As(err, &part):
		return exitPart
	}
	return exitFailed
}
