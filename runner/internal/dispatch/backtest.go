package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Backtested is what a campaign would have chosen on days of the past under two
// rule books, ahead of capacity, agents and open phones. A lead counts once a
// day, however many slots it was in.
type Backtested struct {
	Campaign string
	Days     int // on which it had a slot
	// Left are the days before those, which are not looked at because there is
	// too much to look at.
	Left                             int
	Before, After, Entering, Leaving int
	// Won are the leads that it called and that said yes in that call, Missed
	// those of them that only the earlier book would have chosen.
	Won, Missed int
}

// won says whether an outcome is one for which campaigns are there: it leaves the
// lead qualified, or better.
func won(book *engine.RuleBook, outcome string) bool {
	return slices.ContainsFunc(book.Wrapups.Outcomes, func(o engine.Outcome) bool {
		return o.Name == outcome && (o.Status == crm.Qualified || o.Status == crm.Converted)
	})
}

// mostBacktested is the number of decisions after which older days are left out.
const mostBacktested = 600_000

// Backtest decides anew about the leads of the slots between two instants, with
// two rule books, for the campaigns that the change from one to the other may
// concern: each lead at the clock at which it was decided about, with what is
// known of it now, but for the calls since and what came of them. progress is
// called once for each day of a campaign of so many that there are; it may be nil.
func (d *Desk) Backtest(ctx context.Context, before, after *engine.RuleBook, from, until time.Time, progress func(of int)) ([]Backtested, error) {
	runs, err := d.Store.RunsBetween(ctx, crm.At(from), crm.At(until))
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	c := &comparing{desk: d, before: before, after: after, recorded: true}
	days := daysOf(runs, Touched(before, after), after.Zone)
	found := make([]dayBacktested, len(days))
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next, decisions atomic.Int64
	var beside sync.WaitGroup
	for range runtime.NumCPU() {
		beside.Go(func() {
			for within.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(days) {
					return
				}
				if decisions.Load() < mostBacktested {
					r := newReplaying(c, days[i].campaign)
					if err := r.day(within, days[i]); err != nil {
						stop(err)
						return
					}
					decisions.Add(int64(r.decisions))
					found[i] = dayBacktested{looked: true, said: r.said}.counted()
				}
				if progress != nil {
					progress(len(days))
				}
			}
		})
	}
	beside.Wait()
	if cause := context.Cause(within); cause != nil {
		return nil, fmt.Errorf("replay: %w", cause)
	}
	return sumOf(days, found, allCampaigns(before, after)), nil
}

// Touched are the campaigns whose choice may differ between two rule books, in
// the order of the later one and then those it lacks.
func Touched(before, after *engine.RuleBook) (names []string) {
	all, touched := allCampaigns(before, after), map[string]bool{}
	for _, change := range engine.Diff(before, after) {
		if undeciding(change.File) {
			continue
		}
		top, rest, _ := strings.Cut(change.Rule, ".")
		name, _, _ := strings.Cut(rest, ".")
		switch {
		case change.File == "campaigns.yaml" && (top == "jobs" || top == "edits"):
		case change.File == "campaigns.yaml" && top == "campaigns" && rest != "":
			touched[name] = true
			for _, book := range []*engine.RuleBook{before, after} {
				for _, c := range book.Campaigns {
					touched[c.Name] = touched[c.Name] || c.Follows == name
				}
			}
		default:
			return all
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return !touched[name] })
}

// pastDay is the slots of a campaign on one day.
type pastDay struct {
	campaign string
	date     calendar.Date
	slots    []calendar.Slot
	keys     []string
}

// daysOf are the days on which campaigns ran, the newest first.
func daysOf(runs []crm.Run, campaigns []string, zone *time.Location) (days []*pastDay) {
	for i := range runs {
		r := &runs[i]
		if !slices.Contains(campaigns, r.Campaign) {
			continue
		}
		start := r.SlotStart.Time().In(zone)
		date := calendar.DateOf(start)
		k := slices.IndexFunc(days, func(d *pastDay) bool { return d.campaign == r.Campaign && d.date == date })
		if k < 0 {
			k = len(days)
			days = append(days, &pastDay{campaign: r.Campaign, date: date})
		}
		key := strings.TrimSuffix(r.ID, "/"+r.Group)
		if !slices.Contains(days[k].keys, key) {
			days[k].keys = append(days[k].keys, key)
			days[k].slots = append(days[k].slots, calendar.Slot{Name: r.Slot, Start: start, End: r.SlotEnd.Time().In(zone), Date: date})
		}
	}
	slices.SortStableFunc(days, func(a, b *pastDay) int { return cmp.Compare(b.date.String(), a.date.String()) })
	return days
}

// What is known of a lead on a day.
const (
	saidBefore uint8 = 1 << iota // the earlier book chooses it
	saidAfter
	saidYes // it said yes when it was called
)

// replaying is one day of a campaign.
type replaying struct {
	*comparing
	campaign  string
	said      map[string]uint8 // by lead
	sides     map[uint8]*side
	counting  history // by the earlier book
	decisions int
}

