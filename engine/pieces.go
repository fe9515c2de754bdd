package engine

import "callsheet/engine/calendar"

// pieces is what the rules so far leave of the slot.
type pieces struct {
	abroad bitmap
	// many says that several rules have windows: then what each leaves is
	// kept lead by lead in open, nil where no rule has said anything yet.
	many   bool
	open   [][]calendar.Span
	lifted bitmap
	// slot is the one that met is about: what the windows of a rule leave of
	// it where somebody lives.
	slot calendar.Span
	met  map[place][]calendar.Span
}

// place is a rule where somebody lives.
type place struct {
	rule *PackRule
	at   *residence
}

// of is what the windows of a rule leave of the slot where somebody lives.
func (p *pieces) of(r *PackRule, at *residence) []calendar.Span {
	left, met := p.met[place{r, at}]
	if !met {
		left = calendar.Pieces(p.slot, r.weeks(at)...)
		p.met[place{r, at}] = left
	}
	return left
}

func (p *pieces) begin(h *hearing) {
	rules := 0
	for _, pack := range h.book.Packs {
		for k := range pack.Rules {
			if r := &pack.Rules[k]; len(r.Windows) > 0 && r.block == nil && r.stands(h.slot.Date, h.campaign) {
				rules++
			}
		}
	}
	p.many = rules > 1
	if slot := h.slot.Span(); p.met == nil || slot != p.slot {
		p.slot, p.met = slot, map[place][]calendar.Span{}
	}
	p.abroad, p.lifted = sized(p.abroad, len(h.passing)), sized(p.lifted, len(h.passing))
	if rules > 0 {
		h.by.area.abroad(h.batch, p.abroad)
	}
	if p.many {
		p.open = sized(p.open, len(h.verdicts))
		clear(p.open)
	}
}
