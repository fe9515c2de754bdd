package calendar_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"callsheet/engine/calendar"
	"github.com/google/go-cmp/cmp"
)

func TestHolidaysOfFrance(t *testing.T) {
	t.Parallel()
	fr := france(t)
	for text, want := range map[string]string{
		"2026-01-01": "Jour de l'an", "2026-04-06": "Lundi de Pâques", "2027-03-29": "Lundi de Pâques", "2026-05-14": "Ascension",
		"2027-05-06": "Ascension", "2026-05-25": "Lundi de Pentecôte", "2027-05-17": "Lundi de Pentecôte", "2026-11-11": "Armistice 1918",
		"2026-12-25": "Noël",
		"2008-05-01": "Fête du Travail", // Ascension as well: the first in the file names it
		"2026-04-05": "", "2026-04-03": "", "2026-12-26": "", "2026-11-23": "",
	} {
		if got, closed := fr.On(date(t, text)); got != want || closed != (want != "") {
			t.Errorf("%s is %q, %v; want %q", text, got, closed, want)
		}
	}
}

func TestCalendarsExtendEachOther(t *testing.T) {
	t.Parallel()
	company := &calendar.Holidays{Name: "company", Days: days(t, "Pont de Noël", "2026-12-24")}
	fr := france(t)
	fr.Base = company
	alsace := &calendar.Holidays{Name: "FR-AM", Base: fr, Days: days(t, "Vendredi saint", "easter-2", "Saint-Étienne", "12-26")}
	for text, want := range map[string]string{
		"2027-03-26": "Vendredi saint", "2026-04-03": "Vendredi saint", "2026-12-26": "Saint-Étienne", "2026-12-25": "Noël",
		"2026-12-24": "Pont de Noël", "2027-12-24": "", "2027-03-27": "",
	} {
		if got, _ := alsace.On(date(t, text)); got != want {
			t.Errorf("%s in FR-AM is %q, want %q", text, got, want)
		}
	}
	if name, closed := fr.On(date(t, "2027-03-26")); closed {
		t.Errorf("Good Friday closes FR as %q", name)
	}
}

func TestHolidayLimits(t *testing.T) {
	t.Parallel()
	rule := dayRule(t, "05-28")
	limited := &calendar.Holidays{Days: []calendar.Day{{Name: "x", Rule: rule, From: date(t, "2018-05-28"), Until: date(t, "2020-05-28")}}}
	for text, want := range map[string]bool{"2017-05-28": false, "2018-05-28": true, "2019-05-28": true, "2020-05-28": true, "2021-05-28": false} {
		if _, closed := limited.On(date(t, text)); closed != want {
			t.Errorf("%s closed is %v, want %v", text, closed, want)
		}
	}
}

func TestNoCalendarHasNoHolidays(t *testing.T) {
	t.Parallel()
	var none *calendar.Holidays
	if name, closed := none.On(date(t, "2026-12-25")); closed {
		t.Errorf("no calendar is closed: %q", name)
	}
}

func TestDayRules(t *testing.T) {
	t.Parallel()
	for rule, dates := range map[string][2]string{ // a date it falls on, and one it does not
		"02-29":      {"2028-02-29", "2027-03-01"},
		"easter":     {"2027-03-28", "2027-03-29"},
		"easter-80":  {"2285-01-01", "2286-01-01"}, // the earliest Easter there is, 22 March
		"easter+250": {"2038-12-31", "2039-12-31"}, // the latest, 25 April
		"2026-12-24": {"2026-12-24", "2027-12-24"},
	} {
		h := &calendar.Holidays{Days: days(t, "x", rule)}
		if _, closed := h.On(date(t, dates[0])); !closed {
			t.Errorf("%s does not fall on %s", rule, dates[0])
		}
		if _, closed := h.On(date(t, dates[1])); closed {
			t.Errorf("%s falls on %s", rule, dates[1])
		}
	}
	for _, text := range []string{
		"", "25-12", "02-30", "13-01", "12/25", "easter39", "easter+", "easter +1", "easter++1", "easter+251", "easter-81",
		"Easter+1", "2026-02-30", "26-12-24", "12-25 ", "noël",
	} {
		if got, err := calendar.ParseDayRule(text); err == nil {
			t.Errorf("ParseDayRule(%q) = %v, want an error", text, got)
		}
	}
}

