package engine_test

import "testing"

// TestFaultsOfDialersAndLaw is about the files of dialers, calendars and compliance packs.
func TestFaultsOfDialersAndLaw(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{"an empty selection that stops", edit{"rules/dialers.yaml", "version: 1", "version: 1\n    empty_selection: empty_file"}, []string{
			"rules/dialers.yaml:4:22: R207 a file for an empty selection would stop the dialer: a start that selects nobody writes no file: leave out empty_selection, or write no_file",
		}},
		{"a header-only stop without header", edit{"rules/dialers.yaml", "header: true", "header: false"}, []string{
			"rules/dialers.yaml:13:18: R207 header_only needs a header line: without one the stop file would have no bytes: write zero_bytes, or header: true",
		}},
		{"an unknown delimiter", edit{"rules/dialers.yaml", "delimiter: semicolon", "delimiter: ;"}, []string{
			"rules/dialers.yaml:4:16: R008 `;` is not one of the words allowed here: allowed: comma, semicolon, tab, pipe",
		}},
		{"a file mode that is not octal", edit{"rules/dialers.yaml", `"0600"`, `"0680"`}, []string{
			`rules/dialers.yaml:14:17: R008 file_mode is four octal digits, not 0680: write for instance "0600" or "0640"`,
		}},
		{"a guard on a phone", edit{"rules/dialers.yaml", "guard_formulas: [last_name]", "guard_formulas: [last_name, phone1]"}, []string{
			"rules/dialers.yaml:15:33: R205 column phone1 holds a phone number: a guard would put an apostrophe before its +: leave it out",
		}},
		{"a guard on no column", edit{"rules/dialers.yaml", "guard_formulas: [last_name]", "guard_formulas: [last_nam]"}, []string{
			"rules/dialers.yaml:15:22: R008 `last_nam` is not one of the words allowed here: did you mean `last_name`? allowed: external_id, phone1, last_name",
		}},
		{"a length of no column", edit{"rules/dialers.yaml", "max_lengths: {last_name: 30}", "max_lengths: {last: 30}"}, []string{
			"rules/dialers.yaml:16:19: R008 `last` is not one of the words allowed here: allowed: external_id, phone1, last_name",
		}},
		{"a length of an id", edit{"rules/dialers.yaml", "max_lengths: {last_name: 30}", "max_lengths: {external_id: 20}"}, []string{
			"rules/dialers.yaml:16:19: R205 column external_id holds lead.id: a part of it would be another one: leave it out: it is written whole",
		}},
		{"no columns", edit{"rules/dialers.yaml", "columns:\n      external_id: lead.id\n      phone1: contact.phone\n      last_name: contact.last_name\n", "columns: {}\n"}, []string{
			"rules/dialers.yaml:17:14: R205 a file without columns holds nothing: write for instance external_id: lead.id",
		}},
		{"a column that is a list", edit{"rules/dialers.yaml", "external_id: lead.id", "external_id: lead.tags"}, []string{
			"rules/dialers.yaml:18:20: R205 a cell cannot hold text_list: give a text, a number, a time or a boolean",
		}},
		{"a column of a finished call", edit{"rules/dialers.yaml", "external_id: lead.id", "external_id: call.wrapup"}, []string{
			"rules/dialers.yaml:18:20: R103 `call.wrapup` cannot be read here: it belongs to a finished call; a dialer's file holds planned ones",
		}},
		{"an unknown layout", edit{"rules/dialers.yaml", "YYYY-MM-DDThh:mm:ssZ", "yyyy-MM-ddThh:mm:ssZ"}, []string{
			`rules/dialers.yaml:9:21: R008 date layout "yyyy-MM-ddThh:mm:ssZ": cannot read it from "yyyy-MM-ddThh:mm:ssZ" on: the words are YYYY MM DD hh mm ss`,
		}},
		{"a day that does not exist", edit{"rules/calendars.yaml", "12-25", "12-32"}, []string{
			`rules/calendars.yaml:5:13: R008 "12-32" is not a holiday rule: write 12-25 for every year, easter+39, easter-2, or one date such as 2026-12-24`,
		}},
		{"a day in the wrong order", edit{"rules/calendars.yaml", "12-25", "25/12"}, []string{
			`rules/calendars.yaml:5:13: R008 "25/12" is not a holiday rule: write 12-25 for every year, easter+39, easter-2, or one date such as 2026-12-24`,
		}},
		{"a calendar of nothing", edit{"rules/calendars.yaml", "extends: FR", "extends: DE"}, []string{
			"rules/calendars.yaml:8:14: R008 `DE` is not one of the words allowed here: allowed: FR, FR-AM",
		}},
		{"a calendar that extends itself", edit{"rules/calendars.yaml", "label: France", "extends: FR-AM"}, []string{
			"rules/calendars.yaml:8:14: R205 calendar FR-AM extends itself: extend another calendar, or none",
		}},
		{"a day that ends before it begins", edit{"rules/calendars.yaml", "from: 2018-01-01", "from: 2018-01-01, until: 2017-01-01"}, []string{
			`rules/calendars.yaml:6:13: R205 holiday "Fête" ends on 2017-01-01, before it begins on 2018-01-01`,
		}},
		{"a pack rule of two forms", edit{"rules/packs/fr.yaml", "    attempts: 4", "    note: x\n    attempts: 4"}, []string{
			"rules/packs/fr.yaml:14:3: R205 a rule has one of windows, attempts, after, block, note; this one has attempts and note: write two rules",
		}},
		{"a pack rule of no form", edit{"rules/packs/fr.yaml", "    attempts: 4\n    in: 30d\n", ""}, []string{
			"rules/packs/fr.yaml:14:3: R205 the rule demands nothing: a rule has one of windows, attempts, after, block, note",
		}},
		{"a pack rule without source", edit{"rules/packs/fr.yaml", "    source: L. 223-1\n", ""}, []string{
			"rules/packs/fr.yaml:25:5: R004 rule FR-11 has no `source`: add a line `source: ...`",
		}},
		{"a pack rule that ends before it begins", edit{"rules/packs/fr.yaml", "2026-08-10", "2022-08-10"}, []string{
			"rules/packs/fr.yaml:27:19: R205 effective_to is before effective_from: give the last day on which the rule holds",
		}},
		{"a pack rule over an empty field", edit{"rules/packs/fr.yaml", "lead.on_bloctel ?? true", "lead.on_bloctel"}, []string{
			"rules/packs/fr.yaml:28:12: R121 `lead.on_bloctel` may be empty, and this rule does not say what empty means: write (lead.on_bloctel ?? true) or (lead.on_bloctel ?? false), or add: and lead.on_bloctel != nil",
		}},
		{"attempts in hours", edit{"rules/packs/fr.yaml", "in: 30d", "in: 72h"}, []string{
			"rules/packs/fr.yaml:18:9: R205 attempts are counted over full days: write for instance 30d",
		}},
		{"a rest in hours", edit{"rules/packs/fr.yaml", "rest: 60d", "rest: 72h"}, []string{
			"rules/packs/fr.yaml:23:11: R205 a rest counts full days: write for instance 60d, or until_new_consent",
		}},
		{"a rest after nothing", edit{"rules/packs/fr.yaml", "after: [refused]", "after: []"}, []string{
			"rules/packs/fr.yaml:22:12: R205 this list is empty: name one outcome at least",
		}},
		{"a rest after an unknown outcome", edit{"rules/packs/fr.yaml", "after: [refused]", "after: [refuse]"}, []string{
			"rules/packs/fr.yaml:22:13: R008 `refuse` is not one of the words allowed here: did you mean `refused`? allowed: no_answer, refused, unmapped",
		}},
		{"a rule with a reserved id", edit{"rules/packs/fr.yaml", "  FR-3:", "  suppressed:"}, []string{
			"rules/packs/fr.yaml:14:3: R202 suppressed is a reason that the engine gives itself: choose another id for the rule",
		}},
		{"no windows", edit{"rules/packs/fr.yaml", "windows:\n      - {days: [mon, tue], from: \"10:00\", to: \"20:00\"}", "windows: []"}, []string{
			"rules/packs/fr.yaml:9:14: R205 a rule without a window would allow no call at all: give one window at least",
		}},
		{"a misspelt status", edit{"rules/packs/fr.yaml", "status: draft", "status: drafted"}, []string{
			"rules/packs/fr.yaml:4:9: R008 `drafted` is not one of the words allowed here: did you mean `draft`? allowed: verified, draft",
		}},
	})
}
