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

// Decided is a decision with the call that it was about and its lead.
type Decided struct {
	Decision
	Due
}

// Scores are what the rules make of a stored lead.
type Scores struct {
	Revision                            int64 // of the lead as it was read
	LeadID, Type, Segment, Grade, Group string
	Score                               int64
	Attempts30d                         int64 // on the day of At
	At                                  Instant
	Version                             string // rule book
}

// Claim is the injection of calls: all of it happens, or nothing.
type Claim struct {
	// Runs come with Files and Versions as they are to be: Files counts the
	// injection files of this claim too.
	Runs []Run
	// Slots are the keys of those that must not be over: one in which any run
	// was stopped is ErrConflict.
	Slots []string
	// Calls are planned ones with what their injection adds: RunID, Group,
	// Agent, File, NotBefore, NotAfter.
	Calls     []Call
	Files     []File // with their lines
	Decisions []Decision
	Facts     []FactSheet // what the decisions rest on
	Funnel    *Funnel     // nil leaves the stored one
	At        Instant     // of injection and assignment
}

// Change is what an event changes in leads and in their calls: all of it
// happens, or nothing.
type Change struct {
	// Leads are written whole. One that somebody else has written since it was
	// read is ErrConflict; that guards its calls too.
	Leads []Lead
	// Calls belong to the leads above. They are added, or written over whole.
	Calls        []Call
	Records      []Record // a revision that is there already is ErrConflict
	Tasks        []Task
	Suppressions []Suppression
	// Transfers leave one of the same call alone, unless it came to nothing.
	Transfers []Transfer
	// RetryDates take the place of those of the same contacts.
	RetryDates []RetryDate
	Contacts   []DialerContact
}

// Stop ends runs and plans again what they did not call.
type Stop struct {
	Runs  []Stopping
	Files []File // stop signals; one that names a run is for what that run published
	At    Instant
	// Rehearse says to tell what would be done, and to do nothing.
	Rehearse bool
}

// Stopping is one run to stop.
type Stopping struct {
	Run Run
	// Into is the campaign that the calls are planned in again, and DueAt when
	// they are due; without DueAt there is no further slot, and their leads are
	// parked.
	Into  string
	DueAt Maybe[Instant]
	// LeftOut are planned calls that the run left out as over_capacity or
	// phone_open, beside those of whom stored decisions say so: each once, by ID and
	// LeadID. One with State CallPlanned is known to be planned and due in the slot
	// still, no callback, with its lead scheduled. The others are looked at.
	LeftOut []Call
}

// Stopped is what a stop did with one run.
type Stopped struct {
	RunID string
	// Already says that somebody else had stopped the run before.
	Already bool
	// Recycled are the calls planned again, by id, as far as another one takes
	// after them.
	Recycled []Call
	// Cancelled are the names of files that were never handed over and now
	// never will be.
	Cancelled []string
	// Published says that the dialer has got a file of the run, or is getting
	// it.
	Published bool
}
