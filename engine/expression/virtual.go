package expression

import (
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// vmCall is a function or an operator that has no column kernel: expr's machine computes it lead by lead, over a map
// that is used again. It is empty where an operand is empty or the machine reports an error.
type vmCall struct {
	base
	name    string
	program *vm.Program
}

// compileCall compiles a form such as "trim(a, b)", whose operands are named a, b, ... in order.
func compileCall(name, form string, operands []node) (*vm.Program, error) {
	facts := map[string]any{}
	for i, operand := range operands {
		facts[operandName(i)] = sample(operand.kind())
	}
	program, err := expr.Compile(form, expr.Env(facts), expr.DisableAllBuiltins(), expr.EnableBuiltin(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return program, nil
}

func operandName(i int) string { return string(rune('a' + i)) }

// sample is a value of the Go type that expr sees for a type.
func sample(t Type) any {
	switch t {
	case Integer:
		return 0
	case Number:
		return 0.0
	case Boolean:
		return false
	case Time:
		return time.Time{}
	case Duration, calendarDays:
		return time.Duration(0)
	case TextList:
		return []string(nil)
	}
	return ""
}

func (n *vmCall) eval(b *Batch) *Vector {
	out := b.take(n.typ)
	if b.n > 0 {
		fill(out.known, b.n)
	}
	args := make([]*Vector, len(n.operands))
	for i, operand := range n.operands {
		args[i] = b.eval(operand)
		both(out.known, out.known, args[i].known)
	}
	if n.typ == Boolean {
		clear(out.bools)
	}
	rows(out.known, func(i int) {
		for k, arg := range args {
			b.facts[operandName(k)] = goValue(arg, i)
		}
		result, err := b.machine.Run(n.program, b.facts)
		if err != nil || !store(out, i, result) {
			clearBit(out.known, i)
		}
	})
	for _, arg := range args {
		b.release(arg)
	}
	return out
}

// goValue is the value of lead i as expr's machine sees it.
func goValue(v *Vector, i int) any {
	switch v.typ {
	case Integer:
		return int(v.ints[i&v.mask])
	case Number:
		return v.reals[i&v.mask]
	case Boolean:
		return bit(v.bools, i)
	case Time:
		return time.UnixMilli(v.ints[i&v.mask])
	case TextList:
		return v.lists[i&v.mask]
	}
	return v.texts[i&v.mask]
}

// store puts a result of the machine into lead i, unless it is of another type.
func store(out *Vector, i int, result any) bool {
	switch x := result.(type) {
	case bool:
		if out.typ == Boolean && x {
			setBit(out.bools, i)
		}
		return out.typ == Boolean
	case int:
		if out.typ == Integer {
			out.ints[i] = int64(x)
		}
		return out.typ == Integer
	case float64:
		if out.typ == Number {
			out.reals[i] = x
		}
		return out.typ == Number
	case string:
		if out.typ.isText() {
			out.texts[i] = x
		}
		return out.typ.isText()
	case []string:
		if out.typ == TextList {
			out.lists[i] = x
		}
		return out.typ == TextList
	}
	return false
}

// reason says for people why the call runs lead by lead.
func (n *vmCall) reason() string {
	if n.name == "matches" {
		return "`matches` with a pattern that is not written out is computed lead by lead"
	}
	return fmt.Sprintf("`%s` is computed lead by lead", strings.TrimSpace(n.name))
}
