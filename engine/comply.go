package engine

import (
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// hearing is the leads of one batch before the pack rules.
type hearing struct {
	slot     calendar.Slot
	batch    *expression.Batch
	verdicts []Verdict
	// open is what the rules so far leave of the slot, by lead; nil where no
	// rule has said anything yet.
	open [][]calendar.Span
}

// apply stops the leads that a pack rule forbids to call in the slot, and
// narrows the bounds of the calls that it allows.
func (b *RuleBook) apply(r *PackRule, h *hearing) {
	if !r.Holds(h.slot.Date) {
		return
	}
	switch {
	case r.block != nil:
		truth := r.block.Eval(h.batch)
		for i := range h.verdicts {
			if yes, known := truth.At(i); yes || !known {
				stop(&h.verdicts[i], r.ID, r.Say, !known)
			}
		}
	case len(r.Windows) > 0:
		b.narrow(r, h)
	}
}

// narrow keeps each call inside the first piece of the slot that the windows
// of this rule and of those before it leave open where the consumer lives.
// Calls are emitted with one earliest and one latest time, so that later
// pieces are left to later slots.
func (b *RuleBook) narrow(r *PackRule, h *hearing) {
	lifted := make([]bool, len(h.verdicts))
	for _, c := range r.Unless {
		truth := c.expr.Eval(h.batch)
		for i := range lifted {
			yes, _ := truth.At(i)
			lifted[i] = lifted[i] || yes
		}
	}
	byZone := map[*time.Location][]calendar.Span{}
	for i := range h.verdicts {
		v := &h.verdicts[i]
		if v.Reason != "" || lifted[i] {
			continue
		}
		zone := b.consumerZone(h.batch, i)
		pieces, ok := byZone[zone]
		if !ok {
			pieces = calendar.Pieces(h.slot.Span(), &calendar.Week{Windows: r.Windows, Zone: zone, Holidays: r.holidays})
			byZone[zone] = pieces
		}
		if h.open[i] != nil {
			pieces = common(h.open[i], pieces)
		}
		h.open[i] = pieces
		if !v.bound(b.earliest(h.batch, i, h.slot), pieces) {
			stop(v, r.ID, r.Say, false)
		}
	}
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

// consumerZone is the time zone of the person: by the postal code of the
// property, then by the country code of the phone, else the book's.
func (b *RuleBook) consumerZone(batch *expression.Batch, i int) *time.Location {
	postal, _ := batch.Column(b.columns.postalCode).Text(i)
	country, _ := batch.Column(b.columns.phoneCountry).Text(i)
	return b.zones.of(postal, country, b.Zone)
}

// zones are the time zones of French territories overseas.
type zones struct {
	byPostal      map[string]*time.Location // first three digits
	byCountryCode map[string]*time.Location // of the phone
}

// overseasZones are the IANA zones of the territories that La Poste numbers
// 971 to 988, and of their telephone country codes (ITU-T E.164). 262 serves
// both La Réunion and Mayotte; without a postal code it is taken for La
// Réunion, where most of its numbers are. The scattered districts (984) and
// Clipperton (989) have no inhabitants to call.
func overseasZones() (zones, error) {
	names := []struct{ postal, country, zone string }{
		{"971", "590", "America/Guadeloupe"},
		{"972", "596", "America/Martinique"},
		{"973", "594", "America/Cayenne"},
		{"974", "262", "Indian/Reunion"},
		{"975", "508", "America/Miquelon"},
		{"976", "", "Indian/Mayotte"},
		{"977", "", "America/St_Barthelemy"},
		{"978", "", "America/Marigot"},
		{"986", "681", "Pacific/Wallis"},
		{"987", "689", "Pacific/Tahiti"},
		{"988", "687", "Pacific/Noumea"},
	}
	z := zones{byPostal: map[string]*time.Location{}, byCountryCode: map[string]*time.Location{}}
	for _, n := range names {
		zone, err := calendar.LoadZone(n.zone)
		if err != nil {
			return zones{}, err
		}
		z.byPostal[n.postal] = zone
		if n.country != "" {
			z.byCountryCode[n.country] = zone
		}
	}
	return z, nil
}

// byPostalCode is the overseas zone of a postal code, or nil.
func (z zones) byPostalCode(code string) *time.Location {
	if len(code) < 3 {
		return nil
	}
	return z.byPostal[code[:3]]
}

// Callable is the earliest instant from t on at which the packs in force let
// somebody be called who lives at the postal code, or where the phone's
// country code says. It is t itself when no pack has windows, or none opens
// within two years.
func (b *RuleBook) Callable(t time.Time, postalCode, phoneCountry string) time.Time {
	zone := b.zones.of(postalCode, phoneCountry, b.Zone)
	var weeks []*calendar.Week
	day := calendar.DateOf(t.In(b.Zone))
	for _, p := range b.Packs {
		for i := range p.Rules {
			if r := &p.Rules[i]; len(r.Windows) > 0 && r.Holds(day) {
				weeks = append(weeks, &calendar.Week{Windows: r.Windows, Zone: zone, Holidays: r.holidays})
			}
		}
	}
	if at, ok := calendar.NextWithin(t, weeks...); ok {
		return at
	}
	return t
}

// of is the zone of a person: by postal code, else by phone, else the rest's.
func (z zones) of(postalCode, phoneCountry string, rest *time.Location) *time.Location {
	if zone := z.byPostalCode(postalCode); zone != nil {
		return zone
	}
	if zone := z.byCountryCode[phoneCountry]; zone != nil {
		return zone
	}
	return rest
}

// Own lists the columns that the engine reads by itself, beside [RuleBook.Reads].
func (b *RuleBook) Own() []int {
	return []int{b.columns.leadID, b.columns.postalCode, b.columns.phoneCountry}
}
