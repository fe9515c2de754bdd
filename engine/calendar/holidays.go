package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Holidays is a calendar of days on which nobody is called. It holds its own days and those of Base, so that Alsace-Moselle is
// France and two days more, and France is the company's own days and eleven more. A nil calendar has no holidays.
type Holidays struct {
	Name string
	Days []Day
	Base *Holidays // may be nil; must not lead back to this calendar
}

// On returns the name of the holiday on d, and false when d is none. Where several fall on one date, those of the base come
// first, then the order of Days.
func (h *Holidays) On(d Date) (name string, closed bool) {
	if h == nil {
		return "", false
	}
	return h.on(d, easter(d.Year).DaysUntil(d))
}

func (h *Holidays) on(d Date, sinceEaster int) (string, bool) {
	if h.Base != nil {
		if name, closed := h.Base.on(d, sinceEaster); closed {
			return name, true
		}
	}
	for i := range h.Days {
		if h.Days[i].on(d, sinceEaster) {
			return h.Days[i].Name, true
		}
	}
	return "", false
}

// Day is a named holiday: a rule, and the years it holds for. From and Until are included; a zero date leaves that side open.
type Day struct {
	Name        string
	Rule        DayRule
	From, Until Date
}

// Check tells what is wrong with a day: no name, no rule, or an end before its beginning.
func (day Day) Check() error {
	switch {
	case day.Name == "":
		return errors.New("a holiday has no name")
	case day.Rule == DayRule{}:
		return fmt.Errorf("holiday %q does not say when it is", day.Name)
	case !day.Until.IsZero() && day.Until.Before(day.From):
		return fmt.Errorf("holiday %q ends on %s, before it begins on %s", day.Name, day.Until, day.From)
	}
	return nil
}

func (day *Day) on(d Date, sinceEaster int) bool {
	return day.Rule.matches(d, sinceEaster) && !d.Before(day.From) && (day.Until.IsZero() || !day.Until.Before(d))
}

// DayRule says which dates a holiday falls on. Its zero value falls on none.
type DayRule struct {
	kind   dayKind
	date   Date // without a year when it comes back every year
	offset int  // days after Easter Sunday
}

type dayKind uint8

const (
	yearly dayKind = iota + 1
	easterly
	once
)

// ParseDayRule reads "12-25" (every year), "easter", "easter+39" or "easter-2" (days from Easter Sunday, within its year), or one
// full date "2026-12-24". 02-29 falls in leap years only.
func ParseDayRule(text string) (DayRule, error) {
	if offset, ok := strings.CutPrefix(text, "easter"); ok {
		return easterRule(text, offset)
	}
	if len(text) == len("12-25") {
		const leapYear = "2000-"
		d, err := ParseDate(leapYear + text)
		if err != nil {
			return DayRule{}, dayRuleError(text)
		}
		return DayRule{kind: yearly, date: Date{Month: d.Month, Day: d.Day}}, nil
	}
	d, err := ParseDate(text)
	if err != nil {
		return DayRule{}, dayRuleError(text)
	}
	return DayRule{kind: once, date: d}, nil
}

func easterRule(text, offset string) (DayRule, error) {
	if offset == "" {
		return DayRule{kind: easterly}, nil
	}
	n, err := strconv.Atoi(offset)
	if err != nil || offset[0] != '+' && offset[0] != '-' {
		return DayRule{}, dayRuleError(text)
	}
	// Easter is between 22 March and 25 April: with these offsets a day is in the year of its Easter.
	if n < -80 || n > 250 {
		return DayRule{}, fmt.Errorf("%q is too far from Easter: from easter-80 to easter+250", text)
	}
	return DayRule{kind: easterly, offset: n}, nil
}

func dayRuleError(text string) error {
	return fmt.Errorf("%q is not a holiday rule: write 12-25 for every year, easter+39, easter-2, or one date such as 2026-12-24", text)
}

func (r DayRule) matches(d Date, sinceEaster int) bool {
	switch r.kind {
	case yearly:
		return r.date.Month == d.Month && r.date.Day == d.Day
	case easterly:
		return r.offset == sinceEaster
	case once:
		return r.date == d
	}
	return false
}

// easter returns Easter Sunday of a Gregorian year: the computus of "A New York correspondent" (Nature, 20 April 1876), as given
// by Jean Meeus, Astronomical Algorithms, 2nd edition, chapter 8, whose letters it keeps.
func easter(year int) Date {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Date{year, time.Month(n / 31), n%31 + 1}
}
