package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// Handover does what reports have left to it: it chooses who gets the contacts
// that are handed over to another team, and tells the dialer. One at a time is
// enough: who runs it holds a lease.
//
// Before the dialer is told of an agent, that is on record. A transfer that is
// found on record as being told, because a process died there, is asked for
// first and told again only when the dialer does not know of it.
type Handover struct {
	Store    HandoverStore
	Contacts Contacts
	Agents   Agents
}

// HandoverStore is what a Handover needs of the database. Each method is one
// transaction.
type HandoverStore interface {
	OpenTransfers(ctx context.Context, after crm.Transfer, limit int) ([]crm.Transfer, error)
	LeadsByID(ctx context.Context, ids []string) (map[string]*crm.Lead, error)
	Agents(ctx context.Context) (map[string]crm.Agent, error)
	Handed(ctx context.Context, rule, campaignID string) (map[string]int, error)
	SendTransfer(ctx context.Context, t crm.Transfer) error
	SettleTransfer(ctx context.Context, t crm.Transfer, task *crm.Task, status string) error
	OpenRetryDates(ctx context.Context, after string, limit int) ([]crm.RetryDate, error)
	RetryDateTold(ctx context.Context, r crm.RetryDate) error
}

// Contacts are the contacts of the dialer's campaigns, where the dialer keeps
// them. All but Load are crm.ErrNotFound for one that it does not know.
type Contacts interface {
	// Load counts the contacts of a campaign by the agent whom they are assigned to.
	Load(ctx context.Context, campaignID string) (map[string]int, error)
	Contact(ctx context.Context, id string) (crm.DialerContact, error)
	// Assign gives a contact to an agent and changes nothing else of it.
	Assign(ctx context.Context, id, agent string) error
	// Retry says when a contact is to be called again, likewise.
	Retry(ctx context.Context, id string, at time.Time) error
}

// Agents are those of a team, where the CRM knows them.
type Agents interface {
	Team(ctx context.Context, team string) ([]crm.Agent, error)
}

// Handed counts what a Handover did.
type Handed struct {
	Done      int // the agent has the contact
	Nobody    int // nobody was there, or the dialer does not know the contact: somebody has a task
	Cancelled int // it was no longer to be handed over
	Dates     int // that the dialer was told for a callback
	Left      int // to the next time
}

// page is how many transfers are read at once.
const page = 200

// Drain tells the dialer of the dates of callbacks and settles the transfers
// that are open, oldest first. What fails is left to the next time, with the
// error of each; after three of them the rest is left too.
func (h *Handover) Drain(ctx context.Context, book *engine.RuleBook, now time.Time) (done Handed, err error) {
	dates := h.dates(ctx, book, &done)
	if ctx.Err() != nil {
		return done, ctx.Err()
	}
	transfers := h.transfers(ctx, book, now, &done)
	return done, errors.Join(dates, transfers)
}

// dates tells the dialer when contacts are to be called again. One that it does
// not know needs no date.
func (h *Handover) dates(ctx context.Context, book *engine.RuleBook, done *Handed) error {
	after := ""
	var faults []error
	for {
		open, err := h.Store.OpenRetryDates(ctx, after, page)
		if err != nil {
			return errors.Join(append(faults, err)...)
		}
		for i, r := range open {
			err := h.Contacts.Retry(ctx, r.ContactID, r.At.Time().In(book.Zone))
			if err == nil || errors.Is(err, crm.ErrNotFound) {
				if err == nil {
					done.Dates++
				}
				err = h.Store.RetryDateTold(ctx, r)
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("retry date of call %s: %w", r.CallID, err))
				done.Left++
			}
			if len(faults) == mostFaults || ctx.Err() != nil {
				done.Left += len(open) - i - 1
				return errors.Join(faults...)
			}
		}
		if len(open) < page {
			return errors.Join(faults...)
		}
		after = open[len(open)-1].ContactID
	}
}

// transfers settles what is to be given to somebody.
func (h *Handover) transfers(ctx context.Context, book *engine.RuleBook, now time.Time, done *Handed) error {
	r := round{Handover: h, book: book, now: now, teams: map[string]*team{}}
	var faults []error
	var after crm.Transfer
	for {
		open, err := h.Store.OpenTransfers(ctx, after, page)
		if err != nil {
			return errors.Join(append(faults, err)...)
		}
		leads, err := h.Store.LeadsByID(ctx, leadsOf(open))
		if err != nil {
			return errors.Join(append(faults, err)...)
		}
		for i, t := range open {
			settled, err := r.settle(ctx, t, leads[t.LeadID])
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, crm.ErrConflict):
				continue // somebody else has settled it
			case err != nil:
				faults = append(faults, fmt.Errorf("transfer of call %s: %w", t.ID, err))
				done.Left++
			}
			done.count(settled)
			if len(faults) == mostFaults {
				done.Left += len(open) - i - 1
				return errors.Join(faults...)
			}
		}
		if len(open) < page {
			return errors.Join(faults...)
		}
		after = open[len(open)-1]
	}
}

// mostFaults is after how many the services are taken for broken.
const mostFaults = 3

