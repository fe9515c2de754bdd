package expression

// SetTimeOfAll sets a time, or a duration in milliseconds, for all leads at once.
func (b *Batch) SetTimeOfAll(col int, unixMilli int64) {
	v := &b.fields[col]
	if v.mask == 0 && v.touched && v.ints[0] == unixMilli {
		return
	}
	v = b.shared(col)
	v.ints[0] = unixMilli
}

// SetTextOfAll sets a text, choice or phone for all leads at once. An empty text leaves the field empty.
func (b *Batch) SetTextOfAll(col int, value string) {
	v := &b.fields[col]
	if v.mask == 0 && v.touched && v.texts[0] == value {
		return
	}
	v = b.shared(col)
	v.texts[0] = value
	if value == "" {
		clear(v.known)
	}
}

// SetTexts sets a text, choice or phone for every lead, from a value for each. An empty text leaves the field empty.
func (b *Batch) SetTexts(col int, values []string) {
	v := b.own(col)
	copy(v.texts, values)
	for w := range v.known {
		var word uint64
		for i, text := range values[w<<6 : min(w<<6+64, b.n)] {
			word |= flag(text != "") << uint(i)
		}
		v.known[w] = word
	}
}

// SetInts sets an integer, a time (Unix milliseconds) or a duration (milliseconds) for every lead, from a value for
// each.
func (b *Batch) SetInts(col int, values []int64) {
	v := b.own(col)
	copy(v.ints, values[:b.n])
	if b.n > 0 {
		fill(v.known, b.n)
	}
}

// own gives the column for writing a value for every lead.
func (b *Batch) own(col int) *Vector {
	b.fields[col].mask = -1
	return b.touch(col)
}

// shared makes a field one with a single value for all leads.
func (b *Batch) shared(col int) *Vector {
	v := &b.fields[col]
	if v.borrowed {
		b.giveBack(col)
	}
	v.storage(b.n)
	v.mask, v.loose = 0, true
	v.touched, v.changed, b.changed = true, b.tick, b.tick
	if b.n > 0 {
		fill(v.known, b.n)
	}
	return v
}

// spread gives every lead a value of its own, the one that all shared.
func spread(v *Vector, n int) {
	v.mask = -1
	switch {
	case v.ints != nil:
		repeat(v.ints[:max(n, 1)])
	case v.reals != nil:
		repeat(v.reals[:max(n, 1)])
	case v.texts != nil:
		repeat(v.texts[:max(n, 1)])
	}
}

// repeat copies the first value to all places.
func repeat[T any](values []T) {
	for i := range values {
		values[i] = values[0]
	}
}
