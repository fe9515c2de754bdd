package engine_test

import (
	"strings"
	"testing"

	"callsheet/engine"
)

// typed is what becomes of a callback date: "REASON", or the local time and
// why it differs, each as rule tests write it.
func typed(t *testing.T, b *engine.RuleBook, text, start string, exact bool, lead facts) string {
	t.Helper()
	row := batch(t, b, lead)
	row.SetNow(local(t, b, start))
	c := b.Callback(text, local(t, b, start), exact, lead["postal_code"], "33", row, 0)
	if c.Reason != "" {
		if !c.At.IsZero() || c.Moved != "" {
			t.Errorf("refused, but planned at %s (%s)", c.At, c.Moved)
		}
		return c.Reason
	}
	return strings.Join(append([]string{c.At.In(b.Zone).Format("2006-01-02 15:04:05")}, c.Because()...), " ")
}

func TestCallback(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	const monday = "2026-11-23T11:00:00"
	cases := []struct{ start, text, want string }{
		// SC-06
		{"2026-10-23T11:00:00", "25/10/2026 02:30:00", "2026-10-26 10:00:00 repeated_hour outside_window"},
		{"2027-03-22T11:00:00", "28/03/2027 02:30:00", "2027-03-30 10:00:00 missing_hour outside_window"},
		// SC-16
		{monday, "30/11/2026 10:30:00", "2026-11-30 10:30:00"},
		{"2025-04-07T11:00:00", "14/04/2025 10:30:00", "2025-04-14 10:30:00"},
		// SC-17
		{monday, "23/11/2026 23:59:00", "2026-11-25 10:00:00 same_day outside_window"},
		{monday, "23/11/2026 15:00:00", "2026-11-24 15:00:00 same_day"},
		{monday, "24/11/2026 15:00:00", "2026-11-24 15:00:00"},
		{monday, "23/11/2026 10:30:00", "2026-11-24 10:30:00 same_day"}, // before the test for a date in the past
		// SC-18
		{"2026-11-23T10:26:14", "24/11/2026 10:05:00", "2026-11-24 10:05:00"},
		// SC-19
		{monday, "20/11/2026 10:00:00", "in_past"},
		{monday, "31/02/2027 10:00:00", "invalid_date"},
		{monday, "11/30/2026 10:00:00", "invalid_date"},
		{monday, "2026-11-30 10:30:00", "invalid_date"},
		{monday, "30/11/26 10:30", "invalid_date"},
		{monday, "30/11/2026", "invalid_date"},
		{monday, "demain", "invalid_date"},
		{monday, "", "no_date"},
		{monday, "  ", "no_date"},
		{monday, "04/12/2026 10:30:00", "2026-12-04 10:30:00"},
		{monday, " 30/11/2026 10:30:00 ", "2026-11-30 10:30:00"},
		{monday, "28/11/2026 11:00:00", "2026-11-30 10:00:00 outside_window"},
		{monday, "24/11/2026 13:30:00", "2026-11-24 14:00:00 outside_window"},
		{monday, "24/11/2026 20:00:00", "2026-11-25 10:00:00 outside_window"},
		{monday, "25/12/2026 11:00:00", "2026-12-28 10:00:00 outside_window"},
		{monday, "01/06/2027 10:00:00", "too_far"},
		{monday, "21/02/2027 11:00:00", "2027-02-22 10:00:00 outside_window"}, // 90 days to the second
		{monday, "21/02/2027 11:00:01", "too_far"},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			if got := typed(t, b, c.text, c.start, false, ready()); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// An exact time agreed with proof may lie outside the windows, but nothing
// else changes.
func TestCallbackAtAnExactTime(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	const monday = "2026-11-23T11:00:00"
	for text, want := range map[string]string{
		"24/11/2026 20:30:00": "2026-11-24 20:30:00",
		"28/11/2026 11:00:00": "2026-11-28 11:00:00",
		"23/11/2026 20:30:00": "2026-11-24 20:30:00 same_day",
		"20/11/2026 20:30:00": "in_past",
	} {
		if got := typed(t, b, text, monday, true, ready()); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := typed(t, b, "24/11/2026 20:30:00", monday, false, ready().with(facts{"call.agreed_exact_time": "true"})); got != "2026-11-25 10:00:00 outside_window" {
		t.Errorf("without proof: %s, want the next window", got)
	}
}

func TestCallbackPolicies(t *testing.T) {
	t.Parallel()
	const file, monday, late = "rules/callbacks.yaml", "2026-11-23T11:00:00", "23/11/2026 23:59:00"
	rule := func(key, old, with string) []edit { return []edit{{file, key + ": " + old, key + ": " + with}} }
	keep := rule("outside_window", "next_window", "keep")
	cases := []struct {
		name        string
		edits       []edit
		start, text string
		want        string
	}{
		{"windows off", keep, monday, late, "2026-11-24 23:59:00 same_day"},
		{"no packs", []edit{{"campaigns.yaml", "packs: [fr]", "packs: []"}}, monday, late, "2026-11-24 23:59:00 same_day"},
		{"the start of the next day", rule("same_day", "next_day_same_time", "start_of_next_day"), monday, late, "2026-11-24 10:00:00 same_day outside_window"},
		{"the same day is refused", rule("same_day", "next_day_same_time", "reject"), monday, late, "same_day"},
		{"outside is refused", rule("outside_window", "next_window", "reject"), monday, "28/11/2026 11:00:00", "outside_window"},
		{"inside is not", rule("outside_window", "next_window", "reject"), monday, "30/11/2026 11:00:00", "2026-11-30 11:00:00"},
		{"a missing hour is refused", rule("missing_hour", "later", "reject"), "2027-03-22T11:00:00", "28/03/2027 02:30:00", "invalid_date"},
		{"a missing hour moves", keep, "2027-03-22T11:00:00", "28/03/2027 02:30:00", "2027-03-28 03:30:00 missing_hour"},
		{"a repeated hour is refused", rule("repeated_hour", "first", "reject"), "2026-10-23T11:00:00", "25/10/2026 02:30:00", "invalid_date"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := engine.Compile(edited(t, shippedFiles(t), c.edits...))
			if err != nil {
				t.Fatal(err)
			}
			if got := typed(t, b, c.text, c.start, false, ready()); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// The instant asked for is remembered, first or second of a repeated hour.
func TestCallbackAsked(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"first": "2026-10-25T00:30:00Z", "second": "2026-10-25T01:30:00Z"} {
		b, err := engine.Compile(edited(t, shippedFiles(t), edit{"rules/callbacks.yaml", "repeated_hour: first", "repeated_hour: " + policy}))
		if err != nil {
			t.Fatal(err)
		}
		c := b.Callback("25/10/2026 02:30:00", local(t, b, "2026-10-23T11:00:00"), false, "75011", "33", batch(t, b, ready()), 0)
		if got := c.Asked.Format("2006-01-02T15:04:05Z07:00"); got != want || c.Anomaly != "repeated_hour" {
			t.Errorf("%s: asked for %s (%s), want %s", policy, got, c.Anomaly, want)
		}
	}
}

func TestCallbackConditions(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for want, lead := range map[string]facts{
		"too_many":            {"callbacks": "5"},
		"do_not_call":         {"status": "do_not_call", "callbacks": "5"},
		"2026-11-30 10:30:00": {"callbacks": "4"},
	} {
		if got := typed(t, b, "30/11/2026 10:30:00", "2026-11-23T11:00:00", false, ready().with(lead)); got != want {
			t.Errorf("%v: %s, want %s", lead, got, want)
		}
	}
	unknown := ready().with(facts{"callbacks": ""})
	if got := typed(t, b, "30/11/2026 10:30:00", "2026-11-23T11:00:00", false, unknown); got != "too_many" {
		t.Errorf("without the number of callbacks: %s, want too_many", got)
	}
}

// The windows are those of the place where the consumer lives.
func TestCallbackOverseas(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for postal, want := range map[string]string{
		"97400": "2026-11-30 11:00:00 outside_window", // 13:30 there, on the clock of Paris
		"97100": "2026-11-30 15:00:00 outside_window", // 06:30 there
		"75011": "2026-11-30 10:30:00",
	} {
		if got := typed(t, b, "30/11/2026 10:30:00", "2026-11-23T11:00:00", false, ready().with(facts{"postal_code": postal})); got != want {
			t.Errorf("%s: %s, want %s", postal, got, want)
		}
	}
}
