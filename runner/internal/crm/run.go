package crm

import (
	"strings"
	"time"
)

// States of a campaign run.
const (
	RunRunning = "running"
	RunStopped = "stopped"
)

// Run is one campaign in one slot for one group, from its first start to its
// stop. Starting again adds to it.
type Run struct {
	ID        string // SlotKey and group: "PVI/2026-11-23T10:00/IDF"
	Campaign  string
	Slot      string // name of the slot in campaigns.yaml
	Group     string
	SlotStart Instant
	SlotEnd   Instant
	State     string
	StartedAt Instant
	StoppedAt Maybe[Instant]
	// Versions lists the rule books that filled the run, oldest first.
	Versions []string
	// Files counts the injection files so far: the next one has this plus one
	// as its sequence number.
	Files int
}

// SlotKey names one campaign in one slot by its local start:
// "PVI/2026-11-23T10:00".
func SlotKey(campaign string, start time.Time) string {
	return campaign + "/" + start.Format("2006-01-02T15:04")
}

// SlotDay is the local date of a slot in its key: "2026-11-23".
func SlotDay(key string) string {
	_, start, _ := strings.Cut(key, "/")
	day, _, _ := strings.Cut(start, "T")
	return day
}

// RunID names the run of a group in a slot.
func RunID(slotKey, group string) string { return slotKey + "/" + group }

// Decision says what became of one lead in one campaign and slot. There is
// one per lead, campaign and slot: starting again replaces it only when it
// says something else.
type Decision struct {
	SlotKey  string
	LeadID   string
	CallID   string
	Group    string // empty when none
	Injected bool
	// Reason is the condition, pack rule or engine reason that kept the lead
	// out; empty when injected.
	Reason string
	// Detail completes the reason for people: "Vendredi saint",
	// "PVI/2026-11-23T14:00/IDF".
	Detail string
	// Unknown says that the reason could not be evaluated and kept the lead
	// out for safety.
	Unknown bool
	Score   int64
	Rank    int    // place in the group's order from 1; 0 when not ranked
	Version string // rule book
	At      Instant
	// ID is its public name, [DecisionID]; empty of what was decided before ids
	// were stored.
	ID string
	// Facts names the sheet of what the rules read; empty where none is stored.
	Facts string
}

// Funnel counts the leads left after each gate of a start, in order.
type Funnel struct {
	SlotKey string
	At      Instant
	Steps   []Step
}

// Step is one gate of a funnel.
type Step struct {
	Name string `json:"name"` // "planned", "lead_type", "segment", ...
	Left int    `json:"left"`
}
