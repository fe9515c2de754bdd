package engine_test

import "testing"

// TestTraps is what YAML and the expression language would take in silence, or answer with a riddle.
func TestTraps(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{"a condition that is a tag", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: !lead.in_wallet"}, []string{
			"campaigns.yaml:28:13: R005 YAML reads `!lead.in_wallet` as a tag and the condition as EMPTY: write `not lead.in_wallet`",
		}},
		{"a negation that YAML loses", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: ! lead.in_wallet"}, []string{
			"campaigns.yaml:28:13: R005 YAML drops the `!` and keeps `lead.in_wallet`: the condition loses its negation: write `not lead.in_wallet`",
		}},
		{"points split at a comma", edit{"scoring.yaml", "      visits:\n        points: 2 * min(lead.visits, 10)\n", "      visits: {points: 2 * min(lead.visits, 10)}\n"}, []string{
			"scoring.yaml:19:24: R043 YAML splits the expression at the comma and keeps only `2 * min(lead.visits`: write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"a list between braces", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: {when: lead.role in ["owner", "heir"], say: owns it}`}, []string{
			"campaigns.yaml:28:33: R037 YAML cannot read [ inside an unquoted text between { } or [ ]: write the expression in block style, on a line of its own: `when: lead.score > 1`",
		}},
		{"a pipe as delimiter", edit{"rules/dialers.yaml", "delimiter: semicolon", "delimiter: |"}, []string{
			"rules/dialers.yaml:4:16: R021 YAML reads | as the beginning of a text block, and no text follows: write pipe",
		}},
		{"a comment with slashes", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm:\n        lead.score >= 20 // enough\n        and lead.visits > 1"}, []string{
			"campaigns.yaml:29:26: R041 a // comment in an expression swallows the lines below it: put the expression under |, or its comment behind # at the end of the line",
		}},
		{"a folded block", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: >\n        lead.score >= 20"}, []string{
			"campaigns.yaml:28:13: R019 a text block under > loses its line ends: write | instead of >",
		}},
		{"a semicolon", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score > 1; lead.visits > 1"}, []string{
			"campaigns.yaml:28:27: R124 `;` separates nothing here: only what follows it would count: join conditions with and, or",
		}},
		{"thousands with a point", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.estimated_price < 200.000"}, []string{
			"campaigns.yaml:28:36: R126 the point in `200.000` begins decimals, it does not group thousands: write 200000, or 200.0000 for the decimals",
		}},
		{"a range in brackets", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.rooms in [1-3]"}, []string{
			"campaigns.yaml:28:27: R128 `[1-3]` is a list of one number, a difference: write in 1..3",
		}},
		{"a number in a range", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.living_area in 1..9"}, []string{
			"campaigns.yaml:28:13: R129 a range holds whole numbers only, `lead.living_area` may lie between them: write lead.living_area >= 1 and lead.living_area <= 9",
		}},
		{"an empty text in a list", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.role in [""]`}, []string{
			`campaigns.yaml:28:27: R130 an empty field is never equal to "": write is_empty(lead.role) or ...`,
		}},
		{"a default that binds less than a comparison", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.visits ?? 0 > 2"}, []string{
			"campaigns.yaml:28:13: R131 `??` beside another operator needs brackets: write (lead.visits ?? 0) > 2",
		}},
		{"a text as default of a number", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: (lead.visits ?? "none") == "none"`}, []string{
			"campaigns.yaml:28:29: R132 `lead.visits` is a whole number, so its default cannot be a text: write a default of the same type",
		}},
		{"not before a comparison", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: not lead.role == "owner"`}, []string{
			"campaigns.yaml:28:13: R133 `not` binds to `lead.role` alone: write lead.role != \"owner\"",
		}},
		{"a time compared with a text", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.created_at > "2026-01-01"`}, []string{
			`campaigns.yaml:28:31: R134 "2026-01-01" is a text, not a time: write date("2026-01-01")`,
		}},
		{"a length of time as in Go", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: now - lead.created_at > 72h"}, []string{
			"campaigns.yaml:28:37: R112 `72h` is not a length of time here: write hours(72)",
		}},
		{"today", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.created_at > today"}, []string{
			"campaigns.yaml:28:31: R122 there is no `today`: compare dates with days_since(x) == 0, or use now",
		}},
		{"now as a function", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.created_at > now()"}, []string{
			"campaigns.yaml:28:31: R123 now is a name, not a function: it is the clock of the run: write now",
		}},
		{"a choice in capitals", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.role == "Owner"`}, []string{
			"campaigns.yaml:28:26: R104 \"Owner\" is not a value of `lead.role`: did you mean \"owner\"? allowed: owner, co_owner, heir, tenant, buyer, other",
		}},
		{"a list that contains", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.tags contains "x"`}, []string{
			"campaigns.yaml:28:13: R136 `lead.tags` is a list, contains looks into a text: write \"x\" in lead.tags",
		}},
		{"the environment", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score > 1 and $env != nil"}, []string{
			"campaigns.yaml:28:32: R142 `$env` is not offered: a rule names what it reads: write the name of the field, such as lead.score",
		}},
		{"AND in capitals", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score > 1 AND lead.visits > 1"}, []string{
			"campaigns.yaml:28:28: R113 `AND` is not an operator: write and",
		}},
		{"one equals sign", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score = 1"}, []string{
			"campaigns.yaml:28:24: R110 `=` does not compare here: write ==",
		}},
		{"not equal as in SQL", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score <> 1"}, []string{
			"campaigns.yaml:28:24: R111 `<>` does not compare here: write !=",
		}},
		{"is", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.role is "owner"`}, []string{
			"campaigns.yaml:28:23: R114 `is` does not compare here: write ==",
		}},
		{"between", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score between 1 and 3"}, []string{
			"campaigns.yaml:28:24: R115 `between` does not compare here: write lead.score >= 1 and lead.score <= 3",
		}},
		{"like", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.city like "Par%"`}, []string{
			"campaigns.yaml:28:23: R116 `like` does not compare here: write startsWith \"Par\"",
		}},
		{"null", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.visits == null"}, []string{
			"campaigns.yaml:28:28: R117 `null` is not a value: write nil, or is_empty(x)",
		}},
		{"True", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.media_zone == True"}, []string{
			"campaigns.yaml:28:32: R118 `True` is not a value: write true",
		}},
		{"curly quotes", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.role == “owner”"}, []string{
			`campaigns.yaml:28:26: R119 curly quotes do not hold a text: write straight quotes: "owner"`,
		}},
		{"curly quotes around a zone", edit{"campaigns.yaml", `zones: ["75"`, `zones: [”75“`}, []string{
			`campaigns.yaml:8:17: R119 curly quotes do not hold a text: write straight quotes: "75"`,
		}},
		{"a zone that is none", edit{"campaigns.yaml", `zones: ["75"`, `zones: ["7*5"`}, []string{
			`campaigns.yaml:8:18: R008 7*5 begins no postal code: write letters and digits, such as "75"`,
		}},
		{"curly quotes around an agent", edit{"campaigns.yaml", "agents: [a1", "agents: [“a1”"}, []string{
			`campaigns.yaml:8:39: R119 curly quotes do not hold a text: write straight quotes: "a1"`,
		}},
		{"curly quotes around a name", edit{"campaigns.yaml", "  IDF: {zones", "  “IDF”: {zones"}, []string{
			`campaigns.yaml:8:3: R119 curly quotes do not hold a text: write straight quotes: "IDF"`,
		}},
		{"a percentage", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score > 30%"}, []string{
			"campaigns.yaml:28:26: R120 `30%` is not a number: % is the remainder of a division: write 30 / 100",
		}},
		{"a cut at a comment sign", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: lead.city == "a #1"`}, []string{
			"campaigns.yaml:28:29: R040 YAML cuts the expression here: ` #` begins a comment: put the expression on its own line under |",
		}},
		{"a misspelt field", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.scroe >= 20"}, []string{
			"campaigns.yaml:28:18: R101 unknown field `lead.scroe`: did you mean score?",
		}},
		{"a field of another time", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: call.outcome == "refused"`}, []string{
			"campaigns.yaml:28:13: R103 `call.outcome` cannot be read here: it belongs to a finished call; here the call is only planned",
		}},
		{"an agent before there is one", edit{"campaigns.yaml", "warm: lead.score >= 20", `warm: agent.username == "a1"`}, []string{
			"campaigns.yaml:28:13: R103 `agent.username` cannot be read here: no agent is chosen yet when this is decided",
		}},
		{"the score in the score", edit{"scoring.yaml", "points: 2 * min(lead.visits, 10)", "points: lead.score"}, []string{
			"scoring.yaml:20:17: R103 `lead.score` cannot be read here: the score is being made here",
		}},
		{"the score in a segment", edit{"rules/leads.yaml", "when: lead.sell_horizon_months <= 3", "when: lead.score > 3"}, []string{
			"rules/leads.yaml:9:11: R103 `lead.score` cannot be read here: types and segments are decided before it is known",
		}},
		{"the type in a type", edit{"rules/leads.yaml", "when: lead.estimated_price < 200000", `when: lead.type == "RDVVQ"`}, []string{
			"rules/leads.yaml:3:11: R103 `lead.type` cannot be read here: types and segments are decided before it is known",
		}},
		{"a value that is a condition", edit{"scoring.yaml", "points: 2 * min(lead.visits, 10)", "points: lead.visits > 3"}, []string{
			"scoring.yaml:20:17: R106 this is true or false, a whole number or a number is wanted here",
		}},
		{"a condition that is a value", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.score"}, []string{
			"campaigns.yaml:28:13: R106 this is a whole number, a condition must be true or false: compare it: lead.score > 0",
		}},
		{"decay from a number", edit{"scoring.yaml", "since: lead.estimated_at", "since: lead.visits"}, []string{
			"scoring.yaml:18:18: R106 this is a whole number, a time is wanted here",
		}},
	})
}
