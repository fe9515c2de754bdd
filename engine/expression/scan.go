package expression

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// keywords are the words of expr that cannot be names.
func keywords() []string {
	return []string{
		"in", "or", "and", "not", "matches", "contains", "startsWith", "endsWith", "let", "if", "else",
		"true", "false", "nil",
	}
}

// scan cuts the source into tokens with expr's lexer. Where the lexer gives up, the fault is reported and scanning
// goes on behind it, so that one source tells all its mistakes.
func (r *report) scan() []lexer.Token {
	var tokens []lexer.Token
	for at := 0; at <= len(r.src); {
		l := lexer.New()
		l.Reset(file.NewSource(string(r.src[at:])))
		token, err := l.Next()
		for ; err == nil; token, err = l.Next() {
			token.From, token.To = token.From+at, token.To+at
			tokens = append(tokens, token)
			if token.Is(lexer.EOF) {
				return tokens
			}
		}
		var stop *file.Error
		if !errors.As(err, &stop) || len(r.faults) == maxFaults {
			return tokens
		}
		end := 0
		if len(tokens) > 0 {
			end = tokens[len(tokens)-1].To
		}
		next := r.lexical(stop, stop.From+at, end)
		if next > len(r.src) {
			return tokens
		}
		// A text in its place keeps the neighbours apart for what looks at the tokens next.
		tokens = append(tokens, lexer.Token{Location: file.Location{From: next - 1, To: next}, Kind: lexer.String})
		at = next
	}
	return tokens
}

// lexical reports what the lexer could not read at a rune and returns where to go on; end is where the token before
// ended.
func (r *report) lexical(stop *file.Error, at, end int) int {
	at = min(at, len(r.src)-1)
	switch {
	case strings.HasPrefix(stop.Message, "bad number"):
		return r.badNumber(at)
	case strings.HasPrefix(stop.Message, "unrecognized character"):
		return r.badCharacter(at)
	case strings.HasPrefix(stop.Message, "unclosed comment"):
		before, _, _ := strings.Cut(r.text(end, len(r.src)), "/*")
		r.at(CodeComment, place{end + len([]rune(before)), len(r.src)}, "the comment is not closed", "end it with */")
	case strings.HasPrefix(stop.Message, "literal not terminated"):
		from := r.openQuote(end)
		r.at(CodeUnterminated, place{from, len(r.src)}, "the text has no closing quote", "put "+string(r.src[from])+" behind its last letter")
	default:
		from := r.openQuote(end)
		r.at(CodeUnterminated, place{from, at + 1}, "the text holds a backslash that means nothing", `write \\ for a backslash, or the text between backquotes`)
	}
	return len(r.src) + 1
}

func (r *report) openQuote(from int) int {
	for i := from; i < len(r.src); i++ {
		if strings.ContainsRune("\"'`", r.src[i]) {
			return i
		}
	}
	return len(r.src) - 1
}

func isWord(c rune) bool { return c == '_' || c == '.' || unicode.IsLetter(c) || unicode.IsDigit(c) }

// badNumber reports a number with letters behind it, such as 72h.
func (r *report) badNumber(at int) int {
	from, to := at, at
	for from > 0 && isWord(r.src[from-1]) {
		from--
	}
	for to < len(r.src) && isWord(r.src[to]) {
		to++
	}
	word := r.text(from, to)
	if hint := cmp.Or(countHint(r.text(0, from), word), durationHint(word)); hint != "" {
		r.at(CodeDuration, place{from, to}, "`"+word+"` is not a length of time here", hint)
	} else {
		r.at(CodeSyntax, place{from, to}, "`"+word+"` is neither a number nor a name", "put a text in quotes; a name does not begin with a digit")
	}
	return max(to, at+1)
}

// countHint is how to write 72h behind hours_since(x) or days_since(x), which are numbers; "" elsewhere.
func countHint(before, word string) string {
	function := regexp.MustCompile(`\b(hours|days)_since\s*\([^()]*\)\s*(?:[<>]=?|[!=]=)\s*$`).FindStringSubmatch(before)
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(h|d|j|w)$`).FindStringSubmatch(word)
	if function == nil || parts == nil {
		return ""
	}
	counted := parts[1]
	switch unit := parts[2]; {
	case function[1] == "hours" && unit == "w":
		counted += " * 168"
	case function[1] == "hours" && unit != "h":
		counted += " * 24"
	case function[1] == "days" && unit == "h":
		counted += " / 24"
	case function[1] == "days" && unit == "w":
		counted += " * 7"
	}
	return "write the number of " + function[1] + ": " + counted
}

// durationHint is how to write 72h or 14d as a function, or "" when the word is no length of time.
func durationHint(word string) string {
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(m|min|h|d|j|w|s)$`).FindStringSubmatch(word)
	if parts == nil {
		return ""
	}
	switch n, unit := parts[1], parts[2]; unit {
	case "h":
		return "write hours(" + n + ")"
	case "d", "j":
		return "write days(" + n + ")"
	case "w":
		return "write days(7 * " + n + ")"
	case "s":
		return "write hours(" + n + " / 3600)"
	default:
		return "write hours(" + n + " / 60)"
	}
}

// badCharacter reports curly quotes, with the text between them, and other characters that mean nothing.
func (r *report) badCharacter(at int) int {
	const open, closing = "“„‘«‹", "”“’‘»›"
	c := r.src[at]
	if strings.ContainsRune(open+closing, c) {
		to := at + 1
		if i := slices.IndexFunc(r.src[to:], func(c rune) bool { return strings.ContainsRune(closing, c) }); i >= 0 {
			to += i + 1
		}
		word := strings.Trim(r.text(at, to), "„«‹"+closing+"\u00a0\u202f ")
		r.at(CodeQuotes, place{at, to}, "curly quotes do not hold a text", `write straight quotes: "`+word+`"`)
		return to
	}
	hint := "remove it"
	switch c {
	case '≥':
		hint = "write >="
	case '≤':
		hint = "write <="
	case '≠':
		hint = "write !="
	case '×':
		hint = "write *"
	case '€', '£':
		hint = "write the amount without its currency"
	}
	r.at(CodeCharacter, place{at, at + 1}, "`"+string(c)+"` means nothing here", hint)
	return at + 1
}
