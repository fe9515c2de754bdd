package expression

// memo is what a batch remembers of one meaning.
type memo struct {
	vector *Vector
	// made is the tick at which the vector was computed; 0 is never.
	made uint64
	// own says that the vector belongs to the memo; else it is a column, or belongs to another one.
	own bool
}

// eval computes a part, or remembers it when nothing that it reads was set since.
func (b *Batch) eval(n node) *Vector {
	at := n.meaning()
	if at == nil {
		return n.eval(b)
	}
	switch n := n.(type) {
	case *column:
		return n.eval(b)
	case *constant:
		return b.written(n, at)
	}
	if !at.shared() {
		return b.compute(n, at)
	}
	m := b.memo(at)
	if b.fresh(m, at) {
		return m.vector
	}
	b.forget(m)
	v := b.compute(n, at)
	m = b.memo(at) // the evaluation of parts may have moved it
	m.vector, m.own = v, v.owned
	v.owned = false
	b.tick++
	m.made = b.tick
	return v
}

// compute evaluates a part: once per distinct text where it depends on one text column only.
func (b *Batch) compute(n node, at *slot) *Vector {
	if at.spelled >= 0 && b.n >= fewest {
		if d := b.dictionary(at.spelled); d != nil {
			return d.decide(b, n)
		}
	}
	return n.eval(b)
}

// memo is the place of a meaning in the batch.
func (b *Batch) memo(at *slot) *memo {
	if at.id >= len(b.memory) {
		b.memory = append(b.memory, make([]memo, at.id+1-len(b.memory))...)
	}
	return &b.memory[at.id]
}

// fresh tells whether a memo holds for the facts as they are.
func (b *Batch) fresh(m *memo, at *slot) bool {
	if m.made > b.changed {
		return true
	}
	if m.made <= b.reset {
		return false
	}
	for _, col := range at.reads {
		if b.fields[col].changed >= m.made {
			return false
		}
	}
	return true
}

// forget takes back the memory of a memo that does not hold any more.
func (b *Batch) forget(m *memo) {
	if m.own {
		m.own, m.vector.owned = false, true
		b.release(m.vector)
	}
	m.vector, m.made = nil, 0
}

// written is the vector of a constant, which only another length of the batch changes.
func (b *Batch) written(n *constant, at *slot) *Vector {
	m := b.memo(at)
	if m.made > b.begun {
		return m.vector
	}
	if m.vector == nil {
		m.vector = &Vector{typ: n.typ}
	}
	m.vector.known = room(m.vector.known, words(b.n))
	m.vector.storage(1)
	if n.typ == Boolean {
		m.vector.storage(b.n)
	}
	n.put(m.vector, b.n)
	b.tick++
	m.made = b.tick
	return m.vector
}

// reading is when a column was first asked about as it is now, and how often since.
type reading struct {
	made  uint64
	asked int
}

// ask counts one more question about a column: 1 is the first one since it was set.
func (b *Batch) ask(r *reading, v *Vector) int {
	if r.made <= b.begun || r.made <= v.changed {
		b.tick++
		r.made, r.asked = b.tick, 0
	}
	r.asked++
	return r.asked
}

// layoutOf is the place of one column's layout among those of a kind.
func layoutOf[T any](kind *[]*T, columns, col int) *T {
	if *kind == nil {
		*kind = make([]*T, columns)
	}
	if (*kind)[col] == nil {
		(*kind)[col] = new(T)
	}
	return (*kind)[col]
}

// Forget drops what the batch remembers of results, but not the facts: the next evaluation computes everything anew.
// Results handed out before are not valid any more. A benchmark calls it, so that it measures evaluating.
func (b *Batch) Forget() {
	b.tick++
	b.reset, b.changed = b.tick, b.tick
	if b.spelled != nil {
		b.spelled.Forget()
	}
}
