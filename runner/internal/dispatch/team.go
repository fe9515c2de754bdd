package dispatch

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// team is those to whom a transfer may give a contact, and what they have to
// do. What they are given counts at once.
type team struct {
	rule  *engine.Transfer
	batch *expression.Batch
	// columns of agent.username, agent.contacts and agent.last_assigned_at
	username, contacts, last int

	members []crm.Agent // those who are there
	load    map[string]int
	turns   int
}

// newTeam is the members of a transfer's team who are there on the day of now,
// with their load: the sum of the counts.
func newTeam(book *engine.RuleBook, rule *engine.Transfer, now time.Time, agents map[string]crm.Agent, counts ...map[string]int) *team {
	t := &team{rule: rule, batch: book.Schema.NewBatch(0), load: map[string]int{}}
	t.username, _ = book.Schema.Index("agent.username")
	t.contacts, _ = book.Schema.Index("agent.contacts")
	t.last, _ = book.Schema.Index("agent.last_assigned_at")
	day := calendar.DateOf(now.In(book.Zone)).String()
	for _, name := range slices.Sorted(maps.Keys(agents)) {
		a := agents[name]
		if !a.Active || a.Away(day) || !slices.Contains(a.Teams, rule.ToTeam) {
			continue
		}
		t.members = append(t.members, a)
		for _, count := range counts {
			t.load[name] += count[name]
		}
	}
	return t
}

// has says that somebody is in the team and there.
func (t *team) has(username string) bool {
	return slices.ContainsFunc(t.members, func(a crm.Agent) bool { return a.Username == username })
}

// choose is who gets the contact of a lead that owner has now, with those who
// could have got it; empty when nobody is there.
func (t *team) choose(now time.Time, owner string) (username string, candidates []string) {
	if owner != "" && t.rule.AlreadyThere == "keep" && t.has(owner) {
		return owner, nil
	}
	t.batch.Reset(len(t.members))
	t.batch.SetNow(now)
	for row, a := range t.members {
		t.batch.SetText(t.username, row, a.Username)
		t.batch.SetInt(t.contacts, row, int64(t.load[a.Username]))
		if a.LastAssignedAt.Valid {
			t.batch.SetTime(t.last, row, int64(a.LastAssignedAt.V))
		}
		candidates = append(candidates, fmt.Sprintf("%s: %d", a.Username, t.load[a.Username]))
	}
	row := t.rule.Choose(t.batch)
	if row < 0 {
		return "", candidates
	}
	return t.members[row].Username, candidates
}

// give adds a contact to the load of a member, who becomes the one that was
// given something last.
func (t *team) give(username string, now time.Time) {
	i := slices.IndexFunc(t.members, func(a crm.Agent) bool { return a.Username == username })
	if i < 0 {
		return
	}
	t.load[username]++
	// Several are given at one instant: those later count as later.
	t.turns++
	t.members[i].LastAssignedAt = crm.Some(crm.At(now) + crm.Instant(t.turns))
}
