package crm

// Pass is one re-scoring of all leads, by one rule book at one instant, on which
// any number of processes work.
type Pass struct {
	ID           int64 // 0: there never was one
	Version      string
	At           Instant
	Stored       int // leads when it began; only who began it knows
	Ranges, Done int
	Rescored     // by the ranges that are done
}

// Ended says that nothing is left to do.
func (p *Pass) Ended() bool { return p.Done == p.Ranges }

// Rescored counts what a re-scoring did.
type Rescored struct {
	Leads, Changed int
	Planned        int // parked leads that a campaign takes now
}

// Range is a part of a pass: the leads whose ids follow After, up to UpTo, or to
// the end where that is empty. Attempt is the fence of whoever claimed it.
type Range struct {
	Pass, Place, Attempt int64
	After, UpTo, Owner   string
}
