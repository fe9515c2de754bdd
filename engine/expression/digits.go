package expression

import (
	"math/bits"
	"slices"
)

// digits is a column of numbers by their binary digits: for each digit the leads that have it. A comparison with a
// constant then takes a few operations for each digit and 64 leads, as in BitWeaving/V (Li and Patel, SIGMOD 2013).
type digits struct {
	reading
	// differ are the digits that are not the same for all leads, first is a key with the others.
	differ, first uint64
	// planes hold, for each digit of differ from the lowest on, the leads that have it, one behind the other.
	planes []uint64
	under  []uint64
}

// often is how many questions about a column it takes until a layout pays.
const often = 12

// digitsOf is a column of numbers by its digits, or nil where that does not pay.
func (b *Batch) digitsOf(of node, v *Vector) *digits {
	c, isField := of.(*column)
	if !isField || b.n < fewest {
		return nil
	}
	d := layoutOf(&b.numbers, len(b.fields), c.col)
	asked := b.ask(&d.reading, v)
	if asked == b.patience+1 {
		d.read(v.known, v.keys)
	}
	if asked <= b.patience {
		return nil
	}
	return d
}

// read lays out a number for each known lead. keys puts those of one word of leads into its argument; what it puts for
// empty leads means nothing.
func (d *digits) read(known []uint64, keys func(word int, into *[64]uint64)) {
	var of [64]uint64
	d.differ, d.first = 0, 0
	if at := slices.IndexFunc(known, func(leads uint64) bool { return leads != 0 }); at >= 0 {
		keys(at, &of)
		d.first = of[bits.TrailingZeros64(known[at])]
	}
	for w, leads := range known {
		keys(w, &of)
		for i, key := range of {
			d.differ |= (key ^ d.first) & -(leads >> uint(i) & 1)
		}
	}
	width := len(known)
	d.planes, d.under = room(d.planes, width*bits.OnesCount64(d.differ)), room(d.under, width)
	for w := range known {
		keys(w, &of)
		transpose(&of)
		at := w
		for rest := d.differ; rest != 0; rest &= rest - 1 {
			d.planes[at] = of[bits.TrailingZeros64(rest)]
			at += width
		}
	}
}

// keys are the numbers of one word of leads as keys.
func (v *Vector) keys(word int, into *[64]uint64) {
	if v.typ == Number {
		for i, x := range block[float64](v.reals[word<<6:]) {
			into[i] = key(rank(x))
		}
		return
	}
	for i, x := range block[int64](v.ints[word<<6:]) {
		into[i] = key(x)
	}
}

// key numbers the whole numbers from 0 on.
func key(x int64) uint64 { return uint64(x) ^ 1<<63 }

// transpose makes bit k of number i bit i of number k (Warren, Hacker's Delight, 7-3).
func transpose(m *[64]uint64) {
	mask := uint64(1<<32 - 1)
	for step := uint(32); step != 0; step >>= 1 {
		for i := uint(0); i < 64; i = (i + step + 1) &^ step {
			low, high := &m[i&63], &m[(i+step)&63]
			swap := (*low>>(step&63) ^ *high) & mask
			*low ^= swap << (step & 63)
			*high ^= swap
		}
		mask ^= mask << (step >> 1)
	}
}

// within gives the leads whose value lies in an interval, which holds something. What it says of empty leads means
// nothing.
func (d *digits) within(out []uint64, in interval) {
	low, high := key(in.low), key(in.high)
	everyone(out)
	if low == high {
		d.equal(out, low, ^uint64(0))
		return
	}
	if high+1 != 0 {
		d.below(out, high+1)
	}
	d.below(d.under, low)
	for w, leads := range d.under {
		out[w] &^= leads
	}
}

// equal keeps the leads of out whose key agrees with another one in the digits of a mask.
func (d *digits) equal(out []uint64, key, mask uint64) {
	if (d.first^key)&mask&^d.differ != 0 {
		clear(out)
		return
	}
	at := 0
	for rest := d.differ; rest != 0; rest &= rest - 1 {
		leads, digit := d.planes[at:at+len(out)], rest&-rest
		at += len(out)
		switch {
		case mask&digit == 0:
		case key&digit != 0:
			both(out, out, leads)
		default:
			for w := range leads {
				out[w] &^= leads[w]
			}
		}
	}
}

// below gives the leads whose key is lower than a limit. From the lowest digit on, one that limit has makes all leads
// without it lower, and one that it has not makes none with it lower: the highest digit has the last word.
func (d *digits) below(out []uint64, limit uint64) {
	// Nothing depends on the digits up to the highest one that is the same for all leads, but not that of the limit.
	settled := bits.Len64((d.first ^ limit) &^ d.differ)
	said := uint64(0)
	if settled > 0 {
		said = -(limit >> (settled - 1) & 1)
	}
	for w := range out {
		out[w] = said
	}
	// Nor on those that repeat what was said.
	rest := d.differ >> settled << settled
	rest = rest >> bits.TrailingZeros64(rest&(limit^said)) << bits.TrailingZeros64(rest&(limit^said))
	at := bits.OnesCount64(d.differ&^rest) * len(out)
	for ; rest != 0; rest &= rest - 1 {
		leads := d.planes[at : at+len(out)]
		if at += len(out); limit&rest&-rest != 0 {
			for w := range leads {
				out[w] |= ^leads[w]
			}
		} else {
			for w := range leads {
				out[w] &^= leads[w]
			}
		}
	}
}
