package engine

import (
	"slices"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// RuleBook is all rule files, checked and compiled: one immutable value that
// many goroutines may use at once. Everything in it is in file order.
type RuleBook struct {
	// Version is the SHA-256, in hex, of what the files mean: comments,
	// layout and tests do not count.
	Version string
	// Zone is the time zone of every local time in the book.
	Zone *time.Location
	// Schema is the vocabulary that the expressions were compiled against.
	Schema *expression.Schema
	Fields []Field

	Slots     []calendar.Window
	Groups    []*Group
	Campaigns []*Campaign
	Jobs      []Job
	// Approve says that an edit of the book waits for somebody's yes.
	Approve bool

	Scoring   Scoring
	Leads     LeadRules
	Callbacks CallbackRules
	Wrapups   WrapupRules
	Recovery  Recovery
	Transfers []Transfer
	Dialers   []*Dialer
	// Packs are the compliance packs in force, Waivers what lifts some of their
	// rules for a time.
	Packs   []*Pack
	Waivers []*Waiver

	// Calendar is the one that closes slots where a group names no other.
	Calendar  string
	calendars map[string]*calendar.Holidays

	// Files and Rules count what was read, for people: files, and conditions,
	// point rules and columns.
	Files, Rules int
	// Inherited lists the files that the folder lacks and that are the shipped
	// ones, by path; [Load] fills it.
	Inherited []string
	// Expressions are all that the files hold, in the order in which they are
	// read.
	Expressions []Expression
	// Tests are those of rules/*_test.yaml, in the order of files and lines.
	// They are no part of the version.
	Tests []Test
	// Warnings are what is odd and can be put in force all the same.
	Warnings []Fault
	columns  columns
	grounds  []int
	zones    zones
	text     text

	// Reads lists the columns of Schema that any rule reads, so that only these
	// need filling.
	Reads []int
}

// Short is the version as people write it: 7 hex digits.
func (b *RuleBook) Short() string { return b.Version[:7] }

// Field is one word of the vocabulary, with what rules/fields.yaml says of it.
type Field struct {
	expression.Field
	// ImportAs lists other column names that imports accept for the field.
	ImportAs []string
}

// Group is the agents who call the leads of some zones.
type Group struct {
	Name     string
	Zones    []string // beginnings of postal codes
	Agents   []string // usernames
	Calendar string   // empty: the book's
}

// Job is something the service does by itself at set times.
type Job struct {
	Name  string
	Days  calendar.Weekdays
	At    calendar.Clock // when Every is 0
	Every time.Duration
}

// Campaign is who is called in which slots, in which order, by whom.
type Campaign struct {
	Name, Label string
	Aliases     []string
	LeadTypes   []string
	Segments    []string // none: any segment, or no segment
	Slots       []string
	Groups      []string // none: all groups
	Assign      bool     // spread over the agents of the group
	// MaxPerSlot is the most calls per slot and group, callbacks included.
	MaxPerSlot int
	// MinRemaining is how much of a running slot must be left to start it.
	MinRemaining time.Duration
	Dialer       *Dialer
	Include      []Condition
	Exclude      []Condition
	Order        []OrderKey
	Guardrails   Guardrails

	// From and Until are the first and the last day with slots, in the time zone
	// of the book; zero: no limit. Share is what a canary calls, in percent.
	From, Until calendar.Date
	Mode        Mode
	Share       int

	// Follows names the campaign whose slots a coupe-fil campaign ticks in;
	// Every is the time between ticks and MaxPerTick the most calls per tick
	// and group. Empty and zero for a campaign of its own.
	Follows    string
	Every      time.Duration
	MaxPerTick int
}

// Guardrails say how far an edit may move a campaign before somebody must
// agree. MaxChange is a share (0.3 = 30 %), 0 = no limit; the counts likewise.
type Guardrails struct {
	MaxChange          float64
	MinLeads, MaxLeads int
}

// Condition is a named yes-or-no rule. Its name is the reason code.
type Condition struct {
	Name string
	Say  string // the sentence for people; may be empty
	expr *expression.Condition
}

// Source is the condition as the analyst wrote it.
func (c Condition) Source() string { return c.expr.Source() }

// OrderKey is one key of the order in which leads are called. An empty value
// sorts lowest.
type OrderKey struct {
	Source string
	Desc   bool
	value  *expression.Value
}

// Campaign finds a campaign by name or alias.
func (b *RuleBook) Campaign(name string) (*Campaign, bool) {
	for _, c := range b.Campaigns {
		if c.Name == name || slices.Contains(c.Aliases, name) {
			return c, true
		}
	}
	return nil, false
}

// Group finds a group by name.
func (b *RuleBook) Group(name string) (*Group, bool) {
	i := slices.IndexFunc(b.Groups, func(g *Group) bool { return g.Name == name })
	if i < 0 {
		return nil, false
	}
	return b.Groups[i], true
}

// GroupOf is the group whose zone begins the postal code, the longest zone
// winning; nil when there is none.
func (b *RuleBook) GroupOf(postalCode string) *Group {
	var best *Group
	length := 0
	for _, g := range b.Groups {
		for _, zone := range g.Zones {
			if len(zone) > length && strings.HasPrefix(postalCode, zone) {
				best, length = g, len(zone)
			}
		}
	}
	return best
}

// Takes says whether the campaign works for the group.
func (c *Campaign) Takes(group string) bool {
	return len(c.Groups) == 0 || slices.Contains(c.Groups, group)
}

// TakesLead says whether the campaign is for leads of the type and segment.
func (c *Campaign) TakesLead(leadType, segment string) bool {
	return slices.Contains(c.LeadTypes, leadType) && c.takesSegment(segment)
}

func (c *Campaign) takesSegment(segment string) bool {
	return len(c.Segments) == 0 || slices.Contains(c.Segments, segment)
}

// CanonicalType is the lead type that an alias stands for, or the word itself.
func (b *RuleBook) CanonicalType(word string) string {
	if t, ok := b.Leads.Aliases[word]; ok {
		return t
	}
	return word
}

// Week is the slots of a campaign for a group, from its first day to its last,
// closed on the holidays of the group's calendar. A nil group has the calendar of the book.
func (b *RuleBook) Week(c *Campaign, g *Group) *calendar.Week {
	week := &calendar.Week{Zone: b.Zone, Holidays: b.calendars[b.Calendar], From: c.From, Until: c.Until}
	if g != nil && g.Calendar != "" {
		week.Holidays = b.calendars[g.Calendar]
	}
	for _, s := range b.Slots {
		if slices.Contains(c.Slots, s.Name) {
			week.Windows = append(week.Windows, s)
		}
	}
	return week
}

// CalendarOf names the calendar of a group: its own or the book's.
func (b *RuleBook) CalendarOf(g *Group) string {
	if g != nil && g.Calendar != "" {
		return g.Calendar
	}
	return b.Calendar
}
