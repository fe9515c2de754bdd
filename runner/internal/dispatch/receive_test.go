package dispatch_test

import (
	"context"
	"strings"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store/storetest"
)

func TestReceiveTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	batch := []dispatch.Incoming{
		lead("full", 1, func(l *crm.Lead) {
			l.Tags = []string{"web", "garden"}
			l.Custom["notes"] = []string{"a", "b"}
			l.EstimatedPrice, l.MediaZone = crm.Some(250_000.5), crm.Some(false)
		}),
		lead("bare", 2, func(l *crm.Lead) { l.Custom, l.PostalCode = nil, "" }),
		lead("parked", 3, given("FSBO", "", 0)), lead("invalid", 4, noPhone),
		lead("won", 5, func(l *crm.Lead) { l.Status = crm.Qualified }),
	}
	first := o.receive("2026-11-22T20:00:00", batch...)
	same(t, "counts", first, dispatch.Received{New: 5, Planned: 1, Parked: 2, Invalid: 1, Unknown: first.Unknown})
	before := o.ledger(morning)
	same(t, "counts of the second time", o.receive("2026-11-23T09:00:00", batch...), dispatch.Received{Unchanged: 5})
	same(t, "ledger", o.ledger(morning), before)
}

func TestReceiveSeveralRowsOfOneLead(t *testing.T) {
	t.Parallel()
	row := func(city string, attempts int64) dispatch.Incoming {
		return dispatch.Incoming{ID: "L", Set: func(l *crm.Lead, isNew bool) {
			lead("L", 1).Set(l, isNew)
			l.City = city
			if isNew {
				l.Attempts = attempts
			}
		}}
	}
	rows := []dispatch.Incoming{row("Paris", 3), row("Lyon", 7)}
	inOne, overTwo := f0Office(t), f0Office(t)
	same(t, "counts", inOne.receive("2026-11-22T20:00:00", rows...).New, 1)
	overTwo.receive("2026-11-22T20:00:00", rows[0])
	same(t, "counts of the second", overTwo.receive("2026-11-22T20:00:00", rows[1]).Changed, 1)
	same(t, "the later row speaks last", inOne.lead("L").City, "Lyon")
	same(t, "counters are the program's after the first", inOne.lead("L").Attempts, int64(3))
	one, two := inOne.ledger(morning), overTwo.ledger(morning)
	one.Leads[0].Revision = two.Leads[0].Revision // written once, and twice
	same(t, "batches make no difference", one, two)
}

func TestReceiveKeepsWhatTheProgramCounts(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	l := o.lead("L1")
	l.Attempts, l.LastOutcome = 2, "no_answer"
	must(t, o.store.PutLeads(t.Context(), []crm.Arrival{{Lead: *l}}))
	o.receive("2026-11-23T11:00:00", lead("L1", 1, func(l *crm.Lead) { l.City = "Paris" }))
	l = o.lead("L1")
	same(t, "counters", []any{l.Attempts, l.LastOutcome, l.Status, l.AssignedAgent, l.City},
		[]any{int64(2), "no_answer", crm.InCampaign, "a1", "Paris"})
	same(t, "planned", o.planned("L1"), crm.Call{})
}

func TestReceivePlansTheFirstCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lead    dispatch.Incoming
		at, due string
	}{
		"before the first slot":            {lead("L", 1), "2026-11-23T08:00:00", "2026-11-23T10:00:00"},
		"in a running slot":                {lead("L", 1), "2026-11-23T12:59:59", "2026-11-23T10:00:00"},
		"when a slot has just ended":       {lead("L", 1), "2026-11-23T13:00:00", "2026-11-23T14:00:00"},
		"over the weekend":                 {lead("L", 1), "2026-11-27T20:00:00", "2026-11-30T10:00:00"},
		"over a holiday of the group":      {lead("L", 1, postal("67000")), "2027-03-25T20:00:00", "2027-03-30T10:00:00"},
		"elsewhere it is no holiday":       {lead("L", 1), "2027-03-25T20:00:00", "2027-03-26T10:00:00"},
		"without a group, the book's":      {lead("L", 1, postal("69003")), "2027-03-25T20:00:00", "2027-03-26T10:00:00"},
		"slot of another campaign, too":    {lead("L", 1, given("PQSC", "PVI_NOW", 1)), "2026-11-23T08:00:00", "2026-11-23T10:00:00"},
		"summer ends between now and then": {lead("L", 1), "2026-10-23T20:30:00", "2026-10-26T10:00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t)
			same(t, "planned", o.receive(test.at, test.lead).Planned, 1)
			l, due := o.lead("L"), crm.At(local(t, test.due))
			same(t, "call", o.planned("L"), crm.Call{
				ID: "L#1", LeadID: "L", Phone: l.Phone, Kind: crm.KindPlan, State: crm.CallPlanned, DueAt: due, CreatedAt: crm.At(local(t, test.at)),
			})
			same(t, "lead", []any{l.Status, l.NextCallAt}, []any{crm.Scheduled, crm.Some(due)})
		})
	}
}

