package ruletest

import (
	"callsheet/engine"
	"callsheet/engine/expression"
)

// Coverage says, by condition, in which directions tests have seen it.
type Coverage map[string]*Seen

// Seen is one condition: where it stands, and how often it was true and was
// not.
type Seen struct {
	Name         string // as people know it: "PVI exclude.stale"
	File         string
	Line         int
	True, Untrue int
	place        int
	condition    *expression.Condition
}

// Covered counts the directions that were seen: 0, 1 or 2.
func (s *Seen) Covered() int {
	n := 0
	if s.True > 0 {
		n++
	}
	if s.Untrue > 0 {
		n++
	}
	return n
}

func newCoverage(book *engine.RuleBook) Coverage {
	c := Coverage{}
	for i, named := range book.Named() {
		c[named.Name] = &Seen{Name: named.Name, File: named.File, Line: named.Line, place: i, condition: named.Condition}
	}
	return c
}

// see notes what the conditions over leads alone come to for a lead.
func (c Coverage) see(batch *expression.Batch) {
	for _, s := range c {
		if s.condition == nil {
			continue
		}
		if yes, known := s.condition.Eval(batch).At(0); yes && known {
			s.True++
		} else {
			s.Untrue++
		}
	}
}

// judged notes what the conditions of a campaign came to.
func (c Coverage) judged(book *engine.RuleBook, campaign *engine.Campaign, lines []engine.AccountLine) {
	note := func(cond engine.Condition, want bool) {
		s, name := c[book.NameOf(cond)], cond.Name
		if s == nil {
			return
		}
		for _, l := range lines {
			if l.Name != name {
				continue
			}
			passes := l.Mark == engine.MarkPassed || l.Mark == engine.MarkNotReached && l.Would == engine.MarkPassed
			switch {
			case l.Mark == engine.MarkSkipped:
			case passes == want:
				s.True++
			default:
				s.Untrue++
			}
		}
	}
	for _, cond := range campaign.Include {
		note(cond, true)
	}
	for _, cond := range campaign.Exclude {
		note(cond, false)
	}
}

// List is the conditions in the order of the files.
func (c Coverage) List() []*Seen {
	list := make([]*Seen, len(c))
	for _, s := range c {
		list[s.place] = s
	}
	return list
}
