package crm

// Held is everything that is stored about a phone number.
type Held struct {
	Leads       []Lead
	Calls       []Call
	Records     []Record
	Decisions   []Decision
	Lines       []Line // of the dialer's files
	Contacts    []DialerContact
	Tasks       []Task
	Wallets     []Wallet
	Events      []Event
	Suppression Maybe[Suppression] // what keeps the number from being called
}

// Forgotten counts what an erasure or a purge took away.
type Forgotten struct {
	Leads     int64 // whose facts are gone
	Cancelled int64 // planned and open calls given up
	Records   int64 // reported calls without number, contact, comment and recording
	Lines     int64 // lines of the dialer's files, emptied
	Contacts  int64 // the dialer's contacts, deleted
	Tasks     int64 // pending ones, cancelled
	Wallets   int64
	Events    int64
	Decisions int64
}

// Sum adds the counts of another page.
func (f *Forgotten) Sum(o Forgotten) {
	f.Leads += o.Leads
	f.Cancelled += o.Cancelled
	f.Records += o.Records
	f.Lines += o.Lines
	f.Contacts += o.Contacts
	f.Tasks += o.Tasks
	f.Wallets += o.Wallets
	f.Events += o.Events
	f.Decisions += o.Decisions
}

// Total is how much there was in all.
func (f Forgotten) Total() int64 {
	return f.Leads + f.Cancelled + f.Records + f.Lines + f.Contacts + f.Tasks + f.Wallets + f.Events + f.Decisions
}

// Retention says up to when things are kept: what is older than these instants
// goes.
type Retention struct {
	Leads Instant // with which nothing has happened since, with all that is about them
	Lines Instant // of the dialer's files
	// Records is for what reports say in words: comments, and where recordings
	// are.
	Records Instant
	Events  Instant
}
