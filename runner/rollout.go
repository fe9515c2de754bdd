package main

import (
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// soon is how many days ahead status tells of campaigns that begin or end.
const soon = 7

// rolloutJSON is a campaign that is not live, or begins or ends soon.
type rolloutJSON struct {
	Campaign string `json:"campaign"`
	Mode     string `json:"mode"`
	Begins   string `json:"begins,omitempty"` // first day
	Ends     string `json:"ends,omitempty"`   // last day
}

// String tells people, without the name.
func (r rolloutJSON) String() string {
	var parts []string
	if r.Mode != string(engine.Live) {
		parts = append(parts, r.Mode)
	}
	if r.Begins != "" {
		parts = append(parts, "begins on "+r.Begins)
	}
	if r.Ends != "" {
		parts = append(parts, "ends on "+r.Ends)
	}
	return strings.Join(parts, ", ")
}

// rollouts are the campaigns that are not live, or begin or end within days.
func rollouts(book *engine.RuleBook, now time.Time) []rolloutJSON {
	list := []rolloutJSON{}
	today := calendar.DateOf(now.In(book.Zone))
	near := func(d calendar.Date) bool { return !d.Before(today) && today.DaysUntil(d) <= soon }
	for _, c := range book.Campaigns {
		r := rolloutJSON{Campaign: c.Name, Mode: c.Rollout()}
		if near(c.From) {
			r.Begins = c.From.String()
		}
		if near(c.Until) {
			r.Ends = c.Until.String()
		}
		if c.Mode != engine.Live || r.Begins != "" || r.Ends != "" {
			list = append(list, r)
		}
	}
	return list
}

// announce tells of the campaigns whose first day has come, or whose last one
// is over, since the schedule looked last.
func (sc *schedule) announce() {
	last, today := sc.day, calendar.DateOf(sc.now.In(sc.book.Zone))
	sc.day = today
	if last.IsZero() {
		return
	}
	for _, c := range sc.book.Campaigns {
		switch {
		case c.Mode == engine.Draft:
		case last.Before(c.From) && !today.Before(c.From):
			sc.log.Info("a campaign begins", "campaign", c.Name, "mode", c.Rollout(), "first_day", c.From.String())
		case !c.Until.IsZero() && !c.Until.Before(last) && c.Until.Before(today):
			sc.log.Info("a campaign has ended", "campaign", c.Name, "mode", c.Rollout(), "last_day", c.Until.String())
		}
	}
}
