package calendar

import (
	"slices"
	"time"
)

// Span is the time [Start, End).
type Span struct{ Start, End time.Time }

// Pieces returns the parts of span that lie inside every one of weeks, in order of time, in UTC; parts that touch are one. A week
// may be in another zone than the span was made in: a slot in Paris meets the legal hours where the consumer lives. Without
// weeks the whole span is allowed.
func Pieces(span Span, weeks ...*Week) []Span {
	if !span.Start.Before(span.End) {
		return nil
	}
	pieces := []Span{{span.Start.UTC(), span.End.UTC()}}
	for _, w := range weeks {
		pieces = intersect(pieces, w.open(span))
	}
	return pieces
}

// NextWithin returns the earliest instant at or after t that lies inside every one of weeks, in UTC: t itself when it does. It is
// false when there is none within two years.
func NextWithin(t time.Time, weeks ...*Week) (time.Time, bool) {
	limit := t.AddDate(0, 0, horizonDays)
	for moved := t; ; t = moved {
		for _, w := range weeks {
			slot, ok := w.Next(moved, 0)
			if !ok {
				return time.Time{}, false
			}
			moved = later(moved, slot.Start)
		}
		if moved.Equal(t) {
			return t.UTC(), true
		}
		if moved.After(limit) {
			return time.Time{}, false
		}
	}
}

// open returns the times of all slots of w that meet span, sorted, with those that overlap or touch joined.
func (w *Week) open(span Span) []Span {
	var slots []Slot
	// A slot over midnight that begins the day before may reach into the span.
	last := DateOf(span.End.In(w.Zone))
	for d := DateOf(span.Start.In(w.Zone)).AddDays(-1); !last.Before(d); d = d.AddDays(1) {
		w.each(d, nil, func(s Slot) { slots = append(slots, s) })
	}
	slices.SortFunc(slots, inOrder)
	var joined []Span
	for _, s := range slots {
		if n := len(joined); n > 0 && !s.Start.After(joined[n-1].End) {
			joined[n-1].End = later(joined[n-1].End, s.End)
			continue
		}
		joined = append(joined, s.Span())
	}
	return joined
}

// intersect returns what two sorted lists of disjoint spans have in common.
func intersect(a, b []Span) []Span {
	var common []Span
	for len(a) > 0 && len(b) > 0 {
		start, end := later(a[0].Start, b[0].Start), earlier(a[0].End, b[0].End)
		if start.Before(end) {
			common = append(common, Span{start, end})
		}
		if a[0].End.After(b[0].End) {
			b = b[1:]
		} else {
			a = a[1:]
		}
	}
	return common
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
