package expression

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"pgregory.net/rapid"
)

// reference gives our functions bodies for expr's machine, at a clock. Days are those of UTC.
func reference(s *Schema, now time.Time) func(name string) body {
	return func(name string) body {
		return func(args ...any) (any, error) {
			switch x := args[0].(type) {
			case time.Time:
				day := func(t time.Time) int64 { return floorDiv(t.UnixMilli(), dayMillis) }
				switch name {
				case "days_since":
					return int(day(now) - day(x)), nil
				case "hours_since":
					return now.Sub(x).Hours(), nil
				case "local_hour":
					return x.UTC().Hour(), nil
				}
			case string:
				if name == "date" {
					return s.date(x)
				}
			}
			if name == "is_empty" {
				v := reflect.ValueOf(args[0])
				return args[0] == nil || (v.Kind() == reflect.String || v.Kind() == reflect.Slice) && v.Len() == 0, nil
			}
			unit := map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour}[name]
			switch n := args[0].(type) {
			case int:
				return time.Duration(n) * unit, nil
			case float64:
				return time.Duration(math.Round(n*float64(unit)/1e6)) * time.Millisecond, nil
			}
			return nil, fmt.Errorf("%s(%T)", name, args[0])
		}
	}
}

// machine is expr as the reference: our dialect with bodies at a clock, and an error where a computed number is infinite
// or not a number, which expr itself would go on with.
func machine(s *Schema, now time.Time) []expr.Option {
	options := s.dialect(reference(s, now))
	for _, op := range []string{"+", "-", "*", "/", "^", "**"} {
		name := "finite_" + map[string]string{"+": "sum", "-": "difference", "*": "product", "/": "quotient", "^": "power", "**": "power_too"}[op]
		signatures := []any{new(func(float64, float64) float64), new(func(int, float64) float64), new(func(float64, int) float64)}
		if op == "/" || op == "^" || op == "**" {
			signatures = append(signatures, new(func(int, int) float64))
		}
		options = append(options, expr.Operator(op, name), expr.Function(name, func(args ...any) (any, error) {
			var x [2]float64
			for i, arg := range args {
				if whole, is := arg.(int); is {
					x[i] = float64(whole)
				} else {
					x[i], _ = arg.(float64)
				}
			}
			result := [1]float64{}
			reals(map[bool]string{true: "^", false: op}[op == "**"], result[:], x[:1], x[1:])
			if result[0]-result[0] != 0 {
				return nil, fmt.Errorf("%v %s %v has no result", x[0], op, x[1])
			}
			return result[0], nil
		}, signatures...))
	}
	return options
}

// facts is a lead as expr's machine reads it.
func facts(s *Schema, lead row, now time.Time) map[string]any {
	env := map[string]any{nowField: now}
	for _, f := range s.fields {
		if root, property, dotted := strings.Cut(f.Name, "."); dotted {
			group, _ := env[root].(map[string]any)
			if group == nil {
				group = map[string]any{}
				env[root] = group
			}
			if value, filled := lead[f.Name]; filled {
				group[property] = value
			}
		}
	}
	return env
}

// Over leads without empty fields, columns and expr's machine agree on whatever an analyst may write.
func TestColumnsAgreeWithExpr(t *testing.T) {
	t.Parallel()
	s, err := NewSchema(testFields(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, len(s.fields))
	for i := range all {
		all[i] = i
	}
	now := testNow(t).UTC()
	rapid.Check(t, func(rt *rapid.T) {
		g := generator{rt, false, true}
		src := g.boolean(rapid.IntRange(0, 4).Draw(rt, "depth"))
		c, faults := s.Condition(src, Scope{})
		if len(faults) > 0 {
			if faults[0].Code == CodeZeroDivision || faults[0].Code == CodeEmptyText {
				return
			}
			rt.Fatalf("%s: %+v", src, faults)
		}
		program, err := expr.Compile(src, machine(s, now)...)
		if err != nil {
			if strings.Contains(err.Error(), "divide by zero") {
				return
			}
			rt.Fatalf("%s: %v", src, err)
		}
		leads := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row { return drawLead(t, s, all) }), 1, 5).Draw(rt, "leads")
		truth := c.Eval(load(t, s, leads...))
		for i, lead := range leads {
			want, err := vm.Run(program, facts(s, lead, now))
			value, known := truth.At(i)
			switch {
			case err != nil && known && !kleene(src):
				rt.Fatalf("%s over %v: %v, expr fails: %v", src, lead, value, err)
			case err == nil && known && value != want:
				rt.Fatalf("%s over %v: %v, expr says %v", src, lead, value, want)
			case err == nil && !known && !strings.Contains(src, "%") && !strings.Contains(src, "/") && !strings.Contains(src, "^"):
				rt.Fatalf("%s over %v: unknown, expr says %v", src, lead, want)
			}
		}
	})
}

// kleene tells whether a part that fails may be settled by another one, which expr's machine does not wait for.
func kleene(src string) bool {
	return strings.Contains(src, " and ") || strings.Contains(src, " or ") || strings.Contains(src, "??") || strings.Contains(src, "is_empty")
}

// Leads of one batch do not see each other: a batch decides as many batches of one.
func TestBatchEqualsSingleLeads(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		c, faults := s.Condition(generator{rt, false, true}.boolean(3), Scope{})
		if len(faults) > 0 {
			return
		}
		leads := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row { return drawLead(t, s, nil) }), 1, 70).Draw(rt, "leads")
		b := load(t, s, leads...)
		for i, lead := range leads {
			if all, one := verdict(c, b, i), verdict(c, load(t, s, lead), 0); all != one {
				rt.Fatalf("%s: lead %d is %s in the batch and %s alone", c.Source(), i, all, one)
			}
		}
	})
}

// What is known of a lead with empty fields stays so however they are filled, as long as nothing asks for emptiness:
// the meaning of "unknown" in Kleene's logic. A condition that is true of one filling and false of another is unknown.
func TestKnownStaysKnown(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	rapid.Check(t, func(rt *rapid.T) {
		c, faults := s.Condition(generator{rt, true, false}.boolean(rapid.IntRange(1, 4).Draw(rt, "depth")), Scope{})
		if len(faults) > 0 {
			return
		}
		partial := drawLead(rt, s, nil)
		before := verdict(c, load(t, s, partial), 0)
		for range 3 {
			full := maps.Clone(partial)
			for _, f := range s.fields {
				if _, filled := full[f.Name]; !filled && f.Name != nowField {
					full[f.Name] = drawValue(rt, f)
				}
			}
			after := verdict(c, load(t, s, full), 0)
			if before != unknown && before != after || after == unknown {
				rt.Fatalf("%s: %s for %v, %s for %v", c.Source(), before, partial, after, full)
			}
		}
	})
}
