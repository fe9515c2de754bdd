package calendar_test

import (
	"strings"
	"testing"
	"time"

	"callsheet/engine/calendar"
)

const workdays calendar.Weekdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday

func TestWindowCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		window calendar.Window
		want   string
	}{
		"ordinary":                {calendar.Window{Days: workdays, From: 600, To: 780}, ""},
		"until midnight":          {calendar.Window{Days: workdays, From: 1200, To: 1440}, ""},
		"whole day":               {calendar.Window{Days: workdays, From: 0, To: 1440}, ""},
		"overnight":               {calendar.Window{Days: workdays, From: 1320, To: 360, Overnight: true}, ""},
		"a full turn":             {calendar.Window{Days: workdays, From: 1320, To: 1320, Overnight: true}, ""},
		"no days":                 {calendar.Window{From: 600, To: 780}, "window 10:00-13:00 has no days"},
		"swapped":                 {calendar.Window{Days: workdays, From: 780, To: 600}, "window 13:00-10:00 ends before it begins"},
		"empty":                   {calendar.Window{Days: workdays, From: 600, To: 600}, "ends before it begins"},
		"midnight not admitted":   {calendar.Window{Days: workdays, From: 1320, To: 360}, "say overnight: true"},
		"begins at 24:00":         {calendar.Window{Days: workdays, From: 1440, To: 360, Overnight: true}, "not within the day"},
		"negative":                {calendar.Window{Days: workdays, From: -1, To: 360}, "not within the day"},
		"after 24:00":             {calendar.Window{Days: workdays, From: 600, To: 1441}, "not within the day"},
		"overnight within a day":  {calendar.Window{Days: workdays, From: 600, To: 780, Overnight: true}, "more than a day"},
		"overnight until 24:00":   {calendar.Window{Days: workdays, From: 600, To: 1440, Overnight: true}, "more than a day"},
		"Sunday alone is a day":   {calendar.Window{Days: calendar.WeekdaysOf(time.Sunday), From: 600, To: 780}, ""},
		"overnight, ends at 0:00": {calendar.Window{Days: workdays, From: 1200, To: 0, Overnight: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.window.Check()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check() = %v, want %q", err, c.want)
			}
		})
	}
}

func TestWeekdays(t *testing.T) {
	t.Parallel()
	var all calendar.Weekdays
	for _, word := range strings.Fields("mon tue wed thu fri sat sun") {
		day, err := calendar.ParseWeekday(word)
		if err != nil {
			t.Fatal(err)
		}
		if all.Has(day) {
			t.Errorf("%s is in %s before it was put there", word, all)
		}
		all |= calendar.WeekdaysOf(day)
		if !all.Has(day) {
			t.Errorf("%s is not in %s", word, all)
		}
	}
	if got := all.String(); got != "mon tue wed thu fri sat sun" {
		t.Errorf("the whole week is %q", got)
	}
	if workdays.Has(time.Saturday) || workdays.Has(time.Sunday) {
		t.Errorf("the weekend is in %s", workdays)
	}
	for _, word := range []string{"", "Mon", "monday", "lun", "mo", "sunday"} {
		if day, err := calendar.ParseWeekday(word); err == nil {
			t.Errorf("ParseWeekday(%q) = %s, want an error", word, day)
		}
	}
}
