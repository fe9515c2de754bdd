package engine

import (
	"fmt"
	"slices"
	"strings"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Marks of the lines of an account.
const (
	MarkPassed     = "passed"
	MarkStopped    = "stopped"
	MarkOpen       = "unknown"     // could not be evaluated; whether it stops says the kind of rule
	MarkNotReached = "not_reached" // something before it stopped the lead
	MarkSkipped    = "skipped"     // is not asked of this call
)

// AccountLine is one thing that was asked on the way of a lead into a campaign.
type AccountLine struct {
	Gate string `json:"gate"` // of the funnel
	Name string `json:"name"` // reason code: a condition, a pack rule, or one of the engine's own
	Mark string `json:"mark"`
	Say  string `json:"say"` // for people
	// Rule is the condition as it is written, where Say is what its author says of
	// it: an edit of the one may forget the other.
	Rule string `json:"rule,omitempty"`
	// Would says what a line that was not reached would come to.
	Would string `json:"would,omitempty"`
	// Reads are the values that were read.
	Reads []expression.Reading `json:"reads,omitempty"`
	// Change is the nearest change that would let the lead pass.
	Change string `json:"change,omitempty"`
	// Source is where a rule of the law stands.
	Source string `json:"source,omitempty"`
}

// Account says, in the order of Judge, what was asked of one lead of a batch on
// its way into a campaign and how it came out, up to the packs in force. The
// batch is as Judge left it for the campaign and the slot, and verdict what
// Judge said of the lead.
func (b *RuleBook) Account(c *Campaign, slot calendar.Slot, batch *expression.Batch, row int, leads *Classified, verdict Verdict) []AccountLine {
	a := &account{book: b, batch: batch, row: row, verdict: verdict}
	a.fixed(GateType, WrongType, "is of type "+leads.Type[row], "is of type "+leads.Type[row]+"; the campaign takes "+strings.Join(c.LeadTypes, ", "))
	segment := leads.Segment[row]
	if segment == "" {
		segment = "none"
	}
	if len(c.Segments) > 0 {
		a.fixed(GateSegment, WrongSegment, "is in segment "+segment, "is in segment "+segment+"; the campaign takes "+strings.Join(c.Segments, ", "))
	} else {
		a.fixed(GateSegment, WrongSegment, "any segment ("+segment+")", "")
	}
	group := "no group calls where the lead lives"
	if g := leads.Group[row]; g != nil {
		group = "is called by group " + g.Name
		if !c.Takes(g.Name) {
			group += "; the campaign works for " + strings.Join(c.Groups, ", ")
		}
	}
	a.fixed(GateGroup, NoGroup, group, group)
	if c.Mode == Canary {
		share := fmt.Sprintf("in the first %d %% of this campaign", c.Share)
		a.fixed(GateConditions, OutOfCanary, share, "not "+share)
	}
	kind, _ := batch.Column(b.columns.callKind).Text(row)
	for i := range c.Include {
		if kind == "callback" {
			a.lines = append(a.lines, AccountLine{Gate: GateConditions.String(), Name: c.Include[i].Name, Mark: MarkSkipped, Say: c.Include[i].Say + " (not asked of a callback)"})
			continue
		}
		a.condition(GateConditions, &c.Include[i], true)
	}
	for i := range c.Exclude {
		a.condition(GateConditions, &c.Exclude[i], false)
	}
	for _, pack := range b.Packs {
		for i := range pack.Rules {
			a.rule(&pack.Rules[i], slot, c.Name)
		}
	}
	return a.lines
}

// account is one while it is made.
type account struct {
	book    *RuleBook
	batch   *expression.Batch
	row     int
	verdict Verdict
	over    bool // the lead was stopped
	lines   []AccountLine
}

// mark is that of a line of this name, which comes now.
func (a *account) mark(name string) string {
	switch {
	case a.over:
		return MarkNotReached
	case a.verdict.Reason != name:
		return MarkPassed
	}
	a.over = true
	if a.verdict.Unknown {
		return MarkOpen
	}
	return MarkStopped
}

// fixed is a line of the engine's own.
func (a *account) fixed(gate Gate, name, passes, stops string) {
	line := AccountLine{Gate: gate.String(), Name: name, Mark: a.mark(name), Say: passes}
	if line.Mark == MarkStopped {
		line.Say = stops
	}
	a.lines = append(a.lines, line)
}

// condition is a line about a condition, which lets pass where it comes to
// want.
func (a *account) condition(gate Gate, c *Condition, want bool) {
	line := AccountLine{Gate: gate.String(), Name: c.Name, Mark: a.mark(c.Name)}
	a.explain(&line, c.expr, c.Say, want)
	if c.Say != "" {
		line.Rule = strings.Join(strings.Fields(c.Source()), " ")
	}
	if !want && (line.Mark == MarkPassed || line.Would == MarkPassed) {
		line.Say = "not: " + line.Say
	}
	a.lines = append(a.lines, line)
}

func (a *account) explain(line *AccountLine, c *expression.Condition, say string, want bool) {
	e := c.Explain(a.batch, a.row)
	line.Say = say
	if say == "" {
		line.Say = e.Root.Says
	}
	line.Reads = readings(e.Root, nil)
	passes := e.Result == expression.OutcomeTrue
	if !want {
		passes = e.Result == expression.OutcomeFalse
	}
	switch {
	case line.Mark == MarkNotReached && passes:
		line.Would = MarkPassed
	case line.Mark == MarkNotReached && e.Result == expression.OutcomeUnknown:
		line.Would = MarkOpen
	case line.Mark == MarkNotReached:
		line.Would = MarkStopped
	case !passes && len(e.Changes) > 0:
		line.Change = e.Changes[0].Text
	}
}

// readings are the values that a step and its parts have read, each once.
func readings(s expression.Step, found []expression.Reading) []expression.Reading {
	for _, r := range s.Reads {
		if !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	for _, part := range s.Steps {
		found = readings(part, found)
	}
	return found
}

// rule is a line about a rule of the law.
func (a *account) rule(r *PackRule, slot calendar.Slot, campaign string) {
	if r.Note != "" || !r.Holds(slot.Date) {
		return
	}
	if r.waived(slot.Date, campaign) {
		a.lines = append(a.lines, AccountLine{
			Gate: GateCompliance.String(), Name: r.ID, Mark: MarkSkipped, Source: r.Source,
			Say: fmt.Sprintf("%s (waived until %s by %s)", r.Say, r.waiver.Until, r.waiver.By),
		})
		return
	}
	line := AccountLine{Gate: GateCompliance.String(), Name: r.ID, Mark: a.mark(r.ID), Say: r.Say, Source: r.Source}
	if r.block != nil {
		// Rules about the past come before all others.
		if line.Mark == MarkPassed && a.verdict.Reason != "" && r.block.Explain(a.batch, a.row).Result != expression.OutcomeFalse {
			line.Mark = MarkNotReached
		}
		a.explain(&line, r.block, r.Say, false)
	}
	if line.Mark == MarkStopped && r.block == nil && a.verdict.Detail != "" {
		line.Say = a.verdict.Detail
	}
	a.lines = append(a.lines, line)
}
