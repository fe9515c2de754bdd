package expression

import "math"

// A comparison of days_since(t) with a constant asks whether t lies before or after the beginnings of two local dates,
// one of hours_since(t) whether it lies before or after an instant: no age has to be worked out lead by lead.

// borderDays is up to how many days such a border is looked for.
const borderDays = 1_000_000

// dayBorders turns an interval of days before today into one of instants. It is false where a clock change near a
// border may let the local date run backwards, and for days too far away.
func (c *clock) dayBorders(today int64, days interval) (interval, bool) {
	instants := interval{math.MinInt64, math.MaxInt64}
	if days.low > days.high {
		return interval{1, 0}, true
	}
	if days.high != math.MaxInt64 {
		first, ok := c.beginning(today, days.high)
		if !ok {
			return interval{}, false
		}
		instants.low = first
	}
	if days.low != math.MinInt64 {
		next, ok := c.beginning(today, days.low-1)
		if !ok {
			return interval{}, false
		}
		instants.high = next - 1
	}
	return instants, true
}

// beginning is the first instant of the local date that lies a number of days before today. It is false when clocks are
// set back over the midnight at which it begins, so that the date before comes again.
func (c *clock) beginning(today, days int64) (int64, bool) {
	if days < -borderDays || days > borderDays {
		return 0, false
	}
	// No zone is farther from UTC than this.
	midnight, near := (today-days)*dayMillis, 26*hourMillis
	s := c.find(midnight - near)
	for s.to <= midnight-s.offset {
		s = c.find(s.to)
	}
	first := max(s.from, midnight-s.offset)
	for s.to < midnight+near {
		s = c.find(s.to)
		if s.from+s.offset < midnight {
			return 0, false
		}
	}
	return first, true
}

// hourBorders turns an interval of hours before now, by rank, into one of instants. It is false for hours too far away.
func hourBorders(now int64, hours interval) (interval, bool) {
	instants := interval{math.MinInt64, math.MaxInt64}
	if first, ok := oldest(hours.low); ok {
		instants.high = now - first
	} else if hours.low != rank(math.Inf(-1)) {
		return interval{}, false
	}
	if beyond, ok := oldest(hours.high + 1); ok {
		instants.low = now - beyond + 1
	} else if hours.high != rank(math.Inf(1)) {
		return interval{}, false
	}
	return instants, true
}

// oldest is the least age in milliseconds whose hours have at least a rank. It is false for ages too great.
func oldest(atLeast int64) (int64, bool) {
	hours := fromRank(atLeast)
	if !(math.Abs(hours) <= borderDays*24) {
		return 0, false
	}
	// The product is off by less than a millisecond.
	age := int64(math.Floor(hours*float64(hourMillis))) - 1
	for rank(hoursOf(age)) < atLeast {
		age++
	}
	return age, true
}

// hoursOf is an age in milliseconds in hours.
func hoursOf(age int64) float64 { return float64(age) / float64(hourMillis) }

// ofAge compares days_since(t) or hours_since(t) with a constant; it is nil where these have to be worked out.
func (n *comparison) ofAge(b *Batch) *Vector {
	age, isSince := n.arg(0).(*since)
	limit, written := n.arg(1).(*constant)
	if !isSince || !written || limit.empty || age.typ != limit.typ {
		return nil
	}
	then, now := b.eval(age.arg(0)), b.eval(age.arg(1))
	defer b.release(then)
	defer b.release(now)
	if then.mask == 0 || now.mask != 0 || b.n == 0 {
		return nil
	}
	var instants interval
	ok := false
	if age.typ == Integer {
		instants, ok = b.local.dayBorders(b.local.day(now.ints[0]), wholeInterval(n.op, limit.whole))
	} else {
		instants, ok = hourBorders(now.ints[0], realInterval(n.op, limit.real))
	}
	if !ok {
		return nil
	}
	out := b.take(Boolean)
	both(out.known, then.known, now.known)
	b.within(out, age.arg(0), then, instants)
	if n.op == "!=" {
		invert(out)
	}
	return out
}

// invert makes true false and false true.
func invert(v *Vector) {
	for i := range v.bools {
		v.bools[i] = v.known[i] &^ v.bools[i]
	}
}
