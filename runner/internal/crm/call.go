package crm

import (
	"strconv"
	"strings"
)

// States of a call. A planned call becomes injected when its line is
// committed; a stop recycles it into a new planned call.
const (
	CallPlanned    = "planned"
	CallInjected   = "injected"
	CallInProgress = "in_progress"
	CallEnded      = "ended"
	CallRecycled   = "recycled"
	CallCancelled  = "cancelled"
	CallSuperseded = "superseded"
)

// Kinds of planned calls, in the words of call.kind.
const (
	KindPlan     = "plan"
	KindRetry    = "retry"
	KindCallback = "callback"
	KindRecovery = "recovery"
)

// Call is one call to one lead, from its plan to its end. A lead has at most
// one planned call, a phone at most one injected or in progress.
type Call struct {
	ID       string // lead id, "#", ordinal: see CallID
	LeadID   string
	Phone    string // E.164 at planning time
	Kind     string
	State    string
	DueAt    Instant
	Campaign string // of the call before; empty for a first call
	Agent    string // kept for this call; empty when any agent may have it
	// AgreedExactTime says that the person agreed to this very time, with proof.
	AgreedExactTime bool

	// Filled when the call is injected.
	RunID      string
	Group      string
	File       string // name of the emitted file
	NotBefore  Maybe[Instant]
	NotAfter   Maybe[Instant]
	InjectedAt Maybe[Instant]

	// RecycledFrom is the call that this one replaces; itself, when nobody had
	// been given it and a stop moved it.
	RecycledFrom string
	// Reason says why it is due when it is, where that needs saying: "FR-3
	// until 2026-11-25".
	Reason    string
	CreatedAt Instant
}

// CallID is the id of the n-th call planned for a lead, n from 1.
func CallID(lead string, n int) string { return lead + "#" + strconv.Itoa(n) }

// NextCallID is the id of the call planned after the one named id.
func NextCallID(id string) string {
	i := strings.LastIndexByte(id, '#')
	n, err := strconv.Atoi(id[i+1:])
	if i < 0 || err != nil {
		return CallID(id, 2)
	}
	return CallID(id[:i], n+1)
}
