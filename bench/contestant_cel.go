package bench

import (
	"fmt"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"callsheet/bench/ruleset"
)

// startCEL compiles the rules with cel-go. Where fields may be empty they are
// declared without a type, because null is none of a number's values.
func startCEL(w *Workload, set Set) (Run, error) {
	src, err := sources(ruleset.NewCEL(w.Zone), w, set)
	if err != nil {
		return nil, err
	}
	env, err := celEnvironment(w)
	if err != nil {
		return nil, err
	}
	programs := make([]cel.Program, len(src))
	for i := range src {
		tree, issues := env.Compile(src[i])
		if issues.Err() != nil {
			return nil, fmt.Errorf("rule %s: %w", src[i], issues.Err())
		}
		if programs[i], err = env.Program(tree, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return nil, fmt.Errorf("rule %s: %w", src[i], err)
		}
	}
	leads, err := activations(w)
	if err != nil {
		return nil, err
	}
	return newEach(w, func(i int) (row Row, err error) {
		points := 0
		for rule, program := range programs {
			out, _, err := program.Eval(leads[i])
			if err != nil {
				return row, fmt.Errorf("rule %s: %w", src[rule], err)
			}
			switch out := out.(type) {
			case types.Int:
				points += int(out)
			case types.Bool:
				if out {
					row[rule>>6] |= 1 << (rule & 63)
				}
			}
		}
		if set == Scoring {
			row[0] = limited(points)
		}
		return row, nil
	}), nil
}

// activations are the facts of all leads as values of CEL, so that nothing has to
// be converted while rules are evaluated.
func activations(w *Workload) ([]cel.Activation, error) {
	out := make([]cel.Activation, len(w.Leads))
	for i, facts := range maps(w) {
		for name, value := range facts {
			facts[name] = types.DefaultTypeAdapter.NativeToValue(value)
		}
		var err error
		if out[i], err = cel.NewActivation(facts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func celEnvironment(w *Workload) (*cel.Env, error) {
	clock := newClock(w)
	options := []cel.EnvOption{
		cel.Function("hours_since", cel.Overload("hours_since_time", []*cel.Type{cel.TimestampType}, cel.DoubleType,
			cel.UnaryBinding(func(t ref.Val) ref.Val { return types.Double(clock.hoursSince(t.Value().(time.Time))) }))),
		cel.Function("days_since", cel.Overload("days_since_time", []*cel.Type{cel.TimestampType}, cel.IntType,
			cel.UnaryBinding(func(t ref.Val) ref.Val { return types.Int(clock.daysSince(t.Value().(time.Time))) }))),
	}
	for _, f := range ruleset.Fields() {
		kind := celType(f.Type)
		if w.Empties {
			kind = cel.DynType
		}
		options = append(options, cel.Variable(f.Short(), kind))
	}
	return cel.NewEnv(options...)
}

func celType(t ruleset.Type) *cel.Type {
	switch t {
	case ruleset.Integer:
		return cel.IntType
	case ruleset.Number:
		return cel.DoubleType
	case ruleset.Boolean:
		return cel.BoolType
	case ruleset.Time:
		return cel.TimestampType
	case ruleset.TextList:
		return cel.ListType(cel.StringType)
	}
	return cel.StringType
}
