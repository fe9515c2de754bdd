package ruletest_test

import (
	"regexp"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/engine/ruletest"
)

// alone is the shipped rules with the given tests instead of their own.
func alone(t testing.TB, tests string) *engine.RuleBook {
	t.Helper()
	files := sources(t)
	for name := range files {
		if strings.HasSuffix(name, "_test.yaml") {
			delete(files, name)
		}
	}
	files["rules/x_test.yaml"] = []byte(tests)
	return compiled(t, files)
}

// An edit replaces the words that were expected, and no other character.
func TestRewrite(t *testing.T) {
	t.Parallel()
	head := "now: 2026-11-23T10:30:00\nleads:\n  anna: {role: owner, source: estimation, sell_horizon_months: 2, postal_code: \"75011\", legal_basis: request}\ntests:\n"
	for name, c := range map[string]struct{ before, after string }{
		"a word":       {"  x: {lead: anna, expect: {segment: PVB}}   # é\n", "  x: {lead: anna, expect: {segment: PVI_NOW}}   # é\n"},
		"quotes":       {"  x: {lead: anna, expect: {segment: \"PVB\", grade: 'hot'}}\n", "  x: {lead: anna, expect: {segment: PVI_NOW, grade: warm}}\n"},
		"nothing":      {"  x: {lead: anna, with: {postal_code: \"20000\"}, expect: {group: IDF}}\n", "  x: {lead: anna, with: {postal_code: \"20000\"}, expect: {group: none}}\n"},
		"a list":       {"  x: {lead: anna, expect: {unknown: [house]}}\n", "  x: {lead: anna, expect: {unknown: [callback_request, house, price_band, visits]}}\n"},
		"points":       {"  x:\n    lead: anna\n    expect:\n      points:\n        owner: 1\n        fit: 2\n", "  x:\n    lead: anna\n    expect:\n      points:\n        owner: 25\n        fit: 50\n"},
		"a wide cell":  {"  x:\n    lead: anna\n    table: |\n      visits | score | type\n      3      | 1     | RDVVQ   # c\n", "  x:\n    lead: anna\n    table: |\n      visits | score | type\n      3      | 56    | RDVVQ   # c\n"},
		"a tight cell": {"  x:\n    lead: anna\n    table: |\n      visits|score|type\n      3|1|RDVVQ\n", "  x:\n    lead: anna\n    table: |\n      visits|score|type\n      3|56|RDVVQ\n"},
		"an instant":   {"  x: {lead: anna, campaign: PVI, expect: {not_after: 2026-11-23T12:00:00}}\n", "  x: {lead: anna, campaign: PVI, expect: {not_after: 2026-11-23T13:00:00}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := ruletest.Run(alone(t, head+c.before), ruletest.Options{})
			var edits []ruletest.Edit
			for i := range report.Results {
				edits = append(edits, report.Results[i].Edits()...)
			}
			text, err := ruletest.Rewrite([]byte(head+c.before), edits)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimPrefix(string(text), head); got != c.after {
				t.Errorf("got\n%s\nwant\n%s", got, c.after)
			}
			if n := ruletest.Run(alone(t, string(text)), ruletest.Options{}).Failed(); n > 0 {
				t.Errorf("%d tests fail after it was accepted", n)
			}
		})
	}
}

// A recorded test passes on the rules that it was recorded with, whatever the
// lead, and says the same of it.
func TestRecord(t *testing.T) {
	t.Parallel()
	book := compiled(t, sources(t))
	campaigns := []string{"PVI", "PVB", "PQSC", "DDR", "CF"}
	for i := range book.Tests {
		given := book.Tests[i]
		if given.Call != nil || given.Lead == nil {
			continue
		}
		text := ruletest.Record(book, given, `a "lead": with # signs`, "recorded", campaigns)
		recorded := alone(t, string(text))
		report := ruletest.Run(recorded, ruletest.Options{Match: regexp.MustCompile("signs")})
		if len(report.Results) != 1+len(campaigns) || report.Failed() > 0 {
			t.Fatalf("%s row %d: %d tests, %d fail: %+v\n%s", given.Name, given.Row, len(report.Results), report.Failed(), report.Results, text)
		}
		given.Campaign = "PVI"
		want, got := ruletest.Observe(book, &given), ruletest.Observe(recorded, &recorded.Tests[1])
		if want["result"] != got["result"] || want["because"] != got["because"] || want["score"] != got["score"] {
			t.Fatalf("%s row %d: %v is recorded as %v", given.Name, given.Row, want, got)
		}
	}
}
