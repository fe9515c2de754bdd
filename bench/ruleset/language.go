package ruleset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Unknown says what a translation makes of a predicate about an empty field.
// Contestants without three-valued logic get it written out, predicate by
// predicate, which is the same for rules that negate nothing but booleans.
type Unknown int

// What an empty field means.
const (
	Never Unknown = iota // fields are never empty: nothing is written
	Fails                // the predicate does not hold, as in points and inclusions
	Holds                // the predicate holds, as in exclusions
)

// Language writes rules for one contestant.
type Language struct {
	// name, has and lacks are how a field is read and asked whether it is there.
	name, has, lacks func(Field) string
	// atom writes a predicate that contains neither and nor or.
	atom func(l *Language, n ast.Node) string
	// call writes the application of a function to finished arguments.
	call func(name string, args []string) string
	// real writes a whole number beside a number with decimals.
	real   func(string) string
	fields map[string]Field
}

func newLanguage(l Language) *Language {
	l.fields = map[string]Field{}
	for _, f := range Fields() {
		l.fields[f.Name] = f
	}
	return &l
}

// Condition translates a condition.
func (l *Language) Condition(src string, empty Unknown) (string, error) {
	tree, err := parser.Parse(src)
	if err != nil {
		return "", fmt.Errorf("rule %s: %w", src, err)
	}
	return l.formula(tree.Node, empty, nil), nil
}

// Scored translates a point rule into its condition, which includes that the
// points are known, and the points.
func (l *Language) Scored(p Points, empty Unknown) (when, points string, err error) {
	condition, err := parser.Parse(p.When)
	if err != nil {
		return "", "", fmt.Errorf("rule %s: %w", p.When, err)
	}
	sum, err := parser.Parse(p.Points)
	if err != nil {
		return "", "", fmt.Errorf("points %s: %w", p.Points, err)
	}
	return l.formula(condition.Node, empty, l.read(sum.Node)), l.value(sum.Node, false), nil
}

// Takes translates a campaign into one condition.
func (l *Language) Takes(c Campaign, empties bool) (string, error) {
	fails, holds := Never, Never
	if empties {
		fails, holds = Fails, Holds
	}
	var parts []string
	for _, src := range c.Include {
		part, err := l.Condition(src, fails)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	for _, src := range c.Exclude {
		part, err := l.Condition(src, holds)
		if err != nil {
			return "", err
		}
		parts = append(parts, negated(part))
	}
	return strings.Join(parts, " && "), nil
}

// negated writes the opposite of a condition. What is one word behind a negation
// loses it, because nobody would write it twice.
func negated(condition string) string {
	if word, ok := strings.CutPrefix(condition, "!"); ok && !strings.Contains(word, " ") {
		return word
	}
	return "!(" + condition + ")"
}

// formula writes a condition, in which the fields of also must be there too.
// Where one test is enough for several predicates, it is written once.
func (l *Language) formula(n ast.Node, empty Unknown, also []Field) string {
	operator := "and"
	if b, ok := n.(*ast.BinaryNode); ok && b.Operator == "or" {
		operator = "or"
	}
	sign := map[string]string{"and": " && ", "or": " || "}[operator]
	shared := empty == Fails && operator == "and" || empty == Holds && operator == "or"
	var tests, parts []string
	for _, part := range chain(n, operator) {
		if b, ok := part.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "or") {
			parts = append(parts, l.formula(part, empty, nil))
			continue
		}
		if shared {
			tests = append(tests, l.tests(l.read(part), empty)...)
			parts = append(parts, l.atom(l, part))
			continue
		}
		parts = append(parts, l.guarded(part, empty))
	}
	if shared {
		tests = append(tests, l.tests(also, empty)...)
		slices.Sort(tests)
		parts = append(slices.Compact(tests), parts...)
	} else if len(also) > 0 && empty != Never {
		return strings.Join(l.tests(also, empty), " && ") + " && (" + strings.Join(parts, sign) + ")"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, sign) + ")"
}

// chain lists the operands of an operator that is applied again and again.
func chain(n ast.Node, operator string) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && b.Operator == operator {
		return append(chain(b.Left, operator), chain(b.Right, operator)...)
	}
	return []ast.Node{n}
}

// guarded writes one predicate with the tests it needs.
func (l *Language) guarded(n ast.Node, empty Unknown) string {
	sign := map[Unknown]string{Fails: " && ", Holds: " || "}[empty]
	parts := append(l.tests(l.read(n), empty), l.atom(l, n))
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, sign) + ")"
}

// tests asks of every field whether it is there, or whether it is not.
func (l *Language) tests(fields []Field, empty Unknown) []string {
	ask := map[Unknown]func(Field) string{Fails: l.has, Holds: l.lacks}[empty]
	if ask == nil {
		return nil
	}
	var out []string
	for _, f := range fields {
		out = append(out, ask(f))
	}
	return out
}

// read lists the fields that n reads.
func (l *Language) read(n ast.Node) []Field {
	var found []Field
	seek := seeker(func(n ast.Node) {
		f, ok := l.field(n)
		if ok && !slices.ContainsFunc(found, func(g Field) bool { return g.Name == f.Name }) {
			found = append(found, f)
		}
	})
	ast.Walk(&n, seek)
	return found
}

type seeker func(ast.Node)

func (s seeker) Visit(n *ast.Node) { s(*n) }

// field is the field that n names.
func (l *Language) field(n ast.Node) (Field, bool) {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return Field{}, false
	}
	root, _ := m.Node.(*ast.IdentifierNode)
	property, _ := m.Property.(*ast.StringNode)
	if root == nil || property == nil {
		return Field{}, false
	}
	f, ok := l.fields[root.Value+"."+property.Value]
	return f, ok
}

// value writes a number, a text or the sum of such; real says that it stands
// beside a number with decimals.
func (l *Language) value(n ast.Node, real bool) string {
	if f, ok := l.field(n); ok {
		return l.name(f)
	}
	switch n := n.(type) {
	case *ast.IntegerNode:
		if real {
			return l.real(strconv.Itoa(n.Value))
		}
		return strconv.Itoa(n.Value)
	case *ast.StringNode:
		return strconv.Quote(n.Value)
	case *ast.UnaryNode:
		return n.Operator + l.value(n.Node, real)
	case *ast.BinaryNode:
		return l.pair(n)
	case *ast.BuiltinNode:
		return l.call(n.Name, l.values(n.Arguments))
	case *ast.CallNode:
		return l.call(n.Callee.String(), l.values(n.Arguments))
	}
	return n.String()
}

func (l *Language) values(list []ast.Node) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = l.value(n, false)
	}
	return out
}

// pair writes an operator between two values.
func (l *Language) pair(n *ast.BinaryNode) string {
	real := slices.ContainsFunc(l.read(n), func(f Field) bool { return f.Type == Number })
	return l.value(n.Left, real) + " " + n.Operator + " " + l.value(n.Right, real)
}
