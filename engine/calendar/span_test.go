package calendar_test

import (
	"strings"
	"testing"
	"time"

	"callsheet/engine/calendar"
	"pgregory.net/rapid"
)

func TestLegalPiecesOfASlot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, slot, want string }{
		"Paris morning is whole":        {"Europe/Paris", "2026-11-23T10:00:00 2026-11-23T13:00:00", "2026-11-23T09:00:00Z/2026-11-23T12:00:00Z"},
		"Réunion, morning in Paris":     {"Indian/Reunion", "2026-11-23T10:00:00 2026-11-23T13:00:00", "2026-11-23T10:00:00Z/2026-11-23T12:00:00Z"},
		"Guadeloupe, morning in Paris":  {"America/Guadeloupe", "2026-11-23T10:00:00 2026-11-23T13:00:00", ""},
		"Guadeloupe, evening in Paris":  {"America/Guadeloupe", "2026-11-23T17:00:00 2026-11-23T20:00:00", "2026-11-23T16:00:00Z/2026-11-23T17:00:00Z 2026-11-23T18:00:00Z/2026-11-23T19:00:00Z"},
		"across lunch":                  {"Europe/Paris", "2026-11-23T12:30:00 2026-11-23T14:30:00", "2026-11-23T11:30:00Z/2026-11-23T12:00:00Z 2026-11-23T13:00:00Z/2026-11-23T13:30:00Z"},
		"holiday there":                 {"Europe/Paris", "2026-12-25T10:00:00 2026-12-25T13:00:00", ""},
		"Saturday":                      {"Europe/Paris", "2026-11-28T10:00:00 2026-11-28T13:00:00", ""},
		"holiday there, not yet here":   {"Pacific/Noumea", "2026-12-24T23:00:00 2026-12-25T11:00:00", ""},
		"still the day before there":    {"America/Guadeloupe", "2026-12-25T00:00:00 2026-12-25T01:00:00", "2026-12-24T23:00:00Z/2026-12-25T00:00:00Z"},
		"over a weekend":                {"Europe/Paris", "2026-11-27T19:00:00 2026-11-30T11:00:00", "2026-11-27T18:00:00Z/2026-11-27T19:00:00Z 2026-11-30T09:00:00Z/2026-11-30T10:00:00Z"},
		"empty":                         {"Europe/Paris", "2026-11-23T10:00:00 2026-11-23T10:00:00", ""},
		"turned round":                  {"Europe/Paris", "2026-11-23T12:00:00 2026-11-23T10:00:00", ""},
		"Réunion, summer time in Paris": {"Indian/Reunion", "2027-03-30T10:00:00 2027-03-30T13:00:00", "2027-03-30T08:00:00Z/2027-03-30T09:00:00Z 2027-03-30T10:00:00Z/2027-03-30T11:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start, end, _ := strings.Cut(c.slot, " ")
			got := spans(calendar.Pieces(calendar.Span{Start: at(t, start), End: at(t, end)}, legal(t, c.zone)))
			if got != c.want {
				t.Errorf("pieces are %q, want %q", got, c.want)
			}
		})
	}
}

func TestSeveralWeeksMustAllAllow(t *testing.T) {
	t.Parallel()
	span := calendar.Span{Start: at(t, "2026-11-23T09:00:00"), End: at(t, "2026-11-23T21:00:00")}
	weekdays := &calendar.Week{Zone: zone(t, "Europe/Paris"), Windows: []calendar.Window{
		{Days: workdays, From: 12 * 60, To: 15 * 60},
		{Days: workdays, From: 15 * 60, To: 16 * 60}, // touches the one before
		{Days: workdays, From: 13 * 60, To: 14 * 60}, // lies within it
	}}
	if got, want := spans(calendar.Pieces(span, legal(t, "Europe/Paris"), weekdays)), "2026-11-23T11:00:00Z/2026-11-23T12:00:00Z 2026-11-23T13:00:00Z/2026-11-23T15:00:00Z"; got != want {
		t.Errorf("both allow %q, want %q", got, want)
	}
	if got, want := spans(calendar.Pieces(span, weekdays)), "2026-11-23T11:00:00Z/2026-11-23T15:00:00Z"; got != want {
		t.Errorf("windows that touch give %q, want %q", got, want)
	}
	if got, want := spans(calendar.Pieces(span)), "2026-11-23T08:00:00Z/2026-11-23T20:00:00Z"; got != want {
		t.Errorf("without weeks %q is allowed, want %q", got, want)
	}
	if got, ok := calendar.NextWithin(at(t, "2026-11-27T16:00:00"), legal(t, "Europe/Paris"), weekdays); !ok || !got.Equal(at(t, "2026-11-30T12:00:00")) {
		t.Errorf("next is %s, %v; want Monday noon", got, ok)
	}
}

