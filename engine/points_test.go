package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"callsheet/engine"
)

// Scores alone are those of Classify and of the breakdown, lead by lead, and so
// is what could not be evaluated, for a book with as many rules as a group of
// eight has and for one with more.
func TestScoreIsThatOfClassify(t *testing.T) {
	t.Parallel()
	books := map[string]*engine.RuleBook{"shipped": shipped(t), "small": load(t, folder(small(t)), folder(small(t))), "19 rules more": load(t, manyRules(t, 19), folder(small(t)))}
	for name, b := range books {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := local(t, b, "2026-11-23T10:00:00")
			by := b.Evaluator()
			rapid.Check(t, func(rt *rapid.T) {
				leads := batch(t, b, rapid.SliceOfN(rapid.Custom(randomCall), 1, 130).Draw(rt, "leads")...)
				said := b.Classify(leads, now)
				scores, unknown := by.Score(leads, now)
				if diff := cmp.Diff(said.Score, scores); diff != "" {
					rt.Errorf("scores (-Classify +Score):\n%s", diff)
				}
				points := map[string]int{}
				for _, group := range b.Scoring.Groups {
					for _, rule := range group.Rules {
						points[rule.Name] = said.Unknown[rule.Name]
					}
				}
				if diff := cmp.Diff(points, unknown, cmpopts.IgnoreMapEntries(func(_ string, n int) bool { return n == 0 })); diff != "" {
					rt.Errorf("unknown (-Classify +Score):\n%s", diff)
				}
				row := rapid.IntRange(0, leads.Len()-1).Draw(rt, "row")
				if _, sum := b.Breakdown(leads, row, now); sum != scores[row] {
					rt.Errorf("lead %d has %d points, its breakdown %d", row, scores[row], sum)
				}
			})
		})
	}
}

// Ranks in the memory of an evaluator are those that callers keep, also after
// it has ranked other leads.
func TestRanksOfEvaluator(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	now, order, by := local(t, b, "2026-11-23T10:00:00"), campaign(t, b, "PVI").Order, b.Evaluator()
	rapid.Check(t, func(rt *rapid.T) {
		leads := batch(t, b, rapid.SliceOfN(rapid.Custom(randomCall), 1, 70).Draw(rt, "leads")...)
		b.Classify(leads, now)
		kept := engine.Ranks(order, leads)
		ranks := by.Ranks(order, leads)
		if len(kept) != len(ranks) {
			rt.Fatalf("%d ranks, want %d", len(ranks), len(kept))
		}
		for i := range kept {
			if engine.Compare(order, kept[i], ranks[i]) != 0 {
				rt.Errorf("lead %d has another rank than the one kept", i)
			}
		}
	})
}
