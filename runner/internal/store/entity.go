package store

import (
	"strings"

	"callsheet/runner/internal/crm"
)

// schema holds the columns of every table, key columns first, and the
// statements over many rows that write them.
type schema struct {
	lead          table[crm.Lead]
	call          table[crm.Call]
	run           table[runRow]
	decision      table[crm.Decision]
	facts         table[crm.FactSheet]
	funnel        table[crm.Funnel]
	file          table[crm.File]
	line          table[lineRow]
	agent         table[crm.Agent]
	wallet        table[walletRow]
	task          table[crm.Task]
	dialerContact table[crm.DialerContact]
	book          table[Book]
	record, past  table[recordRow] // past has few of its columns
	suppression   table[crm.Suppression]
	lease         table[crm.Lease]
	transfer      table[crm.Transfer]
	transcript    table[crm.Transcript]
	retryDate     table[crm.RetryDate]
	event         table[crm.Event]

	putLead, putCall, saveScores             *multi
	claimCalls, claimLeads                   *multi
	putDecision, putFunnel, addFile, addLine *multi
	addFacts                                 *multi
	putAgent, putWallet, putTask, putDialer  *multi
	putBook                                  *multi
	writeCall, addCall                       *multi
	demoteRecord, addRecord, putSuppression  *multi
	putTransfer, addTranscript, putRetryDate *multi
	addEvent, applyEvent                     *multi
	putRun, acquire                          string
}

// runRow is a run with the key of its slot, by which runs are found.
type runRow struct {
	crm.Run
	SlotKey string
}

// lineRow is a line with its place in its file, from 1.
type lineRow struct {
	crm.Line
	File    string
	Place   int
	SlotKey string
}

// walletRow is a wallet entry and whether it held when it was last looked at.
type walletRow struct {
	crm.Wallet
	Valid bool
}

// recordRow is a record with what it is found by: when the call took place, and
// whether this is its newest revision.
type recordRow struct {
	crm.Record
	Place  crm.Instant
	Latest bool
}

// leadTable takes the columns of lead from crm.LeadFields, followed by what
// rules may not read.
func leadTable() table[crm.Lead] {
	t := table[crm.Lead]{name: "lead"}
	for _, f := range crm.LeadFields() {
		_, name, _ := strings.Cut(f.Name, ".")
		t.columns = append(t.columns, column[crm.Lead]{name, f.Of})
	}
	t.columns = append(t.columns, []column[crm.Lead]{
		{"contact_id", func(l *crm.Lead) any { return &l.ContactID }},
		{"phone_raw", func(l *crm.Lead) any { return &l.PhoneRaw }},
		{"scored_by", func(l *crm.Lead) any { return &l.ScoredBy }},
		{"custom", func(l *crm.Lead) any { return &l.Custom }},
		{"revision", func(l *crm.Lead) any { return &l.Revision }},
	}...)
	return t
}

func callTable() table[crm.Call] {
	return table[crm.Call]{"call", []column[crm.Call]{
		{"id", func(c *crm.Call) any { return &c.ID }},
		{"lead_id", func(c *crm.Call) any { return &c.LeadID }},
		{"phone", func(c *crm.Call) any { return &c.Phone }},
		{"kind", func(c *crm.Call) any { return &c.Kind }},
		{"state", func(c *crm.Call) any { return &c.State }},
		{"due_at", func(c *crm.Call) any { return &c.DueAt }},
		{"campaign", func(c *crm.Call) any { return &c.Campaign }},
		{"agent", func(c *crm.Call) any { return &c.Agent }},
		{"agreed_exact_time", func(c *crm.Call) any { return &c.AgreedExactTime }},
		{"run_id", func(c *crm.Call) any { return &c.RunID }},
		{"group", func(c *crm.Call) any { return &c.Group }},
		{"file", func(c *crm.Call) any { return &c.File }},
		{"not_before", func(c *crm.Call) any { return &c.NotBefore }},
		{"not_after", func(c *crm.Call) any { return &c.NotAfter }},
		{"injected_at", func(c *crm.Call) any { return &c.InjectedAt }},
		{"recycled_from", func(c *crm.Call) any { return &c.RecycledFrom }},
		{"created_at", func(c *crm.Call) any { return &c.CreatedAt }},
		{"reason", func(c *crm.Call) any { return &c.Reason }},
	}}
}

