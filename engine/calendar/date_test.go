package calendar_test

import (
	"testing"
	"time"

	"callsheet/engine/calendar"
	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]calendar.Date{
		"2026-12-31": {Year: 2026, Month: time.December, Day: 31},
		"2028-02-29": {Year: 2028, Month: time.February, Day: 29},
		"0001-01-01": {Year: 1, Month: time.January, Day: 1},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := calendar.ParseDate(text)
			if err != nil || got != want || got.String() != text {
				t.Errorf("ParseDate(%q) = %v, %v; want %v", text, got, err, want)
			}
		})
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"31 February":     "2026-02-31",
		"29 February":     "2027-02-29",
		"1900 no leap":    "1900-02-29",
		"month 13":        "2026-13-01",
		"month 0":         "2026-00-10",
		"day 0":           "2026-01-00",
		"year 0":          "0000-01-01",
		"one digit":       "2026-1-01",
		"time behind":     "2026-12-31T10:00",
		"slashes":         "2026/12/31",
		"sign":            "+026-12-31",
		"other digits":    "٢٠٢٦-12-31",
		"empty":           "",
		"two-digit year":  "26-12-31",
		"space in number": "2026- 1-01",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := calendar.ParseDate(text); err == nil {
				t.Errorf("ParseDate(%q) = %v, want an error", text, got)
			}
		})
	}
}

func TestParseDateSaysHowManyDaysTheMonthHas(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseDate("2026-02-31")
	const want = `"2026-02-31" is not a date: February 2026 has days 1 to 28`
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestAddDaysCountsDatesNotHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2026-10-24", 1, "2026-10-25"},
		{"2026-12-31", 1, "2027-01-01"},
		{"2028-03-01", -1, "2028-02-29"},
		{"2026-09-24", 61, "2026-11-24"},
		{"2026-05-01", 0, "2026-05-01"},
	} {
		if got := date(t, c.from).AddDays(c.days); got != date(t, c.want) {
			t.Errorf("%s %+d days = %s, want %s", c.from, c.days, got, c.want)
		}
	}
}

func TestDateArithmeticAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-5000, 5000).Draw(t, "days")
		other := d.AddDays(n)
		if got := d.DaysUntil(other); got != n {
			t.Errorf("%s to %s is %d days, want %d", d, other, got, n)
		}
		if got := other.Before(d); got != (n < 0) {
			t.Errorf("%s before %s: %v", other, d, got)
		}
		if got := (int(d.Weekday())+n%7+7)%7 - int(other.Weekday()); got != 0 {
			t.Errorf("%d days after a %s came a %s", n, d.Weekday(), other.Weekday())
		}
		back, err := calendar.ParseDate(other.String())
		if err != nil || back != other {
			t.Errorf("%s read back as %s, %v", other, back, err)
		}
	})
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]calendar.Clock{"00:00": 0, "09:30": 570, "23:59": 1439, "24:00": 1440} {
		got, err := calendar.ParseClock(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseClock(%q) = %d (%s), %v; want %d", text, int(got), got, err, int(want))
		}
	}
	for _, text := range []string{"", "9:30", "10:60", "24:01", "25:00", "10h30", "10:00:00", " 10:00", "-1:00", "10:0x"} {
		if got, err := calendar.ParseClock(text); err == nil {
			t.Errorf("ParseClock(%q) = %s, want an error", text, got)
		}
	}
}

func anyDate(t *rapid.T) calendar.Date {
	return calendar.Date{Year: 1970, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 30000).Draw(t, "day"))
}

func date(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := calendar.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// at reads an instant as the command line writes it: a local time of Paris, or UTC with a Z.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	if instant, err := time.Parse(time.RFC3339, text); err == nil {
		return instant
	}
	local, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone(t, "Europe/Paris"))
	if err != nil {
		t.Fatal(err)
	}
	return local
}
