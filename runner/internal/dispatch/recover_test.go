package dispatch_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// hidden is a key for a phone that nobody needs to keep secret.
func hidden(phone string) (string, error) {
	sum := sha256.Sum256([]byte(phone))
	return hex.EncodeToString(sum[:]), nil
}

// known stores a lead with what is counted of it, and without a planned call
// unless it is due at a local time.
func (o *office) known(in dispatch.Incoming, due string, change func(*crm.Lead)) {
	o.Helper()
	o.receive("2026-11-20T09:00:00", in)
	l, call := *o.lead(in.ID), o.planned(in.ID)
	l.Status, l.NextCallAt, call.State = crm.NotQualified, crm.Maybe[crm.Instant]{}, crm.CallEnded
	if due != "" {
		call.State, call.DueAt = crm.CallPlanned, crm.At(local(o, due))
		l.NextCallAt = crm.Some(call.DueAt)
	}
	change(&l)
	stored := crm.Change{Leads: []crm.Lead{l}}
	if call.ID != "" {
		stored.Calls = []crm.Call{call}
	}
	must(o, o.store.Apply(o.Context(), stored))
}

// recover recovers at a local time.
func (o *office) recover(at string) dispatch.Recovered {
	o.Helper()
	got, err := o.desk.Recover(o.Context(), o.book, local(o, at))
	must(o, err)
	return got
}

// attempted are calls to a phone on days of 2026, at noon.
func attempted(t testing.TB, lead string, number int, days ...string) (records []crm.Record) {
	for i, day := range days {
		at := crm.At(local(t, "2026-"+day+"T12:00:00"))
		records = append(records, crm.Record{
			ID: fmt.Sprintf("%s-%d", lead, i), Revision: 1, LeadID: lead, Phone: fmt.Sprintf("+33199%06d", number),
			EndedAt: crm.Some(at), Outcome: "no_answer", Attempt: true, ReceivedAt: at, Hash: day,
		})
	}
	return records
}

func nothing(*crm.Lead) {}

// forgotten are the ten leads of the acceptance scenario.
func forgotten(t testing.TB) *office {
	o := f0Office(t)
	o.desk.Hide = hidden
	pvi := func(id string, number int) dispatch.Incoming { return lead(id, number) }
	tries := func(n int64) func(*crm.Lead) { return func(l *crm.Lead) { l.Attempts = n } }
	o.known(pvi("R1", 1), "", func(l *crm.Lead) { l.Attempts, l.Attempts30d = 7, 2 })
	o.known(pvi("R2", 2), "", tries(8))
	o.known(pvi("R3", 3), "", func(l *crm.Lead) { l.Status = crm.Qualified })
	o.known(pvi("R4", 4), "", nothing)
	o.known(pvi("R5", 5), "", nothing)
	o.known(pvi("R6", 6), "2026-11-24T10:00:00", func(l *crm.Lead) { l.Status = crm.Scheduled })
	o.known(pvi("R7", 7), "2026-11-20T10:00:00", func(l *crm.Lead) { l.Status, l.Attempts = crm.Scheduled, 1 })
	o.known(pvi("R8", 8), "", nothing)
	o.known(lead("R9", 9, given("RDVVQ", "PVB", 50)), "", tries(4))
	o.known(lead("R10", 10, given("PQSC", "PVI_NOW", 50)), "", nothing)
	must(t, o.store.PutTasks(t.Context(), []crm.Task{
		{ID: "T4", ContactID: "R4", LeadID: "R4", State: crm.TaskPending}, {ID: "T9", ContactID: "R9", LeadID: "R9", State: crm.TaskDone},
	}))
	must(t, o.store.PutWallets(t.Context(), []crm.Wallet{{ContactID: "R5", Agent: "a1"}}, crm.At(local(t, "2026-11-20T09:00:00"))))
	key, err := hidden("+33199000008")
	must(t, err)
	must(t, o.store.PutSuppressions(t.Context(), []crm.Suppression{{Key: key, Reason: "do_not_call"}}))
	return o
}

func TestRecover(t *testing.T) {
	t.Parallel()
	o := forgotten(t)
	rehearsed, err := o.desk.Rehearsal().Recover(t.Context(), o.book, local(t, "2026-11-23T08:00:00"))
	must(t, err)
	same(t, "before", o.plans("R1", "R7"), map[string]string{"R7": "20 Nov 10:00 plan  "})
	got := o.recover("2026-11-23T08:00:00")
	same(t, "rehearsed", rehearsed, got)
	skipped := map[string]int{"attempts": 1, "status": 1, "task": 1, "wallet": 1, "planned": 1, "suppressed": 1}
	same(t, "skipped", got.Skipped, skipped)
	same(t, "plans", o.plans("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10"), map[string]string{
		"R1": "23 Nov 10:00 recovery PVI ", "R6": "24 Nov 10:00 plan  ", "R7": "23 Nov 10:00 recovery PVI ",
		"R9": "23 Nov 10:00 recovery PVB ", "R10": "23 Nov 14:00 recovery PQSC ",
	})
	same(t, "R7 is moved", o.calls("R7"), []string{crm.CallPlanned})
	same(t, "R1 gets another call", o.calls("R1"), []string{crm.CallEnded, crm.CallPlanned})
	l := o.lead("R9")
	same(t, "lead", []any{l.Status, l.NextCallAt.V, l.Attempts}, []any{crm.Scheduled, crm.At(local(t, "2026-11-23T10:00:00")), int64(4)})

	again := o.recover("2026-11-23T08:00:00")
	skipped["planned"] = 5
	same(t, "again", again, dispatch.Recovered{Skipped: skipped})
	o.start("PVI", "2026-11-23T10:00:00")
	same(t, "R1 and R7 are called", o.decisions(morning)["R1"]+o.decisions(morning)["R7"], "injectedinjected")
}

