package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// admission takes edits of the rules through their steps into force, and keeps
// in the store what becomes of them: it is the keeper of the engine.
type admission struct {
	folder string
	store  *store.Store
	desk   *dispatch.Desk
	wall   func() time.Time // dates what happened
	// clock is when the leads are looked at, in the time zone of a book.
	clock func(*time.Location) (time.Time, error)
	// author is who made the edit that lies in the folder.
	author func() string
	// compare says what going from one book to another would change, and when the
	// leads were read for it.
	compare func(ctx context.Context, before, after *engine.RuleBook) (*dispatch.Comparison, time.Time, error)

	mu sync.Mutex
	// chat is told what becomes of edits.
	chat *chat
	// tests is how many tests the candidate under way has passed: there is one at
	// a time.
	tests int
	// effects are what books on their way are expected to change, by version,
	// and notes say so in words; yes is what somebody said to one of them in this process.
	effects map[string]string
	notes   map[string]string
	yes     *store.Change
}

// newAdmission is the admission of edits in the folder of the command line
// into a store.
func (a *app) newAdmission(ctx context.Context, st *store.Store, desk *dispatch.Desk) *admission {
	judge := *desk
	judge.Hide = a.hider(ctx, st)
	m := &admission{
		folder: a.rules, store: st, desk: &judge, wall: a.clock, effects: map[string]string{}, notes: map[string]string{},
		clock: func(zone *time.Location) (time.Time, error) {
			if a.at != "" {
				return parseTime(a.at, zone)
			}
			return a.clock(), nil
		},
		author: func() string { return fileAuthor(a.rules) },
	}
	m.compare = m.onStore
	return m
}

// onStore compares two rule books on what the store holds now.
func (m *admission) onStore(ctx context.Context, before, after *engine.RuleBook) (*dispatch.Comparison, time.Time, error) {
	at, err := m.clock(after.Zone)
	if err != nil {
		return nil, at, err
	}
	found, err := m.desk.Compare(ctx, before, after, at, nil)
	return found, at, err
}

// open puts the rule book of the folder in force, or the last good one.
func (m *admission) open(ctx context.Context) (*engine.Engine, error) {
	var e *engine.Engine
	e, err := engine.Open(ctx, m.folder, engine.Options{
		Shipped: callsheet.Shipped(), Keeper: m, Now: m.wall, Admit: []engine.Step{m.tested, m.agreed},
		Notify: func(engine.Change) { m.tell(context.WithoutCancel(ctx), e.Book(), e.Status()) },
	})
	if err == nil {
		m.tell(ctx, e.Book(), e.Status())
	}
	return e, err
}

// SaveBook makes the files the last good rule book.
func (m *admission) SaveBook(ctx context.Context, version string, files engine.Sources, at time.Time) error {
	m.mu.Lock()
	c := store.Change{Author: m.author(), Effect: m.effects[version]}
	if m.yes != nil && m.yes.Version == version {
		c.Author, c.Reason, c.Allow = m.yes.Author, m.yes.Reason, m.yes.Allow
	}
	note, told := m.notes[version]
	m.mu.Unlock()
	if err := m.store.SaveBook(ctx, store.Book{Version: version, Files: files, At: crm.At(at)}, c); err != nil {
		return err
	}
	if told {
		m.chat.say(fmt.Sprintf("%s  Rule book %.7s is in force%s.", note, version, because(c.Reason)))
	}
	return nil
}

