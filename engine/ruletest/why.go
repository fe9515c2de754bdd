package ruletest

import (
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
)

// why is a rule with the values that it read; nothing of no rule.
func (tr *trial) why(n *engine.Named, decided bool) []Why {
	if n == nil {
		return nil
	}
	w := Why{Rule: n.Name, File: n.File, Line: n.Line, Decided: decided}
	if n.Condition != nil {
		w.Lines = under(n.Condition.Explain(tr.batch, 0))
	}
	if n.Gives != "" {
		w.Lines = append(w.Lines, "points: "+n.Gives)
	}
	return []Why{w}
}

// choice tells of the entry of a first-match list that took the lead, and of
// the one that should have.
func (tr *trial) choice(kind engine.RuleKind) func(string) []Why {
	return func(want string) []Why {
		var all []Why
		taken := false
		tr.named(func(n *engine.Named) bool {
			switch {
			case n.Kind != kind:
			case !taken && tr.holds(n):
				taken = true
				all = append(tr.why(n, true), all...)
			case n.Rule == want && want != "":
				all = append(all, tr.why(n, false)...)
			}
			return false
		})
		return all
	}
}

// holds says that the condition of a rule is true of the lead, or that it has
// none.
func (tr *trial) holds(n *engine.Named) bool {
	if n.Condition == nil {
		return true
	}
	yes, known := n.Condition.Eval(tr.batch).At(0)
	return yes && known
}

// breakdown tells how the score adds up.
func (tr *trial) breakdown(string) []Why {
	var told []string
	for _, l := range tr.lines {
		switch {
		case l.Points == 0:
		case l.Rule == "":
			told = append(told, fmt.Sprintf("%+d (%s)", l.Points, l.Say))
		default:
			told = append(told, fmt.Sprintf("%+d %s", l.Points, l.Rule))
		}
	}
	if len(told) == 0 {
		told = []string{"no rule gives points"}
	}
	return []Why{{Decided: true, Lines: []string{strings.Join(told, "  ")}}}
}

// pointsOf tells of a point rule, or of those of a group.
func (tr *trial) pointsOf(name string) func(string) []Why {
	return func(string) []Why {
		rule := tr.named(func(n *engine.Named) bool { return n.Kind == engine.RulePoints && n.Rule == name })
		if rule != nil {
			return tr.why(rule, true)
		}
		return tr.breakdown("")
	}
}

// campaignWhy tells of what kept the lead out, and of what should have.
func (tr *trial) campaignWhy(c *engine.Campaign) func(string) []Why {
	return func(want string) []Why {
		var all []Why
		for _, l := range tr.account {
			stopped := l.Mark == engine.MarkStopped || l.Mark == engine.MarkOpen
			if !stopped && l.Name != want {
				continue
			}
			w := tr.why(tr.condition(c, l.Name), stopped)
			if w == nil {
				w = []Why{{Rule: l.Name, Decided: stopped}}
			}
			if len(w[0].Lines) == 0 {
				w[0].Lines = []string{l.Say}
			}
			if stopped {
				all = append(w, all...)
			} else {
				all = append(all, w...)
			}
		}
		return all
	}
}

// condition is the rule of a reason that a campaign gives.
func (tr *trial) condition(c *engine.Campaign, reason string) *engine.Named {
	for _, list := range [][]engine.Condition{c.Include, c.Exclude} {
		for i := range list {
			if list[i].Name == reason {
				return tr.named(func(n *engine.Named) bool { return n.Condition != nil && list[i].Is(n.Condition) })
			}
		}
	}
	return tr.named(func(n *engine.Named) bool { return n.Kind == engine.RulePack && n.Rule == reason })
}

// recoveryWhy tells of what leaves the lead alone, and of what should.
func (tr *trial) recoveryWhy(reason string) func(string) []Why {
	return func(want string) []Why {
		var all []Why
		for _, name := range []string{reason, want} {
			all = append(all, tr.why(tr.named(func(n *engine.Named) bool {
				return (n.Kind == engine.RuleRecover || n.Kind == engine.RuleLeave) && n.Rule == name
			}), name == reason)...)
		}
		return all
	}
}

func (tr *trial) callbackWhy(want string) []Why {
	var all []Why
	for _, name := range []string{tr.back.Reason, want} {
		all = append(all, tr.why(tr.named(func(n *engine.Named) bool { return n.Kind == engine.RuleCallback && n.Rule == name }), name == tr.back.Reason)...)
	}
	return all
}

func (tr *trial) outcomeWhy(string) []Why {
	w := tr.why(tr.named(func(n *engine.Named) bool { return n.Kind == engine.RuleOutcome && n.Rule == tr.outcome.Name }), true)
	w[0].Lines = []string{fmt.Sprintf("outcome %s: status %s, next %s", tr.outcome.Name, tr.outcome.Status, tr.outcome.Next)}
	if reached := slices.Index(tr.limits, true); reached >= 0 {
		w = append(w, tr.why(tr.named(func(n *engine.Named) bool { return n.Kind == engine.RuleLimit && n.Rule == fmt.Sprint(reached) }), true)...)
	}
	return w
}

func (tr *trial) transferWhy(want string) []Why {
	var all []Why
	for _, name := range []string{tr.got["transfer"].text, want} {
		decided := name == tr.got["transfer"].text
		all = append(all, tr.why(tr.named(func(n *engine.Named) bool { return n.Kind == engine.RuleTransfer && n.Rule == name }), decided)...)
	}
	return all
}
