package engine_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"callsheet/engine"
)

// sources are the files of a folder by their path in it.
func sources(tb testing.TB, folder string) engine.Sources {
	tb.Helper()
	files := engine.Sources{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".yaml" {
			return err
		}
		files[name], err = fs.ReadFile(root, name)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// small is the book in testdata/book: every file, and a little of everything.
func small(tb testing.TB) engine.Sources { return sources(tb, "testdata/book") }

// shippedFiles are those of the book that ships with the program.
func shippedFiles(tb testing.TB) engine.Sources {
	tb.Helper()
	files := engine.Sources{}
	for name, text := range sources(tb, "..") {
		if name == "campaigns.yaml" || name == "scoring.yaml" || strings.HasPrefix(name, "rules/") {
			files[name] = text
		}
	}
	return files
}

// shipped compiles the book that ships with the program.
func shipped(tb testing.TB) *engine.RuleBook {
	tb.Helper()
	b, err := engine.Load(os.DirFS(".."), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// edit is one change of a rule file.
type edit struct{ file, old, with string }

// edited is the files after the edits, each of which must fit exactly once.
func edited(tb testing.TB, files engine.Sources, edits ...edit) engine.Sources {
	tb.Helper()
	changed := maps.Clone(files)
	for _, e := range edits {
		text := string(changed[e.file])
		if n := strings.Count(text, e.old); n != 1 {
			tb.Fatalf("%s has %q %d times, want once", e.file, e.old, n)
		}
		changed[e.file] = []byte(strings.Replace(text, e.old, e.with, 1))
	}
	return changed
}

// faultsOf is what is wrong with the files, one line a fault.
func faultsOf(tb testing.TB, files engine.Sources) []string {
	tb.Helper()
	_, err := engine.Compile(files)
	var faults *engine.Faults
	if err == nil {
		return nil
	}
	if !errors.As(err, &faults) {
		tb.Fatalf("Compile: %v is no *Faults", err)
	}
	var lines []string
	for _, f := range faults.List {
		lines = append(lines, f.String())
	}
	return lines
}