// LastGood gives back the last good rule book, or fs.ErrNotExist.
func (m *admission) LastGood(ctx context.Context) (engine.Sources, time.Time, error) {
	b, err := m.store.LastGoodBook(ctx)
	if errors.Is(err, crm.ErrNotFound) {
		return nil, time.Time{}, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return b.Files, b.At.Time(), nil
}

// LastVersion is the version of the last good rule book.
func (m *admission) LastVersion(ctx context.Context) (string, error) { return m.store.LastVersion(ctx) }

// agreed is the step that lets an edit through that nobody has to agree to, or
// to which somebody did. The first time it looks at the leads; what it found
// then stands until somebody agrees or the files change.
func (m *admission) agreed(ctx context.Context, c engine.Candidate) error {
	if c.InForce == nil {
		return nil
	}
	last, err := m.store.LastChange(ctx, c.Book.Version)
	if err != nil && !errors.Is(err, crm.ErrNotFound) {
		return err
	}
	same := last.Base == c.InForce.Version
	switch {
	case last.State == store.Withdrawn:
		return &engine.Stopped{By: engine.ByRollback, Reasons: []string{
			fmt.Sprintf("rule book %s was taken out of force on %s%s%s", c.Book.Short(), m.when(c.Book, last.At), by(last.Author), because(last.Reason)),
			"save another edit, or put it in force again with callsheet apply",
		}}
	case last.State == store.Waiting && same:
		return stoppedBefore(last)
	}
	compared, _, err := m.compare(ctx, c.InForce, c.Book)
	if err != nil {
		return err
	}
	all := dispatch.Guard(c.InForce, c.Book, compared)
	note := func(verb string) string { return noteOf(m.author(), verb, c.InForce, c.Book, compared, all, m.tests) }
	proposes, changes := note("proposes"), note("changes")
	m.mu.Lock()
	m.effects[c.Book.Version], m.notes[c.Book.Version] = effectOf(compared), changes
	m.mu.Unlock()
	approved := last.State == store.Approved && same
	breaches := slices.DeleteFunc(all, func(b dispatch.Breach) bool {
		return approved && slices.Contains(last.Allow, b.Campaign)
	})
	stopped := stop(c, breaches, approved)
	if stopped == nil {
		return nil
	}
	waits := store.Change{
		At: crm.At(m.wall()), State: store.Waiting, Version: c.Book.Version, Base: c.InForce.Version, Author: m.author(),
		Reason: string(stopped.By), Effect: effectOf(compared), Faults: strings.Join(stopped.Reasons, "\n"),
	}
	if err := m.store.RecordChange(ctx, waits); err != nil {
		return err
	}
	m.chat.say(proposes + "  It waits: " + stopped.Reasons[len(stopped.Reasons)-1])
	return stopped
}

// stop says what an edit waits for; nil when for nothing.
func stop(c engine.Candidate, breaches []dispatch.Breach, approved bool) *engine.Stopped {
	var reasons []string
	for _, b := range breaches {
		reasons = append(reasons, b.Says)
	}
	switch {
	case len(breaches) > 0:
		return &engine.Stopped{By: engine.ByGuardrail, Reasons: append(reasons, "see callsheet plan, then mend it or say yes with "+wantedYes(breaches))}
	case c.InForce.Approve && !approved:
		return &engine.Stopped{By: engine.ByApproval, Reasons: []string{
			"rule book " + c.Book.Short() + " waits for somebody's yes: see callsheet plan, then callsheet apply",
		}}
	}
	return nil
}

// wantedYes is the command that lifts guardrails once.
func wantedYes(breaches []dispatch.Breach) string {
	command, named := "callsheet apply", []string{}
	for _, b := range breaches {
		if !slices.Contains(named, b.Campaign) {
			named = append(named, b.Campaign)
			command += " --allow " + b.Campaign
		}
	}
	return command + ` --reason "…"`
}

func stoppedBefore(c store.Change) *engine.Stopped {
	return &engine.Stopped{By: engine.StoppedBy(c.Reason), Reasons: strings.Split(c.Faults, "\n")}
}

// when is an instant as people of a rule book read it.
func (m *admission) when(book *engine.RuleBook, at crm.Instant) string {
	return at.Time().In(book.Zone).Format("2006-01-02 15:04")
}

func by(author string) string {
	if author == "" {
		return ""
	}
	return " by " + author
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// effect is what an edit was expected to change of one campaign.
type effect struct {
	Campaign string `json:"campaign"`
	Before   int    `json:"before"`
	After    int    `json:"after"`
	Entering int    `json:"entering"`
	Leaving  int    `json:"leaving"`
}

// effectOf is a comparison as it is kept.
func effectOf(c *dispatch.Comparison) string {
	list := []effect{}
	for _, m := range c.Campaigns {
		if m.Entering > 0 || m.Leaving > 0 {
			list = append(list, effect{m.Name, m.Before, m.After, m.Entering, m.Leaving})
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return ""
	}
	return string(text)
}

// agreeTo remembers what is about to be said to an edit, for the history.
func (m *admission) agreeTo(yes store.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.yes = &yes
}
