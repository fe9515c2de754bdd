package dispatch

import (
	"context"
	"fmt"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// AuditDay holds the rules of a book against the leads that were decided about in
// the slots of a local day, each at the clock of its first decision and with what
// is known of it now.
func (d *Desk) AuditDay(ctx context.Context, book *engine.RuleBook, day calendar.Date) (*engine.Audit, error) {
	audit, facts, batch := book.Audit(), newFacts(book), book.Schema.NewBatch(0)
	fields := []string{"custom"}
	for _, f := range crm.LeadFields() {
		fields = append(fields, f.Name)
	}
	keys, err := d.slotsOn(ctx, book, day)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, key := range keys {
		for after := ""; ; {
			page, err := d.Store.Decided(ctx, fields, key, after, expression.MaxBatch)
			if err != nil {
				return nil, fmt.Errorf("look at the decisions: %w", err)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].LeadID
			var leads []*crm.Lead
			at := page[0].Decision.At.Time()
			for i := range page {
				if id := page[i].LeadID; !seen[id] {
					seen[id], leads = true, append(leads, &page[i].Lead)
				}
			}
			if len(leads) == 0 {
				continue
			}
			if _, err := d.pasts(ctx, book, leads, at); err != nil {
				return nil, err
			}
			batch.Reset(len(leads))
			for i, l := range leads {
				facts.lead(batch, i, l)
			}
			audit.Add(batch, book.Classify(batch, at))
		}
	}
	return audit, nil
}

// slotsOn are the keys of the slots of a day about which something was decided.
func (d *Desk) slotsOn(ctx context.Context, book *engine.RuleBook, day calendar.Date) (keys []string, err error) {
	for _, c := range book.Campaigns {
		funnels, err := d.Store.Funnels(ctx, c.Name, day.String(), day.AddDays(1).String())
		if err != nil {
			return nil, fmt.Errorf("look at the decisions: %w", err)
		}
		for i := range funnels {
			keys = append(keys, funnels[i].SlotKey)
		}
	}
	return keys, nil
}

// farthest is how many days back a campaign's slots are looked for.
const farthest = 366

// Idle tells an audit of the campaigns that chose nobody on their last days with
// slots, up to a day.
func (d *Desk) Idle(ctx context.Context, book *engine.RuleBook, audit *engine.Audit, until calendar.Date) error {
	for _, c := range book.Campaigns {
		if !c.Calls() {
			continue
		}
		funnels, err := d.Store.Funnels(ctx, c.Name, until.AddDays(-farthest).String(), until.AddDays(1).String())
		if err != nil {
			return fmt.Errorf("look at the slots: %w", err)
		}
		days, last := 0, ""
		for i := len(funnels) - 1; i >= 0; i-- {
			f := &funnels[i]
			day := crm.SlotDay(f.SlotKey)
			if n := len(f.Steps); n > 0 && f.Steps[n-1].Left > 0 {
				days -= int(one(day == last)) // a later slot of that day
				break
			}
			days, last = days+int(one(day != last)), day
		}
		audit.Idle(c.Name, days)
	}
	return nil
}
