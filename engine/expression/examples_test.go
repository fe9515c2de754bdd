package expression

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
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
		{`lead.city startsWith "Par"`, Possible, "lead.city Par"},
		{`lead.city startsWith "Par"; lead.city != "Par"; lead.city != "Paris"`, Possible, "lead.city Para"},
		{`lead.city startsWith "Par"; lead.city < "P"`, Impossible, ""},
		{`lead.city endsWith "ris"`, Possible, "lead.city ris"},
		{`lead.city matches "^Par"; lead.city matches "^Lyon"`, Undecided, ""},
		{`lower(lead.city) == "paris"`, Possible, "lead.city paris"},
		{"len(lead.tags) > 2", Possible, "lead.tags a, b, c"},
		{`"vip" in lead.tags; "new" in lead.tags`, Possible, "lead.tags new, vip"},
		{`any(lead.tags, # startsWith "v")`, Possible, "lead.tags v"},
		{"is_empty(lead.tags)", Possible, "lead.tags empty"},
		{"lead.called_at != nil; hours_since(lead.called_at) < 72", Possible, "lead.called_at Mon 23 Nov 2026 10:00"},
		{"hours_since(lead.called_at) > 72; hours_since(lead.called_at) < 96", Possible, "lead.called_at Fri 20 Nov 2026 09:00"},
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

// forms are conditions with every operator and function of the language, of a field of any type. Some lead meets each,
// and some lead does not, where the field has a type that it goes with.
func forms() []string {
	return []string{
		"%s", "not %s", "%s and lead.score > 3", "%s or lead.score > 3", "%s == nil", "%s != nil", "is_empty(%s)", "(%s ?? false)",
		"%s == true", "(%s ? lead.score : 2) > 1", "lead.score > 3 ? %s : false",
		`%s == "Par"`, `%s != "Par"`, `%s < "Par"`, `%s <= "Par"`, `%s > "Par"`, `%s >= "Par"`, `(%s ?? "x") == "Par"`,
		`%s in ["Par", "Q"]`, `%s not in ["Par", "Q"]`, `%s in ["owner", "heir"]`, `%s == "estimation"`,
		`%s startsWith "Par"`, `%s endsWith "ris"`, `%s contains "ari"`, `%s matches "^P[a-z]+$"`, `%s matches lead.id`, `not (%s startsWith "Par")`,
		`lower(%s) == "par"`, `upper(%s) == "PAR"`, `trim(%s) == "Par"`, `trim(%s, "x") == "Par"`, `trimPrefix(%s, "P") == "ar"`, `trimSuffix(%s, "r") == "Pa"`,
		`string(%s) == "3"`, `%s + "x" == "Parx"`, `len(%s) > 2`, `len(%s) == 1`, `any(split(%s, ","), # == "Par")`,
		"%s == 3", "%s != 3", "%s < 3", "%s <= 3", "%s > 3", "%s >= 3", "%s in [3, 4]", "%s in 3..5", "%s not in [3, 4]", "(%s ?? 0) > 3", "-%s > 3",
		"%s + 1 > 3", "%s - 1 > 3", "%s * 2 > 3", "%s / 2 > 3", "10 / %s > 3", "%s % 2 == 1", "%s ^ 2 > 3", "%s ** 2 > 3", "%s == lead.visits",
		"min(%s, 5) > 3", "max(%s, 1) > 3", "abs(%s) > 3", "round(%s) > 3", "floor(%s) > 3", "ceil(%s) > 3", "int(%s) > 3", "float(%s) > 3.5",
		`"vip" in %s`, `"vip" not in %s`, `"vip" in (%s ?? [])`, `any(%s, # startsWith "v")`, `all(%s, # == "vip")`, `none(%s, # == "vip")`, `one(%s, # == "vip")`,
		`count(%s, # == "vip") > 0`, `len(filter(%s, # == "vip")) > 0`, `first(%s) == "vip"`, `last(%s) == "vip"`, "%s in lead.tags",
		"%s < now", "%s > now", `%s > date("2026-03-01")`, "days_since(%s) > 3", "hours_since(%s) < 72", "local_hour(%s) > 3", "%s + days(2) > now",
		"%s - hours(2) > now", "now - %s > days(3)", "%s > hours(3)", "%s > days(3)", "%s * 2 > hours(3)",
	}
}

