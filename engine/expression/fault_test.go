package expression

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// found is a fault as the analyst sees it: the code, the marked source, the message and the hint.
type found struct{ code, marked, message, hint string }

func faultsOf(src string, faults []Fault) []found {
	var all []found
	runes := []rune(src)
	for _, f := range faults {
		all = append(all, found{f.Code, string(runes[f.From:f.To]), f.Message, f.Hint})
	}
	return all
}

// faultCase is a source and all its faults.
type faultCase struct {
	src  string
	want []found
}

func checkFaults(t *testing.T, cases []faultCase) {
	t.Helper()
	s := testSchema(t)
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			_, faults := s.Condition(c.src, Scope{})
			if diff := cmp.Diff(c.want, faultsOf(c.src, faults), cmp.AllowUnexported(found{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultsOfNames(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`lead.scor >= 80`, []found{{CodeUnknownField, "scor", "unknown field `lead.scor`", "did you mean score?"}}},
		{`lead.contry == "FR" and lead.rloe == "x"`, []found{
			{CodeUnknownField, "contry", "unknown field `lead.contry`", "did you mean country?"},
			{CodeUnknownField, "rloe", "unknown field `lead.rloe`", "did you mean role?"},
		}},
		{`lead.xyzzy > 1`, []found{{CodeUnknownField, "xyzzy", "unknown field `lead.xyzzy`", ""}}},
		{`lead.due_at > now`, []found{{CodeUnknownField, "due_at", "unknown field `lead.due_at`", "did you mean call.due_at?"}}},
		{`leed.score > 1`, []found{{CodeUnknownRoot, "leed", "unknown name `leed`", "did you mean lead.score?"}}},
		{`score > 1`, []found{{CodeUnknownRoot, "score", "unknown name `score`", "did you mean lead.score?"}}},
		{`visit > 1`, []found{{CodeUnknownRoot, "visit", "unknown name `visit`", "did you mean lead.visits?"}}},
		{`lead.role == owner`, []found{{CodeUnknownRoot, "owner", "unknown name `owner`", `put a text in quotes: "owner"`}}},
		{`lead > 1`, []found{{CodeBareRoot, "lead", "`lead` alone is not a value", "name one of its fields, such as lead.id"}}},
		{`lead["score"] > 1`, []found{{CodeIndexedName, `lead["score"]`, "a name is written with a point", "write lead.score"}}},
		{`lead?.score > 1`, []found{{CodeOptional, "?.", "`?.` is not needed: a name of the vocabulary always exists", "write . and say with ?? what an empty value means"}}},
		{`$env.lead == nil`, []found{{CodeEnv, "$env", "`$env` is not offered: a rule names what it reads", "write the name of the field, such as lead.score"}}},
		{`$env == nil`, []found{{CodeEnv, "$env", "`$env` is not offered: a rule names what it reads", "write the name of the field, such as lead.score"}}},
		{`lead.created_at.Hour > 1`, []found{{CodeUnknownField, "Hour", "`lead.created_at` has no parts", "write lead.created_at, or local_hour(x), days_since(x) for a time"}}},
		{`lead.created_at.Hour() > 1`, []found{{CodeNotOffered, "lead.created_at.Hour()", "a value has no functions of its own", "write the function first: lower(lead.city)"}}},
		{`lead.tags[0] == "x"`, []found{{CodeNotOffered, "lead.tags[0]", "an element of a list cannot be picked by number", "write first(x) or last(x)"}}},
		{`lead.city[0:2] == "x"`, []found{{CodeNotOffered, "lead.city[0:2]", "a part of a text or of a list is not offered", "write startsWith or endsWith, first(x) or last(x)"}}},
	})
}

func TestFaultsOfFunctions(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`is_emty(lead.city)`, []found{{CodeUnknownFunction, "is_emty", "unknown function `is_emty`", "did you mean is_empty?"}}},
		{`sum(lead.tags, len(#)) > 1`, []found{{CodeUnknownFunction, "sum", "`sum` is not offered in rules", "lists have any, all, none, one, count, filter, first and last"}}},
		{`now() > lead.created_at`, []found{{CodeNowCall, "now()", "now is a name, not a function: it is the clock of the run", "write now"}}},
		{`now - lead.created_at > duration("7d")`, []found{{CodeDuration, `duration("7d")`, "`duration` is not offered", "write days(7)"}}},
		{`now - lead.created_at > "7d"`, []found{{CodeDuration, `"7d"`, `"7d" is a text, not a length of time`, "write days(7)"}}},
		{`hours_since(lead.score) > 1`, []found{{CodeTypes, "lead.score", "`hours_since` takes a time, `lead.score` is a whole number", ""}}},
		{`len() > 1`, []found{{CodeTypes, "len()", "`len` takes one value, not 0", ""}}},
		{`date("2026-02-30") < now`, []found{{CodeDate, `"2026-02-30"`, `"2026-02-30" is not a date`, `write year-month-day, such as date("2026-12-31") or date("2026-12-31T10:30:00")`}}},
		{`date(lead.city) < now`, []found{{CodeDate, `lead.city`, "`date` takes a date that is written out", `write date("2026-12-31"); a field of type time needs no date()`}}},
	})
}

