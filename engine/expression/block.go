package expression

// A column of numbers is worked through in blocks of 64 leads, one word of its bitmap. The memory of columns is a whole
// number of blocks, so that loops over a block need no checks; values beyond the last lead are of no meaning.

// block is 64 values of a column.
type block[T any] = *[64]T

// side is one operand as blocks. A value that all leads share stands in every place of one block.
type side[T any] struct {
	values []T
	same   [64]T
	shared bool
}

// of takes the values of an operand; mask is 0 when all leads share the first one.
func (s *side[T]) of(values []T, mask int) {
	s.values, s.shared = values, mask == 0
	if s.shared {
		for i := range s.same {
			s.same[i] = values[0]
		}
	}
}

func (s *side[T]) at(word int) block[T] {
	if s.shared {
		return &s.same
	}
	return block[T](s.values[word<<6:])
}

// lanes is how many leads of n are in a word.
func lanes(n, word int) int { return min(64, n-word<<6) }
