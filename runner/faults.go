package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"callsheet/engine"
)

// printFaults lists mistakes in rule files, each with its line and a caret,
// and ends with the verdict.
func printFaults(w io.Writer, faults *engine.Faults) {
	for _, f := range faults.List {
		fmt.Fprintf(w, "%s:%d:%d  %s  %s\n%s", f.File, f.Line, f.Column, f.Code, f.Message, f.Frame)
	}
	fmt.Fprintf(w, "\n%s\n", verdict(faults))
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