// promises fails the test when what is said of a condition, or of its contrary, is not so for one of the leads.
func promises(t rapid.TB, s *Schema, c *Condition, b *Batch) {
	t.Helper()
	now, _ := b.fields[s.now].Time(0)
	for _, want := range []bool{true, false} {
		verdict, facts := s.Example([]Demand{{c, want}}, map[string]any{"now": now})
		if row := met(b, []goal{{c.root, want}}); verdict == Impossible && row >= 0 {
			t.Fatalf("%s %t is called impossible, and lead %d meets it", c.Source(), want, row)
		}
		for _, f := range facts {
			if strings.ContainsAny(f.Text, "\x00\x01") || s.fields[s.index[f.Field]].Type == Time && strings.Contains(f.Text, " -") {
				t.Errorf("%s %t: example %s is %q", c.Source(), want, f.Field, f.Text)
			}
		}
	}
}

// manyLeads is a batch of leads in which there is one for and against each of the forms.
func manyLeads(t testing.TB, s *Schema) *Batch {
	now := testNow(t)
	var leads []row
	for i := range 400 {
		lead := row{}
		for k, f := range s.fields {
			turn := i/(1+k%3) + k
			if f.Name == nowField || !f.Required && turn%11 == 0 {
				continue
			}
			switch f.Type {
			case Integer:
				lead[f.Name] = turn % 9
			case Number:
				lead[f.Name] = float64(turn%19) / 2
			case Boolean:
				lead[f.Name] = turn%2 == 0
			case Time:
				lead[f.Name] = now.Add(time.Duration(turn%40-20) * 7 * time.Hour)
			case Duration:
				lead[f.Name] = time.Duration(turn%40) * 3 * time.Hour
			case TextList:
				lead[f.Name] = [][]string{{"vip"}, {"Par", "vip", "x"}, {"x"}, {"vip", "y"}}[turn%4]
			case Choice:
				lead[f.Name] = f.Values[turn%len(f.Values)]
			default:
				lead[f.Name] = []string{"Par", "Paris", "A", "Q", "3", "Z", "x"}[turn%7]
			}
		}
		leads = append(leads, lead)
	}
	return load(t, s, leads...)
}

// Whatever the language offers, over a field of each type, is looked at without a panic, and nothing is called
// impossible of which there is an example.
func TestExampleOfEveryOperator(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := manyLeads(t, s)
	var accepted strings.Builder
	for _, form := range forms() {
		fits := false
		for _, f := range s.fields {
			c, faults := s.Condition(strings.Replace(form, "%s", f.Name, 1), Scope{})
			if len(faults) > 0 {
				continue
			}
			fits = true
			promises(t, s, c, b)
		}
		if !fits {
			t.Errorf("%s goes with no field", form)
		}
		fmt.Fprintln(&accepted, form)
	}
	for _, name := range append(builtins(), extras()...) {
		if !strings.Contains(accepted.String(), name+"(") {
			t.Errorf("%s stands in no form", name)
		}
	}
}

// The same for conditions put together at random.
func TestExampleOfAnyCondition(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := manyLeads(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		c, faults := s.Condition(generator{rt, false, true}.boolean(rapid.IntRange(0, 3).Draw(rt, "depth")), Scope{})
		if len(faults) == 0 {
			promises(rt, s, c, b)
		}
	})
}

// Texts between those that are named count as well.
func TestExampleBetweenTexts(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	parts := []string{"A", "P", "Par", "Paris", "Pas", "Z", "ab"}
	texts := append([]string{"Parma", "Paz", "0", "Pariser", "Pb", "zz", "Aa"}, parts...)
	b := s.NewBatch(len(texts) + 1)
	for i, text := range texts {
		b.SetText(s.index["lead.city"], i, text)
	}
	rapid.Check(t, func(rt *rapid.T) {
		var sources []string
		for range rapid.IntRange(1, 5).Draw(rt, "tests") {
			sources = append(sources, fmt.Sprintf("%slead.city %s %q)", rapid.SampledFrom([]string{"(", "not ("}).Draw(rt, "not"),
				rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">=", "startsWith"}).Draw(rt, "op"), rapid.SampledFrom(parts).Draw(rt, "text")))
		}
		c := mustCondition(t, s, strings.Join(sources, " and "))
		verdict, _ := s.Example([]Demand{{c, true}}, nil)
		if verdict == Undecided {
			rt.Fatalf("%s is not decided", c.Source())
		}
		if row := met(b, []goal{{c.root, true}}); verdict == Impossible && row >= 0 {
			rt.Fatalf("%s is called impossible, and %q meets it", c.Source(), texts[row])
		}
	})
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
		{Name: "lead.called_at", Type: Time},
		{Name: "lead.tags", Type: TextList},
	}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
