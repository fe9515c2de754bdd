package engine

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// maxPoints is the most that one rule can give or take; more is cut to it.
const maxPoints = 1_000_000

// scoring reads scoring.yaml.
func (l *loader) scoring() {
	o := l.file(scoringFile)
	s := &l.book.Scoring
	into(&s.Model)(o.Need("model").Word())
	s.Min, s.Max = 0, 100
	if n := o.Take("limits"); n != nil {
		limits := n.Object("limits")
		s.Min, s.Max = caps(limits, s.Min, s.Max)
		limits.Close()
	}
	groups := o.Need("groups")
	lines := map[string]string{}
	for _, name := range keys(groups) {
		lines[name] = "group"
	}
	for _, pair := range groups.Object("groups of point rules").Rest() {
		s.Groups = append(s.Groups, l.scoreGroup(pair, lines))
	}
	top, known := s.top(len(l.names.scoreLines) - len(s.Groups))
	if !known {
		top = math.MaxInt64
	}
	grades, _ := o.Need("grades").List("grades")
	for _, item := range grades {
		l.grade(item, top)
	}
	o.Close()
}

// points64 reads a number of points.
func points64(n *yamltext.Node) (int64, bool) {
	v, ok := n.Int(-maxPoints, maxPoints)
	return int64(v), ok
}

// caps reads min and max.
func caps(o *yamltext.Object, low, high int64) (int64, int64) {
	bottom, top := o.Take("min"), o.Take("max")
	into(&low)(points64(bottom))
	into(&high)(points64(top))
	if low > high {
		cmp.Or(top, bottom).Fault(codeImpossible, "max is below min: "+strconv.FormatInt(high, 10)+" and "+strconv.FormatInt(low, 10), "")
	}
	return low, high
}

// scoreGroup reads point rules that share a cap. lines are the names taken so
// far, of rules and of groups: a name is a line of the score.
func (l *loader) scoreGroup(pair yamltext.Pair, lines map[string]string) ScoreGroup {
	g := ScoreGroup{Name: pair.Key.Text()}
	o := pair.Value.Object("group " + g.Name)
	for _, rule := range o.Need("rules").Object("point rules").Rest() {
		name := rule.Key.Text()
		if what := lines[name]; what != "" {
			rule.Key.Fault(codeTwice, "a "+what+" is already called "+name, "the name is a line of the score: choose another one")
		}
		lines[name] = "point rule"
		if r, ok := l.pointRule(name, rule.Value); ok {
			g.Rules = append(g.Rules, r)
		}
	}
	g.Min, g.Max = caps(o, math.MinInt64, math.MaxInt64)
	o.Close()
	return g
}

func (l *loader) pointRule(name string, n *yamltext.Node) (PointRule, bool) {
	o := n.Object("point rule " + name)
	r := PointRule{Name: name}
	ok := true
	if when := o.Take("when"); when != nil {
		r.when = l.expr(when, scoringScope())
		ok = r.when != nil
	}
	if points := o.Need("points"); points != nil {
		r.points = l.value(points, scoringScope(), expression.Integer, expression.Number)
	}
	into(&r.Say)(o.Take("say").Word())
	if n := o.Take("decay"); n != nil {
		ok = l.decay(n.Object("decay"), &r) && ok
	}
	o.Close()
	return r, ok && r.points != nil
}

// decay reads how the points of a rule fade.
func (l *loader) decay(o *yamltext.Object, r *PointRule) bool {
	half := o.Need("half_life")
	if d, ok := half.Duration(); ok {
		r.HalfLife = elapsed(d)
		if r.HalfLife <= 0 {
			half.Fault(codeImpossible, "half_life must be longer than nothing", "write for instance 14d")
		}
	}
	if since := o.Need("since"); since != nil {
		r.since = l.value(since, scoringScope(), expression.Time)
	}
	o.Close()
	return r.since != nil
}

// grade reads one grade, and refuses it when no score can reach it: above top,
// the most that groups and limits allow, or below an easier one.
func (l *loader) grade(n *yamltext.Node, top int64) {
	s := &l.book.Scoring
	o := n.Object("a grade")
	var grade Grade
	least := o.Need("min")
	into(&grade.Name)(o.Need("grade").Word())
	lowest, ok := points64(least)
	o.Close()
	if !ok {
		return
	}
	grade.Min = lowest
	easier := slices.IndexFunc(s.Grades, func(g Grade) bool { return g.Min <= lowest })
	switch {
	case lowest > top:
		least.Fault(codeImpossible, "no lead can reach grade "+grade.Name+": the groups and limits allow "+strconv.FormatInt(top, 10)+" points at most",
			"lower min, or raise the caps")
	case easier >= 0:
		least.Fault(codeImpossible, "grade "+grade.Name+" can never apply: "+s.Grades[easier].Name+" above it takes every such score",
			"put the grade with the higher min first")
	}
	s.Grades = append(s.Grades, grade)
}

// top is the most points that the groups and limits allow, as far as caps and
// points written as plain numbers tell. It is not known when some of the rules
// are faulty and therefore missing, or caps contradict each other.
func (s *Scoring) top(rules int) (sum int64, known bool) {
	for _, g := range s.Groups {
		if g.Min > g.Max {
			return 0, false
		}
		rules -= len(g.Rules)
		var most int64
		for _, r := range g.Rules {
			n, err := strconv.ParseInt(r.points.Source(), 10, 64)
			if err != nil || n > maxPoints {
				n = maxPoints
			}
			most += max(n, 0)
		}
		sum += min(max(most, g.Min), g.Max)
	}
	return min(sum, s.Max), rules == 0 && s.Min <= s.Max
}
