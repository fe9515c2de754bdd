package expression

import (
	"errors"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
)

// confirm lets expr's own checker read the source as well, so that rules never become a language of their own. A
// panic inside it is a fault of the source.
func (s *Schema) confirm(r *report, src string) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ok = false
			r.at(CodeSyntax, place{0, len(r.src)}, "the expression cannot be read", "write it in a simpler way")
		}
	}()
	// Without optimizing: folding constants would compute what only the batch may find out.
	_, err := expr.Compile(src, append(s.dialect(signatures), expr.Optimize(false))...)
	if err == nil {
		return true
	}
	var at *file.Error
	if errors.As(err, &at) {
		r.at(CodeSyntax, place{at.From, at.To}, plain(at.Message), "")
	} else {
		r.at(CodeSyntax, place{0, len(r.src)}, plain(err.Error()), "")
	}
	return false
}

// body is a function as expr calls it.
type body = func(args ...any) (any, error)

// signatures gives functions no bodies: they are only checked.
func signatures(string) body {
	return func(...any) (any, error) { return nil, errors.New("only checked, never run") }
}

// dialect is expr's configuration for the language of rules: a closed vocabulary, the functions of builtins, and those
// of extras with the bodies given.
func (s *Schema) dialect(bodies func(name string) body) []expr.Option {
	options := []expr.Option{expr.Env(s.environment()), expr.MaxNodes(MaxNodes), expr.DisableAllBuiltins()}
	for _, name := range builtins() {
		options = append(options, expr.EnableBuiltin(name))
	}
	return append(options,
		expr.Function("days", bodies("days"), new(func(int) time.Duration), new(func(float64) time.Duration)),
		expr.Function("hours", bodies("hours"), new(func(int) time.Duration), new(func(float64) time.Duration)),
		expr.Function("days_since", bodies("days_since"), new(func(time.Time) int)),
		expr.Function("hours_since", bodies("hours_since"), new(func(time.Time) float64)),
		expr.Function("local_hour", bodies("local_hour"), new(func(time.Time) int)),
		expr.Function("is_empty", bodies("is_empty"), new(func(any) bool)),
		expr.Function("date", bodies("date"), new(func(string) time.Time)),
	)
}

// environment is the vocabulary as expr's types.
func (s *Schema) environment() types.Map {
	env := types.Map{}
	for _, f := range s.fields {
		root, property, dotted := strings.Cut(f.Name, ".")
		if !dotted {
			env[root] = types.TypeOf(sample(f.Type))
			continue
		}
		group, ok := env[root].(types.Map)
		if !ok {
			group = types.Map{}
			env[root] = group
		}
		group[property] = types.TypeOf(sample(f.Type))
	}
	return env
}
