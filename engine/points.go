package engine

import (
	"math"
	"math/bits"
	"time"

	"callsheet/engine/expression"
)

// Score is the score of every lead of the batch and nothing else: nothing is
// written into the batch but its clock, and point rules read the type and the
// segment that the batch has. It is for leads that are typed already. Unknown
// counts, by rule name, the leads for which a point rule could not be
// evaluated. Both live in the memory of the batch until its next Score or
// Classify.
func (b *RuleBook) Score(batch *expression.Batch, now time.Time) (scores []int64, unknown map[string]int) {
	return b.evaluatorOf(batch).Score(batch, now)
}

// Score is [RuleBook.Score] in the memory of the evaluator: the result is
// valid until its next Score or Classify of any batch.
func (e *Evaluator) Score(batch *expression.Batch, now time.Time) (scores []int64, unknown map[string]int) {
	batch.SetNow(now)
	e.reserve(batch.Len())
	e.score(batch, now)
	return e.out.Score, e.unknown.take()
}

// score fills the score of every lead of the batch: rule by rule, group by
// group.
func (e *Evaluator) score(batch *expression.Batch, now time.Time) {
	s, score := &e.book.Scoring, e.out.Score
	clear(score)
	for g := range s.Groups {
		group := &s.Groups[g]
		clear(e.sum)
		for x := range e.groups[g].eights {
			e.giveEight(&e.groups[g].eights[x], batch)
		}
		for _, r := range e.groups[g].others {
			e.give(r, batch, now)
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

// give adds the points of one rule, which differ from lead to lead, to the sums
// of its group, and counts the leads for which it could not be evaluated.
func (e *Evaluator) give(r *PointRule, batch *expression.Batch, now time.Time) {
	n := batch.Len()
	all(e.points, n)
	unknown := 0
	if r.when != nil {
		holds := r.when.Eval(batch)
		unknown = n - count(holds.Known)
		copy(e.points, holds.True)
	}
	if constant, always := r.points.Constant(); always {
		since := r.since.Eval(batch)
		unknown += e.keep(since.Known())
		e.fade(r, constant, since, now)
	} else {
		value := r.points.Eval(batch)
		unknown += e.keep(value.Known())
		unknown += e.vary(r, value, batch, now)
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
