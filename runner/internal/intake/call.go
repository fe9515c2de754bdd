package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// CallParser reads what a dialer reports of a call that ended, from a file or
// from anywhere else.
type CallParser struct {
	Phones *Phones
	Zone   *time.Location // of local times
	// Date reads a date in the dialer's own layout; ISO 8601 is read anyway.
	Date func(text string) (time.Time, error)
	// Now is the clock: a call that took place more than a day later is a
	// mistake. Without it any date will do.
	Now func() time.Time
}

// CallFields names the texts of a report: the sixteen that dialers send, then
// those of our own (recordingRef is empty when there is no recording).
func CallFields() []string {
	return []string{
		"agent", "callDurationInSeconds", "callBackDate", "callEnd", "callId", "callResult", "callStart", "callType", "campaignId",
		"campaignName", "contactId", "contactPhone", "conversationDuration", "displayedPhoneNumber", "wrapupComment", "wrapup",
		"recordingRef", "recordingOpposed", "agreedExactTime",
	}
}

// Parse makes a record of a report, by the names of [CallFields]; one that is
// missing is empty, others are not looked at. A report without callId gets one
// from contact, start and agent, the same each time it comes. The error says
// everything that keeps the report from being stored: no id, a start or end
// that is no date or lies in the future, a number that is none or below zero. A callback date is kept
// as it came, since rules decide about it, and so is a phone that cannot be
// called.
func (p *CallParser) Parse(report map[string]string) (crm.Record, error) {
	in := callTexts{report, p, nil}
	r := crm.Record{
		ID: in.text("callId"), ContactID: in.text("contactId"), CampaignID: in.text("campaignId"), CampaignName: in.text("campaignName"),
		Agent: in.text("agent"), Type: in.text("callType"), Result: in.text("callResult"), Wrapup: in.text("wrapup"),
		Comment: in.text("wrapupComment"), CallbackText: in.text("callBackDate"), DisplayedNumber: in.text("displayedPhoneNumber"),
		PhoneRaw: in.text("contactPhone"), StartedAt: in.date("callStart"), EndedAt: in.date("callEnd"),
		TotalSeconds: in.seconds("callDurationInSeconds"), TalkSeconds: in.seconds("conversationDuration"),
		RecordingRef: in.text("recordingRef"), RecordingOpposed: in.yes("recordingOpposed"), AgreedExactTime: in.yes("agreedExactTime"),
	}
	found, _ := p.Phones.Parse(r.PhoneRaw, "")
	r.Phone = found.E164
	if r.ID == "" && r.ContactID != "" && r.StartedAt.Valid {
		r.ID = "hash:" + digest(r.ContactID, r.StartedAt.V.String(), r.Agent)
	}
	texts := make([]string, 0, len(CallFields()))
	for _, name := range CallFields() {
		texts = append(texts, in.text(name))
	}
	r.Hash = digest(texts...)
	if r.ID == "" && len(in.faults) == 0 {
		in.faults = append(in.faults, "callId is empty: without it a call is known by contactId and callStart, and one of them is missing too")
	}
	if len(in.faults) > 0 {
		return crm.Record{}, errors.New(strings.Join(in.faults, "; "))
	}
	return r, r.Validate()
}

// digest is the SHA-256 of texts in order, hex. A text holds no NUL, so that
// no two lists give the same bytes.
func digest(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// callTexts is a report and what is wrong with it.
type callTexts struct {
	report map[string]string
	*CallParser
	faults []string
}

func (in *callTexts) text(name string) string { return strings.TrimSpace(in.report[name]) }

func (in *callTexts) fault(name string, err error) {
	in.faults = append(in.faults, fmt.Sprintf("%s %q %v", name, cell{text: in.text(name)}.brief(), err))
}

func (in *callTexts) date(name string) (at crm.Maybe[crm.Instant]) {
	at = in.read(name)
	if at.Valid && in.Now != nil && at.V.Time().After(in.Now().Add(24*time.Hour)) {
		in.fault(name, errors.New("is in the future: the call cannot have been made"))
	}
	return at
}

func (in *callTexts) read(name string) (at crm.Maybe[crm.Instant]) {
	s := in.text(name)
	if s == "" {
		return at
	}
	if t, err := in.Date(s); err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
		return crm.Some(crm.At(t))
	}
	value, err := instant(s, in.Zone)
	if err != nil {
		in.fault(name, errors.New("is no date: write 22/11/2026 18:05:00, or 2026-11-22T18:05:00 with Z or an offset when it is not local"))
		return at
	}
	fill(&at, value)
	return at
}

func (in *callTexts) seconds(name string) (n crm.Maybe[int64]) {
	s := in.text(name)
	if s == "" {
		return n
	}
	value, err := fromZero(count, s)
	if err != nil {
		in.fault(name, err)
		return n
	}
	fill(&n, value)
	return n
}

func (in *callTexts) yes(name string) bool {
	s := in.text(name)
	if s == "" {
		return false
	}
	value, err := truth(s)
	if err != nil {
		in.fault(name, err)
	}
	yes, _ := value.(bool)
	return yes
}

// Call is one row of a file of calls.
type Call struct {
	crm.Record
	texts map[string]string
	err   error
}

// Calls reads a file of calls, one report a row, with the columns of
// [CallFields]; others are not looked at, see [Reader.Ignored]. callId must be
// there, or contactId, and what the call came to as wrapup or callResult. The
// error is a *FileError about the header.
func Calls(source *Source, parser *CallParser) (*Reader[Call], error) {
	t := &table[Call]{
		required:  [][]string{{"callId", "contactId"}},
		announced: [][]string{{"wrapup", "callResult"}},
		id:        func(c *Call) string { return c.ID },
		fresh:     func(c *Call) { c.texts = map[string]string{} },
		settle:    func(c *Call, _ bool) { c.Record, c.err = parser.Parse(c.texts) },
		validate:  func(c *Call) error { return c.err },
		lax:       true,
	}
	for _, name := range CallFields() {
		t.columns = append(t.columns, column[Call]{name: name, kind: text, of: func(c *Call) any { return callText{c.texts, name} }})
	}
	return newReader(source, t, reading{zone: parser.Zone})
}

// callText is one text of a report.
type callText struct {
	texts map[string]string
	name  string
}

func (f callText) assign(value any) { f.texts[f.name], _ = value.(string) }
