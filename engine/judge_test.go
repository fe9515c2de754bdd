package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// ready is a lead that PVI of the shipped book takes, by day in the law's
// order: known not to be on the Bloctel list.
func ready() facts { return anna().with(facts{"on_bloctel": "false"}) }

// slotAt is the slot of the campaign that runs at a local time.
func slotAt(t *testing.T, b *engine.RuleBook, c *engine.Campaign, clock string) calendar.Slot {
	t.Helper()
	slot, ok := b.Week(c, nil).Containing(local(t, b, clock))
	if !ok {
		t.Fatalf("no slot of %s at %s", c.Name, clock)
	}
	return slot
}

// judge is the verdict of a campaign on one lead in the slot at a local time.
func judge(t *testing.T, b *engine.RuleBook, campaign, clock string, lead facts) engine.Verdict {
	t.Helper()
	c, ok := b.Campaign(campaign)
	if !ok {
		t.Fatalf("no campaign %s", campaign)
	}
	leads := batch(t, b, lead)
	said := b.Classify(leads, local(t, b, clock))
	return b.Judge(c, slotAt(t, b, c, clock), leads, said, nil)[0]
}

func TestJudgeReasons(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	everything := facts{
		"media_zone": "true", "sell_horizon_months": "30", "postal_code": "99000", "role": "tenant", "visits": "0", "estimated_at": "2020-01-01T09:00:00",
		"in_wallet": "true", "has_pending_task": "true", "legal_basis": "none",
	}
	mend := func(names ...string) facts {
		lead := ready().with(everything)
		for _, name := range names {
			lead[name] = ready()[name]
		}
		return lead
	}
	cases := []struct {
		name string
		lead facts
		want string
		gate engine.Gate
	}{
		{"nothing wrong", ready(), "", engine.GateCompliance},
		{"everything wrong", mend(), engine.WrongType, engine.GatePlanned},
		{"all but the type", mend("media_zone"), engine.WrongSegment, engine.GateType},
		{"group and conditions", mend("media_zone", "sell_horizon_months"), engine.NoGroup, engine.GateSegment},
		{"conditions, in the order of the file", mend("media_zone", "sell_horizon_months", "postal_code").with(facts{"refusals": "1"}), "warm", engine.GateGroup},
		{"exclusions, defaults first", mend("media_zone", "sell_horizon_months", "postal_code", "role", "visits"), "wallet", engine.GateGroup},
		{"a task", ready().with(facts{"has_pending_task": "true", "legal_basis": "none"}), "pending_task", engine.GateGroup},
		{"stale", ready().with(facts{"estimated_at": "2025-11-22T09:00:00", "legal_basis": "none"}), "stale", engine.GateGroup},
		{"the law", ready().with(facts{"legal_basis": "none"}), "FR-5", engine.GateConditions},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, b, "PVI", "2026-11-23T10:30:00", c.lead)
			if v.Reason != c.want || v.Gate != c.gate || v.Unknown {
				t.Errorf("reason %q past %s, unknown %v; want %q past %s", v.Reason, v.Gate, v.Unknown, c.want, c.gate)
			}
		})
	}
}

// What cannot be evaluated keeps the lead out, and says so.
func TestJudgeUnknown(t *testing.T) {
	t.Parallel()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "when: lead.score >= 20", "when: lead.rooms >= 2"}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		lead facts
		want string
	}{
		{"an include over an empty field", ready(), "warm"},
		{"an exclude over a field that should have been filled", ready().with(facts{"rooms": "3", "in_wallet": ""}), "wallet"},
		{"a pack rule over a field that should have been filled", ready().with(facts{"rooms": "3", "legal_basis": ""}), "FR-5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, b, "PVI", "2026-11-23T10:30:00", c.lead)
			if v.Reason != c.want || !v.Unknown {
				t.Errorf("reason %q, unknown %v; want %q that is unknown", v.Reason, v.Unknown, c.want)
			}
		})
	}
}

func TestCallbacksSkipIncludeOnly(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cold := ready().with(facts{"role": "tenant", "visits": "0", "refusals": "1", "call.kind": "callback"})
	cases := []struct {
		name string
		lead facts
		want string
	}{
		{"a callback of a cold lead", cold, ""},
		{"any other call of it", cold.with(facts{"call.kind": "retry"}), "warm"},
		{"a callback in a wallet", cold.with(facts{"in_wallet": "true"}), "wallet"},
		{"a callback against the law", cold.with(facts{"legal_basis": "none"}), "FR-5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if v := judge(t, b, "PVI", "2026-11-23T10:30:00", c.lead); v.Reason != c.want {
				t.Errorf("reason %q, want %q", v.Reason, c.want)
			}
		})
	}
}

