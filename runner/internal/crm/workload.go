package crm

// Worked asks for the calls that begin in [From, Until).
type Worked struct {
	From, Until Instant
	Campaign    string // empty: all
	// Personal are the outcomes that imply that somebody talked.
	Personal []string
}

// Workload is what one agent had to do in one group.
type Workload struct {
	Group string
	Agent string
	// Calls were given to the agent in the days asked for and not taken back.
	Calls int64
	// Scores adds up the scores at which Scored of the calls were chosen: those
	// whose decision is stored.
	Scores, Scored int64
	// Heard counts the calls that the dialer has reported, Reached those among
	// them in which somebody talked.
	Heard, Reached int64
	// Open calls are injected or in progress now, of whichever day.
	Open int64
}

// Kinds are leads by type and segment. An empty list is any.
type Kinds struct{ Types, Segments []string }

// Backlog is the leads of a group that have waited too long.
type Backlog struct {
	Group string // empty: they belong to none
	Leads int64
	Worst []Waiting // some of them, worst first
}

// Waiting is a lead of a backlog.
type Waiting struct {
	LeadID   string
	Since    Instant // when it came in
	Recycled int64
}
