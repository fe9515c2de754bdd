package dispatch

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// debrief is a batch of reported calls while it is decided: everything that
// they concern, first as it is stored and then as it is to be.
type debrief struct {
	receiver *Receiver
	book     *engine.RuleBook
	now      time.Time
	history  history

	contacts map[string]crm.DialerContact
	leads    map[string]*subject
	byPhone  map[string][]string        // leads of a phone, newest first
	open     map[string]crm.Call        // by phone
	records  map[string]*crm.Record     // newest revisions, by id
	calls    map[string][]crm.Record    // newest revisions by phone, in order of time
	heard    map[string]map[string]bool // hashes of all revisions, by id
	barred   map[string]crm.Suppression // phones that are not to be called

	// What is to be written, beside leads and their calls.
	reports      []crm.Record
	tasks        []crm.Task
	suppressions []crm.Suppression
	retry        map[string]crm.DialerContact

	transfers map[string]crm.Transfer // of the reported calls, stored ones and new ones
	handed    []crm.Transfer
	dates     []crm.RetryDate
	teams     map[string]*team // by transfer
}

// subject is a lead that calls are reported of, or that shares a phone with
// one.
type subject struct {
	*crm.Lead
	brought engine.Past
	last    crm.Call // planned last, whatever became of it; no id when there is none
	written map[string]crm.Call
	changed bool
}

func newDebrief(d *Desk, book *engine.RuleBook, now time.Time) *debrief {
	return &debrief{
		receiver: d.Receiver(book), book: book, now: now, history: newHistory(book, now),
		leads: map[string]*subject{}, byPhone: map[string][]string{}, open: map[string]crm.Call{},
		records: map[string]*crm.Record{}, calls: map[string][]crm.Record{}, heard: map[string]map[string]bool{},
		retry: map[string]crm.DialerContact{}, transfers: map[string]crm.Transfer{}, teams: map[string]*team{},
	}
}

// load reads what the reports may concern: earlier reports of the same calls,
// the leads that contact or phone may mean, everybody else on their phones.
func (db *debrief) load(ctx context.Context, reports []crm.Record) error {
	store := db.receiver.desk.Store
	var ids, contacts, phones []string
	for i := range reports {
		r := &reports[i]
		ids, contacts, phones = append(ids, r.ID), append(contacts, r.ContactID), append(phones, r.Phone)
	}
	known, err := store.Records(ctx, unique(ids))
	if err != nil {
		return err
	}
	hashes, err := store.RecordHashes(ctx, unique(ids))
	if err != nil {
		return err
	}
	for id, r := range known {
		db.records[id] = &r
		db.heard[id] = map[string]bool{}
		for _, hash := range hashes[id] {
			db.heard[id][hash] = true
		}
		phones = append(phones, r.Phone)
	}
	if db.contacts, err = store.DialerContacts(ctx, unique(contacts)); err != nil {
		return err
	}
	people := contacts
	for _, c := range db.contacts {
		people, phones = append(people, c.LeadID), append(phones, c.Phone)
	}
	for _, r := range known {
		people = append(people, r.LeadID)
	}
	if err := db.loadTransfers(ctx, reports); err != nil {
		return err
	}
	return db.loadLeads(ctx, people, phones)
}

// loadLeads reads leads by id and by phone, whoever else is on their phones,
// and their calls.
func (db *debrief) loadLeads(ctx context.Context, ids, phones []string) error {
	store := db.receiver.desk.Store
	phones = unique(phones)
	open, err := store.OpenCalls(ctx, phones)
	if err != nil {
		return err
	}
	for _, call := range open {
		ids = append(ids, call.LeadID)
	}
	found, err := store.LeadsByID(ctx, unique(ids))
	if err != nil {
		return err
	}
	for _, l := range found {
		phones = append(phones, l.Phone)
	}
	phones = unique(phones)
	households, err := store.LeadsByPhone(ctx, phones)
	if err != nil {
		return err
	}
	// Leads are read before what they guard.
	if db.open, err = store.OpenCalls(ctx, phones); err != nil {
		return err
	}
	if db.calls, err = store.PhoneRecords(ctx, phones); err != nil {
		return err
	}
	if db.barred, err = db.receiver.desk.suppressed(ctx, phones, crm.At(db.now)); err != nil {
		return err
	}
	for phone, leads := range households {
		for i := range leads {
			db.byPhone[phone] = append(db.byPhone[phone], leads[i].ID)
			found[leads[i].ID] = &leads[i]
		}
	}
	last, err := store.LastCalls(ctx, slices.Sorted(maps.Keys(found)))
	if err != nil {
		return err
	}
	for id, l := range found {
		brought := db.history.brought(l, db.calls[l.Phone])
		db.leads[id] = &subject{Lead: l, brought: brought, last: last[id], written: map[string]crm.Call{}}
	}
	return nil
}

