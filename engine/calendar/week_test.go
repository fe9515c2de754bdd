package calendar_test

import (
	"testing"
	"time"

	"callsheet/engine/calendar"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSlotBorders(t *testing.T) {
	t.Parallel()
	week := office(t)
	for start, want := range map[string]string{
		"2026-11-23T09:59:59": "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z",
		"2026-11-23T10:00:00": "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z",
		"2026-11-23T12:59:59": "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z",
		"2026-11-23T13:00:00": "A 2026-11-23T13:00:00Z 2026-11-23T16:00:00Z",
		"2026-11-23T17:00:00": "E 2026-11-23T16:00:00Z 2026-11-23T19:00:00Z",
		"2026-11-23T20:00:00": "M 2026-11-24T09:00:00Z 2026-11-24T12:00:00Z",
		"2026-11-27T20:00:00": "M 2026-11-30T09:00:00Z 2026-11-30T12:00:00Z",
		"2026-11-22T15:00:00": "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z",
		"2026-12-24T20:05:00": "M 2026-12-28T09:00:00Z 2026-12-28T12:00:00Z",
		"2026-10-23T09:00:00": "M 2026-10-23T08:00:00Z 2026-10-23T11:00:00Z", // summer time
		"2026-10-26T09:00:00": "M 2026-10-26T09:00:00Z 2026-10-26T12:00:00Z", // winter time
		"2027-03-26T09:00:00": "M 2027-03-26T09:00:00Z 2027-03-26T12:00:00Z",
		"2027-03-26T20:00:00": "M 2027-03-30T08:00:00Z 2027-03-30T11:00:00Z", // Easter Monday between
	} {
		t.Run(start, func(t *testing.T) {
			t.Parallel()
			if got := shown(week.Next(at(t, start), 0)); got != want {
				t.Errorf("slot after %s is %s, want %s", start, got, want)
			}
		})
	}
}

func TestMinRemaining(t *testing.T) {
	t.Parallel()
	week := office(t)
	for start, want := range map[string]string{
		"2026-11-23T12:55:00": "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z", // exactly five minutes are enough
		"2026-11-23T12:55:01": "A 2026-11-23T13:00:00Z 2026-11-23T16:00:00Z",
		"2026-11-23T12:58:00": "A 2026-11-23T13:00:00Z 2026-11-23T16:00:00Z",
	} {
		if got := shown(week.Next(at(t, start), 5*time.Minute)); got != want {
			t.Errorf("slot after %s with five minutes left is %s, want %s", start, got, want)
		}
	}
	if got, ok := week.Next(at(t, "2026-11-23T09:00:00"), 4*time.Hour); ok {
		t.Errorf("a slot of three hours has four left: %v", got)
	}
}

func TestSlotsOfACampaign(t *testing.T) {
	t.Parallel()
	week := office(t)
	if got, want := shown(week.Next(at(t, "2026-11-23T08:00:00"), 0, "A")), "A 2026-11-23T13:00:00Z 2026-11-23T16:00:00Z"; got != want {
		t.Errorf("the afternoon campaign gets %s, want %s", got, want)
	}
	if got, want := shown(week.Starting(at(t, "2026-11-23T17:00:00"), at(t, "2026-11-23T17:00:00"), "M", "A")), "M 2026-11-24T09:00:00Z 2026-11-24T12:00:00Z"; got != want {
		t.Errorf("after the last slot of the day comes %s, want %s", got, want)
	}
	if got, ok := week.Next(at(t, "2026-11-23T08:00:00"), 0, "N"); ok {
		t.Errorf("there is no slot N, but it is found: %v", got)
	}
}

// A call of Friday's afternoon that nobody stopped goes to a slot that begins after it and is not over when this is noticed.
func TestStarting(t *testing.T) {
	t.Parallel()
	week := office(t)
	for name, c := range map[string]struct{ from, now, want string }{
		"at a start":              {"2026-11-23T14:00:00", "2026-11-23T14:00:00", "A 2026-11-23T13:00:00Z 2026-11-23T16:00:00Z"},
		"a running slot is late":  {"2026-11-23T14:00:01", "2026-11-23T14:00:01", "E 2026-11-23T16:00:00Z 2026-11-23T19:00:00Z"},
		"noticed at once":         {"2026-11-20T17:00:00", "2026-11-20T17:00:00", "E 2026-11-20T16:00:00Z 2026-11-20T19:00:00Z"},
		"noticed in the evening":  {"2026-11-20T17:00:00", "2026-11-20T19:59:59", "E 2026-11-20T16:00:00Z 2026-11-20T19:00:00Z"},
		"noticed on Sunday":       {"2026-11-20T17:00:00", "2026-11-22T15:00:00", "M 2026-11-23T09:00:00Z 2026-11-23T12:00:00Z"},
		"noticed before its time": {"2026-11-20T17:00:00", "2026-11-20T16:59:00", "E 2026-11-20T16:00:00Z 2026-11-20T19:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := shown(week.Starting(at(t, c.from), at(t, c.now))); got != c.want {
				t.Errorf("Starting(%s, %s) = %s, want %s", c.from, c.now, got, c.want)
			}
		})
	}
}