func TestFaultsOfOtherLanguages(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`lead.country = "FR"`, []found{{CodeSingleEquals, "=", "`=` does not compare here", "write =="}}},
		{`lead.country <> "FR"`, []found{{CodeNotEqual, "<>", "`<>` does not compare here", "write !="}}},
		{`lead.score => 3`, []found{{CodeNotEqual, "=>", "`=>` does not compare here", "write >="}}},
		{`lead.score === 3`, []found{{CodeNotEqual, "===", "`===` does not compare here", "write =="}}},
		{`lead.score > 1 AND lead.visits > 1 OR NOT lead.in_wallet`, []found{
			{CodeCapitals, "AND", "`AND` is not an operator", "write and"},
			{CodeCapitals, "OR", "`OR` is not an operator", "write or"},
			{CodeCapitals, "NOT", "`NOT` is not an operator", "write not"},
		}},
		{`lead.in_wallet & lead.media_zone`, []found{{CodeCapitals, "&", "`&` does not join conditions", "write and"}}},
		{`lead.role is "owner"`, []found{{CodeIs, "is", "`is` does not compare here", "write =="}}},
		{`lead.role is not "owner"`, []found{{CodeIs, "is not", "`is not` does not compare here", "write !="}}},
		{`lead.role is not null`, []found{{CodeIs, "is not null", "`is not null` does not compare here", "write != nil"}}},
		{`lead.role is empty`, []found{{CodeIs, "is empty", "`is empty` does not compare here", "write == nil"}}},
		{`lead.score between 3 and 6`, []found{{CodeBetween, "between 3 and 6", "`between` does not compare here", "write lead.score >= 3 and lead.score <= 6"}}},
		{`lead.city like "Par%"`, []found{{CodeLike, "like", "`like` does not compare here", `write startsWith "Par"`}}},
		{`lead.city like "%ar%"`, []found{{CodeLike, "like", "`like` does not compare here", `write contains "ar"`}}},
		{`lead.role == null`, []found{{CodeNull, "null", "`null` is not a value", "write nil, or is_empty(x)"}}},
		{`lead.role == None`, []found{{CodeNull, "None", "`None` is not a value", "write nil, or is_empty(x)"}}},
		{`lead.role == NULL`, []found{{CodeNull, "NULL", "`NULL` is not a value", "write nil, or is_empty(x)"}}},
		{`lead.in_wallet == True`, []found{{CodeTrueFalse, "True", "`True` is not a value", "write true"}}},
		{`lead.in_wallet == False`, []found{{CodeTrueFalse, "False", "`False` is not a value", "write false"}}},
		{`lead.city == “Paris”`, []found{{CodeQuotes, "“Paris”", "curly quotes do not hold a text", `write straight quotes: "Paris"`}}},
		{`lead.city == « Paris » and lead.contry == ‘x’`, []found{
			{CodeQuotes, "« Paris »", "curly quotes do not hold a text", `write straight quotes: "Paris"`},
			{CodeUnknownField, "contry", "unknown field `lead.contry`", "did you mean country?"},
			{CodeQuotes, "‘x’", "curly quotes do not hold a text", `write straight quotes: "x"`},
		}},
		{`lead.score > 30%`, []found{{CodePercent, "30%", "`30%` is not a number: % is the remainder of a division", "write 30 / 100"}}},
		{`now - lead.created_at > 72h`, []found{{CodeDuration, "72h", "`72h` is not a length of time here", "write hours(72)"}}},
		{`now - lead.created_at > 14d and lead.wait < 30m`, []found{
			{CodeDuration, "14d", "`14d` is not a length of time here", "write days(14)"},
			{CodeDuration, "30m", "`30m` is not a length of time here", "write hours(30 / 60)"},
		}},
		{`lead.created_at >= today`, []found{{CodeToday, "today", "there is no `today`", "compare dates with days_since(x) == 0, or use now"}}},
		{`lead.score > 1; lead.visits > 1`, []found{{CodeSemicolon, ";", "`;` separates nothing here: only what follows it would count", "join conditions with and, or"}}},
		{`lead.score > 1 // and lead.visits > 1`, []found{{CodeComment, "// and lead.visits > 1", "`//` begins a comment, the rest of the line is not read", "put the comment behind ` #` in the YAML file, or use `|` and a line of its own"}}},
		{`let x = 1; x > 0`, []found{
			{CodeNotOffered, "let", "`let` is not offered in rules", "write the value where it is used"},
			{CodeSingleEquals, "=", "`=` does not compare here", "write =="},
			{CodeSemicolon, ";", "`;` separates nothing here: only what follows it would count", "join conditions with and, or"},
		}},
		{`lead.score ≥ 3`, []found{{CodeCharacter, "≥", "`≥` means nothing here", "write >="}}},
	})
}

