package ruletest_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/engine/ruletest"
)

func sources(t testing.TB) engine.Sources {
	t.Helper()
	files := engine.Sources{}
	for _, pattern := range []string{"*.yaml", "rules/*.yaml", "rules/packs/*.yaml"} {
		root := os.DirFS("../..")
		names, err := fs.Glob(root, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if files[name], err = fs.ReadFile(root, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	delete(files, "rules/dialers_test.yaml") // the file of a dialer is not written here
	return files
}

func compiled(t testing.TB, files engine.Sources) *engine.RuleBook {
	t.Helper()
	book, err := engine.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// The shipped rules do what their tests say, and the tests see every rule in
// all its directions.
func TestShippedRules(t *testing.T) {
	t.Parallel()
	report := ruletest.Run(compiled(t, sources(t)), ruletest.Options{})
	for _, r := range report.Results {
		for _, f := range r.Failures {
			t.Errorf("%s:%d %s, row %d: %s is %q, want %q %v", r.Test.File, r.Test.Line, r.Test.Name, r.Test.Row, f.Key, f.Got, f.Want, f.Rules)
		}
	}
	for i := range report.Coverage.Rules {
		if s := &report.Coverage.Rules[i]; s.Covered() < s.Directions() {
			t.Errorf("%s:%d %s: %s: %s", s.File, s.Line, s.Name, s.Words(), report.Coverage.Missing(s))
		}
	}
	if len(report.Results) < 150 {
		t.Errorf("only %d tests", len(report.Results))
	}
}

// A test fails when the rules change, says why with the values, and cannot pass
// by accident.
func TestFailures(t *testing.T) {
	t.Parallel()
	files := sources(t)
	for name := range files {
		if strings.HasSuffix(name, "_test.yaml") {
			delete(files, name)
		}
	}
	files["rules/x_test.yaml"] = []byte(`now: 2026-11-23T10:00:00
leads:
  anna: {source: estimation, role: owner, sell_horizon_months: 2, estimated_price: 450000, postal_code: "75011", estimated_at: 2026-11-22T10:00:00, legal_basis: request}
tests:
  wrong points: {lead: anna, expect: {points: {owner: 24}, score: 1}}
  wrong reason:
    lead: anna
    campaign: PVI
    cases:
      - {with: {in_wallet: true}, expect: {result: included}}
      - {with: {in_wallet: true}, expect: {because: stale}}
      - {expect: {result: included}}
`)
	book := compiled(t, files)
	report := ruletest.Run(book, ruletest.Options{})
	var got []string
	for _, r := range report.Results {
		for _, f := range r.Failures {
			line := []string{r.Test.Name, f.Key, f.Want, f.Got}
			for _, w := range f.Rules {
				line = append(line, w.Rule+" "+strings.Join(w.Lines, " "))
			}
			got = append(got, strings.Join(line, " | "))
		}
	}
	want := []string{
		`wrong points | points.owner | 24 | 25 | points owner lead.role == "owner" └ owner points: 25`,
		"wrong points | score | 1 | 79 |  +25 owner  +25 horizon_now  +10 price_band  +19 estimate",
		"wrong reason | result | included | excluded | PVI exclude.wallet lead.in_wallet └ yes",
		"wrong reason | because | stale | wallet | PVI exclude.wallet lead.in_wallet └ yes | PVI exclude.stale days_since(lead.estimated_at ?? lead.created_at) > 365 │          │                    └ Mon 23 Nov 2026 10:00 │          └ Sun 22 Nov 2026 10:00 └ 1",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := len(ruletest.Run(book, ruletest.Options{Match: regexp.MustCompile("points")}).Results); n != 1 {
		t.Errorf("%d tests match, want 1", n)
	}
}

func BenchmarkShippedTests(b *testing.B) {
	book := compiled(b, sources(b))
	for b.Loop() {
		if ruletest.Run(book, ruletest.Options{}).Failed() > 0 {
			b.Fatal("a test fails")
		}
	}
}

// A file of a dialer is compared row by row and cell by cell, in its order.
func TestExpectedCSV(t *testing.T) {
	t.Parallel()
	files := sources(t)
	for name := range files {
		if strings.HasSuffix(name, "_test.yaml") {
			delete(files, name)
		}
	}
	files["rules/x_test.yaml"] = []byte(`now: 2026-11-23T10:30:00
leads:
  b: {source: estimation, role: owner, sell_horizon_months: 2, postal_code: "75011", legal_basis: request}
  a: {source: estimation, role: heir, sell_horizon_months: 2, postal_code: "75011", legal_basis: request}
  c: {source: estimation, role: owner, sell_horizon_months: 2, postal_code: "75011", legal_basis: request, in_wallet: true}
tests:
  all: {campaign: PVI, expect_csv: golden/x.csv}
`)
	sheet := func(_ *engine.Dialer, b *expression.Batch, book *engine.RuleBook) (string, []string) {
		id, _ := book.Schema.Index("lead.id")
		score, _ := book.Schema.Index("lead.score")
		name, _ := b.Column(id).Text(0)
		points, _ := b.Column(score).Int(0)
		return "external_id;phone1", []string{fmt.Sprintf("%s;%d", name, points)}
	}
	for csv, want := range map[string]string{
		"external_id;phone1\nb;50\na;40\n":       "",
		"external_id;phone1\r\nb;50\r\na;40\r\n": "",
		"external_id;phone1\na;40\nb;50\n":       "2 rows of rules/golden/x.csv | 2 rows | the same rows in another order",
		"external_id;phone1\nb;51\nd;9\n":        "2 rows of rules/golden/x.csv | 2 rows | - d | 9 | ~ b: phone1 51 → 50 | + a | 40",
		"":                                       "rules/golden/x.csv, which is not there | 2 rows | + external_id | phone1 | + b | 50 | + a | 40",
	} {
		files := maps.Clone(files)
		if csv != "" {
			files["rules/golden/x.csv"] = []byte(csv)
		}
		report := ruletest.Run(compiled(t, files), ruletest.Options{Sheet: sheet})
		got := ""
		for _, f := range report.Results[0].Failures {
			got = strings.Join(append([]string{f.Want, f.Got}, f.Rules[0].Lines...), " | ")
		}
		if got != want {
			t.Errorf("%q: got\n%s\nwant\n%s", csv, got, want)
		}
	}
	if ruletest.Run(compiled(t, files), ruletest.Options{}).Failed() != 1 {
		t.Error("a file that cannot be written passes")
	}
}
