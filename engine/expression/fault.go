package expression

import (
	"cmp"
	"slices"
	"strings"
)

// Fault is one mistake in the source of an expression.
type Fault struct {
	// Code names the kind of mistake, such as CodeUnknownField.
	Code string
	// From and To are the place in the source in runes from 0, To exclusive.
	From, To int
	// Message says what is wrong, Hint how to mend it; a Hint may be empty.
	Message, Hint string
}

// The codes of faults.
const (
	CodeSyntax          = "R100" // expr does not accept the expression, for a reason that has no code of its own
	CodeUnknownField    = "R101" // a name behind the dot that the vocabulary does not have
	CodeUnknownFunction = "R102" // a function that does not exist or is not offered
	CodeNotReadable     = "R103" // a name that this rule file may not read
	CodeChoice          = "R104" // a text that a choice never holds
	CodeTypes           = "R105" // operands that do not go together
	CodeResult          = "R106" // a result of another type than the place wants
	CodeEmptySource     = "R107" // nothing is written
	CodeTooLarge        = "R108" // too long, too deeply nested or too many parts
	CodeNotOffered      = "R109" // a part of expr that rules do without: let, maps, slices, methods
	CodeSingleEquals    = "R110" // =
	CodeNotEqual        = "R111" // <> and other spellings of comparisons
	CodeDuration        = "R112" // 72h, 14d, duration("7d")
	CodeCapitals        = "R113" // AND, OR, NOT, IN, & and |
	CodeIs              = "R114" // is, is not
	CodeBetween         = "R115" // between a and b
	CodeLike            = "R116" // like
	CodeNull            = "R117" // null, None
	CodeTrueFalse       = "R118" // True, False, yes, no
	CodeQuotes          = "R119" // curly quotes
	CodePercent         = "R120" // 30%
	CodeToday           = "R122" // today
	CodeNowCall         = "R123" // now()
	CodeSemicolon       = "R124" // a > 1; b
	CodeComment         = "R125" // a comment that swallows what follows
	CodeThousandsPoint  = "R126" // 200.000
	CodeThousandsSpace  = "R127" // 200 000
	CodeListRange       = "R128" // in [1-3]
	CodeNumberRange     = "R129" // a number with decimals in 1..9
	CodeEmptyText       = "R130" // == "" or in [""]
	CodePrecedence      = "R131" // x ?? 0 > 2
	CodeDefault         = "R132" // x ?? "none" over a number
	CodeNegation        = "R133" // not a == b
	CodeTimeText        = "R134" // t > "2026-01-01"
	CodeDate            = "R135" // date() of what is no date
	CodeListContains    = "R136" // tags contains "x"
	CodeInText          = "R137" // "x" in lead.source
	CodeZeroDivision    = "R138" // x / 0
	CodeUnterminated    = "R139" // a text without its closing quote
	CodeBrackets        = "R140" // brackets that do not match
	CodePattern         = "R141" // a regular expression that does not compile
	CodeEnv             = "R142" // $env
	CodeOptional        = "R143" // lead?.score
	CodeIndexedName     = "R144" // lead["score"]
	CodeBareRoot        = "R145" // lead
	CodeOperand         = "R146" // a number beside and, or, not
	CodeNil             = "R147" // nil where a value is needed
	CodeCharacter       = "R148" // a character that means nothing here
	CodeUnknownRoot     = "R149" // a name without or before the dot that the vocabulary does not have
)

// maxFaults is how many faults of one source are reported.
const maxFaults = 20

// report collects the faults of one source.
type report struct {
	src    []rune
	faults []Fault
}

// place is a part of the source in runes, to exclusive.
type place struct{ from, to int }

// at adds a fault over a place, once.
func (r *report) at(code string, p place, message, hint string) {
	from := min(max(p.from, 0), len(r.src))
	to := min(max(p.to, from), len(r.src))
	if from == to && from > 0 && to == len(r.src) {
		from--
	}
	f := Fault{Code: code, From: from, To: to, Message: message, Hint: hint}
	if len(r.faults) < maxFaults && !slices.Contains(r.faults, f) {
		r.faults = append(r.faults, f)
	}
}

// list is the faults in order of the source.
func (r *report) list() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return cmp.Compare(a.From, b.From) })
	return r.faults
}

// text is the source between two runes.
func (r *report) text(from, to int) string { return string(r.src[from:to]) }

// quoted is the source between two runes for a message, cut when it is long.
func (r *report) quoted(from, to int) string {
	const most = 60
	text := strings.Join(strings.Fields(r.text(from, to)), " ")
	if cut := []rune(text); len(cut) > most {
		text = string(cut[:most]) + "…"
	}
	return "`" + text + "`"
}
