package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/terminal"
)

// Whoever is asked may look first; only a yes is one.
func TestConfirmed(t *testing.T) {
	t.Parallel()
	result := ruletest.Result{
		Test:     engine.Test{File: "rules/x_test.yaml", Line: 7, Name: "an owner"},
		Failures: []ruletest.Failure{{Key: "segment", Want: "PVB", Got: "PVS", Rules: []ruletest.Why{{Rule: "segment PVS", File: "rules/leads.yaml", Line: 39, Decided: true, Lines: []string{"lead.visits >= 3"}}}}},
	}
	for typed, want := range map[string]bool{"y\n": true, "YES\n": true, "\n": false, "n\n": false, "": false, "d\ny\n": true, "d\n": false, "maybe\ny\n": false} {
		var out, asked bytes.Buffer
		screen, err := terminal.New(&out, &asked, "")
		if err != nil {
			t.Fatal(err)
		}
		a := &app{stdout: &out, stderr: &asked, term: screen}
		if got := a.confirmed(&result, bufio.NewReader(strings.NewReader(typed))); got != want {
			t.Errorf("%q: %t, want %t", typed, got, want)
		}
		if !strings.HasPrefix(asked.String(), "  an owner: segment: PVB → PVS   accept? [y/N/d=details] ") {
			t.Errorf("%q: asked %q", typed, asked.String())
		}
		if details := strings.Contains(out.String(), "lead.visits >= 3"); details != strings.HasPrefix(typed, "d") {
			t.Errorf("%q: told %q", typed, out.String())
		}
	}
}
