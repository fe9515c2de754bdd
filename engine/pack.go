package engine

import (
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Pack is the compliance rules of one country. Every pack says that it is no
// legal advice.
type Pack struct {
	Name, Label string
	Notice      string
	Draft       bool // not verified against the law's text
	ReviewedOn  calendar.Date
	Rules       []PackRule
}

// PackRule is one dated rule with its source. Exactly one of the forms holds:
// windows, attempts, rest, block or note.
type PackRule struct {
	ID     string
	Say    string
	Source string
	// From and To are the first and the last day on which the rule holds;
	// a zero date means no border. For rules after a refusal, the date of the
	// refusal is compared.
	From, To calendar.Date

	// Windows are the only times at which a call may be made, in the
	// consumer's own time zone, not on the holidays of Calendar.
	Windows  []calendar.Window
	Calendar string
	holidays *calendar.Holidays
	Unless   []Condition // one that holds lifts the rule

	// Attempts is the most attempts per phone In a number of days in a row.
	Attempts int
	In       Length

	// After lists outcomes after which the phone rests: for Rest full days,
	// or until new consent.
	After           []string
	Rest            Length
	UntilNewConsent bool

	// Note is a duty that no expression can check.
	Note string

	block  *expression.Condition
	waiver *Waiver // nil: nobody lifts the rule
}

// Holds says whether the rule is in force on a day.
func (r *PackRule) Holds(day calendar.Date) bool {
	var open calendar.Date
	return (r.From == open || !day.Before(r.From)) && (r.To == open || !r.To.Before(day))
}
