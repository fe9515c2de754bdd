package expression

import "math"

// farDays is how many days from 1970 the instants of a column may lie; thresholds beyond are never met.
const farDays = int64(100_000_000)

// zoneMargin is more than a zone is ever away from UTC, or from itself at another time.
const zoneMargin = 26 * hourMillis

// elapsed undoes days_since(t) and hours_since(t), where t or now is known.
func (q *query) elapsed(n *since, t test) clause {
	rest, backwards := n.arg(0), true
	k, known := q.constant(n.arg(1))
	if !known {
		rest, backwards = n.arg(1), false
		k, known = q.constant(n.arg(0))
	}
	switch {
	case !known:
		return unpushed()
	case k.empty:
		return settledAs(false)
	}
	local := clock{loc: q.loc}
	moved := func(s wholes64, by int64) wholes64 {
		if backwards {
			s = s.mirror()
		}
		return s.shift(by)
	}
	switch t := t.(type) {
	case wholeTest:
		set, exact := local.moments(moved(t.set, local.day(k.whole)))
		return q.value(rest, wholeTest{set, exact && t.exact})
	case realTest:
		hours := func(x int64) float64 { return float64(x) / float64(hourMillis) }
		return q.value(rest, wholeTest{moved(t.preimage(hours), k.whole), true})
	}
	return unpushed()
}

// moments are the instants of the local dates of a set. A date that a clock change at midnight cuts in two is taken
// whole, with what lies between, and the set is not exact then.
func (c *clock) moments(days wholes64) (set wholes64, exact bool) {
	exact = true
	for _, part := range days {
		if part.to < -farDays || part.from > farDays {
			continue
		}
		span := everything()[0]
		if part.from > -farDays {
			starts, settles := c.midnight(part.from)
			span.from, exact = starts, exact && starts == settles
		}
		if part.to < farDays {
			starts, settles := c.midnight(part.to + 1)
			span.to, exact = settles-1, exact && starts == settles
		}
		set = append(set, span)
	}
	return set.merged(), exact
}

// midnight is when a date begins: the first instant that is not before it, and the one from which on none is before it
// any more. They differ when the clock is set back over midnight.
func (c *clock) midnight(day int64) (starts, settles int64) {
	local := day * dayMillis
	end := local + zoneMargin
	starts = end
	settles = local - zoneMargin
	for at := local - zoneMargin; at < end; {
		s := c.ask(at)
		until := min(s.to, end)
		begins := local - s.offset
		if begins < until {
			starts = min(starts, max(begins, at))
		}
		if begins > at {
			settles = min(begins, until)
		}
		at = until
	}
	return starts, settles
}

// movedByDays undoes t + days(n), to within the hours that a zone may move meanwhile.
func (q *query) movedByDays(n *shifted, t wholeTest) clause {
	k, known := q.constant(n.arg(1))
	switch {
	case !known:
		return unpushed()
	case k.empty:
		return settledAs(false)
	}
	by := int64(math.Round(n.sign * k.real * float64(dayMillis)))
	const bound = 4 * farDays * dayMillis
	var near wholes64
	for _, part := range t.set {
		if part.from != math.MinInt64 {
			part.from = max(part.from, -bound) - by - zoneMargin
		}
		if part.to != math.MaxInt64 {
			part.to = min(part.to, bound) - by + zoneMargin
		}
		if part.from <= part.to {
			near = append(near, part)
		}
	}
	return q.value(n.arg(0), wholeTest{near.merged(), false})
}
