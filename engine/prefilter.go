package engine

import (
	"maps"
	"slices"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Prefilter is true at least for every planned call, callbacks apart, that
// Judge may let pass in the slot at the clock now, so that a database can
// leave out the others: what the campaign includes, does not exclude, and no
// pack in force on the day of the slot blocks. Callbacks skip what a campaign
// includes and are for the caller to look at, every one.
//
// d tells the columns of lead, contact and call; slot, campaign and now are
// bound to what they are here. Type, segment, score, grade and group are
// decided anew by each run, and the bounds of the call too: what is stored of
// them is never looked at.
func (b *RuleBook) Prefilter(c *Campaign, slot calendar.Slot, now time.Time, d expression.SQLDialect) expression.Where {
	var rows []expression.Selection
	for i := range c.Include {
		rows = append(rows, c.Include[i].expr.True())
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
	stored := d.Column
	d.Column = func(field string) (string, bool) {
		if stored == nil || slices.Contains(decided(), field) {
			return "", false
		}
		return stored(field)
	}
	d.Bind = maps.Clone(d.Bind)
	if d.Bind == nil {
		d.Bind = map[string]any{}
	}
	maps.Copy(d.Bind, map[string]any{
		"now": now, "campaign.name": c.Name, "slot.name": slot.Name, "slot.start": slot.Start, "slot.end": slot.End,
	})
	return b.Schema.SQL(expression.Common(rows...), d)
}

// decided are the fields that Classify and Judge write.
func decided() []string {
	return []string{"lead.type", "lead.segment", "lead.score", "lead.grade", "lead.group", "call.not_before", "call.not_after"}
}
