package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// Hammer lets starts, stops, events and imports of the same leads meet, and
// checks what must hold afterwards: one planned call a lead, one open call a
// phone, one successor for each recycled call, a call for every lead that is
// not done with, and every event that was taken counted once.
func Hammer(t *testing.T, s *store.Store) {
	const (
		leads = 60
		steps = 30
	)
	h := &hammer{Store: s, seed: rand.Uint64()}
	t.Log("seed", h.seed)
	var arrivals []crm.Arrival
	for i := range leads {
		id := fmt.Sprintf("L-%02d", i)
		call := plan(id, 1, morning)
		call.Phone = fmt.Sprintf("+331990000%02d", i/2) // two leads a phone
		h.leads = append(h.leads, id)
		arrivals = append(arrivals, crm.Arrival{Lead: person(id), Call: call})
	}
	must(t, s.PutLeads(t.Context(), arrivals))
	try := func(work func(context.Context, *rand.Rand) error, r *rand.Rand) {
		if err := work(context.Background(), r); err != nil && !errors.Is(err, crm.ErrConflict) {
			t.Error(err)
		}
	}
	var others, stops sync.WaitGroup
	var ended atomic.Bool
	for i, work := range []func(context.Context, *rand.Rand) error{h.start, h.start, h.event, h.event, h.event, h.event, h.bring} {
		others.Go(func() {
			r := rand.New(rand.NewPCG(h.seed, uint64(i)))
			for range steps {
				try(work, r)
			}
		})
	}
	for i := range 2 {
		stops.Go(func() {
			for r := rand.New(rand.NewPCG(h.seed, uint64(100+i))); !ended.Load(); {
				try(h.stop, r)
			}
		})
	}
	others.Wait()
	ended.Store(true)
	stops.Wait()
	h.check(t)
}

type hammer struct {
	*store.Store
	seed   uint64
	leads  []string
	serial atomic.Int64
	taken  sync.Map // record id to lead, of the events that were written
}

func (h *hammer) some(r *rand.Rand, n int) []string {
	ids := make([]string, n)
	for i, at := range r.Perm(len(h.leads))[:n] {
		ids[i] = h.leads[at]
	}
	return ids
}

// start injects some planned calls in a slot of its own and leaves others out.
func (h *hammer) start(ctx context.Context, r *rand.Rand) error {
	found, err := h.PlannedCalls(ctx, h.some(r, 12))
	if err != nil {
		return err
	}
	phones := map[string]bool{}
	for _, call := range found {
		busy, err := h.OpenCalls(ctx, []string{call.Phone})
		if err != nil {
			return err
		}
		phones[call.Phone] = len(busy) > 0
	}
	var calls []crm.Call
	var out []string
	for _, call := range found {
		if phones[call.Phone] || len(calls) == 6 {
			out = append(out, call.LeadID)
			continue
		}
		phones[call.Phone] = true
		calls = append(calls, call)
	}
	c := claim(fmt.Sprint("G", h.serial.Add(1)), 1, calls...)
	c.Runs[0].ID = crm.RunID(fmt.Sprint("PVI/", c.Runs[0].Group), c.Runs[0].Group)
	c.Runs[0].SlotEnd = crm.Instant(1e15)
	for i := range c.Calls {
		c.Calls[i].RunID = c.Runs[0].ID
		c.Decisions[i].SlotKey = "PVI/" + c.Runs[0].Group
	}
	c.Files[0].RunID, c.Files[0].SlotKey = c.Runs[0].ID, "PVI/"+c.Runs[0].Group
	for _, lead := range out {
		d := leftOut(c.Runs[0].Group, "over_capacity", lead)
		d.SlotKey = "PVI/" + c.Runs[0].Group
		c.Decisions = append(c.Decisions, d)
	}
	return h.Claim(ctx, c)
}

func (h *hammer) stop(ctx context.Context, r *rand.Rand) error {
	runs, err := h.OpenRuns(ctx)
	if err != nil || len(runs) == 0 {
		return err
	}
	stop := crm.Stop{At: morning}
	for range 2 {
		stop.Runs = append(stop.Runs, crm.Stopping{Run: runs[r.IntN(len(runs))], Into: "PVI", DueAt: crm.Some(afternoon)})
	}
	_, err = h.Stop(ctx, stop)
	return err
}

