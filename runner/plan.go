package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

// planned is what it would change to go from one rule book to another.
type planned struct {
	before, after *engine.RuleBook
	at            time.Time
	age           time.Duration // of what is known of the leads
	rules         []engine.RuleChange
	leads         *dispatch.Comparison
	breaches      []dispatch.Breach
	past          *daysBefore // nil: not asked for
	tests         int         // run on the later book
	failed        []string    // why some of them fail
}

// planOf compares two rule books on the leads of a desk.
func (s *session) planOf(ctx context.Context, desk *dispatch.Desk, before, after *engine.RuleBook) (*planned, error) {
	total, err := s.store.CountLeads(ctx)
	if err != nil {
		return nil, err
	}
	advance, done := s.progress("comparing", int64(total), slowLeads)
	leads, err := desk.Compare(ctx, before, after, s.now, func(n int) { advance(int64(n)) })
	done()
	if err != nil {
		return nil, err
	}
	return newPlan(before, after, s.now, leads), nil
}

// newPlan is what two rule books say of leads at an instant, and what the tests
// of the later one say.
func newPlan(before, after *engine.RuleBook, at time.Time, leads *dispatch.Comparison) *planned {
	p := &planned{before: before, after: after, at: at, rules: engine.Diff(before, after), leads: leads, breaches: dispatch.Guard(before, after, leads)}
	report := ranTests(after, nil)
	p.tests, p.failed = len(report.Results), failedTests(report)
	return p
}

// show prints a plan, the summary last but for the verdict, which is the
// caller's.
func (s *session) show(p *planned) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(p.json())
	case terminal.CSV:
		return s.Table(movementColumns(), p.movements())
	}
	s.showRules(p)
	s.Printf("\nOn the %s with a call planned or under way at %s, each campaign in its next slot and ahead of its maximum:", plural(p.leads.Leads, "lead"), p.at.In(p.after.Zone).Format("2006-01-02 15:04"))
	if err := s.Table(movementColumns(), p.movements()); err != nil {
		return err
	}
	s.showModes(p)
	s.showPast(p.past)
	s.showExamples(p)
	s.showGuardrails(p)
	if len(p.failed) > 0 {
		s.Printf("\nRule tests:")
		for _, line := range p.failed {
			s.Printf("  %s", line)
		}
	}
	return nil
}

func (s *session) showRules(p *planned) {
	files := map[string]bool{}
	for _, c := range p.rules {
		files[c.File] = true
	}
	s.Printf("%s in %s, from version %s to version %s", plural(len(p.rules), "rule change"), plural(len(files), "file"), p.before.Short(), p.after.Short())
	for _, c := range p.rules {
		switch {
		case c.Before == "":
			s.Printf("  + %s:%d  %s  %s", c.File, c.Line, c.Rule, brief(c.After))
		case c.After == "":
			s.Printf("  - %s:%d  %s  was %s", c.File, c.Line, c.Rule, brief(c.Before))
		default:
			s.Printf("  ~ %s:%d  %s  %s → %s", c.File, c.Line, c.Rule, brief(c.Before), brief(c.After))
		}
	}
}

