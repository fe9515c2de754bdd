package engine

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// auditedCampaign is a campaign, and how many leads are of its types and
// segments, and pass all of its conditions.
type auditedCampaign struct {
	*Campaign
	gates        []auditedGate
	takes, picks int
}

// auditedGate is a condition of a campaign, and how many of its leads pass it.
type auditedGate struct {
	kind, name string
	when       *expression.Condition
	passes     int
}

// audited begins with a campaign. One that follows another has the conditions of
// that one, where they are told.
func (b *RuleBook) audited(c *Campaign) auditedCampaign {
	audited := auditedCampaign{Campaign: c}
	if c.Follows == "" {
		audited.gates = append(b.gates("include", c.Include), b.gates("exclude", c.Exclude)...)
	}
	return audited
}

// gates are the conditions that ask for nothing but the lead and its contact: a
// lead alone says nothing of calls and slots.
func (b *RuleBook) gates(kind string, conditions []Condition) (gates []auditedGate) {
	fields := b.Schema.Fields()
	other := func(i int) bool {
		scope, _, _ := strings.Cut(fields[i].Name, ".")
		return scope != "lead" && scope != "contact"
	}
	for _, c := range conditions {
		if reads := c.expr.Fields(); len(reads) > 0 && !slices.ContainsFunc(reads, other) {
			gates = append(gates, auditedGate{kind: kind, name: c.Name, when: c.expr})
		}
	}
	return gates
}

// add counts the leads of a classified batch.
func (c *auditedCampaign) add(batch *expression.Batch, leads *Classified) {
	taken := make(bitmap, words(batch.Len()))
	for row := range batch.Len() {
		if c.TakesLead(leads.Type[row], leads.Segment[row]) {
			taken[row>>6] |= 1 << (uint(row) & 63)
		}
	}
	picked := slices.Clone(taken)
	for i := range c.gates {
		g := &c.gates[i]
		truth := g.when.Eval(batch)
		for w := range picked {
			passes := truth.True[w]
			if g.kind == "exclude" {
				passes = truth.Known[w] &^ truth.True[w]
			}
			picked[w] &= passes
			g.passes += bits.OnesCount64(taken[w] & passes)
		}
	}
	for w := range taken {
		c.takes += bits.OnesCount64(taken[w])
		c.picks += bits.OnesCount64(picked[w])
	}
}

// forNobody tells of a campaign that is for none of the leads, at the conditions
// that alone keep them out, if there are such. name is where the campaign begins.
func (a *Audit) forNobody(found *analysis, c *auditedCampaign, name *yamltext.Node) {
	switch {
	case c.takes == 0:
		found.tell(name, codeNobodyNow, fmt.Sprintf("campaign %s is for none of %d leads: nobody is of its types and segments", c.Name, a.leads), "look at lead_types and segments")
		return
	case c.takes < fewLeads || c.picks > 0:
		return
	}
	before := len(found.found)
	for _, g := range c.gates {
		if g.passes == 0 {
			found.tell(a.book.text.conditions[g.when], codeNobodyNow, fmt.Sprintf("%s %s keeps out all %d leads of the types and segments of campaign %s", g.kind, g.name, c.takes, c.Name), "correct the condition, or see callsheet funnel "+c.Name)
		}
	}
	if len(found.found) == before {
		found.tell(name, codeNobodyNow, fmt.Sprintf("campaign %s is for none of %d leads: its conditions together keep out all %d of its types and segments", c.Name, a.leads, c.takes), "see callsheet funnel "+c.Name)
	}
}
