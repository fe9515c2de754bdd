package engine_test

import (
	"testing"

	"callsheet/engine"
)

// waived is the shipped book with a waiver of FR-3 and one of FR-1 for PVB.
func waived(t *testing.T) *engine.RuleBook {
	t.Helper()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "packs: [fr] ", `waivers:
  FR-3: {reason: a customer survey that counsel approved, by: dpo@example.com, from: 2026-11-20, until: 2026-11-24}
  FR-1: {reason: tests of the dialer, by: it@example.com, from: 2026-11-23, until: 2026-11-23, campaigns: [PVI]}
  FR-9: {reason: a mistake in the import, by: dpo@example.com, from: 2026-12-01, until: 2026-12-02}
packs: [fr] `}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A waived rule does not hold between the two days, for the campaigns named.
func TestWaiver(t *testing.T) {
	t.Parallel()
	b := waived(t)
	four := tried(t, b, "2026-10-27", "2026-11-02", "2026-11-09", "2026-11-16")
	cases := []struct {
		at   string
		past *engine.Past
		want string
	}{
		{"2026-11-19T11:00:00", four, "FR-3"},
		{"2026-11-20T11:00:00", four, ""},
		{"2026-11-24T11:00:00", four, ""},
		{"2026-11-25T11:00:00", four, "FR-3"},
		{"2026-11-23T21:00:00", nil, ""},
		{"2026-11-24T21:00:00", nil, "FR-1"},
		{"2026-11-27T11:00:00", ended(t, b, "do_not_call", "2026-11-26"), "FR-9"},
		{"2026-12-02T11:00:00", ended(t, b, "do_not_call", "2026-11-26"), ""},
		{"2026-12-03T11:00:00", ended(t, b, "do_not_call", "2026-11-26"), "FR-9"},
	}
	for _, c := range cases {
		t.Run(c.at, func(t *testing.T) {
			t.Parallel()
			if got := ruling(t, b, local(t, b, c.at), nil, c.past); got != c.want {
				t.Errorf("forbidden by %q, want %q", got, c.want)
			}
		})
	}
	if rest, _ := b.Resting(four, day(t, "2026-11-19")); rest.String() != "FR-3 until 2026-11-20" {
		t.Errorf("%s, want a rest until the waiver begins", rest)
	}
	if free, _, ok := b.FreeFrom(ended(t, b, "do_not_call", "2026-11-26"), day(t, "2026-11-27")); !ok || free != day(t, "2026-12-01") {
		t.Errorf("free from %s, %v; want the day on which the waiver begins", free, ok)
	}
	// A waiver for one campaign is none for what no campaign decides.
	if at := local(t, b, "2026-11-23T21:00:00"); b.Callable(at, "75011", "33").Equal(at) {
		t.Error("a callback may fall into the waiver of a campaign")
	}
}

// Waivers are there to be named beside what they allowed, and once they have
// ended they are noted.
func TestWaiversAreRecorded(t *testing.T) {
	t.Parallel()
	b := waived(t)
	if len(b.Waivers) != 3 || b.Waivers[0].Rule != "FR-3" || b.Waivers[0].By != "dpo@example.com" || b.Waivers[0].Reason == "" {
		t.Fatalf("waivers %+v", b.Waivers)
	}
	if notes := b.ExpiredWaivers(day(t, "2026-11-23")); len(notes) > 0 {
		t.Errorf("on the last day of one: %v", notes)
	}
	notes := b.ExpiredWaivers(day(t, "2026-11-24"))
	if len(notes) != 1 || notes[0].String() != "campaigns.yaml:8:3: R303 the waiver of FR-1 ended on 2026-11-23: delete it, or decide again" {
		t.Errorf("a day later: %v", notes)
	}
	if b.Version == shipped(t).Version {
		t.Error("a waiver does not change the version of the book")
	}
}

func TestFaultsOfWaivers(t *testing.T) {
	t.Parallel()
	waiver := func(text string) edit {
		return edit{"campaigns.yaml", "packs: [fr]", "waivers:\n  " + text + "\npacks: [fr]"}
	}
	checkFaults(t, []faultCase{
		{"an unknown rule", waiver("FR-33: {reason: r, by: b, from: 2026-01-01, until: 2026-12-31}"), []string{
			"campaigns.yaml:4:3: R008 `FR-33` is not one of the words allowed here: did you mean `FR-3`? allowed: FR-1, FR-3, FR-4, FR-11",
		}},
		{"nobody answers for it", waiver("FR-3: {reason: r, from: 2026-01-01, until: 2026-12-31}"), []string{
			"campaigns.yaml:4:9: R004 waiver FR-3 has no `by`: add a line `by: ...`",
		}},
		{"without an end", waiver("FR-3: {reason: r, by: b, from: 2026-01-01}"), []string{
			"campaigns.yaml:4:9: R004 waiver FR-3 has no `until`: add a line `until: ...`",
		}},
		{"longer than a year", waiver("FR-3: {reason: r, by: b, from: 2026-01-01, until: 2027-01-01}"), []string{
			"campaigns.yaml:4:53: R205 a waiver lasts a year at most: write 2026-12-31 or earlier, and decide again then",
		}},
		{"the wrong way round", waiver("FR-3: {reason: r, by: b, from: 2026-01-02, until: 2026-01-01}"), []string{
			"campaigns.yaml:4:53: R205 until is before from: give the last day of the waiver",
		}},
		{"an unknown campaign", waiver("FR-3: {reason: r, by: b, from: 2026-01-01, until: 2026-12-31, campaigns: [PVX]}"), []string{
			"campaigns.yaml:4:77: R008 `PVX` is not one of the words allowed here: did you mean `PVI`? allowed: PVI, CF",
		}},
	})
}
