package dispatch

import (
	"cmp"
	"context"
	"slices"

	"callsheet/runner/internal/crm"
)

// roster is the agents while the calls of a slot are handed out, those of
// several groups once.
type roster struct {
	day    string // of the slot, YYYY-MM-DD
	stored map[string]crm.Agent
	// open counts the calls of each agent that are injected or in progress,
	// today those of the slot's day that are not given back, for agents with a
	// daily capacity.
	open, today map[string]int
	members     map[string]*member
	turns       int
}

// member is one agent of the roster. The counts include the calls handed out.
type member struct {
	name     string
	weight   float64
	open     int
	today    int64
	capacity crm.Maybe[int64]
	// last is when the agent got a call before this start, turn the number of
	// the latest one within it; 0 is never.
	last crm.Instant
	turn int
}

// roster reads who is there on the day of the slot and what they have to do, for
// the groups with calls that wait. Two starts at the same moment do not see each
// other's calls: each may give an agent the last free one of the day.
func (sel *selection) roster(ctx context.Context, waiting map[string][]*candidate) (*roster, error) {
	day := sel.s.slot.Date
	midnight := func(days int) crm.Instant { return crm.At(day.AddDays(days).Begin(sel.book.Zone)) }
	r := &roster{day: day.String(), members: map[string]*member{}}
	var err error
	if r.stored, err = sel.desk.Store.Agents(ctx); err != nil {
		return nil, err
	}
	if r.open, err = sel.desk.Store.OpenByAgent(ctx); err != nil {
		return nil, err
	}
	var limited []string
	for name := range waiting {
		group, _ := sel.book.Group(name)
		for _, agent := range group.Agents {
			if r.stored[agent].DailyCapacity.Valid {
				limited = append(limited, agent)
			}
		}
	}
	r.today, err = sel.desk.Store.AssignedOn(ctx, limited, midnight(0), midnight(1))
	return r, err
}

// present is those of the named agents who are active and not away. Those whom
// the rule book names but nobody stored are there, without limits.
func (r *roster) present(names []string) []*member {
	var team []*member
	for _, name := range names {
		a, ok := r.stored[name]
		if !ok {
			a = crm.Agent{Active: true, Weight: 1}
		}
		if !a.Active || a.Away(r.day) {
			continue
		}
		if r.members[name] == nil {
			r.members[name] = &member{
				name: name, weight: a.Weight, open: r.open[name], today: int64(r.today[name]), capacity: a.DailyCapacity, last: a.LastAssignedAt.V,
			}
		}
		team = append(team, r.members[name])
	}
	return team
}

// give hands one call to an agent of the team, or says that nobody has room
// for it. A callback goes to the agent who agreed it, who makes it also when
// the day is full; when it is late, only if nobody else has room.
func (r *roster) give(c *candidate, team []*member, owner string, late bool) bool {
	call, lead := &c.due.Call, &c.due.Lead
	var m *member
	if call.Kind == crm.KindCallback {
		m = named(team, call.Agent)
	}
	if m == nil || late {
		m = cmp.Or(free(team, owner, call.Agent, lead.AssignedAgent), m)
	}
	if m == nil {
		return false
	}
	r.turns++
	m.turn = r.turns
	m.open++
	m.today++
	call.Agent = m.name
	return true
}

// free is the agent with room for a call whose turn it is: the first of the
// preferred ones who is in the team, else the one with the least open calls
// for the weight, then the one who waited longest, then by username. It is nil
// when nobody has room.
func free(team []*member, preferred ...string) *member {
	team = slices.DeleteFunc(slices.Clone(team), (*member).full)
	if len(team) == 0 {
		return nil
	}
	for _, name := range preferred {
		if m := named(team, name); m != nil {
			return m
		}
	}
	return slices.MinFunc(team, byTurn)
}

func named(team []*member, name string) *member {
	for _, m := range team {
		if m.name == name {
			return m
		}
	}
	return nil
}

// full says that the agent has as many calls as fit into the day.
func (m *member) full() bool { return m.capacity.Valid && m.today >= m.capacity.V }

func byTurn(a, b *member) int {
	return cmp.Or(
		cmp.Compare(float64(a.open)/a.weight, float64(b.open)/b.weight),
		cmp.Compare(a.turn, b.turn),
		cmp.Compare(a.last, b.last),
		cmp.Compare(a.name, b.name),
	)
}
