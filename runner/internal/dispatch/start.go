package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// Started is what a start did for one group of a campaign.
type Started struct {
	Campaign string
	Group    string
	Slot     calendar.Slot
	New      int // injected now
	Already  int // injected by earlier starts
	// Waiting counts the leads that would be called but for room: over
	// capacity, phone open, no agent.
	OverCapacity, PhoneOpen, NoAgent int
	Files                            []string
}

// Report is what a start did for one campaign in one slot.
type Report struct {
	Campaign string
	Slot     calendar.Slot
	Groups   []Started
	Funnel   crm.Funnel
	// Reasons counts the leads that stay out by reason, Unknown those among
	// them that stay out because the reason could not be evaluated.
	Reasons, Unknown map[string]int
	// Closed lists the holidays on which the campaign has no slot between the
	// start date and this slot.
	Closed []Closed
}

// Closed is a holiday that a start had to pass over.
type Closed struct {
	Calendar string
	Groups   []string // those concerned; none: everybody
	Day      calendar.Date
	Holiday  string
}

// attempts is how often a start begins again when somebody else claimed one
// of its calls first.
const attempts = 5

// Start injects the due calls of a campaign into the slot that runs at the
// given time, or else the next one: the slot of each group by its calendar.
// Calls injected earlier stay as they are, so that starting again adds only
// what is new. A dry run decides the same and stores nothing.
func (d *Desk) Start(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, at time.Time, dry bool) ([]Report, error) {
	var reports []Report
	for _, s := range slots(book, c, at) {
		report, err := d.startSlot(ctx, book, c, s, at, dry)
		if err != nil {
			return reports, fmt.Errorf("start %s: %w", c.Name, err)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// slotOf is a slot with the groups that have it.
type slotOf struct {
	slot   calendar.Slot
	groups []string // "" stands for leads that belong to no group
	closed []Closed
}

// slots finds the slot of each group of the campaign, soonest first: groups
// with other holidays may be in another slot.
func slots(book *engine.RuleBook, c *engine.Campaign, at time.Time) []slotOf {
	var found []slotOf
	add := func(name string, g *engine.Group) {
		week := book.Week(c, g)
		slot, ok := week.Next(at, c.MinRemaining)
		if !ok {
			return
		}
		same := func(s slotOf) bool { return s.slot.Start.Equal(slot.Start) && s.slot.Name == slot.Name }
		if i := slices.IndexFunc(found, same); i >= 0 {
			found[i].groups = append(found[i].groups, name)
			return
		}
		found = append(found, slotOf{slot: slot, groups: []string{name}, closed: closed(book, g, week, at, slot)})
	}
	add("", nil)
	for _, g := range book.Groups {
		if c.Takes(g.Name) {
			add(g.Name, g)
		}
	}
	slices.SortStableFunc(found, func(a, b slotOf) int { return a.slot.Start.Compare(b.slot.Start) })
	return found
}

// closed lists the holidays between a start date and the slot it gets.
func closed(book *engine.RuleBook, g *engine.Group, week *calendar.Week, at time.Time, slot calendar.Slot) []Closed {
	var list []Closed
	for _, day := range week.Skipped(calendar.DateOf(at.In(book.Zone)), slot.Date) {
		if day.Holiday == "" {
			continue
		}
		c := Closed{Calendar: book.CalendarOf(g), Day: day.Date, Holiday: day.Holiday}
		if g != nil {
			c.Groups = []string{g.Name}
		}
		list = append(list, c)
	}
	return list
}

// startSlot starts one slot, again when somebody else was faster.
func (d *Desk) startSlot(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, s slotOf, at time.Time, dry bool) (Report, error) {
	var err error
	for range attempts {
		var sel *selection
		if sel, err = d.choose(ctx, book, c, s, at); err != nil {
			return Report{}, err
		}
		report := sel.report()
		claim := sel.claim()
		if dry || len(claim.Runs) == 0 && len(claim.Decisions) == 0 {
			return report, nil
		}
		if err = d.Store.Claim(ctx, claim); !errors.Is(err, crm.ErrConflict) {
			return report, err
		}
	}
	return Report{}, err
}
