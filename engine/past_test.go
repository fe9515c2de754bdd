package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

func day(tb testing.TB, text string) calendar.Date {
	tb.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// tried are attempts at noon of these days.
func tried(tb testing.TB, b *engine.RuleBook, days ...string) *engine.Past {
	tb.Helper()
	p := &engine.Past{}
	for _, d := range days {
		p.Attempts = append(p.Attempts, local(tb, b, d+"T12:00:00"))
	}
	return p
}

// ended is a call that ended so at noon of a day.
func ended(tb testing.TB, b *engine.RuleBook, outcome, on string) *engine.Past {
	tb.Helper()
	return &engine.Past{Ended: []engine.PastCall{{At: local(tb, b, on+"T12:00:00"), Outcome: outcome}}}
}

func TestResting(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	four := tried(t, b, "2026-11-16", "2026-10-26", "2026-11-09", "2026-11-02")
	agreed := ended(t, b, "refused", "2026-11-01")
	agreed.ConsentAt = local(t, b, "2026-11-02T09:00:00")
	before := ended(t, b, "refused", "2026-11-01")
	before.ConsentAt = local(t, b, "2026-10-02T09:00:00")
	cases := []struct {
		name string
		past *engine.Past
		on   string
		want string // as people read it; empty: free
	}{
		{"nothing known", nil, "2026-11-23", ""},
		{"nothing happened", &engine.Past{}, "2026-11-23", ""},
		{"four attempts, on the day of the last", four, "2026-11-16", "FR-3 until 2026-11-25"},
		{"four attempts, on the last of 30 days", four, "2026-11-24", "FR-3 until 2026-11-25"},
		{"four attempts, a day later", four, "2026-11-25", ""},
		{"three attempts", tried(t, b, "2026-11-02", "2026-11-09", "2026-11-16"), "2026-11-16", ""},
		{"five attempts", tried(t, b, "2026-10-26", "2026-11-02", "2026-11-03", "2026-11-09", "2026-11-16"), "2026-11-24", "FR-3 until 2026-12-02"},
		{"attempts after a clock set back", four, "2026-10-30", "FR-3 until 2026-11-25"},
		{"refused, on the last full day", ended(t, b, "refused", "2026-05-01"), "2026-06-30", "FR-4 until 2026-07-01"},
		{"refused, a day later", ended(t, b, "refused", "2026-05-01"), "2026-07-01", ""},
		{"refused before the new law, and called since", ended(t, b, "refused", "2026-08-10"), "2026-10-09", "FR-4 until 2026-10-10"},
		{"refused before the new law, and rested", ended(t, b, "refused", "2026-08-10"), "2026-10-10", ""},
		{"refused since", ended(t, b, "refused", "2026-08-11"), "2027-11-23", "FR-9 until new consent"},
		{"of two rules the one that holds longest", ended(t, b, "refused", "2026-11-23"), "2026-11-24", "FR-9 until new consent"},
		{"do not call", ended(t, b, "do_not_call", "2026-11-23"), "2026-11-24", "FR-9 until new consent"},
		{"new consent, within the rest", agreed, "2026-11-30", "FR-4 until 2027-01-01"},
		{"new consent, after the rest", agreed, "2027-01-01", ""},
		{"consent that was given before the refusal", before, "2027-01-01", "FR-9 until new consent"},
		{"another outcome", ended(t, b, "no_answer", "2026-11-22"), "2026-11-23", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rest, ok := b.Resting(c.past, day(t, c.on))
			got := ""
			if ok {
				got = rest.String()
			}
			if got != c.want {
				t.Errorf("on %s: %q, want %q", c.on, got, c.want)
			}
			if rule, found := b.PackRuleByID(rest.Rule); ok && (!found || rule.Source == "" || rest.Say != rule.Say) {
				t.Errorf("rule %s: found %v, source and sentence must be those of the pack", rest.Rule, found)
			}
		})
	}
}

// Days are those of the book's time zone: an attempt half an hour after
// midnight belongs to the new day.
func TestDaysOfThePastAreLocal(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	refusal := &engine.Past{Ended: []engine.PastCall{{At: local(t, b, "2026-05-02T00:30:00"), Outcome: "refused"}}}
	if rest, ok := b.Resting(refusal, day(t, "2026-07-01")); !ok || rest.Until != day(t, "2026-07-02") {
		t.Errorf("%s, %v; want a rest until 2026-07-02", rest, ok)
	}
}

func TestFreeFrom(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct {
		name      string
		past      *engine.Past
		want, why string
		ok        bool
	}{
		{"nothing known", nil, "2026-11-23", "", true},
		{"four attempts", tried(t, b, "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"), "2026-11-25", "FR-3", true},
		{"refused under the new law", ended(t, b, "refused", "2026-09-24"), "0000-00-00", "FR-9", false},
		{"do not call", ended(t, b, "do_not_call", "2026-11-20"), "0000-00-00", "FR-9", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			free, why, ok := b.FreeFrom(c.past, day(t, "2026-11-23"))
			if free.String() != c.want || why.Rule != c.why || ok != c.ok {
				t.Errorf("free from %s by %q, %v; want %s by %q, %v", free, why.Rule, ok, c.want, c.why, c.ok)
			}
		})
	}
}

