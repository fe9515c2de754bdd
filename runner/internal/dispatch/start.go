package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/crm"
)

// Started is what a start did for one group of a campaign.
type Started struct {
	Campaign string
	Group    string
	Slot     calendar.Slot
	New      int // injected now
	Already  int // injected by earlier starts
	// OverCapacity, PhoneOpen and NoAgent count the leads that would be called
	// but for room, for another call to their phone, for somebody to call.
	OverCapacity, PhoneOpen, NoAgent int
	// Would counts those that a campaign would call that calls nobody.
	Would int
	Files []string // of this start, in the order of their sequence numbers
	// Waited is how long those leads waited from their arrival to their first
	// call that a tick injects now, shortest first.
	Waited []time.Duration
}

// Report is what a start did for one campaign in one slot.
type Report struct {
	Campaign string
	Mode     engine.Mode
	Slot     calendar.Slot
	Tick     time.Time // of a campaign that follows another one; zero for others
	Groups   []Started
	Funnel   crm.Funnel
	// Reasons counts the leads that stay out by reason, Unknown those among
	// them that stay out because the reason could not be evaluated. The leads
	// of Funnel's first step are those of Reasons and those injected, now or
	// by earlier starts.
	Reasons, Unknown map[string]int
	// PassedOver counts, by rule, the due leads for which a type, segment or
	// point rule could not be evaluated and was passed over.
	PassedOver map[string]int
	// Closed lists the holidays on which the campaign has no slot between the
	// start date and this slot.
	Closed []Closed
}

// attempts is how often a step begins again when somebody else changed first
// what it is about.
const attempts = 5

// Start injects the due calls of a campaign into the slot that runs at the
// given time, or else the next one: the slot of each group by its calendar. A
// slot that was stopped is over. Calls injected earlier stay as they are, so
// that starting again adds only what is new. A campaign that follows another one
// has one tick: see [Desk.Tick]. [Desk.Rehearsal] decides the same and stores
// nothing. A draft, and a campaign before its first and after its last day, are
// not started: there is no report. A shadow stores what it decides, and no more.
func (d *Desk) Start(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, at time.Time) ([]Report, error) {
	return d.StartTogether(ctx, book, []*engine.Campaign{c}, at)
}

// decide is a start of any campaign, a draft too.
func (st start) decide(ctx context.Context) ([]Report, error) {
	if _, err := st.desk.Store.RefreshWallets(ctx, crm.At(st.at)); err != nil {
		return nil, fmt.Errorf("start %s: %w", st.c.Name, err)
	}
	found, err := st.slots(ctx)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", st.c.Name, err)
	}
	var reports []Report
	for len(found) > 0 {
		s := found[0]
		report, err := st.inject(ctx, s)
		if errors.Is(err, errOver) {
			if found, err = st.slots(ctx); err == nil {
				found = slices.DeleteFunc(found, startedIn(reports))
				continue
			}
		}
		if err != nil {
			return reports, fmt.Errorf("start %s in the slot of %s: %w", st.c.Name, s.slot.Start.In(st.book.Zone).Format("2006-01-02 15:04"), err)
		}
		reports, found = append(reports, report), found[1:]
	}
	return reports, nil
}

// errOver says that a slot was stopped while a start was about it.
var errOver = errors.New("the slot was stopped meanwhile")

// startedIn finds the slots that reports are about.
func startedIn(reports []Report) func(slotOf) bool {
	return func(s slotOf) bool {
		return slices.ContainsFunc(reports, func(r Report) bool { return r.Slot.Start.Equal(s.slot.Start) && r.Slot.Name == s.slot.Name })
	}
}

// start is one start of a campaign.
type start struct {
	desk *Desk
	book *engine.RuleBook
	c    *engine.Campaign
	at   time.Time
	// together is what the start shares with others at the same moment; nil when
	// it is alone.
	together *together
	// known says of slots, by their keys, whether they were stopped when the
	// slot of each group was looked for: most groups have the same.
	known map[string]bool
}

// inject starts one slot, again when somebody else was faster.
func (st start) inject(ctx context.Context, s slotOf) (Report, error) {
	var err error
	for range attempts {
		var sel *selection
		if sel, err = st.choose(ctx, s); err != nil {
			return Report{}, err
		}
		var claim crm.Claim
		var changes bool
		if claim, changes, err = sel.claim(); changes {
			err = st.desk.Store.Claim(ctx, claim)
		}
		if err == nil {
			st.together.took(claim.Calls)
			st.desk.Brief.started(sel)
		}
		if !errors.Is(err, crm.ErrConflict) {
			return sel.report(), err
		}
		st.together = nil // what was read is no longer true
		if over, err := st.over(ctx, s.slot); over || err != nil {
			return Report{}, errors.Join(errOver, err)
		}
	}
	return Report{}, err
}

// over says that a slot was stopped, for the campaign or the one that it
// follows.
func (st start) over(ctx context.Context, slot calendar.Slot) (stopped bool, err error) {
	for _, campaign := range []string{st.c.Follows, st.c.Name} {
		if campaign != "" && !stopped && err == nil {
			stopped, err = st.stopped(ctx, campaign, slot)
		}
	}
	return stopped, err
}
