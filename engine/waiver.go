package engine

import (
	"slices"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// Waiver lifts a rule of a pack for a time: somebody said why, and answers for
// it. A company may tighten the law by itself; loosening it takes one of these.
type Waiver struct {
	Rule        string
	Reason, By  string
	From, Until calendar.Date // first and last day
	Campaigns   []string      // none: all, and what no campaign decides
	ended       Fault
}

// On says whether the waiver lifts its rule on a day for a campaign.
func (w *Waiver) On(day calendar.Date, campaign string) bool {
	return !day.Before(w.From) && !w.Until.Before(day) && (len(w.Campaigns) == 0 || slices.Contains(w.Campaigns, campaign))
}

// stands says whether a rule is in force on a day for a campaign.
func (r *PackRule) stands(day calendar.Date, campaign string) bool {
	return r.Holds(day) && !r.waived(day, campaign)
}

func (r *PackRule) waived(day calendar.Date, campaign string) bool {
	return r.waiver != nil && r.waiver.On(day, campaign)
}

// shorten is the first free day of a rule that the waiver lifts before.
func (w *Waiver) shorten(until, day calendar.Date, campaign string) calendar.Date {
	if day.Before(w.From) && w.On(w.From, campaign) && outlasts(until, w.From) {
		return w.From
	}
	return until
}

// PackRuleByID finds a rule of the packs in force by its id, which is the
// reason of what it blocks: with its source, for people who ask why.
func (b *RuleBook) PackRuleByID(id string) (*PackRule, bool) {
	for _, p := range b.Packs {
		for i := range p.Rules {
			if p.Rules[i].ID == id {
				return &p.Rules[i], true
			}
		}
	}
	return nil, false
}

// ExpiredWaivers are warnings about the waivers that ended before a day: they
// do no harm, and nothing else.
func (b *RuleBook) ExpiredWaivers(day calendar.Date) []Fault {
	var notes []Fault
	for _, w := range b.Waivers {
		if w.Until.Before(day) {
			notes = append(notes, w.ended)
		}
	}
	return notes
}

// waivers reads the waivers of campaigns.yaml.
func (l *loader) waivers(n *yamltext.Node) {
	if n == nil {
		return
	}
	for _, pair := range n.Object("waivers").Rest() {
		w := &Waiver{}
		o := pair.Value.Object("waiver " + pair.Key.Text())
		into(&w.Rule)(named(pair.Key, l.names.packRules))
		into(&w.Reason)(o.Need("reason").Word())
		into(&w.By)(o.Need("by").Word())
		into(&w.From)(date(o.Need("from")))
		until := o.Need("until")
		into(&w.Until)(date(until))
		if campaigns := o.Take("campaigns"); campaigns != nil {
			w.Campaigns = some(campaigns, l.names.campaigns, "leave out campaigns: all of them are meant then")
		}
		o.Close()
		last := calendar.DateOf(time.Date(w.From.Year+1, w.From.Month, w.From.Day-1, 0, 0, 0, 0, time.UTC))
		switch {
		case w.From.IsZero() || w.Until.IsZero():
		case w.Until.Before(w.From):
			until.Fault(codeImpossible, "until is before from", "give the last day of the waiver")
		case last.Before(w.Until):
			until.Fault(codeImpossible, "a waiver lasts a year at most", "write "+last.String()+" or earlier, and decide again then")
		}
		l.book.Waivers = append(l.book.Waivers, w)
		if r, ok := l.book.PackRuleByID(w.Rule); ok {
			r.waiver = w
		}
		ended := "the waiver of " + w.Rule + " ended on " + w.Until.String()
		w.ended = framed(pair.Key.Remark(codeExpired, ended, "delete it, or decide again"), pair.Key.File())
	}
}
