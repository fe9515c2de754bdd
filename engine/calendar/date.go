package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, without a time zone. Its zero value is no date. Dates compare with ==.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date that a calendar shows at t in t's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads a date such as "2026-12-31". Anything else, and days that do not exist such as 2026-02-31, is an error.
func ParseDate(text string) (Date, error) {
	year, okYear := digits(text, 0, 4)
	month, okMonth := digits(text, 5, 2)
	day, okDay := digits(text, 8, 2)
	if len(text) != 10 || text[4] != '-' || text[7] != '-' || !okYear || !okMonth || !okDay {
		return Date{}, fmt.Errorf("%q is not a date: write it as 2026-12-31", text)
	}
	d := Date{year, time.Month(month), day}
	if err := d.check(); err != nil {
		return Date{}, fmt.Errorf("%q is not a date: %w", text, err)
	}
	return d, nil
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// Compare returns -1 when d is before other, 0 when they are the same date, and +1 when d is after it.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// DaysUntil returns the number of days from d to other, negative when other is earlier.
func (d Date) DaysUntil(other Date) int {
	return int((other.midnight().Unix() - d.midnight().Unix()) / secondsPerDay)
}

// At returns the instant at which clocks in zone show c on this date; see [Wall.In] for what happens when the clocks change.
// 24:00 is midnight of the next date.
func (d Date) At(c Clock, zone *time.Location, policy Policy) (time.Time, Anomaly, error) {
	return d.wall(c).In(zone, policy)
}

// String returns the date as 2026-12-31.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Begin returns the instant at which the date begins in zone: midnight, or where clocks are put forward over midnight, as
// [time.Date] has it.
func (d Date) Begin(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

const secondsPerDay = 24 * 60 * 60

// midnight counts days: UTC has no clock changes, so that its days are all of one length.
func (d Date) midnight() time.Time { return d.Begin(time.UTC) }

func (d Date) wall(c Clock) Wall {
	if c == endOfDay {
		return Wall{Date: d.AddDays(1)}
	}
	return Wall{Date: d, Hour: int(c) / 60, Minute: int(c) % 60}
}

func (d Date) check() error {
	if d.Year < 1 {
		return errors.New("there is no year 0")
	}
	if d.Month < time.January || d.Month > time.December {
		return fmt.Errorf("there is no month %02d", int(d.Month))
	}
	if d.Day < 1 || d != DateOf(d.midnight()) {
		days := time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return fmt.Errorf("%s %d has days 1 to %d", d.Month, d.Year, days)
	}
	return nil
}

// digits reads exactly width ASCII digits of text at offset from.
func digits(text string, from, width int) (int, bool) {
	if len(text) < from+width {
		return 0, false
	}
	number := 0
	for _, c := range []byte(text[from : from+width]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		number = number*10 + int(c-'0')
	}
	return number, true
}
