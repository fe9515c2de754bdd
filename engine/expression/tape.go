package expression

import (
	"encoding/binary"
	"strings"
)

// tape is a text column with its texts one behind the other, by the digits of their bytes: looking for a part of them
// takes a few operations for 64 bytes.
type tape struct {
	reading
	text []byte
	// from is where the text of each lead begins; its end is where the next one begins.
	from []uint32
	// digits are eight words for each 64 bytes of text: bit i of word k is bit k of byte i.
	digits [][8]uint64
	// hits has a bit for each place of text that begins like the part looked for.
	hits []uint64
	// long says that the texts are too long to pay.
	long bool
}

const (
	// longestPart is up to which length a part is looked for on the tape, longestTape up to which the texts are copied.
	longestPart = 64
	longestTape = 1 << 20
)

// tapeOf is a text column as a tape, or nil where that does not pay.
func (b *Batch) tapeOf(of node, v *Vector) *tape {
	c, isField := of.(*column)
	if !isField || b.flat || b.n < fewest {
		return nil
	}
	t := layoutOf(&b.tapes, len(b.fields), c.col)
	asked := b.ask(&t.reading, v)
	if asked == b.patience+1 {
		t.read(v, b.n)
	}
	if asked <= b.patience || t.long {
		return nil
	}
	return t
}

// read copies the texts of n leads.
func (t *tape) read(v *Vector, n int) {
	t.text, t.from, t.long = t.text[:0], room(t.from, words(n)<<6+1), false
	for i := range t.from {
		t.from[i] = uint32(len(t.text))
		if i < n && v.Has(i) {
			t.text = append(t.text, v.texts[i]...)
		}
		if t.long = len(t.text) > longestTape; t.long {
			return
		}
	}
	blocks := words(len(t.text))
	t.text = append(t.text, make([]byte, blocks<<6-len(t.text))...)
	t.digits, t.hits = room(t.digits, blocks), room(t.hits, blocks+2)
	clear(t.hits[blocks:]) // so that there is a word behind each
	for at := range t.digits {
		t.digits[at] = [8]uint64{}
		for i := range 8 {
			eight := square(binary.LittleEndian.Uint64(t.text[at<<6+i<<3:]))
			for k := range 8 {
				t.digits[at][k] |= eight >> (8 * k) & 255 << (8 * i)
			}
		}
	}
}

// square exchanges bit k of byte i and bit i of byte k (Warren, Hacker's Delight, 7-3).
func square(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// find gives the leads whose text contains a part.
func (t *tape) find(out []uint64, part string, texts []string) {
	t.look(part)
	places := len(part) - 1
	for w := range out {
		from := (*[65]uint32)(t.from[w<<6:])
		var word uint64
		for i := range 64 {
			begin, end := int(from[i]), int(from[i+1])-places
			at, shift := begin>>6, uint(begin)&63
			hits := t.hits[at]>>shift | t.hits[at+1]<<1<<(63-shift)
			if end-begin < 64 {
				hits &= 1<<uint(max(end-begin, 0)&63) - 1
			} else {
				hits |= t.beyond(begin+64, end)
			}
			word |= nonZero(hits) << uint(i)
		}
		// Only the first and the last byte of the part were looked for.
		if places > 1 {
			eachBit(word, func(i int) {
				if !strings.Contains(texts[w<<6+i], part) {
					word &^= 1 << uint(i)
				}
			})
		}
		out[w] = word
	}
}

// look finds the places with the first byte of a part, and with its last byte where that has to be.
func (t *tape) look(part string) {
	places := len(part) - 1
	var begins, ends [8]uint64 // what a digit must not be
	for k := range 8 {
		begins[k], ends[k] = ^-(uint64(part[0]) >> k & 1), ^-(uint64(part[places]) >> k & 1)
	}
	behind := uint64(0)
	for w := len(t.digits) - 1; w >= 0; w-- {
		first, last := ^uint64(0), ^uint64(0)
		for k, digit := range &t.digits[w] {
			first &= digit ^ begins[k]
			last &= digit ^ ends[k]
		}
		t.hits[w] = first & (last>>places | behind<<1<<(63-places))
		behind = last
	}
}

// beyond tells by a bit whether there is a hit from one place to before another.
func (t *tape) beyond(from, to int) uint64 {
	for at := from; at < to; at++ {
		if bit(t.hits, at) {
			return 1
		}
	}
	return 0
}

// nonZero is 1 for every number but 0.
func nonZero(x uint64) uint64 { return (x | -x) >> 63 }
