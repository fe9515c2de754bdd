package dispatch

import (
	"context"
	"errors"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Rescored counts what a rescore did.
type Rescored struct {
	Leads, Changed int
	Planned        int // parked leads that a campaign takes now
}

// Rescore brings the stored type, segment, score, grade, group and attempts_30d of every
// lead up to date with the book and the clock, a page of leads at a time, and
// plans the first call of parked leads that a campaign takes now. Only what
// changed is written. progress, which may be nil, is told of every page.
func (d *Desk) Rescore(ctx context.Context, book *engine.RuleBook, now time.Time, progress func(leads int)) (Rescored, error) {
	var total Rescored
	r := d.Receiver(book)
	after := ""
	for {
		got, last, err := r.rescorePage(ctx, after, now)
		if err != nil || got.Leads == 0 {
			return total, err
		}
		after = last
		total.add(got)
		if progress != nil {
			progress(got.Leads)
		}
	}
}

func (r *Rescored) add(page Rescored) {
	r.Leads += page.Leads
	r.Changed += page.Changed
	r.Planned += page.Planned
}

// rescorePage rescores the page of leads after an id, again when somebody
// else wrote one of them meanwhile.
func (r *Receiver) rescorePage(ctx context.Context, after string, now time.Time) (got Rescored, last string, err error) {
	for range attempts {
		var page []crm.Lead
		page, err = r.desk.Store.Leads(ctx, after, expression.MaxBatch)
		if err != nil || len(page) == 0 {
			return Rescored{}, "", err
		}
		last, got = page[len(page)-1].ID, Rescored{}
		if err = r.rescore(ctx, page, now, &got); !errors.Is(err, crm.ErrConflict) {
			break
		}
	}
	return got, last, err
}

func (r *Receiver) rescore(ctx context.Context, page []crm.Lead, now time.Time, total *Rescored) error {
	leads, before := make([]*crm.Lead, len(page)), make([]crm.Scores, len(page))
	var parked, phones []string
	for i := range page {
		leads[i], before[i] = &page[i], scoresOf(&page[i])
		if page[i].Status == crm.Parked {
			parked, phones = append(parked, page[i].ID), append(phones, page[i].Phone)
		}
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
	var scores []crm.Scores
	var planned []crm.Arrival
	for i := range page {
		l := &page[i]
		r.describe(l, class, i, now)
		total.Leads++
		if _, never := barred[l.Phone]; l.Status == crm.Parked && !never {
			if call := plan.first(l, class.Group[i], last[l.ID], false); call != nil {
				planned = append(planned, crm.Arrival{Lead: *l, Call: call})
				total.Planned++
				total.Changed++
				continue
			}
		}
		if after := scoresOf(l); after != before[i] {
			after.At, after.Version = crm.At(now), r.book.Version
			scores = append(scores, after)
			total.Changed++
		}
	}
	if len(scores) > 0 {
		if err := r.desk.Store.SaveScores(ctx, scores); err != nil {
			return err
		}
	}
	if len(planned) > 0 {
		return r.desk.Store.PutLeads(ctx, planned)
	}
	return nil
}

// scoresOf is what the rules decided of a lead, without when and by which
// book.
func scoresOf(l *crm.Lead) crm.Scores {
	return crm.Scores{
		LeadID: l.ID, Type: l.Type, Segment: l.Segment, Grade: l.Grade, Group: l.Group, Score: l.Score, Attempts30d: l.Attempts30d,
	}
}
