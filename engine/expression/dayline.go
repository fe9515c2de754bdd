package expression

import "math"

// A comparison of days_since(t) with a constant asks whether t lies before or after the beginnings of two local dates,
// so that no date has to be worked out lead by lead.

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

// beginning is the first instant of the local date that lies a number of days before today. It is false when the
// offset from UTC changes within 26 hours, by which any two offsets of a zone differ at most.
func (c *clock) beginning(today, days int64) (int64, bool) {
	if days < -borderDays || days > borderDays {
		return 0, false
	}
	midnight := (today - days) * dayMillis
	c.local(midnight)
	first, near := midnight-c.current.offset, 26*hourMillis
	c.local(first)
	if midnight-c.current.offset != first || !c.current.has(first-near) || !c.current.has(first+near) {
		return 0, false
	}
	return first, true
}

// sinceDays compares days_since(t) with a constant; it is nil where the dates have to be worked out.
func (n *comparison) sinceDays(b *Batch) *Vector {
	days, isSince := n.arg(0).(*since)
	limit, written := n.arg(1).(*constant)
	if !isSince || !written || limit.empty || days.typ != Integer || limit.typ != Integer {
		return nil
	}
	then, now := b.eval(days.arg(0)), b.eval(days.arg(1))
	defer b.release(then)
	defer b.release(now)
	if then.mask == 0 || now.mask != 0 || b.n == 0 {
		return nil
	}
	instants, ok := b.local.dayBorders(b.local.day(now.ints[0]), wholeInterval(n.op, limit.whole))
	if !ok {
		return nil
	}
	out := b.take(Boolean)
	both(out.known, then.known, now.known)
	wholesWithin(out.bools, then.ints, b.n, instants)
	both(out.bools, out.bools, out.known)
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
