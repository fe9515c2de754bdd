package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// What became of a report.
const (
	ReportNew       = "new"
	ReportDuplicate = "duplicate" // heard before, word for word
	ReportCorrected = "corrected" // says something else than an earlier report of the same call
)

// Ended is what came of one reported call.
type Ended struct {
	ID      string // of the call, the dialer's
	Report  string // ReportNew, ReportDuplicate, ReportCorrected
	LeadID  string // empty: nobody knows whom it concerns, and nothing but the report is stored
	Outcome string // of rules/wrapups.yaml
	// Reinstated says that a stop had given up the call that took place.
	Reinstated bool
	// Next is the call planned because of this one, nil when there is none, and
	// Held the pack rule that forbids one.
	Next *crm.Call
	Held string
	// Review says why somebody has to look at the lead; empty when nobody has.
	Review string
	// Transfer is what was done about handing the contact over to another team;
	// nil when it was not asked for.
	Transfer *crm.Transfer
	// Suppressed says that the person is not to be called again, and Cancelled
	// counts the planned calls that were given up for it.
	Suppressed bool
	Cancelled  int
}

// MaxReports is the most reports that one transaction takes.
const MaxReports = 500

// CallEnded applies the report of a call that was made: its history, the
// counters of its lead, what the call came to and what happens next by
// rules/wrapups.yaml and rules/callbacks.yaml, in one transaction. The record
// holds what was reported, with its Hash; the rest is decided here.
//
// The same report again is a duplicate and changes nothing, however often it
// comes. Another report of the same call corrects it: both are kept, the newer
// one counts. Calls of a lead are put in order by [crm.Record.At]: what comes
// late adds to history and counters and moves the lead only where no newer
// call has settled the matter.
func (d *Desk) CallEnded(ctx context.Context, book *engine.RuleBook, r crm.Record, now time.Time) (Ended, error) {
	ended, err := d.CallsEnded(ctx, book, []crm.Record{r}, now)
	if err != nil {
		return Ended{}, err
	}
	return ended[0], nil
}

// CallsEnded is CallEnded for many reports, in the order given and at most
// MaxReports a transaction. What was applied before an error stays applied and
// is returned: giving all of them again goes on.
func (d *Desk) CallsEnded(ctx context.Context, book *engine.RuleBook, reports []crm.Record, now time.Time) ([]Ended, error) {
	all := make([]Ended, 0, len(reports))
	for len(reports) > 0 {
		batch := reports[:min(len(reports), MaxReports)]
		ended, err := d.callsEnded(ctx, book, batch, now)
		if err != nil {
			return all, fmt.Errorf("apply calls: %w", err)
		}
		all, reports = append(all, ended...), reports[len(batch):]
	}
	return all, nil
}

// callsEnded applies one batch, again when somebody else wrote one of its leads
// meanwhile.
func (d *Desk) callsEnded(ctx context.Context, book *engine.RuleBook, reports []crm.Record, now time.Time) (ended []Ended, err error) {
	for range attempts {
		db := newDebrief(d, book, now)
		if err = db.load(ctx, reports); err != nil {
			return nil, err
		}
		ended = make([]Ended, len(reports))
		for i, r := range reports {
			if ended[i], err = db.hear(ctx, r); err != nil {
				return nil, fmt.Errorf("call %s: %w", r.ID, err)
			}
		}
		change, any := db.change()
		if !any {
			return ended, nil
		}
		if err = d.Store.Apply(ctx, change); !errors.Is(err, crm.ErrConflict) {
			if err == nil && d.Pending != nil && (d.Later && len(change.Transfers) > 0 || len(change.RetryDates) > 0) {
				d.Pending()
			}
			return ended, err
		}
	}
	return nil, err
}