func runTable() table[runRow] {
	return table[runRow]{"run", []column[runRow]{
		{"id", func(r *runRow) any { return &r.ID }},
		{"campaign", func(r *runRow) any { return &r.Campaign }},
		{"slot", func(r *runRow) any { return &r.Slot }},
		{"group", func(r *runRow) any { return &r.Group }},
		{"slot_start", func(r *runRow) any { return &r.SlotStart }},
		{"slot_end", func(r *runRow) any { return &r.SlotEnd }},
		{"state", func(r *runRow) any { return &r.State }},
		{"started_at", func(r *runRow) any { return &r.StartedAt }},
		{"stopped_at", func(r *runRow) any { return &r.StoppedAt }},
		{"versions", func(r *runRow) any { return &r.Versions }},
		{"files", func(r *runRow) any { return &r.Files }},
		{"slot_key", func(r *runRow) any { return &r.SlotKey }},
	}}
}

func decisionTable() table[crm.Decision] {
	return table[crm.Decision]{"decision", []column[crm.Decision]{
		{"slot_key", func(d *crm.Decision) any { return &d.SlotKey }},
		{"lead_id", func(d *crm.Decision) any { return &d.LeadID }},
		{"call_id", func(d *crm.Decision) any { return &d.CallID }},
		{"group", func(d *crm.Decision) any { return &d.Group }},
		{"injected", func(d *crm.Decision) any { return &d.Injected }},
		{"reason", func(d *crm.Decision) any { return &d.Reason }},
		{"detail", func(d *crm.Decision) any { return &d.Detail }},
		{"unknown", func(d *crm.Decision) any { return &d.Unknown }},
		{"score", func(d *crm.Decision) any { return &d.Score }},
		{"rank", func(d *crm.Decision) any { return &d.Rank }},
		{"version", func(d *crm.Decision) any { return &d.Version }},
		{"at", func(d *crm.Decision) any { return &d.At }},
		{"id", func(d *crm.Decision) any { return &d.ID }},
		{"facts", func(d *crm.Decision) any { return &d.Facts }},
	}}
}

func factsTable() table[crm.FactSheet] {
	return table[crm.FactSheet]{"facts", []column[crm.FactSheet]{
		{"id", func(f *crm.FactSheet) any { return &f.ID }},
		{"slot_key", func(f *crm.FactSheet) any { return &f.SlotKey }},
		{"at", func(f *crm.FactSheet) any { return &f.At }},
		{"body", func(f *crm.FactSheet) any { return &f.Body }},
	}}
}

func funnelTable() table[crm.Funnel] {
	return table[crm.Funnel]{"funnel", []column[crm.Funnel]{
		{"slot_key", func(f *crm.Funnel) any { return &f.SlotKey }},
		{"at", func(f *crm.Funnel) any { return &f.At }},
		{"steps", func(f *crm.Funnel) any { return &f.Steps }},
	}}
}

func fileTable() table[crm.File] {
	return table[crm.File]{"file", []column[crm.File]{
		{"name", func(f *crm.File) any { return &f.Name }},
		{"kind", func(f *crm.File) any { return &f.Kind }},
		{"state", func(f *crm.File) any { return &f.State }},
		{"run_id", func(f *crm.File) any { return &f.RunID }},
		{"slot_key", func(f *crm.File) any { return &f.SlotKey }},
		{"campaign", func(f *crm.File) any { return &f.Campaign }},
		{"dialer", func(f *crm.File) any { return &f.Dialer }},
		{"mode", func(f *crm.File) any { return &f.Mode }},
		{"encoding", func(f *crm.File) any { return &f.Encoding }},
		{"line_end", func(f *crm.File) any { return &f.LineEnd }},
		{"header", func(f *crm.File) any { return &f.Header }},
		{"has_head", func(f *crm.File) any { return &f.HasHead }},
		{"sha256", func(f *crm.File) any { return &f.SHA256 }},
		{"bytes", func(f *crm.File) any { return &f.Bytes }},
		{"version", func(f *crm.File) any { return &f.Version }},
		{"at", func(f *crm.File) any { return &f.At }},
	}}
}

func lineTable() table[lineRow] {
	return table[lineRow]{"file_line", []column[lineRow]{
		{"file", func(l *lineRow) any { return &l.File }},
		{"place", func(l *lineRow) any { return &l.Place }},
		{"slot_key", func(l *lineRow) any { return &l.SlotKey }},
		{"call_id", func(l *lineRow) any { return &l.CallID }},
		{"lead_id", func(l *lineRow) any { return &l.LeadID }},
		{"text", func(l *lineRow) any { return &l.Text }},
	}}
}

