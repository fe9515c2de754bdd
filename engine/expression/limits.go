package expression

import (
	"fmt"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/lexer"
)

// Limits of one expression. They are far above what a rule needs and far below what the parser or a stack bears.
const (
	// MaxSource is the longest source in bytes.
	MaxSource = 64 << 10
	// MaxDepth is how deeply brackets, signs, not, ?: and if may be nested.
	MaxDepth = 200
	// MaxNodes is how many parts the parser may make of the source.
	MaxNodes = 5000
	// maxInside is how deeply any(list, ...) and its like may be nested: each level multiplies the work.
	maxInside = 2
	// maxPattern is the longest regular expression in bytes.
	maxPattern = 1000
)

// fits reports a source that is too long or not text, before anything reads it.
func (r *report) fits(src string) bool {
	switch {
	case len(src) > MaxSource:
		r.at(CodeTooLarge, place{0, len(r.src)}, fmt.Sprintf("the expression has %d bytes, at most %d are read", len(src), MaxSource), "split it into several rules")
	case !utf8.ValidString(src):
		r.at(CodeCharacter, place{0, len(r.src)}, "the expression is not UTF-8 text", "save the file as UTF-8")
	default:
		return true
	}
	return false
}

// shallow reports nesting that would cost the parser its stack. The lexer does not nest, so its tokens are safe to
// look at. Signs, powers, ?: and else recurse without brackets.
func (r *report) shallow(tokens []lexer.Token) bool {
	depth, signs, chained := 0, 0, 0
	for _, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			depth++
		case t.Is(lexer.Bracket):
			depth--
		case t.Is(lexer.Operator, "?", "else", "^", "**"):
			chained++
		}
		if t.Is(lexer.Operator, "not", "!", "-", "+") {
			signs++
		} else if !t.Is(lexer.Bracket, "(") {
			signs = 0
		}
		if depth+signs > MaxDepth || chained > MaxDepth {
			r.at(CodeTooLarge, place{t.From, t.To}, fmt.Sprintf("the expression is nested more than %d deep here", MaxDepth), "split it into several rules")
			return false
		}
	}
	return true
}

// balanced reports the first bracket without its partner.
func (r *report) balanced(tokens []lexer.Token) bool {
	var open []lexer.Token
	partner := map[string]string{")": "(", "]": "[", "}": "{"}
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}
	for _, t := range tokens {
		if !t.Is(lexer.Bracket) {
			continue
		}
		want, closes := partner[t.Value]
		switch {
		case !closes:
			open = append(open, t)
		case len(open) == 0:
			r.at(CodeBrackets, place{t.From, t.To}, "`"+t.Value+"` closes nothing", "remove it, or add `"+want+"` before")
			return false
		case open[len(open)-1].Value != want:
			r.at(CodeBrackets, place{t.From, t.To}, "`"+t.Value+"` does not close `"+open[len(open)-1].Value+"`", "write `"+closing[open[len(open)-1].Value]+"`")
			return false
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t := open[len(open)-1]
		r.at(CodeBrackets, place{t.From, t.To}, "`"+t.Value+"` is not closed", "add `"+closing[t.Value]+"`")
		return false
	}
	return true
}

// bounded reports a tree that is larger than its source, because operators such as 1 < x < 9 share parts: each use of
// a part is work of its own.
func (r *report) bounded(root node) bool {
	left := MaxNodes
	if !spend(root, &left) {
		r.at(CodeTooLarge, place{0, len(r.src)}, fmt.Sprintf("the expression needs more than %d steps", MaxNodes), "split it into several rules")
		return false
	}
	return true
}

func spend(n node, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	for _, child := range n.children() {
		if !spend(child, left) {
			return false
		}
	}
	return true
}
