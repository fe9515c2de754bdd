package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func deadEvent(id string) crm.Event {
	return crm.Event{
		ID: id, Source: crm.EventCalls, ReceivedAt: morning, State: crm.EventDead, Reason: "unusable", Detail: "é '\"",
		Phone: "+33199000001", LeadID: "L-1", Body: `{"callStart":"soon","comment":"\u0000"}`,
	}
}

func events(t *testing.T, s *store.Store) {
	ctx := t.Context()
	first := deadEvent("calls:b")
	same(t, "added", got[bool](t)(s.PutEvent(ctx, first)), true)
	other := first
	other.Body, other.Reason = "{}", "wrong_type"
	same(t, "added again", got[bool](t)(s.PutEvent(ctx, other)), false)
	same(t, "as it came first", got[crm.Event](t)(s.Event(ctx, first.ID)), first)
	bare := crm.Event{ID: "calls:a", State: crm.EventDead}
	for _, e := range []crm.Event{bare, {ID: "leads:c", State: crm.EventApplied}} {
		same(t, "added", got[bool](t)(s.PutEvent(ctx, e)), true)
	}
	same(t, "dead", got[[]crm.Event](t)(s.DeadEvents(ctx, "", 10)), []crm.Event{bare, first})
	same(t, "page", got[[]crm.Event](t)(s.DeadEvents(ctx, bare.ID, 1)), []crm.Event{first})
	same(t, "end", len(got[[]crm.Event](t)(s.DeadEvents(ctx, first.ID, 1))), 0)
	must(t, s.SettleEvent(ctx, first.ID))
	settled := crm.Event{ID: first.ID, Source: first.Source, ReceivedAt: first.ReceivedAt, State: crm.EventSettled, Reason: first.Reason}
	same(t, "settled", got[[]crm.Event](t)(s.Events(ctx, crm.EventSettled, "", 10)), []crm.Event{settled})
	for _, id := range []string{first.ID, "leads:c", "nobody's"} {
		if err := s.SettleEvent(ctx, id); !isA(err, crm.ErrNotFound) {
			t.Errorf("settling %s is %v, want crm.ErrNotFound", id, err)
		}
	}
	same(t, "a settled one stays", got[bool](t)(s.PutEvent(ctx, first)), false)
	if _, err := s.Event(ctx, "nobody's"); !isA(err, crm.ErrNotFound) {
		t.Errorf("an event that nobody stored is %v, want crm.ErrNotFound", err)
	}
}

// eventRace: what an event brings is stored by one of those who apply it at
// once, and one that was dead can be applied.
func eventRace(t *testing.T, s *store.Store) {
	ctx := context.Background()
	same(t, "added", got[bool](t)(s.PutEvent(ctx, deadEvent("pubsub:1"))), true)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			e := crm.Event{ID: "pubsub:1", Source: crm.EventPubSub, ReceivedAt: morning, State: crm.EventApplied}
			errs[i] = s.PutLeadsOf(ctx, e, []crm.Arrival{{Lead: person(fmt.Sprintf("L-%d", i))}})
		})
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !isA(err, crm.ErrConflict):
			t.Errorf("writer %d got %v, want crm.ErrConflict", i, err)
		}
	}
	same(t, "winners", won, 1)
	same(t, "leads", got[int](t)(s.CountLeads(ctx)), 1)
	same(t, "event", got[crm.Event](t)(s.Event(ctx, "pubsub:1")), crm.Event{ID: "pubsub:1", Source: crm.EventPubSub, ReceivedAt: morning, State: crm.EventApplied})
	must(t, s.PutLeadsOf(ctx, crm.Event{ID: "pubsub:2", State: crm.EventApplied}, nil))
	err := s.PutLeadsOf(ctx, crm.Event{ID: "pubsub:3", State: crm.EventApplied}, []crm.Arrival{{Lead: crm.Lead{ID: "bad", LastName: "\xff"}}})
	if err == nil {
		t.Error("a lead that is no text was stored")
	}
	if _, err := s.Event(ctx, "pubsub:3"); !isA(err, crm.ErrNotFound) {
		t.Errorf("the event of a lead that could not be stored is %v, want crm.ErrNotFound", err)
	}
}
