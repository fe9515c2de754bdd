package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

type testOptions struct {
	run     string
	cover   bool
	changed bool
	against string
	accept  bool
	yes     bool
	junit   string
}

func newTestCommand(a *app) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test",
		Short: "run the tests of the rules",
		Long: "test runs what rules/*_test.yaml and rules/recorded/*_test.yaml expect of the rules. Each test brings its own clock,\n" +
			"so that it comes to the same at any hour. It ends with exit code 4 when a test fails, and when there is none to run.",
		Example: "  callsheet test --cover\n  callsheet test --changed --against ../main",
		Args:    exactly(0, "no argument (choose tests with --run)"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runTests(cmd.Context(), a, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.run, "run", "", "only tests whose name matches this regular expression")
	flags.BoolVar(&o.cover, "cover", false, "say of every rule what the tests have seen of it, and which lead to add")
	flags.BoolVar(&o.changed, "changed", false, "--cover of the rules that differ from the rule book in force; what no test has seen of them fails (exit code 4)")
	flags.StringVar(&o.against, "against", "", "with --changed: folder of a rule book, or a version of the history, instead of the book in force")
	flags.BoolVar(&o.accept, "accept", false, "write what came of tests that fail into their files, each after a yes")
	flags.BoolVar(&o.yes, "yes", false, "with --accept: do not ask")
	flags.StringVar(&o.junit, "junit", "", "also write the results into a file in the form of JUnit")
	return cmd
}

func (o *testOptions) check() (match *regexp.Regexp, err error) {
	switch {
	case o.yes && !o.accept:
		return nil, usageError{fmt.Errorf("--yes goes with --accept")}
	case o.against != "" && !o.changed:
		return nil, usageError{fmt.Errorf("--against goes with --changed")}
	case o.run == "":
		return nil, nil
	}
	if match, err = regexp.Compile(o.run); err != nil {
		return nil, usageError{fmt.Errorf("--run: %w", err)}
	}
	return match, nil
}

