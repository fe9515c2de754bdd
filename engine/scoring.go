package engine

import (
	"math"
	"time"

	"callsheet/engine/expression"
)

// Scoring is how many points a lead gets: rules in groups, each group within
// its caps, the sum within the limits.
type Scoring struct {
	Model    string
	Min, Max int64
	Groups   []ScoreGroup
	Grades   []Grade // first match wins
}

// ScoreGroup is point rules that share a cap.
type ScoreGroup struct {
	Name     string
	Min, Max int64 // math.MinInt64 and math.MaxInt64 when not said
	Rules    []PointRule
}

// PointRule gives points to the leads for which its condition holds.
type PointRule struct {
	Name string
	Say  string
	// HalfLife and its start make the points fade: after one half-life half
	// of them are left; a day in it is 24 hours. Zero: they do not fade.
	HalfLife time.Duration
	when     *expression.Condition // nil: always
	points   *expression.Value
	since    *expression.Value
}

// Grade is a word for scores of at least Min.
type Grade struct {
	Name string
	Min  int64
}

// GradeOf is the first grade whose minimum the score reaches, or "".
func (s *Scoring) GradeOf(score int64) string {
	for _, g := range s.Grades {
		if score >= g.Min {
			return g.Name
		}
	}
	return ""
}

// points is what one rule gives one lead: whole points, rounded half up, and
// whether that could not be evaluated.
type points struct {
	n       int64
	unknown bool
}

// evaluate gives the points of a rule for every lead of the batch.
func (r *PointRule) evaluate(b *expression.Batch, now time.Time, into []points) {
	var holds expression.Truth
	if r.when != nil {
		holds = r.when.Eval(b)
	}
	value := r.points.Eval(b)
	var since *expression.Vector
	if r.since != nil {
		since = r.since.Eval(b)
	}
	for i := range into {
		into[i] = points{}
		if r.when != nil {
			yes, known := holds.At(i)
			if !known {
				into[i].unknown = true
			}
			if !yes {
				continue
			}
		}
		n, ok := value.Float(i)
		if ok && since != nil {
			var factor float64
			factor, ok = r.decay(since, i, now)
			n *= factor
		}
		if !ok {
			into[i].unknown = true
			continue
		}
		into[i].n = whole(n)
	}
}

// whole rounds half up, within what a rule can give.
func whole(n float64) int64 {
	down := math.Floor(n)
	if n-down >= 0.5 {
		down++
	}
	return int64(min(max(down, -maxPoints), maxPoints))
}

// decay is 0.5 to the power of age in half-lives, as in radioactive decay; an
// age below zero counts as none.
func (r *PointRule) decay(since *expression.Vector, i int, now time.Time) (float64, bool) {
	from, ok := since.Millis(i)
	if !ok {
		return 0, false
	}
	age := max(0, now.UnixMilli()-from)
	return faded(age, r.HalfLife), true
}

// ScoreLine is one line of a score's breakdown. The lines add up to the score.
type ScoreLine struct {
	Group   string `json:"group"`
	Rule    string `json:"rule"` // empty for the line of a cap or a limit
	Say     string `json:"say"`
	Points  int64  `json:"points"`
	Unknown bool   `json:"unknown,omitempty"` // could not be evaluated and gave nothing
}

// Breakdown is the lines of lead i of the batch, in file order: every rule,
// then what the group's cap and the limits took away or added. now is the
// clock that ages the points.
func (b *RuleBook) Breakdown(batch *expression.Batch, i int, now time.Time) (lines []ScoreLine, score int64) {
	got := make([]points, batch.Len())
	for _, g := range b.Scoring.Groups {
		var sum int64
		for _, r := range g.Rules {
			r.evaluate(batch, now, got)
			say := r.Say
			if say == "" {
				say = r.Name
			}
			lines = append(lines, ScoreLine{Group: g.Name, Rule: r.Name, Say: say, Points: got[i].n, Unknown: got[i].unknown})
			sum += got[i].n
		}
		if capped := min(max(sum, g.Min), g.Max); capped != sum {
			lines = append(lines, ScoreLine{Group: g.Name, Say: limitedTo(g.Name, capped), Points: capped - sum})
			sum = capped
		}
		score += sum
	}
	if limited := min(max(score, b.Scoring.Min), b.Scoring.Max); limited != score {
		lines = append(lines, ScoreLine{Say: limitedTo("the score", limited), Points: limited - score})
		score = limited
	}
	return lines, score
}
