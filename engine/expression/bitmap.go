package expression

import "math/bits"

// Truth is the outcome of a condition over a batch: bit i of word i/64 belongs to lead i. A lead whose Known bit is
// zero is unknown, and its True bit is zero too. Bits beyond the length of the batch are zero.
type Truth struct {
	True, Known []uint64
}

// At is the outcome of lead i. When known is false, value is false and means nothing.
func (t Truth) At(i int) (value, known bool) {
	return bit(t.True, i), bit(t.Known, i)
}

// CountTrue is the number of leads for which the condition holds.
func (t Truth) CountTrue() int { return count(t.True) }

// CountKnown is the number of leads for which the condition is true or false.
func (t Truth) CountKnown() int { return count(t.Known) }

func bit(words []uint64, i int) bool { return words[i>>6]>>(uint(i)&63)&1 != 0 }

func setBit(words []uint64, i int)   { words[i>>6] |= 1 << (uint(i) & 63) }
func clearBit(words []uint64, i int) { words[i>>6] &^= 1 << (uint(i) & 63) }

func count(words []uint64) int {
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return n
}

// fill sets the first n bits of words and clears the rest.
func fill(words []uint64, n int) {
	everyone(words)
	if rest := uint(n) & 63; rest != 0 {
		words[len(words)-1] = 1<<rest - 1
	}
}

// everyone sets all bits of words.
func everyone(words []uint64) {
	for i := range words {
		words[i] = ^uint64(0)
	}
}

func both(out, a, b []uint64) {
	for i := range out {
		out[i] = a[i] & b[i]
	}
}

// rows calls do for every set bit, in order.
func rows(words []uint64, do func(i int)) {
	for w, word := range words {
		for ; word != 0; word &= word - 1 {
			do(w<<6 + bits.TrailingZeros64(word))
		}
	}
}

// eachBit calls do for every set bit of one word, in order.
func eachBit(word uint64, do func(i int)) {
	for ; word != 0; word &= word - 1 {
		do(bits.TrailingZeros64(word))
	}
}
