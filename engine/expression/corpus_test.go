package expression

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// corpus is the expressions that expr keeps for its own tests, with its variables as fields of a lead.
func corpus(t *testing.T) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/expr-lang/expr").Output()
	if err != nil {
		t.Skipf("the sources of expr are not at hand: %v", err)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var sources, crowdsec []string
	for line := range strings.Lines(string(read("generated.txt"))) {
		sources = append(sources, strings.TrimSuffix(line, "\n"))
	}
	if err := json.Unmarshal(read("crowdsec.json"), &crowdsec); err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(read("examples.md")), "```") {
		if i%2 == 1 {
			sources = append(sources, part)
		}
	}
	sources = append(append(sources, crowdsec...), string(read("crash.txt")))
	variable := regexp.MustCompile(`(^|[^\w.$"'])(ok|i|f64|str|list|array)\b`)
	for i, src := range sources {
		// Twice: two variables may share the sign between them.
		src = variable.ReplaceAllString(src, "${1}lead.$2")
		sources[i] = variable.ReplaceAllString(src, "${1}lead.$2")
	}
	slices.Sort(sources)
	return slices.Compact(sources)
}

// refusals are the reasons for which an expression of the corpus is none of ours.
func refusals() map[string]string {
	return map[string]string{
		CodeUnknownFunction: "a function that rules do not have, such as map, sum, now or those of a host",
		CodeTypes:           "operands of different types, which expr compares as unequal or refuses at run time",
		CodeNotOffered:      "let, pipes into closures, maps, slices, methods, lists that do not hold texts",
		CodeSingleEquals:    "= belongs to let",
		CodeSemicolon:       "several expressions in one",
		CodeNumberRange:     "a range that ends before it begins, or over numbers",
		CodeDefault:         "?? between types",
		CodeDate:            "date() of what is no date",
		CodeInText:          "in over a text",
		CodeZeroDivision:    "a division by the constant zero",
		CodeDuration:        "duration(), a length of time in letters",
		CodeNowCall:         "now()",
		CodeCharacter:       "a sign that means nothing",
		CodeEnv:             "$env",
		CodeOptional:        "?.",
		CodeOperand:         "and, or, not over what is not true or false",
		CodeNil:             "nil as a value",
		CodeUnknownRoot:     "a variable without a counterpart among fields",
		CodeUnknownField:    "a part of what has no parts",
		CodeCapitals:        "&, | and operators in capitals",
		CodeUnterminated:    "a text without its closing quote",
	}
}

// Every expression of expr's own corpus that the vocabulary can say has the value that expr's machine gives it, and
// every other one is refused for a reason that is listed.
func TestCorpusOfExpr(t *testing.T) {
	t.Parallel()
	s, err := NewSchema([]Field{
		{Name: "lead.ok", Type: Boolean},
		{Name: "lead.i", Type: Integer},
		{Name: "lead.f64", Type: Number},
		{Name: "lead.str", Type: Text},
		{Name: "lead.list", Type: TextList},
		{Name: "lead.array", Type: TextList},
	}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	now := testNow(t).UTC()
	leads := []row{
		{"lead.ok": true, "lead.i": 1, "lead.f64": 0.5, "lead.str": "string", "lead.list": []string{"bar", "baz"}, "lead.array": []string{"1", "2"}},
		{"lead.ok": false, "lead.i": -3, "lead.f64": 2.0, "lead.str": "7", "lead.list": []string{"7"}, "lead.array": []string{"string", "a", "a"}},
	}
	b, reasons := load(t, s, leads...), map[string]int{}
	agreed, lead := 0, 0
	for _, src := range corpus(t) {
		v, faults := s.Value(src, Scope{})
		for _, fault := range faults {
			if refusals()[fault.Code] == "" {
				t.Errorf("%s is refused for no reason that is listed: %+v", src, fault)
			}
			reasons[fault.Code]++
		}
		if len(faults) > 0 {
			continue
		}
		program, err := expr.Compile(src, machine(s, now)...)
		if err != nil {
			// Folding constants finds errors that depend on no fact; for us they are an empty value.
			reasons["expr computes while compiling: "+err.Error()[:min(20, len(err.Error()))]]++
			continue
		}
		got := v.Eval(b)
		for lead = range leads {
			want, err := vm.Run(program, facts(s, leads[lead], now))
			if !sameValue(got, lead, want, err) {
				t.Errorf("%s for %v: %v, expr says %v, %v", src, leads[lead], shown(got, lead), want, err)
			}
		}
		agreed++
	}
	if agreed < 2000 {
		t.Errorf("only %d expressions were compared", agreed)
	}
	t.Logf("%d agree", agreed)
	for _, code := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("%6d %s %s", reasons[code], code, refusals()[code])
	}
}

// shown is the value of a lead as expr's machine has it, nil for none.
func shown(v *Vector, i int) any {
	if !v.Has(i) {
		return nil
	}
	if v.typ == Duration {
		return time.Duration(v.ints[i&v.mask]) * time.Millisecond
	}
	return goValue(v, i)
}

// sameValue tells whether a value is what expr's machine says. Its errors, infinities and numbers that are none are
// empty for us; what it only fails to wait for may be settled.
func sameValue(got *Vector, i int, want any, err error) bool {
	mine := shown(got, i)
	if x, ok := want.(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
		want = nil
	}
	switch {
	case err != nil:
		return mine == nil || got.typ == Boolean
	case want == math.MinInt:
		return mine == nil // int() of what does not fit, which depends on the processor, is empty
	case mine == nil || want == nil:
		return mine == nil && want == nil
	}
	if whole, ok := want.(int); ok && got.typ == Number {
		// Where one of two values is whole and the other is not, expr leaves each as it is; for us both are numbers.
		want = float64(whole)
	}
	if list, ok := want.([]any); ok {
		return fmt.Sprint(mine) == fmt.Sprint(list)
	}
	if at, ok := want.(time.Time); ok {
		return at.Equal(mine.(time.Time))
	}
	return reflect.DeepEqual(mine, want)
}
