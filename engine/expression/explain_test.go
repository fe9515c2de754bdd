package expression

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExplainText(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	local := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, paris(t)) }
	cases := []struct {
		name, src, say string
		lead           row
		want           string
	}{
		{
			"stops where the decision stops",
			`lead.score >= 70 and lead.country in ["FR", "BE"] and hours_since(lead.estimated_at) >= 72 and lead.media_zone`,
			"",
			row{"lead.score": 78, "lead.country": "BE", "lead.estimated_at": local(22, 8), "lead.media_zone": true},
			`✗ Score is at least 70 and Country is one of FR, BE and hours since Estimation made is at least 72 and In a Media Zone is yes
  ✓ Score is at least 70   Score = 78
  ✓ Country is one of FR, BE   Country = BE
  ✗ hours since Estimation made is at least 72   Estimation made = Sun 22 Nov 2026 08:00; Now = Mon 23 Nov 2026 10:00; hours_since(lead.estimated_at) = 26
  · In a Media Zone is yes   not reached, would be true; In a Media Zone = yes
Nearest change: from Wed 25 Nov 2026 08:00
`,
		},
		{
			"a part of an hour",
			`hours_since(lead.estimated_at) < 26`, "",
			row{"lead.estimated_at": local(22, 8).Add(-25 * time.Minute)},
			"✗ hours since Estimation made is less than 26   Estimation made = Sun 22 Nov 2026 07:35; Now = Mon 23 Nov 2026 10:00; hours_since(lead.estimated_at) = 26.416667\n" +
				"Nearest change: Estimation made after Sun 22 Nov 2026 08:00 instead of Sun 22 Nov 2026 07:35\n",
		},
		{
			"with the sentence of the rule",
			`lead.visits > 5 and not lead.in_wallet`,
			"a warm lead that nobody has",
			row{"lead.visits": 2, "lead.in_wallet": false},
			`✗ a warm lead that nobody has
  ✗ Visits is more than 5   Visits = 2
  · In a wallet is no   not reached, would be true; In a wallet = no
Nearest change: Visits from 2 to 6 (4 more)
`,
		},
		{
			"a number with a unit",
			`lead.estimated_price >= 200000`, "",
			row{"lead.estimated_price": 185000.0},
			"✗ Estimated price is at least 200000   Estimated price = 185000 EUR\nNearest change: Estimated price from 185000 EUR to 200000 EUR (15000 more)\n",
		},
		{
			"a number beyond a limit",
			`lead.estimated_price > 200000`, "",
			row{"lead.estimated_price": 185000.0},
			"✗ Estimated price is more than 200000   Estimated price = 185000 EUR\nNearest change: Estimated price more than 200000 EUR instead of 185000 EUR\n",
		},
		{
			"a choice of several values",
			`lead.role in ["owner", "heir"]`, "",
			row{"lead.role": "tenant"},
			"✗ Role is one of owner, heir   Role = tenant\nNearest change: Role one of owner, heir instead of tenant\n",
		},
		{
			"an empty field leaves it open",
			`lead.media_zone or lead.visits in 4..6`, "",
			row{},
			`? In a Media Zone is yes or lead.visits in 4..6
  ? In a Media Zone is yes   In a Media Zone = empty
  ? lead.visits in 4..6   Visits = empty
Nearest change: Visits from empty to 4
`,
		},
		{
			"a field that must have a value",
			`lead.estimated_at != nil`, "",
			row{},
			"✗ Estimation made is not empty   Estimation made = empty\nNearest change: Estimation made from empty to any value\n",
		},
		{
			"a field that must be empty",
			`lead.city == nil`, "",
			row{"lead.city": "Paris"},
			"✗ City is empty   City = Paris\nNearest change: City from Paris to empty\n",
		},
		{
			"a choice between conditions",
			`lead.role == "owner" ? lead.visits >= 3 : lead.visits >= 5`, "",
			row{"lead.role": "heir", "lead.visits": 4},
			`✗ lead.role == "owner" ? lead.visits >= 3 : lead.visits >= 5
  ✗ Role is owner   Role = heir
  · Visits is at least 3   not reached, would be true; Visits = 4
  ✗ Visits is at least 5   Visits = 4
Nearest change: Visits from 4 to 5 (1 more)
`,
		},
		{
			"personal values are masked, and nothing is offered when it is not certain",
			`contact.phone contains "99"`, "",
			row{"contact.phone": "+33188000001"},
			"✗ Phone contains 99   Phone = (personal)\n",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := mustCondition(t, s, c.src).Explain(load(t, s, c.lead), 0).Text(c.say)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExplainAsJSON(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	e := mustCondition(t, s, `not (lead.visits >= 3 and lead.score > 1)`).Explain(load(t, s, row{"lead.visits": 3, "lead.score": 2}), 0)
	got, err := json.Marshal(e.Root)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"not","source":"not (lead.visits \u003e= 3 and lead.score \u003e 1)","from":0,"to":41,"says":"not (Visits is at least 3 and Score is more than 1)","result":"false","reached":true,"steps":[` +
		`{"kind":"all","source":"lead.visits \u003e= 3 and lead.score \u003e 1","from":5,"to":40,"says":"Visits is at least 3 and Score is more than 1","result":"true","reached":true,"steps":[` +
		`{"kind":"condition","source":"lead.visits \u003e= 3","from":5,"to":21,"says":"Visits is at least 3","result":"true","reached":true,"reads":[{"field":"lead.visits","label":"Visits","value":"3"}]},` +
		`{"kind":"condition","source":"lead.score \u003e 1","from":26,"to":40,"says":"Score is more than 1","result":"true","reached":true,"reads":[{"field":"lead.score","label":"Score","value":"2"}]}]}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if len(e.Changes) != 2 || e.Changes[0].Field != "lead.visits" || e.Changes[0].To != "2" || e.Changes[1].To != "1" {
		t.Errorf("%+v", e.Changes)
	}
}

// A row that the batch does not have is a lead of which nothing is known.
func TestExplainOutside(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := load(t, s, row{"lead.visits": 3})
	for _, i := range []int{-1, 1} {
		if e := mustCondition(t, s, `lead.visits > 2`).Explain(b, i); e.Result != OutcomeUnknown || !e.Root.Reads[0].Empty {
			t.Errorf("row %d: %+v", i, e)
		}
	}
}

// Explanations agree with decisions, their parts with the same parts alone, and the changes bring what they promise.
func TestExplainAgrees(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	leads := hardLeads(s, 40, true)
	rapid.Check(t, func(rt *rapid.T) {
		g := generator{rt, false, true}
		src := g.rule(rapid.IntRange(0, 3).Draw(rt, "depth"))
		if rapid.Bool().Draw(rt, "any") {
			src = g.boolean(2)
		}
		c, faults := s.Condition(src, Scope{})
		if len(faults) > 0 {
			return
		}
		b := load(t, s, leads...)
		b.SetNow(hardTime(s.loc, rapid.IntRange(0, 42).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "time")))
		alone := map[string]*Condition{}
		for i := range leads {
			e := c.Explain(b, i)
			if want := verdict(c, b, i); outcomeWord(e.Result) != want {
				rt.Fatalf("%s over %v: explained as %s, decided as %s", src, leads[i], e.Result, want)
			}
			agreeAlone(rt, s, alone, e.Root, b, i)
			if e.Root.Reached != true {
				rt.Fatalf("%s: the whole is not reached", src)
			}
			for _, change := range e.Changes {
				if change.Gives == e.Result || change.From == change.To || change.Text == "" {
					rt.Fatalf("%s over %v: %+v", src, leads[i], change)
				}
				flips(rt, c, b, i, change)
			}
		}
	})
}

// flips checks that a change, and each value it names, brings what it promises.
func flips(rt *rapid.T, c *Condition, b *Batch, i int, change Change) {
	lead := c.schema.NewBatch(1)
	lead.copyLead(0, b, i)
	col := c.schema.index[change.Field]
	values := []any{change.Value}
	for _, text := range change.OneOf {
		values = append(values, text)
	}
	for _, value := range values {
		if ms, whole := value.(int64); whole && c.schema.fields[col].Type == Time {
			value = time.UnixMilli(ms)
		} else if whole && c.schema.fields[col].Type == Duration {
			value = time.Duration(ms) * time.Millisecond
		}
		if !lead.assign(col, value) {
			rt.Fatalf("%v does not fit into %s", value, change.Field)
		}
		if got := verdict(c, lead, 0); got != outcomeWord(change.Gives) {
			rt.Fatalf("%s with %+v is %s", c.Source(), change, got)
		}
	}
}

func outcomeWord(o Outcome) string {
	return map[Outcome]string{OutcomeTrue: yes, OutcomeFalse: no, OutcomeUnknown: unknown}[o]
}

// agreeAlone checks every part as a condition of its own.
func agreeAlone(rt *rapid.T, s *Schema, known map[string]*Condition, step Step, b *Batch, i int) {
	c := known[step.Source]
	if c == nil {
		var faults []Fault
		if c, faults = s.Condition(step.Source, Scope{}); len(faults) > 0 {
			rt.Fatalf("%q is no condition: %+v", step.Source, faults)
		}
		known[step.Source] = c
	}
	if want := verdict(c, b, i); outcomeWord(step.Result) != want {
		rt.Fatalf("%q is explained as %s and is %s alone", step.Source, step.Result, want)
	}
	for _, part := range step.Steps {
		agreeAlone(rt, s, known, part, b, i)
	}
}

// The nearest change of a whole number is the nearest one that there is.
func TestNearestChangeIsNearest(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	col, _ := s.Index("lead.visits")
	rapid.Check(t, func(rt *rapid.T) {
		forms := []string{"lead.visits > 5", "lead.visits in 2..4", "lead.visits != 3", "lead.visits + 2 < 9", "lead.visits >= 2.5", "lead.visits in [0, 8]", "lead.in_wallet", "5 - lead.visits > 1"}
		form := func() string { return "(" + rapid.SampledFrom(forms).Draw(rt, "form") + ")" }
		src := form() + rapid.SampledFrom([]string{" and ", " or ", " and not "}).Draw(rt, "join") + form()
		c := mustCondition(t, s, src)
		was := rapid.IntRange(-3, 12).Draw(rt, "visits")
		b := load(t, s, row{"lead.visits": was, "lead.in_wallet": rapid.Bool().Draw(rt, "wallet")})
		before := verdict(c, b, 0)
		want := ""
		for far := 1; far < 40 && want == ""; far++ {
			for _, x := range []int{was + far, was - far} {
				b.SetInt(col, 0, int64(x))
				if after := verdict(c, b, 0); after != before && want == "" {
					want = difference(float64(x - was))
				}
			}
		}
		b.SetInt(col, 0, int64(was))
		got := ""
		for _, change := range c.Explain(b, 0).Changes {
			if change.Field == "lead.visits" {
				got = change.By
			}
		}
		if strings.Fields(want + " -")[0] != strings.Fields(got + " -")[0] {
			rt.Fatalf("%s with %d visits: %q, the nearest is %q", src, was, got, want)
		}
	})
}

// BenchmarkExplain measures explaining a condition of four parts.
func BenchmarkExplain(b *testing.B) {
	s, batch := benchBatch(b, 64)
	c := mustCondition(b, s, `lead.role in ["owner", "heir"] and lead.visits >= 3 and days_since(lead.created_at) < 400 and not lead.in_wallet`)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c.Explain(batch, i&63)
		i++
	}
}

// The form that programs read: a change here breaks them. What identifies a person is not in it.
func TestExplanationAsJSON(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	e := mustCondition(t, s, `lead.visits > 5 and contact.phone != nil`).Explain(load(t, s, row{"lead.visits": 7, "contact.phone": "+33199000001"}), 0)
	got, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(explanation, string(got)); diff != "" {
		t.Error(diff)
	}
	var back Explanation
	if err := json.Unmarshal(got, &back); err != nil || back.Result != OutcomeTrue || len(back.Root.Steps) != 2 {
		t.Errorf("read back: %+v, %v", back, err)
	}
}

const explanation = `{
 "source": "lead.visits \u003e 5 and contact.phone != nil",
 "result": "true",
 "root": {
  "kind": "all",
  "source": "lead.visits \u003e 5 and contact.phone != nil",
  "from": 0,
  "to": 40,
  "says": "Visits is more than 5 and Phone is not empty",
  "result": "true",
  "reached": true,
  "steps": [
   {
    "kind": "condition",
    "source": "lead.visits \u003e 5",
    "from": 0,
    "to": 15,
    "says": "Visits is more than 5",
    "result": "true",
    "reached": true,
    "reads": [
     {
      "field": "lead.visits",
      "label": "Visits",
      "value": "7"
     }
    ]
   },
   {
    "kind": "condition",
    "source": "contact.phone != nil",
    "from": 20,
    "to": 40,
    "says": "Phone is not empty",
    "result": "true",
    "reached": true,
    "reads": [
     {
      "field": "contact.phone",
      "label": "Phone",
      "value": "(personal)",
      "personal": true
     }
    ]
   }
  ]
 },
 "changes": [
  {
   "field": "lead.visits",
   "label": "Visits",
   "from": "7",
   "to": "5",
   "by": "2 less",
   "value": 5,
   "gives": "false",
   "text": "Visits from 7 to 5 (2 less)"
  }
 ]
}`
