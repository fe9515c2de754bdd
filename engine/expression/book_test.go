package expression

import "testing"

// bookFields is the vocabulary of the shipped rule book, as far as its rules read it.
func bookFields() []Field {
	outcomes := []string{"no_answer", "busy", "voicemail", "callback", "refused", "do_not_call", "qualified", "support", "unmapped"}
	types := []string{"RDVVQ", "DIRECT", "PQSC", "FSBO"}
	segments := []string{"PVI_NOW", "PVI_SOON", "PVS", "PVM", "PVB", "PVB_LATER"}
	statuses := []string{
		"new", "parked", "scheduled", "in_campaign", "not_qualified", "callback", "review", "support", "qualified",
		"converted", "refused", "do_not_call", "unreachable", "invalid", "frozen", "erased",
	}
	return []Field{
		{Name: "lead.id", Type: Text, Required: true},
		{Name: "lead.type", Type: Choice, Required: true, Values: types},
		{Name: "lead.segment", Type: Choice, Values: segments},
		{Name: "lead.score", Type: Integer, Required: true},
		{Name: "lead.status", Type: Choice, Required: true, Values: statuses},
		{Name: "lead.source", Type: Choice, Values: []string{"estimation", "form", "fsbo", "partner", "import"}},
		{Name: "lead.created_at", Type: Time, Required: true},
		{Name: "lead.estimated_at", Type: Time},
		{Name: "lead.estimated_price", Type: Number, Unit: "EUR"},
		{Name: "lead.sell_horizon_months", Type: Integer},
		{Name: "lead.role", Type: Choice, Values: []string{"owner", "co_owner", "heir", "tenant", "buyer", "other"}},
		{Name: "lead.property_type", Type: Choice, Values: []string{"house", "apartment", "land", "other"}},
		{Name: "lead.postal_code", Type: Text},
		{Name: "lead.city", Type: Text},
		{Name: "lead.media_zone", Type: Boolean},
		{Name: "lead.visits", Type: Integer},
		{Name: "lead.callback_at", Type: Time},
		{Name: "lead.callback_requests", Type: Integer},
		{Name: "lead.attempts", Type: Integer, Required: true},
		{Name: "lead.reached", Type: Integer, Required: true},
		{Name: "lead.refusals", Type: Integer, Required: true},
		{Name: "lead.callbacks", Type: Integer, Required: true},
		{Name: "lead.in_wallet", Type: Boolean, Required: true},
		{Name: "lead.has_pending_task", Type: Boolean, Required: true},
		{Name: "lead.next_call_at", Type: Time},
		{Name: "lead.legal_basis", Type: Choice, Required: true, Values: []string{"consent", "request", "contract", "none"}},
		{Name: "lead.consent_evidence", Type: Text},
		{Name: "lead.on_bloctel", Type: Boolean},
		{Name: "lead.given_type", Type: Choice, Values: types},
		{Name: "lead.given_segment", Type: Choice, Values: segments},
		{Name: "lead.given_score", Type: Integer},
		{Name: "contact.first_name", Type: Text, Personal: true},
		{Name: "contact.last_name", Type: Text, Personal: true},
		{Name: "contact.email", Type: Text, Personal: true},
		{Name: "contact.phone", Type: Phone, Required: true, Personal: true},
		{Name: "contact.phone_country", Type: Text, Required: true},
		{Name: "contact.phone_national", Type: Text, Required: true, Personal: true},
		{Name: "call.due_at", Type: Time, Required: true},
		{Name: "call.not_before", Type: Time, Required: true},
		{Name: "call.not_after", Type: Time, Required: true},
		{Name: "call.outcome", Type: Choice, Required: true, Values: outcomes},
		{Name: "call.agreed_exact_time", Type: Boolean, Required: true},
		{Name: "slot.start", Type: Time, Required: true},
		{Name: "campaign.name", Type: Text, Required: true},
		{Name: "agent.username", Type: Text},
		{Name: "agent.contacts", Type: Integer, Required: true},
		{Name: "agent.last_assigned_at", Type: Time},
	}
}

