package engine

import (
	"math"
	"math/bits"
	"time"

	"callsheet/engine/expression"
)

// score fills the score of every lead of the batch: rule by rule, group by
// group.
func (e *Evaluator) score(batch *expression.Batch, now time.Time) {
	s, score := &e.book.Scoring, e.out.Score
	clear(score)
	for g := range s.Groups {
		group := &s.Groups[g]
		clear(e.sum)
		for r := range group.Rules {
			e.give(&group.Rules[r], batch, now)
		}
		low, high := group.Min, group.Max
		for i, points := range e.sum[:len(score)] {
			score[i] += min(max(points, low), high)
		}
	}
	for i, points := range score {
		score[i] = min(max(points, s.Min), s.Max)
	}
}

// give adds the points of one rule to the sums of its group, and counts the
// leads for which it could not be evaluated.
func (e *Evaluator) give(r *PointRule, batch *expression.Batch, now time.Time) {
	n := batch.Len()
	all(e.points, n)
	unknown := 0
	if r.when != nil {
		holds := r.when.Eval(batch)
		unknown = n - count(holds.Known)
		copy(e.points, holds.True)
	}
	constant, always := r.points.Constant()
	switch {
	case !always:
		value := r.points.Eval(batch)
		unknown += e.keep(value.Known())
		unknown += e.vary(r, value, batch, now)
	case r.since != nil:
		since := r.since.Eval(batch)
		unknown += e.keep(since.Known())
		e.fade(r, constant, since, now)
	default:
		add(e.sum, e.points, whole(constant))
	}
	e.unknown.add(r.Name, unknown)
}

// keep leaves only known leads among those that get points, and counts the
// others.
func (e *Evaluator) keep(known bitmap) (lost int) {
	for i, leads := range e.points {
		lost += bits.OnesCount64(leads &^ known[i])
		e.points[i] = leads & known[i]
	}
	return lost
}

// add adds the same points to the leads of the bitmap. No jump depends on the
// leads.
func add(sum []int64, leads bitmap, points int64) {
	for w, word := range leads {
		if word == 0 {
			continue
		}
		block := (*[64]int64)(sum[w<<6:])
		for i := 0; i < 64; i += 8 {
			eight, v := (*[8]int64)(block[i:]), int64(word>>uint(i))
			eight[0] += points & -(v & 1)
			eight[1] += points & -(v >> 1 & 1)
			eight[2] += points & -(v >> 2 & 1)
			eight[3] += points & -(v >> 3 & 1)
			eight[4] += points & -(v >> 4 & 1)
			eight[5] += points & -(v >> 5 & 1)
			eight[6] += points & -(v >> 6 & 1)
			eight[7] += points & -(v >> 7 & 1)
		}
	}
}

// vary adds points that differ from lead to lead, and counts the leads whose
// age is not known.
func (e *Evaluator) vary(r *PointRule, value *expression.Vector, batch *expression.Batch, now time.Time) (unknown int) {
	if r.since != nil {
		since := r.since.Eval(batch)
		unknown = e.keep(since.Known())
		each(e.points, func(i int) {
			points, _ := value.Float(i)
			factor, _ := r.decay(since, i, now)
			e.sum[i] += whole(points * factor)
		})
		return unknown
	}
	numbers, sharedNumber := value.Floats()
	wholes, sharedWhole := value.Ints()
	switch {
	case sharedNumber || sharedWhole:
		each(e.points, func(i int) {
			points, _ := value.Float(i)
			e.sum[i] += whole(points)
		})
	case value.Type() == expression.Integer:
		for at, leads := range e.points {
			first := at << 6
			for ; leads != 0; leads &= leads - 1 {
				i := first + bits.TrailingZeros64(leads)
				e.sum[i] += min(max(wholes[i], -maxPoints), maxPoints)
			}
		}
	default:
		for at, leads := range e.points {
			first := at << 6
			for ; leads != 0; leads &= leads - 1 {
				i := first + bits.TrailingZeros64(leads)
				e.sum[i] += whole(numbers[i])
			}
		}
	}
	return 0
}

// fade adds points that are the same for all leads but for their age.
func (e *Evaluator) fade(r *PointRule, points float64, since *expression.Vector, now time.Time) {
	instants, shared := since.Ints()
	at := now.UnixMilli()
	stairs, ready := e.fading[r]
	if !ready && len(e.out.Score) >= 64 {
		stairs = newFading(points, r.HalfLife)
		e.fading[r] = stairs
	}
	for word, leads := range e.points {
		first := word << 6
		for ; leads != 0; leads &= leads - 1 {
			i := first + bits.TrailingZeros64(leads)
			from := instants[0]
			if !shared {
				from = instants[i]
			}
			age := max(0, at-from)
			if stairs != nil {
				e.sum[i] += stairs.points(age)
			} else {
				e.sum[i] += whole(points * faded(age, r.HalfLife))
			}
		}
	}
}

// grade is [Scoring.GradeOf] by a table.
func (e *Evaluator) grade(score int64) string {
	if at := score - e.book.Scoring.Min; at < int64(len(e.grades)) {
		return e.grades[at]
	}
	return e.book.Scoring.GradeOf(score)
}

// longestTable is up to how many scores have their grades in a table.
const longestTable = 4096

// table lists the grade of every score within the limits, or nothing when
// there are too many.
func (s *Scoring) table() []string {
	if s.Max < s.Min || s.Min < math.MinInt32 || s.Max > math.MaxInt32 || s.Max-s.Min >= longestTable {
		return nil
	}
	grades := make([]string, s.Max-s.Min+1)
	for i := range grades {
		grades[i] = s.GradeOf(s.Min + int64(i))
	}
	return grades
}
