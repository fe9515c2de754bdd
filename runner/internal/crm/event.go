package crm

// Where an event came from.
const (
	EventCalls  = "calls"  // POST /v1/calls
	EventLeads  = "leads"  // POST /v1/leads
	EventPubSub = "pubsub" // POST /v1/pubsub
)

// States of an event.
const (
	EventApplied = "applied" // it did what it was to do, together with this row
	EventDead    = "dead"    // nothing can be done with it: somebody has to look
	EventSettled = "settled" // somebody has looked
)

// EventUnknownContact is the reason of a report of a call to somebody whom
// nobody knows. The report is stored as a [Record] without lead, too.
const EventUnknownContact = "unknown_contact"

// Event is a message from outside that is remembered by itself: one that could
// not be used, so that nothing that was sent is lost, or one that was applied,
// so that it is applied once however often it comes.
type Event struct {
	// ID begins with the source and a colon, followed by the id that the sender
	// gave the message, or by the SHA-256 of what it says (hex).
	ID         string
	Source     string
	ReceivedAt Instant
	State      string
	Reason     string // why it is dead, one word of a few, by which events are counted
	Detail     string // what is wrong and how to mend it; may repeat what came in
	Phone      string // E.164; empty when none can be read from it
	LeadID     string // as the message gives it, stored or not; empty when it names none
	Body       string // JSON as it came
	// Once applied or settled, an event has neither Detail nor Phone, LeadID and
	// Body: it names nobody.
}
