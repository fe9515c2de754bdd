package dispatch

import (
	"cmp"
	"context"
	"slices"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// staff cuts each group to its maximum and hands its calls to agents.
func (sel *selection) staff(ctx context.Context) error {
	agents, err := sel.desk.Store.Agents(ctx)
	if err != nil {
		return err
	}
	load, err := sel.desk.Store.OpenByAgent(ctx)
	if err != nil {
		return err
	}
	for _, name := range sel.groups() {
		group, ok := sel.book.Group(name)
		if !ok {
			continue
		}
		team := newTeam(group.Agents, agents, load)
		if err := sel.fill(ctx, name, team); err != nil {
			return err
		}
	}
	return nil
}

// fill takes the calls of a group up to its maximum. Callbacks count toward
// the maximum but are never cut by it.
func (sel *selection) fill(ctx context.Context, group string, team *team) error {
	r := sel.runOf(group)
	waiting := sel.passing[group]
	if sel.c.Assign && len(team.members) == 0 {
		for i, c := range waiting {
			sel.out(c, group, engine.NoAgent, "", r.already+i+1)
		}
		r.started.NoAgent = len(waiting)
		return nil
	}
	sel.left[engine.GateAgent] += len(waiting)
	for i, c := range waiting {
		full := r.already+len(r.calls) >= sel.c.MaxPerSlot
		if full && c.due.Call.Kind != crm.KindCallback {
			sel.out(c, group, engine.OverCapacity, "", r.already+i+1)
			r.started.OverCapacity++
			continue
		}
		r.calls = append(r.calls, c)
	}
	sel.left[engine.GateCapacity] += len(r.calls)
	if !sel.c.Assign {
		return nil
	}
	return sel.assign(ctx, r.calls, team)
}

// assign gives each call its agent, in the order of the calls.
func (sel *selection) assign(ctx context.Context, calls []*candidate, team *team) error {
	contacts := make([]string, len(calls))
	for i, c := range calls {
		contacts[i] = c.due.Lead.ContactID
	}
	owners, err := sel.desk.Store.WalletOwners(ctx, contacts)
	if err != nil {
		return err
	}
	for _, c := range calls {
		c.due.Call.Agent = team.choose(owners[c.due.Lead.ContactID], c.due.Call.Agent, c.due.Lead.AssignedAgent)
	}
	return nil
}

// team is the present agents of a group while calls are handed out.
type team struct {
	members []*member
	order   int64 // counts assignments, to tell who waited longest
	load    map[string]int
}

// member is one agent of a team.
type member struct {
	name   string
	weight float64
	// last is when the agent got a call last: milliseconds before this start,
	// then the order of assignment within it.
	last, turn int64
}

// newTeam is the agents who are present: active ones, and those whom the rule
// book names but nobody stored. load counts open calls by agent and is
// updated as calls are handed out.
func newTeam(names []string, stored map[string]crm.Agent, load map[string]int) *team {
	t := &team{load: load}
	for _, name := range names {
		a, ok := stored[name]
		if !ok {
			a = crm.Agent{Username: name, Active: true, Weight: 1}
		}
		if a.Active {
			t.members = append(t.members, &member{name: name, weight: a.Weight, last: int64(a.LastAssignedAt.V)})
		}
	}
	return t
}

// choose hands out one call: to the first of the preferred agents who is
// present, else to the one with the least open calls for the weight, then the
// one who waited longest, then by username.
func (t *team) choose(preferred ...string) string {
	best := t.members[0]
	for _, m := range t.members[1:] {
		if t.compare(m, best) < 0 {
			best = m
		}
	}
	for _, name := range preferred {
		i := slices.IndexFunc(t.members, func(m *member) bool { return m.name == name })
		if name != "" && i >= 0 {
			best = t.members[i]
			break
		}
	}
	t.order++
	best.turn = t.order
	t.load[best.name]++
	return best.name
}

func (t *team) compare(a, b *member) int {
	return cmp.Or(
		cmp.Compare(float64(t.load[a.name])/a.weight, float64(t.load[b.name])/b.weight),
		cmp.Compare(a.turn, b.turn),
		cmp.Compare(a.last, b.last),
		cmp.Compare(a.name, b.name),
	)
}