func agentTable() table[crm.Agent] {
	return table[crm.Agent]{"agent", []column[crm.Agent]{
		{"username", func(a *crm.Agent) any { return &a.Username }},
		{"name", func(a *crm.Agent) any { return &a.Name }},
		{"active", func(a *crm.Agent) any { return &a.Active }},
		{"teams", func(a *crm.Agent) any { return &a.Teams }},
		{"weight", func(a *crm.Agent) any { return &a.Weight }},
		{"daily_capacity", func(a *crm.Agent) any { return &a.DailyCapacity }},
		{"last_assigned_at", func(a *crm.Agent) any { return &a.LastAssignedAt }},
		{"absences", func(a *crm.Agent) any { return &a.Absences }},
	}}
}

func walletTable() table[walletRow] {
	return table[walletRow]{"wallet", []column[walletRow]{
		{"contact_id", func(w *walletRow) any { return &w.ContactID }},
		{"agent", func(w *walletRow) any { return &w.Agent }},
		{"since", func(w *walletRow) any { return &w.Since }},
		{"until", func(w *walletRow) any { return &w.Until }},
		{"valid", func(w *walletRow) any { return &w.Valid }},
	}}
}

func taskTable() table[crm.Task] {
	return table[crm.Task]{"task", []column[crm.Task]{
		{"id", func(t *crm.Task) any { return &t.ID }},
		{"contact_id", func(t *crm.Task) any { return &t.ContactID }},
		{"lead_id", func(t *crm.Task) any { return &t.LeadID }},
		{"agent", func(t *crm.Task) any { return &t.Agent }},
		{"kind", func(t *crm.Task) any { return &t.Kind }},
		{"state", func(t *crm.Task) any { return &t.State }},
		{"due_at", func(t *crm.Task) any { return &t.DueAt }},
		{"origin", func(t *crm.Task) any { return &t.Origin }},
	}}
}

func dialerContactTable() table[crm.DialerContact] {
	return table[crm.DialerContact]{"dialer_contact", []column[crm.DialerContact]{
		{"id", func(c *crm.DialerContact) any { return &c.ID }},
		{"campaign_id", func(c *crm.DialerContact) any { return &c.CampaignID }},
		{"phone", func(c *crm.DialerContact) any { return &c.Phone }},
		{"phone_raw", func(c *crm.DialerContact) any { return &c.PhoneRaw }},
		{"retry_date", func(c *crm.DialerContact) any { return &c.RetryDate }},
		{"last_call_at", func(c *crm.DialerContact) any { return &c.LastCallAt }},
		{"assigned_agent", func(c *crm.DialerContact) any { return &c.AssignedAgent }},
		{"wrapup", func(c *crm.DialerContact) any { return &c.Wrapup }},
		{"total_calls", func(c *crm.DialerContact) any { return &c.TotalCalls }},
		{"lead_id", func(c *crm.DialerContact) any { return &c.LeadID }},
	}}
}

func bookTable() table[Book] {
	return table[Book]{"rule_book", []column[Book]{
		{"version", func(b *Book) any { return &b.Version }},
		{"files", func(b *Book) any { return &b.Files }},
		{"at", func(b *Book) any { return &b.At }},
	}}
}

