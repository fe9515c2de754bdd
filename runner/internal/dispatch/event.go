package dispatch

import (
	"context"
	"errors"
	"time"

	"callsheet/runner/internal/crm"
)

// ReceiveEvent is Receive for the one lead that an event brings. The event is
// stored as applied together with the lead: when it comes again, known is true
// and nothing changes, though the lead may say something else by now. An event
// that was dead gets another chance.
func (r *Receiver) ReceiveEvent(ctx context.Context, e crm.Event, row Incoming, now time.Time) (got Received, known bool, err error) {
	// It names nobody: an erasure leaves it where it is, or an old message that
	// comes again would bring the person back.
	applied := crm.Event{ID: e.ID, Source: e.Source, ReceivedAt: e.ReceivedAt, State: crm.EventApplied}
	got, err = r.again(func() (Received, error) {
		before, err := r.desk.Store.Event(ctx, e.ID)
		known = err == nil && before.State != crm.EventDead
		if known || err != nil && !errors.Is(err, crm.ErrNotFound) {
			return Received{}, err
		}
		return r.receive(ctx, []Incoming{row}, now, func(arrivals []crm.Arrival) error {
			return r.desk.Store.PutLeadsOf(ctx, applied, arrivals)
		})
	})
	return got, known, err
}
