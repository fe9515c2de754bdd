package ruletest_test

import (
	"maps"
	"os"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/engine/ruletest"
)

// FuzzTests: whatever stands in a file of tests, it is refused with faults, or
// it can be run; and what came can be accepted, unless rows share their words.
func FuzzTests(f *testing.F) {
	book, err := engine.Read(os.DirFS("../testdata/book"), nil)
	if err != nil {
		f.Fatal(err)
	}
	const name = "rules/small_test.yaml"
	f.Add(book[name])
	for file, text := range sources(f) {
		if strings.HasSuffix(file, "_test.yaml") {
			f.Add(text)
		}
	}
	head := "now: 2026-11-23T10:00:00\nleads:\n  anna: {role: owner}\ncalls:\n  c: {wrapup: x, started_at: 2026-11-23}\ntests:\n  t:\n"
	for _, text := range []string{
		"    lead: anna\n    table: |\n      role | type\n      owner | RDVVQ\n", "    lead: anna\n    table: |\n      | a | b |\n      | | |\n",
		"    lead: anna\n    table: |\n      #\n", "    lead: anna\n    table: x\n", "    call: c\n    before: [c, {wrapup: y}]\n    expect: {status: review, limit: none}\n",
		"    lead: anna\n    campaign: PVI\n    planned: {due_at: 2030-01-01}\n    expect: {result: included, because: [stale], not_before: none}\n",
		"    call: c\n    agents: {x: {contacts: 1}}\n    expect: {agent: x, transfer: none}\n", "    campaign: PVI\n    expect_csv: golden/x.csv\n    leads: [anna]\n",
		"    lead: anna\n    expect:\n      unknown: [visits,\n        owner]\n      score: \"1\"\n", "    lead: anna\n    expect: {unknown: [ \"]\" ], recovery: taken}\n",
	} {
		f.Add([]byte(head + text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		files := maps.Clone(book)
		files[name] = text
		compiled, err := engine.Compile(files)
		if err != nil {
			return
		}
		report := ruletest.Run(compiled, ruletest.Options{})
		for i := range report.Coverage.Rules {
			_ = report.Coverage.Missing(&report.Coverage.Rules[i])
		}
		var edits []ruletest.Edit
		for i := range report.Results {
			r := &report.Results[i]
			for _, e := range r.Edits() {
				if _, shared := report.Shared(e); shared || e.Place.Width == 0 || r.Test.CSV != nil || e.Key == "score" || strings.HasPrefix(e.Key, "points.") {
					return
				}
				edits = append(edits, e)
			}
		}
		accepted, err := ruletest.Rewrite(text, edits)
		if err != nil {
			t.Fatalf("accept: %v", err)
		}
		files[name] = accepted
		again, err := engine.Compile(files)
		if err != nil {
			t.Fatalf("accepted: %v\n%s", err, accepted)
		}
		if n := ruletest.Run(again, ruletest.Options{}).Failed(); n > 0 {
			t.Fatalf("%d tests fail after all was accepted:\n%s", n, accepted)
		}
	})
}