func TestFaultsOfNumbers(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`lead.estimated_price < 200.000`, []found{{CodeThousandsPoint, "200.000", "the point in `200.000` begins decimals, it does not group thousands", "write 200000, or 200.0000 for the decimals"}}},
		{`lead.estimated_price < 1.200.000`, []found{{CodeThousandsPoint, "1.200.000", "the point in `1.200.000` begins decimals, it does not group thousands", "write 1200000"}}},
		{`lead.estimated_price < 200 000`, []found{{CodeThousandsSpace, "200 000", "`200 000` is read as separate numbers", "write 200000"}}},
		{`lead.estimated_price < 200,000`, []found{{CodeSyntax, ",", "`,` does not fit here", "write decimals with a point, and thousands without a sign"}}},
		{`lead.score in [1-3]`, []found{{CodeListRange, "[1-3]", "`[1-3]` is a list of one number, a difference", "write in 1..3"}}},
		{`lead.living_area in 1..9`, []found{{CodeNumberRange, "lead.living_area in 1..9", "a range holds whole numbers only, `lead.living_area` may lie between them", "write lead.living_area >= 1 and lead.living_area <= 9"}}},
		{`lead.estimated_price < 200 000.50`, []found{{CodeThousandsSpace, "200 000.50", "`200 000.50` is read as separate numbers", "write 200000.50"}}},
		{`lead.score in 9..1`, []found{{CodeNumberRange, "9..1", "the range ends before it begins", "write 1..9"}}},
		{`lead.role in ("owner", "heir")`, []found{{CodeSyntax, "(", "a list does not stand in ( )", `write it in [ ]: in ["a", "b"]`}}},
		{`lead.score / 0 > 1`, []found{{CodeZeroDivision, "lead.score / 0", "a division by zero has no result", "write the number to divide by"}}},
		{`lead.score % 0.0 > 1`, []found{{CodeZeroDivision, "lead.score % 0.0", "a division by zero has no result", "write the number to divide by"}}},
	})
}

