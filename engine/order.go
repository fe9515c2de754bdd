package engine

import (
	"cmp"
	"math"

	"callsheet/engine/expression"
)

// Rank is the place of one lead in a campaign's order: one key per entry of
// Campaign.Order.
type Rank []rankKey

// rankKey is one value, comparable within its column. Empty sorts lowest.
type rankKey struct {
	filled bool
	number float64
	whole  int64
	text   string
}

// Ranks gives the rank of every lead of the batch in the order, for callers who
// keep ranks beyond the batch.
func Ranks(order []OrderKey, batch *expression.Batch) []Rank {
	ranks, keys := make([]Rank, batch.Len()), make([]rankKey, batch.Len()*len(order))
	rank(order, batch, ranks, keys)
	return ranks
}

// Ranks is [Ranks] in the memory of the evaluator: the result is valid until
// its next Ranks of any batch.
func (e *Evaluator) Ranks(order []OrderKey, batch *expression.Batch) []Rank {
	e.ranks, e.keys = sized(e.ranks, batch.Len()), sized(e.keys, batch.Len()*len(order))
	clear(e.keys)
	rank(order, batch, e.ranks, e.keys)
	return e.ranks
}

// rank fills keys, which are empty, and lets the ranks be their parts.
func rank(order []OrderKey, batch *expression.Batch, ranks []Rank, keys []rankKey) {
	for i := range ranks {
		ranks[i] = keys[i*len(order) : (i+1)*len(order)]
	}
	for k := range order {
		v := order[k].value.Eval(batch)
		wholes, shared := v.Ints()
		if t := v.Type(); !shared && (t == expression.Integer || t == expression.Time || t == expression.Duration) {
			for i := range ranks {
				if v.Has(i) {
					key := &keys[i*len(order)+k]
					key.filled, key.whole = true, wholes[i]
				}
			}
			continue
		}
		for i := range ranks {
			ranks[i][k] = keyOf(v, i)
		}
	}
}

func keyOf(v *expression.Vector, i int) rankKey {
	switch v.Type() {
	case expression.Integer:
		n, ok := v.Int(i)
		return rankKey{filled: ok, whole: n}
	case expression.Number:
		x, ok := v.Float(i)
		return rankKey{filled: ok && !math.IsNaN(x), number: x}
	case expression.Time, expression.Duration:
		ms, ok := v.Millis(i)
		return rankKey{filled: ok, whole: ms}
	case expression.Boolean:
		yes, ok := v.Bool(i)
		if yes {
			return rankKey{filled: ok, whole: 1}
		}
		return rankKey{filled: ok}
	default:
		text, ok := v.Text(i)
		return rankKey{filled: ok, text: text}
	}
}

// Compare orders two leads by the keys: below zero when a is called before b.
// Leads that agree in every key compare as zero; the caller ends ties by id.
func Compare(order []OrderKey, a, b Rank) int {
	for k, key := range order {
		c := compareKeys(a[k], b[k])
		if key.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareKeys(a, b rankKey) int {
	switch {
	case !a.filled && !b.filled:
		return 0
	case !a.filled:
		return -1
	case !b.filled:
		return 1
	}
	return cmp.Or(cmp.Compare(a.whole, b.whole), cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
}
