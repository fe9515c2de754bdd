package engine_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"callsheet/engine"
)

// randomCall draws a lead with a planned call: of all types and groups, here
// and overseas, some of them stopped by a condition or by the law.
func randomCall(t *rapid.T) facts {
	pick := func(name string, values ...string) string { return rapid.SampledFrom(append(values, "")).Draw(t, name) }
	return randomLead(t).with(facts{
		"source":                 pick("source", "fsbo", "form", "estimation"),
		"postal_code":            pick("postal", "75011", "97400", "97100", "57000", "7", "2A004", "69003"),
		"media_zone":             pick("zone", "true", "false"),
		"callback_at":            pick("callback", "2026-11-23T10:00:00"),
		"in_wallet":              pick("wallet", "true", "false", "false"),
		"legal_basis":            pick("basis", "none", "consent", "request"),
		"consent_evidence":       pick("evidence", "form 12"),
		"on_bloctel":             pick("bloctel", "true", "false"),
		"call.kind":              pick("kind", "plan", "callback", "retry"),
		"call.due_at":            pick("due", "2026-11-20T10:00:00", "2026-11-23T11:15:00", "2026-11-23T15:00:00", "2026-11-23T23:00:00"),
		"call.agreed_exact_time": pick("exact", "true", "false", "false"),
		"contact.phone_country":  pick("country", "33", "590"),
	})
}

// said is all that is decided of one lead.
type said struct {
	Type, Segment, Grade, Group string
	Score                       int64
	Verdicts                    []engine.Verdict
}

// A lead is decided alike alone and anywhere in a batch of any length, also by
// an evaluator that has seen other batches before.
func TestBatchIsDecidedLikeSingleLeads(t *testing.T) {
	t.Parallel()
	books := map[string]*engine.RuleBook{"shipped": shipped(t), "a wide slot": wide(t), "two packs": twoPacks(t)}
	for name, b := range books {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := local(t, b, "2026-11-23T10:00:00")
			by := b.Evaluator()
			decide := func(by *engine.Evaluator, leads ...facts) []said {
				all := batch(t, b, leads...)
				is := by.Classify(all, now)
				out := make([]said, len(leads))
				for i := range leads {
					out[i] = said{Type: is.Type[i], Segment: is.Segment[i], Grade: is.Grade[i], Score: is.Score[i]}
					if g := is.Group[i]; g != nil {
						out[i].Group = g.Name
					}
				}
				for _, campaign := range []string{"PVI", "PVB", "DDR", "CF"} {
					c, _ := b.Campaign(campaign)
					slot := slotAt(t, b, c, "2026-11-23T10:00:00")
					for i, v := range by.Judge(c, slot, all, is, nil) {
						out[i].Verdicts = append(out[i].Verdicts, v)
					}
				}
				return out
			}
			rapid.Check(t, func(rt *rapid.T) {
				pool := rapid.SliceOfN(rapid.Custom(randomCall), 1, 8).Draw(rt, "leads")
				n := rapid.SampledFrom([]int{2, 63, 64, 65, 200}).Draw(rt, "length")
				leads := make([]facts, n)
				for i := range leads {
					leads[i] = pool[i%len(pool)]
				}
				together := decide(by, leads...)
				for i, lead := range pool {
					alone := decide(b.Evaluator(), lead)[0]
					for k := i; k < n; k += len(pool) {
						if diff := cmp.Diff(alone, together[k]); diff != "" {
							rt.Fatalf("lead %d of %d, %v (-alone +together):\n%s", k, n, lead, diff)
						}
					}
				}
			})
		})
	}
}

// A call that is due only after the slot does not fit into what the law leaves
// of it, though the law leaves all.
func TestDueAfterTheSlot(t *testing.T) {
	t.Parallel()
	if v := judge(t, shipped(t), "PVI", "2026-11-23T10:00:00", ready().with(facts{"call.due_at": "2026-11-23T13:00:00"})); v.Reason != "FR-1" {
		t.Errorf("reason %q, want FR-1", v.Reason)
	}
}

// The counts of unknown leads that were handed out do not change when the
// batch is classified again.
func TestUnknownCountsStay(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	now := local(t, b, "2026-11-23T10:00:00")
	leads := batch(t, b, anna().with(facts{"visits": "", "role": ""}), anna())
	first := b.Classify(leads, now).Unknown
	before := maps.Clone(first)
	if before["visits"] != 1 || before["owner"] != 1 {
		t.Fatalf("unknown: %v", before)
	}
	visits, _ := b.Schema.Index("lead.visits")
	leads.SetInt(visits, 0, 3)
	if again := b.Classify(leads, now).Unknown; again["visits"] != 0 || again["owner"] != 1 {
		t.Errorf("unknown after the visits are known: %v", again)
	}
	if diff := cmp.Diff(before, first); diff != "" {
		t.Errorf("the first counts changed (-before +after):\n%s", diff)
	}
}

// Points that fade are those of the formula at every age, near each step.
func TestFadingPointsFollowTheFormula(t *testing.T) {
	t.Parallel()
	for _, half := range []string{"1m", "14d", "36h", "3650d"} {
		for _, points := range []string{"20", "-40", "0.5", "-0.5", "999"} {
			t.Run(half+" "+points, func(t *testing.T) {
				t.Parallel()
				b, err := engine.Compile(edited(t, shippedFiles(t),
					edit{"scoring.yaml", "half_life: 14d", "half_life: " + half}, edit{"scoring.yaml", "points: 20\n        decay", "points: " + points + "\n        decay"},
					edit{"scoring.yaml", "limits: {min: 0, max: 100}", "limits: {min: -1000, max: 1000}"}, edit{"scoring.yaml", "    max: 40\n", "    max: 1000\n"}))
				if err != nil {
					t.Fatal(err)
				}
				now := local(t, b, "2026-11-23T10:00:00")
				estimated, _ := b.Schema.Index("lead.estimated_at")
				rapid.Check(t, func(rt *rapid.T) {
					leads := make([]facts, 64)
					for i := range leads {
						leads[i] = facts{}
					}
					all := batch(t, b, leads...)
					for i := range leads {
						age := rapid.Int64Range(-1000, 1<<rapid.IntRange(2, 42).Draw(rt, "bits")).Draw(rt, "age")
						all.SetTime(estimated, i, now.UnixMilli()-age)
					}
					scores := b.Classify(all, now).Score
					for i := range leads {
						if _, want := b.Breakdown(all, i, now); scores[i] != want {
							rt.Fatalf("lead %d has %d points, the formula says %d", i, scores[i], want)
						}
					}
				})
			})
		}
	}
}

// Deciding about the leads of one batch again and again takes no memory.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	b := shipped(t)
	now := local(t, b, "2026-11-23T10:00:00")
	c, _ := b.Campaign("PVI")
	slot := slotAt(t, b, c, "2026-11-23T10:00:00")
	for _, n := range []int{1, 4096} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			leads := batch(t, b, crowd(n)...)
			decide := func() {
				leads.Forget()
				b.Judge(c, slot, leads, b.Classify(leads, now), nil)
			}
			decide()
			if allocs := testing.AllocsPerRun(20, decide); allocs > 0 {
				t.Errorf("%v allocations", allocs)
			}
		})
	}
}