func runTests(ctx context.Context, a *app, o testOptions) error {
	match, err := o.check()
	if err != nil {
		return err
	}
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return unreadable(a.rules, err)
	}
	for _, f := range book.Warnings {
		if strings.HasSuffix(f.File, "_test.yaml") {
			a.term.Warn("%s:%d  %s: %s", f.File, f.Line, f.Message, f.Hint)
		}
	}
	report := ranTests(book, match)
	if len(report.Results) == 0 {
		return noTests(book, o.run)
	}
	coverage := report.Coverage
	gaps := &ruletest.Coverage{}
	if o.changed {
		if coverage, err = a.changed(ctx, book, coverage, o.against); err != nil {
			return err
		}
		gaps = coverage
	}
	if o.junit != "" {
		if err := writeJUnit(o.junit, report, gaps); err != nil {
			return err
		}
	}
	if o.accept {
		return a.accept(ctx, report, o.yes)
	}
	if err := a.tellTests(report, coverage, o); err != nil {
		return err
	}
	reasons := failedTests(report)
	if o.changed {
		reasons = append(reasons, uncovered(coverage)...)
	}
	if reasons != nil {
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

// changed keeps the coverage of the rules that differ from another book.
func (a *app) changed(ctx context.Context, book *engine.RuleBook, c *ruletest.Coverage, against string) (*ruletest.Coverage, error) {
	before, err := a.before(ctx, against)
	if err != nil {
		return nil, err
	}
	return c.Of(engine.Diff(before, book)), nil
}

// before is the rule book to compare with: a folder, a version, or the one in
// force.
func (a *app) before(ctx context.Context, against string) (*engine.RuleBook, error) {
	if info, err := os.Stat(against); against != "" && err == nil && info.IsDir() {
		return a.against(ctx, nil, against)
	}
	if err := a.knownStore(); err != nil {
		return nil, err
	}
	if info, err := os.Stat(a.db); err == nil && info.IsDir() {
		return nil, usageError{fmt.Errorf("no rule book is in force in %s: name what to compare with by --against FOLDER", a.db)}
	}
	var st *store.Store
	st, err := a.openStore(ctx, true)
	if err != nil {
		return nil, err
	}
	book, err := a.against(ctx, st, against)
	if closed := st.Close(); err == nil {
		err = closed
	}
	return book, err
}

// uncovered says that some of the rules were not seen in all directions.
func uncovered(c *ruletest.Coverage) []string {
	if seen, of, _, _ := c.Counts(); seen < of {
		return []string{fmt.Sprintf("%d of %s not seen in all directions", of-seen, plural(of, "changed rule"))}
	}
	return nil
}

// nameOf is a test with its case.
func nameOf(t *engine.Test) string {
	if t.Row > 0 {
		return fmt.Sprintf("%s, row %d", t.Name, t.Row)
	}
	return t.Name
}

// tellTests prints what came of the tests: for people those that failed, for
// programs every one.
func (a *app) tellTests(report *ruletest.Report, coverage *ruletest.Coverage, o testOptions) error {
	switch a.term.Format {
	case terminal.JSON:
		return a.term.JSON(testsJSON(report, coverage))
	case terminal.CSV:
		if o.cover || o.changed {
			return a.term.Table(coverageColumns(), coverageRows(coverage))
		}
		return a.term.Table(testColumns(), testRows(report))
	}
	for i := range report.Results {
		a.tellResult(&report.Results[i])
	}
	if o.cover || o.changed {
		a.tellCoverage(coverage)
	}
	failed := report.Failed()
	line := fmt.Sprintf("✓ %d passed   ✗ %d failed", len(report.Results)-failed, failed)
	rules, ofRules, directions, ofDirections := coverage.Counts()
	switch {
	case o.changed:
		line += fmt.Sprintf("   %d of %s covered, %d of %d directions", rules, plural(ofRules, "changed rule"), directions, ofDirections)
	case o.run == "" || o.cover:
		line += fmt.Sprintf("   coverage %d of %s, %d of %d directions", rules, plural(ofRules, "rule"), directions, ofDirections)
		if rules < ofRules && !o.cover {
			line += " (see callsheet test --cover)"
		}
	}
	a.term.Printf("%s", line)
	return nil
}

// tellResult prints a test that failed, with the rules that decided.
func (a *app) tellResult(r *ruletest.Result) {
	if len(r.Failures) == 0 {
		return
	}
	a.term.Printf("✗ %s:%d  %s", r.Test.File, r.Test.Line, nameOf(&r.Test))
	for i := range r.Failures {
		f := &r.Failures[i]
		if f.Key == "because" && i > 0 && r.Failures[i-1].Key == "result" {
			continue // it is told with the result
		}
		want, got := wantAndGot(&r.Test, f)
		a.term.Printf("    expected  %s", want)
		rules := f.Rules
		if len(rules) > 0 && rules[0].Decided {
			a.tellWhy("    got       "+got, &rules[0])
			rules = rules[1:]
		} else {
			a.term.Printf("    got       %s", got)
		}
		for k := range rules {
			a.tellWhy("              "+rules[k].Rule, &rules[k])
		}
	}
}

// tellWhy prints a rule behind what came, with the values under its terms.
func (a *app) tellWhy(line string, w *ruletest.Why) {
	if w.File != "" {
		line += fmt.Sprintf(" (%s:%d)", w.File, w.Line)
	}
	a.term.Printf("%s", line)
	for _, line := range w.Lines {
		a.term.Printf("                %s", line)
	}
}

// wantAndGot is what a test expected and what it got.
func wantAndGot(t *engine.Test, f *ruletest.Failure) (want, got string) {
	switch f.Key {
	case ruletest.KeyCSV:
		return f.Want, f.Got
	case "result":
	default:
		return f.Key + ": " + orNoWord(f.Want), f.Key + ": " + orNoWord(f.Got)
	}
	want, got = f.Want, f.Got
	if because, ok := t.Want("because"); ok && because.Text != "" {
		want += " by " + because.Text
	}
	if f.Because != "" {
		got += " by " + f.Because
	}
	return want, got
}

func orNoWord(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// tellCoverage says of each rule what was seen of it.
func (a *app) tellCoverage(c *ruletest.Coverage) {
	width := 0
	for i := range c.Rules {
		width = max(width, len([]rune(c.Rules[i].Name)))
	}
	for i := range c.Rules {
		s := &c.Rules[i]
		line := fmt.Sprintf("%-*s  %s", width, s.Name, s.Words())
		if missing := c.Missing(s); missing != "" {
			line = fmt.Sprintf("%-*s  %-18s  %s   (%s:%d)", width, s.Name, s.Words(), missing, s.File, s.Line)
		}
		a.term.Printf("%s", line)
	}
}
