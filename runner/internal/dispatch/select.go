package dispatch

import (
	"cmp"
	"context"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// selection is one start of one slot while it is decided.
type selection struct {
	desk *Desk
	book *engine.RuleBook
	c    *engine.Campaign
	s    slotOf
	at   time.Time
	key  string // of the slot

	facts facts
	batch *expression.Batch

	passing   map[string][]*candidate // by group: may be called, as far as rules say
	decisions []crm.Decision
	left      [engine.GateCapacity + 1]int
	runs      map[string]*run // by group
	unknown   map[string]int
}

// candidate is a due call that rules and packs let through.
type candidate struct {
	due     crm.Due
	score   int64
	verdict engine.Verdict
	rank    engine.Rank
}

// run is the state of a group in the slot before and after this start.
type run struct {
	crm.Run
	exists  bool
	already int
	started Started
	calls   []*candidate
	files   []crm.File
}

// choose decides about every due call.
func (d *Desk) choose(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, s slotOf, at time.Time) (*selection, error) {
	sel := &selection{
		desk: d, book: book, c: c, s: s, at: at,
		key:   crm.SlotKey(c.Name, s.slot.Start.In(book.Zone)),
		facts: newFacts(book), batch: book.Schema.NewBatch(0),
		passing: map[string][]*candidate{}, runs: map[string]*run{}, unknown: map[string]int{},
	}
	if err := sel.earlier(ctx); err != nil {
		return nil, err
	}
	if err := sel.judge(ctx); err != nil {
		return nil, err
	}
	if err := sel.onePerPhone(ctx); err != nil {
		return nil, err
	}
	if err := sel.staff(ctx); err != nil {
		return nil, err
	}
	return sel, nil
}

// earlier finds what earlier starts of the slot did. Their leads count in the
// funnel as having passed every gate.
func (sel *selection) earlier(ctx context.Context) error {
	runs, err := sel.desk.Store.Runs(ctx, sel.key)
	if err != nil {
		return err
	}
	for _, r := range runs {
		calls, err := sel.desk.Store.RunCalls(ctx, r.ID)
		if err != nil {
			return err
		}
		if !slices.Contains(sel.s.groups, r.Group) {
			continue
		}
		sel.runs[r.Group] = &run{Run: r, exists: true, already: len(calls)}
		for gate := range sel.left {
			sel.left[gate] += len(calls)
		}
	}
	return nil
}

// judge lets rules and packs decide about every due call, a page at a time.
func (sel *selection) judge(ctx context.Context) error {
	var after crm.Due
	for {
		page, err := sel.desk.Store.DueCalls(ctx, crm.At(sel.s.slot.End), after, expression.MaxBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		after = crm.Due{Call: page[len(page)-1].Call}
		sel.batch.Reset(len(page))
		for i := range page {
			sel.facts.lead(sel.batch, i, &page[i].Lead)
			sel.facts.call(sel.batch, i, &page[i].Call)
		}
		class := sel.book.Classify(sel.batch, sel.at)
		verdicts := sel.book.Judge(sel.c, sel.s.slot, sel.batch, class)
		ranks := engine.Ranks(sel.c.Order, sel.batch)
		for i := range page {
			sel.sort(page[i], class, i, verdicts[i], ranks[i])
		}
		for rule, n := range class.Unknown {
			sel.unknown[rule] += n
		}
	}
}

// sort puts a judged call among the passing ones of its group, or records why
// it stays out. Leads of groups that are in another slot are left to it.
func (sel *selection) sort(due crm.Due, class *engine.Classified, i int, v engine.Verdict, rank engine.Rank) {
	group := ""
	if g := class.Group[i]; g != nil && sel.c.Takes(g.Name) {
		group = g.Name
	}
	if !slices.Contains(sel.s.groups, group) {
		return
	}
	c := &candidate{due: due, score: class.Score[i], verdict: v, rank: slices.Clone(rank)}
	for gate := engine.GatePlanned; gate <= v.Gate; gate++ {
		sel.left[gate]++
	}
	if v.Gate >= engine.GateConditions {
		sel.runOf(group)
	}
	if v.Reason != "" {
		sel.out(c, group, v.Reason, v.Detail, 0)
		return
	}
	sel.passing[group] = append(sel.passing[group], c)
}

// runOf is the run of a group, made when it is not there yet.
func (sel *selection) runOf(group string) *run {
	r := sel.runs[group]
	if r == nil {
		r = &run{Run: crm.Run{
			ID: crm.RunID(sel.key, group), Campaign: sel.c.Name, Slot: sel.s.slot.Name, Group: group,
			SlotStart: crm.At(sel.s.slot.Start), SlotEnd: crm.At(sel.s.slot.End), State: crm.RunRunning, StartedAt: crm.At(sel.at),
		}}
		sel.runs[group] = r
	}
	return r
}

// out records why a lead stays out.
func (sel *selection) out(c *candidate, group, reason, detail string, rank int) {
	sel.decisions = append(sel.decisions, crm.Decision{
		SlotKey: sel.key, LeadID: c.due.Lead.ID, CallID: c.due.Call.ID, Group: group, Reason: reason, Detail: detail,
		Unknown: c.verdict.Unknown, Score: c.score, Rank: rank, Version: sel.book.Version, At: crm.At(sel.at),
	})
}

// onePerPhone keeps one call per phone over all campaigns: calls to phones
// with an open call stay out, and of several due calls to one phone the first
// in the campaign's order is taken.
func (sel *selection) onePerPhone(ctx context.Context) error {
	var all []*candidate
	var phones []string
	for _, group := range sel.groups() {
		for _, c := range sel.passing[group] {
			all = append(all, c)
			phones = append(phones, c.due.Call.Phone)
		}
	}
	open, err := sel.desk.Store.OpenCalls(ctx, phones)
	if err != nil {
		return err
	}
	slices.SortFunc(all, sel.before)
	taken := map[string]string{}
	blocked := map[*candidate]string{}
	for _, c := range all {
		phone := c.due.Call.Phone
		if other, ok := open[phone]; ok {
			blocked[c] = other.RunID
		} else if id, ok := taken[phone]; ok {
			blocked[c] = id
		} else {
			taken[phone] = c.due.Lead.ID
		}
	}
	for _, group := range sel.groups() {
		kept := sel.passing[group][:0]
		for _, c := range sel.passing[group] {
			if by, ok := blocked[c]; ok {
				sel.out(c, group, engine.PhoneOpen, by, 0)
				sel.runs[group].started.PhoneOpen++
				continue
			}
			kept = append(kept, c)
		}
		slices.SortFunc(kept, sel.before)
		sel.passing[group] = kept
		sel.left[engine.GatePhone] += len(kept)
	}
	return nil
}

// before orders two candidates: due callbacks first, by their time, then the
// campaign's order, and the lead's id last, so that the order is total.
func (sel *selection) before(a, b *candidate) int {
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

// groups are the groups of the selection in the order of campaigns.yaml.
func (sel *selection) groups() []string {
	var names []string
	for _, g := range sel.book.Groups {
		if len(sel.passing[g.Name]) > 0 || sel.runs[g.Name] != nil {
			names = append(names, g.Name)
		}
	}
	return names
}