func TestContaining(t *testing.T) {
	t.Parallel()
	week := office(t)
	for instant, want := range map[string]string{
		"2026-11-23T09:59:59": "", "2026-11-23T10:00:00": "M", "2026-11-23T12:59:59": "M", "2026-11-23T13:00:00": "",
		"2026-11-23T17:00:00": "E", "2026-11-22T11:00:00": "", "2026-12-25T11:00:00": "",
	} {
		slot, ok := week.Containing(at(t, instant))
		if slot.Name != want || ok != (want != "") {
			t.Errorf("slot at %s is %q, %v; want %q", instant, slot.Name, ok, want)
		}
	}
}

func TestGoodFridayInAlsace(t *testing.T) {
	t.Parallel()
	week := office(t)
	week.Holidays = alsace(t)
	now := at(t, "2027-03-26T09:00:00")
	slot, ok := week.Next(now, 0)
	if got, want := shown(slot, ok), "M 2027-03-30T08:00:00Z 2027-03-30T11:00:00Z"; got != want {
		t.Errorf("slot is %s, want %s", got, want)
	}
	want := []calendar.Skipped{
		{date(t, "2027-03-26"), "Vendredi saint"},
		{date(t, "2027-03-27"), ""},
		{date(t, "2027-03-28"), ""},
		{date(t, "2027-03-29"), "Lundi de Pâques"},
	}
	if diff := cmp.Diff(want, week.Skipped(date(t, "2027-03-26"), slot.Date)); diff != "" {
		t.Errorf("days without a slot (-want +got):\n%s", diff)
	}
}

func TestSlotsOfTheSeeds(t *testing.T) {
	t.Parallel()
	week := &calendar.Week{Zone: zone(t, "Europe/Paris"), Holidays: france(t), Windows: []calendar.Window{
		{Name: "first", Days: workdays, From: 9*60 + 30, To: 14 * 60},
		{Name: "second", Days: workdays, From: 14 * 60, To: 19 * 60},
	}}
	for start, want := range map[string]string{
		"2021-04-19T09:30:00": "first 2021-04-19T07:30:00Z 2021-04-19T12:00:00Z",
		"2021-04-20T14:01:00": "second 2021-04-20T12:00:00Z 2021-04-20T17:00:00Z",
		"2021-04-20T13:56:00": "first 2021-04-20T07:30:00Z 2021-04-20T12:00:00Z",
	} {
		if got := shown(week.Next(at(t, start), 0)); got != want {
			t.Errorf("slot at %s is %s, want %s", start, got, want)
		}
	}
	after := at(t, "2021-04-20T14:00:00")
	if got, want := shown(week.Starting(after, after)), "second 2021-04-20T12:00:00Z 2021-04-20T17:00:00Z"; got != want {
		t.Errorf("recycled to %s, want %s", got, want)
	}
}

