package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/ruletest"
)

// accept writes what came of the tests that fail into their files, as far as
// somebody says yes, and runs all tests again.
func (a *app) accept(_ context.Context, report *ruletest.Report, yes bool) error {
	if report.Failed() == 0 {
		a.term.Printf("nothing to accept: %s passed", plural(len(report.Results), "test"))
		return nil
	}
	edits, err := a.agreed(report, yes)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(edits)) {
		path := filepath.Join(a.rules, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if whole := edits[name][0].Text != ""; whole && errors.Is(err, fs.ErrNotExist) {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err != nil {
			return err
		}
		if text, err = ruletest.Rewrite(text, edits[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := replaceFile(path, text); err != nil {
			return err
		}
		a.term.Printf("updated %s in %s", plural(len(edits[name]), "expectation"), name)
	}
	return a.testedAgain()
}

// agreed are the edits that somebody says yes to, by file.
func (a *app) agreed(report *ruletest.Report, yes bool) (map[string][]ruletest.Edit, error) {
	edits := map[string][]ruletest.Edit{}
	asks := term.IsTerminal(int(os.Stdin.Fd()))
	answers := bufio.NewReader(os.Stdin)
	for i := range report.Results {
		r := &report.Results[i]
		if len(r.Failures) == 0 {
			continue
		}
		some := r.Edits()
		if why := unacceptable(report, some); why != "" {
			a.term.Printf("  %s: %s", change(r), why)
			continue
		}
		if yes {
			a.term.Printf("  %s", change(r))
		} else if !asks || !a.confirmed(r, answers) {
			if !asks {
				a.term.Printf("  %s", change(r))
			}
			continue
		}
		for _, e := range some {
			edits[e.File] = append(edits[e.File], e)
		}
	}
	if !asks && !yes {
		a.term.Note("nothing was changed: say yes with --yes")
	}
	return edits, nil
}

// confirmed asks whether what came of a test is right.
func (a *app) confirmed(r *ruletest.Result, answers *bufio.Reader) bool {
	for {
		fmt.Fprintf(a.stderr, "  %s   accept? [y/N/d=details] ", change(r))
		answer, err := answers.ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true
		case "d", "details", "diff":
			a.tellResult(r)
		default:
			return false
		}
		if err != nil {
			return false
		}
	}
}

// unacceptable says why a test cannot be made to expect what came.
func unacceptable(report *ruletest.Report, edits []ruletest.Edit) string {
	for _, e := range edits {
		if other, shared := report.Shared(e); shared {
			return fmt.Sprintf("not accepted: %s:%d expects the same words and gets something else, edit them by hand", other.File, other.Line)
		}
		if e.Place.Width == 0 && e.Text == "" {
			return fmt.Sprintf("not accepted: %s stands on several lines, edit it by hand", e.Key)
		}
	}
	return ""
}

// change is what a test expected and what came, on a line.
func change(r *ruletest.Result) string {
	var words []string
	for i := range r.Failures {
		f := &r.Failures[i]
		if f.Key == "because" && i > 0 && r.Failures[i-1].Key == "result" {
			continue
		}
		want, got := wantAndGot(&r.Test, f)
		words = append(words, want+" → "+strings.TrimPrefix(got, f.Key+": "))
	}
	return nameOf(&r.Test) + ": " + strings.Join(words, ", ")
}

// testedAgain runs all tests of the files as they are now.
func (a *app) testedAgain() error {
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return unreadable(a.rules, err)
	}
	report := ranTests(book, nil)
	a.term.Printf("✓ %d passed   ✗ %d failed", len(report.Results)-report.Failed(), report.Failed())
	if reasons := failedTests(report); reasons != nil {
		return toldError{&engine.Stopped{By: engine.ByTests, Reasons: reasons}}
	}
	return nil
}
