// Package ruletest runs the tests of a rule book: what its rules/*_test.yaml
// files expect of leads and calls that they describe. It reads no clock, no
// file and no database, and the same book always comes to the same.
package ruletest

import (
	"regexp"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// Result is what came of one test, or of one case of it.
type Result struct {
	Test engine.Test
	// Failures are what is otherwise than expected; none: it passed.
	Failures []Failure
}

// Failure is one thing that is otherwise than expected.
type Failure struct {
	Key string
	// Want and Got are what is expected and what came, in the form of
	// [engine.Expected]; empty for nothing.
	Want, Got string
	// Because is the rule that kept a lead out, of a failure under result.
	Because string
	// Rules are the rules that decided, or that did not hold as expected.
	Rules []Why
	// Place is where the expectation stands.
	Place engine.Place
	// File is what came of a dialer's file, whole, to be written in the place of
	// what was expected; empty elsewhere.
	File string
}

// Why is one rule with the values that it read.
type Why struct {
	Rule string // as people know it: "PVI exclude.stale"
	File string
	Line int
	// Decided says that what came is this rule's doing; else it is the one that
	// was expected to decide.
	Decided bool
	// Lines are the rule as it is written, with the values under its terms; for
	// a score the points of each rule.
	Lines []string
}

// Report is what came of all tests that were run.
type Report struct {
	Results  []Result
	Coverage *Coverage
}

// Failed counts the tests that failed.
func (r *Report) Failed() int {
	failed := 0
	for i := range r.Results {
		if len(r.Results[i].Failures) > 0 {
			failed++
		}
	}
	return failed
}

// Options say what is run, and how.
type Options struct {
	// Match are the tests that are run, by name; nil runs all.
	Match *regexp.Regexp
	// Sheet writes the leads of a batch as a dialer wants them: its header line,
	// empty when it has none, and a line a lead. Without it, tests that expect a
	// dialer's file fail.
	Sheet Sheet
}

// Sheet writes the leads of a batch as the dialer wants them.
type Sheet func(d *engine.Dialer, b *expression.Batch, book *engine.RuleBook) (header string, lines []string)

// Run runs the tests of a book. Every test brings its own clock.
func Run(book *engine.RuleBook, o Options) *Report {
	report := &Report{Coverage: newCoverage(book)}
	batch := book.Schema.NewBatch(1)
	for i := range book.Tests {
		t := &book.Tests[i]
		if o.Match != nil && !o.Match.MatchString(t.Name) {
			continue
		}
		if t.CSV != nil {
			report.Results = append(report.Results, runCSV(book, t, o.Sheet))
			continue
		}
		tr := newTrial(book, t, batch)
		tr.compare()
		tr.cover(report.Coverage)
		report.Results = append(report.Results, tr.result)
	}
	return report
}

// Observe is what a test would have to expect, by key, for the book to pass it:
// all that can be told of its lead, its campaign and its call.
func Observe(book *engine.RuleBook, t *engine.Test) map[string]string {
	tr := newTrial(book, t, book.Schema.NewBatch(1))
	texts := map[string]string{}
	for key, g := range tr.got {
		texts[key] = g.text
	}
	return texts
}
