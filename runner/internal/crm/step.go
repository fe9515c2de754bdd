package crm

// The steps below are what use cases hand to a store, and what it hands back:
// each is one transaction.

// Arrival is a lead to store, new or known, with its planned call, if any.
type Arrival struct {
	Lead Lead
	Call *Call
}

// Due is a planned call with its lead.
type Due struct {
	Call Call
	Lead Lead
}

// Scores are what the rules make of a stored lead.
type Scores struct {
	LeadID, Type, Segment, Grade, Group string
	Score                               int64
	At                                  Instant
	Version                             string // rule book
}

// Claim is the injection of calls: all of it happens, or nothing.
type Claim struct {
	// Runs come with Files and Versions as they are to be: Files counts the
	// injection files of this claim too.
	Runs []Run
	// Calls are planned ones with what their injection adds: RunID, Group,
	// Agent, File, NotBefore, NotAfter.
	Calls     []Call
	Files     []File // with their lines
	Decisions []Decision
	Funnel    *Funnel // nil leaves the stored one
	At        Instant // of injection and assignment
}