func TestNextWithin(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]string{
		"2026-11-30T10:30:00":  "2026-11-30T10:30:00",
		"2026-11-24T23:59:00":  "2026-11-25T10:00:00",
		"2026-11-24T13:30:00":  "2026-11-24T14:00:00",
		"2026-11-24T12:59:59":  "2026-11-24T12:59:59",
		"2026-11-24T20:00:00":  "2026-11-25T10:00:00",
		"2026-11-28T11:00:00":  "2026-11-30T10:00:00",
		"2026-12-25T11:00:00":  "2026-12-28T10:00:00",
		"2026-10-25T00:30:00Z": "2026-10-26T09:00:00Z", // 02:30, the first one
		"2027-03-28T01:30:00Z": "2027-03-30T08:00:00Z", // 02:30, which did not exist; the 29th is a holiday
	} {
		got, ok := calendar.NextWithin(at(t, start), legal(t, "Europe/Paris"))
		if !ok || !got.Equal(at(t, want)) {
			t.Errorf("NextWithin(%s) = %s, %v; want %s", start, got, ok, want)
		}
	}
	if got, ok := calendar.NextWithin(at(t, "2026-11-28T11:00:00")); !ok || !got.Equal(at(t, "2026-11-28T11:00:00")) {
		t.Errorf("with windows off a Saturday moves to %s, %v", got, ok)
	}
}

func TestWeeksThatNeverMeet(t *testing.T) {
	t.Parallel()
	morning := &calendar.Week{Zone: time.UTC, Windows: []calendar.Window{{Days: workdays, From: 600, To: 660}}}
	evening := &calendar.Week{Zone: time.UTC, Windows: []calendar.Window{{Days: workdays, From: 1200, To: 1260}}}
	if got, ok := calendar.NextWithin(at(t, "2026-11-23T00:00:00Z"), morning, evening); ok {
		t.Errorf("morning and evening meet at %s", got)
	}
	if got, ok := calendar.NextWithin(at(t, "2026-11-23T00:00:00Z"), morning, &calendar.Week{Zone: time.UTC}); ok {
		t.Errorf("a week without windows allows %s", got)
	}
}

// An instant is in a piece just when it is in the span and in a slot of every week.
func TestPiecesHoldWhatEveryWeekHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		one, other := anyWeek(t, rt), anyWeek(t, rt)
		start := anyInstant(rt)
		span := calendar.Span{Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 4*24*60).Draw(rt, "minutes")) * time.Minute)}
		pieces := calendar.Pieces(span, one, other)
		for range 50 {
			instant := start.Add(time.Duration(rapid.IntRange(-60, 5*24*60).Draw(rt, "after")) * time.Minute)
			_, inOne := one.Containing(instant)
			_, inOther := other.Containing(instant)
			want := inOne && inOther && !instant.Before(span.Start) && instant.Before(span.End)
			if got := within(pieces, instant); got != want {
				rt.Errorf("%s is in the pieces %s: %v, want %v", instant, spans(pieces), got, want)
			}
		}
		for i := 1; i < len(pieces); i++ {
			if !pieces[i].Start.After(pieces[i-1].End) {
				rt.Errorf("pieces are not apart: %s", spans(pieces))
			}
		}
		if next, ok := calendar.NextWithin(span.Start, one, other); len(pieces) > 0 && (!ok || !next.Equal(pieces[0].Start)) {
			rt.Errorf("NextWithin is %s, the first piece %s", next, pieces[0].Start)
		}
	})
}

func within(pieces []calendar.Span, t time.Time) bool {
	for _, p := range pieces {
		if !t.Before(p.Start) && t.Before(p.End) {
			return true
		}
	}
	return false
}

// legal is the weekly part of FR-1: Monday to Friday, 10 to 13 and 14 to 20 hours, not on public holidays.
func legal(t testing.TB, place string) *calendar.Week {
	t.Helper()
	return &calendar.Week{Zone: zone(t, place), Holidays: france(t), Windows: []calendar.Window{
		{Days: workdays, From: 10 * 60, To: 13 * 60},
		{Days: workdays, From: 14 * 60, To: 20 * 60},
	}}
}

func spans(list []calendar.Span) string {
	var texts []string
	for _, s := range list {
		texts = append(texts, s.Start.Format(time.RFC3339)+"/"+s.End.Format(time.RFC3339))
	}
	return strings.Join(texts, " ")
}

func BenchmarkPieces(b *testing.B) {
	slot := calendar.Span{Start: at(b, "2026-11-23T17:00:00"), End: at(b, "2026-11-23T20:00:00")}
	there := legal(b, "America/Guadeloupe")
	b.ReportAllocs()
	for b.Loop() {
		calendar.Pieces(slot, there)
	}
}

func BenchmarkLayout(b *testing.B) {
	l, paris := layout(b, callbackWords), zone(b, "Europe/Paris")
	b.Run("Parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := l.Parse("30/11/2026 10:30:00", paris, calendar.Policy{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Append", func(b *testing.B) {
		line, instant := make([]byte, 0, 64), at(b, "2026-11-30T10:30:00")
		b.ReportAllocs()
		for b.Loop() {
			line = l.Append(line[:0], instant)
		}
	})
}