// wide is the shipped book with one slot from 8 to 22 h and a group overseas.
func wide(t *testing.T) *engine.RuleBook {
	t.Helper()
	b, err := engine.Compile(edited(t, shippedFiles(t),
		edit{"campaigns.yaml", `from: "10:00", to: "13:00"`, `from: "08:00", to: "22:00"`},
		edit{"campaigns.yaml", "  EST:", "  OM: {zones: [\"971\", \"974\"], agents: [a5]}\n  EST:"}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLegalWindows(t *testing.T) {
	t.Parallel()
	b := wide(t)
	cases := []struct{ due, from, to string }{
		{"09:59:59", "10:00:00", "13:00:00"},
		{"10:00:00", "10:00:00", "13:00:00"},
		{"12:59:59", "12:59:59", "13:00:00"},
		{"13:00:00", "14:00:00", "20:00:00"},
		{"14:00:00", "14:00:00", "20:00:00"},
		{"19:59:59", "19:59:59", "20:00:00"},
		{"20:00:00", "", ""},
	}
	for _, c := range cases {
		t.Run(c.due, func(t *testing.T) {
			t.Parallel()
			const day = "2026-11-23T"
			v := judge(t, b, "PVI", day+"08:30:00", ready().with(facts{"call.due_at": day + c.due}))
			if c.from == "" {
				if v.Reason != "FR-1" {
					t.Errorf("reason %q, want FR-1", v.Reason)
				}
				return
			}
			if want := local(t, b, day+c.from); v.Reason != "" || !v.NotBefore.Equal(want) {
				t.Errorf("reason %q, from %s; want none, from %s", v.Reason, v.NotBefore, want)
			}
			if want := local(t, b, day+c.to); !v.NotAfter.Equal(want) {
				t.Errorf("to %s, want %s", v.NotAfter, want)
			}
		})
	}
}

func TestAgreedTimeLiftsTheWindows(t *testing.T) {
	t.Parallel()
	b := wide(t)
	lead := ready().with(facts{"call.due_at": "2026-11-23T20:30:00"})
	if v := judge(t, b, "PVI", "2026-11-23T08:30:00", lead); v.Reason != "FR-1" {
		t.Errorf("reason %q at 20:30, want FR-1", v.Reason)
	}
	v := judge(t, b, "PVI", "2026-11-23T08:30:00", lead.with(facts{"call.agreed_exact_time": "true"}))
	if want := local(t, b, "2026-11-23T20:30:00"); v.Reason != "" || !v.NotBefore.Equal(want) {
		t.Errorf("reason %q from %s with proof, want none from %s", v.Reason, v.NotBefore, want)
	}
}

// The windows are those of the place where the consumer lives.
func TestLegalWindowsOverseas(t *testing.T) {
	t.Parallel()
	plain, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "  EST:", "  OM: {zones: [\"971\", \"974\"], agents: [a5]}\n  EST:"}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, postal, clock, reason, from, to string
	}{
		{"Réunion in the morning", "97400", "2026-11-23T10:00:00", "", "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z"},
		{"Guadeloupe in the morning", "97100", "2026-11-23T10:00:00", "FR-1", "", ""},
		{"Guadeloupe in the evening", "97100", "2026-11-23T17:00:00", "", "2026-11-23T16:00:00Z", "2026-11-23T17:00:00Z"},
		{"Paris in the morning", "75011", "2026-11-23T10:00:00", "", "2026-11-23T09:00:00Z", "2026-11-23T12:00:00Z"},
		{"Paris in summer", "75011", "2026-10-23T10:00:00", "", "2026-10-23T08:00:00Z", "2026-10-23T11:00:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, plain, "PVI", c.clock, ready().with(facts{"postal_code": c.postal}))
			if v.Reason != c.reason {
				t.Fatalf("reason %q, want %q", v.Reason, c.reason)
			}
			if c.reason != "" {
				return
			}
			got := []string{v.NotBefore.Format(time.RFC3339), v.NotAfter.Format(time.RFC3339)}
			if diff := cmp.Diff([]string{c.from, c.to}, got); diff != "" {
				t.Errorf("bounds (-want +got):\n%s", diff)
			}
		})
	}
}

