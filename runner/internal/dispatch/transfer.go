package dispatch

import (
	"context"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// next: of outcomes that hand a contact over.
const nextTransfer = "transfer"

// loadTransfers reads what is needed to hand contacts over, when a report asks
// for it: what was decided about the same calls before and, where the store
// knows them, who could get them.
func (db *debrief) loadTransfers(ctx context.Context, reports []crm.Record) (err error) {
	var ids []string
	for i := range reports {
		if o, _ := db.book.Outcome(reports[i].Wrapup, reports[i].Result); o.Next == nextTransfer {
			ids = append(ids, reports[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	store := db.receiver.desk.Store
	if db.transfers, err = store.Transfers(ctx, ids); err != nil || db.receiver.desk.Later {
		return err
	}
	agents, err := store.Agents(ctx)
	for i := range db.book.Transfers {
		rule := &db.book.Transfers[i]
		if err != nil {
			return err
		}
		var contacts, handed map[string]int
		if contacts, err = store.ContactLoads(ctx, rule.CountContactsIn); err != nil {
			return err
		}
		handed, err = store.Handed(ctx, rule.Name, rule.CountContactsIn)
		db.teams[rule.Name] = newTeam(db.book, rule, db.now, agents, contacts, handed)
	}
	return err
}

// handOver hands a contact over to the team of the first transfer that wants
// it: chooses who gets it, or leaves that to a Handover. Without such a
// transfer, and when nobody is there, somebody gets a task. A call that was
// followed before is not followed again.
func (db *debrief) handOver(s *subject, r *crm.Record, e *Ended) {
	rule := db.transferFor(s, r)
	if rule == nil {
		db.ask(s, r, nextTransfer, e)
		return
	}
	if before, ok := db.transfers[r.ID]; ok && before.State != crm.TransferNobody && before.State != crm.TransferCancelled {
		e.Transfer = &before
		return
	}
	t := crm.Transfer{
		ID: r.ID, LeadID: s.ID, ContactID: r.ContactID, Rule: rule.Name, Status: s.Status, State: crm.TransferPending,
		At: crm.At(db.now), Version: db.book.Version,
	}
	if team := db.teams[rule.Name]; team != nil {
		db.give(s, &t, team)
		if t.State == crm.TransferNobody {
			if rule.NobodyThere == crm.Review {
				s.Status = crm.Review
			}
			db.ask(s, r, nextTransfer, e)
		}
	}
	db.transfers[t.ID] = t
	db.handed = append(db.handed, t)
	e.Transfer = &t
}

// transferFor is the first transfer of the book that is for the call, or nil.
func (db *debrief) transferFor(s *subject, r *crm.Record) *engine.Transfer {
	rc := db.receiver
	rc.batch.Reset(1)
	rc.batch.SetNow(db.now)
	rc.facts.lead(rc.batch, 0, s.Lead)
	rc.facts.finished(rc.batch, 0, r)
	for i := range db.book.Transfers {
		if t := &db.book.Transfers[i]; t.Wants(rc.batch, 0) {
			return t
		}
	}
	return nil
}

// give chooses who of the team gets the contact of a transfer, and gives it.
func (db *debrief) give(s *subject, t *crm.Transfer, team *team) {
	contact, stored := db.contacts[t.ContactID]
	owner := s.AssignedAgent
	if stored {
		owner = contact.AssignedAgent
	}
	t.SettledAt = crm.Some(t.At)
	if t.Agent, t.Candidates = team.choose(db.now, owner); t.Agent == "" {
		t.State = crm.TransferNobody
		return
	}
	t.State = crm.TransferDone
	if t.Agent != owner {
		team.give(t.Agent, db.now)
	}
	s.AssignedAgent = t.Agent
	if stored {
		contact.AssignedAgent = t.Agent
		db.contacts[contact.ID], db.retry[contact.ID] = contact, contact
	}
}
