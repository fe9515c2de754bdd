package dispatch

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// selection is one start of one slot while it is decided.
type selection struct {
	start
	s   slotOf
	key string // of the slot

	facts  facts    // that decide
	fields []string // that are read of leads
	batch  *expression.Batch

	// before is what earlier starts of the slot decided, by lead, and funnel
	// what was left after each gate of the last one.
	before map[string]crm.Decision
	funnel []crm.Step

	passing    []*candidate   // may be called, as far as is decided
	out        []crm.Decision // of those who stay out
	news       []crm.Decision // that the store does not say yet
	ledger     *ledger        // what they rest on
	left       [engine.GateCapacity + 1]int
	runs       map[string]*run // by group
	passedOver map[string]int
	names      map[string]bool // of the slot's files, for ticks
}

// candidate is a due call under decision.
type candidate struct {
	due     *crm.Due
	group   string // empty when none of the campaign's
	score   int64
	verdict engine.Verdict
	rank    engine.Rank
	past    *engine.Past
}

// run is the state of a group in the slot before and after this start.
type run struct {
	crm.Run
	exists  bool
	started Started
	calls   []*candidate
	files   []crm.File
}

// choose decides about every due call.
func (st start) choose(ctx context.Context, s slotOf) (*selection, error) {
	sel := &selection{
		start: st, s: s, key: slotKey(st.book, st.c.Name, s.slot.Start),
		facts: factsOf(st.book, deciding(st.book)), batch: st.book.Schema.NewBatch(0),
		before: map[string]crm.Decision{}, runs: map[string]*run{}, passedOver: map[string]int{},
	}
	sel.fields = append(sel.facts.reads, "contact_id", "lead.assigned_agent") // whose a lead is
	sel.ledger = newLedger(st.book, crm.Facts{
		SlotKey: sel.key, Campaign: st.c.Name, Slot: s.slot.Name, SlotStart: crm.At(s.slot.Start), SlotEnd: crm.At(s.slot.End),
		Version: st.book.Version, At: crm.At(st.at),
	})
	for _, step := range []func(context.Context) error{sel.earlier, sel.judge, sel.onePerPhone, sel.staff, sel.whole, sel.taken} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	sel.mute()
	files := newFacts(st.book)
	for _, r := range sel.runs {
		sel.write(r, &files)
	}
	return sel, nil
}

// whole reads all of the leads that are called: what a dialer's file says of
// them is more than what decides.
func (sel *selection) whole(ctx context.Context) error {
	var ids []string
	for _, r := range sel.runs {
		for _, c := range r.calls {
			ids = append(ids, c.due.Lead.ID)
		}
	}
	leads, err := sel.desk.Store.LeadsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range sel.runs {
		for _, c := range r.calls {
			// A lead that is gone has no planned call either, which the claim finds out.
			if lead := leads[c.due.Lead.ID]; lead != nil {
				lead.Attempts30d = c.due.Lead.Attempts30d
				c.due.Lead = *lead
			}
		}
	}
	return nil
}

// earlier finds what earlier starts of the slot did. The leads that they
// injected count in the funnel as having passed every gate.
func (sel *selection) earlier(ctx context.Context) error {
	runs, err := sel.desk.Store.Runs(ctx, sel.key)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if slices.Contains(sel.s.groups, r.Group) {
			sel.runs[r.Group] = &run{Run: r, exists: true}
		}
	}
	decisions, err := sel.desk.Store.Decisions(ctx, sel.key)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		sel.before[d.LeadID] = d
		if r := sel.runs[d.Group]; d.Injected && r != nil {
			r.started.Already++
			for gate := range sel.left {
				sel.left[gate]++
			}
		}
	}
	if sel.desk.Brief != nil {
		return nil
	}
	funnel, err := sel.desk.Store.Funnel(ctx, sel.key)
	if errors.Is(err, crm.ErrNotFound) {
		return nil
	}
	if err == nil {
		sel.funnel = funnel.Steps
	}
	return err
}

// judge lets rules and packs decide about the due calls, a page at a time.
func (sel *selection) judge(ctx context.Context) error {
	for k, err := range sel.dockets(ctx) {
		if err != nil {
			return err
		}
		verdicts := sel.book.Judge(sel.c, sel.s.slot, k.batch, k.class, k.past)
		if err := sel.suppress(ctx, k.due, verdicts); err != nil {
			return err
		}
		ranks := engine.Ranks(sel.c.Order, k.batch)
		for i := range k.due {
			if sel.passesBy(&k.due[i].Call, &verdicts[i]) {
				continue
			}
			c := &candidate{due: &k.due[i], score: k.class.Score[i], verdict: verdicts[i], rank: ranks[i], past: k.past[i]}
			if g := k.class.Group[i]; g != nil && sel.c.Takes(g.Name) {
				c.group = g.Name
			}
			sel.sort(c)
		}
		for rule, n := range k.class.Unknown {
			sel.passedOver[rule] += n
		}
	}
	return nil
}

