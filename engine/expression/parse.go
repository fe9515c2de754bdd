package expression

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
)

// parse makes the tree of a source whose tokens are known, or reports why there is none. A panic inside the parser is
// a fault of the source.
func (r *report) parse(src string, tokens []lexer.Token) (tree ast.Node) {
	defer func() {
		if p := recover(); p != nil {
			tree = nil
			r.at(CodeSyntax, place{0, len(r.src)}, "the expression cannot be read", "write it in a simpler way")
		}
	}()
	config := conf.CreateNew()
	config.MaxNodes = MaxNodes
	parsed, err := parser.ParseWithConfig(src, config)
	if err == nil {
		return parsed.Node
	}
	var at *file.Error
	if !errors.As(err, &at) {
		r.at(CodeSyntax, place{0, len(r.src)}, "the expression cannot be read", "")
		return nil
	}
	r.syntax(at, tokens)
	return nil
}

// syntax says in the words of the trade what stopped the parser.
func (r *report) syntax(e *file.Error, tokens []lexer.Token) {
	switch i := tokenAt(tokens, e.From); {
	case strings.Contains(e.Message, "coalesce"):
		r.precedence(i, tokens)
	case strings.Contains(e.Message, "maximum allowed nodes"):
		r.at(CodeTooLarge, place{0, len(r.src)}, fmt.Sprintf("the expression has more than %d parts", MaxNodes), "split it into several rules")
	case tokens[i].Is(lexer.EOF) || strings.Contains(e.Message, "token EOF"):
		r.at(CodeSyntax, place{e.From, e.To}, "the expression ends too early", "write what is compared or computed at its end")
	case tokens[i].Is(lexer.Operator, "#"):
		r.at(CodeComment, place{e.From, e.To}, "`#` only stands inside any(...), all(...) and their like", "begin a comment with //, on its own line")
	case tokens[i].Is(lexer.Operator, ",") && i > 0 && tokens[i-1].Is(lexer.Number):
		r.at(CodeSyntax, place{e.From, e.To}, "`,` does not fit here", "write decimals with a point, and thousands without a sign")
	case strings.HasPrefix(e.Message, "unexpected token"):
		r.at(CodeSyntax, place{e.From, e.To}, r.quoted(e.From, e.To)+" does not fit here", "look for a missing operator, comma or quote before it")
	default:
		r.at(CodeSyntax, place{e.From, e.To}, plain(e.Message), "")
	}
}

// precedence explains that ?? binds before the operator at token i.
func (r *report) precedence(i int, tokens []lexer.Token) {
	mark := i
	for mark > 0 && !tokens[mark].Is(lexer.Operator, "??") {
		mark--
	}
	from := operandStart(tokens, max(mark-1, 0))
	first, last := tokens[from].From, tokens[max(i-1, 0)].To
	end := tokens[min(i+1, len(tokens)-1)].To
	r.at(CodePrecedence, place{first, end}, "`??` beside another operator needs brackets", "write ("+r.text(first, max(first, last))+") "+r.text(tokens[i].From, end))
}

// operandStart is the first token of the name, call or bracket that ends with token i.
func operandStart(tokens []lexer.Token, i int) int {
	for depth := 0; i > 0; i-- {
		if tokens[i].Is(lexer.Bracket, ")", "]") {
			depth++
		} else if tokens[i].Is(lexer.Bracket, "(", "[") {
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if i > 0 && tokens[i].Is(lexer.Bracket) && tokens[i-1].Is(lexer.Identifier) {
		i--
	}
	if i >= 2 && tokens[i-1].Is(lexer.Operator, ".") {
		i -= 2
	}
	return i
}

func tokenAt(tokens []lexer.Token, from int) int {
	for i, t := range tokens {
		if t.From >= from || t.Is(lexer.EOF) {
			return i
		}
	}
	return len(tokens) - 1
}

// plain takes Go's names of types out of a message of expr.
func plain(message string) string {
	words := map[string]string{
		"[]interface {}": "list", "[]string": "list of texts", "interface {}": "value", "time.Time": "time",
		"time.Duration": "length of time", "float64": "number", "int": "whole number", "string": "text", "bool": "true or false",
	}
	return regexp.MustCompile(`(\[\])?\b(interface \{\}|time\.Time|time\.Duration|float64|int|string|bool)(\b|$)`).
		ReplaceAllStringFunc(message, func(name string) string {
			if word, ok := words[name]; ok {
				return word
			}
			return name
		})
}