func TestShippedBookCompiles(t *testing.T) {
	t.Parallel()
	s, err := NewSchema(bookFields(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	conditions := []string{
		// campaigns
		`lead.in_wallet`, `lead.has_pending_task`, `days_since(lead.estimated_at ?? lead.created_at) > 365`,
		`lead.score >= 20`, `lead.attempts >= 4 and lead.reached == 0`, `lead.callback_at != nil`, `lead.created_at >= slot.start`,
		// scoring
		`lead.role == "owner"`, `lead.role in ["co_owner", "heir"]`, `lead.sell_horizon_months <= 3`,
		`lead.sell_horizon_months in 4..6`, `lead.estimated_price >= 200000`, `lead.property_type == "house"`,
		`lead.estimated_at != nil`, `lead.callback_requests > 0`, `lead.refusals > 0`, `lead.attempts > 3`,
		// types and segments
		`lead.source == "fsbo"`, `lead.estimated_price < 200000 or lead.media_zone`, `lead.source == "form"`,
		`lead.sell_horizon_months > 24`, `lead.role in ["owner", "co_owner", "heir"] and lead.visits >= 3`,
		`lead.given_type == "PQSC"`, `lead.given_segment == "PVB_LATER"`,
		// callbacks, recovery, transfers, packs
		`lead.status == "do_not_call"`, `lead.callbacks >= 5`, `lead.attempts < 8`,
		`lead.status in ["new", "parked", "scheduled", "not_qualified", "callback"]`,
		`lead.next_call_at != nil and lead.next_call_at >= now`, `call.outcome == "support"`, `call.agreed_exact_time`,
		"lead.legal_basis == \"none\"\nor lead.legal_basis == \"consent\" and is_empty(lead.consent_evidence)\n",
		`lead.on_bloctel ?? true`,
	}
	for _, src := range conditions {
		c := mustCondition(t, s, src)
		if reason, uses := c.Fallback(); uses {
			t.Errorf("%s: %s", src, reason)
		}
	}
	values := map[string]Type{
		`2 * min(lead.visits, 10)`: Integer, `-3 * (lead.attempts - 3)`: Integer, `-40`: Integer, `lead.given_score`: Integer,
		`min(100, max(1, 100 - lead.score))`: Integer, `100 - lead.score`: Integer, `min(99, lead.score)`: Integer,
		"if lead.score >= 80 { 5 } else if lead.score >= 50 { 3 } else { 1 }\n": Integer,
		`lead.id`: Text, `contact.phone`: Phone, `lead.segment`: Choice, `call.not_before`: Time, `"101"`: Text, `""`: Text,
		`lead.estimated_at`: Time, `call.due_at`: Time, `agent.last_assigned_at`: Time, `agent.contacts`: Integer,
	}
	for src, want := range values {
		if v := mustValue(t, s, src); v.Type() != want {
			t.Errorf("%s is %s, want %s", src, v.Type(), want)
		}
	}
}

// The exclusions of the shipped book say what an empty field means.
func TestShippedExclusionsAreSettled(t *testing.T) {
	t.Parallel()
	s, err := NewSchema(bookFields(), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []string{
		`lead.in_wallet`, `days_since(lead.estimated_at ?? lead.created_at) > 365`, `lead.attempts >= 4 and lead.reached == 0`,
		`lead.next_call_at != nil and lead.next_call_at >= now`, `lead.on_bloctel ?? true`,
		`lead.legal_basis == "none" or lead.legal_basis == "consent" and is_empty(lead.consent_evidence)`,
	} {
		if open := mustCondition(t, s, src).EmptyUnsettled(); len(open) > 0 {
			t.Errorf("%s: unsettled columns %v", src, open)
		}
	}
}