// A call that is due in the second of two pieces is bounded by that one.
func TestSecondPieceOfASlot(t *testing.T) {
	t.Parallel()
	v := judge(t, wide(t), "PVI", "2026-11-23T17:30:00", ready().with(facts{"postal_code": "97100", "call.due_at": "2026-11-23T18:30:00"}))
	got := []string{v.Reason, v.NotBefore.Format(time.RFC3339), v.NotAfter.Format(time.RFC3339)}
	if diff := cmp.Diff([]string{"", "2026-11-23T18:00:00Z", "2026-11-23T21:00:00Z"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// twoPacks is the shipped book with one slot from 8 to 22 h and a second pack
// with windows.
func twoPacks(t *testing.T) *engine.RuleBook {
	t.Helper()
	files := edited(t, shippedFiles(t),
		edit{"campaigns.yaml", "packs: [fr]", "packs: [fr, house]"},
		edit{"campaigns.yaml", `from: "10:00", to: "13:00"`, `from: "08:00", to: "22:00"`})
	files["rules/packs/house.yaml"] = []byte(`pack: house
label: Our own
notice: Not legal advice.
status: draft
rules:
  H-1:
    source: works council
    effective_from: 2026-01-01
    windows:
      - {days: [mon], from: "15:00", to: "21:00"}
`)
	b, err := engine.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Where two packs have windows, a call is made in what both leave open, be it
// a later piece of the slot.
func TestWindowsOfTwoPacks(t *testing.T) {
	t.Parallel()
	b := twoPacks(t)
	v := judge(t, b, "PVI", "2026-11-23T08:30:00", ready())
	got := []string{v.Reason, v.NotBefore.Format(time.RFC3339), v.NotAfter.Format(time.RFC3339)}
	if diff := cmp.Diff([]string{"", "2026-11-23T14:00:00Z", "2026-11-23T19:00:00Z"}, got); diff != "" {
		t.Errorf("on a Monday (-want +got):\n%s", diff)
	}
	if v := judge(t, b, "PVI", "2026-11-24T08:30:00", ready()); v.Reason != "H-1" {
		t.Errorf("reason %q on a Tuesday, want H-1", v.Reason)
	}
}

// The law of 11 August 2026: before it the Bloctel list counts, since then the
// basis of the call.
func TestDatesOfTheLaw(t *testing.T) {
	t.Parallel()
	b := wide(t)
	summer := ready().with(facts{"estimated_at": "2026-08-01T09:00:00", "created_at": "2026-08-01T09:00:00"})
	cases := []struct {
		name, day string
		lead      facts
		want      string
	}{
		{"no basis before", "2026-08-10", facts{"legal_basis": "none"}, ""},
		{"no basis since", "2026-08-11", facts{"legal_basis": "none"}, "FR-5"},
		{"a contract since", "2026-08-11", facts{"legal_basis": "contract"}, ""},
		{"a contract in the evening", "2026-08-11", facts{"legal_basis": "contract", "call.due_at": "2026-08-11T20:30:00"}, "FR-1"},
		{"consent without proof", "2026-08-11", facts{"legal_basis": "consent"}, "FR-5"},
		{"consent with proof", "2026-08-11", facts{"legal_basis": "consent", "consent_evidence": "form 12"}, ""},
		{"on the list before", "2026-08-10", facts{"on_bloctel": "true"}, "FR-11"},
		{"not checked before", "2026-08-10", facts{"on_bloctel": ""}, "FR-11"},
		{"on the list since", "2026-08-11", facts{"on_bloctel": "true"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if v := judge(t, b, "PVI", c.day+"T08:30:00", summer.with(c.lead)); v.Reason != c.want {
				t.Errorf("reason %q, want %q", v.Reason, c.want)
			}
		})
	}
}

func TestCallable(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct{ name, at, postal, country, want string }{
		{"inside", "2026-11-23T10:30:00", "75011", "33", "2026-11-23T09:30:00Z"},
		{"at noon", "2026-11-23T13:00:00", "75011", "33", "2026-11-23T13:00:00Z"},
		{"over Christmas", "2026-12-24T20:00:00", "75011", "33", "2026-12-28T09:00:00Z"},
		{"Réunion by postal code", "2026-11-23T10:30:00", "97400", "33", "2026-11-23T10:00:00Z"},
		{"Guadeloupe by phone", "2026-11-23T10:30:00", "", "590", "2026-11-23T14:00:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := b.Callable(local(t, b, c.at), c.postal, c.country).Format(time.RFC3339)
			if got != c.want {
				t.Errorf("Callable = %s, want %s", got, c.want)
			}
		})
	}
}
