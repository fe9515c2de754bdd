package bench

import (
	"fmt"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"callsheet/bench/ruleset"
)

// optional is the fields of a lead for expr where they may be empty: nil stands
// for a value that is not there.
type optional struct {
	Source            *string    `expr:"source"`
	Role              *string    `expr:"role"`
	PropertyType      *string    `expr:"property_type"`
	Language          *string    `expr:"language"`
	City              *string    `expr:"city"`
	Email             *string    `expr:"email"`
	AssignedAgent     *string    `expr:"assigned_agent"`
	EstimatedPrice    *float64   `expr:"estimated_price"`
	LivingArea        *float64   `expr:"living_area"`
	Rooms             *int       `expr:"rooms"`
	SellHorizonMonths *int       `expr:"sell_horizon_months"`
	Visits            *int       `expr:"visits"`
	CallbackRequests  *int       `expr:"callback_requests"`
	MediaZone         *bool      `expr:"media_zone"`
	OnBloctel         *bool      `expr:"on_bloctel"`
	NotaryReady       *bool      `expr:"notary_ready"`
	EstimatedAt       *time.Time `expr:"estimated_at"`
	LastCallAt        *time.Time `expr:"last_call_at"`
	ConsentAt         *time.Time `expr:"consent_at"`
	Tags              []string   `expr:"tags"`
}

// withNil is the lead with nil for what it lacks.
func withNil(l *Lead) optional {
	o := optional{
		maybe(l, 0, &l.Source), maybe(l, 1, &l.Role), maybe(l, 2, &l.PropertyType), maybe(l, 3, &l.Language),
		maybe(l, 4, &l.City), maybe(l, 5, &l.Email), maybe(l, 6, &l.AssignedAgent), maybe(l, 7, &l.EstimatedPrice),
		maybe(l, 8, &l.LivingArea), maybe(l, 9, &l.Rooms), maybe(l, 10, &l.SellHorizonMonths), maybe(l, 11, &l.Visits),
		maybe(l, 12, &l.CallbackRequests), maybe(l, 13, &l.MediaZone), maybe(l, 14, &l.OnBloctel), maybe(l, 15, &l.NotaryReady),
		maybe(l, 16, &l.EstimatedAt), maybe(l, 17, &l.LastCallAt), maybe(l, 18, &l.ConsentAt), nil,
	}
	if l.has(19) {
		o.Tags = l.Tags
	}
	return o
}

func maybe[T any](l *Lead, field int, value *T) *T {
	if !l.has(field) {
		return nil
	}
	return value
}

func startExprStruct(w *Workload, set Set) (Run, error) {
	if !w.Empties {
		return startExpr(w, set, Lead{}, func(i int) any { return &w.Leads[i] })
	}
	leads := make([]optional, len(w.Leads))
	for i := range leads {
		leads[i] = withNil(&w.Leads[i])
	}
	return startExpr(w, set, optional{}, func(i int) any { return &leads[i] })
}

func startExprMap(w *Workload, set Set) (Run, error) {
	whole := Lead{Tags: []string{""}, Has: all}
	maps := maps(w)
	return startExpr(w, set, whole.facts(ruleset.Fields()), func(i int) any { return maps[i] })
}

// startExpr compiles the rules against an environment like env; facts gives the
// one of each lead.
func startExpr(w *Workload, set Set, env any, facts func(i int) any) (Run, error) {
	src, err := sources(ruleset.NewExpr(), w, set)
	if err != nil {
		return nil, err
	}
	programs := make([]*vm.Program, len(src))
	for i := range src {
		if programs[i], err = expr.Compile(src[i], append(exprOptions(w), expr.Env(env))...); err != nil {
			return nil, fmt.Errorf("rule %s: %w", src[i], err)
		}
	}
	machine := vm.VM{}
	return newEach(w, func(i int) (row Row, err error) {
		env, points := facts(i), 0
		for rule, program := range programs {
			out, err := machine.Run(program, env)
			if err != nil {
				return row, fmt.Errorf("rule %s: %w", src[rule], err)
			}
			switch out := out.(type) {
			case int:
				points += out
			case bool:
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

// exprOptions are the functions of rules, and dates as constants: expr would
// read their text anew for every lead.
func exprOptions(w *Workload) []expr.Option {
	clock := newClock(w)
	return []expr.Option{
		expr.Function("hours_since", func(args ...any) (any, error) { return clock.hoursSince(instant(args[0])), nil },
			new(func(time.Time) float64), new(func(*time.Time) float64)),
		expr.Function("days_since", func(args ...any) (any, error) { return clock.daysSince(instant(args[0])), nil },
			new(func(time.Time) int), new(func(*time.Time) int)),
		expr.Patch(dates{w.Zone}),
	}
}

func instant(x any) time.Time {
	if p, ok := x.(*time.Time); ok {
		return *p
	}
	return x.(time.Time)
}

// dates replaces date("...") by the instant it stands for.
type dates struct{ zone *time.Location }

// Visit replaces one node.
func (d dates) Visit(n *ast.Node) {
	if call, ok := (*n).(*ast.BuiltinNode); ok && call.Name == "date" {
		day := call.Arguments[0].(*ast.StringNode).Value
		ast.Patch(n, &ast.ConstantNode{Value: ruleset.Midnight(day, d.zone)})
	}
}
