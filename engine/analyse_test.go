package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// Each finding has its place and an example; what nobody can decide is named
// and never guessed.
func TestAnalyse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		edits     []edit
		want      []string
		undecided []string
	}{
		{"the shipped book", nil, nil, nil},
		{"a segment under a wider one", []edit{{"rules/leads.yaml", "lead.sell_horizon_months <= 6", "lead.sell_horizon_months <= 2"}}, []string{
			"rules/leads.yaml:27:11: R304 segment PVI_SOON can never apply: the entries above it take every such lead: example: sell_horizon_months 2 months → PVI_NOW; move it up, or delete it",
		}, nil},
		{"a segment that nobody can have", []edit{{"rules/leads.yaml", "lead.sell_horizon_months > 24", "lead.sell_horizon_months > 24 and lead.sell_horizon_months < 24"}}, []string{
			"rules/leads.yaml:36:11: R304 segment PVB_LATER can never apply: no lead meets its condition: correct the condition",
		}, nil},
		{"include against exclude", []edit{{"campaigns.yaml", "        say: never answered in four attempts\n", "        say: never answered in four attempts\n      hot: lead.score > 70\n    include:\n      warm: lead.score > 80\n"}}, []string{
			"campaigns.yaml:63:12: R305 campaign PVB can take nobody: include `lead.score > 80` and exclude `lead.score > 70` leave no lead: change one of them",
		}, nil},
		{"a score that there is not", []edit{{"campaigns.yaml", "when: lead.score >= 20", "when: lead.score >= 120"}}, []string{
			"campaigns.yaml:51:15: R305 campaign PVI can take nobody: include `lead.score >= 120` and scores from 0 to 100 leave no lead: change one of them",
		}, nil},
		{"a condition for everybody", []edit{{"campaigns.yaml", "when: lead.score >= 20", "when: lead.score >= 0"}}, []string{
			"campaigns.yaml:51:15: R306 campaign PVI: warm lets everybody through: correct the condition, or delete it",
		}, nil},
		{"a point rule for nobody", []edit{{"scoring.yaml", "lead.sell_horizon_months in 4..6", "lead.sell_horizon_months >= 6 and lead.sell_horizon_months <= 4"}}, []string{
			"scoring.yaml:24:15: R306 point rule horizon_soon can never apply: no lead meets its condition: correct the condition, or delete the rule",
		}, nil},
		{"two campaigns for one lead", []edit{{"campaigns.yaml", "segments: [PVB, PVB_LATER]\n    slots: [morning, afternoon]", "segments: [PVB, PVB_LATER, PVM]\n    slots: [morning, afternoon]"}}, []string{
			"campaigns.yaml:54:3: R307 campaigns PVI and PVB take the same leads in the same slot: whichever starts first gets them: example: DIRECT PVM with " +
				"score 100, source form, created_at Mon 23 Nov 2026 10:00, estimated_at Mon 23 Nov 2026 10:00, estimated_price 200000 EUR, sell_horizon_months 12 months, …; part them",
		}, nil},
		{"slots that overlap", []edit{{"campaigns.yaml", `from: "17:00", to: "20:00"`, `from: "16:30", to: "20:00"`}}, []string{
			"campaigns.yaml:46:33: R308 campaign PVI: slots afternoon and evening overlap: let one end where the other begins",
			"campaigns.yaml:75:33: R308 campaign DDR: slots afternoon and evening overlap: let one end where the other begins",
		}, nil},
		{"scores without a grade", []edit{{"scoring.yaml", "{grade: cold, min: 0}", "{grade: cold, min: 10}"}}, []string{
			"R309 scores from 0 to 9 have no grade: example: score 9; add {min: 0, grade: …} at the end",
		}, nil},
		{"a segment that no campaign takes", []edit{
			{"campaigns.yaml", "segments: [PVB, PVB_LATER]\n    slots: [morning, afternoon]", "segments: [PVB]\n    slots: [morning, afternoon]"},
			{"campaigns.yaml", "segments: [PVI_NOW, PVI_SOON, PVS, PVM, PVB, PVB_LATER]", "segments: [PVI_NOW, PVI_SOON, PVS, PVM, PVB]"},
			{"campaigns.yaml", "lead_types: [FSBO]            # no segments given: takes any, and leads without one", "lead_types: [FSBO]\n    segments: [PVB]"},
		}, []string{
			"rules/leads.yaml:35:14: R310 no campaign takes segment PVB_LATER: its leads are never called: add it to a campaign, if they are to be called",
		}, nil},
		{
			"fields that are compared with each other",
			[]edit{{"rules/leads.yaml", "lead.sell_horizon_months > 24", "lead.sell_horizon_months > lead.visits and lead.sell_horizon_months < lead.visits"}},
			nil,
			[]string{"segment PVB_LATER"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := engine.Compile(edited(t, shippedFiles(t), c.edits...))
			if err != nil {
				t.Fatal(err)
			}
			found, undecided := b.Analyse(local(t, b, "2026-11-23T10:00:00"))
			var got []string
			for _, f := range found {
				got = append(got, f.String())
			}
			if len(got) != len(c.want) {
				t.Fatalf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
			for i, want := range c.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got  %s\nwant %s", got[i], want)
				}
			}
			if diff := cmp.Diff(c.undecided, undecided); diff != "" {
				t.Errorf("undecided (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a condition asks of a field of the vocabulary, wherever it stands, is
// looked at to the end, and a lead that meets it is not said to be impossible.
func TestAnalyseEveryOperator(t *testing.T) {
	t.Parallel()
	files := shippedFiles(t)
	book, err := engine.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	values := map[expression.Type][]string{
		expression.Text: {
			`startsWith "Par"`, `endsWith "ris"`, `contains "ari"`, `matches "^Par+"`, `== "Par"`, `> "Par"`, `<= "Par"`, `in ["Par", "Q"]`, "!= nil",
		},
		expression.Integer:  {"> 3", "!= 3", "% 2 == 1", "* 2 > 3", "in 3..5", "/ 2 > 1"},
		expression.Number:   {"> 3", "/ 2 > 3", "^ 2 > 3"},
		expression.Time:     {"< now", "+ days(2) > now", `> date("2026-03-01")`, "!= nil"},
		expression.TextList: {"!= nil"},
	}
	around := map[expression.Type][]string{
		expression.Text:     {`lower(%s) == "paris"`, "len(%s) > 2", `trimPrefix(%s, "P") == "aris"`, "not is_empty(%s)"},
		expression.Time:     {"hours_since(%s) < 72", "days_since(%s) > 3", "local_hour(%s) > 9"},
		expression.Number:   {"round(%s) > 3", "max(%s, 1) > 3"},
		expression.Integer:  {"abs(%s) > 3", "min(%s, 9) > 3"},
		expression.TextList: {"len(%s) > 2", `"vip" in %s`, `"vip" in (%s ?? [])`, `any(%s, # startsWith "v")`, "is_empty(%s)", `first(%s) == "vip"`, `count(%s, # == "vip") > 0`},
	}
	at := local(t, book, "2026-11-23T10:00:00")
	looked := map[expression.Type]int{}
	for _, f := range book.Schema.Fields() {
		if f.Required || looked[f.Type] >= len(values[f.Type])+len(around[f.Type]) {
			continue // a lead without a value is impossible, and some fields of a type are enough
		}
		var conditions []string
		for _, rest := range values[f.Type] {
			conditions = append(conditions, f.Name+" "+rest)
		}
		for _, form := range around[f.Type] {
			conditions = append(conditions, fmt.Sprintf(form, f.Name))
		}
		for _, condition := range conditions {
			excluded := condition
			if !strings.HasPrefix(condition, "is_empty") {
				excluded = f.Name + " != nil and " + condition
			}
			places := edited(t, files,
				edit{"scoring.yaml", "lead.sell_horizon_months in 4..6", condition},
				edit{"campaigns.yaml", "when: lead.score >= 20", "when: " + condition},
				edit{"campaigns.yaml", "when: lead.attempts >= 4 and lead.reached == 0", "when: " + excluded},
				edit{"rules/leads.yaml", `lead.source == "fsbo"`, condition})
			b, err := engine.Compile(places)
			if err != nil {
				continue // not every field may be read everywhere
			}
			looked[f.Type]++
			found, _ := b.Analyse(at)
			for _, fault := range found {
				if fault.Code == "R304" || fault.Code == "R305" || fault.Code == "R306" {
					t.Errorf("%s: %s", condition, fault)
				}
			}
		}
	}
	for kind := range values {
		if looked[kind] == 0 {
			t.Errorf("no %s was looked at", kind)
		}
	}
}

// A book of a thousand rules is looked at in the time of a blink.
func BenchmarkAnalyse(b *testing.B) {
	files := shippedFiles(b)
	var rules strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&rules, "      rule_%d:\n        when: lead.visits > %d and lead.estimated_price > %d000\n        points: 1\n", i, i%40, i)
	}
	for name, book := range map[string]engine.Sources{
		"shipped":         files,
		"with 1000 rules": edited(b, files, edit{"scoring.yaml", "      house:\n", rules.String() + "      house:\n"}),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				compiled, err := engine.Compile(book)
				if err != nil {
					b.Fatal(err)
				}
				compiled.Analyse(local(b, compiled, "2026-11-23T10:00:00"))
			}
		})
	}
}
