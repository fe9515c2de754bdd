package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// support stores agents of support with their contacts in campaign B, each as
// "name contacts day-of-november", without a day when never given any.
func (o *office) support(agents ...string) {
	o.Helper()
	for _, text := range agents {
		var name string
		var contacts, day int
		_, _ = fmt.Sscan(text, &name, &contacts, &day)
		a := crm.Agent{Username: name, Active: !strings.HasPrefix(name, "gone"), Teams: []string{"support"}, Weight: 1}
		if day > 0 {
			a.LastAssignedAt = crm.Some(crm.At(local(o, fmt.Sprintf("2026-11-%02dT10:00:00", day))))
		}
		must(o, o.store.PutAgents(o.Context(), []crm.Agent{a}))
		var rows []crm.DialerContact
		for i := range contacts {
			rows = append(rows, crm.DialerContact{ID: fmt.Sprintf("B-%s-%d", name, i), CampaignID: "B", AssignedAgent: name})
		}
		must(o, o.store.PutDialerContacts(o.Context(), rows))
	}
}

// SC-21, with the agents and contacts of the store.
func TestWhoGetsSupport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		agents []string
		owner  string // of the contact
		want   string
	}{
		{"the fewest contacts", []string{"s1 9", "s2 17", "s3 16"}, "a1", "s1"},
		{"one without any", []string{"s1 9", "s2 17", "s3 16", "s4 0"}, "a1", "s4"},
		{"never one who is not active", []string{"s1 9", "gone5 0"}, "a1", "s1"},
		{"a tie: longest since the last", []string{"s1 9 20", "s6 9 19"}, "a1", "s6"},
		{"a tie: never before", []string{"s6 9", "s1 9"}, "", "s1"},
		{"with one of the team already", []string{"s1 9", "s2 17"}, "s2", "s2"},
		{"with one of the team who is not active", []string{"s1 9", "gone2 1"}, "gone2", "s1"},
		{"nobody", []string{"gone5 0"}, "a1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := monday(t)
			o.support(c.agents...)
			before := crm.DialerContact{ID: "C1", CampaignID: "A", AssignedAgent: c.owner, Wrapup: "Répondeur", TotalCalls: 3, LeadID: "L1"}
			must(t, o.store.PutDialerContacts(t.Context(), []crm.DialerContact{before}))
			ended := o.hears("11:06:00", report(t, "c1", "C1", "11:00:00", "11:05:00", "TRANSFERT SUPPORT"))
			same(t, "agent", ended[0].Transfer.Agent, c.want)
			same(t, "task", o.pending("L1"), c.want == "")
			after, err := o.store.DialerContacts(t.Context(), []string{"C1"})
			must(t, err)
			if before.AssignedAgent = c.want; c.want == "" {
				before.AssignedAgent = c.owner
			}
			same(t, "contact", after["C1"], before)
			same(t, "lead", []any{o.lead("L1").Status, o.plan("L1")}, []any{crm.Support, ""})
		})
	}
}

// Two in a row, in one transaction or in two: the first one counts for the
// second, and then they are equal and the other has waited longer.
func TestSupportInARow(t *testing.T) {
	t.Parallel()
	for _, together := range []bool{true, false} {
		o := monday(t)
		o.support("s1 9", "s6 10")
		first, second := report(t, "c1", "L1", "11:00:00", "11:05:00", "support"), report(t, "c2", "L2", "11:00:00", "11:06:00", "Support N2")
		if together {
			o.hears("11:07:00", first, second)
		} else {
			o.hears("11:07:00", first)
			o.hears("11:08:00", second)
		}
		same(t, "agents", []string{o.lead("L1").AssignedAgent, o.lead("L2").AssignedAgent}, []string{"s1", "s6"})
	}
}

