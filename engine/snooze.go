package engine

import (
	"regexp"

	"callsheet/engine/calendar"
)

// Awake is the warnings without those that somebody has put off: a comment
// "callsheet: snooze R304 until 2027-01-15" on their line or the one above
// keeps them quiet up to that day.
func (b *RuleBook) Awake(warnings []Fault, day calendar.Date) []Fault {
	awake := []Fault{}
	for _, w := range warnings {
		if !b.snoozed(w, day) {
			awake = append(awake, w)
		}
	}
	return awake
}

func (b *RuleBook) snoozed(w Fault, day calendar.Date) bool {
	root := b.text.files[w.File]
	if root == nil {
		return false
	}
	lines := root.File().Lines()
	note := regexp.MustCompile(`#.*\bcallsheet: snooze ` + w.Code + ` until (\d{4}-\d{2}-\d{2})\b`)
	for n := max(w.Line-2, 0); n < min(w.Line, len(lines)); n++ {
		found := note.FindStringSubmatch(lines[n])
		if found == nil {
			continue
		}
		until, err := calendar.ParseDate(found[1])
		if err == nil && day.Before(until) {
			return true
		}
	}
	return false
}
