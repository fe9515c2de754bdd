package engine_test

import "testing"

// TestFaultsOfCampaigns is about campaigns.yaml, and the fields, types and segments they rest on.
func TestFaultsOfCampaigns(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{"an unknown root of fields", edit{"rules/fields.yaml", "lead:", "led:"}, []string{
			"rules/fields.yaml:1:1: R008 `led` is not one of the words allowed here: did you mean `lead`? allowed: lead, contact, call, slot, campaign, agent",
		}},
		{"a field that is no mapping", edit{"rules/fields.yaml", "role: {type: choice, values: [owner, co_owner, heir, tenant, buyer, other], label: Role}", "role: choice"}, []string{
			"rules/fields.yaml:2:9: R007 field lead.role must be a mapping (key: value), not a text: write `key: value` lines, indented below it",
		}},
		{"an unknown type", edit{"rules/fields.yaml", "type: boolean", "type: bool"}, []string{
			"rules/fields.yaml:3:24: R008 `bool` is not one of the words allowed here: allowed: text, choice, integer, number, boolean, time, phone, text_list",
		}},
		{"a misspelt built-in field", edit{"rules/fields.yaml", "role: {", "rol: {"}, []string{
			"rules/fields.yaml:2:3: R204 lead.rol is no built-in field: did you mean lead.role? For a field of your own write custom: true",
		}},
		{"an own field without custom", edit{"rules/fields.yaml", "custom: true, ", ""}, []string{
			"rules/fields.yaml:3:3: R204 lead.notary_ready is no built-in field: write custom: true if this field is your own",
		}},
		{"a built-in field called custom", edit{"rules/fields.yaml", "label: Role", "label: Role, custom: true"}, []string{
			"rules/fields.yaml:2:3: R208 lead.role is a built-in field: leave out custom: true, or choose another name",
		}},
		{"a built-in type that changes", edit{"rules/fields.yaml", "role: {type: choice, values: [owner, co_owner, heir, tenant, buyer, other]", "role: {type: text"}, []string{
			"rules/fields.yaml:2:16: R208 lead.role is built in as choice: its type cannot change: write type: choice",
		}},
		{"a built-in value that goes", edit{"rules/fields.yaml", "heir, tenant", "tenant"}, []string{
			"rules/fields.yaml:2:32: R208 lead.role can hold heir, which is missing here: add heir to the list",
		}},
		{"a built-in source of values that changes", edit{"rules/fields.yaml", "lead:", "lead:\n  segment: {type: choice, values_from: types}"}, []string{
			"rules/fields.yaml:2:40: R208 lead.segment takes its values from segments: leave out values_from",
		}},
		{"own values where a file has them", edit{"rules/fields.yaml", "lead:", "lead:\n  segment: {type: choice, values: [A]}"}, []string{
			"rules/fields.yaml:2:35: R208 lead.segment takes its values from segments: write values_from: segments",
		}},
		{"a required field that is not", edit{"rules/fields.yaml", "lead:", "lead:\n  id: {type: text, required: false}"}, []string{
			"rules/fields.yaml:2:30: R208 lead.id is always filled: write required: true, or leave it out",
		}},
		{"a choice without values", edit{"rules/fields.yaml", "type: boolean", "type: choice"}, []string{
			"rules/fields.yaml:3:17: R205 a choice needs the values it may hold: write for instance values: [low, high]",
		}},
		{"values of a boolean", edit{"rules/fields.yaml", "type: boolean", "type: boolean, values: [a]"}, []string{
			"rules/fields.yaml:3:41: R205 only a choice has a list of values: write type: choice",
		}},
		{"values twice", edit{"rules/fields.yaml", "tenant, buyer", "tenant, tenant, buyer"}, []string{
			"rules/fields.yaml:2:64: R203 tenant stands twice in this list: delete one of them",
		}},
		{"values and values_from", edit{"rules/fields.yaml", "type: boolean", "type: choice, values: [a], values_from: types"}, []string{
			"rules/fields.yaml:3:58: R205 a field has either values or values_from: delete one of them",
		}},
		{"an own field outside of lead", edit{"rules/fields.yaml", "lead:", "contact:\n  shoe_size: {type: integer, custom: true}\nlead:"}, []string{
			"rules/fields.yaml:2:3: R204 own fields belong to lead, not to contact: move it under lead:",
		}},
		{"a name that no expression can say", edit{"rules/fields.yaml", "notary_ready:", "notary-ready:"}, []string{
			"rules/fields.yaml:3:3: R204 notary-ready cannot be the name of a field: use small letters, digits and _, beginning with a letter: notary_ready",
		}},
		{"an import name of another field", edit{"rules/fields.yaml", "[notaire_ok]", "[city]"}, []string{
			"rules/fields.yaml:3:81: R203 imports already fill lead.city from a column city: choose another name",
		}},
		{"an own field that another is imported from", edit{"rules/fields.yaml", "notary_ready:", "external_id:"}, []string{
			"rules/fields.yaml:3:3: R203 imports already fill lead.id from a column external_id: choose another name",
		}},
		{"a catch-all that is not last", edit{"rules/leads.yaml", "  - segment: PVB\n", "  - segment: PVB\n  - segment: PVS\n    when: lead.visits > 1\n"}, []string{
			"rules/leads.yaml:11:5: R205 this entry can never apply: the one above it has no when and takes everything: move the entry without when to the end",
		}},
		{"types without a catch-all", edit{"rules/leads.yaml", "  - type: RDVVQ\n", "  - type: RDVVQ\n    when: lead.visits > 1\n"}, []string{
			"rules/leads.yaml:2:3: R205 a lead that no entry of this list takes would have no type: end the list with an entry without when",
		}},
		{"an alias of nothing", edit{"rules/leads.yaml", "PQSL: PQSC", "PQSL: PQCS"}, []string{
			"rules/leads.yaml:6:9: R008 `PQCS` is not one of the words allowed here: did you mean `PQSC`? allowed: PQSC, RDVVQ",
		}},
		{"an alias that is a type", edit{"rules/leads.yaml", "PQSL: PQSC", "RDVVQ: PQSC"}, []string{
			"rules/leads.yaml:6:3: R203 RDVVQ is a lead type itself: choose another word",
		}},
		{"an unknown time zone", edit{"campaigns.yaml", "Europe/Paris", "Europe/Pari"}, []string{
			`campaigns.yaml:1:12: R204 unknown time zone "Europe/Pari": write a name such as Europe/Paris`,
		}},
		{"an unknown calendar", edit{"campaigns.yaml", "calendar: FR\n", "calendar: DE\n"}, []string{
			"campaigns.yaml:2:11: R008 `DE` is not one of the words allowed here: allowed: FR, FR-AM",
		}},
		{"an unknown pack", edit{"campaigns.yaml", "packs: [fr]", "packs: [de]"}, []string{
			"campaigns.yaml:3:9: R008 `de` is not one of the words allowed here: allowed: fr",
		}},
		{"a pack twice", edit{"campaigns.yaml", "packs: [fr]", "packs: [fr, fr]"}, []string{
			"campaigns.yaml:3:13: R203 fr stands twice in this list: delete one of them",
		}},
		{"a slot over midnight", edit{"campaigns.yaml", `from: "14:00", to: "17:00"`, `from: "22:00", to: "02:00"`}, []string{
			"campaigns.yaml:6:6: R205 window 22:00-02:00 ends before it begins: swap the times, or say overnight: true",
		}},
		{"a clock without minutes", edit{"campaigns.yaml", `from: "14:00", to: "17:00"`, `from: "14", to: "17:00"`}, []string{
			`campaigns.yaml:6:32: R008 "14" is not a time of day: write it as 09:30, from 00:00 to 24:00`,
		}},
		{"an unknown day", edit{"campaigns.yaml", "A: {days: [mon, tue]", "A: {days: [mon, tues]"}, []string{
			"campaigns.yaml:6:19: R008 `tues` is not one of the words allowed here: did you mean `tue`? allowed: mon, tue, wed, thu, fri, sat, sun",
		}},
		{"a zone of two groups", edit{"campaigns.yaml", `zones: ["57"]`, `zones: ["57", "75"]`}, []string{
			"campaigns.yaml:9:24: R203 zone 75 already belongs to group IDF: a zone belongs to one group",
		}},
		{"a zone twice", edit{"campaigns.yaml", `["75", "77"]`, `["75", "75"]`}, []string{
			"campaigns.yaml:8:24: R203 75 stands twice in this list: delete one of them",
		}},
		{"an empty zone", edit{"campaigns.yaml", `zones: ["57"]`, `zones: [""]`}, []string{
			"campaigns.yaml:9:18: R008 an empty text stands for nothing here: leave it out",
		}},
		{"an agent twice", edit{"campaigns.yaml", "[a1, a2]", "[a1, a1]"}, []string{
			"campaigns.yaml:8:43: R203 a1 stands twice in this list: delete one of them",
		}},
		{"an unknown calendar of a group", edit{"campaigns.yaml", "calendar: FR-AM", "calendar: FR-MA"}, []string{
			"campaigns.yaml:9:48: R008 `FR-MA` is not one of the words allowed here: did you mean `FR-AM`? allowed: FR, FR-AM",
		}},
		{"an unknown dialer", edit{"campaigns.yaml", "dialer: csv", "dialer: cvs"}, []string{
			"campaigns.yaml:11:11: R008 `cvs` is not one of the words allowed here: did you mean `csv`? allowed: csv",
		}},
		{"no dialer at all", edit{"campaigns.yaml", "  dialer: csv\n", ""}, []string{
			"campaigns.yaml:20:5: R004 campaign PVI has no `dialer`: add a line `dialer: ...`",
		}},
		{"an unknown slot", edit{"campaigns.yaml", "slots: [M, A]", "slots: [M, B]"}, []string{
			"campaigns.yaml:24:16: R008 `B` is not one of the words allowed here: allowed: M, A",
		}},
		{"a slot twice", edit{"campaigns.yaml", "slots: [M, A]", "slots: [M, M]"}, []string{
			"campaigns.yaml:24:16: R203 M stands twice in this list: delete one of them",
		}},
		{"no slot", edit{"campaigns.yaml", "slots: [M, A]", "slots: []"}, []string{
			"campaigns.yaml:24:12: R205 this list is empty: name one slot at least",
		}},
		{"a campaign without slots", edit{"campaigns.yaml", "    slots: [M, A]\n", ""}, []string{
			"campaigns.yaml:21:5: R004 campaign PVI has no `slots`: add a line `slots: ...`",
		}},
		{"an unknown lead type", edit{"campaigns.yaml", "lead_types: [RDVVQ]", "lead_types: [RDVQ]"}, []string{
			"campaigns.yaml:22:18: R008 `RDVQ` is not one of the words allowed here: did you mean `RDVVQ`? allowed: PQSC, RDVVQ",
		}},
		{"no lead type", edit{"campaigns.yaml", "lead_types: [RDVVQ]", "lead_types: []"}, []string{
			"campaigns.yaml:22:17: R205 this list is empty: name one lead type at least",
		}},
		{"no segment", edit{"campaigns.yaml", "segments: [PVI_NOW]", "segments: []"}, []string{
			"campaigns.yaml:23:15: R205 this list is empty: leave out segments: any is taken then",
		}},
		{"an unknown segment", edit{"campaigns.yaml", "segments: [PVI_NOW]", "segments: [PVI_NO]"}, []string{
			"campaigns.yaml:23:16: R008 `PVI_NO` is not one of the words allowed here: did you mean `PVI_NOW`? allowed: PVI_NOW, PVB",
		}},
		{"an unknown group", edit{"campaigns.yaml", "    assign: true", "    groups: [IDG]"}, []string{
			"campaigns.yaml:25:14: R008 `IDG` is not one of the words allowed here: did you mean `IDF`? allowed: IDF, EST",
		}},
		{"an unknown key", edit{"campaigns.yaml", "max_per_slot: 3", "max_per_slots: 3"}, []string{
			"campaigns.yaml:26:5: R002 unknown key `max_per_slots` in campaign PVI: did you mean `max_per_slot`? allowed: label, aliases, mode, active, lead_types, slots, dialer, assign, max_per_slot, min_remaining, groups, segments, guardrails, order, include, exclude",
		}},
		{"a reserved name", edit{"campaigns.yaml", "warm: lead", "segment: lead"}, []string{
			"campaigns.yaml:28:7: R202 segment is a reason that the engine gives itself: choose another name for the condition",
		}},
		{"a pack rule's name", edit{"campaigns.yaml", "warm: lead", "FR-3: lead"}, []string{
			"campaigns.yaml:28:7: R202 FR-3 is a rule of a compliance pack: choose another name for the condition",
		}},
		{"an include called like an exclude", edit{"campaigns.yaml", "warm: lead", "wallet: lead"}, []string{
			"campaigns.yaml:28:7: R203 the exclude conditions have a wallet too: the name is the reason people see: choose another one",
		}},
		{"an exclusion over an empty field", edit{"campaigns.yaml", "when: lead.in_wallet", "when: lead.in_wallet or lead.media_zone"}, []string{
			"campaigns.yaml:17:31: R121 `lead.media_zone` may be empty, and this rule does not say what empty means: write (lead.media_zone ?? true) or (lead.media_zone ?? false), or add: and lead.media_zone != nil",
		}},
		{"an unknown key of a condition", edit{"campaigns.yaml", "say: is in a wallet", "says: is in a wallet"}, []string{
			"campaigns.yaml:18:7: R002 unknown key `says` in condition wallet: did you mean `say`? allowed: when, say",
		}},
		{"an order by a list", edit{"campaigns.yaml", "- lead.score desc", "- lead.tags desc"}, []string{
			"campaigns.yaml:13:7: R205 a list has no order: order by a text, a number or a time",
		}},
		{"an order in capitals", edit{"campaigns.yaml", "- lead.score desc", "- lead.score DESC"}, []string{
			"campaigns.yaml:13:18: R008 an order is desc or asc, not DESC: write desc",
		}},
		{"a follower of nobody", edit{"campaigns.yaml", "follows: PVI", "follows: PVX"}, []string{
			"campaigns.yaml:30:14: R008 `PVX` is not one of the words allowed here: did you mean `PVI`? allowed: PVI",
		}},
		{"a follower of itself", edit{"campaigns.yaml", "follows: PVI", "follows: CF"}, []string{
			"campaigns.yaml:30:14: R205 CF follows another campaign itself: name a campaign with slots of its own: PVI",
		}},
		{"a follower of a follower", edit{"campaigns.yaml", "jobs:", "  CF2:\n    follows: CF\n    every: 2m\n    max_per_tick: 1\njobs:"}, []string{
			"campaigns.yaml:36:14: R205 CF follows another campaign itself: name a campaign with slots of its own: PVI",
		}},
		{"a maximum per slot for a follower", edit{"campaigns.yaml", "max_per_tick: 10", "max_per_tick: 10\n    max_per_slot: 10"}, []string{
			"campaigns.yaml:33:19: R205 a campaign that follows another has no maximum per slot: write max_per_tick",
		}},
		{"a tick of a day", edit{"campaigns.yaml", "every: 2m", "every: 1d"}, []string{
			"campaigns.yaml:31:12: R205 ticks come every few minutes or hours: write for instance 2m",
		}},
		{"an alias that is a campaign", edit{"campaigns.yaml", "aliases: [Sellers]", "aliases: [CF]"}, []string{
			"campaigns.yaml:21:15: R203 CF is the name of a campaign: choose another alias",
		}},
		{"an alias twice", edit{"campaigns.yaml", "max_per_tick: 10", "max_per_tick: 10\n    aliases: [Sellers]"}, []string{
			"campaigns.yaml:33:15: R203 Sellers already stands for campaign PVI: choose another alias",
		}},
		{"guardrails that contradict", edit{"campaigns.yaml", "    assign: true", "    guardrails: {min_leads: 10, max_leads: 5}"}, []string{
			"campaigns.yaml:25:44: R205 max_leads is below min_leads",
		}},
		{"a share without a sign", edit{"campaigns.yaml", "    assign: true", "    guardrails: {max_change: 0.3}"}, []string{
			"campaigns.yaml:25:30: R008 `0.3` is not a percentage, such as 30%: write a number and a percent sign: 30%",
		}},
		{"a mode that does not exist", edit{"campaigns.yaml", "    assign: true", "    mode: shadows"}, []string{
			"campaigns.yaml:25:11: R008 `shadows` is not one of the words allowed here: did you mean `shadow`? allowed: live, draft, shadow, canary 10%",
		}},
		{"a canary without a share", edit{"campaigns.yaml", "    assign: true", "    mode: canary"}, []string{
			"campaigns.yaml:25:11: R008 `canary` does not say how many leads are let in: write 1% to 99%: canary 10%",
		}},
		{"a canary of everybody", edit{"campaigns.yaml", "    assign: true", "    mode: canary 100%"}, []string{
			"campaigns.yaml:25:11: R008 `canary 100%` does not say how many leads are let in: write 1% to 99%: canary 10%",
		}},
		{"an end before the beginning", edit{"campaigns.yaml", "    assign: true", "    active: {from: 2026-12-20, until: 2026-12-19}"}, []string{
			"campaigns.yaml:25:39: R205 until is before from: give the last day of the campaign",
		}},
		{"days and hours", edit{"campaigns.yaml", "    assign: true", "    active: {from: 2026-12-20, days: [mon], hours: 09:00-19:30}"}, []string{
			"campaigns.yaml:25:38: R205 active has dates only, from and until: days and hours belong to the slots, and the time zone to the book",
			"campaigns.yaml:25:52: R205 active has dates only, from and until: days and hours belong to the slots, and the time zone to the book",
		}},
		{"active at no time", edit{"campaigns.yaml", "    assign: true", "    active: {}"}, []string{
			"campaigns.yaml:25:13: R205 active says neither from nor until: give one of them, or leave out active",
		}},
		{"a day that does not exist", edit{"campaigns.yaml", "    assign: true", "    active: {from: 2026-02-30}"}, []string{
			"campaigns.yaml:25:20: R008 \"2026-02-30\" is not a date: February 2026 has days 1 to 28",
		}},
		{"a follower further than its leader", edit{"campaigns.yaml", "    assign: true\n    max_per_slot: 3\n    include:\n      warm: lead.score >= 20\n  CF:\n", "    mode: canary 10%\n  CF:\n    mode: canary 11%\n"}, []string{
			"campaigns.yaml:27:11: R205 CF follows PVI, which is canary 10%: a campaign goes no further than the one it follows: leave out mode, or let PVI out first",
		}},
		{"a follower on other days", edit{"campaigns.yaml", "    assign: true\n    max_per_slot: 3\n    include:\n      warm: lead.score >= 20\n  CF:\n", "    active: {until: 2026-11-30}\n  CF:\n    active: {from: 2026-12-01}\n"}, []string{
			"campaigns.yaml:27:13: R205 PVI, which it follows, has no slots on these days: leave out active, or give days of PVI",
		}},
		{"a reason that modes give", edit{"campaigns.yaml", "warm: lead", "shadow: lead"}, []string{
			"campaigns.yaml:28:7: R202 shadow is a reason that the engine gives itself: choose another name for the condition",
		}},
		{"an unknown job", edit{"campaigns.yaml", "rescore:", "rescores:"}, []string{
			"campaigns.yaml:36:3: R008 `rescores` is not one of the words allowed here: did you mean `rescore`? allowed: rescore, recover-forgotten-lead, send-callity-calls, purge",
		}},
		{"a job with at and every", edit{"campaigns.yaml", `at: "06:00"`, `at: "06:00", every: 1h`}, []string{
			`campaigns.yaml:36:3: R205 a job has either at or every: write for instance at: "06:00"`,
		}},
		{"a job without a time", edit{"campaigns.yaml", `, at: "06:00"`, ""}, []string{
			`campaigns.yaml:36:3: R205 a job has either at or every: write for instance at: "06:00"`,
		}},
		{"a job that comes all the time", edit{"campaigns.yaml", `at: "06:00"`, "every: 0m"}, []string{
			"campaigns.yaml:36:33: R205 a job comes again after some time: write for instance 1h",
		}},
	})
}