// unique is the filled values, each once.
func unique(values []string) []string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	slices.Sort(values)
	return slices.Compact(values)
}

// match finds the lead that a report concerns: the one of the dialer's contact,
// the one with that id, the one whose call to the phone is open, the newest one
// on the phone; nil when nobody knows.
func (db *debrief) match(r *crm.Record) *subject {
	contact := db.contacts[r.ContactID]
	if s := db.leads[contact.LeadID]; s != nil {
		return s
	}
	if s := db.leads[r.ContactID]; s != nil {
		return s
	}
	phone := r.Phone
	if phone == "" {
		phone = contact.Phone
	}
	if s := db.leads[db.open[phone].LeadID]; s != nil {
		return s
	}
	for _, id := range db.byPhone[phone] {
		return db.leads[id]
	}
	return nil
}

// file puts a report among the calls to its phone, in the place of the one that
// it corrects.
func (db *debrief) file(r crm.Record) {
	if old := db.records[r.ID]; old != nil {
		db.calls[old.Phone] = slices.DeleteFunc(db.calls[old.Phone], func(c crm.Record) bool { return c.ID == r.ID })
	} else {
		db.heard[r.ID] = map[string]bool{}
	}
	db.records[r.ID] = &r
	db.heard[r.ID][r.Hash] = true
	db.reports = append(db.reports, r)
	if r.Phone != "" {
		i, _ := slices.BinarySearchFunc(db.calls[r.Phone], &r, func(c crm.Record, r *crm.Record) int { return inTime(&c, r) })
		db.calls[r.Phone] = slices.Insert(db.calls[r.Phone], i, r)
	}
}

// inTime compares two calls by when they took place, then by id.
func inTime(a, b *crm.Record) int {
	if a.At() != b.At() {
		return int(max(-1, min(1, a.At()-b.At())))
	}
	return strings.Compare(a.ID, b.ID)
}

// own is the calls of a lead in order of time, as far as they were made to its
// phone or to that of r.
func (db *debrief) own(s *subject, r *crm.Record) []*crm.Record {
	var own []*crm.Record
	for _, phone := range unique([]string{s.Phone, r.Phone}) {
		for i := range db.calls[phone] {
			if c := &db.calls[phone][i]; c.LeadID == s.ID {
				own = append(own, c)
			}
		}
	}
	if s.Phone == "" && r.Phone == "" {
		own = append(own, r)
	}
	slices.SortFunc(own, inTime)
	return own
}

// write keeps a call of the lead for the transaction.
func (s *subject) write(call crm.Call) {
	s.written[call.ID] = call
	s.changed = true
	if s.last.ID == "" || s.last.ID == call.ID || s.last.State != crm.CallPlanned && call.State == crm.CallPlanned {
		s.last = call
	}
}

// planned is the planned call of the lead; without id when it has none.
func (s *subject) planned() crm.Call {
	if s.last.State == crm.CallPlanned {
		return s.last
	}
	return crm.Call{}
}

// change is everything to be stored; false when it is nothing. Leads are
// classified anew, since rules read what was counted.
func (db *debrief) change() (c crm.Change, any bool) {
	c.Records, c.Tasks, c.Suppressions, c.Transfers = db.reports, db.tasks, db.suppressions, db.handed
	c.RetryDates = db.dates
	for _, id := range slices.Sorted(maps.Keys(db.retry)) {
		c.Contacts = append(c.Contacts, db.retry[id])
	}
	var changed []*subject
	for _, id := range slices.Sorted(maps.Keys(db.leads)) {
		if s := db.leads[id]; s.changed {
			changed = append(changed, s)
		}
	}
	for page := range slices.Chunk(changed, expression.MaxBatch) {
		db.classify(page)
	}
	for _, s := range changed {
		c.Leads = append(c.Leads, *s.Lead)
		for _, id := range slices.Sorted(maps.Keys(s.written)) {
			c.Calls = append(c.Calls, s.written[id])
		}
	}
	return c, len(c.Records) > 0
}

func (db *debrief) classify(page []*subject) {
	r := db.receiver
	r.batch.Reset(len(page))
	for i, s := range page {
		s.Attempts30d = db.history.recent(db.past(s))
		r.facts.lead(r.batch, i, s.Lead)
	}
	class := db.book.Classify(r.batch, db.now)
	for i, s := range page {
		r.describe(s.Lead, class, i, db.now)
	}
}

// past is what happened to the phone of a lead, this batch included.
func (db *debrief) past(s *subject) *engine.Past {
	return db.history.past(s.brought, db.calls[s.Phone])
}
