package dispatch

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Incoming is one lead as it came in: its id, and what it says of the lead.
// Set is told whether the lead is new, which it is once: facts that the
// program counts or decides itself are taken only then.
type Incoming struct {
	ID  string
	Set func(l *crm.Lead, isNew bool)
}

// Received counts what became of incoming leads.
type Received struct {
	New, Changed, Unchanged int
	Planned                 int // first calls planned
	Parked                  int // no campaign takes them
	Invalid                 int // their phone cannot be called
	// Unknown counts, by rule, the leads for which it could not be evaluated.
	Unknown map[string]int
}

// Add adds the counts of another batch.
func (r *Received) Add(other Received) {
	r.New += other.New
	r.Changed += other.Changed
	r.Unchanged += other.Unchanged
	r.Planned += other.Planned
	r.Parked += other.Parked
	r.Invalid += other.Invalid
	if r.Unknown == nil {
		r.Unknown = map[string]int{}
	}
	for rule, n := range other.Unknown {
		r.Unknown[rule] += n
	}
}

// Receiver stores incoming leads under one rule book: typed, segmented,
// scored, planned, in one transaction a batch. It belongs to one goroutine.
type Receiver struct {
	desk  *Desk
	book  *engine.RuleBook
	facts facts
	batch *expression.Batch
}

// Receiver prepares to receive leads under a rule book.
func (d *Desk) Receiver(book *engine.RuleBook) *Receiver {
	return &Receiver{desk: d, book: book, facts: newFacts(book), batch: book.Schema.NewBatch(0)}
}

// MaxReceive is the most leads that one Receive takes.
const MaxReceive = expression.MaxBatch

// Receive stores a batch of incoming leads at the given clock. Of several
// with one id, the later one speaks last, and only their outcome is compared
// with what is stored. Leads that say nothing new are left as they are, so
// that the same batch twice changes nothing. It begins again when somebody
// else planned a call for one of the leads meanwhile.
//
// A file may be longer than a batch, and what a lead was before the file is
// not kept. Rows of one id that disagree and fall into two batches are
// therefore two changes, at every import of the file: the lead is first as the
// earlier one says, and ends as the later one says. Whoever wants none puts
// the rows of one id into one batch.
func (r *Receiver) Receive(ctx context.Context, rows []Incoming, now time.Time) (Received, error) {
	if len(rows) > MaxReceive {
		return Received{}, fmt.Errorf("receive leads: %d at once are too many: give at most %d", len(rows), MaxReceive)
	}
	return r.again(func() (Received, error) {
		return r.receive(ctx, rows, now, func(arrivals []crm.Arrival) error {
			if len(arrivals) == 0 {
				return nil
			}
			return r.desk.Store.PutLeads(ctx, arrivals)
		})
	})
}

// again tries work until nobody was in its way, so often.
func (r *Receiver) again(work func() (Received, error)) (got Received, err error) {
	for range attempts {
		if got, err = work(); !errors.Is(err, crm.ErrConflict) {
			break
		}
	}
	if err != nil {
		return Received{}, fmt.Errorf("receive leads: %w", err)
	}
	return got, nil
}

// receive decides about leads and stores those that are to change.
func (r *Receiver) receive(ctx context.Context, rows []Incoming, now time.Time, store func([]crm.Arrival) error) (Received, error) {
	leads, err := r.merge(ctx, rows, now)
	if err != nil {
		return Received{}, err
	}
	var got Received
	changed := leads[:0]
	for _, l := range leads {
		switch {
		case l.before == nil:
			got.New++
		case reflect.DeepEqual(l.before, l.Lead):
			got.Unchanged++
			continue
		default:
			got.Changed++
		}
		changed = append(changed, l)
	}
	if len(changed) == 0 {
		return got, store(nil)
	}
	arrivals, err := r.decide(ctx, changed, now, &got)
	if err != nil {
		return Received{}, err
	}
	if err := r.suppress(ctx, changed, now); err != nil {
		return Received{}, err
	}
	return got, store(arrivals)
}

// decide lets the rules classify the leads, and plans the first call of those
// that have none yet.
func (r *Receiver) decide(ctx context.Context, leads []incomer, now time.Time, got *Received) ([]crm.Arrival, error) {
	ids := make([]string, len(leads))
	stored := make([]*crm.Lead, len(leads))
	r.batch.Reset(len(leads))
	for i, l := range leads {
		ids[i], stored[i] = l.ID, l.Lead
	}
	last, err := r.desk.Store.LastCalls(ctx, ids)
	if err != nil {
		return nil, err
	}
	if _, err := r.desk.pasts(ctx, r.book, stored, now); err != nil {
		return nil, err
	}
	for i, l := range leads {
		r.facts.lead(r.batch, i, l.Lead)
	}
	class := r.book.Classify(r.batch, now)
	got.Unknown = class.Unknown
	plan := newPlan(r.book, now)
	arrivals := make([]crm.Arrival, len(leads))
	for i, l := range leads {
		r.describe(l.Lead, class, i, now)
		asked := l.before == nil || l.before.CallbackAt != l.CallbackAt
		arrivals[i].Call = plan.first(l.Lead, class.Group[i], last[l.ID], asked)
		if last[l.ID].State != crm.CallPlanned && arrivals[i].Call != nil {
			got.Planned++
		}
		got.count(l.Status)
		arrivals[i].Lead = *l.Lead
	}
	return arrivals, nil
}

// suppress keeps the phones of leads from being called that come in as
// do_not_call. It is done before they are stored: whoever is interrupted in
// between stores them again.
func (r *Receiver) suppress(ctx context.Context, leads []incomer, now time.Time) error {
	var never []crm.Suppression
	for _, l := range leads {
		if l.before != nil || l.Status != crm.DoNotCall || l.Phone == "" {
			continue
		}
		s, err := r.desk.suppression(l.Phone, crm.DoNotCall, "import of lead "+l.ID, crm.At(now))
		if err != nil {
			return err
		}
		never = append(never, s)
	}
	if len(never) == 0 {
		return nil
	}
	return r.desk.Store.PutSuppressions(ctx, never)
}

func (r *Received) count(status string) {
	switch status {
	case crm.Parked:
		r.Parked++
	case crm.Invalid:
		r.Invalid++
	}
}

// describe writes what the rules decided into the lead.
func (r *Receiver) describe(l *crm.Lead, class *engine.Classified, i int, now time.Time) {
	l.Type, l.Segment, l.Score, l.Grade = class.Type[i], class.Segment[i], class.Score[i], class.Grade[i]
	l.Group = ""
	if g := class.Group[i]; g != nil {
		l.Group = g.Name
	}
	l.ScoredAt, l.ScoredBy = crm.Some(crm.At(now)), r.book.Version
}