func TestSlotsAcrossClockChanges(t *testing.T) {
	t.Parallel()
	sunday := calendar.WeekdaysOf(time.Sunday)
	saturday := calendar.WeekdaysOf(time.Saturday)
	for name, c := range map[string]struct {
		window calendar.Window
		zone   string
		on     string
		want   string
	}{
		"begins in the gap":        {calendar.Window{Days: sunday, From: 150, To: 300}, "Europe/Paris", "2027-03-28", " 2027-03-28T01:00:00Z 2027-03-28T03:00:00Z"},
		"ends in the gap":          {calendar.Window{Days: sunday, From: 60, To: 150}, "Europe/Paris", "2027-03-28", " 2027-03-28T00:00:00Z 2027-03-28T01:00:00Z"},
		"vanishes in the gap":      {calendar.Window{Days: sunday, From: 120, To: 180}, "Europe/Paris", "2027-03-28", ""},
		"across the gap":           {calendar.Window{Days: sunday, From: 60, To: 240}, "Europe/Paris", "2027-03-28", " 2027-03-28T00:00:00Z 2027-03-28T02:00:00Z"},
		"across the overlap":       {calendar.Window{Days: sunday, From: 60, To: 240}, "Europe/Paris", "2026-10-25", " 2026-10-24T23:00:00Z 2026-10-25T03:00:00Z"},
		"begins in the overlap":    {calendar.Window{Days: sunday, From: 150, To: 240}, "Europe/Paris", "2026-10-25", " 2026-10-25T00:30:00Z 2026-10-25T03:00:00Z"},
		"ends in the overlap":      {calendar.Window{Days: sunday, From: 60, To: 150}, "Europe/Paris", "2026-10-25", " 2026-10-24T23:00:00Z 2026-10-25T00:30:00Z"},
		"overnight over the gap":   {calendar.Window{Days: saturday, From: 1320, To: 360, Overnight: true}, "Europe/Paris", "2027-03-27", " 2027-03-27T21:00:00Z 2027-03-28T04:00:00Z"},
		"whole day of 23 hours":    {calendar.Window{Days: sunday, From: 0, To: 1440}, "Europe/Paris", "2027-03-28", " 2027-03-27T23:00:00Z 2027-03-28T22:00:00Z"},
		"whole day of 25 hours":    {calendar.Window{Days: sunday, From: 0, To: 1440}, "Europe/Paris", "2026-10-25", " 2026-10-24T22:00:00Z 2026-10-25T23:00:00Z"},
		"half an hour (Lord Howe)": {calendar.Window{Days: sunday, From: 120, To: 180}, "Australia/Lord_Howe", "2026-10-04", " 2026-10-03T15:30:00Z 2026-10-03T16:00:00Z"},
		"a date that was skipped":  {calendar.Window{Days: calendar.WeekdaysOf(time.Friday), From: 600, To: 780}, "Pacific/Apia", "2011-12-30", ""},
		"another day of the week":  {calendar.Window{Days: saturday, From: 600, To: 780}, "Europe/Paris", "2027-03-28", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			week := &calendar.Week{Windows: []calendar.Window{c.window}, Zone: zone(t, c.zone)}
			got := ""
			for _, slot := range week.On(date(t, c.on)) {
				got += shown(slot, true)
			}
			if got != c.want {
				t.Errorf("slots on %s are %q, want %q", c.on, got, c.want)
			}
		})
	}
}

func TestARunningSlotOverMidnight(t *testing.T) {
	t.Parallel()
	week := &calendar.Week{Zone: zone(t, "Europe/Paris"), Holidays: france(t), Windows: []calendar.Window{
		{Name: "night", Days: workdays, From: 22 * 60, To: 6 * 60, Overnight: true},
	}}
	slot, ok := week.Containing(at(t, "2026-12-25T03:00:00"))
	if got, want := shown(slot, ok), "night 2026-12-24T21:00:00Z 2026-12-25T05:00:00Z"; got != want || slot.Date != date(t, "2026-12-24") {
		t.Errorf("slot is %s of %s, want %s of 24 December", got, slot.Date, want)
	}
	if got, ok := week.Containing(at(t, "2026-12-25T23:00:00")); ok {
		t.Errorf("a slot begins on the holiday: %v", got)
	}
}

func TestOrderOfSlotsThatOverlap(t *testing.T) {
	t.Parallel()
	week := &calendar.Week{Zone: time.UTC, Windows: []calendar.Window{
		{Name: "late", Days: workdays, From: 660, To: 700},
		{Name: "long", Days: workdays, From: 600, To: 780},
		{Name: "short", Days: workdays, From: 600, To: 660},
		{Name: "twin", Days: workdays, From: 600, To: 660},
	}}
	var got []string
	for _, slot := range week.On(date(t, "2026-11-23")) {
		got = append(got, slot.Name)
	}
	if diff := cmp.Diff([]string{"short", "twin", "long", "late"}, got); diff != "" {
		t.Errorf("order by start, end, file (-want +got):\n%s", diff)
	}
	if slot, _ := week.Next(at(t, "2026-11-23T00:00:00Z"), 0); slot.Name != "short" {
		t.Errorf("the first of them is %s, want short", slot.Name)
	}
	if slot, _ := week.Next(at(t, "2026-11-23T11:00:00Z"), 0); slot.Name != "long" {
		t.Errorf("the one still running is %s, want long", slot.Name)
	}
}

