package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// printFaults lists mistakes in rule files, each with its line and a caret,
// and ends with the verdict.
func printFaults(w io.Writer, faults *engine.Faults) {
	printList(w, faults.List)
	fmt.Fprintf(w, "\n%s\n", verdict(faults))
}

func printList(w io.Writer, list []engine.Fault) {
	for _, f := range list {
		fmt.Fprintf(w, "%s:%d:%d  %s  %s\n%s", f.File, f.Line, f.Column, f.Code, f.Message, f.Frame)
	}
}

// filter reads a condition from the command line. Its mistakes are shown as
// those of rule files are, and are wrong usage.
func (s *session) filter(flag, source string) (*expression.Condition, error) {
	c, err := s.book.Filter(source, flag)
	var faults *engine.Faults
	if errors.As(err, &faults) {
		printList(s.Err, faults.List)
		return nil, toldError{usageError{err}}
	}
	return c, err
}

// verdict counts the mistakes and the files that have some.
func verdict(faults *engine.Faults) string {
	files := map[string]bool{}
	for _, f := range faults.List {
		files[f.File] = true
	}
	return fmt.Sprintf("%s in %s (%s checked)", plural(len(faults.List), "problem"), plural(len(files), "file"), plural(faults.Rules, "rule"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// unreadable makes a rule book that cannot be read a fault of the rule files,
// and says so plainly when its folder is none. Other errors stay as they are.
func unreadable(folder string, err error) error {
	info, statErr := os.Stat(folder)
	switch {
	case errors.Is(statErr, fs.ErrNotExist):
		return bookError{fmt.Errorf("rule book %q: there is no such folder: name the one that holds campaigns.yaml with --rules", folder)}
	case statErr == nil && !info.IsDir():
		return bookError{fmt.Errorf("rule book %q: it is a file: name the folder that holds it with --rules", folder)}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return bookError{err}
	}
	return err
}
