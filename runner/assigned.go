package main

import (
	"math"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/terminal"
)

// assignmentReport is a report on assignment with the days it is about.
type assignmentReport struct {
	first, last calendar.Date
	campaign    *engine.Campaign // nil: all
	groups      []report.Group
}

func (s *session) tellAssignment(r assignmentReport) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(s.assignmentJSON(r))
	case terminal.CSV:
		return s.assignmentCSV(r)
	}
	return s.assignmentTables(r)
}

// assignmentTables are for people: agents, then groups, then what the columns
// mean.
func (s *session) assignmentTables(r assignmentReport) error {
	of := "all campaigns"
	if r.campaign != nil {
		of = r.campaign.Name
	}
	s.Printf("Assignment from %s to %s, %s\n", r.first, r.last, of)
	var agents, groups [][]any
	for i := range r.groups {
		g := &r.groups[i]
		for j := range g.Agents {
			a := &g.Agents[j]
			cells := s.agentCells(g, a)
			cells[3] = figure(a.Share(g), 100, 1)
			agents = append(agents, cells)
		}
		groups = append(groups, append([]any{orNone(g.Name), g.Calls, figure(g.Gini, 1, 3)}, s.waiting(g)...))
	}
	columns := agentColumns()
	columns[3].Title = "SHARE %"
	if err := s.Table(columns, agents); err != nil {
		return err
	}
	s.Printf("")
	if err := s.Table(terminal.Columns("group", "calls", "gini", "unworked", "oldest", "since", "starving", "worst"), groups); err != nil {
		return err
	}
	s.Printf(assignmentLegend, report.Often)
	return nil
}

const assignmentLegend = `
calls      given to the agent for these days and not taken back by a stop
score      at which those calls were chosen
reached    calls in which somebody talked; empty as long as the dialer reported none
open       injected or in progress now
gini       how uneven calls over weights are: 0 everybody has the same share, near 1 one has all
unworked   leads that are planned and never had a call, the oldest of them and when it came in
starving   leads recycled more than %d times, the worst of them`

// waiting is the cells about the leads of a group that wait.
func (s *session) waiting(g *report.Group) []any {
	var oldest, since any
	if len(g.Unworked.Worst) > 0 {
		oldest, since = g.Unworked.Worst[0].LeadID, s.local(g.Unworked.Worst[0].Since)
	}
	return []any{g.Unworked.Leads, oldest, since, g.Starving.Leads, worstOf(g)}
}

// worstOf are the ids of the leads that starve most.
func worstOf(g *report.Group) []string {
	ids := make([]string, len(g.Starving.Worst))
	for i, w := range g.Starving.Worst {
		ids[i] = w.LeadID
	}
	return ids
}

// assignmentCSV is a row an agent, with the figures of the group in each; a
// group without agents has a row too.
func (s *session) assignmentCSV(r assignmentReport) error {
	var rows [][]any
	for i := range r.groups {
		g := &r.groups[i]
		group := append([]any{figure(g.Gini, 1, 4)}, s.waiting(g)...)
		for j := range g.Agents {
			rows = append(rows, append(s.agentCells(g, &g.Agents[j]), group...))
		}
		if len(g.Agents) == 0 {
			none := make([]any, len(agentColumns()))
			none[0] = g.Name
			rows = append(rows, append(none, group...))
		}
	}
	return s.Table(append(agentColumns(), terminal.Columns("gini", "unworked", "oldest", "since", "starving", "worst")...), rows)
}

func agentColumns() []terminal.Column {
	return terminal.Columns("group", "agent", "calls", "share", "weight", "score_sum", "score_mean", "reached", "open", "last_assigned")
}

// agentCells are the cells of agentColumns.
func (s *session) agentCells(g *report.Group, a *report.Agent) []any {
	return []any{
		g.Name, a.Name, a.Calls, figure(a.Share(g), 1, 4), a.Weight, a.Scores, figure(a.ScoreMean(), 1, 2),
		reached(a), a.Open, s.when(a.LastAssigned),
	}
}

// assignmentJSON is the report for programs. Shares and the Gini coefficient
// are from 0 to 1; what is not known is null.
func (s *session) assignmentJSON(r assignmentReport) any {
	type agent struct {
		Agent        string  `json:"agent"`
		Calls        int64   `json:"calls"`
		Share        any     `json:"share"`
		Weight       float64 `json:"weight"`
		ScoreSum     int64   `json:"score_sum"`
		ScoreMean    any     `json:"score_mean"`
		Reached      any     `json:"reached"`
		Open         int64   `json:"open"`
		LastAssigned any     `json:"last_assigned"`
	}
	type lead struct {
		Lead     string `json:"lead"`
		Since    any    `json:"since"`
		Recycled int64  `json:"recycled"`
	}
	type backlog struct {
		Leads int64  `json:"leads"`
		Worst []lead `json:"worst"`
	}
	type group struct {
		Group    any     `json:"group"`
		Calls    int64   `json:"calls"`
		Gini     any     `json:"gini"`
		Agents   []agent `json:"agents"`
		Unworked backlog `json:"unworked"`
		Starving backlog `json:"starving"`
	}
	list := func(b crm.Backlog) backlog {
		out := backlog{b.Leads, []lead{}}
		for _, w := range b.Worst {
			out.Worst = append(out.Worst, lead{w.LeadID, s.local(w.Since), w.Recycled})
		}
		return out
	}
	out := struct {
		From     string  `json:"from"`
		To       string  `json:"to"`
		Campaign any     `json:"campaign"`
		Groups   []group `json:"groups"`
	}{From: r.first.String(), To: r.last.String(), Groups: []group{}}
	if r.campaign != nil {
		out.Campaign = r.campaign.Name
	}
	for i := range r.groups {
		g := &r.groups[i]
		shown := group{orNil(g.Name, g.Name != ""), g.Calls, figure(g.Gini, 1, 4), []agent{}, list(g.Unworked), list(g.Starving)}
		for j := range g.Agents {
			a := &g.Agents[j]
			shown.Agents = append(shown.Agents, agent{
				a.Name, a.Calls, figure(a.Share(g), 1, 4), a.Weight, a.Scores, figure(a.ScoreMean(), 1, 2), reached(a), a.Open, s.when(a.LastAssigned),
			})
		}
		out.Groups = append(out.Groups, shown)
	}
	return out
}

// reached is in how many calls somebody talked, nil as long as none was
// reported.
func reached(a *report.Agent) any { return orNil(a.Reached, a.Heard > 0) }

// figure is a value times a factor with so many decimals, nil when empty.
func figure(v crm.Maybe[float64], times float64, decimals int) any {
	if !v.Valid {
		return nil
	}
	scale := math.Pow10(decimals)
	return math.Round(v.V*times*scale) / scale
}

func orNone(group string) string {
	if group == "" {
		return "(none)"
	}
	return group
}
