package calendar_test

import (
	"strings"
	"testing"
	"time"

	"callsheet/engine/calendar"
	"pgregory.net/rapid"
)

const wallWords = "YYYY-MM-DD hh:mm:ss"

func TestLocalTimesAroundClockChanges(t *testing.T) {
	t.Parallel()
	first := calendar.Policy{}
	second := calendar.Policy{Overlap: calendar.OverlapSecond}
	for name, c := range map[string]struct {
		zone, wall string
		policy     calendar.Policy
		want       string
		anomaly    calendar.Anomaly
	}{
		"Paris winter":                 {"Europe/Paris", "2026-11-23 10:00:00", first, "2026-11-23T09:00:00Z", ""},
		"Paris summer":                 {"Europe/Paris", "2025-04-14 10:30:00", first, "2025-04-14T08:30:00Z", ""},
		"Paris before the gap":         {"Europe/Paris", "2027-03-28 01:59:59", first, "2027-03-28T00:59:59Z", ""},
		"Paris gap begins":             {"Europe/Paris", "2027-03-28 02:00:00", first, "2027-03-28T01:00:00Z", calendar.MissingHour},
		"Paris gap":                    {"Europe/Paris", "2027-03-28 02:30:00", first, "2027-03-28T01:30:00Z", calendar.MissingHour},
		"Paris gap over":               {"Europe/Paris", "2027-03-28 03:00:00", first, "2027-03-28T01:00:00Z", ""},
		"Paris before the overlap":     {"Europe/Paris", "2026-10-25 01:59:59", first, "2026-10-24T23:59:59Z", ""},
		"Paris overlap first":          {"Europe/Paris", "2026-10-25 02:30:00", first, "2026-10-25T00:30:00Z", calendar.RepeatedHour},
		"Paris overlap second":         {"Europe/Paris", "2026-10-25 02:30:00", second, "2026-10-25T01:30:00Z", calendar.RepeatedHour},
		"Paris overlap begins":         {"Europe/Paris", "2026-10-25 02:00:00", first, "2026-10-25T00:00:00Z", calendar.RepeatedHour},
		"Paris overlap over":           {"Europe/Paris", "2026-10-25 03:00:00", first, "2026-10-25T02:00:00Z", ""},
		"far future overlap":           {"Europe/Paris", "2094-10-31 02:30:00", second, "2094-10-31T01:30:00Z", calendar.RepeatedHour},
		"Sydney gap":                   {"Australia/Sydney", "2026-10-04 02:30:00", first, "2026-10-03T16:30:00Z", calendar.MissingHour},
		"Sydney overlap":               {"Australia/Sydney", "2026-04-05 02:30:00", first, "2026-04-04T15:30:00Z", calendar.RepeatedHour},
		"Lord Howe gap of 30 minutes":  {"Australia/Lord_Howe", "2026-10-04 02:15:00", first, "2026-10-03T15:45:00Z", calendar.MissingHour},
		"Lord Howe after its gap":      {"Australia/Lord_Howe", "2026-10-04 02:30:00", first, "2026-10-03T15:30:00Z", ""},
		"Lord Howe overlap first":      {"Australia/Lord_Howe", "2026-04-05 01:45:00", first, "2026-04-04T14:45:00Z", calendar.RepeatedHour},
		"Lord Howe overlap second":     {"Australia/Lord_Howe", "2026-04-05 01:45:00", second, "2026-04-04T15:15:00Z", calendar.RepeatedHour},
		"Lord Howe before its overlap": {"Australia/Lord_Howe", "2026-04-05 01:15:00", first, "2026-04-04T14:15:00Z", ""},
		"Réunion has no change":        {"Indian/Reunion", "2027-03-28 02:30:00", first, "2027-03-27T22:30:00Z", ""},
		"last day of a far leap year":  {"Europe/Paris", "2040-12-31 10:00:00", first, "2040-12-31T09:00:00Z", ""},
		"Lord Howe on that day":        {"Australia/Lord_Howe", "2040-12-31 23:00:00", first, "2040-12-31T12:00:00Z", ""},
		"New Year after that":          {"Europe/Paris", "2041-01-01 00:30:00", first, "2040-12-31T23:30:00Z", ""},
		"UTC":                          {"UTC", "2026-10-25 02:30:00", first, "2026-10-25T02:30:00Z", ""},
		"Samoa skipped a whole date":   {"Pacific/Apia", "2011-12-30 12:00:00", first, "2011-12-30T22:00:00Z", calendar.MissingHour},
		"Kiritimati is 14 hours ahead": {"Pacific/Kiritimati", "2026-01-01 00:00:00", first, "2025-12-31T10:00:00Z", ""},
		"Saint-Pierre et Miquelon gap": {"America/Miquelon", "2026-03-08 02:30:00", first, "2026-03-08T05:30:00Z", calendar.MissingHour},
		"gap at midnight (Cairo)":      {"Africa/Cairo", "2026-04-24 00:00:00", first, "2026-04-23T22:00:00Z", calendar.MissingHour},
		"Paris by its own meridian":    {"Europe/Paris", "1890-01-01 00:00:00", first, "1889-12-31T23:50:39Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, anomaly, err := layout(t, wallWords).Parse(c.wall, zone(t, c.zone), c.policy)
			if err != nil || !got.Equal(at(t, c.want)) || anomaly != c.anomaly {
				t.Errorf("%s in %s = %s %q %v; want %s %q", c.wall, c.zone, got, anomaly, err, c.want, c.anomaly)
			}
		})
	}
}

