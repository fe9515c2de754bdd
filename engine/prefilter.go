package engine

import (
	"maps"
	"slices"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Prefilter is true at least for every planned call that Judge may let past a
// gate in the slot at the clock now, so that a database can leave out the
// others. GateSegment asks for leads of which type and segment may be the
// campaign's; a later gate also for what the campaign includes and does not
// exclude, and what no pack in force on the day of the slot blocks. Callbacks
// skip what a campaign includes, and have a filter of their own.
//
// d tells the columns of lead, contact and call; slot, campaign and now are
// bound to what they are here. Type, segment, score, grade and group are
// decided anew by each run, and the bounds of the call too: what is stored of
// them is never looked at.
func (b *RuleBook) Prefilter(
	c *Campaign, slot calendar.Slot, now time.Time, past Gate, d expression.SQLDialect,
) (calls, callbacks expression.Where) {
	rows := []expression.Selection{among(b.Leads.Types, c.LeadTypes), among(b.Leads.Segments, c.Segments)}
	var include []expression.Selection
	if past > GateSegment {
		for i := range c.Include {
			include = append(include, c.Include[i].expr.True())
		}
		for i := range c.Exclude {
			rows = append(rows, c.Exclude[i].expr.False())
		}
		for _, pack := range b.Packs {
			for k := range pack.Rules {
				if r := &pack.Rules[k]; r.block != nil && len(r.Unless) == 0 && r.Holds(slot.Date) {
					rows = append(rows, r.block.False())
				}
			}
		}
	}
	d = undecided(d, map[string]any{
		"now": now, "campaign.name": c.Name, "slot.name": slot.Name, "slot.start": slot.Start, "slot.end": slot.End,
	})
	return b.Schema.SQL(expression.Common(append(include, rows...)...), d), b.Schema.SQL(expression.Common(rows...), d)
}

// among is the leads that one of the named choices may take, and no other one
// before it; without a name, all of them.
func among(choices []Choice, names []string) expression.Selection {
	if len(names) == 0 {
		return expression.Common()
	}
	var rows, passed []expression.Selection
	for i := range choices {
		choice := &choices[i]
		switch {
		case !slices.Contains(names, choice.Name) && choice.when != nil:
			passed = append(passed, choice.when.Untrue())
		case !slices.Contains(names, choice.Name):
			return expression.Either(rows...)
		case choice.when == nil:
			return expression.Either(append(rows, expression.Common(passed...))...)
		default:
			rows = append(rows, expression.Common(choice.when.True(), expression.Common(slices.Clone(passed)...)))
		}
	}
	return expression.Either(rows...)
}

// undecided is a dialect that knows some values and no column of what runs
// decide anew.
func undecided(d expression.SQLDialect, bind map[string]any) expression.SQLDialect {
	stored, known := d.Column, d.Bind
	d.Column = func(field string) (string, bool) {
		if stored == nil || slices.Contains(decided(), field) {
			return "", false
		}
		return stored(field)
	}
	d.Bind = map[string]any{}
	maps.Copy(d.Bind, known)
	maps.Copy(d.Bind, bind)
	return d
}

// decided are the fields that Classify and Judge write.
func decided() []string {
	return []string{"lead.type", "lead.segment", "lead.score", "lead.grade", "lead.group", "call.not_before", "call.not_after"}
}