func TestFaultsOfEmptyValues(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`min(lead.visits, 3) ?? 0 > 2`, []found{{CodePrecedence, "min(lead.visits, 3) ?? 0 > 2", "`??` beside another operator needs brackets", "write (min(lead.visits, 3) ?? 0) > 2"}}},
		{`lead.score > 1 and (lead.visits) ?? 0 > 2`, []found{{CodePrecedence, "(lead.visits) ?? 0 > 2", "`??` beside another operator needs brackets", "write ((lead.visits) ?? 0) > 2"}}},
		{`(nil ?? lead.visits) > 1`, []found{{CodeNil, "nil ?? lead.visits", "`??` needs a value on both sides", "write the value that holds when `nil` is empty"}}},
		{`lead.in_wallet ? nil : nil`, []found{{CodeNil, "lead.in_wallet ? nil : nil", "both results are nil", "write a value in one of them"}}},
		{`hours_since(lead.created_at) < 72h`, []found{{CodeDuration, "72h", "`72h` is not a length of time here", "write the number of hours: 72"}}},
		{`hours_since(lead.created_at) < 3d`, []found{{CodeDuration, "3d", "`3d` is not a length of time here", "write the number of hours: 3 * 24"}}},
		{`days_since(lead.created_at) >= 2w`, []found{{CodeDuration, "2w", "`2w` is not a length of time here", "write the number of days: 2 * 7"}}},
		{`(lead.city ?? "") == "Paris"`, []found{{CodeEmptyText, `""`, `"" is no other value than empty: no field holds it`, `write a text that says so: lead.city ?? "none"`}}},
		{`lead.city == ""`, []found{{CodeEmptyText, `""`, `an empty field is never equal to ""`, "write is_empty(lead.city)"}}},
		{`"" != lead.role`, []found{{CodeEmptyText, `""`, `an empty field is never equal to ""`, "write is_empty(lead.role)"}}},
		{`lead.city in ["", "x"]`, []found{{CodeEmptyText, `""`, `an empty field is never equal to ""`, "write is_empty(lead.city) or ..."}}},
		{`lead.visits ?? 0 > 2`, []found{{CodePrecedence, "lead.visits ?? 0 > 2", "`??` beside another operator needs brackets", "write (lead.visits ?? 0) > 2"}}},
		{`(lead.visits ?? "none") == 1`, []found{{CodeDefault, `"none"`, "`lead.visits` is a whole number, so its default cannot be a text", "write a default of the same type"}}},
		{`lead.visits > nil`, []found{{CodeNil, "lead.visits > nil", "nothing is smaller or larger than nil", "write == nil or != nil"}}},
		{`lead.visits in [nil, 1]`, []found{{CodeNil, "nil", "nil is never in a list", "write lead.visits == nil or lead.visits in [...]"}}},
	})
}

func TestFaultsOfChoices(t *testing.T) {
	t.Parallel()
	roles := "allowed: owner, co_owner, heir, tenant, buyer, other"
	checkFaults(t, []faultCase{
		{`lead.role == "Owner"`, []found{{CodeChoice, `"Owner"`, "\"Owner\" is not a value of `lead.role`", `did you mean "owner"? ` + roles}}},
		{`"ownr" != lead.role or lead.role in ["heirs", "zzzzzz"]`, []found{
			{CodeChoice, `"ownr"`, "\"ownr\" is not a value of `lead.role`", `did you mean "owner"? ` + roles},
			{CodeChoice, `"heirs"`, "\"heirs\" is not a value of `lead.role`", `did you mean "heir"? ` + roles},
			{CodeChoice, `"zzzzzz"`, "\"zzzzzz\" is not a value of `lead.role`", roles},
		}},
		{`(lead.role ?? "none") == "owner"`, []found{{CodeChoice, `"none"`, "\"none\" is not a value of `lead.role`", roles}}},
		{`lead.role == (lead.in_wallet ? "Heir" : "owner")`, []found{{CodeChoice, `"Heir"`, "\"Heir\" is not a value of `lead.role`", `did you mean "heir"? ` + roles}}},
		{`lead.role == lead.source`, []found{{CodeChoice, `lead.role == lead.source`, "the two sides have no value in common", "left: owner, co_owner, heir, tenant, buyer, other; right: estimation, form, fsbo"}}},
	})
}

