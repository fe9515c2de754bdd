package engine_test

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"callsheet/engine"
)

// expected is what a rule test compares.
type expected struct {
	Type, Segment, Grade string
	Score                *int64
	Points               map[string]int64
	Unknown              []string
}

// scoringTests are the tests of scoring.yaml and leads.yaml that ship, as far
// as this package runs them itself.
type scoringTests struct {
	Now   string
	Leads map[string]facts
	Tests map[string]struct {
		Lead   string
		Expect *expected
		Cases  []struct {
			With    facts
			Without []string
			Expect  expected
		}
	}
}

func TestShippedScoring(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../rules/scoring_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file scoringTests
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Tests) == 0 {
		t.Fatal("no test in the file")
	}
	b := shipped(t)
	for name, test := range file.Tests {
		lead := file.Leads[test.Lead]
		if test.Expect != nil {
			t.Run(name, func(t *testing.T) { checkScore(t, b, file.Now, lead, *test.Expect) })
		}
		for i, c := range test.Cases {
			t.Run(name+" "+strconv.Itoa(i+1), func(t *testing.T) {
				changed := lead.with(c.With)
				for _, field := range c.Without {
					delete(changed, field)
				}
				checkScore(t, b, file.Now, changed, c.Expect)
			})
		}
	}
}

