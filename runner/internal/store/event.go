package store

import (
	"context"
	"fmt"

	"callsheet/runner/internal/crm"
)

func eventTable() table[crm.Event] {
	return table[crm.Event]{"event", []column[crm.Event]{
		{"id", func(e *crm.Event) any { return &e.ID }},
		{"source", func(e *crm.Event) any { return &e.Source }},
		{"received_at", func(e *crm.Event) any { return &e.ReceivedAt }},
		{"state", func(e *crm.Event) any { return &e.State }},
		{"reason", func(e *crm.Event) any { return &e.Reason }},
		{"detail", func(e *crm.Event) any { return &e.Detail }},
		{"phone", func(e *crm.Event) any { return &e.Phone }},
		{"lead_id", func(e *crm.Event) any { return &e.LeadID }},
		{"body", func(e *crm.Event) any { return &e.Body }},
	}}
}

// PutEvent stores an event. One of that id that is there already stays as it
// is, and added is false.
func (s *Store) PutEvent(ctx context.Context, e crm.Event) (added bool, err error) {
	err = s.write(ctx, "store event "+e.ID, func(ctx context.Context, q querier) error {
		n, err := run(ctx, q, s.addEvent, []*crm.Event{&e}, s.event.bind)
		added = n == 1
		return err
	})
	return added, err
}

// PutLeadsOf is PutLeads for what an event brought, and stores the event in the
// same transaction. It is crm.ErrConflict, with nothing stored, when the event
// is there already and not dead.
func (s *Store) PutLeadsOf(ctx context.Context, e crm.Event, arrivals []crm.Arrival) error {
	leads, calls := unpack(arrivals)
	return s.write(ctx, "store leads of event "+e.ID, func(ctx context.Context, q querier) error {
		n, err := run(ctx, q, s.applyEvent, []*crm.Event{&e}, s.event.bind)
		if err != nil || n != 1 {
			return orConflict(err, "event %s is applied already", e.ID)
		}
		return s.arrive(ctx, q, leads, calls)
	})
}

// Event is the event of that id, or crm.ErrNotFound.
func (s *Store) Event(ctx context.Context, id string) (e crm.Event, err error) {
	err = s.view(ctx, "read event "+id, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.event.sel(`WHERE "id" = $1`), id)
		found, err := s.event.scan(rows, err)
		if err == nil && len(found) == 0 {
			return crm.ErrNotFound
		}
		if err == nil {
			e = found[0]
		}
		return err
	})
	return e, err
}

// Events is the page of at most limit events of a state whose ids follow after,
// in the order of ids. An empty page is the end.
func (s *Store) Events(ctx context.Context, state, after string, limit int) (page []crm.Event, err error) {
	err = s.view(ctx, "read events", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.event.sel(`WHERE "state" = $1 AND "id" > $2 ORDER BY "id" LIMIT $3`), state, after, limit)
		page, err = s.event.scan(rows, err)
		return err
	})
	return page, err
}

// DeadEvents is the page of at most limit dead events whose ids follow after.
func (s *Store) DeadEvents(ctx context.Context, after string, limit int) ([]crm.Event, error) {
	return s.Events(ctx, crm.EventDead, after, limit)
}

// SettleEvent says that somebody has dealt with a dead event. What it said is
// forgotten, but for its id and reason. It is crm.ErrNotFound when no event of
// that id is dead.
func (s *Store) SettleEvent(ctx context.Context, id string) error {
	return s.write(ctx, "settle event "+id, func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "event" SET "state" = 'settled', "detail" = '', "phone" = '', "lead_id" = '', "body" = ''
			WHERE "id" = $1 AND "state" = 'dead'`, id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = fmt.Errorf("it is not among the dead ones: %w", crm.ErrNotFound)
		}
		return err
	})
}
