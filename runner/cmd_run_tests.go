package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/terminal"
)

type testOptions struct {
	run   string
	cover bool
	junit string
}

func newTestCommand(a *app) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test",
		Short: "run the tests of the rules",
		Long: "test runs what rules/*_test.yaml expect of the rules. Each test brings its own clock, so that it comes to the same at\n" +
			"any hour. It ends with exit code 4 when a test fails, and when there is none to run.",
		Example: "  callsheet test --cover",
		Args:    exactly(0, "no argument (choose tests with --run)"),
		RunE:    func(*cobra.Command, []string) error { return runTests(a, o) },
	}
	cmd.Flags().StringVar(&o.run, "run", "", "only tests whose name matches this regular expression")
	cmd.Flags().BoolVar(&o.cover, "cover", false, "say which conditions no test has seen in both directions")
	cmd.Flags().StringVar(&o.junit, "junit", "", "also write the results into a file in the form of JUnit")
	return cmd
}

func runTests(a *app, o testOptions) error {
	var match *regexp.Regexp
	if o.run != "" {
		var err error
		if match, err = regexp.Compile(o.run); err != nil {
			return usageError{fmt.Errorf("--run: %w", err)}
		}
	}
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return unreadable(a.rules, err)
	}
	report := ruletest.Run(book, match)
	if len(report.Results) == 0 {
		return noTests(book, o.run)
	}
	if o.junit != "" {
		if err := writeJUnit(o.junit, report); err != nil {
			return err
		}
	}
	if err := a.tellTests(report, o.cover); err != nil {
		return err
	}
	if reasons := failedTests(report); reasons != nil {
		return toldError{&engine.Stopped{By: engine.ByTests, Reasons: reasons}}
	}
	return nil
}

// noTests is the error of a run in which nothing was tested: it must not look
// like one that passed.
func noTests(book *engine.RuleBook, run string) error {
	reason := "the rule book has no tests: write rules/NAME_test.yaml"
	if n := len(book.Tests); n > 0 {
		reason = fmt.Sprintf("no test matches %q: there are %d", run, n)
	}
	return &engine.Stopped{By: engine.ByTests, Reasons: []string{reason}}
}

// nameOf is a test with its case.
func nameOf(t engine.Test) string {
	if t.Row > 0 {
		return fmt.Sprintf("%s, case %d", t.Name, t.Row)
	}
	return t.Name
}

// tellTests prints what came of the tests: for people those that failed, for
// programs every one.
func (a *app) tellTests(report *ruletest.Report, cover bool) error {
	if a.term.Format != terminal.Table {
		return a.testRows(report)
	}
	for _, r := range report.Results {
		if len(r.Failures) == 0 {
			continue
		}
		a.term.Printf("✗ %s:%d  %s", r.Test.File, r.Test.Line, nameOf(r.Test))
		for _, f := range r.Failures {
			a.term.Printf("    %s\n      expected  %s\n      got       %s", f.Key, f.Want, f.Got)
			for _, line := range f.Why {
				if line != "" {
					a.term.Printf("                %s", line)
				}
			}
		}
	}
	list := report.Coverage.List()
	seen := 0
	for _, s := range list {
		seen += s.Covered()
		if cover && s.Covered() < 2 {
			a.term.Printf("%-34s %-20s %s:%d", s.Name, unseen(s), s.File, s.Line)
		}
	}
	failed := report.Failed()
	a.term.Printf("%s passed, %d failed; %d of %d directions of %s seen", plural(len(report.Results)-failed, "test"), failed, seen, 2*len(list), plural(len(list), "condition"))
	return nil
}

// unseen says what no test shows of a condition.
func unseen(s *ruletest.Seen) string {
	switch {
	case s.True+s.Untrue == 0:
		return "NO TEST"
	case s.True == 0:
		return "never seen true"
	}
	return "never seen false"
}

func (a *app) testRows(report *ruletest.Report) error {
	var rows [][]any
	for _, r := range report.Results {
		if len(r.Failures) == 0 {
			rows = append(rows, []any{r.Test.File, r.Test.Line, nameOf(r.Test), true, "", "", "", ""})
		}
		for _, f := range r.Failures {
			rows = append(rows, []any{r.Test.File, r.Test.Line, nameOf(r.Test), false, f.Key, f.Want, f.Got, strings.Join(f.Why, "; ")})
		}
	}
	return a.term.Table(terminal.Columns("file", "line", "test", "passed", "key", "expected", "got", "why"), rows)
}

// writeJUnit writes the results in the form that build servers read.
func writeJUnit(file string, report *ruletest.Report) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Class    string    `xml:"classname,attr"`
		Name     string    `xml:"name,attr"`
		Failures []failure `xml:"failure"`
	}
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}{Name: "callsheet", Tests: len(report.Results), Failures: report.Failed()}
	for _, r := range report.Results {
		one := testCase{Class: r.Test.File, Name: nameOf(r.Test)}
		for _, f := range r.Failures {
			one.Failures = append(one.Failures, failure{
				fmt.Sprintf("%s is %s, expected %s", f.Key, f.Got, f.Want),
				strings.Join(append([]string{fmt.Sprintf("%s:%d", r.Test.File, r.Test.Line)}, f.Why...), "\n"),
			})
		}
		suite.Cases = append(suite.Cases, one)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	return errors.Join(err, os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644))
}
