package ruletest

import (
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// Missing says which test would show what none has shown of a rule; empty when
// nothing is missing.
func (c *Coverage) Missing(s *Seen) string {
	if s.Covered() == s.Directions() {
		return ""
	}
	if s.Condition == nil {
		return c.withoutCondition(s)
	}
	holds := s.True == 0
	what := "a lead"
	switch s.Kind {
	case engine.RuleCallback, engine.RuleTransfer:
		what = "a call"
	}
	demands := []expression.Demand{{Condition: s.Condition, True: holds}}
	for i := range c.all {
		if o := &c.all[i]; o.Kind == s.Kind && (o.Kind == engine.RuleType || o.Kind == engine.RuleSegment) && o.Condition != nil {
			if o.Condition == s.Condition {
				break
			}
			demands = append(demands, expression.Demand{Condition: o.Condition})
		}
	}
	bind := map[string]any{}
	if len(c.book.Tests) > 0 {
		bind["now"] = c.book.Tests[0].Now
	}
	verdict, facts := c.book.Schema.Example(demands, bind)
	switch {
	case verdict == expression.Impossible:
		return fmt.Sprintf("nobody can show this: it is always %t", !holds)
	case verdict == expression.Undecided || len(facts) == 0:
		return fmt.Sprintf("add %s for which this is %t: %s", what, holds, strings.Join(strings.Fields(s.Condition.Source()), " "))
	}
	var words []string
	for _, f := range facts {
		words = append(words, strings.TrimPrefix(f.Field, "lead.")+" "+f.Text)
	}
	return fmt.Sprintf("add %s with %s", what, strings.Join(words, ", "))
}

// withoutCondition is what is missing of a rule that counts, looks at the clock,
// or takes whatever comes to it.
func (c *Coverage) withoutCondition(s *Seen) string {
	switch s.Kind {
	case engine.RuleType, engine.RuleSegment:
		return "add a lead that no entry above it takes"
	case engine.RulePoints:
		if s.True == 0 {
			return "add a lead to which it gives points"
		}
		return "add a lead to which it gives none"
	case engine.RuleOutcome:
		i := slices.IndexFunc(c.book.Wrapups.Outcomes, func(o engine.Outcome) bool { return o.Name == s.Rule })
		if o := &c.book.Wrapups.Outcomes[i]; len(o.Labels) > 0 {
			return fmt.Sprintf("add a call with wrapup %q", o.Labels[0])
		}
		return "add a call with a wrapup that stands nowhere"
	case engine.RuleLimit:
		if s.True == 0 {
			return "add a call that reaches it"
		}
		return "add a call that does not reach it"
	}
	if s.True > 0 {
		return "add a lead that it lets through"
	}
	r, _ := c.book.PackRuleByID(s.Rule)
	switch {
	case r.Attempts > 0:
		return fmt.Sprintf("add a lead with %d calls before, in %d days", r.Attempts, r.In.Days)
	case len(r.After) > 0:
		return "add a lead with a call before that ended with " + r.After[0]
	}
	return "add a lead whose call would be outside its hours"
}