// checkScore compares what is expected of a lead with what the book says of it.
func checkScore(t *testing.T, b *engine.RuleBook, clock string, lead facts, want expected) {
	t.Helper()
	now := local(t, b, clock)
	leads := batch(t, b, lead)
	said := b.Classify(leads, now)
	lines, score := b.Breakdown(leads, 0, now)
	points, unknown := map[string]int64{}, []string(nil)
	for _, line := range lines {
		points[line.Group] += line.Points
		points[line.Rule] += line.Points
		if line.Unknown {
			unknown = append(unknown, line.Rule)
		}
	}
	if score != said.Score[0] {
		t.Errorf("the breakdown gives %d, the score is %d", score, said.Score[0])
	}
	got := expected{Points: map[string]int64{}}
	for name := range want.Points {
		got.Points[name] = points[name]
	}
	if want.Points == nil {
		got.Points = nil
	}
	if want.Type != "" {
		got.Type = said.Type[0]
	}
	if want.Segment != "" {
		got.Segment = said.Segment[0]
	}
	if want.Grade != "" {
		got.Grade = said.Grade[0]
	}
	if want.Score != nil {
		got.Score = &score
	}
	if want.Unknown != nil {
		got.Unknown = unknown
		for _, rule := range unknown {
			if said.Unknown[rule] != 1 {
				t.Errorf("Unknown[%s] = %d, want 1", rule, said.Unknown[rule])
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// randomLead draws the facts that the shipped scoring reads, some of them
// empty.
func randomLead(t *rapid.T) facts {
	pick := func(name string, values ...string) string { return rapid.SampledFrom(append(values, "")).Draw(t, name) }
	whole := func(name string, from, to int) string { return strconv.Itoa(rapid.IntRange(from, to).Draw(t, name)) }
	return facts{
		"role":                pick("role", "owner", "co_owner", "heir", "tenant", "buyer", "other"),
		"sell_horizon_months": pick("horizon", "-1", "0", "3", "4", "6", "7", "24", "25"),
		"estimated_price":     pick("price", "0", "199999.99", "200000", "1e12"),
		"property_type":       pick("property", "house", "land"),
		"estimated_at":        pick("estimated", "2026-11-22T18:05:00", "2026-11-23T10:00:00", "2020-01-01T00:00:00", "2030-01-01T00:00:00"),
		"visits":              pick("visits", "-3", "0", "4", "10", "300"),
		"callback_requests":   pick("requests", "0", "2"),
		"refusals":            whole("refusals", 0, 2),
		"attempts":            whole("attempts", 0, 40),
	}
}

// The lines of a score add up to it, within the limits, for 10 000 leads.
func TestScoreLinesAddUp(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	now := local(t, b, "2026-11-23T10:00:00")
	rapid.Check(t, func(rt *rapid.T) {
		drawn := make([]facts, 100)
		for i := range drawn {
			drawn[i] = randomLead(rt)
		}
		leads := batch(t, b, drawn...)
		said := b.Classify(leads, now)
		for i := range drawn {
			lines, score := b.Breakdown(leads, i, now)
			var sum int64
			for _, line := range lines {
				sum += line.Points
			}
			if sum != score || score != said.Score[i] || score < b.Scoring.Min || score > b.Scoring.Max {
				rt.Fatalf("lead %v: the lines add up to %d, Breakdown says %d, Classify %d", drawn[i], sum, score, said.Score[i])
			}
		}
	})
}

// A lead has the same score alone as among others.
func TestScoreDoesNotDependOnOtherLeads(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	now := local(t, b, "2026-11-23T10:00:00")
	rapid.Check(t, func(rt *rapid.T) {
		drawn := []facts{randomLead(rt), randomLead(rt), randomLead(rt)}
		together := b.Classify(batch(t, b, drawn...), now)
		for i, lead := range drawn {
			alone := b.Classify(batch(t, b, lead), now)
			got := []any{alone.Type[0], alone.Segment[0], alone.Score[0], alone.Grade[0]}
			want := []any{together.Type[i], together.Segment[i], together.Score[i], together.Grade[i]}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("lead %v (-together +alone):\n%s", lead, diff)
			}
		}
	})
}

// Half points round up, also below zero; what is too large is cut.
func TestPointsAreWhole(t *testing.T) {
	t.Parallel()
	cases := []struct {
		points, price string
		want          int64
	}{
		{"lead.estimated_price", "0.5", 1},
		{"lead.estimated_price", "0.49999999999999994", 0},
		{"lead.estimated_price", "2.5", 3},
		{"lead.estimated_price", "-0.5", 0},
		{"lead.estimated_price", "-1.5", -1},
		{"lead.estimated_price", "-1.6", -2},
		{"lead.estimated_price", "1e300", 1_000_000},
		{"-1 * lead.estimated_price", "1e300", -1_000_000},
		{"1 / lead.estimated_price", "0", 0}, // infinite counts as empty
		{"70", "", 70},
	}
	for _, c := range cases {
		t.Run(c.points+" of "+c.price, func(t *testing.T) {
			t.Parallel()
			b := load(t, folder(edited(t, small(t),
				edit{"scoring.yaml", "limits: {min: 0, max: 100}", "limits: {min: -1000000, max: 1000000}"},
				edit{"scoring.yaml", "    max: 40\n", ""},
				edit{"scoring.yaml", "points: 2 * min(lead.visits, 10)", "points: " + c.points})), nil)
			now := local(t, b, "2026-11-23T10:00:00")
			leads := batch(t, b, facts{"estimated_price": c.price})
			b.Classify(leads, now)
			lines, _ := b.Breakdown(leads, 0, now)
			i := slices.IndexFunc(lines, func(line engine.ScoreLine) bool { return line.Rule == "visits" })
			if lines[i].Points != c.want {
				t.Errorf("%d points, want %d", lines[i].Points, c.want)
			}
		})
	}
}

func TestCapsAndLimitsAreLines(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	now := local(t, b, "2026-11-23T10:00:00")
	leads := batch(t, b, anna().with(facts{"visits": "300", "callback_requests": "1", "refusals": "1", "attempts": "10"}))
	b.Classify(leads, now)
	lines, score := b.Breakdown(leads, 0, now)
	var caps []engine.ScoreLine
	for _, line := range lines {
		if line.Rule == "" {
			caps = append(caps, line)
		}
	}
	want := []engine.ScoreLine{
		{Group: "fit", Say: "fit limited to 60", Points: -5},
		{Group: "engagement", Say: "engagement limited to 40", Points: -19},
		{Group: "effort", Say: "effort limited to -40", Points: 21},
	}
	if diff := cmp.Diff(want, caps); diff != "" || score != 60 {
		t.Errorf("score %d, want 60; lines of caps (-want +got):\n%s", score, diff)
	}
}
