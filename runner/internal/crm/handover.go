package crm

// States of a transfer.
const (
	TransferPending   = "pending"   // nobody is chosen yet
	TransferSending   = "sending"   // the dialer is being told of the agent, or was told by a process that died
	TransferDone      = "done"      // the agent has the contact
	TransferNobody    = "nobody"    // nobody of the team was there, or the dialer knows no such contact: somebody has a task
	TransferCancelled = "cancelled" // the lead was no longer to be handed over when it was its turn
)

// Transfer is a contact that the report of a call hands over to another team.
type Transfer struct {
	ID        string // of the reported call: each is followed once
	LeadID    string
	ContactID string // the dialer's; a lead's own id where the dialer reported that
	Rule      string // of rules/transfers.yaml
	Status    string // of the lead, since; with another one it is no longer to be handed over
	State     string
	Agent     string // who gets the contact; empty until chosen
	// Candidates are who could have got it and what they had to do when one of
	// them was chosen, as "username: contacts"; empty when the contact was with
	// one of the team already and stays there.
	Candidates []string
	At         Instant // when it was decided
	SettledAt  Maybe[Instant]
	Version    string // rule book
}

// Given says that the agent was given the contact, and did not have it already.
func (t *Transfer) Given() bool { return t.State == TransferDone && len(t.Candidates) > 0 }

// RetryDate is when the dialer is to call one of its contacts again, where the
// dialer's platform has to be told.
type RetryDate struct {
	ContactID string
	CallID    string // the reported call in which it was agreed
	At        Instant
	Told      bool
}

// States of a recording on its way to the transcribers.
const (
	TranscriptPending   = "pending"
	TranscriptSending   = "sending" // may have arrived: they are asked before it is sent again
	TranscriptSent      = "sent"
	TranscriptWithdrawn = "withdrawn" // a later report of the call says that it must not be sent
)

// Transcript is a reported call whose recording goes to the transcribers, once.
type Transcript struct {
	CallID string // of the reported call
	State  string
	At     Instant // when the call took place
	Tries  int64   // how often a process took it in hand
	SentAt Maybe[Instant]
}
