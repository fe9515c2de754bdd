package calendar_test

import (
	"strings"
	"testing"
	"time"

	"callsheet/engine/calendar"
	"pgregory.net/rapid"
)

const callbackWords = "DD/MM/YYYY hh:mm:ss"

func TestCallbackDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"30/11/2026 10:30:00": "2026-11-30T09:30:00Z",
		"14/04/2025 10:30:00": "2025-04-14T08:30:00Z",
		"04/12/2026 10:30:00": "2026-12-04T09:30:00Z", // the day comes before the month
		"20/11/2026 10:00:00": "2026-11-20T09:00:00Z",
		"23/11/2026 23:59:00": "2026-11-23T22:59:00Z",
		"29/02/2028 00:00:00": "2028-02-28T23:00:00Z",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, anomaly, err := layout(t, callbackWords).Parse(text, zone(t, "Europe/Paris"), calendar.Policy{})
			if err != nil || anomaly != "" || !got.Equal(at(t, want)) {
				t.Errorf("Parse(%q) = %s %q %v, want %s", text, got, anomaly, err, want)
			}
		})
	}
}

func TestMalformedCallbackDates(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"31/02/2027 10:00:00":  "February 2027 has days 1 to 28",
		"11/30/2026 10:00:00":  "there is no month 30",
		"2026-11-30 10:30:00":  "not written as DD/MM/YYYY hh:mm:ss",
		"30/11/26 10:30":       "not written as",
		"30/11/2026":           "not written as",
		"30/11/2026 10:30":     "not written as",
		"demain":               "not written as",
		"":                     "not written as",
		" 30/11/2026 10:30:00": "not written as",
		"30/11/2026 10:30:00 ": `" " is too much`,
		"30/11/2026 10:30:00Z": `"Z" is too much`,
		"30/11/2026 24:00:00":  "no time of day",
		"30/11/2026 10:60:00":  "no time of day",
		"30/11/2026 10:30:60":  "no time of day",
		"00/11/2026 10:30:00":  "November 2026 has days 1 to 30",
		"30/11/0000 10:30:00":  "no year 0",
		"3 /11/2026 10:30:00":  "not written as",
		"-3/11/2026 10:30:00":  "not written as",
		"30/11/2026\t10:30:00": "not written as",
		"30/11/２０２６ 10:30:00":  "not written as",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, _, err := layout(t, callbackWords).Parse(text, zone(t, "Europe/Paris"), calendar.Policy{})
			if err == nil || !strings.Contains(err.Error(), hint) {
				t.Errorf("Parse(%q) = %s, %v; want an error with %q", text, got, err, hint)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	instant := at(t, "2026-11-23T10:05:09")
	for words, want := range map[string]string{
		"YYYY-MM-DDThh:mm:ssZ": "2026-11-23T09:05:09Z",
		"YYYY-MM-DD hh:mm:ss":  "2026-11-23 10:05:09",
		"YYYY-MM-DD hh:mm":     "2026-11-23 10:05",
		"DD/MM/YYYY hh:mm:ss":  "23/11/2026 10:05:09",
		"YYYYMMDD":             "20261123",
		"YYYYMMDD-hhmm":        "20261123-1005",
		"hh.mm, DD.MM.YYYY":    "10.05, 23.11.2026",
	} {
		if got := layout(t, words).Format(instant); got != want {
			t.Errorf("Format by %q = %q, want %q", words, got, want)
		}
	}
	if got := string(layout(t, "hh:mm DD/MM/YYYY").Append([]byte("le "), instant)); got != "le 10:05 23/11/2026" {
		t.Errorf("Append gave %q", got)
	}
}

func TestFinalZIsUTC(t *testing.T) {
	t.Parallel()
	got, _, err := layout(t, "YYYY-MM-DDThh:mm:ssZ").Parse("2026-11-23T09:00:00Z", zone(t, "Europe/Paris"), calendar.Policy{})
	if want := at(t, "2026-11-23T09:00:00Z"); err != nil || !got.Equal(want) {
		t.Errorf("Parse = %s, %v; want %s", got, err, want)
	}
}

func TestParseLayoutRefuses(t *testing.T) {
	t.Parallel()
	for words, hint := range map[string]string{
		"":                        "lacks YYYY",
		"dd/MM/yyyy HH:mm:ss":     `cannot read it from "dd`,
		"DD/MM/YYYY HH:mm:ss":     `cannot read it from "HH`,
		"2006-01-02":              `cannot read it from "2006`,
		"%Y-%m-%d":                `cannot read it from "%Y`,
		"YYYYY-MM-DD":             `cannot read it from "Y-`,
		"DD/MM/YY":                `cannot read it from "YY"`,
		"MM/YYYY":                 "lacks DD",
		"DD/MM hh:mm":             "lacks YYYY",
		"DD/MM/YYYY mm":           "lacks hh",
		"DD/MM/YYYY hh:ss":        "lacks mm",
		"DD/MM/YYYY DD":           "DD stands in it twice",
		"DD/MM/YYYY hh:mm:ss.sss": `ss stands in it twice`,
		"DD/MM/YYYY à hh:mm":      "cannot read it from",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			_, err := calendar.ParseLayout(words)
			if err == nil || !strings.Contains(err.Error(), hint) {
				t.Errorf("ParseLayout(%q) error is %v, want one with %q", words, err, hint)
			}
		})
	}
}

func TestFormattedTimesAreReadBack(t *testing.T) {
	t.Parallel()
	words := []string{callbackWords, "YYYY-MM-DDThh:mm:ssZ", "YYYYMMDDhhmmss", "ss:mm:hh DD.MM.YYYY"}
	zones := []string{"Europe/Paris", "Australia/Lord_Howe", "Indian/Reunion"}
	rapid.Check(t, func(rt *rapid.T) {
		l, loc := layout(t, rapid.SampledFrom(words).Draw(rt, "layout")), zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		instant := anyInstant(rt)
		text := l.Format(instant.In(loc))
		got, anomaly, err := l.Parse(text, loc, calendar.Policy{})
		if anomaly == calendar.RepeatedHour && !got.Equal(instant) {
			got, _, err = l.Parse(text, loc, calendar.Policy{Overlap: calendar.OverlapSecond})
		}
		if err != nil || !got.Equal(instant) {
			rt.Errorf("%s by %q in %s is %q, read back as %s, %v", instant, l, loc, text, got, err)
		}
	})
}

// No text makes a strict reader fall over, and what it accepts it would have written itself.
func FuzzLayoutParse(f *testing.F) {
	for _, text := range []string{"30/11/2026 10:30:00", "31/02/2027 10:00:00", "demain", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := layout(t, callbackWords)
		got, _, err := l.Parse(text, time.UTC, calendar.Policy{})
		if err == nil && l.Format(got) != text {
			t.Errorf("Parse(%q) = %s, which is written %q", text, got, l.Format(got))
		}
	})
}

func layout(t testing.TB, words string) calendar.Layout {
	t.Helper()
	l, err := calendar.ParseLayout(words)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