func (h *Handed) count(state string) {
	switch state {
	case crm.TransferDone:
		h.Done++
	case crm.TransferNobody:
		h.Nobody++
	case crm.TransferCancelled:
		h.Cancelled++
	}
}

func leadsOf(open []crm.Transfer) []string {
	ids := make([]string, len(open))
	for i, t := range open {
		ids[i] = t.LeadID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// round is one drain.
type round struct {
	*Handover
	book  *engine.RuleBook
	now   time.Time
	teams map[string]*team // asked for once each
}

// settle brings one transfer to its end and gives its state.
func (r *round) settle(ctx context.Context, t crm.Transfer, lead *crm.Lead) (state string, err error) {
	gone := lead == nil || lead.Status != t.Status
	if t.ContactID == "" && !gone {
		return r.nobody(ctx, t)
	}
	if t.State == crm.TransferSending {
		contact, err := r.Contacts.Contact(ctx, t.ContactID)
		switch {
		case errors.Is(err, crm.ErrNotFound):
			return r.nobody(ctx, t)
		case err != nil:
			return "", err
		case contact.AssignedAgent == t.Agent:
			return r.end(ctx, t, crm.TransferDone)
		case gone:
			return r.end(ctx, t, crm.TransferCancelled)
		}
		return r.tell(ctx, t)
	}
	if gone {
		return r.end(ctx, t, crm.TransferCancelled)
	}
	team, err := r.team(ctx, t.Rule)
	if err != nil {
		return "", err
	}
	contact, err := r.Contacts.Contact(ctx, t.ContactID)
	if errors.Is(err, crm.ErrNotFound) {
		return r.nobody(ctx, t)
	}
	if err != nil {
		return "", err
	}
	if t.Agent, t.Candidates = team.choose(r.now, contact.AssignedAgent); t.Agent == "" {
		return r.nobody(ctx, t)
	}
	if t.Agent == contact.AssignedAgent {
		return r.end(ctx, t, crm.TransferDone)
	}
	if err := r.Store.SendTransfer(ctx, t); err != nil {
		return "", err
	}
	// It counts from here on, also when the dialer cannot be told now.
	team.give(t.Agent, r.now)
	t.State = crm.TransferSending
	return r.tell(ctx, t)
}

// tell gives the contact to its agent.
func (r *round) tell(ctx context.Context, t crm.Transfer) (string, error) {
	err := r.Contacts.Assign(ctx, t.ContactID, t.Agent)
	if errors.Is(err, crm.ErrNotFound) {
		return r.nobody(ctx, t)
	}
	if err != nil {
		return "", err
	}
	return r.end(ctx, t, crm.TransferDone)
}

func (r *round) end(ctx context.Context, t crm.Transfer, state string) (string, error) {
	t.State, t.SettledAt = state, crm.Some(crm.At(r.now))
	return state, r.Store.SettleTransfer(ctx, t, nil, "")
}

// nobody gives somebody the task to look at what nobody could be given.
func (r *round) nobody(ctx context.Context, t crm.Transfer) (string, error) {
	t.State, t.Agent, t.SettledAt = crm.TransferNobody, "", crm.Some(crm.At(r.now))
	leads, err := r.Store.LeadsByID(ctx, []string{t.LeadID})
	lead := leads[t.LeadID]
	if err != nil || lead == nil {
		return "", err
	}
	status := ""
	if rule := ruleOf(r.book, t.Rule); rule != nil && rule.NobodyThere == crm.Review {
		status = crm.Review
	}
	task := taskAfter(r.book, lead, t.ID, nextTransfer, crm.TaskPending, r.now)
	return t.State, r.Store.SettleTransfer(ctx, t, &task, status)
}

// team is who may get the contacts of a transfer.
func (r *round) team(ctx context.Context, name string) (*team, error) {
	if t := r.teams[name]; t != nil {
		return t, nil
	}
	rule := ruleOf(r.book, name)
	if rule == nil {
		return nil, fmt.Errorf("transfer %s is no longer in rules/transfers.yaml: bring it back until its contacts are handed over", name)
	}
	agents, err := r.Agents.Team(ctx, rule.ToTeam)
	if err != nil {
		return nil, err
	}
	contacts, err := r.Contacts.Load(ctx, rule.CountContactsIn)
	if err != nil {
		return nil, err
	}
	handed, err := r.Store.Handed(ctx, name, rule.CountContactsIn)
	if err != nil {
		return nil, err
	}
	stored, err := r.Store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	members := make(map[string]crm.Agent, len(agents))
	for _, a := range agents {
		// What only we know of them.
		if known, ok := stored[a.Username]; ok {
			a.LastAssignedAt, a.Absences = known.LastAssignedAt, known.Absences
		}
		members[a.Username] = a
	}
	r.teams[name] = newTeam(r.book, rule, r.now, members, contacts, handed)
	return r.teams[name], nil
}

func ruleOf(book *engine.RuleBook, name string) *engine.Transfer {
	for i := range book.Transfers {
		if book.Transfers[i].Name == name {
			return &book.Transfers[i]
		}
	}
	return nil
}
