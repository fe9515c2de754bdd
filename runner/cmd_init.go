package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// firstBook is a small rule book that works, with a test and a few invented
// leads.
//
//go:embed firstbook
var firstBook embed.FS

func newInitCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "begin a rule book",
		Long: "init writes a small rule book that works into a folder: one campaign, a scoring, a word of its own, a test, a few\n" +
			"invented leads to try it on, and the schemas with which editors complete and explain rule files. It overwrites nothing.",
		Example: "  callsheet init rules-of-ours",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exactly(1, "one folder, or none")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.rules = args[0]
			}
			return runInit(a)
		},
	}
}

func runInit(a *app) error {
	book, err := fs.Sub(firstBook, "firstbook")
	if err != nil {
		return err
	}
	names, err := filesIn(book)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := os.Lstat(a.inBook(name)); !errors.Is(err, fs.ErrNotExist) {
			return usageError{fmt.Errorf("%s is there already, and nothing was written: name another folder", a.inBook(name))}
		}
	}
	for _, name := range names {
		if err := a.writeNew(book, name); err != nil {
			return err
		}
		a.term.Printf("wrote %s", filepath.ToSlash(a.inBook(name)))
	}
	if err := a.firstSchemas(); err != nil {
		return err
	}
	a.term.Printf("\nnext:")
	for _, command := range []string{"check", "test", "simulate"} {
		a.term.Printf("  callsheet%s %s", a.rulesFlag(), command)
	}
	return nil
}

// inBook is the path of a file of the book.
func (a *app) inBook(name string) string { return filepath.Join(a.rules, filepath.FromSlash(name)) }

// rulesFlag is how later commands name the folder; empty for the one that they
// look into by themselves.
func (a *app) rulesFlag() string {
	if filepath.Clean(a.rules) == a.orElse("CALLSHEET_RULES", ".") {
		return ""
	}
	folder := filepath.ToSlash(a.rules)
	if strings.ContainsAny(folder, " '\"$\\") {
		folder = "'" + strings.ReplaceAll(folder, "'", `'\''`) + "'"
	}
	return " --rules " + folder
}

func filesIn(dir fs.FS) (names []string, err error) {
	return names, fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
}

// writeNew writes a file that is not there yet.
func (a *app) writeNew(book fs.FS, name string) error {
	text, err := fs.ReadFile(book, name)
	if err != nil {
		return err
	}
	path := a.inBook(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// firstSchemas writes the schemas of the new book.
func (a *app) firstSchemas() error {
	schemas, err := a.schemas(nil)
	if err != nil {
		return err
	}
	folder := a.schemaFolder()
	if _, err := writeSchemas(folder, schemas, nil); err != nil {
		return err
	}
	a.term.Printf("wrote %s in %s", plural(len(schemas), "schema"), filepath.ToSlash(folder))
	return nil
}