func TestFaultsOfTypes(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`not lead.country == "FR"`, []found{{CodeNegation, `not lead.country == "FR"`, "`not` binds to `lead.country` alone", `write lead.country != "FR"`}}},
		{`not lead.role in ["owner"]`, []found{{CodeNegation, `not lead.role in ["owner"]`, "`not` binds to `lead.role` alone", `write lead.role not in ["owner"]`}}},
		{`lead.created_at > "2026-01-01"`, []found{{CodeTimeText, `"2026-01-01"`, `"2026-01-01" is a text, not a time`, `write date("2026-01-01")`}}},
		{`lead.created_at > "01/02/2026"`, []found{{CodeTimeText, `"01/02/2026"`, `"01/02/2026" is a text, not a time`, `write date("2026-12-31") with year, month and day`}}},
		{`lead.score == "3"`, []found{{CodeTypes, `"3"`, `"3" is a text, not a whole number`, "write 3 without quotes"}}},
		{`lead.tags contains "x"`, []found{{CodeListContains, `lead.tags contains "x"`, "`lead.tags` is a list, contains looks into a text", `write "x" in lead.tags`}}},
		{`lead.tags == "x"`, []found{{CodeTypes, `lead.tags == "x"`, "`lead.tags` is a list, `\"x\"` is not", `write "x" in lead.tags`}}},
		{`"form" in lead.source`, []found{{CodeInText, `"form" in lead.source`, "`lead.source` is a text, in looks into a list", `write lead.source == "form", or lead.source contains "form"`}}},
		{`lead.city == 75011`, []found{{CodeTypes, `lead.city == 75011`, "`lead.city` is a text, `75011` is a whole number: they cannot be compared", `write "75011"`}}},
		{`lead.city startsWith 75`, []found{{CodeTypes, `lead.city startsWith 75`, "`startsWith` needs texts, `lead.city` is a text and `75` is a whole number", `write "75"`}}},
		{`lead.visits > 9999999999999999999`, []found{{CodeTooLarge, `9999999999999999999`, "`9999999999999999999` is too large for a whole number", "write it with a point: 9999999999999999999.0"}}},
		{`lead.score == lead.city`, []found{{CodeTypes, `lead.score == lead.city`, "`lead.score` is a whole number, `lead.city` is a text: they cannot be compared", "compare values of the same type"}}},
		{`lead.score`, []found{{CodeResult, "lead.score", "this is a whole number, a condition must be true or false", "compare it: lead.score > 0"}}},
		{`lead.role and lead.in_wallet`, []found{{CodeOperand, "lead.role", "`lead.role` is a text, not true or false", "compare it, or ask whether it is there: lead.role != nil"}}},
		{`lead.city + lead.score == "x"`, []found{{CodeTypes, "lead.city + lead.score", "`+` does not go with a text and a whole number", "write string(x) to make a text of a number"}}},
		{`lead.created_at + 3 > now`, []found{{CodeTypes, "lead.created_at + 3", "`+` does not go with a time and a whole number", "write days(3) or hours(3)"}}},
		{`lead.created_at + (days(2) + hours(3)) > now`, []found{{CodeTypes, "days(2) + hours(3)", "`+` does not go with a length of time and a length of time", "move the time step by step: now + days(2) + hours(3)"}}},
		{`lead.city matches "("`, []found{{CodePattern, `"("`, "the pattern cannot be read: missing closing ): `(`", "patterns are those of RE2; for a plain text write contains"}}},
		{`-lead.city == "x"`, []found{{CodeTypes, "-lead.city", "`-` needs a number, `lead.city` is a text", ""}}},
		{`lead.in_wallet ? 1 : "x"`, []found{{CodeTypes, `lead.in_wallet ? 1 : "x"`, "the two results differ: `1` is a whole number, `\"x\"` is a text", "give both the same type"}}},
		{`lead.tags == lead.tags`, []found{{CodeTypes, "lead.tags == lead.tags", "lists are not compared", `write "x" in lead.tags, or any(...), all(...)`}}},
		{`lead.in_wallet > false`, []found{{CodeTypes, "lead.in_wallet > false", "true and false have no order", "write == or !="}}},
		{`lead.in_wallet == "true"`, []found{{CodeTypes, `"true"`, `"true" is a text, not true or false`, "write true without quotes"}}},
		{`lead.tags startsWith "x"`, []found{{CodeTypes, `lead.tags startsWith "x"`, "`lead.tags` is a list, startsWith looks at a text", `write any(lead.tags, # startsWith "x")`}}},
		{`lead.score startsWith "1"`, []found{{CodeTypes, `lead.score startsWith "1"`, "`startsWith` needs texts, `lead.score` is a whole number and `\"1\"` is a text", ""}}},
		{`lead.tags in ["x"]`, []found{{CodeTypes, `lead.tags in ["x"]`, "`lead.tags` is a list itself", `write any(lead.tags, # in ["x"])`}}},
		{`lead.score in ["1", 2]`, []found{{CodeTypes, `"1"`, "`lead.score` is a whole number, `\"1\"` is a text", "write 1 without quotes"}}},
		{`lead.score in []`, []found{{CodeTypes, "[]", "nothing is in an empty list", "write the values in the list"}}},
		{`lead.score in lead.visits`, []found{{CodeTypes, "lead.score in lead.visits", "`lead.visits` is a whole number, in looks into a list", `write a list: in ["a", "b"], or a range: in 1..9`}}},
		{`lead.score in lead.tags`, []found{{CodeTypes, "lead.score in lead.tags", "`lead.tags` holds texts, `lead.score` is a whole number", ""}}},
		{`lead.city in 1..3`, []found{{CodeTypes, "lead.city in 1..3", "a range holds whole numbers, `lead.city in 1..3` asks for something else", "write lead.city >= 1 and lead.city <= 3"}}},
		{`1..3 == 2`, []found{{CodeNotOffered, "1..3", "`..` only stands behind in", "write x in 4..6"}}},
		{`lead.estimated_price % 2 == 0`, []found{{CodeTypes, "lead.estimated_price % 2", "`%` is the remainder of whole numbers", "write int(x) % n, or x * n / 100 for a percentage"}}},
		{`days(2) * 3 > days(1)`, []found{{CodeTypes, "days(2) * 3", "`*` does not go with a length of time and a whole number", "compute inside the brackets: days(2 * 3)"}}},
		{`lead.wait * lead.created_at > now`, []found{{CodeTypes, "lead.wait * lead.created_at", "`*` does not go with a length of time and a time", "compute inside the brackets: days(2 * 3)"}}},
		{`round(lead.city) > 1`, []found{{CodeTypes, "lead.city", "`round` takes a number, `lead.city` is a text", ""}}},
		{`max(1, lead.city) > 1`, []found{{CodeTypes, "lead.city", "`max` takes numbers, `lead.city` is a text", ""}}},
		{`len(lead.score) > 1`, []found{{CodeTypes, "lead.score", "`len` takes a text or a list, `lead.score` is a whole number", ""}}},
		{`first(lead.city) == "x"`, []found{{CodeTypes, "lead.city", "`first` takes a list, `lead.city` is a text", ""}}},
		{`string(lead.created_at) == "x"`, []found{{CodeTypes, "lead.created_at", "`string` takes a text, a number or true or false, `lead.created_at` is a time", ""}}},
		{`lower(lead.score) == "x"`, []found{{CodeTypes, "lead.score", "`lower` takes a text, `lead.score` is a whole number", ""}}},
		{`days("3") > days(1)`, []found{{CodeTypes, `"3"`, "`days` takes a number, `\"3\"` is a text", ""}}},
		{`any(lead.city, true)`, []found{{CodeTypes, "lead.city", "`any` takes a list, `lead.city` is a text", ""}}},
		{`count(lead.tags) > 1`, []found{{CodeTypes, "count(lead.tags)", "`count` takes a list and a condition", `write count(lead.tags, # == "x")`}}},
		{`any(lead.tags, len(#))`, []found{{CodeOperand, "len(#)", "`len(#)` is a whole number, not true or false", "compare it: len(#) > 0"}}},
		{`any(lead.tags, #index > 1)`, []found{{CodeNotOffered, "#index", "`#index` is not offered", "write # for the element that is looked at"}}},
		{`split(lead.city) == "x"`, []found{{CodeTypes, "split(lead.city)", "`split` takes 2 values, not 1", ""}}},
		{`trim(lead.city, "a", "b") == "x"`, []found{{CodeTypes, `trim(lead.city, "a", "b")`, "`trim` takes 1 or 2 values, not 3", ""}}},
		{`(lead.tags ?? [1]) == nil`, []found{{CodeNotOffered, "1", "a list that does not stand behind `in` holds texts only", ""}}},
	})
}

