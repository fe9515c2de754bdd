package expression

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// What is found is an example, and what is impossible stays so whatever is
// tried.
func TestExample(t *testing.T) {
	t.Parallel()
	s := exampleSchema(t)
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		demands string // parted by ";", "!" in front of what must not be true
		want    Verdict
		facts   string
	}{
		{"lead.visits > 80; lead.visits < 20", Impossible, ""},
		{"lead.visits > 80; lead.visits < 82", Possible, "lead.visits 81"},
		{"lead.visits >= 3; !lead.visits >= 3", Impossible, ""},
		{"lead.visits <= 6; !lead.visits <= 3", Possible, "lead.visits 4"},
		{"!lead.visits <= 3; !lead.visits > 3", Possible, "lead.visits empty"},
		{`lead.role == "owner"; lead.role in ["owner", "heir"]; lead.visits == nil`, Possible, "lead.visits empty, lead.role owner"},
		{`lead.role == "owner"; lead.role == "heir"`, Impossible, ""},
		{`lead.city == "Lyon"; !lead.city == "Lyon"`, Impossible, ""},
		{`lead.city != "Lyon"; lead.city != "Paris"`, Possible, "lead.city another text"},
		{"(lead.visits ?? 0) > 2; lead.visits == nil", Impossible, ""},
		{"lead.price * 2 > lead.visits; lead.price * 2 < lead.visits", Undecided, ""},
		{"days_since(lead.created_at) > 30; days_since(lead.created_at) < 10", Impossible, ""},
		{"lead.vip or lead.visits > 3; !lead.visits > 3; not lead.vip", Impossible, ""},
	} {
		var demands []Demand
		for source := range strings.SplitSeq(tt.demands, "; ") {
			bare, not := strings.CutPrefix(source, "!")
			c, faults := s.Condition(bare, Scope{})
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			demands = append(demands, Demand{c, !not})
		}
		got, facts := s.Example(demands, map[string]any{"now": now})
		var words []string
		for _, f := range facts {
			words = append(words, f.Field+" "+f.Text)
		}
		if got != tt.want || strings.Join(words, ", ") != tt.facts {
			t.Errorf("%s\n got %v, %q\nwant %v, %q", tt.demands, got, strings.Join(words, ", "), tt.want, tt.facts)
		}
	}
}

// Random leads never contradict a proof.
func TestImpossibleIsAProof(t *testing.T) {
	t.Parallel()
	s := exampleSchema(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	test := func() string {
		n := r.IntN(8)
		return []string{
			fmt.Sprintf("lead.visits %s %d", []string{"<", "<=", "==", "!=", ">", ">="}[r.IntN(6)], n),
			fmt.Sprintf("lead.price %s %d.5", []string{"<", "<=", ">", ">="}[r.IntN(4)], n),
			[]string{"lead.vip", "not lead.vip", "lead.vip == nil"}[r.IntN(3)],
			fmt.Sprintf("lead.role %s %q", []string{"==", "!="}[r.IntN(2)], []string{"owner", "heir", "tenant"}[r.IntN(3)]),
			fmt.Sprintf("(lead.visits ?? %d) > %d", r.IntN(8), n),
		}[r.IntN(5)]
	}
	impossible := 0
	for range 400 {
		var demands []Demand
		var told []string
		for range 2 + r.IntN(3) {
			source := test()
			if r.IntN(2) == 0 {
				source = "(" + source + " " + []string{"and", "or"}[r.IntN(2)] + " " + test() + ")"
			}
			c, faults := s.Condition(source, Scope{})
			if len(faults) > 0 {
				t.Fatal(source, faults)
			}
			demands = append(demands, Demand{c, r.IntN(2) == 0})
			told = append(told, fmt.Sprint(source, " ", demands[len(demands)-1].True))
		}
		verdict, facts := s.Example(demands, nil)
		if verdict == Undecided {
			t.Fatalf("%s is not decided", told)
		}
		if verdict == Possible {
			continue
		}
		impossible++
		b := s.NewBatch(MaxBatch)
		for i := range MaxBatch {
			if r.IntN(5) > 0 {
				b.put(&column{base: base{typ: Integer}, col: s.index["lead.visits"]}, i, int64(r.IntN(10)))
			}
			if r.IntN(5) > 0 {
				b.put(&column{base: base{typ: Number}, col: s.index["lead.price"]}, i, float64(r.IntN(20))/2)
			}
			if r.IntN(3) > 0 {
				b.put(&column{base: base{typ: Boolean}, col: s.index["lead.vip"]}, i, r.IntN(2) == 0)
			}
			if r.IntN(5) > 0 {
				b.put(&column{base: base{typ: Choice}, col: s.index["lead.role"]}, i, []string{"owner", "heir", "tenant"}[r.IntN(3)])
			}
		}
		var goals []goal
		for _, d := range demands {
			goals = append(goals, goal{d.Condition.root, d.True})
		}
		if row := met(b, goals); row >= 0 {
			t.Fatalf("%s is called impossible, and lead %d of a random batch meets it (%v)", told, row, facts)
		}
	}
	if impossible < 20 {
		t.Errorf("only %d of 400 were impossible: the test shows little", impossible)
	}
}

func exampleSchema(t *testing.T) *Schema {
	t.Helper()
	s, err := NewSchema([]Field{
		{Name: "lead.visits", Type: Integer},
		{Name: "lead.price", Type: Number},
		{Name: "lead.vip", Type: Boolean},
		{Name: "lead.role", Type: Choice, Values: []string{"owner", "heir", "tenant"}},
		{Name: "lead.city", Type: Text},
		{Name: "lead.created_at", Type: Time, Required: true},
	}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
