package crm

import (
	"errors"
	"slices"
)

// Agent is somebody who calls.
type Agent struct {
	Username string
	Name     string
	Active   bool
	Teams    []string
	// Weight is the share of work relative to others, 1 when not given.
	Weight float64
	// DailyCapacity is the most calls per local day, over all campaigns; empty
	// means no limit. The callbacks that an agent has agreed come on top.
	DailyCapacity  Maybe[int64]
	LastAssignedAt Maybe[Instant]
	// Absences are the days on which the agent is not there.
	Absences []Absence
}

// Absence is a time away from work, first and last day included, each as
// YYYY-MM-DD.
type Absence struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

// Validate says what keeps the agent from being stored.
func (a *Agent) Validate() error {
	if a.Username == "" {
		return errors.New("username is empty: every agent needs one")
	}
	if a.Weight <= 0 {
		return errors.New("weight must be above 0: 1 is a full share of the work")
	}
	if a.DailyCapacity.Valid && a.DailyCapacity.V < 0 {
		return errors.New("daily_capacity is below zero: 0 is none, empty is no limit")
	}
	return nil
}

// Away says whether a day, YYYY-MM-DD, is one of the agent's absences.
func (a *Agent) Away(day string) bool {
	return slices.ContainsFunc(a.Absences, func(away Absence) bool { return away.First <= day && day <= away.Last })
}

// Wallet says that a contact belongs to an agent.
type Wallet struct {
	ContactID string
	Agent     string
	Since     Maybe[Instant]
	Until     Maybe[Instant]
}

// Validate says what keeps the wallet entry from being stored.
func (w *Wallet) Validate() error {
	if w.ContactID == "" || w.Agent == "" {
		return errors.New("a wallet entry needs contact_id (or lead_id) and agent")
	}
	return nil
}

// States of a task.
const (
	TaskPending   = "pending"
	TaskDone      = "done"
	TaskCancelled = "cancelled"
)

// Task is something an agent has to do for a contact.
type Task struct {
	ID        string
	ContactID string
	LeadID    string
	Agent     string
	Kind      string
	State     string
	DueAt     Maybe[Instant]
	Origin    string // what created it: a rule id, an import
}

// Validate says what keeps the task from being stored.
func (t *Task) Validate() error {
	switch {
	case t.ID == "":
		return errors.New("id is empty: every task needs one")
	case t.ContactID == "":
		return errors.New("a task needs contact_id (or lead_id)")
	case t.State != TaskPending && t.State != TaskDone && t.State != TaskCancelled:
		return errors.New("state " + t.State + " is none of pending, done, cancelled")
	}
	return nil
}

// DialerContact is a row of a campaign inside the dialer, as its export gives
// it: the other side of a lead that was injected.
type DialerContact struct {
	ID            string
	CampaignID    string
	Phone         string // E.164, empty when PhoneRaw cannot be called
	PhoneRaw      string
	RetryDate     Maybe[Instant]
	LastCallAt    Maybe[Instant]
	AssignedAgent string
	Wrapup        string
	TotalCalls    int64
	LeadID        string // the dialer's crm_id
}

// Validate says what keeps the dialer contact from being stored.
func (c *DialerContact) Validate() error {
	if c.ID == "" || c.CampaignID == "" {
		return errors.New("a dialer contact needs id and campaign_id")
	}
	return nil
}
