package expression

import (
	"math"
	"math/bits"
	"time"
)

const (
	hourMillis = int64(time.Hour / time.Millisecond)
	dayMillis  = 24 * hourMillis
	// farthest is the largest number of days or hours that a length of time may have, about 10,000 years of days.
	farthest = 4e6
)

// clock turns instants into local dates. It remembers the seasons it met, so that the zone is asked once for each.
type clock struct {
	loc     *time.Location
	current season
	met     []season
}

// season is a stretch of time, from and to in Unix milliseconds, with one offset from UTC.
type season struct{ from, to, offset int64 }

// maxSeasons is how many seasons are remembered: eight years of summer and winter.
const maxSeasons = 16

func (s season) has(ms int64) bool { return ms >= s.from && ms < s.to }

func (c *clock) local(ms int64) int64 {
	if !c.current.has(ms) {
		c.current = c.find(ms)
	}
	return ms + c.current.offset
}

func (c *clock) find(ms int64) season {
	for _, s := range c.met {
		if s.has(ms) {
			return s
		}
	}
	s := c.ask(ms)
	if len(c.met) == maxSeasons {
		c.met = c.met[:0]
	}
	c.met = append(c.met, s)
	return s
}

func (c *clock) ask(ms int64) season {
	t := time.UnixMilli(ms).In(c.loc)
	start, end := t.ZoneBounds()
	_, seconds := t.Zone()
	s := season{math.MinInt64, math.MaxInt64, int64(seconds) * 1000}
	if !start.IsZero() {
		s.from = start.UnixMilli()
	}
	if !end.IsZero() {
		s.to = end.UnixMilli()
	}
	return s
}

// day numbers the local dates.
func (c *clock) day(ms int64) int64 { return floorDiv(c.local(ms), dayMillis) }

// hour is the local hour of the day, 0 to 23.
func (c *clock) hour(ms int64) int64 {
	local := c.local(ms)
	return (local - floorDiv(local, dayMillis)*dayMillis) / hourMillis
}

// shift moves an instant by whole local dates, keeping the time of day, and then by the rest of a day of 24 hours.
// The Go documentation of time.Date says what becomes of a time of day that a clock change skips or repeats.
func (c *clock) shift(ms int64, days float64) int64 {
	whole := math.Floor(days)
	rest := int64(math.Round((days - whole) * float64(dayMillis)))
	c.local(ms)
	moved := ms + int64(whole)*dayMillis
	if near := 26 * hourMillis; !c.current.has(moved-near) || !c.current.has(moved+near) {
		moved = time.UnixMilli(ms).In(c.loc).AddDate(0, 0, int(whole)).UnixMilli()
	}
	return moved + rest
}

// shiftAll shifts each known instant into out. Within one season days are 24 hours long.
func (c *clock) shiftAll(days float64, out, instants []int64, known []uint64) {
	whole := math.Floor(days)
	by := int64(whole) * dayMillis
	rest := int64(math.Round((days - whole) * float64(dayMillis)))
	for w, leads := range known {
		first := w << 6
		from, to := block[int64](instants[first:]), block[int64](out[first:])
		for ; leads != 0; leads &= leads - 1 {
			i := bits.TrailingZeros64(leads) & 63
			moved, near := from[i]+by, 26*hourMillis
			if s := &c.current; s.has(from[i]) && s.has(moved-near) && s.has(moved+near) {
				to[i] = moved + rest
			} else {
				to[i] = c.shift(from[i], days)
			}
		}
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// shifted is time + days(n) or time - days(n): the same time of day on another date.
type shifted struct {
	base
	sign float64
}

func (n *shifted) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, Time)
	if right.mask == 0 && left.mask != 0 {
		b.local.shiftAll(n.sign*right.reals[0], out.ints, left.ints, out.known)
	} else {
		rows(out.known, func(i int) {
			out.ints[i] = b.local.shift(left.ints[i&left.mask], n.sign*right.reals[i&right.mask])
		})
	}
	b.release(left)
	b.release(right)
	return out
}

// stretch is days(n) or hours(n) of a number, or the length in milliseconds of days(n). What is too long to be meant
// is empty.
type stretch struct {
	base
	unit float64
}

func (n *stretch) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, n.typ)
	rows(out.known, func(i int) {
		x := in.reals[i&in.mask]
		switch {
		case !(math.Abs(x) <= farthest*24):
			clearBit(out.known, i)
		case n.typ == calendarDays:
			out.reals[i] = x
		default:
			out.ints[i] = int64(math.Round(x * n.unit))
		}
	})
	b.release(in)
	return out
}

// scaled is a length of time multiplied by a number.
type scaled struct{ base }

func (n *scaled) eval(b *Batch) *Vector {
	left, right, out := n.evalPair(b, Duration)
	rows(out.known, func(i int) {
		x := float64(left.ints[i&left.mask]) * right.reals[i&right.mask]
		if !(math.Abs(x) <= farthest*float64(dayMillis)) {
			clearBit(out.known, i)
			return
		}
		out.ints[i] = int64(math.Round(x))
	})
	b.release(left)
	b.release(right)
	return out
}

// since is days_since(t), local dates between t and now, or hours_since(t). Its operands are t and now.
type since struct{ base }

func (n *since) eval(b *Batch) *Vector {
	then, now, out := n.evalPair(b, n.typ)
	at := now.ints[0]
	switch {
	case now.mask != 0:
		rows(out.known, func(i int) { n.one(b, out, i, span{then.ints[i&then.mask], now.ints[i]}) })
	case then.mask == 0:
		rows(out.known, func(i int) { n.one(b, out, i, span{then.ints[0], at}) })
	case n.typ == Integer:
		b.local.daysTo(b.local.day(at), out.ints, then.ints, out.known)
	default:
		for i, t := range then.ints[:b.n] {
			out.reals[i] = hoursOf(at - t)
		}
	}
	b.release(then)
	b.release(now)
	return out
}

// span is a stretch of time in Unix milliseconds.
type span struct{ then, now int64 }

// one computes lead i where leads have clocks of their own.
func (n *since) one(b *Batch, out *Vector, i int, s span) {
	if n.typ == Integer {
		out.ints[i] = b.local.day(s.now) - b.local.day(s.then)
	} else {
		out.reals[i] = hoursOf(s.now - s.then)
	}
}

// daysTo puts the local dates from each known instant to today into out.
func (c *clock) daysTo(today int64, out, instants []int64, known []uint64) {
	current := c.current
	for w, leads := range known {
		first := w << 6
		from, to := block[int64](instants[first:]), block[int64](out[first:])
		for ; leads != 0; leads &= leads - 1 {
			i := bits.TrailingZeros64(leads) & 63
			t := from[i]
			if !current.has(t) {
				current = c.find(t)
			}
			if local := t + current.offset; local >= 0 {
				to[i] = today - int64(uint64(local)/uint64(dayMillis))
			} else {
				to[i] = today - floorDiv(local, dayMillis)
			}
		}
	}
	c.current = current
}

// hourOfDay is local_hour(t).
type hourOfDay struct{ base }

func (n *hourOfDay) eval(b *Batch) *Vector {
	in, out := n.evalSingle(b, Integer)
	rows(out.known, func(i int) { out.ints[i] = b.local.hour(in.ints[i&in.mask]) })
	b.release(in)
	return out
}
