package engine

import (
	"strings"
	"time"

	"callsheet/engine/calendar"
)

// Unmapped is the outcome of every label that rules/wrapups.yaml does not
// list. Every book has it.
const Unmapped = "unmapped"

// meanings finds outcomes by what stands for them, folded.
type meanings struct {
	labels, results map[string]*Outcome
	unmapped        *Outcome
}

func meaningsOf(outcomes []Outcome) meanings {
	m := meanings{labels: map[string]*Outcome{}, results: map[string]*Outcome{}}
	for i := range outcomes {
		o := &outcomes[i]
		// A label of another outcome comes before a name.
		if name := Fold(o.Name); m.labels[name] == nil {
			m.labels[name] = o
		}
		for _, label := range o.Labels {
			m.labels[Fold(label)] = o
		}
		for _, result := range o.Results {
			m.results[Fold(result)] = o
		}
		if o.Name == Unmapped {
			m.unmapped = o
		}
	}
	return m
}

// Outcome finds what a call came to. The label that an agent set counts
// first: a whole label or the name of an outcome, then a part of one
// (contains), in the order of the file; capitals, accents and spaces make no
// difference. Without a label it is what the telephone system reported. Every
// other label, and a call without either, is [Unmapped].
//
// disagree says that label and report point to different outcomes: the label
// wins, and somebody may want to look.
func (b *RuleBook) Outcome(label, result string) (o *Outcome, disagree bool) {
	w := &b.Wrapups
	reported := w.meanings.results[Fold(result)]
	word := Fold(label)
	if word == "" {
		if reported == nil {
			return w.meanings.unmapped, false
		}
		return reported, false
	}
	o = w.meanings.labels[word]
	for i := 0; o == nil && i < len(w.Outcomes); i++ {
		if w.Outcomes[i].within(word) {
			o = &w.Outcomes[i]
		}
	}
	if o == nil {
		return w.meanings.unmapped, false
	}
	return o, reported != nil && reported != o
}

// within says whether a part that the outcome lists stands in a folded label.
func (o *Outcome) within(label string) bool {
	for _, part := range o.Contains {
		if strings.Contains(label, Fold(part)) {
			return true
		}
	}
	return false
}

// Personal says that the outcome by itself implies that a person was reached:
// it is an attempt, nothing that the telephone system can find out alone, no
// reason to try another number, and not a label that nobody knows.
func (o *Outcome) Personal() bool {
	return o.Attempt && len(o.Results) == 0 && o.Next != "other_phone" && o.Name != Unmapped
}

// Again is the instant, in UTC, from which a retry after the outcome may be
// planned: the end of the call and the delay after it. When the calls with
// this outcome on the local day of the call, this one included, are as many
// as max_per_day, it is the next day at 00:00 at the earliest. inARow counts
// the lead's last calls with this outcome, this one included; review says that
// they are more than max_in_a_row, so that somebody must look first.
func (b *RuleBook) Again(o *Outcome, endedAt time.Time, sameDay, inARow int) (from time.Time, review bool) {
	from = after(endedAt, o.After, b.Zone)
	if o.MaxPerDay > 0 && sameDay >= o.MaxPerDay {
		next := calendar.Wall{Date: calendar.DateOf(endedAt.In(b.Zone)).AddDays(1)}
		if day, _, err := next.In(b.Zone, calendar.Policy{}); err == nil {
			from = later(from, day)
		}
	}
	return from, o.MaxInARow > 0 && inARow > o.MaxInARow
}

// after moves an instant by a length of time: days move the local date and
// keep the clock time, hours and minutes are elapsed time.
func after(t time.Time, l Length, zone *time.Location) time.Time {
	if l.Days != 0 {
		wall := calendar.WallOf(t.In(zone))
		wall.Date = wall.Date.AddDays(l.Days)
		if moved, _, err := wall.In(zone, calendar.Policy{}); err == nil {
			t = moved
		}
	}
	return t.Add(l.Clock).UTC()
}
