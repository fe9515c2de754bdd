package dispatch

import (
	"context"
	"iter"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// together is campaigns that start at one moment: what is due then is read, and
// looked at, once for all of them.
type together struct {
	until   crm.Instant     // the last end of the slots that run
	read    []docket        // nil before the first campaign asks
	claimed map[string]bool // calls that one of them took, by id
}

// StartTogether is [Desk.Start] of several campaigns, one after the other. A
// desk that is brief reads once what is due for them.
func (d *Desk) StartTogether(ctx context.Context, book *engine.RuleBook, campaigns []*engine.Campaign, at time.Time) ([]Report, error) {
	var all *together
	if d.Brief != nil && len(campaigns) > 1 {
		all = &together{until: lastEnd(book, campaigns, at), claimed: map[string]bool{}}
	}
	var reports []Report
	for _, c := range campaigns {
		if book.NotStarted(c, at) != "" {
			continue
		}
		more, err := start{desk: d, book: book, c: c, at: at, together: all}.decide(ctx)
		if reports = append(reports, more...); err != nil {
			return reports, err
		}
	}
	return reports, nil
}

// lastEnd is when the last of the slots ends that run at a time; before all times
// when none runs.
func lastEnd(book *engine.RuleBook, campaigns []*engine.Campaign, at time.Time) (end crm.Instant) {
	for _, c := range campaigns {
		for _, g := range append([]*engine.Group{nil}, book.Groups...) {
			if slot, runs := book.Week(c, g).Containing(at); runs {
				end = max(end, crm.At(slot.End))
			}
		}
	}
	return end
}

// serves says that what is read for all campaigns is enough for one: it calls
// whom it chooses, which the next then finds taken, in a slot that runs.
func (t *together) serves(sel *selection) bool {
	return t != nil && !sel.follows() && sel.c.Calls() && crm.At(sel.s.slot.End) <= t.until
}

func (t *together) dockets(ctx context.Context, sel *selection) iter.Seq2[docket, error] {
	return func(yield func(docket, error) bool) {
		if t.read == nil {
			t.read = []docket{}
			for due, err := range ahead(sel.desk.Store.DueCalls(ctx, sel.fields, t.until, expression.MaxBatch)) {
				var k docket
				if err == nil {
					k, err = sel.desk.docket(ctx, sel.book, &sel.facts, sel.book.Schema.NewBatch(0), due, sel.at)
				}
				if err != nil {
					yield(k, err)
					return
				}
				t.read = append(t.read, k)
			}
		}
		for _, k := range t.read {
			if !yield(k, nil) {
				return
			}
		}
	}
}

// took notes what a campaign claimed.
func (t *together) took(calls []crm.Call) {
	if t == nil {
		return
	}
	for i := range calls {
		t.claimed[calls[i].ID] = true
	}
}

// elsewhere says of a call that it is not this campaign's to decide about: another
// one has taken it, or it is due later.
func (t *together) elsewhere(sel *selection, call *crm.Call) bool {
	return t != nil && (t.claimed[call.ID] || call.DueAt >= crm.At(sel.s.slot.End))
}
