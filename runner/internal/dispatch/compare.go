package dispatch

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Comparison is what a rule book would change on the leads of a store that wait
// for a call or are in a slot that runs.
type Comparison struct {
	Leads int // that have a planned call, or one that is injected or in progress
	// Up, Down count the leads whose score rises or falls.
	Up, Down int
	// Changed are the leads of which any campaign decides otherwise.
	Changed   int
	Campaigns []Movement // in the order of the later book, then those it lacks
	Grades    []Movement // likewise; of every lead, whatever its campaign
}

// Movement is the leads of a campaign, or of a grade, under two rule books: of
// a campaign those that its next slot would take, ahead of capacity, agents and
// open phones.
type Movement struct {
	Name                             string
	Before, After, Entering, Leaving int
	// ScoreBefore and ScoreAfter are the sums of the scores of Before and After.
	ScoreBefore, ScoreAfter int64
	// Examples are the first of those that enter or leave, by lead id.
	Examples []Move
}

// Move is a lead that enters or leaves.
type Move struct {
	Lead          string
	Before, After Standing
}

// Standing is what one rule book says of a lead.
type Standing struct {
	Chosen  bool
	Reason  string // why not; empty when chosen
	Detail  string
	Rule    string // the condition that it does not pass, as it is written; empty when it is none of the campaign's
	Score   int64
	Type    string
	Segment string
	Group   string
}

// maxExamples is how many examples a movement has at most.
const maxExamples = 10

// Compare says what it would change to go from one rule book to another: for
// every campaign of either, which calls its next slot at the given time would
// take by the one and by the other, those that it has taken already among them; of a draft or a shadow those that it
// would take if it called, unless it does in the other book. Nothing is stored. progress, which
// may be nil, is told of the leads as they go by.
func (d *Desk) Compare(ctx context.Context, before, after *engine.RuleBook, at time.Time, progress func(leads int)) (*Comparison, error) {
	c, err := d.comparing(ctx, before, after, at)
	if err != nil {
		return nil, fmt.Errorf("compare rule books: %w", err)
	}
	c.campaigns, c.grades = allCampaigns(before, after), allGrades(before, after)
	got, err := c.run(ctx, progress)
	if err != nil {
		return nil, fmt.Errorf("compare rule books: %w", err)
	}
	return got, nil
}

// comparing is one comparison under way.
type comparing struct {
	desk              *Desk
	before, after     *engine.RuleBook
	at                time.Time
	recorded          bool            // there are reports of calls
	over              map[string]bool // keys of slots that were stopped
	campaigns, grades []string
}

// comparing is what a comparison asks of the store before the first lead.
func (d *Desk) comparing(ctx context.Context, before, after *engine.RuleBook, at time.Time) (*comparing, error) {
	c := &comparing{desk: d, before: before, after: after, at: at, over: map[string]bool{}}
	var err error
	if c.recorded, err = d.Store.Recorded(ctx); err != nil {
		return nil, err
	}
	const day = 24 * time.Hour // no slot is longer
	runs, err := d.Store.RunsBetween(ctx, crm.At(at.Add(-day)), crm.At(at.Add(day)))
	for _, r := range runs {
		if r.State == crm.RunStopped {
			c.over[slotKey(after, r.Campaign, r.SlotStart.Time())] = true
		}
	}
	return c, err
}

// stopped says that the slot of a campaign, or of the one that it follows, is
// over before its time.
func (c *comparing) stopped(book *engine.RuleBook, campaign *engine.Campaign, slot calendar.Slot) bool {
	return c.over[slotKey(book, campaign.Name, slot.Start)] || c.over[slotKey(book, campaign.Follows, slot.Start)]
}

