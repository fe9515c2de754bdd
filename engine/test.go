package engine

import (
	"slices"
	"time"
)

// Names in rule tests of what a dialer reports and no rule reads: the date of
// a callback as the agent typed it, and what the telephone system says.
const (
	CallbackDate = "callback_date"
	CallResult   = "result"
)

// TestTime is the layout of instants in rule tests: local time of the book.
const TestTime = "2006-01-02T15:04:05"

// Facts are the values of fields by name: int64, float64, bool, string,
// time.Time or []string.
type Facts map[string]any

// Test is one rule test, or one case or row of one.
type Test struct {
	File string
	Line int // from 1
	Name string
	Row  int       // of the cases and the table, from 1; 0 without them
	Now  time.Time // the clock of the test
	Lead Facts     // with those of its contact; nil without a lead
	Call Facts     // of a finished call; nil without one
	// Planned is what is known of the planned call; nil: due when the slot
	// starts.
	Planned Facts
	// Before are calls that were made to the phone earlier, in any order.
	Before []Facts
	// Agents are those who may get the contact, in the order of the file.
	Agents []TestAgent
	// Campaign is what the lead is looked at for; empty: only classified.
	Campaign string
	// Leads are those of whom the campaign writes a dialer's file, with their
	// names as ids; only with CSV.
	Leads []TestLead
	// CSV is the file that is expected; nil: none is.
	CSV *ExpectedCSV
	// Expect is what is compared, in the order of the file.
	Expect []Expected
}

// TestLead is a lead of a rule test with its name.
type TestLead struct {
	Name  string
	Facts Facts
}

// ExpectedCSV is the file of a dialer that a test expects.
type ExpectedCSV struct {
	File  string // below the folder of the book
	Text  string // lines in UTF-8, the first one the header where the dialer has one
	There bool   // false: there is no such file yet
}

// TestAgent is an agent of a rule test.
type TestAgent struct {
	Name  string
	Facts Facts
}

// Expected is one expectation.
type Expected struct {
	// Key is type, segment, score, points.owner, result and so on.
	Key string
	// Text is what is expected, in the form in which results are written:
	// empty for nothing, a list as words in order with commas, an instant as
	// [TestTime].
	Text string
	// Place is where it stands.
	Place Place
}

// Place is a value in a file of tests, for whoever replaces it.
type Place struct {
	Line, Column int // of its first character, from 1, in characters
	Width        int // in characters; 0: it cannot be replaced
	List         bool
	Flow         bool // stands between { }
	Cell         bool // of a table
}

// Want finds what a test expects under a key.
func (t *Test) Want(key string) (Expected, bool) {
	i := slices.IndexFunc(t.Expect, func(e Expected) bool { return e.Key == key })
	if i < 0 {
		return Expected{}, false
	}
	return t.Expect[i], true
}

// expect adds an expectation in place of one of the same key.
func (t *Test) expect(e Expected) {
	t.Expect = slices.DeleteFunc(slices.Clone(t.Expect), func(old Expected) bool { return old.Key == e.Key })
	t.Expect = append(t.Expect, e)
}
