package engine

import (
	"bytes"
	"maps"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet"
)

func shippedSources(t *testing.T) Sources {
	t.Helper()
	sources, err := read(callsheet.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestDiff(t *testing.T) {
	t.Parallel()
	type edit struct{ file, before, after string }
	tests := map[string]struct {
		edits []edit
		want  []RuleChange
	}{
		"nothing":          {nil, nil},
		"comments, layout": {[]edit{{"scoring.yaml", "points: 25", "points:   25 # as before"}}, nil},
		"a number":         {[]edit{{"scoring.yaml", "half_life: 14d", "half_life: 7d"}}, []RuleChange{{"groups.engagement.rules.estimate.decay.half_life", "14d", "7d", "scoring.yaml", 43}}},
		"an entry of a list": {[]edit{{"rules/leads.yaml", "lead.sell_horizon_months <= 24", "lead.sell_horizon_months <= 18"}}, []RuleChange{
			{"segments.PVB.when", "lead.sell_horizon_months <= 24", "lead.sell_horizon_months <= 18", "rules/leads.yaml", 33},
		}},
		"added and removed": {[]edit{{"campaigns.yaml", "      warm:\n        when: lead.score >= 20\n        say: has at least 20 points", "      hot:\n        when: lead.score >= 50"}}, []RuleChange{
			{"campaigns.PVI.include.hot", "", "{when: lead.score >= 50}", "campaigns.yaml", 51},
			{"campaigns.PVI.include.warm", "{when: lead.score >= 20, say: has at least 20 points}", "", "campaigns.yaml", 51},
		}},
		"another order": {[]edit{{"campaigns.yaml", "    - lead.score desc\n    - lead.estimated_at desc", "    - lead.estimated_at desc\n    - lead.score desc"}}, []RuleChange{
			{"defaults.order", "[lead.score desc, lead.estimated_at desc, lead.id]", "[lead.estimated_at desc, lead.score desc, lead.id]", "campaigns.yaml", 27},
		}},
	}
	before, err := Load(os.DirFS(".."), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources := shippedSources(t)
			maps.DeleteFunc(sources, func(name string, _ []byte) bool { return isTest(name) })
			for _, e := range test.edits {
				if !bytes.Contains(sources[e.file], []byte(e.before)) {
					t.Fatalf("%s has no %q", e.file, e.before)
				}
				sources[e.file] = bytes.Replace(sources[e.file], []byte(e.before), []byte(e.after), 1)
			}
			after, err := Compile(sources)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, Diff(before, after)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if same := before.Version == after.Version; same != (len(test.want) == 0) {
				t.Errorf("the versions are the same: %t", same)
			}
		})
	}
}
