package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// LeadReader reads a file of leads, LeadRow is one of them.
type (
	LeadReader = Reader[crm.Lead]
	LeadRow    = Row[crm.Lead]
)

// Custom is a field as rules/fields.yaml describes it. One that has the name
// of a built-in field gives that field its values and further column names.
type Custom struct {
	Name     string   // without "lead."; "contact.language" for the person's
	Type     string   // text, choice, integer, number, boolean, time, phone or text_list
	Values   []string // of a choice
	ImportAs []string // further column names
}

// Leads reads leads. Columns are named as fields are in rules, with or without
// "lead." and "contact."; id (or external_id) and phone must be there. Local
// times are in zone.
//
// Set leaves a new lead complete but for CreatedAt, which stays 0 when the
// file does not give it: status new (invalid when the phone cannot be called),
// legal basis none, the lead's own id as that of the contact.
//
// The error is a *FileError about the header, or says which custom field
// cannot be imported.
func Leads(source *Source, custom []Custom, phones *Phones, zone *time.Location) (*LeadReader, error) {
	columns, err := leadColumns(custom)
	if err != nil {
		return nil, err
	}
	return newReader(source, &table[crm.Lead]{
		columns:  columns,
		required: [][]string{{"id"}, {"phone"}},
		id:       func(l *crm.Lead) string { return l.ID },
		settle:   func(l *crm.Lead, isNew bool) { settleLead(l, isNew, phones) },
		validate: (*crm.Lead).Validate,
	}, reading{zone: zone, phones: phones})
}

// settleLead completes what follows from the cells.
func settleLead(l *crm.Lead, isNew bool, phones *Phones) {
	// A row without postal code may be about a lead whose postal code is
	// stored and makes sense of its number.
	if l.Phone == "" && phones.region(l.PostalCode) != "" {
		found, _ := phones.Parse(l.PhoneRaw, l.PostalCode)
		l.Phone, l.PhoneCountry, l.PhoneNational = found.E164, found.Country, found.National
	}
	if l.ContactID == "" {
		l.ContactID = l.ID
	}
	if l.LegalBasis == "" {
		l.LegalBasis = crm.BasisNone
	}
	if isNew && (l.Status == "" || l.Status == crm.New) {
		l.Status = crm.New
		if l.Phone == "" {
			l.Status = crm.Invalid
		}
	}
}

// leadColumns is every column that a file of leads may have.
func leadColumns(custom []Custom) ([]column[crm.Lead], error) {
	var columns []column[crm.Lead]
	for _, f := range crm.LeadFields() {
		columns = append(columns, builtin(f))
	}
	columns = append(columns, column[crm.Lead]{
		name: "lead.contact_id", kind: text, of: func(l *crm.Lead) any { return &l.ContactID },
	})
	for _, c := range custom {
		name := c.Name
		if !strings.Contains(name, ".") {
			name = "lead." + name
		}
		i := slices.IndexFunc(columns, func(known column[crm.Lead]) bool { return known.name == name })
		if i >= 0 {
			refine(&columns[i], c)
			continue
		}
		if !kind(c.Type).known() {
			return nil, fmt.Errorf("field %s has the unknown type %q", name, c.Type)
		}
		columns = append(columns, column[crm.Lead]{
			name: name, aliases: c.ImportAs, kind: kind(c.Type), values: c.Values,
			of: func(l *crm.Lead) any { return customField{l, c.Name} },
		})
	}
	return columns, nil
}

// refine adds what rules/fields.yaml says about a built-in field.
func refine(c *column[crm.Lead], more Custom) {
	c.aliases = append(c.aliases, more.ImportAs...)
	if c.kind == text && len(more.Values) > 0 {
		c.kind, c.values = choice, more.Values
	}
}

// Why a column is never taken.
const (
	decided = "the rules decide it"
	planned = "it follows from the planned call"
	derived = "it is worked out from the phone"
)

func builtin(f crm.Field) column[crm.Lead] {
	c := column[crm.Lead]{name: f.Name, of: f.Of, kind: kindOf(f.Of(new(crm.Lead)))}
	switch f.Name {
	case "lead.id":
		c.aliases = []string{"external_id"}
	case "lead.type", "lead.segment", "lead.score", "lead.scored_at", "lead.grade", "lead.group":
		c.refuse = decided
	case "lead.next_call_at":
		c.refuse = planned
	case "contact.phone_country", "contact.phone_national":
		c.refuse = derived
	case "contact.phone":
		c.kind = ownPhone
		c.of = func(l *crm.Lead) any {
			return phoneField{&l.Phone, &l.PhoneRaw, &l.PhoneCountry, &l.PhoneNational}
		}
	case "lead.status":
		c.kind, c.values, c.onlyNew = choice, statuses(), true
	case "lead.visits", "lead.rooms", "lead.sell_horizon_months", "lead.callback_requests":
		c.kind = count
	case "lead.living_area", "lead.estimated_price":
		c.kind = amount
	case "lead.legal_basis":
		c.kind, c.values = choice, []string{crm.BasisConsent, crm.BasisRequest, crm.BasisContract, crm.BasisNone}
	case "lead.attempts", "lead.attempts_30d", "lead.reached", "lead.refusals", "lead.callbacks", "lead.recycled",
		"lead.in_wallet", "lead.has_pending_task", "lead.last_call_at", "lead.last_outcome", "lead.assigned_agent":
		c.onlyNew = true
	}
	return c
}

func statuses() []string {
	return []string{
		crm.New, crm.Parked, crm.Scheduled, crm.InCampaign, crm.NotQualified, crm.Callback, crm.Review, crm.Support,
		crm.Qualified, crm.Converted, crm.Refused, crm.DoNotCall, crm.Unreachable, crm.Invalid, crm.Frozen, crm.Erased,
	}
}
