package engine

import "callsheet/engine/expression"

// area finds groups and time zones by postal code: once for each distinct
// code where a batch knows those.
type area struct {
	book *RuleBook
	// near are the zones of groups by the two digits they begin with; other
	// are those that begin otherwise, which makes every code look at all.
	near  [100][]zoneOf
	other bool

	// groups are those of the distinct codes of a batch.
	groups  []*Group
	of      *expression.Batch
	version uint64
	hits    []bool
}

type zoneOf struct {
	zone  string
	group *Group
}

func newArea(b *RuleBook) area {
	a := area{book: b}
	for _, g := range b.Groups {
		for _, zone := range g.Zones {
			if at, ok := twoDigits(zone); ok {
				a.near[at] = append(a.near[at], zoneOf{zone, g})
			} else {
				a.other = true
			}
		}
	}
	return a
}

func twoDigits(code string) (int, bool) {
	if len(code) < 2 || code[0]-'0' > 9 || code[1]-'0' > 9 {
		return 0, false
	}
	return int(code[0]-'0')*10 + int(code[1]-'0'), true
}

// group is [RuleBook.GroupOf] without looking at all zones.
func (a *area) group(code string) *Group {
	if a.other {
		return a.book.GroupOf(code)
	}
	at, ok := twoDigits(code)
	if !ok {
		return nil
	}
	var best zoneOf
	for _, z := range a.near[at] {
		if len(z.zone) > len(best.zone) && len(code) >= len(z.zone) && code[:len(z.zone)] == z.zone {
			best = z
		}
	}
	return best.group
}

// place finds the group of every lead.
func (a *area) place(batch *expression.Batch, into []*Group) {
	col := a.book.columns.postalCode
	distinct, ok := batch.Distinct(col)
	if !ok {
		postal := batch.Column(col)
		for i := range into {
			code, _ := postal.Text(i)
			into[i] = a.group(code)
		}
		return
	}
	if a.of != batch || a.version != distinct.Version {
		a.of, a.version = batch, distinct.Version
		a.groups = sized(a.groups, len(distinct.Values))
		for i, code := range distinct.Values {
			a.groups[i] = a.group(code)
		}
	}
	for i, code := range distinct.Codes {
		into[i] = a.groups[code]
	}
}

// abroad are the leads whose consumer lives in another time zone than the
// book's.
func (a *area) abroad(batch *expression.Batch, into bitmap) {
	clear(into)
	z := &a.book.zones
	home := func(at *residence) bool { return at == nil || at == z.home }
	a.mark(batch, into, a.book.columns.postalCode, func(code string) bool { return !home(z.byPostalCode(code)) })
	a.mark(batch, into, a.book.columns.phoneCountry, func(code string) bool { return !home(z.byCountryCode[code]) })
}

// mark sets the bits of the leads whose text passes the test.
func (a *area) mark(batch *expression.Batch, into bitmap, col int, test func(string) bool) {
	distinct, ok := batch.Distinct(col)
	if !ok {
		v := batch.Column(col)
		for i := range batch.Len() {
			if text, filled := v.Text(i); filled && test(text) {
				into[i>>6] |= 1 << (uint(i) & 63)
			}
		}
		return
	}
	a.hits = sized(a.hits, len(distinct.Values))
	some := false
	for at, text := range distinct.Values {
		a.hits[at] = at > 0 && test(text)
		some = some || a.hits[at]
	}
	if !some {
		return
	}
	for i, code := range distinct.Codes {
		if a.hits[code] {
			into[i>>6] |= 1 << (uint(i) & 63)
		}
	}
}