func recordTable() table[recordRow] {
	return table[recordRow]{"record", []column[recordRow]{
		{"id", func(r *recordRow) any { return &r.ID }},
		{"revision", func(r *recordRow) any { return &r.Revision }},
		{"lead_id", func(r *recordRow) any { return &r.LeadID }},
		{"call_id", func(r *recordRow) any { return &r.CallID }},
		{"phone", func(r *recordRow) any { return &r.Phone }},
		{"phone_raw", func(r *recordRow) any { return &r.PhoneRaw }},
		{"contact_id", func(r *recordRow) any { return &r.ContactID }},
		{"campaign_id", func(r *recordRow) any { return &r.CampaignID }},
		{"campaign_name", func(r *recordRow) any { return &r.CampaignName }},
		{"agent", func(r *recordRow) any { return &r.Agent }},
		{"type", func(r *recordRow) any { return &r.Type }},
		{"result", func(r *recordRow) any { return &r.Result }},
		{"wrapup", func(r *recordRow) any { return &r.Wrapup }},
		{"comment", func(r *recordRow) any { return &r.Comment }},
		{"callback_text", func(r *recordRow) any { return &r.CallbackText }},
		{"displayed_number", func(r *recordRow) any { return &r.DisplayedNumber }},
		{"started_at", func(r *recordRow) any { return &r.StartedAt }},
		{"ended_at", func(r *recordRow) any { return &r.EndedAt }},
		{"total_seconds", func(r *recordRow) any { return &r.TotalSeconds }},
		{"talk_seconds", func(r *recordRow) any { return &r.TalkSeconds }},
		{"recording_ref", func(r *recordRow) any { return &r.RecordingRef }},
		{"recording_opposed", func(r *recordRow) any { return &r.RecordingOpposed }},
		{"agreed_exact_time", func(r *recordRow) any { return &r.AgreedExactTime }},
		{"outcome", func(r *recordRow) any { return &r.Outcome }},
		{"attempt", func(r *recordRow) any { return &r.Attempt }},
		{"callback_at", func(r *recordRow) any { return &r.CallbackAt }},
		{"callback_reason", func(r *recordRow) any { return &r.CallbackReason }},
		{"anomalies", func(r *recordRow) any { return &r.Anomalies }},
		{"version", func(r *recordRow) any { return &r.Version }},
		{"received_at", func(r *recordRow) any { return &r.ReceivedAt }},
		{"hash", func(r *recordRow) any { return &r.Hash }},
		{"at", func(r *recordRow) any { return &r.Place }},
		{"latest", func(r *recordRow) any { return &r.Latest }},
	}}
}

// pastColumns are the columns that say what happened to a phone.
func pastColumns() []string {
	return []string{"id", "revision", "lead_id", "phone", "started_at", "ended_at", "received_at", "outcome", "attempt"}
}

func suppressionTable() table[crm.Suppression] {
	return table[crm.Suppression]{"suppression", []column[crm.Suppression]{
		{"key", func(s *crm.Suppression) any { return &s.Key }},
		{"reason", func(s *crm.Suppression) any { return &s.Reason }},
		{"origin", func(s *crm.Suppression) any { return &s.Origin }},
		{"from", func(s *crm.Suppression) any { return &s.From }},
		{"until", func(s *crm.Suppression) any { return &s.Until }},
	}}
}

func leaseTable() table[crm.Lease] {
	return table[crm.Lease]{"lease", []column[crm.Lease]{
		{"name", func(l *crm.Lease) any { return &l.Name }},
		{"owner", func(l *crm.Lease) any { return &l.Owner }},
		{"fence", func(l *crm.Lease) any { return &l.Fence }},
		{"until", func(l *crm.Lease) any { return &l.Until }},
	}}
}

func transferTable() table[crm.Transfer] {
	return table[crm.Transfer]{"transfer", []column[crm.Transfer]{
		{"id", func(t *crm.Transfer) any { return &t.ID }},
		{"lead_id", func(t *crm.Transfer) any { return &t.LeadID }},
		{"contact_id", func(t *crm.Transfer) any { return &t.ContactID }},
		{"rule", func(t *crm.Transfer) any { return &t.Rule }},
		{"status", func(t *crm.Transfer) any { return &t.Status }},
		{"state", func(t *crm.Transfer) any { return &t.State }},
		{"agent", func(t *crm.Transfer) any { return &t.Agent }},
		{"candidates", func(t *crm.Transfer) any { return &t.Candidates }},
		{"at", func(t *crm.Transfer) any { return &t.At }},
		{"settled_at", func(t *crm.Transfer) any { return &t.SettledAt }},
		{"version", func(t *crm.Transfer) any { return &t.Version }},
	}}
}

func retryDateTable() table[crm.RetryDate] {
	return table[crm.RetryDate]{"retry_date", []column[crm.RetryDate]{
		{"contact_id", func(r *crm.RetryDate) any { return &r.ContactID }},
		{"call_id", func(r *crm.RetryDate) any { return &r.CallID }},
		{"at", func(r *crm.RetryDate) any { return &r.At }},
		{"told", func(r *crm.RetryDate) any { return &r.Told }},
	}}
}

func transcriptTable() table[crm.Transcript] {
	return table[crm.Transcript]{"transcript", []column[crm.Transcript]{
		{"call_id", func(t *crm.Transcript) any { return &t.CallID }},
		{"state", func(t *crm.Transcript) any { return &t.State }},
		{"at", func(t *crm.Transcript) any { return &t.At }},
		{"tries", func(t *crm.Transcript) any { return &t.Tries }},
		{"sent_at", func(t *crm.Transcript) any { return &t.SentAt }},
	}}
}
