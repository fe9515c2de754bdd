package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

func newFmtCommand(a *app) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE...]",
		Short: "give rule files the layout that all have",
		Long: "fmt indents rule files by two blanks, sets blanks in lists and takes away quotes and blanks that nobody needs. It\n" +
			"edits only these places: comments, order and every value stay. An expression that YAML would misread goes under |.\n" +
			"Without files it does all those of the rule book.",
		Example: "  callsheet fmt --check",
		RunE:    func(_ *cobra.Command, files []string) error { return runFmt(a, files, check) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "only list the files that would change, and exit with 1 when there are some")
	return cmd
}

func runFmt(a *app, files []string, check bool) error {
	if len(files) == 0 {
		var err error
		if files, err = a.ruleFiles(); err != nil {
			return err
		}
	}
	var rows [][]any
	faults := &engine.Faults{}
	for _, name := range files {
		changed, err := formatFile(name, check)
		var unreadable *engine.Faults
		switch {
		case errors.As(err, &unreadable):
			faults.List = append(faults.List, unreadable.List...)
		case err != nil:
			return err
		case changed:
			rows = append(rows, []any{filepath.ToSlash(name)})
		}
	}
	if err := a.listFormatted(rows); err != nil {
		return err
	}
	switch {
	case len(faults.List) > 0:
		printList(a.stderr, faults.List)
		return toldError{faults}
	case check && len(rows) > 0:
		return fmt.Errorf("%s: run callsheet fmt", plural(len(rows), "file")+" would change")
	}
	return nil
}

// listFormatted lists the files that changed, or would.
func (a *app) listFormatted(rows [][]any) error {
	if a.term.Format != terminal.Table {
		return a.term.Table(terminal.Columns("file"), rows)
	}
	for _, row := range rows {
		a.term.Printf("%s", row[0])
	}
	return nil
}

// ruleFiles are the paths of the book's own rule files.
func (a *app) ruleFiles() (paths []string, err error) {
	own, err := engine.Read(os.DirFS(a.rules), nil)
	if err != nil {
		return nil, unreadable(a.rules, err)
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if engine.SchemaKind(name) != "" {
			paths = append(paths, filepath.Join(a.rules, filepath.FromSlash(name)))
		}
	}
	if len(paths) == 0 {
		return nil, usageError{fmt.Errorf("there is no rule file in %s: name the folder with --rules, or files", a.rules)}
	}
	return paths, nil
}

// formatFile says whether the layout of a file changes, and writes it unless it
// is only to be checked.
func formatFile(name string, check bool) (changed bool, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	out, err := engine.Format(filepath.ToSlash(name), text)
	if err != nil || bytes.Equal(out, text) {
		return false, err
	}
	if check {
		return true, nil
	}
	return true, replaceFile(name, out)
}
