package main

import (
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// coverage says which leads lose or lack a campaign, day by day.
type coverage struct{ book *engine.RuleBook }

// changes tells what begins and ends of a campaign between two days, and whose
// leads nobody takes for it.
func (v coverage) changes(c *engine.Campaign, first, last calendar.Date) []string {
	shown := func(d calendar.Date) bool { return !d.IsZero() && !d.Before(first) && !last.Before(d) }
	var told []string
	if shown(c.From) {
		text := "begins " + dayOfYear(c.From)
		if missing := v.missing(c, c.From.AddDays(-1)); missing != "" {
			text += ": until then nobody takes " + missing
		}
		told = append(told, text)
	}
	if shown(c.Until) {
		text := "ends " + dayOfYear(c.Until)
		if missing := v.missing(c, c.Until.AddDays(1)); missing != "" {
			text += ": nobody takes over " + missing + v.relief(c)
		}
		told = append(told, text)
	}
	return told
}

func dayOfYear(d calendar.Date) string {
	return fmt.Sprintf("%s %d %s", d.Weekday().String()[:3], d.Day, d.Month.String()[:3])
}

// missing names the leads of a campaign that no live campaign takes on a day;
// empty when there are none, and for a campaign that calls nobody itself, or
// follows another one.
func (v coverage) missing(c *engine.Campaign, day calendar.Date) string {
	if !c.Calls() || c.Follows != "" {
		return ""
	}
	return alike(v.groups(c), " and ", func(group string) string {
		segments := c.Segments
		if len(segments) == 0 {
			segments = v.segments()
		}
		return alike(c.LeadTypes, " and ", func(leadType string) string {
			var lost []string
			for _, segment := range segments {
				if !v.taken(day, leadType, segment, group) {
					lost = append(lost, segment)
				}
			}
			switch {
			case len(lost) == 0:
				return ""
			case len(lost) == len(segments) && len(c.Segments) == 0:
				return "all leads"
			}
			return strings.Join(lost, ", ") + " leads"
		}, func(text string, types []string, _ bool) string { return text + " (" + strings.Join(types, ", ") + ")" })
	}, func(text string, groups []string, all bool) string {
		if all {
			return text
		}
		return text + " of " + strings.Join(groups, ", ")
	})
}

// alike says something of each of several names, those together of which the
// same is to be said, and nothing of those of which nothing is.
func alike(names []string, between string, say func(name string) string, join func(text string, names []string, all bool) string) string {
	var texts, said []string
	of := map[string][]string{}
	for _, name := range names {
		text := say(name)
		if text == "" {
			continue
		}
		if of[text] == nil {
			texts = append(texts, text)
		}
		of[text] = append(of[text], name)
	}
	for _, text := range texts {
		said = append(said, join(text, of[text], len(of[text]) == len(names)))
	}
	return strings.Join(said, between)
}

// groups are the names of those that a campaign works for.
func (v coverage) groups(c *engine.Campaign) (names []string) {
	for _, g := range v.book.Groups {
		if c.Takes(g.Name) {
			names = append(names, g.Name)
		}
	}
	return names
}

// segments are all that a lead may be in, and none.
func (v coverage) segments() []string {
	var names []string
	for _, s := range v.book.Leads.Segments {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return append(names, "")
}

// taken says whether a live campaign takes the leads of a type, segment and
// group on a day. A canary leaves most of them to others.
func (v coverage) taken(day calendar.Date, leadType, segment, group string) bool {
	return slices.ContainsFunc(v.book.Campaigns, func(c *engine.Campaign) bool {
		return c.Follows == "" && c.Mode == engine.Live && c.TakesLead(leadType, segment) && c.Takes(group) &&
			!day.Before(c.From) && (c.Until.IsZero() || !c.Until.Before(day))
	})
}

// relief says when the leads of a campaign that ends are taken again.
func (v coverage) relief(c *engine.Campaign) string {
	var first *engine.Campaign
	for _, other := range v.book.Campaigns {
		if c.Until.Before(other.From) && (first == nil || other.From.Before(first.From)) && v.missing(c, other.From) == "" {
			first = other
		}
	}
	if first == nil {
		return ""
	}
	return " until " + first.Name + " begins " + dayOfYear(first.From)
}
