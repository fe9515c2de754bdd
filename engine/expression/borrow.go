package expression

// Borrow makes a column of the batch show the facts of a column of another one, of the same type and with as many
// leads, without copying them: so that leads that stay in memory are looked at under another vocabulary. It holds until
// the next Reset, as long as the other batch stays as it is; setting the column drops what is borrowed and begins with
// an empty one. Several batches may borrow from one at the same time. The result is false, and nothing is changed, where
// type or number of leads differ.
func (b *Batch) Borrow(col int, from *Batch, column int) bool {
	v, other := &b.fields[col], &from.fields[column]
	if v.typ != other.typ || b.n != from.n {
		return false
	}
	if v.borrowed {
		b.giveBack(col)
	}
	if b.lender == nil {
		b.lender = map[int]Vector{}
	}
	b.lender[col] = *v
	*v = *other
	v.borrowed, v.owned, v.touched, v.changed = true, false, true, b.tick
	b.changed = b.tick
	return true
}

// giveBack puts the batch's own memory back in the place of a borrowed column, which is empty then.
func (b *Batch) giveBack(col int) {
	v := b.lender[col]
	clear(v.known[:cap(v.known)])
	clear(v.bools[:cap(v.bools)])
	v.mask, v.loose, v.borrowed = -1, true, false
	v.touched, v.changed = true, b.tick
	b.changed = b.tick
	b.fields[col] = v
	delete(b.lender, col)
}
