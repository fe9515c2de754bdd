package engine

import (
	"fmt"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// warn looks for what is odd in a book without faults.
func (l *loader) warn() {
	l.warnOfNoCalls()
	slots := child(l.nodes[campaignsFile], "slots").Pairs()
	for _, r := range l.book.packRules() {
		switch {
		case !r.To.IsZero(): // a rule with an end is not worth an edit
		case r.Attempts > 0:
			l.warnOfAttempts(r)
		case len(r.Windows) > 0:
			for i, slot := range l.book.Slots {
				if !meets(slot, r) {
					l.warning(slots[i].Key, codeUseless, "slot "+slot.Name+" lies outside every window of "+r.ID, "give it days and hours within "+hours(r))
				}
			}
		}
	}
}

// warnOfNoCalls warns of a maximum of 0, which is not the same as none.
func (l *loader) warnOfNoCalls() {
	root := l.nodes[campaignsFile]
	places := []*yamltext.Node{child(root, "defaults")}
	for _, pair := range child(root, "campaigns").Pairs() {
		places = append(places, pair.Value)
	}
	for _, place := range places {
		for _, key := range []string{"max_per_slot", "max_per_tick"} {
			if n := child(place, key); n != nil {
				if most, ok := n.Int(0, maxCalls); ok && most == 0 {
					l.warning(n, codeNoCalls, "with a maximum of 0 nobody is called", "write how many")
				}
			}
		}
	}
}

// warnOfAttempts warns of a limit that lets a lead be tried more often than a
// pack allows, where no other limit makes it wait.
func (l *loader) warnOfAttempts(r *PackRule) {
	items := child(l.nodes[wrapupsFile], "limits").Items()
	loose := -1
	for i, limit := range l.book.Wrapups.Limits {
		switch {
		case limit.Attempts == 0:
		case limit.Attempts <= r.Attempts && (limit.In.Days == 0 || limit.In.Days >= r.In.Days):
			return
		case limit.In.Days == 0 && loose < 0:
			loose = i
		}
	}
	if loose >= 0 {
		l.warning(child(items[loose], "attempts"), codeCap,
			fmt.Sprintf("%d attempts, but none counted in %d days: %s allows %d", l.book.Wrapups.Limits[loose].Attempts, r.In.Days, r.ID, r.Attempts),
			fmt.Sprintf("add - {attempts: %d, in: %dd, then: wait}", r.Attempts, r.In.Days))
	}
}

func (l *loader) warning(n *yamltext.Node, code, message, hint string) {
	l.book.Warnings = append(l.book.Warnings, framed(n.Remark(code, message, hint), n.File()))
}

// meets says whether any day of the slot has time in common with the windows
// of the rule, in weeks without holidays and changes of clocks.
func meets(slot calendar.Window, r *PackRule) bool {
	slots := calendar.Week{Windows: []calendar.Window{slot}, Zone: time.UTC}
	legal := &calendar.Week{Windows: r.Windows, Zone: time.UTC}
	for day := range 7 {
		for _, s := range slots.On(calendar.Date{Year: 2001, Month: time.January, Day: 1 + day}) {
			if len(calendar.Pieces(s.Span(), legal)) > 0 {
				return true
			}
		}
	}
	return false
}

// hours are the windows of a rule in words.
func hours(r *PackRule) string {
	var words []string
	for _, w := range r.Windows {
		words = append(words, fmt.Sprintf("%s %s-%s", w.Days, w.From, w.To))
	}
	return strings.Join(words, ", ")
}
