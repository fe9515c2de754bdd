package ruleset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Go writes rules as Go over a struct l with the fields' Go names and the bits
// Has. Instants stand in c.at and regular expressions in c.re, because a
// programmer would work them out once, before the first lead.
type Go struct {
	*Language
	sinces   []Since
	patterns []string
}

// NewGo makes the language Go.
func NewGo() *Go {
	g := &Go{}
	position := func(f Field) int {
		return slices.IndexFunc(Fields(), func(o Field) bool { return o.Name == f.Name })
	}
	g.Language = newLanguage(Language{
		name:  func(f Field) string { return "l." + f.Go },
		has:   func(f Field) string { return fmt.Sprintf("l.Has&(1<<%d) != 0", position(f)) },
		lacks: func(f Field) string { return fmt.Sprintf("l.Has&(1<<%d) == 0", position(f)) },
		atom:  g.atom,
		call:  func(name string, args []string) string { return name + "(" + strings.Join(args, ", ") + ")" },
		real:  func(n string) string { return n },
	})
	return g
}

func (g *Go) atom(l *Language, n ast.Node) string {
	if f, s, ok := l.sinceOf(n); ok {
		return g.since(f, s)
	}
	if list, prefix, ok := anyOf(n); ok {
		return fmt.Sprintf("slices.ContainsFunc(%s, func(s string) bool { return strings.HasPrefix(s, %q) })", l.value(list, false), prefix)
	}
	if w, ok := l.withinOf(n); ok {
		return g.within(w)
	}
	if b, text, ok := textTest(n); ok {
		value := l.value(b.Left, false)
		switch b.Operator {
		case "contains":
			return fmt.Sprintf("strings.Contains(%s, %q)", value, text)
		case "startsWith":
			return fmt.Sprintf("strings.HasPrefix(%s, %q)", value, text)
		case "endsWith":
			return fmt.Sprintf("strings.HasSuffix(%s, %q)", value, text)
		}
		return fmt.Sprintf("c.re[%d].MatchString(%s)", place(&g.patterns, text), value)
	}
	return truth(l, n)
}

// truth writes a boolean, its negation or a comparison.
func truth(l *Language, n ast.Node) string {
	if not, ok := n.(*ast.UnaryNode); ok && not.Operator == "not" {
		return "!" + l.value(not.Node, false)
	}
	return l.value(n, false)
}

func (g *Go) since(f Field, s Since) string {
	not := "!"
	if _, before := s.Cut(time.Time{}, time.UTC); before {
		not = ""
	}
	return fmt.Sprintf("%sl.%s.Before(c.at[%d])", not, f.Go, place(&g.sinces, s))
}

func (g *Go) within(w within) string {
	value := g.value(w.left, false)
	switch {
	case w.hasList:
		return fmt.Sprintf("slices.Contains(%s, %s)", g.name(w.list), value)
	case w.from != nil:
		return fmt.Sprintf("(%s >= %s && %s <= %s)", value, g.value(w.from, false), value, g.value(w.to, false))
	}
	parts := make([]string, len(w.texts))
	for i, text := range w.texts {
		parts[i] = value + " == " + strconv.Quote(text)
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

// place is the position of x in the list, to which it is added when it is new.
func place[T comparable](list *[]T, x T) int {
	if i := slices.Index(*list, x); i >= 0 {
		return i
	}
	*list = append(*list, x)
	return len(*list) - 1
}

// Patterns are the regular expressions that the rules written so far use.
func (g *Go) Patterns() []string { return g.patterns }

// Sinces are the predicates about time that the rules written so far use.
func (g *Go) Sinces() []Since { return g.sinces }