func TestFaultsOfForm(t *testing.T) {
	t.Parallel()
	checkFaults(t, []faultCase{
		{`lead.city == "a\qb"`, []found{{CodeUnterminated, `"a\q`, "the text holds a backslash that means nothing", "write \\\\ for a backslash, or the text between backquotes"}}},
		{"lead.score > 1\nand /* open", []found{{CodeComment, "/* open", "the comment is not closed", "end it with */"}}},
		{`lead.score > 12abc`, []found{{CodeSyntax, "12abc", "`12abc` is neither a number nor a name", "put a text in quotes; a name does not begin with a digit"}}},
		{`lead.score × 2 ≠ 3€ or lead.score ≤ 2`, []found{
			{CodeCharacter, "×", "`×` means nothing here", "write *"},
			{CodeCharacter, "≠", "`≠` means nothing here", "write !="},
			{CodeCharacter, "€", "`€` means nothing here", "write the amount without its currency"},
			{CodeCharacter, "≤", "`≤` means nothing here", "write <="},
		}},
		{`lead.score 3`, []found{{CodeSyntax, "3", "`3` does not fit here", "look for a missing operator, comma or quote before it"}}},
		{`(lead.score > 1`, []found{{CodeBrackets, "(", "`(` is not closed", "add `)`"}}},
		{`lead.score > 1)`, []found{{CodeBrackets, ")", "`)` closes nothing", "remove it, or add `(` before"}}},
		{`lead.score in [1, 2)`, []found{{CodeBrackets, ")", "`)` does not close `[`", "write `]`"}}},
		{`lead.city == "Paris`, []found{{CodeUnterminated, `"Paris`, "the text has no closing quote", `put " behind its last letter`}}},
		{`lead.score >`, []found{{CodeSyntax, ">", "the expression ends too early", "write what is compared or computed at its end"}}},
		{``, []found{{CodeEmptySource, "", "nothing is written here", "write a condition or a value, such as lead.score >= 20"}}},
		{`# lead.score > 1`, []found{{CodeComment, "#", "`#` only stands inside any(...), all(...) and their like", "begin a comment with //, on its own line"}}},
		{`{a: 1}`, []found{{CodeNotOffered, "{a: 1}", "`{ }` holds no value here", "write a list in [ ], or if ... { } else { }"}}},
	})
}

