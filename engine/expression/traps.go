package expression

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// traps looks for what people write in other languages, before the parser stops at the first of them.
type traps struct {
	*report
	tokens []lexer.Token
}

// look reports all traps of the source.
func (t *traps) look() {
	if len(t.tokens) > 0 {
		t.comments()
	}
	for i := 0; i < len(t.tokens); i++ {
		switch token := t.tokens[i]; token.Kind {
		case lexer.Operator:
			t.operator(i)
		case lexer.Number:
			i = t.number(i)
		case lexer.Identifier:
			if !t.is(i-1, ".", "?.", "#") {
				i = t.word(i)
			}
		}
	}
}

// is tells whether token i exists and has one of the values outside of quotes.
func (t *traps) is(i int, values ...string) bool {
	return i >= 0 && i < len(t.tokens) && !t.tokens[i].Is(lexer.String) && slices.Contains(values, t.tokens[i].Value)
}

func (t *traps) kind(i int) lexer.Kind {
	if i < 0 || i >= len(t.tokens) {
		return lexer.EOF
	}
	return t.tokens[i].Kind
}

// touches tells whether token i+1 follows token i without a space.
func (t *traps) touches(i int) bool {
	return i >= 0 && i+1 < len(t.tokens) && t.tokens[i].To == t.tokens[i+1].From
}

func (t *traps) raw(from, to int) string { return t.text(t.tokens[from].From, t.tokens[to].To) }

// over adds a fault over the tokens of a place, its end inclusive.
func (t *traps) over(code string, p place, message, hint string) {
	t.at(code, place{t.tokens[p.from].From, t.tokens[p.to].To}, message, hint)
}

// comments refuses a comment in a source of one line, where it would hide the rest of the rule from its reader.
func (t *traps) comments() {
	if strings.Contains(string(t.src), "\n") {
		return
	}
	end := 0
	for _, token := range t.tokens {
		gap := t.text(min(end, token.From), token.From)
		if token.Is(lexer.EOF) {
			gap = t.text(end, len(t.src))
		}
		for _, mark := range []string{"//", "/*"} {
			if i := strings.Index(gap, mark); i >= 0 {
				from := end + len([]rune(gap[:i]))
				t.at(CodeComment, place{from, len(t.src)}, "`"+mark+"` begins a comment, the rest of the line is not read", "put the comment behind ` #` in the YAML file, or use `|` and a line of its own")
				return
			}
		}
		end = token.To
	}
}

func (t *traps) operator(i int) {
	switch {
	case t.is(i, "="):
		t.equals(i)
	case t.is(i, "<") && t.is(i+1, ">") && t.touches(i):
		t.over(CodeNotEqual, place{i, i + 1}, "`<>` does not compare here", "write !=")
	case t.is(i, "&"):
		t.over(CodeCapitals, place{i, i}, "`&` does not join conditions", "write and")
	case t.is(i, "|") && !(t.kind(i+1) == lexer.Identifier && t.is(i+2, "(")):
		t.over(CodeCapitals, place{i, i}, "`|` does not join conditions", "write or")
	case t.is(i, ";"):
		t.over(CodeSemicolon, place{i, i}, "`;` separates nothing here: only what follows it would count", "join conditions with and, or")
	case t.is(i, "?."):
		t.over(CodeOptional, place{i, i}, "`?.` is not needed: a name of the vocabulary always exists", "write . and say with ?? what an empty value means")
	case t.is(i, "let"):
		t.over(CodeNotOffered, place{i, i}, "`let` is not offered in rules", "write the value where it is used")
	case t.is(i, "in") && t.is(i+1, "(") && t.is(i+3, ","):
		t.over(CodeSyntax, place{i + 1, i + 1}, "a list does not stand in ( )", `write it in [ ]: in ["a", "b"]`)
	case t.is(i, "in") && t.is(i+1, "[") && t.kind(i+2) == lexer.Number && t.is(i+3, "-") && t.kind(i+4) == lexer.Number && t.is(i+5, "]"):
		from, to := t.tokens[i+2].Value, t.tokens[i+4].Value
		t.over(CodeListRange, place{i + 1, i + 5}, t.quoted(t.tokens[i+1].From, t.tokens[i+5].To)+" is a list of one number, a difference", "write in "+from+".."+to)
	}
}

func (t *traps) equals(i int) {
	switch {
	case t.touches(i) && t.is(i+1, ">", "<"):
		right := t.tokens[i+1].Value + "="
		t.over(CodeNotEqual, place{i, i + 1}, "`="+t.tokens[i+1].Value+"` does not compare here", "write "+right)
	case t.touches(i-1) && t.is(i-1, "==", "!="):
		t.over(CodeNotEqual, place{i - 1, i}, "`"+t.raw(i-1, i)+"` does not compare here", "write "+t.tokens[i-1].Value)
	default:
		t.over(CodeSingleEquals, place{i, i}, "`=` does not compare here", "write ==")
	}
}

