package engine

import (
	"time"

	"callsheet/engine/calendar"
)

// What a limit of rules/wrapups.yaml makes of a lead.
const (
	LimitUnreachable = "unreachable"
	LimitWait        = "wait"
	LimitFrozen      = "frozen"
)

// Limited says what the limits of rules/wrapups.yaml make of a lead at a
// clock: then is empty when none is reached. Limits that end the attempts come
// first, in the order of the file; of those that only pause them (wait) the
// longest holds, and until is the first day after it.
//
// attempts are those of the lead ever. Attempts within a time are those of the
// phone, over all leads and campaigns, in that many days in a row of which the
// local day of now is the last. The age of a lead counts from createdAt, when
// it was first received, whatever was estimated since.
func (b *RuleBook) Limited(attempts int, p *Past, createdAt, now time.Time) (then string, until calendar.Date) {
	day := calendar.DateOf(now.In(b.Zone))
	for _, l := range b.Wrapups.Limits {
		free, reached := l.reached(attempts, p, b.Zone, createdAt, now, day)
		switch {
		case !reached:
		case l.Then != LimitWait:
			return l.Then, calendar.Date{}
		case then == "" || until.Before(free):
			then, until = LimitWait, free
		}
	}
	return then, until
}

func (l *Limit) reached(attempts int, p *Past, zone *time.Location, createdAt, now time.Time, day calendar.Date) (free calendar.Date, reached bool) {
	switch {
	case l.Attempts == 0:
		return calendar.Date{}, !now.Before(after(createdAt, l.Age, zone))
	case l.In.Days == 0:
		return calendar.Date{}, attempts >= l.Attempts
	case p == nil:
		return calendar.Date{}, false
	}
	return used(p.Attempts, l.Attempts, l.In.Days, day, zone)
}

// LimitsReached says of each limit of rules/wrapups.yaml whether it is reached,
// as [RuleBook.Limited] finds it.
func (b *RuleBook) LimitsReached(attempts int, p *Past, createdAt, now time.Time) []bool {
	reached := make([]bool, len(b.Wrapups.Limits))
	for i := range b.Wrapups.Limits {
		_, reached[i] = b.Wrapups.Limits[i].reached(attempts, p, b.Zone, createdAt, now, calendar.DateOf(now.In(b.Zone)))
	}
	return reached
}