// brief is a text short enough for a line with another one.
func brief(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

func movementColumns() []terminal.Column {
	return []terminal.Column{
		{Key: "what"},
		{Key: "name"},
		{Key: "now"},
		{Key: "after"},
		{Key: "enter"},
		{Key: "leave"},
		{Key: "mean_score_now"},
		{Key: "mean_score_after"},
	}
}

// movements are the rows of campaigns and grades that have or get anybody.
func (p *planned) movements() (rows [][]any) {
	add := func(what string, list []dispatch.Movement) {
		for i := range list {
			m := &list[i]
			if m.Before > 0 || m.After > 0 {
				rows = append(rows, []any{what, m.Name, m.Before, m.After, m.Entering, m.Leaving, mean(m.ScoreBefore, m.Before), mean(m.ScoreAfter, m.After)})
			}
		}
	}
	add("campaign", p.leads.Campaigns)
	add("grade", p.leads.Grades)
	return rows
}

// showModes tells of the campaigns of the later book that do not call everybody.
func (s *session) showModes(p *planned) {
	for _, c := range p.after.Campaigns {
		switch c.Mode {
		case engine.Draft, engine.Shadow:
			s.Printf("%s is a %s: it calls nobody", c.Name, c.Mode)
		case engine.Canary:
			s.Printf("%s is a canary: it calls %d %% of the leads", c.Name, c.Share)
		}
	}
}

// mean is a score to one decimal, nil of nobody.
func mean(sum int64, of int) any {
	if of == 0 {
		return nil
	}
	return oneDecimal(float64(sum) / float64(of))
}

// oneDecimal is a number with one decimal in every form of output.
type oneDecimal float64

// String is for tables.
func (n oneDecimal) String() string { return strconv.FormatFloat(float64(n), 'f', 1, 64) }

// MarshalJSON is for programs.
func (n oneDecimal) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

func (s *session) showExamples(p *planned) {
	first := true
	for i := range p.leads.Campaigns {
		m := &p.leads.Campaigns[i]
		for _, e := range m.Examples {
			if first {
				s.Printf("\nFor instance:")
				first = false
			}
			s.Printf("  %s %s: %s", e.Lead, m.Name, moveInWords(e))
		}
	}
}

// moveInWords is what a move is and why.
func moveInWords(e dispatch.Move) string {
	text := "chosen → not chosen: " + reasonInWords(e.After)
	switch {
	case e.After.Chosen && e.Before.Reason == engine.NoCampaign:
		text = "not chosen → chosen: the campaign is new"
	case e.After.Chosen:
		text = "not chosen → chosen: no longer " + reasonInWords(e.Before)
	}
	for _, fact := range []struct{ name, before, after string }{
		{"score", strconv.FormatInt(e.Before.Score, 10), strconv.FormatInt(e.After.Score, 10)},
		{"type", e.Before.Type, e.After.Type},
		{"segment", e.Before.Segment, e.After.Segment},
		{"group", e.Before.Group, e.After.Group},
	} {
		if fact.name == "score" && fact.before == fact.after {
			text += "; score " + fact.after
		}
		if fact.before != fact.after {
			text += fmt.Sprintf("; %s %s → %s", fact.name, cmp.Or(fact.before, "none"), cmp.Or(fact.after, "none"))
		}
	}
	return text
}

func reasonInWords(s dispatch.Standing) string {
	switch s.Reason {
	case engine.NoCampaign:
		return "there is no such campaign"
	case dispatch.NoSlot:
		return "no slot is to come"
	}
	if s.Reason == string(engine.Draft) || s.Reason == string(engine.Shadow) {
		return "a " + s.Reason
	}
	if s.Rule != "" {
		return s.Reason + " (" + brief(strings.Join(strings.Fields(s.Rule), " ")) + ")"
	}
	if s.Detail == "" || s.Reason == engine.WrongType || s.Reason == engine.WrongSegment {
		return s.Reason
	}
	return s.Reason + " (" + s.Detail + ")"
}

func (s *session) showGuardrails(p *planned) {
	if len(p.breaches) == 0 {
		return
	}
	s.Printf("\nGuardrails of the rule book in force:")
	for _, b := range p.breaches {
		s.Printf("  %s", b.Says)
	}
}

// summary counts what changes.
func (p *planned) summary() string {
	var added, changed, removed int
	for _, c := range p.rules {
		switch {
		case c.Before == "":
			added++
		case c.After == "":
			removed++
		default:
			changed++
		}
	}
	text := fmt.Sprintf("%d added, %d changed, %d removed; %s affected, of %s the score changes",
		added, changed, removed, plural(p.leads.Changed, "lead"), plural(p.leads.Up+p.leads.Down, "lead"))
	if p.tests > 0 && len(p.failed) == 0 {
		text += fmt.Sprintf("; %s pass", plural(p.tests, "rule test"))
	}
	return text
}

// The forms below are what programs get.

type plannedJSON struct {
	Before    string         `json:"before"`
	After     string         `json:"after"`
	At        time.Time      `json:"at"`
	Age       int            `json:"age_seconds"` // of what is known of the leads
	Rules     []ruleJSON     `json:"rules"`
	Leads     int            `json:"leads"`
	Affected  int            `json:"leads_affected"`
	Up        int            `json:"scores_up"`
	Down      int            `json:"scores_down"`
	Campaigns []movementJSON `json:"campaigns"`
	Grades    []movementJSON `json:"grades"`
	Breaches  []breachJSON   `json:"guardrails"`
	Past      *pastJSON      `json:"replayed,omitempty"`
	Tests     int            `json:"tests"`
	Failed    []string       `json:"tests_failed"`
}

type ruleJSON struct {
	Rule   string `json:"rule"`
	Before string `json:"before"`
	After  string `json:"after"`
	File   string `json:"file"`
	Line   int    `json:"line"`
}

type movementJSON struct {
	Name      string     `json:"name"`
	Now       int        `json:"now"`
	After     int        `json:"after"`
	Enter     int        `json:"enter"`
	Leave     int        `json:"leave"`
	Mean      any        `json:"mean_score_now"`
	MeanAfter any        `json:"mean_score_after"`
	Examples  []moveJSON `json:"examples"`
}

type moveJSON struct {
	Lead   string `json:"lead"`
	Enters bool   `json:"enters"`
	Text   string `json:"text"`
}

type breachJSON struct {
	Campaign string `json:"campaign"`
	Rail     string `json:"guardrail"`
	Text     string `json:"text"`
}

func (p *planned) json() plannedJSON {
	out := plannedJSON{
		Before: p.before.Version, After: p.after.Version, At: p.at.In(p.after.Zone), Age: int(p.age.Seconds()), Leads: p.leads.Leads, Affected: p.leads.Changed,
		Up: p.leads.Up, Down: p.leads.Down, Rules: []ruleJSON{}, Breaches: []breachJSON{}, Past: p.past.json(), Tests: p.tests, Failed: append([]string{}, p.failed...),
		Campaigns: movementsJSON(p.leads.Campaigns), Grades: movementsJSON(p.leads.Grades),
	}
	for _, c := range p.rules {
		out.Rules = append(out.Rules, ruleJSON{c.Rule, c.Before, c.After, c.File, c.Line})
	}
	for _, b := range p.breaches {
		out.Breaches = append(out.Breaches, breachJSON{b.Campaign, b.Rail, b.Says})
	}
	return out
}

func movementsJSON(list []dispatch.Movement) []movementJSON {
	out := []movementJSON{}
	for i := range list {
		m := &list[i]
		examples := []moveJSON{}
		for _, e := range m.Examples {
			examples = append(examples, moveJSON{e.Lead, e.After.Chosen, moveInWords(e)})
		}
		out = append(out, movementJSON{m.Name, m.Before, m.After, m.Entering, m.Leaving, mean(m.ScoreBefore, m.Before), mean(m.ScoreAfter, m.After), examples})
	}
	return out
}

// pastGuardrails are the campaigns whose guardrails a plan does not keep to.
func (p *planned) pastGuardrails() (names []string) {
	for _, b := range p.breaches {
		if !slices.Contains(names, b.Campaign) {
			names = append(names, b.Campaign)
		}
	}
	return names
}

// stopped is why tests or guardrails stop a plan, nil when they do not.
func (p *planned) stopped() error {
	switch {
	case len(p.failed) > 0:
		return &engine.Stopped{By: engine.ByTests, Reasons: p.failed}
	case len(p.breaches) == 0:
		return nil
	}
	return &engine.Stopped{By: engine.ByGuardrail, Reasons: []string{"guardrails stop it: " + strings.Join(p.pastGuardrails(), ", ")}}
}
