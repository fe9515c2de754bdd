package dispatch

import (
	"fmt"
	"slices"

	"callsheet/engine"
)

// Breach is a guardrail that an edit does not keep to.
type Breach struct {
	Campaign string
	Rail     string // max_change, min_leads or max_leads
	Says     string // for people
}

// fewest is how many leads a campaign must have chosen before an edit for
// max_change to count: of a handful, one is a large share.
const fewest = 20

// Guard lists the guardrails that going from one rule book to the other would
// pass, by a comparison of the two. Those of the book in force count, so that an
// edit cannot widen its own; a campaign that is new has those it brings along.
// One that calls nobody before and after needs none.
func Guard(inForce, candidate *engine.RuleBook, c *Comparison) (breaches []Breach) {
	for i := range c.Campaigns {
		m := &c.Campaigns[i]
		campaign, ok := byName(inForce, m.Name)
		if !ok {
			campaign, ok = byName(candidate, m.Name)
		}
		if !ok || m.Entering == 0 && m.Leaving == 0 || !calls(inForce, candidate, m.Name) {
			continue
		}
		g := campaign.Guardrails
		breach := func(rail, format string, args ...any) {
			breaches = append(breaches, Breach{m.Name, rail, m.Name + " " + fmt.Sprintf(format, args...)})
		}
		if share := m.Share(); g.MaxChange > 0 && m.Before >= fewest && share > g.MaxChange {
			breach("max_change", "changes by %s (%d enter, %d leave, of %d), more than %s", Percent(share), m.Entering, m.Leaving, m.Before, Percent(g.MaxChange))
		}
		if g.MinLeads > 0 && m.After < g.MinLeads && m.After < m.Before {
			breach("min_leads", "would choose %d leads instead of %d, fewer than %d", m.After, m.Before, g.MinLeads)
		}
		if g.MaxLeads > 0 && m.After > g.MaxLeads && m.After > m.Before {
			breach("max_leads", "would choose %d leads instead of %d, more than %d", m.After, m.Before, g.MaxLeads)
		}
	}
	return breaches
}

// Percent is a share for people: 42 %, and 2.5 % where that matters.
func Percent(share float64) string {
	percent := share * 100
	if percent < 10 && percent != float64(int(percent)) {
		return fmt.Sprintf("%.1f %%", percent)
	}
	return fmt.Sprintf("%.0f %%", percent)
}

func byName(book *engine.RuleBook, name string) (*engine.Campaign, bool) {
	i := slices.IndexFunc(book.Campaigns, func(c *engine.Campaign) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return book.Campaigns[i], true
}
