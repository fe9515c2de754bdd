package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hyperjumptech/grule-rule-engine/ast"
	"github.com/hyperjumptech/grule-rule-engine/builder"
	"github.com/hyperjumptech/grule-rule-engine/engine"
	"github.com/hyperjumptech/grule-rule-engine/pkg"

	"callsheet/bench/ruleset"
)

// Fact is a lead as grule sees it: the fields, and answers to what its language
// cannot ask.
type Fact struct {
	Lead
	Points int64
	clock  *clock
}

// HoursSince is the number of hours since the time field with the Go name.
func (f *Fact) HoursSince(field string) float64 { return f.clock.hoursSince(f.time(field)) }

// DaysSince is the number of calendar dates since the time field.
func (f *Fact) DaysSince(field string) int64 { return int64(f.clock.daysSince(f.time(field))) }

// Millis is the time field in milliseconds since 1970.
func (f *Fact) Millis(field string) int64 { return f.time(field).UnixMilli() }

// HasTag says whether the lead has the tag.
func (f *Fact) HasTag(tag string) bool { return slices.Contains(f.Tags, tag) }

// AnyTag says whether a tag of the lead begins with prefix.
func (f *Fact) AnyTag(prefix string) bool {
	return slices.ContainsFunc(f.Tags, func(s string) bool { return strings.HasPrefix(s, prefix) })
}

// Min is the smaller of a field and a number; grule's own Min knows no integers.
func (f *Fact) Min(field int, number int64) int64 { return min(int64(field), number) }

func (f *Fact) time(field string) time.Time {
	switch field {
	case "EstimatedAt":
		return f.EstimatedAt
	case "LastCallAt":
		return f.LastCallAt
	}
	return f.ConsentAt
}

// startGrule compiles the rules into one knowledge base. Points are added by the
// rules; which conditions hold is asked with FetchMatchingRules, which evaluates
// every rule once, as grule's Execute would do again after each rule that fired.
func startGrule(w *Workload, set Set) (Run, error) {
	if w.Empties {
		return nil, Unable("GRL has no empty values")
	}
	src, err := sources(ruleset.NewGRL(w.Zone), w, set)
	if err != nil {
		return nil, err
	}
	text, err := grl(src, set)
	if err != nil {
		return nil, err
	}
	library := ast.NewKnowledgeLibrary()
	if err := builder.NewRuleBuilder(library).BuildRuleFromResource("bench", "1", pkg.NewBytesResource([]byte(text))); err != nil {
		return nil, fmt.Errorf("grule: %w", err)
	}
	base, err := library.NewKnowledgeBaseInstance("bench", "1")
	if err != nil {
		return nil, fmt.Errorf("grule: %w", err)
	}
	g := &grule{base, &engine.GruleEngine{MaxCycle: 100, ReturnErrOnFailedRuleEvaluation: true}, set}
	clock := newClock(w)
	return newEach(w, func(i int) (Row, error) { return g.apply(&Fact{Lead: w.Leads[i], clock: clock}) }), nil
}

// grl is the rules as GRL, named by their numbers.
func grl(src []string, set Set) (string, error) {
	var out strings.Builder
	for i, rule := range src {
		then := "L.Points = L.Points;"
		if set == Scoring {
			when, points, ok := strings.Cut(strings.TrimSuffix(rule, " : 0"), " ? ")
			if !ok {
				return "", fmt.Errorf("rule %s: no points", rule)
			}
			rule, then = when, fmt.Sprintf("L.Points = L.Points + (%s);", points)
		}
		fmt.Fprintf(&out, "rule r%d { when %s then %s Retract(\"r%d\"); }\n", i, rule, then, i)
	}
	return out.String(), nil
}

type grule struct {
	base   *ast.KnowledgeBase
	engine *engine.GruleEngine
	set    Set
}

func (g *grule) apply(f *Fact) (row Row, err error) {
	facts := ast.NewDataContext()
	if err := facts.Add("L", f); err != nil {
		return row, err
	}
	if g.set == Scoring {
		if err := g.engine.Execute(facts, g.base); err != nil {
			return row, err
		}
		row[0] = limited(int(f.Points))
		return row, nil
	}
	matching, err := g.engine.FetchMatchingRules(facts, g.base)
	if err != nil {
		return row, err
	}
	for _, entry := range matching {
		rule, err := strconv.Atoi(strings.TrimPrefix(entry.RuleName, "r"))
		if err != nil {
			return row, err
		}
		row[rule>>6] |= 1 << (rule & 63)
	}
	return row, nil
}
