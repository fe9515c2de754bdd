package engine_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"callsheet/engine"
)

func TestOutcome(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct {
		label, result, want string
		disagree            bool
	}{
		{"Rappel", "", "callback", false},
		{"RAPPEL", "", "callback", false},
		{" rappel ", "", "callback", false},
		{"RDV", "", "appointment", false},
		{"rdv  téléphonique", "", "callback", false},
		{norm.NFD.String("Répondeur"), "", "voicemail", false},
		{"repondeur", "ANSWERING_MACHINE", "voicemail", false},
		{"no_answer", "", "no_answer", false},
		{"support", "", "support", false},
		{"Support N2", "", "support", false},
		{"TRANSFERT SUPPORT", "", "support", false},
		{"Pas intéressé", "NO_ANSWER", "refused", true},
		{"Pas de réponse", "NO_ANSWER", "no_answer", false},
		{"Qualifié", "CONNECTED", "qualified", false},
		{"", "NO_ANSWER", "no_answer", false},
		{" ", "busy", "busy", false},
		{"", "", "unmapped", false},
		{"", "CONNECTED", "unmapped", false},
		{"Chien méchant", "", "unmapped", false},
		{"Chien méchant", "NO_ANSWER", "unmapped", false},
	}
	for _, c := range cases {
		t.Run(c.label+"/"+c.result, func(t *testing.T) {
			t.Parallel()
			o, disagree := b.Outcome(c.label, c.result)
			if o.Name != c.want || disagree != c.disagree {
				t.Errorf("%s, disagree %v; want %s, %v", o.Name, disagree, c.want, c.disagree)
			}
		})
	}
}

func TestLimited(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	four := tried(t, b, "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
	cases := []struct {
		name     string
		attempts int
		past     *engine.Past
		created  string
		then     string
		until    string
	}{
		{"few attempts", 3, tried(t, b, "2026-11-16"), "2026-11-01T09:00:00", "", ""},
		{"nothing known of the phone", 7, nil, "2026-11-01T09:00:00", "", ""},
		{"four in 30 days, of the phone", 2, four, "2026-11-01T09:00:00", "wait", "2026-11-25"},
		{"eight ever", 8, four, "2026-11-01T09:00:00", "unreachable", ""},
		{"a day less than a year", 0, nil, "2025-11-23T13:00:00", "", ""},
		{"a year", 0, nil, "2025-11-23T12:00:00", "frozen", ""},
		{"a year, and four in 30 days: an end comes before a pause", 4, four, "2025-11-01T09:00:00", "frozen", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			then, until := b.Limited(c.attempts, c.past, local(t, b, c.created), local(t, b, "2026-11-23T12:00:00"))
			got := ""
			if !until.IsZero() {
				got = until.String()
			}
			if then != c.then || got != c.until {
				t.Errorf("%q until %q, want %q until %q", then, got, c.then, c.until)
			}
		})
	}
}

func TestAgain(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cases := []struct {
		name, outcome, ended string
		sameDay, inARow      int
		want                 string
		review               bool
	}{
		{"no answer: four hours", "no_answer", "2026-11-23T10:05:40", 1, 1, "2026-11-23T14:05:40", false},
		{"no answer for the second time that day", "no_answer", "2026-11-23T14:10:00", 2, 2, "2026-11-24T00:00:00", false},
		{"voicemail: the next day at the same time", "voicemail", "2026-11-23T10:05:40", 1, 1, "2026-11-24T10:05:40", false},
		{"a day is a day when the clocks change", "voicemail", "2026-10-24T10:00:00", 1, 1, "2026-10-25T10:00:00", false},
		{"busy for the third time that day", "busy", "2026-11-23T10:00:00", 3, 3, "2026-11-24T00:00:00", false},
		{"late in the evening", "no_answer", "2026-11-23T19:59:00", 1, 1, "2026-11-23T23:59:00", false},
		{"hours after the clock change are elapsed time", "abandoned", "2026-10-24T10:00:00", 1, 1, "2026-10-27T09:00:00", false},
		{"hung up twice", "hung_up", "2026-11-23T10:00:00", 1, 2, "2026-11-25T10:00:00", false},
		{"hung up three times", "hung_up", "2026-11-23T10:00:00", 1, 3, "2026-11-25T10:00:00", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, _ := b.Outcome(c.outcome, "")
			from, review := b.Again(o, local(t, b, c.ended), c.sameDay, c.inARow)
			if want := local(t, b, c.want); !from.Equal(want) || review != c.review {
				t.Errorf("from %s, review %v; want %s, %v", from, review, want, c.review)
			}
		})
	}
}
