package dispatch

import (
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// turn is when a lead may be called again.
type turn struct {
	from  time.Time
	past  *engine.Past
	until calendar.Date // first day that the limits allow; zero: any
}

// slot is the beginning of the first slot of those names, of any when there are
// none, that is not over and whose day the past and the limits allow, and the
// rule that moved it there, if one did. Without such a slot it is false, with
// the rule that forbids every one, if it is that.
func (t turn) slot(book *engine.RuleBook, week *calendar.Week, now time.Time, names ...string) (due time.Time, why engine.Rest, ok bool) {
	slot, found := week.Starting(t.from, now, names...)
	for found {
		free, rest, allowed := book.FreeFrom(t.past, slot.Date)
		switch {
		case !allowed:
			return due, rest, false
		case slot.Date.Before(free):
			why = rest
		case slot.Date.Before(t.until):
			free, why = t.until, engine.Rest{Rule: "limit", Until: t.until}
		default:
			return slot.Start, why, true
		}
		day, _, err := free.At(0, book.Zone, calendar.Policy{})
		if err != nil {
			break
		}
		slot, found = week.Starting(day, now, names...)
	}
	return due, engine.Rest{}, false
}

// because is a rule as a call gives it for its time; empty without a rule.
func because(r engine.Rest) string {
	if r.Rule == "" {
		return ""
	}
	return r.String()
}
