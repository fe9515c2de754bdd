package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Weekdays is a set of days of the week: bit n is [time.Weekday] n, Sunday being 0.
type Weekdays uint8

// ParseWeekday reads one of the words mon, tue, wed, thu, fri, sat, sun.
func ParseWeekday(word string) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if word == weekdayWord(day) {
			return day, nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week: write mon, tue, wed, thu, fri, sat or sun", word)
}

func weekdayWord(day time.Weekday) string { return strings.ToLower(day.String()[:3]) }

// WeekdaysOf returns the set of the given days.
func WeekdaysOf(days ...time.Weekday) Weekdays {
	var set Weekdays
	for _, day := range days {
		set |= 1 << day
	}
	return set
}

// Has reports whether day is in the set.
func (set Weekdays) Has(day time.Weekday) bool { return set&(1<<day) != 0 }

// String lists the days from Monday on, such as "mon tue wed".
func (set Weekdays) String() string {
	var words []string
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); set.Has(day) {
			words = append(words, weekdayWord(day))
		}
	}
	return strings.Join(words, " ")
}

// Window is a time of day that comes back every week: [From, To) in local wall time on each of Days. A campaign's windows have
// the names of its slots; legal windows need none.
type Window struct {
	Name     string
	Days     Weekdays
	From, To Clock
	// Overnight windows end on the date after the one they begin on, at or before the clock time From.
	Overnight bool
}

// Check tells what is wrong with a window: no day, a border outside the day, or an end that is not after the beginning (an
// overnight window: an end that is). Midnight may be crossed only by windows that say so.
func (w Window) Check() error {
	switch {
	case w.Days == 0:
		return fmt.Errorf("window %s-%s has no days", w.From, w.To)
	case w.From < 0 || w.From >= endOfDay || w.To < 0 || w.To > endOfDay:
		return fmt.Errorf("window %s-%s is not within the day: it begins from 00:00 to 23:59 and ends up to 24:00", w.From, w.To)
	case !w.Overnight && w.To <= w.From:
		return fmt.Errorf("window %s-%s ends before it begins: swap the times, or say overnight: true", w.From, w.To)
	case w.Overnight && w.To > w.From:
		return fmt.Errorf("window %s-%s would last more than a day: leave out overnight", w.From, w.To)
	}
	return nil
}
