package ruleset

import "fmt"

// predicates are the conditions about one fact, or two, of which the hundred
// rules are made.
func predicates() []string {
	var p []string
	each := func(format string, values ...any) {
		for _, v := range values {
			p = append(p, fmt.Sprintf(format, v))
		}
	}
	each(`lead.estimated_price >= %d`, 100000, 150000, 200000, 250000, 300000, 350000, 400000, 500000, 600000, 750000)
	each(`lead.estimated_price < %d`, 120000, 180000, 220000, 280000, 320000, 450000, 650000)
	each(`lead.living_area >= %d`, 40, 60, 80, 100, 120, 150, 180)
	each(`lead.living_area < %d`, 30, 50, 90, 110)
	each(`lead.rooms >= %d`, 2, 3, 4, 5, 6)
	each(`lead.rooms in %s`, "1..2", "3..4", "5..7")
	each(`lead.sell_horizon_months <= %d`, 1, 3, 6, 9, 12, 18)
	each(`lead.sell_horizon_months > %d`, 6, 12, 24)
	each(`lead.visits >= %d`, 1, 2, 3, 5, 8, 10, 12)
	each(`lead.visits == %d`, 0)
	each(`lead.callback_requests > %d`, 0, 1, 2)
	each(`lead.estimated_price > %d * lead.living_area`, 2500, 3500, 5000)
	each(`lead.rooms + lead.visits > %d`, 8, 12)
	textPredicates(each)
	each(`%s`, "lead.media_zone", "not lead.media_zone", "lead.on_bloctel", "not lead.on_bloctel", "lead.notary_ready", "not lead.notary_ready")
	each(`hours_since(lead.last_call_at) < %d`, 24, 48, 72, 120, 168, 336)
	each(`hours_since(lead.last_call_at) >= %d`, 72, 720)
	each(`days_since(lead.estimated_at) <= %d`, 7, 14, 30, 60, 90)
	each(`days_since(lead.estimated_at) > %d`, 60, 120, 180, 365)
	each(`lead.consent_at >= date(%q)`, "2025-07-01", "2026-01-01", "2026-03-01", "2026-06-01")
	each(`lead.estimated_at < date(%q)`, "2026-01-01", "2026-09-01")
	return p
}

// textPredicates are those about texts, choices and lists.
func textPredicates(each func(format string, values ...any)) {
	each(`lead.role == %q`, "owner", "co_owner", "heir", "tenant")
	each(`lead.role in %s`, `["owner", "co_owner"]`, `["owner", "co_owner", "heir"]`, `["tenant", "buyer", "other"]`)
	each(`lead.role != %q`, "buyer", "other")
	each(`lead.source == %q`, "estimation", "form", "fsbo")
	each(`lead.source in %s`, `["form", "partner"]`, `["estimation", "import"]`)
	each(`lead.property_type == %q`, "house", "apartment", "land")
	each(`lead.property_type in %s`, `["house", "apartment"]`)
	each(`contact.language == %q`, "fr", "en")
	each(`contact.language in %s`, `["fr", "it", "es"]`)
	each(`lead.city == %q`, "Ville 3", "Ville 14", "Saint-Bourg 15", "Port 20", "Ville 30")
	each(`lead.city in %s`, `["Ville 1", "Ville 2", "Ville 4"]`, `["Port 7", "Port 17", "Mont 8", "Mont 18", "Ville 11"]`)
	each(`lead.city startsWith %q`, "Saint", "Port", "Mont 1")
	each(`lead.city contains %q`, "Bourg", "9")
	each(`lead.city matches %q`, "^(Port|Mont) [0-9]$", "1[0-5]$")
	each(`contact.email endsWith %q`, "@example.com", "@example.org", ".net")
	each(`contact.email contains %q`, "7@", ".m")
	each(`contact.email startsWith %q`, "a")
	each(`lead.assigned_agent == %q`, "agent.01", "agent.07", "agent.21")
	each(`lead.assigned_agent in %s`, `["agent.02", "agent.03", "agent.04"]`, `["agent.11", "agent.12"]`)
	each(`%q in lead.tags`, "vip", "seminar", "referral", "second_home", "divorce", "estate")
	each(`any(lead.tags, # startsWith %q)`, "s", "re")
}
