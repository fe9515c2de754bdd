// Package ruleset is what all contestants of the comparison are given: the
// fields of a lead, the rules over them, and the same rules in the language of
// each contestant.
//
// A rule is written once, as an analyst writes it in a rule book. Translations
// into Go, expr, CEL and GRL are made from its syntax tree, so that no contestant
// can work on other rules than the rest.
package ruleset

import "strings"

// Type says what a field holds.
type Type int

// The types of fields. Times have a precision of a millisecond.
const (
	Text Type = iota
	Choice
	Integer
	Number
	Boolean
	Time
	TextList
)

// Field is one fact about a lead.
type Field struct {
	// Name is the field in a rule book, such as lead.estimated_price.
	Name string
	// Go is the field of the struct, such as EstimatedPrice.
	Go   string
	Type Type
	// Values are what a Choice may hold.
	Values []string
}

// Short is the name without its root: estimated_price.
func (f Field) Short() string {
	_, short, _ := strings.Cut(f.Name, ".")
	return short
}

// Fields are the twenty facts of a lead. All are fields of the rule book that
// ships with the program which may be empty. The position of a field is its bit
// in the set of the fields that a lead has.
func Fields() []Field {
	return []Field{
		{"lead.source", "Source", Choice, []string{"estimation", "form", "fsbo", "partner", "import"}},
		{"lead.role", "Role", Choice, []string{"owner", "co_owner", "heir", "tenant", "buyer", "other"}},
		{"lead.property_type", "PropertyType", Choice, []string{"house", "apartment", "land", "other"}},
		{"contact.language", "Language", Text, nil},
		{"lead.city", "City", Text, nil},
		{"contact.email", "Email", Text, nil},
		{"lead.assigned_agent", "AssignedAgent", Text, nil},
		{"lead.estimated_price", "EstimatedPrice", Number, nil},
		{"lead.living_area", "LivingArea", Number, nil},
		{"lead.rooms", "Rooms", Integer, nil},
		{"lead.sell_horizon_months", "SellHorizonMonths", Integer, nil},
		{"lead.visits", "Visits", Integer, nil},
		{"lead.callback_requests", "CallbackRequests", Integer, nil},
		{"lead.media_zone", "MediaZone", Boolean, nil},
		{"lead.on_bloctel", "OnBloctel", Boolean, nil},
		{"lead.notary_ready", "NotaryReady", Boolean, nil},
		{"lead.estimated_at", "EstimatedAt", Time, nil},
		{"lead.last_call_at", "LastCallAt", Time, nil},
		{"lead.consent_at", "ConsentAt", Time, nil},
		{"lead.tags", "Tags", TextList, nil},
	}
}
