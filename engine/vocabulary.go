package engine

import (
	"slices"

	"callsheet/engine/expression"
)

// builtin is one field that always exists, whatever rules/fields.yaml says.
type builtin struct {
	name       string
	typ        expression.Type
	required   bool     // never empty
	values     []string // of a choice
	valuesFrom string   // or where the book lists them: types, segments, grades, groups, outcomes, slots, campaigns
	label      string
	unit       string
	personal   bool
	importAs   []string
}

// builtinOf finds a built-in field by name.
func builtinOf(name string) builtin {
	all := builtins()
	return all[slices.IndexFunc(all, func(b builtin) bool { return b.name == name })]
}

// builtins is the vocabulary that every rule book has: the words of the trade
// that the program itself fills.
func builtins() []builtin {
	const (
		text    = expression.Text
		choice  = expression.Choice
		integer = expression.Integer
		number  = expression.Number
		boolean = expression.Boolean
		instant = expression.Time
	)
	return []builtin{
		{name: "lead.id", typ: text, required: true, label: "Lead", importAs: []string{"external_id"}},
		{name: "lead.type", typ: choice, required: true, valuesFrom: "types", label: "Lead type"},
		{name: "lead.segment", typ: choice, valuesFrom: "segments", label: "Segment"},
		{name: "lead.score", typ: integer, required: true, label: "Score"},
		{name: "lead.scored_at", typ: instant, label: "Scored"},
		{name: "lead.grade", typ: choice, valuesFrom: "grades", label: "Grade"},
		{name: "lead.status", typ: choice, required: true, label: "Status", values: []string{
			"new", "parked", "scheduled", "in_campaign", "not_qualified", "callback", "review", "support", "qualified", "converted",
			"refused", "do_not_call", "unreachable", "invalid", "frozen", "erased",
		}},
		{name: "lead.source", typ: choice, values: []string{"estimation", "form", "fsbo", "partner", "import"}, label: "Where it comes from"},
		{name: "lead.created_at", typ: instant, required: true, label: "Received"},

		{name: "lead.estimated_at", typ: instant, label: "Estimation made"},
		{name: "lead.estimated_price", typ: number, unit: "EUR", label: "Estimated price"},
		{name: "lead.sell_horizon_months", typ: integer, unit: "months", label: "Wants to sell within"},
		{name: "lead.role", typ: choice, values: []string{"owner", "co_owner", "heir", "tenant", "buyer", "other"}, label: "Role"},
		{name: "lead.property_type", typ: choice, values: []string{"house", "apartment", "land", "other"}, label: "Property"},
		{name: "lead.living_area", typ: number, unit: "m2", label: "Living area"},
		{name: "lead.rooms", typ: integer, label: "Rooms"},
		{name: "lead.postal_code", typ: text, label: "Postal code of the property"},
		{name: "lead.city", typ: text, label: "City of the property"},
		{name: "lead.group", typ: choice, valuesFrom: "groups", label: "Group"},
		{name: "lead.media_zone", typ: boolean, label: "In a Media Zone"},

		{name: "lead.visits", typ: integer, label: "Visits to the site in 30 days"},
		{name: "lead.callback_at", typ: instant, label: "Wants to be called at"},
		{name: "lead.callback_requests", typ: integer, label: "Times the seller asked to be called"},
		{name: "lead.tags", typ: expression.TextList, label: "Tags"},

		{name: "lead.attempts", typ: integer, required: true, label: "Call attempts"},
		{name: "lead.attempts_30d", typ: integer, required: true, label: "Call attempts in 30 days"},
		{name: "lead.reached", typ: integer, required: true, label: "Times reached"},
		{name: "lead.refusals", typ: integer, required: true, label: "Refusals"},
		{name: "lead.callbacks", typ: integer, required: true, label: "Callbacks agreed"},
		{name: "lead.recycled", typ: integer, required: true, label: "Times recycled"},
		{name: "lead.in_wallet", typ: boolean, required: true, label: "In a salesperson's wallet"},
		{name: "lead.has_pending_task", typ: boolean, required: true, label: "Has a pending task"},
		{name: "lead.last_call_at", typ: instant, label: "Last call"},
		{name: "lead.last_outcome", typ: choice, valuesFrom: "outcomes", label: "Outcome of the last call"},
		{name: "lead.next_call_at", typ: instant, label: "Next planned call"},
		{name: "lead.assigned_agent", typ: text, label: "Agent"},

		{name: "lead.legal_basis", typ: choice, required: true, values: []string{"consent", "request", "contract", "none"}, label: "Legal basis"},
		{name: "lead.consent_at", typ: instant, label: "Consent given"},
		{name: "lead.consent_evidence", typ: text, label: "Proof of consent"},
		{name: "lead.on_bloctel", typ: boolean, label: "On the Bloctel list"},

		{name: "contact.first_name", typ: text, personal: true, label: "First name"},
		{name: "contact.last_name", typ: text, personal: true, label: "Last name"},
		{name: "contact.email", typ: text, personal: true, label: "E-mail"},
		{name: "contact.phone", typ: expression.Phone, required: true, personal: true, label: "Phone"},
		{name: "contact.phone_country", typ: text, required: true, label: "Country code of the phone"},
		{name: "contact.phone_national", typ: text, required: true, personal: true, label: "Phone without country code"},
		{name: "contact.language", typ: text, label: "Language"},

		{name: "call.kind", typ: choice, required: true, values: []string{"plan", "retry", "callback", "recovery"}, label: "Why it is planned"},
		{name: "call.due_at", typ: instant, required: true, label: "Due"},
		{name: "call.not_before", typ: instant, required: true, label: "Earliest time the dialer may call"},
		{name: "call.not_after", typ: instant, required: true, label: "Latest time the dialer may call"},
		{name: "call.outcome", typ: choice, required: true, valuesFrom: "outcomes", label: "Outcome"},
		{name: "call.wrapup", typ: text, label: "Wrap-up as the agent set it"},
		{name: "call.callback_at", typ: instant, label: "Callback asked for"},
		{name: "call.started_at", typ: instant, required: true, label: "Started"},
		{name: "call.ended_at", typ: instant, label: "Ended"},
		{name: "call.talk_seconds", typ: integer, unit: "s", label: "Conversation"},
		{name: "call.agreed_exact_time", typ: boolean, required: true, label: "Exact time agreed with proof"},

		{name: "slot.name", typ: choice, required: true, valuesFrom: "slots", label: "Slot"},
		{name: "slot.start", typ: instant, required: true, label: "Start of the slot"},
		{name: "slot.end", typ: instant, required: true, label: "End of the slot"},

		{name: "campaign.name", typ: choice, required: true, valuesFrom: "campaigns", label: "Campaign"},

		{name: "agent.username", typ: text, label: "Agent"},
		{name: "agent.contacts", typ: integer, required: true, label: "Contacts of the agent in the measured campaign"},
		{name: "agent.last_assigned_at", typ: instant, label: "Last assignment"},
	}
}
