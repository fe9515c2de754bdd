package ruletest

import (
	"slices"
	"strconv"
	"strings"

	"callsheet/engine"
)

// Coverage says, rule by rule in the order of the files, in which directions
// tests have seen it. A direction counts where a test compares something that
// depends on it.
type Coverage struct {
	Rules []Seen
	book  *engine.RuleBook
	all   []engine.Named
}

// Seen is one rule, and in how many tests it held and did not.
type Seen struct {
	engine.Named
	True, Untrue int
}

// Directions is how many ways a rule can come out: 2, and 1 for those that
// always hold.
func (s *Seen) Directions() int {
	if s.Always {
		return 1
	}
	return 2
}

// Covered counts the directions that were seen.
func (s *Seen) Covered() int {
	n := 0
	if s.True > 0 {
		n++
	}
	if s.Untrue > 0 && !s.Always {
		n++
	}
	return n
}

// Words say what was seen of a rule.
func (s *Seen) Words() string {
	switch {
	case s.Covered() == s.Directions() && s.Always:
		return "seen"
	case s.Covered() == s.Directions():
		return "in both directions"
	case s.True+s.Untrue == 0, s.Always:
		return "NO TEST"
	case s.True == 0:
		return "never seen true"
	}
	return "never seen false"
}

func newCoverage(book *engine.RuleBook) *Coverage {
	c := &Coverage{book: book, all: book.Named()}
	for _, n := range c.all {
		c.Rules = append(c.Rules, Seen{Named: n})
	}
	return c
}

// Counts are the rules seen in all their directions, and the directions seen,
// of how many.
func (c *Coverage) Counts() (rules, ofRules, directions, ofDirections int) {
	for i := range c.Rules {
		s := &c.Rules[i]
		if s.Covered() == s.Directions() {
			rules++
		}
		directions += s.Covered()
		ofDirections += s.Directions()
	}
	return rules, len(c.Rules), directions, ofDirections
}

// Of keeps the rules that some changes of a book concern.
func (c *Coverage) Of(changes []engine.RuleChange) *Coverage {
	within := func(path, of string) bool { return path == of || strings.HasPrefix(path, of+".") }
	kept := &Coverage{book: c.book, all: c.all}
	for i := range c.Rules {
		s := &c.Rules[i]
		if slices.ContainsFunc(changes, func(change engine.RuleChange) bool {
			rule := strings.TrimSuffix(change.Rule, " (order)")
			return change.File == s.File && (within(rule, s.Path) || within(s.Path, rule) || rule == engine.WholeFile)
		}) {
			kept.Rules = append(kept.Rules, *s)
		}
	}
	return kept
}

// note counts a direction.
func (s *Seen) note(held bool) {
	if held {
		s.True++
	} else {
		s.Untrue++
	}
}

// cover notes what a trial has shown of each rule.
func (tr *trial) cover(c *Coverage) {
	wants := func(keys ...string) bool {
		return slices.ContainsFunc(tr.test.Expect, func(e engine.Expected) bool { return slices.Contains(keys, e.Key) })
	}
	taken := map[engine.RuleKind]bool{}
	for i := range c.Rules {
		s := &c.Rules[i]
		switch s.Kind {
		case engine.RuleType, engine.RuleSegment:
			if !taken[s.Kind] && wants(string(s.Kind), "result", "because") && tr.test.Call == nil {
				taken[s.Kind] = tr.holds(&s.Named)
				s.note(taken[s.Kind])
			}
		case engine.RulePoints:
			if wants("score", "grade", "points."+s.Rule) || tr.wantsGroupOf(s.Rule) {
				s.note(tr.gives(s))
			}
		case engine.RuleInclude, engine.RuleExclude, engine.RulePack, engine.RuleUnless:
			if tr.test.Campaign != "" && wants("result", "because", "not_before", "not_after") {
				tr.coverCampaign(s)
			}
		case engine.RuleOutcome:
			if tr.outcome != nil && s.Rule == tr.outcome.Name && wants("outcome", "status", "next", "again_at", "callback_at", "refused") {
				s.note(true)
			}
		case engine.RuleLimit:
			if n, _ := strconv.Atoi(s.Rule); n < len(tr.limits) && wants("limit", "status") {
				s.note(tr.limits[n])
			}
		case engine.RuleCallback:
			if tr.back != nil && wants("refused", "callback_at", "status") {
				tr.coverList(s, c.Rules, tr.back.Reason, tr.back.Reason == "" || tr.back.Reason == engine.OutsideWindow)
			}
		case engine.RuleRecover, engine.RuleLeave:
			if reason := tr.got["recovery"].text; wants("recovery") {
				tr.coverList(s, c.Rules, reason, reason == "taken" || reason == engine.NoCampaign)
			}
		case engine.RuleTransfer:
			if tr.outcome != nil && wants("transfer", "agent") {
				s.note(tr.holds(&s.Named))
			}
		}
	}
}

// wantsGroupOf says that the test expects the points of the group of a rule.
func (tr *trial) wantsGroupOf(rule string) bool {
	return slices.ContainsFunc(tr.lines, func(l engine.ScoreLine) bool {
		_, wanted := tr.test.Want("points." + l.Group)
		return l.Rule == rule && wanted
	})
}

// gives says that a point rule holds, or, without a condition, that it gives
// points.
func (tr *trial) gives(s *Seen) bool {
	if s.Condition != nil {
		return tr.holds(&s.Named)
	}
	return slices.ContainsFunc(tr.lines, func(l engine.ScoreLine) bool { return l.Rule == s.Rule && l.Points != 0 })
}

// coverCampaign notes a condition, or a rule of the law, that was asked on the
// way of the lead into the campaign.
func (tr *trial) coverCampaign(s *Seen) {
	campaign, _ := tr.book.Campaign(tr.test.Campaign)
	name := s.Rule
	switch s.Kind {
	case engine.RulePack:
	case engine.RuleUnless:
		name, _, _ = strings.Cut(s.Rule, ".")
	default:
		own := func(c engine.Condition) bool { return c.Is(s.Condition) }
		if !slices.ContainsFunc(campaign.Include, own) && !slices.ContainsFunc(campaign.Exclude, own) {
			return
		}
	}
	for _, l := range tr.account {
		if l.Name != name || l.Mark == engine.MarkNotReached || l.Mark == engine.MarkSkipped {
			continue
		}
		passed := l.Mark == engine.MarkPassed
		switch s.Kind {
		case engine.RuleInclude:
			s.note(passed)
		case engine.RuleUnless:
			s.note(tr.holds(&s.Named))
		default:
			s.note(!passed)
		}
	}
}

// coverList notes a rule of a list of which the first one that stops decides;
// passed says that none did.
func (tr *trial) coverList(s *Seen, all []Seen, reason string, passed bool) {
	stops := s.Kind != engine.RuleRecover
	switch {
	case s.Rule == reason:
		s.note(stops)
	case passed || before(all, s, reason):
		s.note(!stops)
	}
}

// before says that a rule stands before the one of the reason in its list.
func before(all []Seen, s *Seen, reason string) bool {
	list := func(k engine.RuleKind) bool {
		recovery := func(k engine.RuleKind) bool { return k == engine.RuleRecover || k == engine.RuleLeave }
		return k == s.Kind || recovery(k) && recovery(s.Kind)
	}
	at := slices.IndexFunc(all, func(o Seen) bool { return o.Path == s.Path && o.File == s.File })
	of := slices.IndexFunc(all, func(o Seen) bool { return list(o.Kind) && o.Rule == reason })
	return of > at
}
