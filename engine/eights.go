package engine

import "callsheet/engine/expression"

// groupWork is how the rules of a group are worked through: those whose points
// are the same for all leads eight at a time, the others one by one.
type groupWork struct {
	eights []eight
	others []*PointRule
}

// eight is up to eight rules, and what every combination of them gives: bit k
// of the index says that rule k holds.
type eight struct {
	rules []*PointRule
	gives [256]int64
}

func (s *Scoring) work() []groupWork {
	work := make([]groupWork, len(s.Groups))
	for g := range s.Groups {
		var same []*PointRule
		for r := range s.Groups[g].Rules {
			rule := &s.Groups[g].Rules[r]
			if _, always := rule.points.Constant(); always && rule.since == nil {
				same = append(same, rule)
			} else {
				work[g].others = append(work[g].others, rule)
			}
		}
		for ; len(same) > 8; same = same[8:] {
			work[g].eights = append(work[g].eights, newEight(same[:8]))
		}
		if len(same) > 0 {
			work[g].eights = append(work[g].eights, newEight(same))
		}
	}
	return work
}

func newEight(rules []*PointRule) eight {
	x := eight{rules: rules}
	for k, r := range rules {
		points, _ := r.points.Constant()
		for hold := range x.gives {
			if hold>>k&1 != 0 {
				x.gives[hold] += whole(points)
			}
		}
	}
	return x
}

// giveEight adds the points of the rules to the sums of their group, and counts
// the leads for which each could not be evaluated.
func (e *Evaluator) giveEight(x *eight, batch *expression.Batch) {
	var hold [8]bitmap
	clear(e.points)
	for k := range hold {
		hold[k] = e.points // nobody, where there is no rule
	}
	for k, r := range x.rules {
		if r.when == nil {
			all(e.open, batch.Len())
			hold[k] = e.open
			continue
		}
		truth := r.when.Eval(batch)
		hold[k] = truth.True
		e.unknown.add(r.Name, batch.Len()-count(truth.Known))
	}
	for w := range e.points {
		var m [8]uint64
		for k := range m {
			m[k] = hold[k][w]
		}
		byLead(&m)
		sums := (*[64]int64)(e.sum[w<<6:])
		for k, leads := range m {
			for i := k; i < 64; i += 8 {
				sums[i] += x.gives[leads&255]
				leads >>= 8
			}
		}
	}
}

// byLead turns eight words with a bit for each lead into a byte for each lead:
// that of lead i is byte i/8 of word i%8 (Warren, Hacker's Delight, 7-3).
func byLead(m *[8]uint64) {
	for _, s := range [...]struct {
		step uint
		mask uint64
	}{{4, 0x0f0f0f0f0f0f0f0f}, {2, 0x3333333333333333}, {1, 0x5555555555555555}} {
		for k := uint(0); k < 8; k = (k + s.step + 1) &^ s.step {
			low, high := &m[k&7], &m[(k+s.step)&7]
			swap := (*low>>s.step ^ *high) & s.mask
			*low ^= swap << s.step
			*high ^= swap
		}
	}
}
