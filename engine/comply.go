package engine

import (
	"math/bits"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// comply lets the packs in force stop leads, and narrow the bounds of the
// calls that they allow.
func (h *hearing) comply() {
	h.pieces.begin(h)
	for _, pack := range h.book.Packs {
		for k := range pack.Rules {
			r := &pack.Rules[k]
			switch {
			case !r.stands(h.slot.Date, h.campaign):
			case r.block != nil:
				truth := r.block.Eval(h.batch)
				for w, yes := range truth.True {
					h.failing[w] = yes | ^truth.Known[w]
				}
				h.refuse(GateConditions, &Condition{Name: r.ID, Say: r.Say}, truth)
			case len(r.Windows) > 0:
				h.narrow(r)
			}
		}
	}
}

// rest lets the packs in force stop the leads whose past forbids the call on
// the day of the slot. They come first, because they hold at any hour.
func (h *hearing) rest(past []*Past) {
	for i, p := range past {
		if w, bit := i>>6, uint64(1)<<(uint(i)&63); p != nil && h.passing[w]&bit != 0 {
			if rest, rests := h.book.resting(p, h.slot.Date, h.campaign); rests {
				h.passing[w] &^= bit
				v := &h.verdicts[i]
				v.Gate, v.Reason, v.Detail = GateConditions, rest.Rule, rest.detail()
			}
		}
	}
}

// narrow keeps each call inside the first piece of the slot that the windows
// of this rule and of those before it leave open where the consumer lives.
// Calls are emitted with one earliest and one latest time, so that later
// pieces are left to later slots.
func (h *hearing) narrow(r *PackRule) {
	p := &h.pieces
	clear(p.lifted)
	for k := range r.Unless {
		for w, yes := range r.Unless[k].expr.Eval(h.batch).True {
			p.lifted[w] |= yes
		}
	}
	clear(h.failing)
	home := p.of(r, h.book.zones.home)
	whole := len(home) == 1 && home[0].Start.Equal(h.slot.Start) && home[0].End.Equal(h.slot.End)
	for w, leads := range h.passing {
		leads &^= p.lifted[w]
		if whole && !p.many {
			leads &= p.abroad[w] | h.late[w]
		}
		for ; leads != 0; leads &= leads - 1 {
			i := w<<6 + bits.TrailingZeros64(leads)
			left := home
			if bit := uint64(1) << (uint(i) & 63); p.abroad[w]&bit != 0 {
				left = p.of(r, h.book.residence(h.batch, i))
			}
			if p.many {
				if p.open[i] != nil {
					left = common(p.open[i], left)
				}
				p.open[i] = left
			}
			h.bound(i, left)
		}
	}
	h.stop(GateConditions, func(_ int, v *Verdict) { v.Reason, v.Detail = r.ID, r.Say })
}

// bound keeps call i inside the first of the open pieces that is not over at
// its earliest time, or lets it fail.
func (h *hearing) bound(i int, open []calendar.Span) {
	v := &h.verdicts[i]
	if !v.bound(h.book.earliest(h.batch, i, h.slot), open) {
		h.failing[i>>6] |= 1 << (uint(i) & 63)
		return
	}
	h.notBefore[i] = v.NotBefore.UnixMilli()
	if !h.narrowed {
		h.narrowed = true
		for k := range h.notAfter {
			h.notAfter[k] = h.slot.End.UnixMilli()
		}
	}
	h.notAfter[i] = v.NotAfter.UnixMilli()
}

// earliest is when the call could begin if there were no law: at its slot's
// start, or later when it is due later.
func (b *RuleBook) earliest(batch *expression.Batch, i int, slot calendar.Slot) time.Time {
	if due, ok := batch.Column(b.columns.callDueAt).Millis(i); ok && due > slot.Start.UnixMilli() {
		return time.UnixMilli(due).UTC()
	}
	return slot.Start
}

// bound sets the bounds of the call to the first of the open pieces that is
// not over at its earliest time.
func (v *Verdict) bound(earliest time.Time, open []calendar.Span) bool {
	for _, p := range open {
		if earliest.Before(p.End) {
			v.NotBefore, v.NotAfter = later(earliest, p.Start), p.End
			return true
		}
	}
	return false
}

// common is the time that lies in a piece of both, each in order of time.
func common(a, b []calendar.Span) []calendar.Span {
	both := []calendar.Span{}
	for _, x := range a {
		for _, y := range b {
			piece := calendar.Span{Start: later(x.Start, y.Start), End: earlier(x.End, y.End)}
			if piece.Start.Before(piece.End) {
				both = append(both, piece)
			}
		}
	}
	return both
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Callable is the earliest instant from t on at which the packs in force let
// somebody be called who lives at the postal code, or where the phone's
// country code says. It is t itself when no pack has windows, or none opens
// within two years.
func (b *RuleBook) Callable(t time.Time, postalCode, phoneCountry string) time.Time {
	if at, ok := b.opens(t, postalCode, phoneCountry, func(*PackRule) bool { return false }); ok {
		return at
	}
	return t
}

// opens is the earliest instant from t on that lies inside the windows of all
// rules in force that nothing lifts; ok is false when there is none within two
// years.
func (b *RuleBook) opens(t time.Time, postalCode, phoneCountry string, lifted func(*PackRule) bool) (at time.Time, ok bool) {
	home, day := b.zones.of(postalCode, phoneCountry), calendar.DateOf(t.In(b.Zone))
	var weeks []*calendar.Week
	for _, r := range b.packRules() {
		if len(r.Windows) > 0 && r.stands(day, "") && !lifted(r) {
			weeks = append(weeks, r.weeks(home)...)
		}
	}
	return calendar.NextWithin(t, weeks...)
}

// Own lists the columns that the engine reads by itself, beside [RuleBook.Reads].
func (b *RuleBook) Own() []int {
	return []int{b.columns.leadID, b.columns.postalCode, b.columns.phoneCountry}
}