// A corrected report takes its contact off the load of the agent, and a report
// that comes twice gives nothing twice.
func TestSupportIsGivenOnce(t *testing.T) {
	t.Parallel()
	o := monday(t)
	o.support("s1 0", "s6 1")
	handed := func() int {
		t.Helper()
		load, err := o.store.Handed(t.Context(), "support", "B")
		must(t, err)
		return load["s1"]
	}
	o.hears("11:07:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "support"))
	o.hears("11:08:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "support"))
	o.hears("11:09:00", report(t, "c1", "L1", "11:00:00", "11:05:30", "support"))
	same(t, "given", []any{handed(), o.lead("L1").AssignedAgent}, []any{1, "s1"})
	o.hears("11:10:00", report(t, "c1", "L1", "11:00:00", "11:05:30", "Qualifié"))
	same(t, "corrected", []any{handed(), o.lead("L1").Status}, []any{0, crm.Qualified})
}

// elsewhere is a dialer and a CRM that are asked over a network.
type elsewhere struct {
	agents   []crm.Agent
	contacts map[string]string // agent of each
	told     []string
	fault    error // of the next requests
}

func (e *elsewhere) Team(context.Context, string) ([]crm.Agent, error) { return e.agents, e.fault }

func (e *elsewhere) Load(context.Context, string) (map[string]int, error) {
	return map[string]int{"s1": 9, "s6": 10}, e.fault
}

func (e *elsewhere) Contact(_ context.Context, id string) (crm.DialerContact, error) {
	agent, ok := e.contacts[id]
	if !ok {
		return crm.DialerContact{}, crm.ErrNotFound
	}
	return crm.DialerContact{ID: id, AssignedAgent: agent}, e.fault
}

func (e *elsewhere) Assign(_ context.Context, id, agent string) error {
	e.told = append(e.told, id+" "+agent)
	if e.fault == nil {
		e.contacts[id] = agent
	}
	return e.fault
}

func (e *elsewhere) Retry(_ context.Context, id string, at time.Time) error {
	e.told = append(e.told, id+" "+at.Format(time.RFC3339))
	return e.fault
}

// SC-16, where the dialer keeps its contacts.
func TestCallbackIsToldElsewhere(t *testing.T) {
	t.Parallel()
	o := monday(t)
	e := &elsewhere{fault: errors.New("out of order")}
	pending := 0
	o.desk.Dialer, o.desk.Pending = true, func() { pending++ }
	h := &dispatch.Handover{Store: o.store, Contacts: e, Agents: e}
	call := report(t, "c1", "L1", "11:00:00", "11:03:00", " RAPPEL ")
	call.CallbackText = "30/11/2026 10:30:00"
	o.hears("11:07:00", call)
	same(t, "pending", pending, 1)
	done, err := h.Drain(t.Context(), o.book, local(t, "2026-11-23T11:08:00"))
	if err == nil || done.Left != 1 {
		t.Errorf("out of order: %+v %v", done, err)
	}
	e.fault = nil
	for range 2 {
		_, err := h.Drain(t.Context(), o.book, local(t, "2026-11-23T11:09:00"))
		must(t, err)
	}
	same(t, "told", e.told, []string{"L1 2026-11-30T10:30:00+01:00", "L1 2026-11-30T10:30:00+01:00"})
}

func TestHandoverElsewhere(t *testing.T) {
	t.Parallel()
	o := monday(t)
	agent := func(name string, active bool) crm.Agent {
		return crm.Agent{Username: name, Active: active, Teams: []string{"support"}, Weight: 1}
	}
	e := &elsewhere{
		agents:   []crm.Agent{agent("s1", true), agent("s2", false), agent("s6", true)},
		contacts: map[string]string{"L1": "a1", "L2": "a1", "L3": "a1"}, fault: errors.New("out of order"),
	}
	pending := 0
	o.desk.Later, o.desk.Pending = true, func() { pending++ }
	h := &dispatch.Handover{Store: o.store, Contacts: e, Agents: e}
	drain := func(at string) (dispatch.Handed, error) {
		return h.Drain(t.Context(), o.book, local(t, "2026-11-23T"+at))
	}

	ended := o.hears("11:07:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "support"), report(t, "c2", "L2", "11:00:00", "11:06:00", "support"),
		report(t, "c3", "L3", "11:00:00", "11:06:30", "support"))
	same(t, "nobody is chosen yet", []any{ended[0].Transfer.State, ended[0].Transfer.Agent, pending, o.pending("L1")}, []any{crm.TransferPending, "", 1, false})
	done, err := drain("11:08:00")
	same(t, "left", done, dispatch.Handed{Left: 3})
	if err == nil {
		t.Error("the error of the others is lost")
	}
	// One is no longer for support when its turn comes.
	o.hears("11:09:00", report(t, "c3", "L3", "11:00:00", "11:06:30", "Qualifié"))
	e.fault = nil
	done, err = drain("11:10:00")
	must(t, err)
	same(t, "done", []any{done, e.told, o.lead("L1").AssignedAgent, o.lead("L2").AssignedAgent},
		[]any{dispatch.Handed{Done: 2, Cancelled: 1}, []string{"L1 s1", "L2 s6"}, "s1", "s6"})
	done, err = drain("11:11:00")
	must(t, err)
	same(t, "again", done, dispatch.Handed{})

	// Nobody there, or no such contact.
	e.agents = nil
	o.hears("11:12:00", report(t, "c4", "L4", "11:00:00", "11:05:00", "support"))
	done, err = drain("11:13:00")
	must(t, err)
	same(t, "nobody", []any{done, o.pending("L4")}, []any{dispatch.Handed{Nobody: 1}, true})
}

// What a book calls review for nobody is one.
func TestNobodyMayMeanReview(t *testing.T) {
	t.Parallel()
	o := monday(t)
	o.book.Transfers = []engine.Transfer{o.book.Transfers[0]}
	o.book.Transfers[0].NobodyThere = "review"
	o.hears("11:06:00", report(t, "c1", "L1", "11:00:00", "11:05:00", "support"))
	same(t, "lead", []any{o.lead("L1").Status, o.pending("L1")}, []any{crm.Review, true})
}