// number looks at a number and returns the last token that belongs to it.
func (t *traps) number(i int) int {
	last := i
	for t.kind(last+1) == lexer.Number {
		last++
	}
	raw := t.raw(i, last)
	joined := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(raw)
	_, notNumber := strconv.ParseFloat(joined, 64)
	switch {
	case grouped(raw):
		hint := "write " + strings.ReplaceAll(raw, ".", "")
		if last == i {
			hint += ", or " + raw + "0 for the decimals"
		}
		t.over(CodeThousandsPoint, place{i, last}, "the point in `"+raw+"` begins decimals, it does not group thousands", hint)
	case last > i && notNumber == nil:
		t.over(CodeThousandsSpace, place{i, last}, "`"+raw+"` is read as separate numbers", "write "+joined)
	case tooLarge(raw):
		t.over(CodeTooLarge, place{i, i}, "`"+raw+"` is too large for a whole number", "write it with a point: "+raw+".0")
	case t.is(last+1, "%") && t.ends(last+2):
		t.over(CodePercent, place{last, last + 1}, "`"+t.raw(last, last+1)+"` is not a number: % is the remainder of a division", "write "+raw+" / 100")
	}
	return last
}

// tooLarge tells whether a whole number has more than 64 bits.
func tooLarge(raw string) bool {
	_, err := strconv.ParseInt(strings.ReplaceAll(raw, "_", ""), 0, 64)
	return errors.Is(err, strconv.ErrRange)
}

// grouped tells whether a number looks like thousands set apart by points: 200.000 or 1.200.000.
func grouped(raw string) bool {
	groups := strings.Split(raw, ".")
	for i, group := range groups {
		digits := len(group) == 3 || i == 0 && len(group) > 0 && len(group) < 3
		if !digits || strings.Trim(group, "0123456789") != "" {
			return false
		}
	}
	return len(groups) > 1 && raw[0] != '0'
}

// ends tells whether no operand begins at token i.
func (t *traps) ends(i int) bool {
	return t.kind(i) == lexer.EOF || t.is(i, ")", "]", "}", ",", ":", "?", "and", "or", "&&", "||", "AND", "OR", "==", "!=", "<", ">", "<=", ">=")
}

// word looks at a name that is not behind a dot and returns the last token that belongs to the trap.
func (t *traps) word(i int) int {
	value := t.tokens[i].Value
	if t.is(i+1, ".") {
		return i
	}
	if t.is(i+1, "(") {
		if value == "now" {
			t.nowCall(i)
		} else if slices.Contains([]string{"AND", "OR", "NOT", "And", "Or", "Not"}, value) {
			t.over(CodeCapitals, place{i, i}, "`"+value+"` is not an operator", "write "+strings.ToLower(value))
		}
		return i
	}
	switch strings.ToLower(value) {
	case "and", "or", "not", "in":
		t.over(CodeCapitals, place{i, i}, "`"+value+"` is not an operator", "write "+strings.ToLower(value))
	case "null", "none", "nil":
		if value != "nil" {
			t.over(CodeNull, place{i, i}, "`"+value+"` is not a value", "write nil, or is_empty(x)")
		}
	case "true", "false":
		if value != "true" && value != "false" {
			t.over(CodeTrueFalse, place{i, i}, "`"+value+"` is not a value", "write "+strings.ToLower(value))
		}
	case "yes", "no":
		t.over(CodeTrueFalse, place{i, i}, "`"+value+"` is not a value", "write true or false, or "+`"`+value+`" for the text`)
	case "today":
		t.over(CodeToday, place{i, i}, "there is no `today`", "compare dates with days_since(x) == 0, or use now")
	case "is":
		return t.isWord(i)
	case "between":
		t.between(i)
	case "like":
		t.like(i)
	}
	return i
}

func (t *traps) nowCall(i int) {
	last := i + 1
	for last+1 < len(t.tokens) && !t.is(last, ")") {
		last++
	}
	t.over(CodeNowCall, place{i, last}, "now is a name, not a function: it is the clock of the run", "write now")
}

func (t *traps) isWord(i int) int {
	last, operator := i, "=="
	if t.is(last+1, "not", "NOT") {
		last, operator = last+1, "!="
	}
	if t.is(last+1, "nil", "null", "NULL", "None", "empty", "EMPTY") {
		last++
		t.over(CodeIs, place{i, last}, "`"+t.raw(i, last)+"` does not compare here", "write "+operator+" nil")
		return last
	}
	t.over(CodeIs, place{i, last}, "`"+t.raw(i, last)+"` does not compare here", "write "+operator)
	return last
}

// path is the source of the dotted name that ends before token i, or "x".
func (t *traps) path(i int) string {
	if i >= 3 && t.is(i-2, ".") {
		return t.raw(i-3, i-1)
	}
	if t.kind(i-1) == lexer.Identifier {
		return t.raw(i-1, i-1)
	}
	return "x"
}

func (t *traps) between(i int) {
	name := t.path(i)
	hint := "write " + name + " >= a and " + name + " <= b"
	last := i
	if t.is(i+2, "and", "AND") && i+3 < len(t.tokens) {
		last = i + 3
		hint = "write " + name + " >= " + t.raw(i+1, i+1) + " and " + name + " <= " + t.raw(i+3, i+3)
	}
	t.over(CodeBetween, place{i, last}, "`between` does not compare here", hint)
}

func (t *traps) like(i int) {
	hint := "write contains, startsWith or endsWith"
	if t.kind(i+1) == lexer.String {
		pattern := t.tokens[i+1].Value
		word := strings.Trim(pattern, "%*")
		front, back := strings.HasPrefix(pattern, "%"), strings.HasSuffix(pattern, "%")
		operator := "=="
		switch {
		case front && back:
			operator = "contains"
		case back:
			operator = "startsWith"
		case front:
			operator = "endsWith"
		}
		if !strings.ContainsAny(word, "%_") {
			hint = "write " + operator + ` "` + word + `"`
		}
	}
	t.over(CodeLike, place{i, i}, "`like` does not compare here", hint)
}