func TestRejectedLocalTimesKeepTheirAnomaly(t *testing.T) {
	t.Parallel()
	reject := calendar.Policy{Gap: calendar.GapReject, Overlap: calendar.OverlapReject}
	for wall, want := range map[string]calendar.Anomaly{
		"2027-03-28 02:30:00": calendar.MissingHour,
		"2026-10-25 02:30:00": calendar.RepeatedHour,
	} {
		_, anomaly, err := layout(t, wallWords).Parse(wall, zone(t, "Europe/Paris"), reject)
		if err == nil || !strings.Contains(err.Error(), wall+" ") || !strings.Contains(err.Error(), "Europe/Paris") {
			t.Errorf("error for %s is %v, want one that names time and zone", wall, err)
		}
		if anomaly != want {
			t.Errorf("anomaly of %s is %q, want %q", wall, anomaly, want)
		}
	}
	if _, _, err := layout(t, wallWords).Parse("2026-10-26 02:30:00", zone(t, "Europe/Paris"), reject); err != nil {
		t.Errorf("an ordinary time is refused: %v", err)
	}
}

func TestEndOfDayIsTheNextMidnight(t *testing.T) {
	t.Parallel()
	got, _, err := date(t, "2026-10-25").At(24*60, zone(t, "Europe/Paris"), calendar.Policy{})
	if want := at(t, "2026-10-25T23:00:00Z"); err != nil || !got.Equal(want) {
		t.Errorf("24:00 is %s, %v; want %s", got, err, want)
	}
}

// What a zone shows at an instant must lead back to that instant, by the one or the other policy.
func TestEveryInstantIsFoundAgain(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Paris", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "Indian/Reunion", "UTC"}
	rapid.Check(t, func(rt *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		instant := anyInstant(rt)
		w := calendar.WallOf(instant.In(loc))
		first, anomaly, err := w.In(loc, calendar.Policy{})
		if err != nil || anomaly == calendar.MissingHour {
			rt.Fatalf("%s, which clocks in %s did show, is %q, %v", w, loc, anomaly, err)
		}
		second, _, _ := w.In(loc, calendar.Policy{Overlap: calendar.OverlapSecond})
		if !first.Equal(instant) && !second.Equal(instant) {
			rt.Errorf("%s in %s is %s or %s, want %s", w, loc, first, second, instant)
		}
		if second.After(first) != (anomaly == calendar.RepeatedHour) {
			rt.Errorf("%s in %s is %s and %s, but the anomaly is %q", w, loc, first, second, anomaly)
		}
	})
}

func TestLoadZoneRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "Europe/Pariss", "CET+1", "../etc/passwd"} {
		if loc, err := calendar.LoadZone(name); err == nil {
			t.Errorf("LoadZone(%q) = %s, want an error", name, loc)
		}
	}
}

// anyInstant lies between 1970 and 2052 and, half of the time, within two hours of a clock change of Paris.
func anyInstant(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "near a change") {
		year := rapid.IntRange(2000, 2050).Draw(t, "year")
		month := rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, "month")
		change := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
		change = change.AddDate(0, 0, -int(change.Weekday()))
		return change.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "seconds")) * time.Second)
	}
	return time.Unix(rapid.Int64Range(0, 82*365*86400).Draw(t, "instant"), 0).UTC()
}
