package engine

import (
	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// Length is a length of time as rule files write it: 14d moves the date by 14,
// 72h and 30m count hours and minutes.
type Length = yamltext.Duration

// WrapupRules say what the labels of the dialer mean and what happens next.
type WrapupRules struct {
	Limits   []Limit
	Outcomes []Outcome
	meanings meanings
}

// Limit ends or pauses the attempts on a lead.
type Limit struct {
	Attempts int
	In       Length // attempts within this many days in a row; zero: ever
	Age      Length // of the lead, for limits on age
	Then     string // unreachable, wait, frozen
}

// Outcome is what a call came to.
type Outcome struct {
	Name     string
	Labels   []string // wrap-up labels; case, accents and spaces do not matter
	Contains []string // parts of labels, tried after every exact label
	Results  []string // what the telephone system says when there is no label
	Attempt  bool     // counts as an attempt
	Status   string   // of the lead afterwards
	Next     string   // retry, callback, callback_or_retry, other_phone, stop, review, transfer
	After    Length
	// OtherSlot asks for a slot of another name, where the campaign has one.
	OtherSlot bool
	KeepAgent bool
	MaxPerDay int // 0: no limit
	MaxInARow int // 0: no limit
}

// CallbackRules say what happens to a callback date that an agent enters.
type CallbackRules struct {
	DateLayout    string
	SameDay       string // next_day_same_time, start_of_next_day, reject
	OutsideWindow string // next_window, keep, reject
	Horizon       Length
	MissingHour   string // later, reject
	RepeatedHour  string // first, second, reject
	KeepAgent     bool
	LateAfter     Length
	Exclude       []Condition
	// RefusedStatus and RefusedTask are what becomes of the lead when the date
	// cannot be used: its status, and who gets a task.
	RefusedStatus, RefusedTask string

	layout calendar.Layout
	policy calendar.Policy
	exact  int // the column of call.agreed_exact_time
}

// Recovery is which leads recover-forgotten-lead plans again.
type Recovery struct {
	Include, Exclude []Condition
	MaxPerRun        int
}

// Transfer is who gets a contact that an agent hands over.
type Transfer struct {
	Name            string
	ToTeam          string
	CountContactsIn string // campaign that measures the load
	Order           []OrderKey
	AlreadyThere    string // keep, choose_again
	NobodyThere     string // task, review
	when            *Condition
}