func allCampaigns(before, after *engine.RuleBook) (names []string) {
	for _, book := range []*engine.RuleBook{after, before} {
		for _, c := range book.Campaigns {
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

func allGrades(before, after *engine.RuleBook) (names []string) {
	for _, book := range []*engine.RuleBook{after, before} {
		for _, g := range book.Scoring.Grades {
			if !slices.Contains(names, g.Name) {
				names = append(names, g.Name)
			}
		}
	}
	return names
}

// run reads pages of calls and lets as many workers as there are
// processors compare them.
func (c *comparing) run(ctx context.Context, progress func(int)) (*Comparison, error) {
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	workers := runtime.NumCPU()
	pages := make(chan []crm.Due, workers)
	parts := make([]*Comparison, workers)
	var beside sync.WaitGroup
	for i := range workers {
		w := c.worker()
		parts[i] = w.found
		beside.Go(func() {
			for page := range pages {
				if err := w.page(within, page); err != nil {
					stop(err)
				}
			}
		})
	}
	err := c.read(within, pages, progress)
	close(pages)
	beside.Wait()
	if cause := context.Cause(within); cause != nil {
		err = cause
	}
	if err != nil {
		return nil, err
	}
	return c.sum(parts), nil
}

func (c *comparing) read(ctx context.Context, pages chan<- []crm.Due, progress func(int)) error {
	fields := c.fields()
	for after := ""; ; {
		page, err := c.desk.Store.Outstanding(ctx, fields, after, expression.MaxBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].Lead.ID
		select {
		case <-ctx.Done():
			return ctx.Err()
		case pages <- page:
		}
		if progress != nil {
			progress(len(page))
		}
	}
}

// deciding are the columns that a rule book reads to classify and judge leads,
// sorted. What only dialers, callbacks and the like read is left out.
func deciding(book *engine.RuleBook) []int {
	return readIn(book, func(file string) bool { return !undeciding(file) })
}

// readIn are the columns that some files of a rule book read, and the engine by
// itself, sorted.
func readIn(book *engine.RuleBook, takes func(file string) bool) []int {
	columns := book.Own()
	for _, e := range book.Expressions {
		if !takes(e.File) {
			continue
		}
		for _, name := range e.Reads {
			if column, ok := book.Schema.Index(name); ok {
				columns = append(columns, column)
			}
		}
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// undeciding says that nothing in a rule file has to do with which leads a
// campaign chooses.
func undeciding(file string) bool {
	switch file {
	case "rules/dialers.yaml", "rules/callbacks.yaml", "rules/wrapups.yaml", "rules/transfers.yaml", "rules/recovery.yaml":
		return true
	}
	return false
}

// fields are what has to be read of leads: what a rule of either book reads,
// and what the past of a phone is made of.
func (c *comparing) fields() []string {
	return append(read(c.before, deciding(c.before)), read(c.after, deciding(c.after))...)
}

func newComparison(campaigns, grades []string) *Comparison {
	found := &Comparison{Campaigns: make([]Movement, len(campaigns)), Grades: make([]Movement, len(grades))}
	for i, name := range campaigns {
		found.Campaigns[i].Name = name
	}
	for i, name := range grades {
		found.Grades[i].Name = name
	}
	return found
}

// sum adds up what the workers found.
func (c *comparing) sum(parts []*Comparison) *Comparison {
	all := newComparison(c.campaigns, c.grades)
	for _, p := range parts {
		all.Leads, all.Up, all.Down, all.Changed = all.Leads+p.Leads, all.Up+p.Up, all.Down+p.Down, all.Changed+p.Changed
		for i := range all.Campaigns {
			all.Campaigns[i].add(&p.Campaigns[i])
		}
		for i := range all.Grades {
			all.Grades[i].add(&p.Grades[i])
		}
	}
	return all
}

func (m *Movement) add(part *Movement) {
	m.Before, m.After = m.Before+part.Before, m.After+part.After
	m.Entering, m.Leaving = m.Entering+part.Entering, m.Leaving+part.Leaving
	m.ScoreBefore, m.ScoreAfter = m.ScoreBefore+part.ScoreBefore, m.ScoreAfter+part.ScoreAfter
	m.Examples = append(m.Examples, part.Examples...)
	slices.SortFunc(m.Examples, func(a, b Move) int { return strings.Compare(a.Lead, b.Lead) })
	m.Examples = m.Examples[:min(len(m.Examples), maxExamples)]
}

// count takes note of a lead that is in before, after, both or neither.
func (m *Movement) count(was, is bool, before, after int64) (moved bool) {
	if was {
		m.Before++
		m.ScoreBefore += before
	}
	if is {
		m.After++
		m.ScoreAfter += after
	}
	switch {
	case was && !is:
		m.Leaving++
	case is && !was:
		m.Entering++
	}
	return was != is
}

// Share is how much of what was chosen before the change moves: the larger of
// those that enter and those that leave. It is 0 when nobody was chosen before.
func (m *Movement) Share() float64 {
	if m.Before == 0 {
		return 0
	}
	return float64(max(m.Entering, m.Leaving)) / float64(m.Before)
}
