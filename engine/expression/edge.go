package expression

import "strings"

// edge is one end of each text of a column by the digits of its bytes, where startsWith or endsWith looks: near are the
// eight bytes at the end, far the eight behind them. A shorter text is filled up with zeros.
type edge struct {
	reading
	near, far digits
}

// edgeOf is an end of a text column, or nil where that does not pay.
func (b *Batch) edgeOf(of node, v *Vector, op string) *edge {
	c, isField := of.(*column)
	if !isField || b.flat || b.n < fewest {
		return nil
	}
	kind, bytes := &b.heads, forwards
	if op == "endsWith" {
		kind, bytes = &b.tails, backwards
	}
	e := layoutOf(kind, len(b.fields), c.col)
	asked := b.ask(&e.reading, v)
	if asked == b.patience+1 {
		e.near.read(v.known, v.edges(bytes, 0))
		e.far.read(v.known, v.edges(bytes, 8))
	}
	if asked <= b.patience {
		return nil
	}
	return e
}

// match gives the leads whose text has a part at this end. Texts that agree in sixteen bytes are looked at.
func (e *edge) match(out []uint64, op, part string, texts []string) {
	bytes, test := forwards, strings.HasPrefix
	if op == "endsWith" {
		bytes, test = backwards, strings.HasSuffix
	}
	everyone(out)
	e.near.equal(out, bytes(part, 0), lowBytes(len(part)))
	e.far.equal(out, bytes(part, 8), lowBytes(len(part)-8))
	if len(part) > 16 {
		rows(out, func(i int) {
			if i >= len(texts) || !test(texts[i], part) {
				clearBit(out, i)
			}
		})
	}
}

// edges are the eight bytes from a place on of the texts of one word of leads, as keys.
func (v *Vector) edges(bytes func(text string, from int) uint64, from int) func(word int, into *[64]uint64) {
	return func(word int, into *[64]uint64) {
		eachBit(v.known[word], func(i int) { into[i] = bytes(v.texts[word<<6+i], from) })
	}
}

// forwards is eight bytes of a text from a place on, the first one lowest.
func forwards(text string, from int) (word uint64) {
	for i := from; i < min(len(text), from+8); i++ {
		word |= uint64(text[i]) << (8 * (i - from))
	}
	return word
}

// backwards is eight bytes of a text before a place from its end, the last one lowest.
func backwards(text string, from int) (word uint64) {
	for i := from; i < min(len(text), from+8); i++ {
		word |= uint64(text[len(text)-1-i]) << (8 * (i - from))
	}
	return word
}

// lowBytes has ones in the n lowest bytes, in all for 8 and more.
func lowBytes(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return ^uint64(0) >> (64 - 8*min(n, 8))
}
