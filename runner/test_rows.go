package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"strings"

	"callsheet/engine/ruletest"
	"callsheet/runner/internal/terminal"
)

// The forms below are what programs get of the tests of the rules.

func testColumns() []terminal.Column {
	return terminal.Columns("file", "line", "test", "passed", "key", "expected", "got", "why")
}

func testRows(report *ruletest.Report) (rows [][]any) {
	for i := range report.Results {
		r := &report.Results[i]
		if len(r.Failures) == 0 {
			rows = append(rows, []any{r.Test.File, r.Test.Line, nameOf(&r.Test), true, "", "", "", ""})
		}
		for _, f := range r.Failures {
			rows = append(rows, []any{r.Test.File, r.Test.Line, nameOf(&r.Test), false, f.Key, f.Want, f.Got, strings.Join(whyLines(&f), "; ")})
		}
	}
	return rows
}

// whyLines are the rules that decided about a failure, a line each.
func whyLines(f *ruletest.Failure) (lines []string) {
	for _, w := range f.Rules {
		line := w.Rule
		if w.File != "" {
			line += fmt.Sprintf(" (%s:%d)", w.File, w.Line)
		}
		lines = append(lines, strings.TrimSpace(line+" "+strings.Join(w.Lines, " ")))
	}
	return lines
}

func coverageColumns() []terminal.Column {
	return terminal.Columns("rule", "file", "line", "seen_true", "seen_false", "seen", "add")
}

func coverageRows(c *ruletest.Coverage) (rows [][]any) {
	for i := range c.Rules {
		s := &c.Rules[i]
		rows = append(rows, []any{s.Name, s.File, s.Line, s.True, s.Untrue, s.Words(), c.Missing(s)})
	}
	return rows
}

type testReportJSON struct {
	Passed   int          `json:"passed"`
	Failed   int          `json:"failed"`
	Tests    []testJSON   `json:"tests"`
	Coverage coverageJSON `json:"coverage"`
}

type testJSON struct {
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Name     string        `json:"name"`
	Row      int           `json:"row,omitempty"`
	Passed   bool          `json:"passed"`
	Failures []failureJSON `json:"failures,omitempty"`
}

type failureJSON struct {
	Key      string    `json:"key"`
	Expected string    `json:"expected"`
	Got      string    `json:"got"`
	Rules    []whyJSON `json:"rules,omitempty"`
}

type whyJSON struct {
	Rule    string   `json:"rule,omitempty"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Decided bool     `json:"decided"`
	Lines   []string `json:"lines,omitempty"`
}

type coverageJSON struct {
	Rules        int        `json:"rules"`
	OfRules      int        `json:"of_rules"`
	Directions   int        `json:"directions"`
	OfDirections int        `json:"of_directions"`
	List         []seenJSON `json:"list"`
}

type seenJSON struct {
	Rule      string `json:"rule"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	SeenTrue  int    `json:"seen_true"`
	SeenFalse int    `json:"seen_false"`
	Covered   bool   `json:"covered"`
	Seen      string `json:"seen"`
	Add       string `json:"add,omitempty"`
}

func testsJSON(report *ruletest.Report, c *ruletest.Coverage) testReportJSON {
	out := testReportJSON{Failed: report.Failed(), Tests: []testJSON{}, Coverage: coverageJSON{List: []seenJSON{}}}
	out.Passed = len(report.Results) - out.Failed
	for i := range report.Results {
		r := &report.Results[i]
		t := testJSON{File: r.Test.File, Line: r.Test.Line, Name: r.Test.Name, Row: r.Test.Row, Passed: len(r.Failures) == 0}
		for _, f := range r.Failures {
			one := failureJSON{Key: f.Key, Expected: f.Want, Got: f.Got}
			for _, w := range f.Rules {
				one.Rules = append(one.Rules, whyJSON(w))
			}
			t.Failures = append(t.Failures, one)
		}
		out.Tests = append(out.Tests, t)
	}
	out.Coverage.Rules, out.Coverage.OfRules, out.Coverage.Directions, out.Coverage.OfDirections = c.Counts()
	for i := range c.Rules {
		s := &c.Rules[i]
		out.Coverage.List = append(out.Coverage.List, seenJSON{
			s.Name, s.File, s.Line, s.True, s.Untrue, s.Covered() == s.Directions(), s.Words(), c.Missing(s),
		})
	}
	return out
}

// writeJUnit writes the results in the form that build servers read; each rule of
// the coverage that is asked for is one of them.
func writeJUnit(file string, report *ruletest.Report, asked *ruletest.Coverage) error {
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
	for i := range report.Results {
		r := &report.Results[i]
		one := testCase{Class: r.Test.File, Name: nameOf(&r.Test)}
		for k := range r.Failures {
			f := &r.Failures[k]
			want, got := wantAndGot(&r.Test, f)
			one.Failures = append(one.Failures, failure{
				fmt.Sprintf("expected %s, got %s", want, got),
				strings.Join(append([]string{fmt.Sprintf("%s:%d", r.Test.File, r.Test.Line)}, whyLines(f)...), "\n"),
			})
		}
		suite.Cases = append(suite.Cases, one)
	}
	for i := range asked.Rules {
		s := &asked.Rules[i]
		one := testCase{Class: s.File, Name: s.Name + ", seen by the tests"}
		if missing := asked.Missing(s); missing != "" {
			one.Failures = []failure{{s.Words() + ": " + missing, fmt.Sprintf("%s:%d", s.File, s.Line)}}
			suite.Failures++
		}
		suite.Tests++
		suite.Cases = append(suite.Cases, one)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	return errors.Join(err, os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644))
}
