package calendar

import (
	"fmt"
	"time"
)

// Wall is what a calendar and the clock on the wall beside it show: a local time that belongs to no zone yet.
type Wall struct {
	Date                 Date
	Hour, Minute, Second int
}

// WallOf returns what calendar and clock show at t in t's own location; fractions of a second are dropped.
func WallOf(t time.Time) Wall {
	hour, minute, second := t.Clock()
	return Wall{DateOf(t), hour, minute, second}
}

// String returns the local time as 2026-12-31 09:30:00.
func (w Wall) String() string {
	return fmt.Sprintf("%s %02d:%02d:%02d", w.Date, w.Hour, w.Minute, w.Second)
}

// Anomaly says what was odd about a local time; it is empty for nearly all of them.
type Anomaly string

// The two oddities of a clock change.
const (
	MissingHour  Anomaly = "missing_hour"  // the clocks jump over this local time (in spring)
	RepeatedHour Anomaly = "repeated_hour" // the clocks show this local time twice (in autumn)
)

// Gap says what becomes of a local time that the clocks jump over.
type Gap int

// The policies for a missing hour.
const (
	GapLater  Gap = iota // move it by the length of the jump: 02:30 becomes 03:30
	GapReject            // refuse it
)

// Overlap says what becomes of a local time that the clocks show twice.
type Overlap int

// The policies for a repeated hour.
const (
	OverlapFirst  Overlap = iota // take the first one
	OverlapSecond                // take the second one
	OverlapReject                // refuse it
)

// Policy decides local times around a clock change. Its zero value moves missing times later and takes the first of repeated ones.
type Policy struct {
	Gap     Gap
	Overlap Overlap
}

// In returns the UTC instant at which clocks in zone show w. The anomaly is set when the clocks show w never or twice, also
// beside the error that a rejecting policy then gives.
//
// The answer rests on the transitions of the zone, not on [time.Date], which does not promise what it does around them.
func (w Wall) In(zone *time.Location, policy Policy) (time.Time, Anomaly, error) {
	m := meet(w, zone)
	instant := m.first
	switch m.anomaly {
	case MissingHour:
		if policy.Gap == GapReject {
			return time.Time{}, MissingHour, fmt.Errorf("%s does not exist in %s: the clocks jump over it", w, zone)
		}
		instant = m.later
	case RepeatedHour:
		switch policy.Overlap {
		case OverlapReject:
			return time.Time{}, RepeatedHour, fmt.Errorf("%s exists twice in %s: the clocks are set back", w, zone)
		case OverlapSecond:
			instant = m.second
		}
	}
	return time.Unix(instant, 0).UTC(), m.anomaly, nil
}

// edge returns the instant at which clocks in zone reach w, for the borders of slots: a missing time is reached when the clocks
// jump, a repeated one when it is shown first.
func (w Wall) edge(zone *time.Location) time.Time {
	m := meet(w, zone)
	instant := m.first
	if m.anomaly == MissingHour {
		instant = m.jump
	}
	return time.Unix(instant, 0).UTC()
}

// meeting holds where a local time meets a zone, in Unix seconds.
type meeting struct {
	anomaly       Anomaly
	first, second int64 // the instants that show the local time; second only when it is repeated
	jump, later   int64 // only when it is missing: the instant of the jump, and the local time by the offset before it
}

// reach is more than any zone was ever away from UTC, so that only the periods within it can show a local time.
const reach = 16 * 60 * 60

// meet walks the periods of constant offset around w in order of time and asks each whether it shows w.
func meet(w Wall, zone *time.Location) meeting {
	d := w.Date
	wall := time.Date(d.Year, d.Month, d.Day, w.Hour, w.Minute, w.Second, 0, time.UTC).Unix()
	m := meeting{anomaly: MissingHour}
	for start, limit := wall-reach, wall+reach; start < limit; {
		period := time.Unix(start, 0).In(zone)
		_, offset := period.Zone()
		end := min(limit, periodEnd(period, limit))
		instant := wall - int64(offset)
		switch {
		case instant >= end:
			m.jump, m.later = end, instant
		case instant >= start && m.anomaly == MissingHour:
			m.anomaly, m.first = "", instant
		case instant >= start:
			m.anomaly, m.second = RepeatedHour, instant
		}
		start = end
	}
	return m
}

// periodEnd returns when the period of constant offset around t ends, or limit when that is never.
func periodEnd(t time.Time, limit int64) int64 {
	_, bound := t.ZoneBounds()
	if bound.IsZero() {
		return limit
	}
	// Where a zone goes on by rule (after 2037), time.ZoneBounds takes every year for 365 days: on 31 December of a leap year
	// it gives an end that has passed. The offset is right, and no rule changes clocks that day: an hour at a time will do.
	if !bound.After(t) {
		return t.Unix() + 60*60
	}
	return bound.Unix()
}
