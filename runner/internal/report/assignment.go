// Package report says in figures what the call centre did. Reports only read:
// what they add up is added up by the store, and what is left is shares.
package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// AssignmentStore is what the report on assignment needs of the database.
type AssignmentStore interface {
	Agents(ctx context.Context) (map[string]crm.Agent, error)
	Workload(ctx context.Context, asked crm.Worked) ([]crm.Workload, error)
	Unworked(ctx context.Context, of crm.Kinds, at crm.Instant) ([]crm.Backlog, error)
	Starving(ctx context.Context, of crm.Kinds, times int64, worst int) ([]crm.Backlog, error)
}

// A lead that was recycled more than Often times starves; a report names at
// most Worst of them in each group.
const (
	Often = 5
	Worst = 10
)

// Asked is what a report on assignment is about: the calls that begin in
// [From, Until), and the leads that wait at Now.
type Asked struct {
	From, Until, Now time.Time
	Campaign         *engine.Campaign // nil: all
}

// Group is how the calls of one group were spread over its agents, and which
// of its leads wait.
type Group struct {
	Name   string // empty: leads that belong to no group
	Calls  int64
	Agents []Agent
	// Gini is how unevenly the calls over the weights are spread: see [Gini].
	// It is empty where there is nothing to spread.
	Gini crm.Maybe[float64]
	// Unworked are the leads with a planned call that never had an injected
	// one, with the one that has waited longest; Starving those that were
	// recycled more than [Often] times.
	Unworked, Starving crm.Backlog
}

// Agent is what one agent got of the calls of a group.
type Agent struct {
	Name   string
	Weight float64
	crm.Workload
	// LastAssigned is when the agent last got a call, in any group.
	LastAssigned crm.Maybe[crm.Instant]
}

// Share is the agent's part of the calls of the group, from 0 to 1; empty when
// nobody got any.
func (a *Agent) Share(of *Group) crm.Maybe[float64] {
	return ratio(a.Calls, of.Calls)
}

// ScoreMean is the mean score of the agent's calls; empty when none is known.
func (a *Agent) ScoreMean() crm.Maybe[float64] { return ratio(a.Scores, a.Scored) }

func ratio(part, whole int64) crm.Maybe[float64] {
	if whole == 0 {
		return crm.Maybe[float64]{}
	}
	return crm.Some(float64(part) / float64(whole))
}

// Assignment tells how calls were spread, for the groups in the order of the
// rule book; those that only the store knows come behind, by name. The agents
// of a group are the active ones that the book names, in its order, then
// others who got calls of it.
func Assignment(ctx context.Context, st AssignmentStore, book *engine.RuleBook, asked Asked) ([]Group, error) {
	worked, kinds := crm.Worked{From: crm.At(asked.From), Until: crm.At(asked.Until)}, crm.Kinds{}
	for i := range book.Wrapups.Outcomes {
		if o := &book.Wrapups.Outcomes[i]; o.Personal() {
			worked.Personal = append(worked.Personal, o.Name)
		}
	}
	if c := asked.Campaign; c != nil {
		worked.Campaign, kinds = c.Name, crm.Kinds{Types: c.LeadTypes, Segments: c.Segments}
	}
	at := crm.At(asked.Now)
	stored, err := st.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("report on assignment: %w", err)
	}
	work, err := st.Workload(ctx, worked)
	if err != nil {
		return nil, fmt.Errorf("report on assignment: %w", err)
	}
	unworked, err := st.Unworked(ctx, kinds, at)
	if err != nil {
		return nil, fmt.Errorf("report on assignment: %w", err)
	}
	starving, err := st.Starving(ctx, kinds, Often, Worst)
	if err != nil {
		return nil, fmt.Errorf("report on assignment: %w", err)
	}
	s := spread{stored: stored, groups: map[string]*Group{}}
	for _, g := range book.Groups {
		if asked.Campaign == nil || asked.Campaign.Takes(g.Name) {
			s.team(g)
		}
	}
	for _, w := range work {
		s.add(w)
	}
	for _, b := range unworked {
		s.group(b.Group).Unworked = b
	}
	for _, b := range starving {
		s.group(b.Group).Starving = b
	}
	return s.done(), nil
}

// spread is a report while it is put together.
type spread struct {
	stored map[string]crm.Agent
	groups map[string]*Group
	order  []string // groups of the rule book
}

func (s *spread) group(name string) *Group {
	if s.groups[name] == nil {
		s.groups[name] = &Group{Name: name}
	}
	return s.groups[name]
}

// team lists the agents of a group who can get calls.
func (s *spread) team(g *engine.Group) {
	s.order = append(s.order, g.Name)
	for _, name := range g.Agents {
		if a, known := s.stored[name]; !known || a.Active {
			s.agent(s.group(g.Name), name)
		}
	}
}

// agent is an agent of a group, added where missing. Those whom nobody stored
// have a full share.
func (s *spread) agent(g *Group, name string) *Agent {
	i := slices.IndexFunc(g.Agents, func(a Agent) bool { return a.Name == name })
	if i < 0 {
		i = len(g.Agents)
		a := Agent{Name: name, Weight: 1}
		if stored, known := s.stored[name]; known {
			a.Weight, a.LastAssigned = stored.Weight, stored.LastAssignedAt
		}
		g.Agents = append(g.Agents, a)
	}
	return &g.Agents[i]
}

func (s *spread) add(w crm.Workload) {
	g := s.group(w.Group)
	g.Calls += w.Calls
	s.agent(g, w.Agent).Workload = w
}

func (s *spread) done() []Group {
	names := s.order
	others := slices.DeleteFunc(slices.Collect(maps.Keys(s.groups)), func(name string) bool { return slices.Contains(s.order, name) })
	slices.SortFunc(others, func(a, b string) int {
		// No group at all comes last.
		return cmp.Or(cmp.Compare(min(len(b), 1), min(len(a), 1)), cmp.Compare(a, b))
	})
	var all []Group
	for _, name := range append(names, others...) {
		g := s.group(name)
		g.Gini.V, g.Gini.Valid = Gini(g.perWeight())
		all = append(all, *g)
	}
	return all
}

// perWeight is the calls of each agent over the agent's weight.
func (g *Group) perWeight() []float64 {
	values := make([]float64, len(g.Agents))
	for i, a := range g.Agents {
		values[i] = float64(a.Calls) / a.Weight
	}
	return values
}
