package dispatch

import (
	"context"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// recentDays is how far back lead.attempts_30d counts, today included.
const recentDays = 30

// pasts says what happened to the phones of stored leads before, over all
// leads and campaigns, in the order of the leads; nil where nothing did. The
// leads' attempts_30d are brought up to date with it at now, in the days of
// the book's time zone: give each lead once and as it is stored.
//
// What a lead brought along from another system counts too, though nobody
// reported those calls: see [history.brought].
func (d *Desk) pasts(ctx context.Context, book *engine.RuleBook, leads []*crm.Lead, now time.Time) ([]*engine.Past, error) {
	phones := make([]string, 0, len(leads))
	for _, l := range leads {
		if l.Phone != "" {
			phones = append(phones, l.Phone)
		}
	}
	records, err := d.Store.PhonePasts(ctx, phones)
	if err != nil {
		return nil, err
	}
	h := newHistory(book, now)
	pasts := make([]*engine.Past, len(leads))
	for i, l := range leads {
		pasts[i] = h.past(h.brought(l, records[l.Phone]), records[l.Phone])
		l.Attempts30d = h.recent(pasts[i])
	}
	return pasts, nil
}

// history makes pasts out of records.
type history struct {
	book    *engine.RuleBook
	resting []string // outcomes after which a pack lets a phone rest
	now     time.Time
}

func newHistory(book *engine.RuleBook, now time.Time) history {
	return history{book, book.OutcomesThatRest(), now}
}

// past is what a lead brought along and the newest revisions of all calls to
// its phone; nil when it is nothing.
func (h *history) past(brought engine.Past, records []crm.Record) *engine.Past {
	p := brought
	p.Attempts, p.Ended = slices.Clone(p.Attempts), slices.Clone(p.Ended)
	for i := range records {
		r := &records[i]
		if r.Attempt {
			p.Attempts = append(p.Attempts, r.At().Time())
		}
		if slices.Contains(h.resting, r.Outcome) {
			p.Ended = append(p.Ended, engine.PastCall{At: r.At().Time(), Outcome: r.Outcome})
		}
	}
	if len(p.Attempts) == 0 && len(p.Ended) == 0 {
		return nil
	}
	return &p
}

// brought is the calls that a lead was imported with as mere counts, so that
// what we cannot know keeps us from calling: those attempts of the last 30
// days that no record explains are dated at the lead's last call, and so is an
// outcome after which a pack lets the phone rest. Once calls of the lead are
// recorded, its last call is one of ours, and what was brought along is dated
// at the first of them: never earlier than it was. The lead's own consent
// comes along too.
func (h *history) brought(l *crm.Lead, records []crm.Record) (p engine.Past) {
	counted := crm.At(h.now) // when attempts_30d was counted
	if l.ScoredAt.Valid {
		counted = l.ScoredAt.V
	}
	own, explained, ended := int64(0), int64(0), false
	at := crm.Some(l.CreatedAt)
	if l.LastCallAt.Valid {
		at = l.LastCallAt
	}
	for i := range records {
		r := &records[i]
		if r.LeadID == l.ID {
			ended = ended || r.Outcome == l.LastOutcome
			if own == 0 && r.Attempt {
				at = crm.Some(r.At())
			}
			own += one(r.Attempt)
		}
		known := r.ReceivedAt < counted || r.Revision > 1 || r.LeadID == l.ID && r.ReceivedAt == counted
		explained += one(r.Attempt && known && h.within(r.At().Time(), counted.Time()))
	}
	for range min(l.Attempts-own, l.Attempts30d-explained) {
		p.Attempts = append(p.Attempts, at.V.Time())
	}
	if !ended && slices.Contains(h.resting, l.LastOutcome) {
		p.Ended = append(p.Ended, engine.PastCall{At: at.V.Time(), Outcome: l.LastOutcome})
	}
	if l.ConsentAt.Valid {
		p.ConsentAt = l.ConsentAt.V.Time()
	}
	return p
}

// recent is lead.attempts_30d: the attempts in the 30 days of which today is
// the last.
func (h *history) recent(p *engine.Past) (n int64) {
	if p == nil {
		return 0
	}
	for _, at := range p.Attempts {
		n += one(h.within(at, h.now))
	}
	return n
}

// within says whether an attempt fell into the 30 days of which that of now is
// the last, or later: a clock set back forgets nothing.
func (h *history) within(at, now time.Time) bool {
	first := calendar.DateOf(now.In(h.book.Zone)).AddDays(1 - recentDays)
	return !calendar.DateOf(at.In(h.book.Zone)).Before(first)
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
