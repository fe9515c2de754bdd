package engine_test

import "testing"

// TestFaultsOfScoresAndCalls is about scoring.yaml and what follows a call.
func TestFaultsOfScoresAndCalls(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{"max below min", edit{"scoring.yaml", "limits: {min: 0, max: 100}", "limits: {min: 10, max: 5}"}, []string{
			"scoring.yaml:2:24: R205 max is below min: 5 and 10",
		}},
		{"min above the max that is not said", edit{"scoring.yaml", "limits: {min: 0, max: 100}", "limits: {min: 200}"}, []string{
			"scoring.yaml:2:15: R205 max is below min: 100 and 200",
		}},
		{"a point rule twice", edit{"scoring.yaml", "      visits:", "      owner:"}, []string{
			"scoring.yaml:19:7: R203 a point rule is already called owner: the name is a line of the score: choose another one",
		}},
		{"a point rule called like a group", edit{"scoring.yaml", "      visits:", "      fit:"}, []string{
			"scoring.yaml:19:7: R203 a group is already called fit: the name is a line of the score: choose another one",
		}},
		{"a grade above the limits", edit{"scoring.yaml", "min: 60}", "min: 105}"}, []string{
			"scoring.yaml:22:23: R205 no lead can reach grade hot: the groups and limits allow 65 points at most: lower min, or raise the caps",
		}},
		{"a grade above the caps", edit{"scoring.yaml", "min: 60}", "min: 66}"}, []string{
			"scoring.yaml:22:23: R205 no lead can reach grade hot: the groups and limits allow 65 points at most: lower min, or raise the caps",
		}},
		{"a grade that never applies", edit{"scoring.yaml", "{grade: cold, min: 0}", "{grade: cold, min: 80}"}, []string{
			"scoring.yaml:23:24: R205 no lead can reach grade cold: the groups and limits allow 65 points at most: lower min, or raise the caps",
		}},
		{"points that are no number", edit{"scoring.yaml", "min: 60}", "min: many}"}, []string{
			"scoring.yaml:22:23: R008 `many` is not a whole number from -1000000 to 1000000, such as 10",
		}},
		{"a half-life of nothing", edit{"scoring.yaml", "half_life: 14d", "half_life: 0d"}, []string{
			"scoring.yaml:17:22: R205 half_life must be longer than nothing: write for instance 14d",
		}},
		{"decay without a beginning", edit{"scoring.yaml", "          since: lead.estimated_at\n", ""}, []string{
			"scoring.yaml:17:11: R004 decay has no `since`: add a line `since: ...`",
		}},
		{"a misspelt key of a rule", edit{"scoring.yaml", "points: 25", "pionts: 25"}, []string{"scoring.yaml:9:9: R002 unknown key `pionts` in point rule owner: did you mean `points`? allowed: when, points, say, decay"}},
		{"a layout in small letters", edit{"rules/callbacks.yaml", "DD/MM/YYYY", "dd/mm/yyyy"}, []string{
			`rules/callbacks.yaml:1:14: R008 date layout "dd/mm/yyyy hh:mm:ss": cannot read it from "dd/mm/yyyy hh:mm:ss" on: the words are YYYY MM DD hh mm ss`,
		}},
		{"an unknown policy", edit{"rules/callbacks.yaml", "same_day: next_day_same_time", "same_day: next_day"}, []string{
			"rules/callbacks.yaml:2:11: R008 `next_day` is not one of the words allowed here: allowed: next_day_same_time, start_of_next_day, reject",
		}},
		{"a horizon without a unit", edit{"rules/callbacks.yaml", "horizon: 90d", "horizon: 90"}, []string{
			"rules/callbacks.yaml:4:10: R008 `90` is not a length of time, such as 30m, 72h or 14d: write a whole number and m, h or d: 14d moves the date, 72h counts hours",
		}},
		{"a planned call in a callback", edit{"rules/callbacks.yaml", "lead.callbacks >= 5", "call.due_at > now"}, []string{
			"rules/callbacks.yaml:9:13: R103 `call.due_at` cannot be read here: it belongs to a planned call; here the call is finished",
		}},
		{"an unknown status", edit{"rules/callbacks.yaml", "status: review", "status: reviewed"}, []string{
			"rules/callbacks.yaml:11:11: R008 `reviewed` is not one of the words allowed here: did you mean `review`? allowed: review, not_qualified",
		}},
		{"a label of two outcomes", edit{"rules/wrapups.yaml", "labels: [Refus]", "labels: [Refus, PAS DE REPONSE]"}, []string{
			"rules/wrapups.yaml:13:21: R203 PAS DE REPONSE already belongs to no_answer: a label has one outcome; case and accents do not matter",
		}},
		{"an empty part of a label", edit{"rules/wrapups.yaml", "labels: [Refus]", "labels: [Refus]\n    contains: [\"\"]"}, []string{
			"rules/wrapups.yaml:14:17: R008 an empty text stands for nothing here: leave it out",
		}},
		{"a retry without a delay", edit{"rules/wrapups.yaml", "    after: 4h\n", ""}, []string{
			"rules/wrapups.yaml:10:11: R004 retry needs a delay: write for instance after: 4h",
		}},
		{"an outcome that nothing maps to", edit{"rules/wrapups.yaml", "  unmapped:", "  other:"}, []string{
			"rules/wrapups.yaml:5:3: R004 outcome unmapped is missing: every label that is not listed needs one: add unmapped: with attempt, status and next",
		}},
		{"an unknown next step", edit{"rules/wrapups.yaml", "next: stop", "next: stopp"}, []string{
			"rules/wrapups.yaml:16:11: R008 `stopp` is not one of the words allowed here: did you mean `stop`? allowed: retry, callback, callback_or_retry, other_phone, stop, review, transfer",
		}},
		{"a limit of two kinds", edit{"rules/wrapups.yaml", "{attempts: 8, then", "{attempts: 8, age: 1d, then"}, []string{
			"rules/wrapups.yaml:2:5: R205 a limit counts either attempts or age: write for instance attempts: 8, or age: 365d",
		}},
		{"a limit of no kind", edit{"rules/wrapups.yaml", "{attempts: 8, then", "{then"}, []string{
			"rules/wrapups.yaml:2:5: R205 a limit counts either attempts or age: write for instance attempts: 8, or age: 365d",
		}},
		{"an age in a time", edit{"rules/wrapups.yaml", "{attempts: 8, then: unreachable}", "{age: 365d, in: 3d, then: frozen}"}, []string{
			"rules/wrapups.yaml:2:21: R205 only attempts are counted in a time: leave out in",
		}},
		{"a wait without an end", edit{"rules/wrapups.yaml", "in: 30d, then: wait", "then: wait"}, []string{
			"rules/wrapups.yaml:3:25: R205 to wait, the attempts must be counted in a time: write for instance in: 30d",
		}},
		{"an outcome that does not say whether it counts", edit{"rules/wrapups.yaml", "    attempt: true\n    status: refused\n", "    status: refused\n"}, []string{
			"rules/wrapups.yaml:13:5: R004 outcome refused has no `attempt`: add a line `attempt: ...`",
		}},
		{"a call in the recovery", edit{"rules/recovery.yaml", "lead.attempts < 8", `call.kind == "plan"`}, []string{
			"rules/recovery.yaml:2:13: R103 `call.kind` cannot be read here: no call is looked at here",
		}},
		{"no maximum", edit{"rules/recovery.yaml", "max_per_run: 5000\n", ""}, []string{
			"rules/recovery.yaml:1:1: R004 rules/recovery.yaml has no `max_per_run`: add a line `max_per_run: ...`",
		}},
		{"an exclusion from recovery over an empty field", edit{"rules/recovery.yaml", "lead.has_pending_task", "lead.next_call_at > now"}, []string{
			"rules/recovery.yaml:4:9: R121 `lead.next_call_at` may be empty, and this rule does not say what empty means: write (lead.next_call_at ?? lead.created_at), or add: and lead.next_call_at != nil",
		}},
		{"an unknown outcome in a transfer", edit{"rules/transfers.yaml", `"refused"`, `"refuse"`}, []string{
			"rules/transfers.yaml:3:27: R104 \"refuse\" is not a value of `call.outcome`: did you mean \"refused\"? allowed: no_answer, refused, unmapped",
		}},
		{"an unknown answer", edit{"rules/transfers.yaml", "nobody_there: task", "nobody_there: tasks"}, []string{
			"rules/transfers.yaml:10:19: R008 `tasks` is not one of the words allowed here: did you mean `task`? allowed: task, review",
		}},
		{"a test of nobody", edit{"rules/small_test.yaml", "lead: anna", "lead: ana"}, []string{
			"rules/small_test.yaml:6:11: R008 `ana` is not one of the words allowed here: did you mean `anna`? allowed: anna",
		}},
		{"a test that expects nothing", edit{"rules/small_test.yaml", "    expect: {type: RDVVQ, points: {owner: 25}}\n", ""}, []string{
			"rules/small_test.yaml:5:3: R004 the test expects nothing: add expect: or cases:",
		}},
		{"a test of a misspelt fact", edit{"rules/small_test.yaml", "anna: {role: owner}", "anna: {rol: owner}"}, []string{
			"rules/small_test.yaml:3:10: R008 `rol` is not one of the words allowed here: did you mean `role`? allowed: id, type, segment, score, scored_at, grade, status, source, created_at, estimated_at, estimated_price, sell_horizon_months, role, property_type, living_area, rooms, postal_code, city, group, media_zone, visits, callback_at, callback_requests, tags, attempts, attempts_30d, reached, refusals, callbacks, recycled, in_wallet, has_pending_task, last_call_at, last_outcome, next_call_at, assigned_agent, legal_basis, consent_at, consent_evidence, on_bloctel, first_name, last_name, email, phone, phone_country, phone_national, language, notary_ready",
		}},
		{"a test of a rule that is gone", edit{"rules/small_test.yaml", "points: {owner", "points: {ownr"}, []string{
			"rules/small_test.yaml:7:36: R008 `ownr` is not one of the words allowed here: did you mean `owner`? allowed: fit, engagement, owner, estimate, visits",
		}},
		{"a test of a type that is gone", edit{"rules/small_test.yaml", "type: RDVVQ", "type: RDVQ"}, []string{
			"rules/small_test.yaml:7:20: R008 `RDVQ` is not one of the words allowed here: did you mean `RDVVQ`? allowed: PQSC, RDVVQ",
		}},
		{"a test without a clock", edit{"rules/small_test.yaml", "now: 2026-11-23T10:00:00\n", ""}, []string{
			"rules/small_test.yaml:1:1: R004 rules/small_test.yaml has no `now`: add a line `now: ...`",
		}},
	})
}
