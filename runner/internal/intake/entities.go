package intake

import (
	"time"

	"callsheet/runner/internal/crm"
)

// Agents reads agents: username (or id), name, active (true when not given),
// teams, weight (1 when not given), daily_capacity, absences (days and intervals
// of days). The error is a *FileError about the header.
func Agents(source *Source) (*Reader[crm.Agent], error) {
	return newReader(source, &table[crm.Agent]{
		columns: []column[crm.Agent]{
			field("username", func(a *crm.Agent) any { return &a.Username }, "id"),
			field("name", func(a *crm.Agent) any { return &a.Name }),
			field("active", func(a *crm.Agent) any { return &a.Active }),
			field("teams", func(a *crm.Agent) any { return &a.Teams }, "team"),
			field("weight", func(a *crm.Agent) any { return &a.Weight }),
			field("daily_capacity", func(a *crm.Agent) any { return &a.DailyCapacity }),
			field("absences", func(a *crm.Agent) any { return &a.Absences }),
		},
		required: [][]string{{"username"}},
		id:       func(a *crm.Agent) string { return a.Username },
		fresh:    func(a *crm.Agent) { a.Active, a.Weight = true, 1 },
		validate: (*crm.Agent).Validate,
	}, reading{})
}

// Wallets reads which contact belongs to which agent: contact_id (or lead_id,
// for a lead whose contact has the same id), agent, since, until. The id of a
// row is that of the contact. Local times are in zone; the error is a
// *FileError about the header.
func Wallets(source *Source, zone *time.Location) (*Reader[crm.Wallet], error) {
	return newReader(source, &table[crm.Wallet]{
		columns: []column[crm.Wallet]{
			field("contact_id", func(w *crm.Wallet) any { return &w.ContactID }, "lead_id"),
			field("agent", func(w *crm.Wallet) any { return &w.Agent }),
			field("since", func(w *crm.Wallet) any { return &w.Since }),
			field("until", func(w *crm.Wallet) any { return &w.Until }),
		},
		required: [][]string{{"contact_id"}, {"agent"}},
		id:       func(w *crm.Wallet) string { return w.ContactID },
		validate: (*crm.Wallet).Validate,
	}, reading{zone: zone})
}

// Tasks reads what agents have to do: id, contact_id or lead_id (which
// also stands for a contact_id that is missing), agent, kind, state (pending
// when not given), due_at, origin. Local times are in zone; the error is a
// *FileError about the header.
func Tasks(source *Source, zone *time.Location) (*Reader[crm.Task], error) {
	return newReader(source, &table[crm.Task]{
		columns: []column[crm.Task]{
			field("id", func(t *crm.Task) any { return &t.ID }),
			field("contact_id", func(t *crm.Task) any { return &t.ContactID }),
			field("lead_id", func(t *crm.Task) any { return &t.LeadID }),
			field("agent", func(t *crm.Task) any { return &t.Agent }),
			field("kind", func(t *crm.Task) any { return &t.Kind }),
			field("state", func(t *crm.Task) any { return &t.State }),
			field("due_at", func(t *crm.Task) any { return &t.DueAt }),
			field("origin", func(t *crm.Task) any { return &t.Origin }),
		},
		required: [][]string{{"id"}, {"contact_id", "lead_id"}},
		id:       func(t *crm.Task) string { return t.ID },
		settle:   settleTask,
		validate: (*crm.Task).Validate,
	}, reading{zone: zone})
}

func settleTask(t *crm.Task, _ bool) {
	if t.ContactID == "" {
		t.ContactID = t.LeadID
	}
	if t.State == "" {
		t.State = crm.TaskPending
	}
}

// DialerContacts reads the contacts of a campaign as the dialer exports them:
// id, campaign_id, phone, retry_date, last_call_at, assigned_agent, wrapup,
// total_calls, crm_id. A phone that cannot be called is kept as it came. Local
// times are in zone; the error is a *FileError about the header.
func DialerContacts(source *Source, phones *Phones, zone *time.Location) (*Reader[crm.DialerContact], error) {
	return newReader(source, &table[crm.DialerContact]{
		columns: []column[crm.DialerContact]{
			field("id", func(c *crm.DialerContact) any { return &c.ID }),
			field("campaign_id", func(c *crm.DialerContact) any { return &c.CampaignID }),
			field("phone", func(c *crm.DialerContact) any { return phoneField{e164: &c.Phone, raw: &c.PhoneRaw} }),
			field("retry_date", func(c *crm.DialerContact) any { return &c.RetryDate }),
			field("last_call_at", func(c *crm.DialerContact) any { return &c.LastCallAt }),
			field("assigned_agent", func(c *crm.DialerContact) any { return &c.AssignedAgent }),
			field("wrapup", func(c *crm.DialerContact) any { return &c.Wrapup }),
			field("total_calls", func(c *crm.DialerContact) any { return &c.TotalCalls }),
			field("crm_id", func(c *crm.DialerContact) any { return &c.LeadID }),
		},
		required: [][]string{{"id"}, {"campaign_id"}, {"phone"}},
		id:       func(c *crm.DialerContact) string { return c.ID },
		validate: (*crm.DialerContact).Validate,
	}, reading{zone: zone, phones: phones})
}

// field is a column that fills the field at the pointer.
func field[E any](name string, of func(*E) any, aliases ...string) column[E] {
	return column[E]{name: name, aliases: aliases, kind: kindOf(of(new(E))), of: of}
}
