package main

import (
	"testing"

	"callsheet/engine"
)

// A change says what it is about, a whole file its name.
func TestChangesBriefly(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]engine.RuleChange{
		"removed: the whole file rules/packs/ours.yaml": {Rule: engine.WholeFile, Before: "{id: ours}", File: "rules/packs/ours.yaml"},
		"new: campaigns.PVI.include.hot":                {Rule: "campaigns.PVI.include.hot", After: "{when: lead.score > 80}", File: "campaigns.yaml"},
		"defaults.max_per_slot 60 → 70":                 {Rule: "defaults.max_per_slot", Before: "60", After: "70", File: "campaigns.yaml"},
	} {
		if got := briefly(c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
