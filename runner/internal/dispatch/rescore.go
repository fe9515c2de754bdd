package dispatch

import (
	"context"
	"errors"
	"path"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Rescore works on a pass until no range of it is free: it brings the stored
// type, segment, score, grade, group and attempts_30d of leads up to date with
// the book, which is the one of the pass, and its clock, and plans the first call
// of parked leads that a campaign takes now. Only what changed is written.
// Others may work on the same pass; a range that somebody holds for longer than
// last is taken from them. progress, which may be nil, is told of every range,
// and several workers may tell it at once.
func (d *Desk) Rescore(
	ctx context.Context, book *engine.RuleBook, pass crm.Pass, owner string, last time.Duration, progress func(crm.Rescored),
) error {
	r := d.Receiver(book)
	r.facts = factsOf(book, readIn(book, Classifies))
	room := make([]crm.Lead, 0, expression.MaxBatch)
	for ctx.Err() == nil {
		part, ok, err := d.Store.ClaimRange(ctx, pass.ID, owner, last)
		if err != nil || !ok {
			return err
		}
		did, held, err := r.rescoreRange(ctx, part, room, pass.At.Time())
		if errors.Is(err, crm.ErrConflict) {
			continue // its leads are written all the time: it comes again when it is free
		}
		if err != nil {
			return err
		}
		if held && progress != nil {
			progress(did)
		}
	}
	return ctx.Err()
}

// Classifies says that a rule file has to do with the type, segment, score and
// grade of leads; their group goes by the zones of campaigns.yaml and by nothing
// that a lead says there.
func Classifies(file string) bool {
	switch path.Base(file) {
	case "scoring.yaml", "leads.yaml", "fields.yaml":
		return true
	}
	return false
}

// rescoreRange rescores the leads of a range, read into room, again when somebody
// else wrote one of them meanwhile.
func (r *Receiver) rescoreRange(
	ctx context.Context, part crm.Range, room []crm.Lead, now time.Time,
) (did crm.Rescored, held bool, err error) {
	for range attempts {
		fresh := rescored{}
		for after, more := part.After, true; more; {
			page, err := r.desk.Store.RangeLeads(ctx, r.facts.reads, part, after, room)
			if err != nil {
				return did, false, err
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].ID
			more = len(page) == cap(room) && after != part.UpTo
			if err := r.rescore(ctx, page, now, &fresh); err != nil {
				return did, false, err
			}
		}
		did = fresh.Rescored
		if held, err = r.desk.Store.EndRange(ctx, part, fresh.scores, fresh.planned, did); !errors.Is(err, crm.ErrConflict) {
			break
		}
	}
	return did, held, err
}

// rescored is what is to be stored of a range.
type rescored struct {
	crm.Rescored
	scores  []crm.Scores
	planned []crm.Arrival
}

func (r *Receiver) rescore(ctx context.Context, page []crm.Lead, now time.Time, total *rescored) error {
	var parked []string
	for i := range page {
		if page[i].Status == crm.Parked {
			parked = append(parked, page[i].ID)
		}
	}
	// Whoever gets a call is written whole.
	whole, err := r.desk.Store.LeadsByID(ctx, parked)
	if err != nil {
		return err
	}
	leads, before := make([]*crm.Lead, len(page)), make([]crm.Scores, len(page))
	var phones []string
	for i := range page {
		if l := whole[page[i].ID]; l != nil {
			page[i] = *l
			phones = append(phones, l.Phone)
		}
		leads[i], before[i] = &page[i], scoresOf(&page[i])
	}
	if _, err := r.desk.pasts(ctx, r.book, leads, now); err != nil {
		return err
	}
	r.batch.Reset(len(page))
	for i, l := range leads {
		r.facts.lead(r.batch, i, l)
	}
	last, err := r.desk.Store.LastCalls(ctx, parked)
	if err != nil {
		return err
	}
	barred, err := r.desk.suppressed(ctx, phones, crm.At(now))
	if err != nil {
		return err
	}
	class := r.book.Classify(r.batch, now)
	plan := newPlan(r.book, now)
	for i := range page {
		l := &page[i]
		r.describe(l, class, i, now)
		total.Leads++
		if _, never := barred[l.Phone]; l.Status == crm.Parked && !never {
			if call := plan.first(l, class.Group[i], last[l.ID], false); call != nil {
				total.planned = append(total.planned, crm.Arrival{Lead: *l, Call: call})
				total.Planned++
				total.Changed++
				continue
			}
		}
		if after := scoresOf(l); after != before[i] {
			after.At, after.Version = crm.At(now), r.book.Version
			total.scores = append(total.scores, after)
			total.Changed++
		}
	}
	return nil
}

// scoresOf is what the rules decided of a lead, without when and by which
// book.
func scoresOf(l *crm.Lead) crm.Scores {
	return crm.Scores{
		Revision: l.Revision, LeadID: l.ID, Type: l.Type, Segment: l.Segment, Grade: l.Grade, Group: l.Group, Score: l.Score, Attempts30d: l.Attempts30d,
	}
}
