package engine

import (
	"slices"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Reasons why a callback date is refused, beside the names of the conditions
// of rules/callbacks.yaml.
const (
	NoDate        = "no_date"
	InvalidDate   = "invalid_date"
	SameDay       = "same_day"
	InPast        = "in_past"
	TooFar        = "too_far"
	OutsideWindow = "outside_window"
)

// Callback is what becomes of a date at which somebody asked to be called.
type Callback struct {
	// At is the instant of the call to plan, in UTC; zero when Reason refuses
	// it.
	At time.Time
	// Reason is why the date cannot be used: one of the constants above, or the
	// name of a condition; empty when it can.
	Reason string
	// Anomaly is repeated_hour or missing_hour where the clocks show the time
	// twice or never.
	Anomaly string
	// Moved are the reasons why At is not what was asked for: same_day,
	// outside_window, both in this order and separated by a space, or empty.
	Moved string
	// Asked is the instant that was asked for, zero without a date.
	Asked time.Time
}

// Because is all that was odd about a date that is used, in the words of rule
// tests: the anomaly, then why it was moved.
func (c Callback) Because() []string {
	return strings.Fields(c.Anomaly + " " + c.Moved)
}

// Callback decides about a callback date as an agent typed it for a finished
// call, by rules/callbacks.yaml. Spaces around the text do not matter. Past and
// horizon are measured from callStart, the start of the call, and the same-day
// policy comes before both. exact says that this very time was agreed and can
// be proved, which lifts what it lifts in the packs; postal code and country
// code of the phone tell where the windows hold. The facts of the call and its
// lead are in the given row of the batch, into which call.agreed_exact_time is
// written.
func (b *RuleBook) Callback(text string, callStart time.Time, exact bool, postalCode, phoneCountry string, batch *expression.Batch, row int) Callback {
	rules := &b.Callbacks
	c := Callback{}
	if text = strings.TrimSpace(text); text == "" {
		return c.refused(NoDate)
	}
	at, anomaly, err := rules.layout.Parse(text, b.Zone, rules.policy)
	c.Anomaly = string(anomaly)
	if err != nil {
		return c.refused(InvalidDate)
	}
	c.Asked, c.At = at, at
	if calendar.DateOf(at.In(b.Zone)) == calendar.DateOf(callStart.In(b.Zone)) {
		if rules.SameDay == "reject" {
			return c.refused(SameDay)
		}
		c.At, c.Moved = rules.nextDay(at, b.Zone), SameDay
	}
	switch {
	case c.At.Before(callStart):
		return c.refused(InPast)
	case c.At.After(after(callStart, rules.Horizon, b.Zone)):
		return c.refused(TooFar)
	}
	batch.SetBool(rules.exact, row, exact)
	for _, condition := range rules.Exclude {
		if stops, known := condition.expr.Eval(batch).At(row); stops || !known {
			return c.refused(condition.Name)
		}
	}
	return b.within(c, postalCode, phoneCountry, batch, row)
}

// within brings a callback into the windows of the packs, as the policy says.
func (b *RuleBook) within(c Callback, postalCode, phoneCountry string, batch *expression.Batch, row int) Callback {
	policy := b.Callbacks.OutsideWindow
	if policy == "keep" {
		return c
	}
	at, ok := b.opens(c.At, postalCode, phoneCountry, func(r *PackRule) bool { return r.lifted(batch, row) })
	switch {
	case ok && at.Equal(c.At):
	case !ok || policy == "reject":
		return c.refused(OutsideWindow)
	default:
		c.At, c.Moved = at, strings.TrimSpace(c.Moved+" "+OutsideWindow)
	}
	return c
}

func (c Callback) refused(reason string) Callback {
	c.Reason, c.At, c.Moved = reason, time.Time{}, ""
	return c
}

// nextDay moves a callback off the day of the call: to the next one, at the
// same clock time or at its start.
func (rules *CallbackRules) nextDay(at time.Time, zone *time.Location) time.Time {
	wall := calendar.WallOf(at.In(zone))
	wall.Date = wall.Date.AddDays(1)
	if rules.SameDay == "start_of_next_day" {
		wall = calendar.Wall{Date: wall.Date}
	}
	// Nobody typed the new time: a policy that refuses odd ones is not for it.
	moved, _, err := wall.In(zone, calendar.Policy{})
	if err != nil { // cannot be: this policy refuses nothing
		return at
	}
	return moved
}

// lifted says whether a condition under unless lifts the rule for a row.
func (r *PackRule) lifted(batch *expression.Batch, row int) bool {
	return slices.ContainsFunc(r.Unless, func(c Condition) bool {
		lifts, _ := c.expr.Eval(batch).At(row)
		return lifts
	})
}
