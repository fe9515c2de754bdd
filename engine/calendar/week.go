package calendar

import (
	"cmp"
	"slices"
	"time"
)

// Week is a weekly timetable at one place: windows that come back every week in a time zone, except on holidays. It serves the
// slots of campaigns and the hours in which the law lets people be called. Zone must be set; Holidays may be nil. Before From and
// after Until, both days inclusive, it has no slots; a zero one is no limit. A Week is only read, so that many goroutines may
// share it.
//
// A border that the clocks jump over is the instant of the jump, one that they show twice is the first of the two; a window that
// vanishes in a jump has no slot that day. An overnight window belongs to the date on which it begins: a holiday on the next
// date does not cut it.
//
// Where a method takes names, it looks only at the windows of those names; without any it looks at all.
type Week struct {
	Windows  []Window
	Zone     *time.Location
	Holidays *Holidays
	From     Date
	Until    Date
}

// Slot is one occurrence of a window: [Start, End) in UTC. Date is the local date on which it begins.
type Slot struct {
	Name       string
	Start, End time.Time
	Date       Date
}

// Contains reports whether t is in the slot.
func (s Slot) Contains(t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) }

// Span returns the time of the slot.
func (s Slot) Span() Span { return Span{s.Start, s.End} }

// Next returns the first slot that is not over at t and of which at least minRemaining is then still to come: a running slot
// counts. First means by start, then by end, then by the order of Windows. It is false when none is found within two years.
func (w *Week) Next(t time.Time, minRemaining time.Duration, names ...string) (Slot, bool) {
	return w.first(t, names, func(s Slot) bool {
		return s.End.After(t) && s.End.Sub(later(s.Start, t)) >= minRemaining
	})
}

// Starting returns the first slot that begins at or after t and is not over at now; pass t twice where the clock does not
// matter. Order and false are those of [Week.Next].
func (w *Week) Starting(t, now time.Time, names ...string) (Slot, bool) {
	return w.first(t, names, func(s Slot) bool {
		return !s.Start.Before(t) && s.End.After(now)
	})
}

// Containing returns the first slot that contains t, in the order of [Week.Next].
func (w *Week) Containing(t time.Time, names ...string) (Slot, bool) {
	slot, ok := w.Next(t, 0, names...)
	if !ok || !slot.Contains(t) {
		return Slot{}, false
	}
	return slot, true
}

// On returns the slots that begin on the local date d, in the order of [Week.Next].
func (w *Week) On(d Date, names ...string) []Slot {
	var slots []Slot
	w.each(d, names, func(s Slot) { slots = append(slots, s) })
	slices.SortStableFunc(slots, inOrder)
	return slots
}

// Skipped is a date without a slot. Holiday names the holiday that closed it and is empty where the week has no window that day,
// and before it begins and after it ends.
type Skipped struct {
	Date    Date
	Holiday string
}

// Skipped explains why a slot is not earlier: the dates from the first up to but without the last that have no slot. A holiday
// is named also where the day of the week has no window anyway.
func (w *Week) Skipped(from, until Date, names ...string) []Skipped {
	var skipped []Skipped
	for d := from; d.Before(until); d = d.AddDays(1) {
		open := false
		w.each(d, names, func(Slot) { open = true })
		if !open {
			name := ""
			if w.runs(d) {
				name, _ = w.Holidays.On(d)
			}
			skipped = append(skipped, Skipped{d, name})
		}
	}
	return skipped
}

// horizonDays bounds every search: a timetable without a slot in two years has none.
const horizonDays = 2 * 366

// first begins a day early, for a slot over midnight that is still running at t.
func (w *Week) first(t time.Time, names []string, fits func(Slot) bool) (Slot, bool) {
	d := DateOf(t.In(w.Zone)).AddDays(-1)
	for range horizonDays {
		if !w.Until.IsZero() && w.Until.Before(d) {
			break
		}
		var best Slot
		found := false
		w.each(d, names, func(s Slot) {
			if fits(s) && (!found || inOrder(s, best) < 0) {
				best, found = s, true
			}
		})
		if found {
			return best, true
		}
		d = d.AddDays(1)
	}
	return Slot{}, false
}

// runs says whether d is between From and Until.
func (w *Week) runs(d Date) bool {
	return !d.Before(w.From) && (w.Until.IsZero() || !w.Until.Before(d))
}

// each visits the slots of d in the order of Windows. The holiday is asked for once and only where a window would be open.
func (w *Week) each(d Date, names []string, visit func(Slot)) {
	if !w.runs(d) {
		return
	}
	weekday, asked := d.Weekday(), false
	for i := range w.Windows {
		window := &w.Windows[i]
		if !window.Days.Has(weekday) || len(names) > 0 && !slices.Contains(names, window.Name) {
			continue
		}
		if !asked {
			if _, closed := w.Holidays.On(d); closed {
				return
			}
			asked = true
		}
		if slot := w.slot(d, window); slot.Start.Before(slot.End) {
			visit(slot)
		}
	}
}

func (w *Week) slot(d Date, window *Window) Slot {
	last := d
	if window.Overnight {
		last = d.AddDays(1)
	}
	return Slot{
		Name:  window.Name,
		Start: d.wall(window.From).edge(w.Zone),
		End:   last.wall(window.To).edge(w.Zone),
		Date:  d,
	}
}

func inOrder(a, b Slot) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