func TestReceiveDescribesTheLead(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	got := o.receive("2026-11-22T20:00:00", lead("L", 1, given("DIRECT", "PVS", 82)), lead("odd", 2, given("RDVVQ", "", 40), postal("69003")))
	same(t, "parked", got.Parked, 1)
	l := o.lead("L")
	same(t, "decided", []any{l.Type, l.Segment, l.Score, l.Grade, l.Group, l.ScoredBy, l.ScoredAt},
		[]any{"DIRECT", "PVS", int64(82), "hot", "IDF", o.book.Version, crm.Some(crm.At(local(t, "2026-11-22T20:00:00")))})
	odd := o.lead("odd")
	same(t, "no segment, no group", []any{odd.Segment, odd.Group, odd.Status, odd.NextCallAt.Valid}, []any{"", "", crm.Parked, false})
	lines, score := o.desk.Breakdown(o.book, l, local(t, "2026-11-22T20:00:00"))
	sum := int64(0)
	for _, line := range lines {
		sum += line.Points
	}
	same(t, "breakdown", []int64{score, sum}, []int64{82, 82})
}

func TestReceiveLeavesFinalStatusesAlone(t *testing.T) {
	t.Parallel()
	for _, status := range []string{crm.Qualified, crm.Converted, crm.Refused, crm.DoNotCall, crm.Unreachable, crm.Review, crm.Frozen, crm.Erased} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t)
			got := o.receive("2026-11-22T20:00:00", lead("L", 1, func(l *crm.Lead) { l.Status = status }))
			same(t, "planned", []any{got.Planned, o.planned("L").ID, o.lead("L").Status}, []any{0, "", status})
		})
	}
}

func TestReceiveFollowsThePhone(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1))
	o.receive("2026-11-22T21:00:00", lead("L", 2))
	same(t, "moved", []string{o.planned("L").ID, o.planned("L").Phone}, []string{"L#1", "+33199000002"})

	got := o.receive("2026-11-22T22:00:00", lead("L", 2, noPhone))
	same(t, "counts", []int{got.Changed, got.Invalid, got.Planned}, []int{1, 1, 0})
	l := o.lead("L")
	same(t, "given up", o.planned("L"), crm.Call{})
	same(t, "unusable", []any{l.Status, l.NextCallAt, l.Phone}, []any{crm.Invalid, crm.Maybe[crm.Instant]{}, ""})
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "files", len(o.lines()), 0)

	o.receive("2026-11-23T09:40:00", lead("L", 3))
	l = o.lead("L")
	same(t, "usable again", []any{l.Status, l.NextCallAt}, []any{crm.Scheduled, crm.Some(crm.At(local(t, "2026-11-23T10:00:00")))})
	same(t, "a call of its own", o.planned("L").ID, "L#2")
	o.start("PVI", "2026-11-23T09:45:00")
	same(t, "called", o.cells(idfFile, 1), map[string]string{"L": "33199000003"})
}

func TestReceiveParksWhatNoCampaignTakes(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	got := o.receive("2026-11-22T20:00:00", lead("fsbo", 1, given("FSBO", "PVI_NOW", 1), func(l *crm.Lead) {
		l.CallbackAt = crm.Some(crm.At(local(t, "2026-11-24T11:00:00")))
	}))
	same(t, "counts", []int{got.Parked, got.Planned}, []int{1, 0})
	same(t, "planned", o.planned("fsbo").ID, "")
	o.receive("2026-11-22T20:00:00", lead("fsbo", 1))
	same(t, "taken now", []string{o.lead("fsbo").Status, o.planned("fsbo").ID}, []string{crm.Scheduled, "fsbo#1"})
}

// Owners who sell alone are called when they ask to be, inside the law's hours
// where the property stands.
func TestReceivePlansTheCallbackOfAnOwner(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ asked, postal, due string }{
		"as asked":                         {"2026-11-24T11:30:00", "75011", "2026-11-24T11:30:00"},
		"on the same day":                  {"2026-11-23T15:30:00", "75011", "2026-11-23T15:30:00"},
		"in the lunch break":               {"2026-11-24T13:30:00", "75011", "2026-11-24T14:00:00"},
		"in the evening":                   {"2026-11-27T20:30:00", "75011", "2026-11-30T10:00:00"},
		"on a holiday":                     {"2026-12-25T11:00:00", "75011", "2026-12-28T10:00:00"},
		"where it is late already":         {"2026-11-24T17:00:00", "97400", "2026-11-25T07:00:00"},
		"past":                             {"2026-11-20T11:00:00", "75011", "2026-11-23T09:00:00"},
		"past, on a Sunday":                {"2026-11-22T11:00:00", "75011", "2026-11-23T09:00:00"},
		"at this very moment":              {"2026-11-23T09:00:00", "75011", "2026-11-23T09:00:00"},
		"in the hour that the clocks skip": {"2027-03-28T03:30:00", "75011", "2027-03-30T10:00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, storetest.SQLite(t), shipped(t))
			o.receive("2026-11-23T09:00:00", lead("L", 1, postal(test.postal), func(l *crm.Lead) {
				l.Source, l.Custom, l.CallbackAt = "fsbo", nil, crm.Some(crm.At(local(t, test.asked)))
			}))
			call := o.planned("L")
			same(t, "call", []any{call.Kind, call.DueAt.Time().In(o.book.Zone).Format("2006-01-02T15:04:05")}, []any{crm.KindCallback, test.due})
			same(t, "next call", o.lead("L").NextCallAt, crm.Some(call.DueAt))
		})
	}
}

func TestReceiveMovesTheCallbackOfAnOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t), shipped(t))
	owner := func(asked, city string) dispatch.Incoming {
		return lead("L", 1, func(l *crm.Lead) {
			l.Source, l.Custom, l.City = "fsbo", nil, city
			if asked != "" {
				l.CallbackAt = crm.Some(crm.At(local(t, asked)))
			}
		})
	}
	due := func() []any { return []any{o.planned("L").ID, o.planned("L").Kind, o.planned("L").DueAt} }
	o.receive("2026-11-23T09:00:00", owner("", ""))
	same(t, "not asked yet", due(), []any{"L#1", crm.KindPlan, crm.At(local(t, "2026-11-23T10:00:00"))})
	o.receive("2026-11-23T09:10:00", owner("2026-11-24T11:00:00", ""))
	same(t, "asked", due(), []any{"L#1", crm.KindCallback, crm.At(local(t, "2026-11-24T11:00:00"))})
	o.receive("2026-11-24T12:00:00", owner("2026-11-24T11:00:00", "Paris"))
	same(t, "asked for nothing new", due(), []any{"L#1", crm.KindCallback, crm.At(local(t, "2026-11-24T11:00:00"))})
	o.receive("2026-11-24T12:00:00", owner("2026-11-25T11:00:00", "Paris"))
	same(t, "another time", due(), []any{"L#1", crm.KindCallback, crm.At(local(t, "2026-11-25T11:00:00"))})
	same(t, "next call", o.lead("L").NextCallAt, crm.Some(crm.At(local(t, "2026-11-25T11:00:00"))))

	o.start("DDR", "2026-11-25T10:00:00")
	same(t, "decisions", o.decisions("DDR/2026-11-25T10:00"), map[string]string{"L": "injected"})
}

// crowded is a store in which somebody else does something first, between what
// a desk read of leads and its first arrivals.
type crowded struct {
	dispatch.Store
	first func()
	done  bool
}

func (s *crowded) PutLeads(ctx context.Context, arrivals []crm.Arrival) error {
	if !s.done {
		s.done = true
		s.first()
	}
	return s.Store.PutLeads(ctx, arrivals)
}

func TestReceiveBeginsAgainWhenACallWasPlannedMeanwhile(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	desk := *o.desk
	desk.Store = &crowded{Store: o.store, first: func() {
		o.receive("2026-11-22T20:00:00", lead("L", 1, func(l *crm.Lead) { l.Status = crm.Qualified }))
		call := crm.Call{ID: "L#7", LeadID: "L", Phone: "+33199000001", Kind: crm.KindRecovery, State: crm.CallPlanned, DueAt: 5}
		must(t, o.store.PutLeads(t.Context(), []crm.Arrival{{Lead: *o.lead("L"), Call: &call}}))
	}}
	got, err := desk.Receiver(o.book).Receive(t.Context(), []dispatch.Incoming{lead("L", 2), lead("M", 3)}, local(t, "2026-11-22T21:00:00"))
	must(t, err)
	same(t, "counts", []int{got.New, got.Changed}, []int{1, 1})
	same(t, "the call planned meanwhile", []string{o.planned("L").ID, o.planned("L").Phone}, []string{"L#7", "+33199000002"})
}

func TestReceiveNeverUndoesAStart(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1))
	desk := *o.desk
	desk.Store = &crowded{Store: o.store, first: func() { o.start("PVI", "2026-11-23T09:30:00") }}
	lyon := dispatch.Incoming{ID: "L", Set: func(l *crm.Lead, _ bool) { l.City = "Lyon" }}
	_, err := desk.Receiver(o.book).Receive(t.Context(), []dispatch.Incoming{lyon}, local(t, "2026-11-23T09:31:00"))
	must(t, err)
	after := o.lead("L")
	same(t, "status and city", []string{after.Status, after.City}, []string{crm.InCampaign, "Lyon"})
	if after.AssignedAgent == "" {
		t.Error("the agent of the injected call is lost")
	}
}

func TestReceiveRefusesTooManyAtOnce(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	rows := make([]dispatch.Incoming, dispatch.MaxReceive+1)
	for i := range rows {
		rows[i] = lead("L", 1)
	}
	_, err := o.desk.Receiver(o.book).Receive(t.Context(), rows, local(t, "2026-11-22T20:00:00"))
	if err == nil || !strings.Contains(err.Error(), "give at most 4096") {
		t.Errorf("4097 rows are %v, want how many may come at once", err)
	}
}
