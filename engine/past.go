package engine

import (
	"slices"
	"time"

	"callsheet/engine/calendar"
)

// Past is what happened to a phone number before, over all leads and
// campaigns: what the rules of packs that look back read.
type Past struct {
	// Attempts are the attempts to call, in any order: at least those of the
	// last [RuleBook.LookBack] days.
	Attempts []time.Time
	// Ended are the calls whose outcome a pack rule names under after
	// ([RuleBook.OutcomesThatRest]), however long ago.
	Ended []PastCall
	// ConsentAt is the newest consent known, zero when there is none.
	ConsentAt time.Time
}

// PastCall is a call that ended with an outcome of rules/wrapups.yaml.
type PastCall struct {
	At      time.Time
	Outcome string
}

// Rest is a pack rule or a limit that keeps somebody from being called for a
// time.
type Rest struct {
	Rule, Say string
	// Until is the first day on which it lets call again; zero: never by
	// itself, only after new consent.
	Until calendar.Date
}

// String is the rule and how long it holds, such as "FR-3 until 2026-11-25"
// or "FR-9 until new consent".
func (r Rest) String() string { return r.Rule + " " + r.until() }

func (r Rest) until() string {
	if r.Until.IsZero() {
		return "until new consent"
	}
	return "until " + r.Until.String()
}

// detail is what a verdict says beside the rule, which it gives as its reason.
func (r Rest) detail() string {
	if r.Say == "" {
		return r.until()
	}
	return r.until() + ": " + r.Say
}

// Resting is the rule of the packs in force that forbids, because of the past,
// a call on the given day; ok is false when none does. Of several it is the
// one that holds longest, then the first in the order of the files. Days are
// those of the book's time zone, also for people who live in another.
//
// What lies after the day counts too, so that a clock set back lets nobody be
// called. Rules that count attempts hold on the day of the call, those after
// an outcome when the outcome fell on a day of theirs: a refusal keeps the
// rest that the law gave it.
func (b *RuleBook) Resting(p *Past, day calendar.Date) (longest Rest, ok bool) {
	return b.resting(p, day, "")
}

// FreeFrom is the first day from the given one on that no rule of the packs
// in force forbids because of the past, and the rule that moved it last; ok is
// false when there is none within two years, and why says which rule it is.
func (b *RuleBook) FreeFrom(p *Past, day calendar.Date) (free calendar.Date, why Rest, ok bool) {
	for limit := day.AddDays(2 * 366); !limit.Before(day); {
		rest, rests := b.Resting(p, day)
		if !rests {
			return day, why, true
		}
		if why = rest; rest.Until.IsZero() {
			break
		}
		day = rest.Until
	}
	return calendar.Date{}, why, false
}

// LookBack is how many days back, today included, the packs in force and the
// limits of rules/wrapups.yaml count attempts; 0 when none does.
func (b *RuleBook) LookBack() int {
	days := 0
	for _, r := range b.packRules() {
		days = max(days, r.In.Days)
	}
	for _, l := range b.Wrapups.Limits {
		days = max(days, l.In.Days)
	}
	return days
}

// OutcomesThatRest are the outcomes after which a rule of the packs in force
// lets a phone rest: the calls that [Past.Ended] must hold.
func (b *RuleBook) OutcomesThatRest() []string {
	var names []string
	for _, r := range b.packRules() {
		names = append(names, r.After...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// packRules are the rules of the packs in force, in their order.
func (b *RuleBook) packRules() []*PackRule {
	var rules []*PackRule
	for _, p := range b.Packs {
		for i := range p.Rules {
			rules = append(rules, &p.Rules[i])
		}
	}
	return rules
}

func (b *RuleBook) resting(p *Past, day calendar.Date, campaign string) (longest Rest, ok bool) {
	if p == nil {
		return Rest{}, false
	}
	for _, pack := range b.Packs {
		for k := range pack.Rules {
			r := &pack.Rules[k]
			until, rests := r.rests(p, day, b.Zone)
			if !rests || r.waived(day, campaign) {
				continue
			}
			if r.waiver != nil {
				until = r.waiver.shorten(until, day, campaign)
			}
			if !ok || outlasts(until, longest.Until) {
				longest, ok = Rest{Rule: r.ID, Say: r.Say, Until: until}, true
			}
		}
	}
	return longest, ok
}

// outlasts compares two first free days, of which zero never comes.
func outlasts(a, b calendar.Date) bool { return !b.IsZero() && (a.IsZero() || b.Before(a)) }

// rests says whether the past makes the rule forbid a call on the day, and
// the first day on which it no longer does.
func (r *PackRule) rests(p *Past, day calendar.Date, zone *time.Location) (until calendar.Date, rests bool) {
	if r.Attempts > 0 {
		if !r.Holds(day) {
			return calendar.Date{}, false
		}
		until, rests = used(p.Attempts, r.Attempts, r.In.Days, day, zone)
		if rests && !r.To.IsZero() && r.To.Before(until) {
			until = r.To.AddDays(1)
		}
		return until, rests
	}
	for _, call := range p.Ended {
		ended := calendar.DateOf(call.At.In(zone))
		if !slices.Contains(r.After, call.Outcome) || !r.Holds(ended) {
			continue
		}
		if r.UntilNewConsent {
			if !p.ConsentAt.After(call.At) {
				return calendar.Date{}, true
			}
			continue
		}
		// The rest is of full days: that of the call does not count.
		if free := ended.AddDays(r.Rest.Days + 1); day.Before(free) && until.Before(free) {
			until, rests = free, true
		}
	}
	return until, rests
}

// used says whether most attempts were made in the days in a row of which the
// given day is the last, and the first day on which one more is allowed.
func used(attempts []time.Time, most, days int, day calendar.Date, zone *time.Location) (until calendar.Date, full bool) {
	var room [16]calendar.Date
	counted, first := room[:0], day.AddDays(1-days)
	for _, at := range attempts {
		if d := calendar.DateOf(at.In(zone)); !d.Before(first) {
			counted = append(counted, d)
		}
	}
	if len(counted) < most {
		return calendar.Date{}, false
	}
	slices.SortFunc(counted, calendar.Date.Compare)
	return counted[len(counted)-most].AddDays(days), true
}