// event ends or replaces the call of a lead or of two, and plans the next one
// or is done with the lead.
func (h *hammer) event(ctx context.Context, r *rand.Rand) error {
	ids := h.some(r, 1+r.IntN(2))
	found, err := h.LeadsByID(ctx, ids)
	if err != nil {
		return err
	}
	var c crm.Change
	for _, id := range ids {
		lead := *found[id]
		calls, err := h.LeadCalls(ctx, id)
		if err != nil {
			return err
		}
		last := calls[len(calls)-1]
		switch last.State {
		case crm.CallPlanned:
			last.State = crm.CallCancelled
		case crm.CallInjected:
			last.State = crm.CallInProgress
		case crm.CallInProgress:
			last.State = crm.CallEnded
		default:
			continue
		}
		c.Calls = append(c.Calls, last)
		lead.Attempts++
		switch {
		case last.State == crm.CallInProgress:
		case r.IntN(20) == 0:
			lead.Status = crm.Refused
		default:
			next := *plan(id, len(calls)+1, morning)
			next.Phone = last.Phone
			lead.Status = crm.NotQualified
			c.Calls = append(c.Calls, next)
		}
		c.Leads = append(c.Leads, lead)
		c.Records = append(c.Records, report(fmt.Sprint("r", h.serial.Add(1)), id, 1))
	}
	if r.IntN(4) == 0 {
		c.Tasks = []crm.Task{{ID: "T-" + ids[0], ContactID: ids[0], State: []string{crm.TaskPending, crm.TaskDone}[r.IntN(2)]}}
	}
	if err := h.Apply(ctx, c); err != nil {
		return err
	}
	for _, rec := range c.Records {
		h.taken.Store(rec.ID, rec.LeadID)
	}
	return nil
}

// bring imports leads that are there and moves their planned calls.
func (h *hammer) bring(ctx context.Context, r *rand.Rand) error {
	found, err := h.LeadsByID(ctx, h.some(r, 10))
	if err != nil {
		return err
	}
	var arrivals []crm.Arrival
	for id, lead := range found {
		calls, err := h.PlannedCalls(ctx, []string{id})
		if err != nil {
			return err
		}
		a := crm.Arrival{Lead: *lead}
		if call, ok := calls[id]; ok {
			call.DueAt = morning + crm.Instant(r.IntN(100))
			a.Call = &call
		}
		arrivals = append(arrivals, a)
	}
	return h.PutLeads(ctx, arrivals)
}

func (h *hammer) check(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	events := map[string]int64{}
	h.taken.Range(func(_, lead any) bool {
		events[lead.(string)]++
		return true
	})
	openOn := map[string]string{}
	recycled := 0
	for _, id := range h.leads {
		lead := got[*crm.Lead](t)(h.Lead(ctx, id))
		same(t, "events of "+id, lead.Attempts, events[id])
		same(t, "records of "+id, int64(len(got[[]crm.Record](t)(h.LeadRecords(ctx, id)))), events[id])
		calls := got[[]crm.Call](t)(h.LeadCalls(ctx, id))
		successors := map[string]int{}
		waiting, open := 0, 0
		for i, c := range calls {
			same(t, "calls follow each other", c.ID, crm.CallID(id, i+1))
			if c.RecycledFrom != "" && c.RecycledFrom != c.ID {
				successors[c.RecycledFrom]++
			}
			switch c.State {
			case crm.CallPlanned:
				waiting++
			case crm.CallInjected, crm.CallInProgress:
				open++
				if other := openOn[c.Phone]; other != "" {
					t.Errorf("%s and %s are both open on %s", other, c.ID, c.Phone)
				}
				openOn[c.Phone] = c.ID
			}
		}
		for _, c := range calls {
			if c.State == crm.CallRecycled {
				recycled++
				same(t, "successors of "+c.ID, successors[c.ID], 1)
			}
		}
		left := 1
		if lead.Status == crm.Refused {
			left = 0
		}
		same(t, fmt.Sprintf("planned and open calls of %s (%s)", id, lead.Status), waiting+open, left)
	}
	t.Log(recycled, "calls were recycled")
	if recycled == 0 {
		t.Error("no call was recycled, which shows nothing")
	}
}
