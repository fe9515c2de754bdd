package crm

import (
	"errors"
	"slices"
)

// Statuses of a lead, in the words of lead.status.
const (
	New          = "new"
	Parked       = "parked" // no campaign takes its type and segment
	Scheduled    = "scheduled"
	InCampaign   = "in_campaign" // its call is injected
	NotQualified = "not_qualified"
	Callback     = "callback"
	Review       = "review"
	Support      = "support"
	Qualified    = "qualified"
	Converted    = "converted"
	Refused      = "refused"
	DoNotCall    = "do_not_call"
	Unreachable  = "unreachable"
	Invalid      = "invalid" // its phone cannot be called
	Frozen       = "frozen"
	Erased       = "erased"
)

// Bases on which the law lets us call, in the words of lead.legal_basis.
const (
	BasisConsent  = "consent"
	BasisRequest  = "request"
	BasisContract = "contract"
	BasisNone     = "none"
)

// Lead is a property project and the person who may sell it: what came in,
// what the rules made of it, and what we counted since.
type Lead struct {
	ID string
	// Revision counts how often the stored lead was written, 0 when it is not
	// stored. Storing a lead that somebody else has written meanwhile is
	// ErrConflict.
	Revision  int64
	ContactID string // the person; the lead's own id unless given

	// Decided by the rules at ScoredAt.
	Type     string
	Segment  string // empty when no segment takes it
	Score    int64
	Grade    string
	Group    string // empty when no zone begins its postal code
	ScoredAt Maybe[Instant]
	// ScoredBy is the rule-book version that decided the five above.
	ScoredBy string

	Status    string
	Source    string
	CreatedAt Instant

	EstimatedAt       Maybe[Instant]
	EstimatedPrice    Maybe[float64]
	SellHorizonMonths Maybe[int64]
	Role              string
	PropertyType      string
	LivingArea        Maybe[float64]
	Rooms             Maybe[int64]
	PostalCode        string
	City              string
	MediaZone         Maybe[bool]

	Visits           Maybe[int64]
	CallbackAt       Maybe[Instant]
	CallbackRequests Maybe[int64]
	Tags             []string

	// Counted by the program, never empty.
	Attempts       int64
	Attempts30d    int64
	Reached        int64
	Refusals       int64
	Callbacks      int64
	Recycled       int64
	InWallet       bool
	HasPendingTask bool
	LastCallAt     Maybe[Instant]
	LastOutcome    string
	NextCallAt     Maybe[Instant]
	AssignedAgent  string

	LegalBasis      string
	ConsentAt       Maybe[Instant]
	ConsentEvidence string
	OnBloctel       Maybe[bool]

	// The person.
	FirstName     string
	LastName      string
	Email         string
	Phone         string // E.164, empty when PhoneRaw is no number that can be called
	PhoneRaw      string // as it came
	PhoneCountry  string // country code, digits
	PhoneNational string // digits after the country code
	Language      string

	// Custom holds the fields that rules/fields.yaml adds, by name without
	// "lead.". Values are string, int64, float64, bool, Instant or []string.
	Custom map[string]any
}

// Field is one stored fact of a lead.
type Field struct {
	// Name is the name in rules and imports: "lead.visits", "contact.phone".
	Name string
	// Of points at the fact inside a lead: *string, *int64, *bool, *Instant,
	// *[]string, or *Maybe of int64, float64, bool, Instant.
	Of func(*Lead) any
}