// Without the rule of August 2026, a refusal of 24 September rests until 24
// November; attempts that follow may move the day on.
func TestFreeFromTakesOneRuleAfterTheOther(t *testing.T) {
	t.Parallel()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"rules/packs/fr.yaml", "rest: until_new_consent", "rest: 1d"}))
	if err != nil {
		t.Fatal(err)
	}
	past := tried(t, b, "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13")
	past.Ended = ended(t, b, "refused", "2026-09-24").Ended
	if rest, ok := b.Resting(past, day(t, "2026-11-23")); !ok || rest.String() != "FR-3 until 2026-12-10" {
		t.Errorf("%s, %v; want FR-3, which holds longer", rest, ok)
	}
	past.Attempts = nil
	if free, why, ok := b.FreeFrom(past, day(t, "2026-10-01")); !ok || free != day(t, "2026-11-24") || why.Rule != "FR-4" {
		t.Errorf("free from %s by %s, %v; want 2026-11-24 by FR-4", free, why.Rule, ok)
	}
}

func TestLookBack(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	if got := b.LookBack(); got != 30 {
		t.Errorf("LookBack = %d, want 30", got)
	}
	if diff := cmp.Diff([]string{"do_not_call", "refused"}, b.OutcomesThatRest()); diff != "" {
		t.Errorf("OutcomesThatRest (-want +got):\n%s", diff)
	}
	longer, err := engine.Compile(edited(t, shippedFiles(t), edit{"rules/wrapups.yaml", "attempts: 4, in: 30d", "attempts: 4, in: 45d"}, edit{"campaigns.yaml", "packs: [fr]", "packs: []"}))
	if err != nil {
		t.Fatal(err)
	}
	if got := longer.LookBack(); got != 45 {
		t.Errorf("LookBack = %d with a limit in 45 days, want 45", got)
	}
	if got := longer.OutcomesThatRest(); len(got) > 0 {
		t.Errorf("OutcomesThatRest = %v without packs, want none", got)
	}
}

// Judge reads the past of each row: the verdict names the rule, and until when
// it holds; rows without a past are judged as ever.
func TestJudgeKnowsThePast(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	pvi := campaign(t, b, "PVI")
	const clock = "2026-11-23T10:30:00"
	lead := ready().with(facts{"call.agreed_exact_time": "true", "call.kind": "callback"})
	leads := batch(t, b, ready(), lead, ready(), ready().with(facts{"in_wallet": "true"}))
	refused := ended(t, b, "refused", "2026-11-20")
	past := []*engine.Past{nil, tried(t, b, "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"), refused, refused}
	verdicts := b.Judge(pvi, slotAt(t, b, pvi, clock), leads, b.Classify(leads, local(t, b, clock)), past)
	got := []string{}
	for _, v := range verdicts {
		got = append(got, v.Reason+" "+v.Detail+" past "+v.Gate.String())
	}
	want := []string{
		"  past compliance",
		"FR-3 until 2026-11-25: at most 4 attempts in 30 calendar days past conditions", // an exact time lifts FR-1 only
		"FR-9 until new consent: whoever objects is not called again past conditions",
		"wallet is in the wallet of a salesperson past group",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if v := b.Judge(pvi, slotAt(t, b, pvi, clock), leads, b.Classify(leads, local(t, b, clock)), nil)[1]; v.Reason != "" {
		t.Errorf("reason %q without a past, want none", v.Reason)
	}
}

// The rest that a rule with an end gives ends with it.
func TestAttemptsOfARuleThatEnds(t *testing.T) {
	t.Parallel()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"rules/packs/fr.yaml", "    attempts: 4", "    effective_to: 2026-11-20\n    attempts: 4"}))
	if err != nil {
		t.Fatal(err)
	}
	four := tried(t, b, "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
	if rest, ok := b.Resting(four, day(t, "2026-11-20")); !ok || rest.Until != day(t, "2026-11-21") {
		t.Errorf("%s, %v; want until 2026-11-21", rest, ok)
	}
	if rest, ok := b.Resting(four, day(t, "2026-11-21")); ok {
		t.Errorf("%s after the rule ended", rest)
	}
}

// Whatever the attempts: on the first free day one more is allowed, on the day
// before it is not, and no 30 days in a row ever hold more than 4.
func TestAttemptsNeverExceedTheWindow(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	today, past := day(t, "2026-01-05"), &engine.Past{}
	for range 40 {
		free, _, ok := b.FreeFrom(past, today)
		if !ok {
			t.Fatalf("no free day after %s", today)
		}
		if rest, rests := b.Resting(past, free.AddDays(-1)); !rests && today.Before(free) {
			t.Fatalf("%s is free, but so is the day before (%s)", free, rest)
		}
		today = free
		past.Attempts = append(past.Attempts, time.Date(today.Year, today.Month, today.Day, 11, 0, 0, 0, b.Zone))
	}
	for i := 4; i < len(past.Attempts); i++ {
		first, fifth := calendar.DateOf(past.Attempts[i-4]), calendar.DateOf(past.Attempts[i])
		if first.DaysUntil(fifth) < 30 {
			t.Errorf("five attempts from %s to %s", first, fifth)
		}
	}
}
