package main

import (
	"context"
	"fmt"
	"regexp"

	"callsheet/engine"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/dialer"
)

// tested is the step that lets a book through whose own tests pass. A book
// without tests has nothing that could fail.
func (m *admission) tested(_ context.Context, c engine.Candidate) error {
	report := ranTests(c.Book, nil)
	if reasons := failedTests(report); reasons != nil {
		return &engine.Stopped{By: engine.ByTests, Reasons: reasons}
	}
	m.tests = len(report.Results)
	return nil
}

// ranTests runs the tests of a book whose name matches; nil runs all.
func ranTests(book *engine.RuleBook, match *regexp.Regexp) *ruletest.Report {
	return ruletest.Run(book, ruletest.Options{Match: match, Sheet: dialer.Sheet})
}

// failedTests are the tests of a report that fail, nil when none does.
func failedTests(report *ruletest.Report) (reasons []string) {
	const most = 5
	failed := report.Failed()
	if failed == 0 {
		return nil
	}
	fail := "fail"
	if failed == 1 {
		fail = "fails"
	}
	reasons = append(reasons, fmt.Sprintf("%d of %s %s: see callsheet test", failed, plural(len(report.Results), "rule test"), fail))
	for _, r := range report.Results {
		if len(r.Failures) == 0 {
			continue
		}
		if len(reasons) > most {
			return append(reasons, fmt.Sprintf("and %d more", failed-most))
		}
		f := &r.Failures[0]
		want, got := wantAndGot(&r.Test, f)
		reasons = append(reasons, fmt.Sprintf("%s:%d  %s: expected %s, got %s", r.Test.File, r.Test.Line, nameOf(&r.Test), want, got))
	}
	return reasons
}
