package engine

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// fewLeads is from how many leads on an audit judges rules by them.
const fewLeads = 20

// nearlyAll is the share of leads from which on a rule separates nothing.
const nearlyAll = 0.995

// Audit holds the rules of a book against real leads: values that no lead has,
// rules that fire for all or none, campaigns for nobody. It belongs to one
// goroutine.
type Audit struct {
	book   *RuleBook
	leads  int
	points []auditedRule
	// values are those that leads have of the fields that rules compare with
	// texts, and how many have each.
	values    map[int]map[string]int
	campaigns []auditedCampaign
	idle      map[string]int // days on which a campaign chose nobody
}

// idleDays is from how many days with slots on a campaign that chose nobody is
// odd.
const idleDays = 14

// Idle tells the audit on how many of its last days with slots, one after the
// other, a campaign chose nobody.
func (a *Audit) Idle(campaign string, days int) { a.idle[campaign] = days }

// kept are the fields whose values the program gives by itself, so that one that
// no lead has just now is nothing odd.
func kept() []string { return append(decided(), "lead.status", "lead.last_outcome") }

// auditedRule is a point rule, and how many leads it fires for.
type auditedRule struct {
	name string
	when *expression.Condition
	true int
}

// Audit begins one.
func (b *RuleBook) Audit() *Audit {
	a := &Audit{book: b, values: map[int]map[string]int{}, idle: map[string]int{}}
	for _, n := range b.Named() {
		if n.Kind == RulePoints && n.Condition != nil {
			a.points = append(a.points, auditedRule{name: n.Rule, when: n.Condition})
		}
	}
	for c := range b.text.conditions {
		for _, literal := range c.Texts() {
			if i, ok := b.Schema.Index(literal.Field); ok && strings.HasPrefix(literal.Field, "lead.") && !slices.Contains(kept(), literal.Field) {
				a.values[i] = map[string]int{}
			}
		}
	}
	for _, c := range b.Campaigns {
		a.campaigns = append(a.campaigns, b.audited(c))
	}
	return a
}

// Add looks at the leads of a classified batch.
func (a *Audit) Add(batch *expression.Batch, leads *Classified) {
	a.leads += batch.Len()
	for i := range a.points {
		for _, word := range a.points[i].when.Eval(batch).True {
			a.points[i].true += bits.OnesCount64(word)
		}
	}
	for col, values := range a.values {
		column := batch.Column(col)
		for row := range batch.Len() {
			if text, ok := column.Text(row); ok {
				values[text]++
			}
		}
	}
	for i := range a.campaigns {
		a.campaigns[i].add(batch, leads)
	}
}

// Leads counts those looked at.
func (a *Audit) Leads() int { return a.leads }

// Findings are what is odd about the rules over the leads, in the order of the
// files. Of too few leads nothing can be told.
func (a *Audit) Findings() []Fault {
	found := &analysis{book: a.book}
	for _, pair := range child(a.book.text.files[campaignsFile], "campaigns").Pairs() {
		if name := pair.Key.Text(); a.idle[name] >= idleDays {
			found.tell(pair.Key, codeNoneTaken, fmt.Sprintf("campaign %s chose 0 leads on each of the last %d days on which it had slots", name, a.idle[name]), "see callsheet funnel "+name)
		}
	}
	if a.leads >= fewLeads {
		a.overLeads(found)
	}
	slices.SortStableFunc(found.found, inFileOrder)
	return slices.CompactFunc(found.found, func(x, y Fault) bool { return x.File == y.File && x.Line == y.Line && x.Message == y.Message })
}

// overLeads finds what the leads tell.
func (a *Audit) overLeads(found *analysis) {
	for c, n := range a.book.text.conditions {
		for _, literal := range c.Texts() {
			a.value(found, n, literal)
		}
	}
	for _, r := range a.points {
		n := a.book.text.conditions[r.when]
		switch share := float64(r.true) / float64(a.leads); {
		case r.true == 0:
			found.tell(n, codeSeparates, fmt.Sprintf("point rule %s fires for none of %d leads", r.name, a.leads), "correct the condition, or delete the rule")
		case share >= nearlyAll:
			found.tell(n, codeSeparates, fmt.Sprintf("point rule %s fires for %.1f %% of %d leads: it separates nothing", r.name, 100*share, a.leads), "give the points to all, or make it choosier")
		}
	}
	for i, pair := range child(a.book.text.files[campaignsFile], "campaigns").Pairs() {
		a.forNobody(found, &a.campaigns[i], pair.Key)
	}
}

// value looks for a text that no lead has.
func (a *Audit) value(found *analysis, n *yamltext.Node, literal expression.Literal) {
	i, _ := a.book.Schema.Index(literal.Field)
	values := a.values[i]
	if len(values) == 0 || values[literal.Text] > 0 {
		return
	}
	hint := "see callsheet words " + literal.Field
	if near, ok := yamltext.Suggest(literal.Text, slices.Sorted(maps.Keys(values))); ok {
		hint = fmt.Sprintf("most like it: %q (%d leads)", near, values[near])
	}
	found.tell(n, codeNoValue, fmt.Sprintf("no lead has the value %q of %s", literal.Text, literal.Field), hint)
}
