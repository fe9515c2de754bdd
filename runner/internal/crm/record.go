package crm

import "errors"

// Record is a call that was made, as the dialer reported it, and what the
// rules made of it. A report that corrects an earlier one of the same call is
// a revision of it: both are kept, the newest counts.
type Record struct {
	ID       string // the dialer's id of the call
	Revision int64  // from 1

	LeadID string // empty: nobody knows whom it concerns
	CallID string // the planned call that it came from; empty when it was none of ours
	Phone  string // E.164, empty when PhoneRaw is no number

	// As reported. Texts are trimmed, otherwise as they came.
	PhoneRaw        string
	ContactID       string
	CampaignID      string
	CampaignName    string
	Agent           string
	Type            string
	Result          string // what the telephone system says
	Wrapup          string // label that the agent set
	Comment         string // of the agent; never shown outside the lead
	CallbackText    string // date that the agent typed
	DisplayedNumber string
	StartedAt       Maybe[Instant]
	EndedAt         Maybe[Instant] // may be before StartedAt: see At
	TotalSeconds    Maybe[int64]
	TalkSeconds     Maybe[int64]
	RecordingRef    string // empty: not recorded
	// RecordingOpposed says that the person did not want to be recorded,
	// AgreedExactTime that the callback is for an exact time, with proof.
	RecordingOpposed bool
	AgreedExactTime  bool

	// Decided when it came in.
	Outcome    string // of rules/wrapups.yaml
	Attempt    bool   // counts as an attempt
	CallbackAt Maybe[Instant]
	// CallbackReason says why a callback date was not taken; empty when it was,
	// or none was asked for.
	CallbackReason string
	// Anomalies are oddities that a person may want to look at:
	// "clock_inverted", "result_disagrees", "missing_hour".
	Anomalies  []string
	Version    string // rule book
	ReceivedAt Instant
	Hash       string // SHA-256 of the report, hex
}

// At is when the call took place: the later of its start and end, since either
// may be missing or wrong, else when we heard of it. Calls of one lead are put
// in order by it.
func (r *Record) At() Instant {
	switch {
	case r.StartedAt.Valid && r.EndedAt.Valid:
		return max(r.StartedAt.V, r.EndedAt.V)
	case r.EndedAt.Valid:
		return r.EndedAt.V
	case r.StartedAt.Valid:
		return r.StartedAt.V
	}
	return r.ReceivedAt
}

// Validate says what keeps the record from being stored.
func (r *Record) Validate() error {
	switch {
	case r.ID == "":
		return errors.New("callId is empty: every call needs one, by which a report that comes twice is recognised")
	case r.TotalSeconds.V < 0 || r.TalkSeconds.V < 0:
		return errors.New("a duration is below zero: give seconds from 0")
	}
	return nil
}

// Suppression keeps a phone number from being called. It holds no number but a
// keyed hash of it, so that it outlives the erasure of the person.
type Suppression struct {
	Key    string // HMAC-SHA256 of the E.164 number, hex
	Reason string // outcome, or what a person wrote
	Origin string // record id, import, erasure
	From   Instant
	Until  Maybe[Instant] // empty: for ever
}

// Holds says that it is in force at an instant: from its beginning until just
// before its end.
func (s *Suppression) Holds(at Instant) bool {
	return s.From <= at && (!s.Until.Valid || at < s.Until.V)
}

// Lease is the right to do something that only one process may do at a time.
type Lease struct {
	Name  string
	Owner string // process that holds it
	// Fence grows with each new owner: what an owner writes names it, so that
	// one who lost the lease without noticing is refused.
	Fence int64
	Until Instant
}