// The law lets the phone rest first.
func TestRecoverWhenTheLawLetsUs(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.known(lead("R11", 11), "", func(l *crm.Lead) { l.Attempts = 4 })
	o.known(lead("other", 11), "", nothing)
	must(t, o.store.Apply(t.Context(), crm.Change{Records: attempted(t, "R11", 11, "10-26", "11-02", "11-09", "11-16")}))
	got := o.recover("2026-11-23T08:00:00")
	same(t, "plans", o.plans("R11", "other"), map[string]string{"R11": "25 Nov 10:00 recovery PVI ", "other": "25 Nov 10:00 recovery PVI "})
	same(t, "reason", []string{got.Calls[0].Reason, o.planned("R11").Reason}, []string{"FR-3 until 2026-11-25", "FR-3 until 2026-11-25"})
	same(t, "attempts in 30 days", o.lead("R11").Attempts30d, int64(4))
	o.start("PVI", "2026-11-24T10:00:00")
	o.start("PVI", "2026-11-25T10:00:00")
	same(t, "called", o.decisions("PVI/2026-11-25T10:00")["R11"]+o.decisions("PVI/2026-11-24T10:00")["R11"], "injected")
}

// Somebody who refused is not called again by way of another lead.
func TestRecoverAfterARefusal(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.known(lead("R1", 1), "", nothing)
	records := attempted(t, "R1", 1, "09-01")
	records[0].Outcome = "refused"
	must(t, o.store.Apply(t.Context(), crm.Change{Records: records}))
	same(t, "skipped", o.recover("2026-11-23T08:00:00"), dispatch.Recovered{Skipped: map[string]int{"FR-9": 1}})
}

func TestRecoverLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.known(lead("phone", 1), "", noPhone)
	o.known(lead("campaign", 2, given("FSBO", "", 50)), "", func(l *crm.Lead) { l.Status = crm.Parked })
	o.known(lead("running", 3), "2026-11-23T10:00:00", func(l *crm.Lead) { l.Status = crm.Scheduled })
	got := o.recover("2026-11-23T10:30:00")
	same(t, "skipped", got.Skipped, map[string]int{"invalid_phone": 1, "no_campaign": 1})
	same(t, "the running slot", o.plans("running"), map[string]string{"running": "23 Nov 14:00 recovery PVI "})
}

// What was agreed with somebody stays a callback, for the same agent.
func TestRecoverOfACallback(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.known(lead("L1", 1), "2026-11-20T10:30:00", func(l *crm.Lead) { l.Status = crm.Callback })
	o.replan("L1", func(c *crm.Call) { c.Kind, c.Agent, c.AgreedExactTime = crm.KindCallback, "a2", true })
	o.recover("2026-11-23T08:00:00")
	same(t, "plan", o.plans("L1"), map[string]string{"L1": "23 Nov 10:00 callback PVI a2"})
	same(t, "lead", []any{o.lead("L1").Status, o.planned("L1").AgreedExactTime}, []any{crm.Callback, false})
}

func TestRecoverAtMost(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.book.Recovery.MaxPerRun = 2
	for i := range 5 {
		o.known(lead(fmt.Sprintf("L%d", i), i), "", nothing)
	}
	got := o.recover("2026-11-23T08:00:00")
	same(t, "first", []any{len(got.Calls), got.Skipped}, []any{2, map[string]int{"max_per_run": 3}})
	got = o.recover("2026-11-23T08:00:00")
	same(t, "second", []any{len(got.Calls), got.Skipped}, []any{2, map[string]int{"max_per_run": 1, "planned": 2}})
}

// writtenFirst is a store in which somebody else writes a lead before the
// first change.
type writtenFirst struct {
	dispatch.Store
	first func()
}

func (s *writtenFirst) Apply(ctx context.Context, c crm.Change) error {
	if first := s.first; first != nil {
		s.first = nil
		first()
	}
	return s.Store.Apply(ctx, c)
}

func TestRecoverBeginsAgainWhenSomebodyElseWasFaster(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.known(lead("L1", 1), "", nothing)
			o.known(lead("L2", 2), "", nothing)
			slow := *o.desk
			slow.Store = &writtenFirst{o.store, func() {
				l := *o.lead("L1")
				l.Status = crm.Qualified
				must(t, o.store.Apply(t.Context(), crm.Change{Leads: []crm.Lead{l}}))
			}}
			got, err := slow.Recover(t.Context(), o.book, local(t, "2026-11-23T08:00:00"))
			must(t, err)
			same(t, "recovered", []any{len(got.Calls), got.Skipped}, []any{1, map[string]int{"status": 1}})
			same(t, "plans", o.plans("L1", "L2"), map[string]string{"L2": "23 Nov 10:00 recovery PVI "})
		})
	}
}