func TestDayCheck(t *testing.T) {
	t.Parallel()
	rule := dayRule(t, "05-28")
	for name, c := range map[string]struct {
		day  calendar.Day
		want string
	}{
		"no name":     {calendar.Day{Rule: rule}, "a holiday has no name"},
		"no rule":     {calendar.Day{Name: "x"}, `holiday "x" does not say when it is`},
		"ends before": {calendar.Day{"x", rule, date(t, "2018-01-01"), date(t, "2017-12-31")}, `holiday "x" ends on 2017-12-31, before it begins on 2018-01-01`},
		"open end":    {calendar.Day{Name: "x", Rule: rule, From: date(t, "2018-01-01")}, ""},
		"open start":  {calendar.Day{Name: "x", Rule: rule, Until: date(t, "2018-01-01")}, ""},
	} {
		got := ""
		if err := c.day.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The public data of 2000 to 2031, both ways: no date is missing from our rules, and none is too many.
func TestHolidaysMatchThePublicData(t *testing.T) {
	t.Parallel()
	data := publicHolidays(t)
	for zone, extra := range map[string][]calendar.Day{
		"metropole":                nil,
		"alsace-moselle":           days(t, "Vendredi saint", "easter-2", "Saint-Étienne", "12-26"),
		"guadeloupe":               days(t, "Abolition", "05-27"),
		"martinique":               days(t, "Abolition", "05-22"),
		"guyane":                   days(t, "Abolition", "06-10"),
		"la-reunion":               days(t, "Abolition", "12-20"),
		"mayotte":                  days(t, "Abolition", "04-27"),
		"saint-barthelemy":         days(t, "Abolition", "10-09"),
		"nouvelle-caledonie":       nil,
		"polynesie-francaise":      nil,
		"saint-pierre-et-miquelon": nil,
		"wallis-et-futuna":         nil,
		"saint-martin": {
			{Name: "Abolition", Rule: dayRule(t, "05-28"), From: date(t, "2018-01-01")},
			{Name: "Abolition (ancien jour)", Rule: dayRule(t, "05-27"), Until: date(t, "2017-12-31")},
		},
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			ours := &calendar.Holidays{Base: france(t), Days: extra}
			var got []string
			for d := date(t, "2000-01-01"); d.Before(date(t, "2032-01-01")); d = d.AddDays(1) {
				if _, closed := ours.On(d); closed {
					got = append(got, d.String())
				}
			}
			if diff := cmp.Diff(data[zone], got); diff != "" {
				t.Errorf("holidays of %s (-data +rules):\n%s", zone, diff)
			}
		})
	}
	if len(data) != 13 {
		t.Errorf("the data has %d zones, 13 are tested", len(data))
	}
}

// publicHolidays reads the dates of every zone from the flattened files of etalab/jours-feries-france-data.
func publicHolidays(t *testing.T) map[string][]string {
	t.Helper()
	folder := os.Getenv("CALLSHEET_TEST_DATA")
	if folder == "" {
		t.Skip("CALLSHEET_TEST_DATA is not set: holidays are not compared with the public data")
	}
	file, err := os.Open(filepath.Join(folder, "jours-feries", "jours_feries_par_zone_2000_2031.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string][]string{}
	for _, row := range rows[1:] {
		zones[row[1]] = append(zones[row[1]], row[0])
	}
	for zone, dates := range zones {
		slices.Sort(dates)
		zones[zone] = slices.Compact(dates) // two holidays may fall on one date
	}
	return zones
}

func france(t testing.TB) *calendar.Holidays {
	t.Helper()
	return &calendar.Holidays{Name: "FR", Days: days(
		t,
		"Jour de l'an", "01-01", "Lundi de Pâques", "easter+1", "Fête du Travail", "05-01", "Victoire 1945", "05-08",
		"Ascension", "easter+39", "Lundi de Pentecôte", "easter+50", "Fête nationale", "07-14", "Assomption", "08-15",
		"Toussaint", "11-01", "Armistice 1918", "11-11", "Noël", "12-25",
	)}
}

// days builds holidays from names and rules in turn.
func days(t testing.TB, namesAndRules ...string) []calendar.Day {
	t.Helper()
	var list []calendar.Day
	for pair := range slices.Chunk(namesAndRules, 2) {
		list = append(list, calendar.Day{Name: pair[0], Rule: dayRule(t, pair[1])})
	}
	return list
}

func dayRule(t testing.TB, text string) calendar.DayRule {
	t.Helper()
	rule, err := calendar.ParseDayRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

func BenchmarkHolidaysOn(b *testing.B) {
	fr, d := france(b), date(b, "2026-11-23")
	b.ReportAllocs()
	for b.Loop() {
		fr.On(d)
	}
}
