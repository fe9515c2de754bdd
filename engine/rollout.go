package engine

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// Mode says how far a campaign is let out.
type Mode string

// The modes, from the nearest to the furthest. The words of the first two are
// also the reasons of leads that would be called but for them.
const (
	Draft  Mode = "draft"  // is checked and shown, never started
	Shadow Mode = "shadow" // decides and remembers what it decided, calls nobody
	Canary Mode = "canary" // calls a share of the leads, always the same ones
	Live   Mode = "live"
)

// OutOfCanary is the reason of leads that are not among those of a canary.
const OutOfCanary = "canary"

// Calls says whether the campaign calls anybody.
func (c *Campaign) Calls() bool { return c.Mode != Draft && c.Mode != Shadow }

// Rollout is how far the campaign is let out, as campaigns.yaml says it.
func (c *Campaign) Rollout() string {
	if c.Mode == Canary {
		return fmt.Sprintf("%s %d%%", c.Mode, c.Share)
	}
	return string(c.Mode)
}

// reach compares modes: the part of the leads that may be called, in percent;
// a shadow is more than a draft.
func (c *Campaign) reach() int {
	switch c.Mode {
	case Draft:
		return -1
	case Shadow:
		return 0
	case Canary:
		return c.Share
	}
	return 100
}

// InCanary says whether the campaign calls the lead, as far as its mode has a
// say: a canary calls those whose hash falls into the first hundredths of all,
// so that a larger share holds the leads of a smaller one. A campaign that
// follows another one calls the same leads as that. A lead without an id, which
// only rule tests have, is in.
func (c *Campaign) InCanary(lead string) bool {
	return c.Mode != Canary || lead == "" || hundredth(lead, c.canaryOf()) < c.Share
}

func (c *Campaign) canaryOf() string {
	if c.Follows != "" {
		return c.Follows
	}
	return c.Name
}

// hundredth is a number from 0 to 99 that a lead has in a campaign for ever:
// FNV-1a (draft-eastlake-fnv) of the campaign's name, a zero byte and the id,
// mixed by the finalizer of MurmurHash3 because FNV hardly moves the upper bits
// for short texts that end differently.
func hundredth(lead, campaign string) int {
	h := uint64(14695981039346656037)
	for _, text := range []string{campaign, "\x00", lead} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	hi, _ := bits.Mul64(h^h>>33, 100)
	return int(hi)
}

// canary stops the leads that are not in the share of a canary.
func (h *hearing) canary(c *Campaign) {
	if c.Mode != Canary {
		return
	}
	ids := h.batch.Column(h.book.columns.leadID)
	clear(h.failing)
	each(h.passing, func(i int) {
		if id, _ := ids.Text(i); !c.InCanary(id) {
			h.failing[i>>6] |= 1 << (uint(i) & 63)
		}
	})
	h.stop(GateGroup, func(_ int, v *Verdict) { v.Reason = OutOfCanary })
}

// Open says whether the campaign calls anybody at a time or later: its mode
// lets it, and its last day is not over.
func (b *RuleBook) Open(c *Campaign, at time.Time) bool {
	return c.Calls() && !b.Ended(c, at)
}

// Ended says whether the last day of the campaign is over.
func (b *RuleBook) Ended(c *Campaign, at time.Time) bool {
	return !c.Until.IsZero() && c.Until.Before(calendar.DateOf(at.In(b.Zone)))
}

// Serves says whether the campaign may call a lead of a type and segment at a
// time or later.
func (b *RuleBook) Serves(c *Campaign, lead, leadType, segment string, at time.Time) bool {
	return b.Open(c, at) && c.TakesLead(leadType, segment) && c.InCanary(lead)
}

// Taker is the first campaign with slots of its own that may call a lead of a
// type and segment at a time; where none has begun yet, the one that begins
// first; nil when there is none.
func (b *RuleBook) Taker(lead, leadType, segment string, at time.Time) *Campaign {
	var next *Campaign
	for _, c := range b.Campaigns {
		switch {
		case c.Follows != "" || !b.Serves(c, lead, leadType, segment, at):
		case b.Runs(c, at):
			return c
		case next == nil || c.From.Before(next.From):
			next = c
		}
	}
	return next
}

// Runs says whether the campaign calls somebody on the day of a time, if it has
// slots then.
func (b *RuleBook) Runs(c *Campaign, at time.Time) bool {
	return c.Calls() && b.NotStarted(c, at) == ""
}

