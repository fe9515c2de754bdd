package expression

// node is one operation of a checked expression. A tree of nodes is immutable; everything that changes during an
// evaluation lives in the batch.
type node interface {
	// kind is the type of the result.
	kind() Type
	// span is where the node stands in the source, in runes, end exclusive.
	span() (from, to int)
	// children are the operands in order of the source.
	children() []node
	// eval computes the node for all leads of the batch. The caller releases the vector. Operands are evaluated through
	// the batch, which remembers what is shared.
	eval(b *Batch) *Vector
	// meaning is the slot that the node shares with all of the same meaning, or nil.
	meaning() *slot
	settle(at *slot)
}

// base is what every node has.
type base struct {
	typ      Type
	from, to int
	operands []node
	at       *slot
}

func (n *base) kind() Type       { return n.typ }
func (n *base) span() (int, int) { return n.from, n.to }
func (n *base) children() []node { return n.operands }
func (n *base) arg(i int) node   { return n.operands[i] }
func (n *base) meaning() *slot   { return n.at }
func (n *base) settle(at *slot)  { n.at = at }

// evalPair evaluates the two operands of a strict operator and takes a vector of type t that is known where both are.
func (n *base) evalPair(b *Batch, t Type) (left, right, out *Vector) {
	left, right = b.eval(n.operands[0]), b.eval(n.operands[1])
	out = b.take(t)
	both(out.known, left.known, right.known)
	return left, right, out
}

// evalSingle evaluates the operand of a strict function and takes a vector of type t that is known where it is.
func (n *base) evalSingle(b *Batch, t Type) (in, out *Vector) {
	in = b.eval(n.operands[0])
	out = b.take(t)
	copy(out.known, in.known)
	return in, out
}

// walk visits a tree from the root down.
func walk(n node, visit func(node)) {
	visit(n)
	for _, child := range n.children() {
		walk(child, visit)
	}
}

// column reads a field.
type column struct {
	base
	col   int
	field *Field
}

func (n *column) eval(b *Batch) *Vector {
	v := &b.fields[n.col]
	if v.loose && v.mask != 0 {
		b.prepare(v)
	}
	return v
}

// constant is a value written in the source, or an empty one of its type.
type constant struct {
	base
	empty bool
	truth bool
	whole int64
	real  float64
	text  string
	list  []string
}

func (n *constant) eval(b *Batch) *Vector {
	v := b.take(n.typ)
	n.put(v, b.n)
	return v
}

// put writes the constant into a vector for a number of leads.
func (n *constant) put(v *Vector, leads int) {
	v.mask = 0
	if leads > 0 {
		fill(v.known, leads)
	}
	switch n.typ {
	case Boolean:
		v.mask = -1
		clear(v.bools)
		if n.truth {
			copy(v.bools, v.known)
		}
	case Integer, Time, Duration:
		v.ints[0] = n.whole
	case Number, calendarDays:
		v.reals[0] = n.real
	case TextList:
		v.lists[0] = n.list
	default:
		v.texts[0] = n.text
	}
	if n.empty {
		clear(v.known)
	}
}