func TestScopeDeniesNames(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	scope := Scope{Denied: func(field string) (string, bool) { return "the score is not known yet", field == "lead.score" }}
	_, faults := s.Condition(`lead.visits > 1 and lead.score > 2`, scope)
	want := []found{{CodeNotReadable, "lead.score", "`lead.score` cannot be read here: the score is not known yet", ""}}
	if diff := cmp.Diff(want, faultsOf(`lead.visits > 1 and lead.score > 2`, faults), cmp.AllowUnexported(found{})); diff != "" {
		t.Error(diff)
	}
}

func TestWantedTypes(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	if v := mustValue(t, s, "lead.score", Number); v.Type() != Number {
		t.Errorf("a whole number where a number is wanted is %s", v.Type())
	}
	if v := mustValue(t, s, "lead.role", Text); v.Type() != Choice {
		t.Errorf("a choice is %s", v.Type())
	}
	for src, want := range map[string]string{
		`lead.city`: "this is a text, a number is wanted here",
		`nil`:       "nil is not a value",
	} {
		if _, faults := s.Value(src, Scope{}, Number); len(faults) != 1 || faults[0].Message != want {
			t.Errorf("%s: %+v, want %q", src, faults, want)
		}
	}
}

func TestLimitsGiveFaults(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	deep := func(open, inner, close string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(close, n)
	}
	cases := map[string]string{
		"long":            `lead.city == "` + strings.Repeat("x", MaxSource) + `"`,
		"brackets":        deep("(", "true", ")", 10000),
		"open brackets":   strings.Repeat("(", 10000),
		"lists":           deep("[", "1", "]", 10000),
		"calls":           deep("abs(", "1", ")", 10000) + " > 0",
		"not":             strings.Repeat("not ", 10000) + "true",
		"not brackets":    deep("not (", "true", ")", 10000),
		"exclamation":     strings.Repeat("!", 10000) + "true",
		"minus":           strings.Repeat("- ", 10000) + "1 > 0",
		"power":           strings.Repeat("2 ^ ", 10000) + "1 > 0",
		"conditional":     strings.Repeat("true ? true : ", 4000) + "true",
		"else if":         strings.Repeat("if true { true } else ", 2000) + "{ true }",
		"many parts":      "true" + strings.Repeat(" or true", 6000),
		"stray signs":     strings.Repeat("€", 20000),
		"invalid UTF-8":   "lead.city == \"\xff\"",
		"long pattern":    `lead.city matches "` + strings.Repeat("a?", 600) + `"`,
		"costly pattern":  `lead.city matches "((((a{100}){100}){100}){100}){100}"`,
		"nested any":      deep("any(lead.tags, ", "true", ")", 3),
		"shared parts":    deep("(1 < (", "true", ` ? 1 : 2) < 9)`, 60),
		"shared elements": deep("(", "lead.in_wallet", " in [lead.in_wallet, lead.media_zone])", 60),
		"nested not":      deep("(not (", "lead.score", ") == 1)", 60),
		"long word":       strings.Repeat("a", MaxSource-8) + ".x > 1",
		"braces in lists": deep("{a:", "1", "}", 5000),
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, faults := s.Condition(src, Scope{})
			if c != nil || len(faults) == 0 {
				t.Fatal("accepted")
			}
			for _, f := range faults {
				if f.From < 0 || f.To > utf8.RuneCountInString(src) || f.From > f.To {
					t.Errorf("fault outside the source: %+v", f)
				}
			}
		})
	}
	long := "lead.score > 0" + strings.Repeat(" or lead.score > 0", 700)
	if _, faults := s.Condition(long, Scope{}); len(faults) > 0 {
		t.Errorf("a long flat condition: %+v", faults[0])
	}
}