// InTurn are the campaigns in the order in which they start at one time: that
// of the file, but shadows first, because they are to see the leads that the
// others take.
func (b *RuleBook) InTurn() []*Campaign {
	all := slices.Clone(b.Campaigns)
	slices.SortStableFunc(all, func(x, y *Campaign) int {
		switch {
		case x.Mode == Shadow && y.Mode != Shadow:
			return -1
		case y.Mode == Shadow && x.Mode != Shadow:
			return 1
		}
		return 0
	})
	return all
}

// rollout reads how far and when a campaign is let out.
func rollout(o *yamltext.Object, c *Campaign) {
	if n := o.Take("mode"); n != nil {
		mode(n, c)
	}
	if n := o.Take("active"); n != nil {
		active(n, c)
	}
}

func mode(n *yamltext.Node, c *Campaign) {
	n.Want(yamltext.Want{Form: yamltext.AText, Pattern: `^canary *[1-9][0-9]?%$`})
	if share, ok := strings.CutPrefix(n.Text(), string(Canary)); ok {
		digits, percent := strings.CutSuffix(strings.TrimSpace(share), "%")
		value, err := strconv.Atoi(digits)
		if err != nil || !percent || value < 1 || value > 99 {
			n.Fault(yamltext.CodeValue, "`"+n.Text()+"` does not say how many leads are let in", "write 1% to 99%: canary 10%")
			return
		}
		c.Mode, c.Share = Canary, value
		return
	}
	if word, ok := n.OneOf(string(Live), string(Draft), string(Shadow), "canary 10%"); ok {
		c.Mode, c.Share = Mode(word), 0
	}
}

func active(n *yamltext.Node, c *Campaign) {
	o := n.Object("active")
	for _, key := range []string{"days", "hours", "time_zone"} {
		if child(n, key) != nil {
			o.Take(key).Fault(codeImpossible, "active has dates only, from and until", "days and hours belong to the slots, and the time zone to the book")
		}
	}
	from, until := o.Take("from"), o.Take("until")
	c.From, c.Until = calendar.Date{}, calendar.Date{}
	into(&c.From)(date(from))
	into(&c.Until)(date(until))
	o.Close()
	switch {
	case from == nil && until == nil:
		n.Fault(codeImpossible, "active says neither from nor until", "give one of them, or leave out active")
	case !c.Until.IsZero() && c.Until.Before(c.From):
		until.Fault(codeImpossible, "until is before from", "give the last day of the campaign")
	}
}

// within keeps a campaign that follows another one within the days and the mode
// of that: what it calls goes back there.
func (c *Campaign) within(leader *Campaign, said *yamltext.Node) {
	if c.reach() > leader.reach() {
		child(said, "mode").Fault(codeImpossible, c.Name+" follows "+leader.Name+", which is "+leader.Rollout(),
			"a campaign goes no further than the one it follows: leave out mode, or let "+leader.Name+" out first")
	}
	if c.From.Before(leader.From) {
		c.From = leader.From
	}
	if !leader.Until.IsZero() && (c.Until.IsZero() || leader.Until.Before(c.Until)) {
		c.Until = leader.Until
	}
	if !c.Until.IsZero() && c.Until.Before(c.From) {
		child(said, "active").Fault(codeImpossible, leader.Name+", which it follows, has no slots on these days", "leave out active, or give days of "+leader.Name)
	}
}

// ended looks for campaigns whose last day is over.
func (a *analysis) ended(c *Campaign) {
	if a.book.Ended(c, a.now) {
		n := child(child(child(a.book.text.files[campaignsFile], "campaigns"), c.Name), "active")
		a.tell(child(n, "until"), codeEnded, "campaign "+c.Name+" ended on "+c.Until.String()+": it has no slots any more", "delete it, or give a later day")
	}
}

// together says whether two campaigns call on one day.
func together(x, y *Campaign) bool {
	apart := func(one, other *Campaign) bool { return !one.Until.IsZero() && one.Until.Before(other.From) }
	return x.Calls() && y.Calls() && !apart(x, y) && !apart(y, x)
}

// NotStarted says why a campaign is not started at a time, whatever its slots
// are; empty when nothing keeps it.
func (b *RuleBook) NotStarted(c *Campaign, at time.Time) string {
	switch {
	case c.Mode == Draft:
		return "is a draft"
	case calendar.DateOf(at.In(b.Zone)).Before(c.From):
		return "begins on " + c.From.String()
	case b.Ended(c, at):
		return "ended on " + c.Until.String()
	}
	return ""
}
