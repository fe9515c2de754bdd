package expression

// elementIndex is a text list column by its distinct elements: the planes of d hold, for each element, the leads that
// have it. It is nil where that does not pay.
func (b *Batch) elementIndex(list node) *dictionary {
	c, isField := list.(*column)
	if !isField || b.flat || b.n < fewest {
		return nil
	}
	d := b.indexOf(c.col)
	if v := &b.fields[c.col]; b.ask(&d.reading, v) == 1 {
		d.readLists(v, b.n)
	}
	if d.endless {
		return nil
	}
	return d
}

// readLists looks through a column of n lists. One with many distinct elements is endless.
func (d *dictionary) readLists(v *Vector, n int) {
	clear(d.index)
	clear(d.near[:])
	d.values, d.endless = append(d.values[:0], ""), false
	width := words(n)
	d.planes = room(d.planes, width*mostElements)
	clear(d.planes)
	rows(v.known, func(i int) {
		if d.endless {
			return
		}
		for _, text := range v.lists[i&v.mask] {
			code := d.elementCode(text)
			if code >= mostElements {
				d.endless = true
				return
			}
			setBit(d.planes[code*width:], i)
		}
	})
}

// elementCode is the position of an element among the values; unlike a field, an element may be the text without
// content, which has its place at the beginning.
func (d *dictionary) elementCode(text string) int {
	if text == "" {
		return 0
	}
	return int(d.code(text))
}

// holders sets the bits of the leads whose list holds a text.
func (d *dictionary) holders(out []uint64, text string) {
	code, known := d.index[text]
	if !known && text != "" {
		clear(out)
		return
	}
	copy(out, d.planes[int(code)*len(out):])
}

// tally asks a body that looks at nothing but the element once for each distinct one.
func (d *dictionary) tally(b *Batch, body node, t tally) {
	s := b.spelledBatch()
	s.spells = nil
	s.Reset(len(d.values))
	item := s.take(Text)
	copy(item.texts, d.values)
	if s.n > 0 {
		fill(item.known, s.n)
	}
	item.owned = false
	s.elements = append(s.elements, item)
	v := s.eval(body)
	for code := range d.values {
		plane := d.planes[code*len(t.some) : (code+1)*len(t.some)]
		truth, known := bit(v.bools, code), bit(v.known, code)
		for w, leads := range plane {
			switch {
			case truth:
				t.some[w] |= leads
			case known:
				t.every[w] &^= leads
			default:
				t.unknown[w] |= leads
			}
		}
	}
	s.elements = s.elements[:0]
	s.release(v)
	item.owned = true
	s.release(item)
}

// ofElement tells whether a body looks at nothing but the element.
func ofElement(body node) bool {
	alone := true
	walk(body, func(part node) {
		if _, reads := part.(*column); reads {
			alone = false
		}
	})
	return alone
}
