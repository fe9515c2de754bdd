// Package dispatch decides who calls whom and when: it receives leads and
// plans their first call, and starts campaigns by claiming the due calls of a
// slot. What it decides is one transaction in the store; files and messages
// are replays of what the store then says.
package dispatch

import (
	"context"
	"iter"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Desk is where calls are handed out. Every method works with the rule book
// and the clock that it is given.
type Desk struct {
	Store Store
	// Sheet renders the planned calls of a batch as lines of the dialer's
	// file, with its header.
	Sheet func(d *engine.Dialer, b *expression.Batch, book *engine.RuleBook) (header string, lines []string)
	// Seal fills the hash and size of a file from its header and lines.
	Seal func(f *crm.File)
	// Hide gives the key under which a phone number is kept from being called:
	// a keyed hash of its E.164 form. A desk without it suppresses nobody.
	Hide func(phone string) (key string, err error)
	// Brief leaves unsaid what changes nothing; nil says all. Starts decide only
	// about leads whose type and segment may be the campaign's, and store whom
	// they inject: no funnel, nobody who is left out, and not what a decision
	// rests on. Whom a stop plans again is noted here. Recovery counts no lead
	// that its conditions leave alone, and none beyond the maximum of a run.
	Brief *Notes
	// Later leaves it to a [Handover] to choose who gets what is handed over to
	// another team, since the dialer or the CRM have to be asked; else it is
	// chosen with the report, among the agents and contacts of the store.
	Later bool
	// Dialer says that the dialer keeps its contacts itself: a Handover tells it
	// when they are to be called again.
	Dialer bool
	// Pending is told of commits that leave something to a Handover. It returns
	// at once; nil tells nobody.
	Pending func()
}

// Store is what the desk needs of the database. Each method is one
// transaction.
type Store interface {
	LeadsByID(ctx context.Context, ids []string) (map[string]*crm.Lead, error)
	LastCalls(ctx context.Context, leadIDs []string) (map[string]crm.Call, error)
	PutLeads(ctx context.Context, arrivals []crm.Arrival) error
	// PutLeadsOf is PutLeads with the event that brought them; one that is
	// applied already is crm.ErrConflict.
	PutLeadsOf(ctx context.Context, e crm.Event, arrivals []crm.Arrival) error
	Event(ctx context.Context, id string) (crm.Event, error)
	Leads(ctx context.Context, where expression.Where, afterID string, limit int) ([]crm.Lead, error)
	// Outstanding are calls that are planned, injected or in progress, one a lead
	// and by lead id, with the fields named of their leads.
	Outstanding(ctx context.Context, fields []string, afterLead string, limit int) ([]crm.Due, error)
	// Funnels are those of a campaign's slots from a local day on, before another
	// one, in order.
	Funnels(ctx context.Context, campaign, from, until string) ([]crm.Funnel, error)
	// Decided are the decisions of a slot by lead id, each with the call that it
	// was about and the fields named of its lead as it is now. Leads and calls
	// that are stored no more are left out.
	Decided(ctx context.Context, fields []string, slotKey, afterLead string, limit int) ([]crm.Decided, error)
	// RunsBetween are the runs whose slot starts at from or later, before until.
	RunsBetween(ctx context.Context, from, until crm.Instant) ([]crm.Run, error)
	// Recorded says whether any report of a call is stored.
	Recorded(ctx context.Context) (bool, error)
	ClaimRange(ctx context.Context, pass int64, owner string, last time.Duration) (crm.Range, bool, error)
	// RangeLeads are leads of a range by id, with what the rules decided, status,
	// revision, phone and the fields named, as many as room has capacity for.
	RangeLeads(ctx context.Context, fields []string, r crm.Range, after string, room []crm.Lead) ([]crm.Lead, error)
	// EndRange is not held when somebody else has the range now, and
	// crm.ErrConflict when one of its leads was written meanwhile.
	EndRange(ctx context.Context, r crm.Range, scores []crm.Scores, arrivals []crm.Arrival, did crm.Rescored) (held bool, err error)

	// DueCalls are planned calls by due time, in pages, with the fields named of
	// their leads.
	DueCalls(ctx context.Context, fields []string, before crm.Instant, limit int) iter.Seq2[[]crm.Due, error]
	// Candidates is DueCalls with those calls and callbacks that pass a filter
	// each, in the words of Dialect.
	Candidates(ctx context.Context, fields []string, before crm.Instant, calls, callbacks expression.Where, limit int) iter.Seq2[[]crm.Due, error]
	Dialect() expression.SQLDialect
	Ranking(ctx context.Context, segment string, filter expression.Where, after *crm.Lead, limit int) ([]crm.Lead, error)
	OpenCalls(ctx context.Context, phones []string) (map[string]crm.Call, error)
	OpenByAgent(ctx context.Context) (map[string]int, error)
	// AssignedOn counts the calls of some agents that begin at from or later and before until.
	AssignedOn(ctx context.Context, agents []string, from, until crm.Instant) (map[string]int, error)
	Runs(ctx context.Context, slotKey string) ([]crm.Run, error)
	Agents(ctx context.Context) (map[string]crm.Agent, error)
	// RefreshWallets makes the flags of leads follow wallets that begin or end
	// by themselves, and tells whose did.
	RefreshWallets(ctx context.Context, at crm.Instant) (contacts []string, err error)
	WalletOwners(ctx context.Context, contactIDs []string) (map[string]string, error)
	Decisions(ctx context.Context, slotKey string) ([]crm.Decision, error)
	LeadDecisions(ctx context.Context, leadID string) ([]crm.Decision, error)
	Funnel(ctx context.Context, slotKey string) (*crm.Funnel, error)
	Claim(ctx context.Context, c crm.Claim) error
	Files(ctx context.Context, slotKey string) ([]crm.File, error)
	OpenRuns(ctx context.Context) ([]crm.Run, error)
	Stop(ctx context.Context, s crm.Stop) ([]crm.Stopped, error)
	Apply(ctx context.Context, c crm.Change) error

	// PhoneRecords are the newest revisions of the calls to phones, by
	// [crm.Record.At]; PhonePasts only what the law and counts of attempts ask of
	// them.
	PhoneRecords(ctx context.Context, phones []string) (map[string][]crm.Record, error)
	PhonePasts(ctx context.Context, phones []string) (map[string][]crm.Record, error)
	// Records are the newest revisions of reported calls, RecordHashes the
	// hashes of all of them, by id.
	Records(ctx context.Context, ids []string) (map[string]crm.Record, error)
	RecordHashes(ctx context.Context, ids []string) (map[string][]string, error)
	DialerContacts(ctx context.Context, ids []string) (map[string]crm.DialerContact, error)
	Transfers(ctx context.Context, ids []string) (map[string]crm.Transfer, error)
	// ContactLoads counts the contacts of a campaign by agent, Handed the leads
	// that a transfer has handed over and that do not count there.
	ContactLoads(ctx context.Context, campaignID string) (map[string]int, error)
	Handed(ctx context.Context, rule, campaignID string) (map[string]int, error)
	// LeadsByPhone are the leads of each phone, newest first.
	LeadsByPhone(ctx context.Context, phones []string) (map[string][]crm.Lead, error)
	LeadCalls(ctx context.Context, leadID string) ([]crm.Call, error)
	PutSuppressions(ctx context.Context, suppressions []crm.Suppression) error
	// Suppresses says whether there is any suppression, Suppressions which there
	// are, in force or not, by key.
	Suppresses(ctx context.Context) (bool, error)
	Suppressions(ctx context.Context, keys []string) (map[string]crm.Suppression, error)
}
