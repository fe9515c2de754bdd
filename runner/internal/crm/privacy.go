package crm

// Held is everything that is stored about a phone number.
type Held struct {
	Leads       []Lead
	Calls       []Call
	Records     []Record // all revisions
	Decisions   []Decision
	Facts       []LeadFacts // what the decisions rest on
	Lines       []FileLine
	Contacts    []DialerContact
	Tasks       []Task
	Wallets     []Wallet
	Transfers   []Transfer
	RetryDates  []RetryDate
	Events      []Event
	Suppression Maybe[Suppression] // what keeps the number from being called
}

// LeadFacts is what the rules read of a lead for one decision.
type LeadFacts struct {
	Decision string
	At       Instant
	Read     map[string]any // by field; instants are of type Instant
	Past     Past
}

// FileLine is a line of one of the dialer's files, as it is stored.
type FileLine struct {
	File   string
	CallID string
	LeadID string
	Text   string // empty when it was erased, or purged
}

// Forgotten counts what an erasure took away.
type Forgotten struct {
	Leads     int64 // whose facts are gone
	Cancelled int64 // planned and open calls given up
	Records   int64 // revisions of reports without number, contact, words and recording
	Lines     int64 // lines of the dialer's files, emptied
	Facts     int64 // sheets of what decisions rest on, without the leads
	Contacts  int64 // the dialer's contacts, deleted
	Tasks     int64 // pending ones, cancelled
	Wallets   int64
	Events    int64
	// Files are those of the lines: the dialer has them as they were.
	Files []string
	// Others are leads of the same contacts under other numbers, which stay.
	Others []string
}

// Retention says up to when things are kept: what is older than these instants
// goes.
type Retention struct {
	Leads      Instant // with which nothing has happened since, reports and contacts of nobody's lead
	Comments   Instant // what reports say in words
	Recordings Instant // where recordings are
	Lines      Instant // of the dialer's files
	Facts      Instant // what decisions rest on
	Events     Instant
}

// Purged counts what a purge took away.
type Purged struct {
	Leads      int64 // with all that is about them
	Records    int64 // reports of calls to nobody's lead, all revisions
	Contacts   int64 // the dialer's contacts that are nobody's lead
	Comments   int64 // reports, all revisions, of which the words are gone
	Recordings int64 // reports, all revisions, that no longer say where a recording is
	Lines      int64 // lines of the dialer's files, emptied
	Facts      int64 // sheets of what decisions rest on
	Events     int64
	Seen       int64 // things that were looked at
}

// Add adds the counts of another page.
func (p *Purged) Add(o Purged) {
	p.Leads += o.Leads
	p.Records += o.Records
	p.Contacts += o.Contacts
	p.Comments += o.Comments
	p.Recordings += o.Recordings
	p.Lines += o.Lines
	p.Facts += o.Facts
	p.Events += o.Events
	p.Seen += o.Seen
}

// PurgeMark is how far a purge has come: the kind of things at which it is, and
// the last one that it looked at. The zero mark is the beginning.
type PurgeMark struct {
	Kind int
	At   Instant
	ID   string
	End  bool // there is nothing left to look at
}
