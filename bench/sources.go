package bench

import "callsheet/bench/ruleset"

// sources writes the rules of a set for a contestant that evaluates one
// expression a rule: conditions, or for scoring the points as a conditional.
func sources(l *ruleset.Language, w *Workload, set Set) ([]string, error) {
	empty := ruleset.Never
	if w.Empties {
		empty = ruleset.Fails
	}
	var out []string
	switch set {
	case Scoring:
		for _, rule := range ruleset.Scoring() {
			when, sum, err := l.Scored(rule, empty)
			if err != nil {
				return nil, err
			}
			out = append(out, when+" ? "+sum+" : 0")
		}
	case Campaigns:
		for _, c := range ruleset.Campaigns() {
			src, err := l.Takes(c, w.Empties)
			if err != nil {
				return nil, err
			}
			out = append(out, src)
		}
	case Hundred:
		for _, rule := range ruleset.Hundred() {
			src, err := l.Condition(rule, empty)
			if err != nil {
				return nil, err
			}
			out = append(out, src)
		}
	}
	return out, nil
}
