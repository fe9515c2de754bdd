package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
)

// What is odd is told with its place, and the book can be put in force.
func TestWarnings(t *testing.T) {
	t.Parallel()
	const window = "  - {attempts: 4, in: 30d, then: wait}\n"
	cases := []struct {
		name  string
		edits []edit
		want  []string
	}{
		{"the shipped book", nil, nil},
		{"eight attempts without a window", []edit{{"rules/wrapups.yaml", window, ""}}, []string{
			"rules/wrapups.yaml:6:16: R301 8 attempts, but none counted in 30 days: FR-3 allows 4: add - {attempts: 4, in: 30d, then: wait}",
		}},
		{"a window that is too wide", []edit{{"rules/wrapups.yaml", "attempts: 4, in", "attempts: 5, in"}}, []string{
			"rules/wrapups.yaml:6:16: R301 8 attempts, but none counted in 30 days: FR-3 allows 4: add - {attempts: 4, in: 30d, then: wait}",
		}},
		{"a stricter window", []edit{{"rules/wrapups.yaml", "attempts: 4, in: 30d", "attempts: 3, in: 60d"}}, nil},
		{"without the pack", []edit{{"rules/wrapups.yaml", window, ""}, {"campaigns.yaml", "packs: [fr]", "packs: []"}}, nil},
		{"a slot in the night", []edit{{"campaigns.yaml", `from: "17:00", to: "20:00"`, `from: "20:00", to: "21:00"`}}, []string{
			"campaigns.yaml:11:3: R302 slot evening lies outside every window of FR-1: give it days and hours within mon tue wed thu fri 10:00-13:00, mon tue wed thu fri 14:00-20:00",
		}},
		{"a slot over lunch", []edit{{"campaigns.yaml", `from: "17:00", to: "20:00"`, `from: "13:00", to: "14:00"`}}, []string{
			"campaigns.yaml:11:3: R302 slot evening lies outside every window of FR-1: give it days and hours within mon tue wed thu fri 10:00-13:00, mon tue wed thu fri 14:00-20:00",
		}},
		{"a slot of which an hour is left", []edit{{"campaigns.yaml", `from: "17:00", to: "20:00"`, `from: "19:00", to: "23:00"`}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := engine.Compile(edited(t, shippedFiles(t), c.edits...))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range b.Warnings {
				got = append(got, w.String())
				if w.Frame == "" {
					t.Errorf("%s has no frame", w)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
