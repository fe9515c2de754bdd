package ruleset

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// NewBook makes the language of rule books, for rules that say themselves what
// an empty field means.
func NewBook() *Language {
	name := func(f Field) string { return f.Name }
	return plain(name)
}

// NewExpr makes expr's language over fields with short names. It differs from
// that of rule books only in the names: these are one look-up each.
func NewExpr() *Language { return plain(Field.Short) }

// plain writes a rule as it is, with other names.
func plain(name func(Field) string) *Language {
	return newLanguage(Language{
		name:  name,
		has:   func(f Field) string { return name(f) + " != nil" },
		lacks: func(f Field) string { return name(f) + " == nil" },
		atom: func(l *Language, n ast.Node) string {
			src := n.String()
			for _, f := range l.read(n) {
				src = strings.ReplaceAll(src, f.Name, name(f))
			}
			return src
		},
		call: func(fn string, args []string) string { return fn + "(" + strings.Join(args, ", ") + ")" },
		real: func(n string) string { return n },
	})
}

// NewCEL makes the language of cel-go over fields with short names, with the
// functions hours_since and days_since. Dates are those of the zone.
func NewCEL(zone *time.Location) *Language {
	return newLanguage(Language{
		name:  Field.Short,
		has:   func(f Field) string { return f.Short() + " != null" },
		lacks: func(f Field) string { return f.Short() + " == null" },
		atom:  func(l *Language, n ast.Node) string { return celAtom(l, n, zone) },
		// CEL has no min; for two whole numbers the conditional says the same.
		call: func(name string, a []string) string {
			return map[string]string{"min": fmt.Sprintf("(%[1]s < %[2]s ? %[1]s : %[2]s)", a[0], a[len(a)-1])}[name]
		},
		real: func(n string) string { return n + ".0" },
	})
}

func celAtom(l *Language, n ast.Node, zone *time.Location) string {
	if f, s, ok := l.sinceOf(n); ok {
		switch s.Measure {
		case "hours_since":
			return fmt.Sprintf("hours_since(%s) %s %d.0", f.Short(), s.Operator, s.N)
		case "days_since":
			return fmt.Sprintf("days_since(%s) %s %d", f.Short(), s.Operator, s.N)
		}
		return fmt.Sprintf("%s %s timestamp(%q)", f.Short(), s.Operator, Midnight(s.Date, zone).UTC().Format(time.RFC3339))
	}
	if list, prefix, ok := anyOf(n); ok {
		return fmt.Sprintf("%s.exists(t, t.startsWith(%q))", l.value(list, false), prefix)
	}
	if w, ok := l.withinOf(n); ok {
		value := l.value(w.left, false)
		switch {
		case w.hasList:
			return value + " in " + w.list.Short()
		case w.from != nil:
			return fmt.Sprintf("(%[1]s >= %[2]s && %[1]s <= %[3]s)", value, l.value(w.from, false), l.value(w.to, false))
		}
		return value + " in [" + quoted(w.texts) + "]"
	}
	if b, text, ok := textTest(n); ok {
		return fmt.Sprintf("%s.%s(%q)", l.value(b.Left, false), b.Operator, text)
	}
	return truth(l, n)
}

// NewGRL makes the language of grule over a fact L with the fields' Go names.
// It has neither lists nor times of its own in the way the rules need them: the
// fact answers these with methods.
func NewGRL(zone *time.Location) *Language {
	return newLanguage(Language{
		name:  func(f Field) string { return "L." + f.Go },
		has:   func(Field) string { return "" },
		lacks: func(Field) string { return "" },
		atom:  func(l *Language, n ast.Node) string { return grlAtom(l, n, zone) },
		call: func(name string, a []string) string {
			return "L." + strings.ToUpper(name[:1]) + name[1:] + "(" + strings.Join(a, ", ") + ")"
		},
		real: func(n string) string { return n },
	})
}

func grlAtom(l *Language, n ast.Node, zone *time.Location) string {
	if f, s, ok := l.sinceOf(n); ok {
		switch s.Measure {
		case "hours_since":
			return fmt.Sprintf("L.HoursSince(%q) %s %d", f.Go, s.Operator, s.N)
		case "days_since":
			return fmt.Sprintf("L.DaysSince(%q) %s %d", f.Go, s.Operator, s.N)
		}
		return fmt.Sprintf("L.Millis(%q) %s %d", f.Go, s.Operator, Midnight(s.Date, zone).UnixMilli())
	}
	if _, prefix, ok := anyOf(n); ok {
		return fmt.Sprintf("L.AnyTag(%q)", prefix)
	}
	if w, ok := l.withinOf(n); ok {
		value := l.value(w.left, false)
		switch {
		case w.hasList:
			return fmt.Sprintf("L.HasTag(%s)", value)
		case w.from != nil:
			return fmt.Sprintf("(%[1]s >= %[2]s && %[1]s <= %[3]s)", value, l.value(w.from, false), l.value(w.to, false))
		}
		return value + ".In(" + quoted(w.texts) + ")"
	}
	if b, text, ok := textTest(n); ok {
		method := map[string]string{"contains": "Contains", "startsWith": "HasPrefix", "endsWith": "HasSuffix", "matches": "MatchString"}[b.Operator]
		return fmt.Sprintf("%s.%s(%q)", l.value(b.Left, false), method, text)
	}
	return truth(l, n)
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = strconv.Quote(text)
	}
	return strings.Join(out, ", ")
}