func newReplaying(c *comparing, campaign string) *replaying {
	r := &replaying{comparing: c, campaign: campaign, said: map[string]uint8{}, sides: map[uint8]*side{}, counting: newHistory(c.before, time.Time{})}
	for bit, book := range map[uint8]*engine.RuleBook{saidBefore: c.before, saidAfter: c.after} {
		if _, ok := byName(book, campaign); ok {
			r.sides[bit] = newSide(book, time.Time{})
		}
	}
	return r
}

func (r *replaying) day(ctx context.Context, day *pastDay) error {
	fields := append(r.fields(), "lead.reached", "lead.refusals", "lead.callbacks", "lead.in_wallet", "lead.has_pending_task")
	for i, key := range day.keys {
		for last := ""; ; {
			page, err := r.desk.Store.Decided(ctx, fields, key, last, expression.MaxBatch)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			last = page[len(page)-1].LeadID
			r.decisions += len(page)
			if err := r.page(ctx, day.slots[i], page); err != nil {
				return err
			}
		}
	}
	return nil
}

// page decides anew about leads of one slot, those of one clock together.
func (r *replaying) page(ctx context.Context, slot calendar.Slot, page []crm.Decided) error {
	phones := make([]string, len(page))
	for i := range page {
		phones[i] = page[i].Lead.Phone
	}
	records, err := r.desk.Store.PhoneRecords(ctx, phones)
	if err != nil {
		return err
	}
	slices.SortStableFunc(page, func(a, b crm.Decided) int { return cmp.Compare(a.Decision.At, b.Decision.At) })
	for len(page) > 0 {
		at := page[0].Decision.At
		n := sort.Search(len(page), func(i int) bool { return page[i].Decision.At > at })
		r.moment(slot, at, page[:n], records)
		page = page[n:]
	}
	return nil
}

// moment decides anew about leads that were decided about at once. All had a
// call due in the slot, or there were no decision: one that is due after it now
// was moved since, as a stop moves those for which there was no room.
func (r *replaying) moment(slot calendar.Slot, at crm.Instant, page []crm.Decided, records map[string][]crm.Record) {
	known := make(map[string][]crm.Record, len(page))
	due := make([]crm.Due, len(page))
	for i := range page {
		all := records[page[i].Lead.Phone]
		n := sort.Search(len(all), func(k int) bool { return all[k].At() >= at })
		r.rewind(&page[i], all[:n], all[n:])
		known[page[i].Lead.Phone], due[i] = all[:n], page[i].Due
		if call := &due[i].Call; call.DueAt >= crm.At(slot.End) {
			call.DueAt = crm.At(slot.Start)
		}
	}
	for bit, side := range r.sides {
		side.history.now = at.Time()
		side.fill(due, known)
		side.class = side.book.Classify(side.batch, at.Time())
		c, _ := byName(side.book, r.campaign)
		for i, v := range side.book.Judge(c, slot, side.batch, side.class, side.pasts) {
			if v.Reason == "" {
				r.said[page[i].LeadID] |= bit
			}
		}
	}
}

// rewind takes the calls since a decision off its lead again, and tells whether
// the one that came of it was a success. Who was called and since has a wallet or
// a task had none before.
func (r *replaying) rewind(p *crm.Decided, earlier, later []crm.Record) {
	l, db := &subject{Lead: &p.Lead}, &debrief{book: r.before, history: r.counting}
	since := false
	for i := range later {
		if later[i].LeadID != p.LeadID {
			continue
		}
		since = true
		db.count(l, &later[i], -1)
		if p.Injected && later[i].CallID == p.Decision.CallID && won(r.before, later[i].Outcome) {
			r.said[p.LeadID] |= saidYes
		}
	}
	if !since {
		return
	}
	l.Status, l.LastCallAt, l.LastOutcome, l.InWallet, l.HasPendingTask = crm.Scheduled, crm.Maybe[crm.Instant]{}, "", false, false
	for i := range earlier {
		if earlier[i].LeadID == p.LeadID {
			l.LastCallAt, l.LastOutcome = crm.Some(earlier[i].At()), earlier[i].Outcome
		}
	}
}

// dayBacktested is what came out of a day.
type dayBacktested struct {
	looked bool
	said   map[string]uint8
	Backtested
}

// counted counts the leads and forgets them.
func (d dayBacktested) counted() dayBacktested {
	for _, said := range d.said {
		was, is := said&saidBefore != 0, said&saidAfter != 0
		d.Before += int(one(was))
		d.After += int(one(is))
		d.Entering += int(one(is && !was))
		d.Leaving += int(one(was && !is))
		d.Won += int(one(said&saidYes != 0))
		d.Missed += int(one(said&saidYes != 0 && was && !is))
	}
	d.said = nil
	return d
}

// sumOf adds up the days of each campaign that has any.
func sumOf(days []*pastDay, found []dayBacktested, campaigns []string) (all []Backtested) {
	for _, name := range campaigns {
		sum := Backtested{Campaign: name}
		for i, d := range found {
			switch {
			case days[i].campaign != name:
			case !d.looked:
				sum.Left++
			default:
				sum.Days++
				sum.Before, sum.After = sum.Before+d.Before, sum.After+d.After
				sum.Entering, sum.Leaving = sum.Entering+d.Entering, sum.Leaving+d.Leaving
				sum.Won, sum.Missed = sum.Won+d.Won, sum.Missed+d.Missed
			}
		}
		if sum.Days+sum.Left > 0 {
			all = append(all, sum)
		}
	}
	return all
}
