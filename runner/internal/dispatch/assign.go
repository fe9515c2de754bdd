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
	waiting := map[string][]*candidate{}
	for _, c := range sel.passing {
		waiting[c.group] = append(waiting[c.group], c)
	}
	if !sel.c.Assign {
		for _, r := range sel.inOrder() {
			sel.fill(r, waiting[r.Group])
		}
		return nil
	}
	roster, err := sel.roster(ctx)
	if err != nil {
		return err
	}
	for _, r := range sel.inOrder() {
		group, _ := sel.book.Group(r.Group)
		team := roster.present(group.Agents)
		if len(team) == 0 {
			sel.unmanned(r, waiting[r.Group])
			continue
		}
		sel.fill(r, waiting[r.Group])
		if err := sel.assign(ctx, r.calls, roster, team); err != nil {
			return err
		}
	}
	return nil
}

// fill takes the calls of a group up to its maximum. Callbacks count toward
// the maximum but are never cut by it.
func (sel *selection) fill(r *run, waiting []*candidate) {
	sel.left[engine.GateAgent] += len(waiting)
	for i, c := range waiting {
		full := r.started.Already+len(r.calls) >= sel.c.MaxPerSlot
		if full && c.due.Call.Kind != crm.KindCallback {
			r.started.OverCapacity++
			sel.leave(c, engine.OverCapacity, "", r.started.Already+i+1)
			continue
		}
		r.calls = append(r.calls, c)
	}
	sel.left[engine.GateCapacity] += len(r.calls)
}

// unmanned leaves out all calls of a group that nobody is there to make.
func (sel *selection) unmanned(r *run, waiting []*candidate) {
	r.started.NoAgent = len(waiting)
	for i, c := range waiting {
		sel.leave(c, engine.NoAgent, "", r.started.Already+i+1)
	}
}

// assign gives each call its agent, in the order of the calls: the owner of
// the contact, whom the call is kept for, or who called the lead before; when
// none of them is present, whoever's turn it is.
func (sel *selection) assign(ctx context.Context, calls []*candidate, roster *roster, team []*member) error {
	contacts := make([]string, len(calls))
	for i, c := range calls {
		contacts[i] = c.due.Lead.ContactID
	}
	owners, err := sel.desk.Store.WalletOwners(ctx, contacts)
	if err != nil {
		return err
	}
	for _, c := range calls {
		call, lead := &c.due.Call, &c.due.Lead
		call.Agent = roster.choose(team, owners[lead.ContactID], call.Agent, lead.AssignedAgent)
	}
	return nil
}

// roster is the agents while calls are handed out, those of several groups
// once.
type roster struct {
	stored  map[string]crm.Agent
	load    map[string]int
	members map[string]*member
	turns   int
}

// member is one agent of the roster.
type member struct {
	name   string
	weight float64
	open   int // calls injected or in progress, the ones handed out included
	// last is when the agent got a call before this start, turn the number of
	// the latest one within it; 0 is never.
	last crm.Instant
	turn int
}

func (sel *selection) roster(ctx context.Context) (*roster, error) {
	stored, err := sel.desk.Store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	load, err := sel.desk.Store.OpenByAgent(ctx)
	return &roster{stored: stored, load: load, members: map[string]*member{}}, err
}

// present is the active ones among the named agents. Those whom the rule book
// names but nobody stored are active.
func (r *roster) present(names []string) []*member {
	var team []*member
	for _, name := range names {
		a, ok := r.stored[name]
		if !ok {
			a = crm.Agent{Active: true, Weight: 1}
		}
		if !a.Active {
			continue
		}
		if r.members[name] == nil {
			r.members[name] = &member{name: name, weight: a.Weight, open: r.load[name], last: a.LastAssignedAt.V}
		}
		team = append(team, r.members[name])
	}
	return team
}

// choose hands out one call: to the first of the preferred agents who is in
// the team, else to the one with the least open calls for the weight, then the
// one who waited longest, then by username.
func (r *roster) choose(team []*member, preferred ...string) string {
	best := slices.MinFunc(team, byTurn)
	for _, name := range slices.Backward(preferred) {
		if i := slices.IndexFunc(team, func(m *member) bool { return m.name == name }); i >= 0 {
			best = team[i]
		}
	}
	r.turns++
	best.turn = r.turns
	best.open++
	return best.name
}

func byTurn(a, b *member) int {
	return cmp.Or(
		cmp.Compare(float64(a.open)/a.weight, float64(b.open)/b.weight),
		cmp.Compare(a.turn, b.turn),
		cmp.Compare(a.last, b.last),
		cmp.Compare(a.name, b.name),
	)
}
