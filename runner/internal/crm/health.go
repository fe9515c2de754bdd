package crm

// Health is what an operator has to know of a database.
type Health struct {
	// DeadEvents counts messages that nobody could use, by reason.
	DeadEvents map[string]int
	// Orphans are runs whose slot is over and that nobody stopped, StuckFiles
	// files that wait for being handed over; both longer than they should.
	Orphans, StuckFiles []string
	// Transfers and Transcripts wait to be handed over longer than they should.
	Transfers, Transcripts int
	// Overdue are planned calls that are due since long before.
	Overdue int
	// NoPhone, NoGroup and NoBasis count leads still to be called that cannot
	// be: without a usable phone, without a group for where they live, without a
	// basis in law.
	NoPhone, NoGroup, NoBasis int
	// Forsaken are the leases whose holders ended without giving them back.
	Forsaken []Lease
	// Suppressed counts numbers that are not to be called, Tasks pending tasks.
	Suppressed, Tasks int
	Leads             int
}

// Overlong says from when on things have taken too long.
type Overlong struct {
	Slots   Instant // ends of slots
	Files   Instant // claims of files, transfers and transcripts
	Planned Instant // due times of planned calls
	Leases  Instant // ends of leases
}