func TestAWeekWithoutSlots(t *testing.T) {
	t.Parallel()
	once := []calendar.Day{}
	for d := date(t, "2026-01-01"); d.Before(date(t, "2030-01-01")); d = d.AddDays(1) {
		once = append(once, calendar.Day{Name: "closed", Rule: dayRule(t, d.String())})
	}
	closed := office(t)
	closed.Holidays = &calendar.Holidays{Days: once}
	for name, week := range map[string]*calendar.Week{"no windows": {Zone: time.UTC}, "always closed": closed} {
		if slot, ok := week.Next(at(t, "2026-11-23T10:00:00"), 0); ok {
			t.Errorf("%s: found %v", name, slot)
		}
	}
}

// The first slot is the first one: it is not over, no slot in between was left out, and asking again at its start gives it again.
func TestNextLeavesNothingOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		week := anyWeek(t, rt)
		instant := anyInstant(rt)
		next, ok := week.Next(instant, 0)
		if !ok {
			rt.Skip("a week whose only window vanishes")
		}
		if !next.End.After(instant) || !next.Start.Before(next.End) {
			rt.Errorf("the slot after %s is over: %v", instant, next)
		}
		for d := calendar.DateOf(instant.In(week.Zone)).AddDays(-2); !next.Date.Before(d); d = d.AddDays(1) {
			for _, slot := range week.On(d) {
				if slot.End.After(instant) && slot.Start.Before(next.Start) {
					rt.Errorf("%v was left out for %v", slot, next)
				}
			}
		}
		again, _ := week.Next(next.Start, 0)
		if again.Start.After(next.Start) {
			rt.Errorf("at its own start the slot %v is passed over for %v", next, again)
		}
		following, ok := week.Starting(next.End, next.End)
		if ok && following.Start.Before(next.End) {
			rt.Errorf("%v begins before the end of %v", following, next)
		}
	})
}

func anyWeek(t *testing.T, rt *rapid.T) *calendar.Week {
	week := &calendar.Week{
		Zone:     zone(t, rapid.SampledFrom([]string{"Europe/Paris", "Australia/Lord_Howe", "Indian/Reunion", "America/Miquelon"}).Draw(rt, "zone")),
		Holidays: alsace(t),
	}
	for range rapid.IntRange(1, 4).Draw(rt, "windows") {
		from := calendar.Clock(rapid.IntRange(0, 1439).Draw(rt, "from"))
		to := calendar.Clock(rapid.IntRange(0, 1440).Draw(rt, "to"))
		week.Windows = append(week.Windows, calendar.Window{
			Days: calendar.Weekdays(rapid.IntRange(1, 127).Draw(rt, "days")), From: from, To: to, Overnight: to <= from,
		})
	}
	return week
}

// office is the timetable M, A, E of the acceptance scenarios.
func office(t testing.TB) *calendar.Week {
	t.Helper()
	return &calendar.Week{Zone: zone(t, "Europe/Paris"), Holidays: france(t), Windows: []calendar.Window{
		{Name: "M", Days: workdays, From: 10 * 60, To: 13 * 60},
		{Name: "A", Days: workdays, From: 14 * 60, To: 17 * 60},
		{Name: "E", Days: workdays, From: 17 * 60, To: 20 * 60},
	}}
}

func alsace(t testing.TB) *calendar.Holidays {
	t.Helper()
	return &calendar.Holidays{Name: "FR-AM", Base: france(t), Days: days(t, "Vendredi saint", "easter-2", "Saint-Étienne", "12-26")}
}

// shown writes a slot as name, start and end.
func shown(slot calendar.Slot, ok bool) string {
	if !ok {
		return "none"
	}
	return slot.Name + " " + slot.Start.Format(time.RFC3339) + " " + slot.End.Format(time.RFC3339)
}

func BenchmarkNext(b *testing.B) {
	week := office(b)
	for name, start := range map[string]string{"running": "2026-11-23T10:30:00", "over a weekend": "2026-12-24T20:05:00"} {
		b.Run(name, func(b *testing.B) {
			t := at(b, start)
			b.ReportAllocs()
			for b.Loop() {
				week.Next(t, 5*time.Minute, "M", "A")
			}
		})
	}
}
