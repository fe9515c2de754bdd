package engine

import (
	"fmt"
	"slices"

	"callsheet/engine/expression"
)

// Named is a condition with the name that people know it by, such as "segment
// PVI_NOW", "points owner" or "PVI exclude.stale".
type Named struct {
	Name string
	File string
	Line int
	// Condition is nil where it reads the call, slot or campaign, so that it
	// says nothing of a lead alone.
	Condition *expression.Condition
}

// Named lists the conditions of types, segments, point rules and campaigns, in
// the order of the files.
func (b *RuleBook) Named() []Named {
	var all []Named
	add := func(name string, c *expression.Condition, alone bool) {
		n := Named{Name: name}
		if at := b.text.conditions[c]; at != nil {
			n.File, n.Line = at.Pos().File, at.Pos().Line
		}
		if alone {
			n.Condition = c
		}
		all = append(all, n)
	}
	nth := map[string]int{}
	for _, choices := range []struct {
		what string
		list []Choice
	}{{"type", b.Leads.Types}, {"segment", b.Leads.Segments}} {
		for i := range choices.list {
			c := &choices.list[i]
			if c.when == nil {
				continue
			}
			name := choices.what + " " + c.Name
			if nth[name]++; nth[name] > 1 {
				name = fmt.Sprintf("%s (%d)", name, nth[name])
			}
			add(name, c.when, true)
		}
	}
	for _, g := range b.Scoring.Groups {
		for i := range g.Rules {
			if r := &g.Rules[i]; r.when != nil {
				add("points "+r.Name, r.when, true)
			}
		}
	}
	for _, c := range b.Campaigns {
		for _, list := range [][]Condition{c.Include, c.Exclude} {
			for i := range list {
				name := b.NameOf(list[i])
				if !slices.ContainsFunc(all, func(n Named) bool { return n.Name == name }) {
					add(name, list[i].expr, false)
				}
			}
		}
	}
	return all
}

// NameOf is the name of a condition of campaigns: that of the first campaign
// that has it, where it comes from the defaults or from another one.
func (b *RuleBook) NameOf(c Condition) string {
	for _, campaign := range b.Campaigns {
		for kind, list := range map[string][]Condition{"include": campaign.Include, "exclude": campaign.Exclude} {
			for i := range list {
				if list[i].expr == c.expr {
					return campaign.Name + " " + kind + "." + c.Name
				}
			}
		}
	}
	return ""
}

// PointsWhy says how the condition of a point rule comes to its result for a
// lead of a batch, a line a part; nothing for a rule without condition.
func (b *RuleBook) PointsWhy(name string, batch *expression.Batch, row int) []string {
	for _, g := range b.Scoring.Groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Name != name || r.when == nil {
				continue
			}
			e := r.when.Explain(batch, row)
			why := e.Source
			for _, reading := range readings(e.Root, nil) {
				why += "   " + reading.String()
			}
			return []string{why}
		}
	}
	return nil
}