// passesBy says that nothing is decided about a call: at a desk that is brief,
// when type and segment are not the campaign's, and where it is no longer, or not
// yet, to be had.
func (sel *selection) passesBy(call *crm.Call, v *engine.Verdict) bool {
	return sel.desk.Brief != nil && (v.Reason == engine.WrongType || v.Reason == engine.WrongSegment) || sel.together.elsewhere(sel, call)
}

// suppress keeps the calls out that the rules let pass and whose phone is not
// to be called.
func (sel *selection) suppress(ctx context.Context, page []crm.Due, verdicts []engine.Verdict) error {
	var phones []string
	for i := range page {
		if verdicts[i].Reason == "" && page[i].Call.Phone != "" {
			phones = append(phones, page[i].Call.Phone)
		}
	}
	found, err := sel.desk.suppressed(ctx, phones, crm.At(sel.at))
	for i := range page {
		if s, ok := found[page[i].Call.Phone]; ok && verdicts[i].Reason == "" {
			verdicts[i].Gate, verdicts[i].Reason, verdicts[i].Detail = engine.GateConditions, engine.Suppressed, s.Reason
		}
	}
	return err
}

// sort puts a judged call among the passing ones, or records why it stays out.
// Leads of groups that are in another slot are left to it, and so are those
// that this slot has injected: it calls nobody twice.
func (sel *selection) sort(c *candidate) {
	if !slices.Contains(sel.s.groups, c.group) || sel.before[c.due.Lead.ID].Injected {
		return
	}
	if c.due.Lead.Phone == "" {
		c.verdict = engine.Verdict{Reason: engine.InvalidPhone}
	}
	for gate := engine.GatePlanned; gate <= c.verdict.Gate; gate++ {
		sel.left[gate]++
	}
	if c.verdict.Gate >= engine.GateConditions && sel.runs[c.group] == nil {
		sel.runs[c.group] = &run{Run: sel.newRun(c.group)}
	}
	if c.verdict.Reason != "" {
		sel.leave(c, c.verdict.Reason, c.verdict.Detail, 0)
		return
	}
	sel.passing = append(sel.passing, c)
}

func (sel *selection) newRun(group string) crm.Run {
	return crm.Run{
		ID: crm.RunID(sel.key, group), Campaign: sel.c.Name, Slot: sel.s.slot.Name, Group: group,
		SlotStart: crm.At(sel.s.slot.Start), SlotEnd: crm.At(sel.s.slot.End), State: crm.RunRunning, StartedAt: crm.At(sel.at),
	}
}

// leave records why a lead stays out.
func (sel *selection) leave(c *candidate, reason, detail string, rank int) {
	d := sel.decision(c, rank)
	d.Reason, d.Detail, d.Unknown = reason, detail, c.verdict.Unknown
	sel.out = append(sel.out, d)
	if sel.desk.Brief == nil && !says(sel.before[d.LeadID], d) {
		sel.tell(c, d)
	}
}

// tell wants a decision stored, with what it rests on; without that at a desk
// that is brief.
func (sel *selection) tell(c *candidate, d crm.Decision) {
	sel.news = append(sel.news, d)
	if sel.desk.Brief == nil {
		sel.ledger.add(c)
	}
}

func (sel *selection) decision(c *candidate, rank int) crm.Decision {
	return crm.Decision{
		SlotKey: sel.key, LeadID: c.due.Lead.ID, CallID: c.due.Call.ID, Group: c.group,
		Score: c.score, Rank: rank, Version: sel.book.Version, At: crm.At(sel.at),
		ID: crm.DecisionID(sel.key, c.due.Lead.ID),
	}
}

// order compares two candidates: due callbacks first, by their time, then the
// campaign's order, and the lead's id last, so that the order is total.
func (sel *selection) order(a, b *candidate) int {
	callbackA, callbackB := a.due.Call.Kind == crm.KindCallback, b.due.Call.Kind == crm.KindCallback
	switch {
	case callbackA && !callbackB:
		return -1
	case callbackB && !callbackA:
		return 1
	case callbackA && a.due.Call.DueAt != b.due.Call.DueAt:
		return cmp.Compare(a.due.Call.DueAt, b.due.Call.DueAt)
	}
	return cmp.Or(engine.Compare(sel.c.Order, a.rank, b.rank), cmp.Compare(a.due.Lead.ID, b.due.Lead.ID))
}

// inOrder are the runs in the order of the groups in campaigns.yaml.
func (sel *selection) inOrder() []*run {
	runs := make([]*run, 0, len(sel.runs))
	for _, g := range sel.book.Groups {
		if r := sel.runs[g.Name]; r != nil {
			runs = append(runs, r)
		}
	}
	return runs
}