// LeadFields lists every built-in fact of a lead that rules may read, in the
// order in which they are stored. It is the one list that imports, stores and
// rule evaluation share.
func LeadFields() []Field {
	return []Field{
		{"lead.id", func(l *Lead) any { return &l.ID }},
		{"lead.type", func(l *Lead) any { return &l.Type }},
		{"lead.segment", func(l *Lead) any { return &l.Segment }},
		{"lead.score", func(l *Lead) any { return &l.Score }},
		{"lead.scored_at", func(l *Lead) any { return &l.ScoredAt }},
		{"lead.grade", func(l *Lead) any { return &l.Grade }},
		{"lead.status", func(l *Lead) any { return &l.Status }},
		{"lead.source", func(l *Lead) any { return &l.Source }},
		{"lead.created_at", func(l *Lead) any { return &l.CreatedAt }},
		{"lead.estimated_at", func(l *Lead) any { return &l.EstimatedAt }},
		{"lead.estimated_price", func(l *Lead) any { return &l.EstimatedPrice }},
		{"lead.sell_horizon_months", func(l *Lead) any { return &l.SellHorizonMonths }},
		{"lead.role", func(l *Lead) any { return &l.Role }},
		{"lead.property_type", func(l *Lead) any { return &l.PropertyType }},
		{"lead.living_area", func(l *Lead) any { return &l.LivingArea }},
		{"lead.rooms", func(l *Lead) any { return &l.Rooms }},
		{"lead.postal_code", func(l *Lead) any { return &l.PostalCode }},
		{"lead.city", func(l *Lead) any { return &l.City }},
		{"lead.group", func(l *Lead) any { return &l.Group }},
		{"lead.media_zone", func(l *Lead) any { return &l.MediaZone }},
		{"lead.visits", func(l *Lead) any { return &l.Visits }},
		{"lead.callback_at", func(l *Lead) any { return &l.CallbackAt }},
		{"lead.callback_requests", func(l *Lead) any { return &l.CallbackRequests }},
		{"lead.tags", func(l *Lead) any { return &l.Tags }},
		{"lead.attempts", func(l *Lead) any { return &l.Attempts }},
		{"lead.attempts_30d", func(l *Lead) any { return &l.Attempts30d }},
		{"lead.reached", func(l *Lead) any { return &l.Reached }},
		{"lead.refusals", func(l *Lead) any { return &l.Refusals }},
		{"lead.callbacks", func(l *Lead) any { return &l.Callbacks }},
		{"lead.recycled", func(l *Lead) any { return &l.Recycled }},
		{"lead.in_wallet", func(l *Lead) any { return &l.InWallet }},
		{"lead.has_pending_task", func(l *Lead) any { return &l.HasPendingTask }},
		{"lead.last_call_at", func(l *Lead) any { return &l.LastCallAt }},
		{"lead.last_outcome", func(l *Lead) any { return &l.LastOutcome }},
		{"lead.next_call_at", func(l *Lead) any { return &l.NextCallAt }},
		{"lead.assigned_agent", func(l *Lead) any { return &l.AssignedAgent }},
		{"lead.legal_basis", func(l *Lead) any { return &l.LegalBasis }},
		{"lead.consent_at", func(l *Lead) any { return &l.ConsentAt }},
		{"lead.consent_evidence", func(l *Lead) any { return &l.ConsentEvidence }},
		{"lead.on_bloctel", func(l *Lead) any { return &l.OnBloctel }},
		{"contact.first_name", func(l *Lead) any { return &l.FirstName }},
		{"contact.last_name", func(l *Lead) any { return &l.LastName }},
		{"contact.email", func(l *Lead) any { return &l.Email }},
		{"contact.phone", func(l *Lead) any { return &l.Phone }},
		{"contact.phone_country", func(l *Lead) any { return &l.PhoneCountry }},
		{"contact.phone_national", func(l *Lead) any { return &l.PhoneNational }},
		{"contact.language", func(l *Lead) any { return &l.Language }},
	}
}

// Validate says what keeps the lead from being stored: an empty id, a legal
// basis that is none of the four, a count below zero.
func (l *Lead) Validate() error {
	if l.ID == "" {
		return errors.New("id is empty: every lead needs one")
	}
	bases := []string{BasisConsent, BasisRequest, BasisContract, BasisNone}
	if !slices.Contains(bases, l.LegalBasis) {
		return errors.New("legal_basis " + l.LegalBasis + " is none of consent, request, contract, none")
	}
	for _, n := range []int64{l.Attempts, l.Attempts30d, l.Reached, l.Refusals, l.Callbacks, l.Recycled} {
		if n < 0 {
			return errors.New("a counter is below zero: attempts, reached, refusals, callbacks and recycled count up from 0")
		}
	}
	return nil
}
