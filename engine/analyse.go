package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// Analyse looks for what no single line shows: entries that can never apply,
// campaigns that can take nobody or take the same leads, conditions that make
// no difference, scores, types and segments that nothing is done about. Each
// finding is a proof, or comes with an example; what cannot be decided is no
// finding, and named in undecided. now is the clock that rules over time are
// looked at with.
func (b *RuleBook) Analyse(now time.Time) (found []Fault, undecided []string) {
	a := &analysis{book: b, now: now, bind: map[string]any{"now": now}}
	a.dead(child(b.text.files[leadsFile], "types"), "type", b.Leads.Types)
	a.dead(child(b.text.files[leadsFile], "segments"), "segment", b.Leads.Segments)
	a.points()
	a.grades()
	for _, c := range b.Campaigns {
		a.campaign(c)
	}
	a.idle("recovery", b.Recovery.Include, b.Recovery.Exclude)
	a.overlaps()
	if !slices.Contains(b.Inherited, leadsFile) { // whoever wrote the list wants its entries called
		a.takers()
	}
	slices.SortStableFunc(a.found, inFileOrder)
	return a.found, a.undecided
}

// inFileOrder orders findings by place.
func inFileOrder(x, y Fault) int {
	if x.File != y.File {
		return strings.Compare(x.File, y.File)
	}
	return cmp.Or(x.Line-y.Line, x.Column-y.Column)
}

// analysis is a book while it is looked at.
type analysis struct {
	book      *RuleBook
	now       time.Time
	bind      map[string]any
	found     []Fault
	undecided []string
}

func (a *analysis) tell(n *yamltext.Node, code, message, hint string) {
	if n != nil {
		a.found = append(a.found, framed(n.Remark(code, message, hint), n.File()))
	}
}

// told says whether there is a finding of the kind at a place.
func (a *analysis) told(n *yamltext.Node, code string) bool {
	return n != nil && slices.ContainsFunc(a.found, func(f Fault) bool {
		return f.Code == code && f.File == n.Pos().File && f.Line == n.Pos().Line
	})
}

// ask is Schema.Example of the demands; what is undecided is noted as what.
func (a *analysis) ask(what string, demands []expression.Demand) (expression.Verdict, string) {
	verdict, facts := a.book.Schema.Example(demands, a.bind)
	if verdict == expression.Undecided && !slices.Contains(a.undecided, what) {
		a.undecided = append(a.undecided, what)
	}
	var words []string
	for _, f := range facts {
		if f.Text != "no" && f.Text != "empty" {
			words = append(words, strings.TrimPrefix(f.Field, "lead.")+" "+f.Text)
		}
	}
	switch {
	case len(words) == 0:
		return verdict, "any lead"
	case len(words) > mostFacts:
		words = append(words[:mostFacts], "…")
	}
	return verdict, strings.Join(words, ", ")
}

// mostFacts is how many facts of an example are told.
const mostFacts = 6

// reached are the demands on a lead that gets to an entry of a first-match list
// and is taken by it.
func reached(choices []Choice, i int) []expression.Demand {
	var demands []expression.Demand
	for k := range i {
		if choices[k].when != nil {
			demands = append(demands, expression.Demand{Condition: choices[k].when})
		}
	}
	if choices[i].when != nil {
		demands = append(demands, expression.Demand{Condition: choices[i].when, True: true})
	}
	return demands
}

// dead looks for entries of a first-match list to which those above leave
// nobody.
func (a *analysis) dead(list *yamltext.Node, what string, choices []Choice) {
	for i := range choices {
		c := &choices[i]
		verdict, _ := a.ask(what+" "+c.Name, reached(choices, i))
		if verdict != expression.Impossible {
			continue
		}
		n := a.book.text.conditions[c.when]
		if n == nil && i < len(list.Items()) {
			n = list.Items()[i]
		}
		message, hint := what+" "+c.Name+" can never apply: the entries above it take every such lead", "move it up, or delete it"
		if c.when != nil {
			alone, example := a.ask(what+" "+c.Name, []expression.Demand{{Condition: c.when, True: true}})
			switch alone {
			case expression.Impossible:
				message, hint = what+" "+c.Name+" can never apply: no lead meets its condition", "correct the condition"
			case expression.Possible:
				hint = "example: " + example + " → " + a.taker(choices, i) + "; " + hint
			}
		}
		a.tell(n, codeDead, message, hint)
	}
}

// taker is the first entry that takes a lead of which entry i is true.
func (a *analysis) taker(choices []Choice, i int) string {
	for k := range i {
		demands := append(reached(choices, k), expression.Demand{Condition: choices[i].when, True: true})
		if verdict, _ := a.book.Schema.Example(demands, a.bind); verdict == expression.Possible {
			return choices[k].Name
		}
	}
	return "another entry"
}

// points looks for point rules that can never apply.
func (a *analysis) points() {
	for _, g := range a.book.Scoring.Groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.when == nil {
				continue
			}
			if verdict, _ := a.ask("point rule "+r.Name, []expression.Demand{{Condition: r.when, True: true}}); verdict == expression.Impossible {
				a.tell(a.book.text.conditions[r.when], codeIdle, "point rule "+r.Name+" can never apply: no lead meets its condition", "correct the condition, or delete the rule")
			}
		}
	}
}

// grades looks for scores without a grade.
func (a *analysis) grades() {
	s := &a.book.Scoring
	if n := len(s.Grades); n > 0 && s.Grades[n-1].Min > s.Min {
		last := &s.Grades[n-1]
		items := child(a.book.text.files[scoringFile], "grades").Items()
		a.tell(items[len(items)-1], codeNoGrade, fmt.Sprintf("scores from %d to %d have no grade", s.Min, last.Min-1),
			fmt.Sprintf("example: score %d; add {min: %d, grade: …} at the end", last.Min-1, s.Min))
	}
}

// campaign looks for one that can take nobody, for conditions of it that make
// no difference, and for slots that overlap.
func (a *analysis) campaign(c *Campaign) {
	a.ended(c)
	a.slots(c)
	a.bind["campaign.name"] = c.Name
	defer delete(a.bind, "campaign.name")
	demands := a.taken(c)
	if verdict, _ := a.ask("campaign "+c.Name, demands); verdict != expression.Impossible {
		if c.Follows == "" { // it has the conditions of the other, where they were told
			a.idle("campaign "+c.Name, c.Include, c.Exclude)
		}
		return
	}
	// What can be left out without making anything possible has no part in it.
	for i := 0; i < len(demands); {
		fewer := slices.Delete(slices.Clone(demands), i, i+1)
		if verdict, _ := a.book.Schema.Example(fewer, a.bind); verdict == expression.Impossible {
			demands = fewer
		} else {
			i++
		}
	}
	var words []string
	var n *yamltext.Node
	for _, d := range demands {
		kind := "exclude"
		if d.True {
			kind = "include"
		}
		at := a.book.text.conditions[d.Condition]
		if at == nil {
			words = append(words, fmt.Sprintf("scores from %d to %d", a.book.Scoring.Min, a.book.Scoring.Max))
			continue
		}
		n = at
		words = append(words, kind+" `"+strings.Join(strings.Fields(d.Condition.Source()), " ")+"`")
	}
	if a.told(n, codeNobody) {
		return // for the campaign that this one follows
	}
	a.tell(n, codeNobody, "campaign "+c.Name+" can take nobody: "+strings.Join(words, " and ")+" leave no lead", "change one of them")
}

// taken are the demands of a campaign's conditions on a lead.
func (a *analysis) taken(c *Campaign) []expression.Demand {
	var demands []expression.Demand
	for i := range c.Include {
		demands = append(demands, expression.Demand{Condition: c.Include[i].expr, True: true})
	}
	for i := range c.Exclude {
		demands = append(demands, expression.Demand{Condition: c.Exclude[i].expr})
	}
	return append(demands, a.scores(demands)...)
}

// scores says what scores there are, where demands are about scores.
func (a *analysis) scores(demands []expression.Demand) []expression.Demand {
	about := func(d expression.Demand) bool { return strings.Contains(d.Condition.Source(), "lead.score") }
	if !slices.ContainsFunc(demands, about) {
		return nil
	}
	s := &a.book.Scoring
	limits, faults := a.book.Schema.Condition(fmt.Sprintf("lead.score >= %d and lead.score <= %d", s.Min, s.Max), campaignScope())
	if len(faults) > 0 {
		return nil
	}
	return []expression.Demand{{Condition: limits, True: true}}
}

// idle looks for conditions that let everybody through, or keep nobody out.
func (a *analysis) idle(where string, include, exclude []Condition) {
	try := func(c *Condition, want bool, message string) {
		n := a.book.text.conditions[c.expr]
		demands := []expression.Demand{{Condition: c.expr, True: want}}
		verdict, _ := a.ask(where+", "+c.Name, append(demands, a.scores(demands)...))
		if verdict == expression.Impossible && !a.told(n, codeIdle) { // of defaults it was told for the first campaign
			a.tell(n, codeIdle, where+": "+c.Name+" "+message, "correct the condition, or delete it")
		}
	}
	for i := range include {
		try(&include[i], false, "lets everybody through")
	}
	for i := range exclude {
		try(&exclude[i], true, "never keeps anybody out")
	}
}

// slots looks for slots of a campaign that have time in common.
func (a *analysis) slots(c *Campaign) {
	if c.Follows != "" {
		return
	}
	for i, one := range c.Slots {
		for _, other := range c.Slots[:i] {
			x, y := a.book.slot(one), a.book.slot(other)
			if !meetAt(x, y) {
				continue
			}
			n := child(child(child(a.book.text.files[campaignsFile], "campaigns"), c.Name), "slots")
			if items := n.Items(); i < len(items) {
				n = items[i]
			}
			a.tell(n, codeTwoSlots, fmt.Sprintf("campaign %s: slots %s and %s overlap", c.Name, other, one), "let one end where the other begins")
		}
	}
}

// overlaps looks for campaigns that can take the same lead in the same slot.
func (a *analysis) overlaps() {
	for i, second := range a.book.Campaigns {
		for _, first := range a.book.Campaigns[:i] {
			if first.Follows != "" || second.Follows != "" || !together(first, second) || !a.book.meet(first, second) {
				continue
			}
			example, shared := a.shared(first, second)
			if !shared {
				continue
			}
			for _, pair := range child(a.book.text.files[campaignsFile], "campaigns").Pairs() {
				if pair.Key.Text() == second.Name {
					a.tell(pair.Key, codeOverlap, fmt.Sprintf("campaigns %s and %s take the same leads in the same slot: whichever starts first gets them", first.Name, second.Name),
						"example: "+example+"; part them by lead_types, segments or a condition")
				}
			}
		}
	}
}

// meet says whether two campaigns have a slot and a group in common.
func (b *RuleBook) meet(x, y *Campaign) bool {
	slots := slices.ContainsFunc(x.Slots, func(one string) bool {
		return slices.ContainsFunc(y.Slots, func(other string) bool {
			return meetAt(b.slot(one), b.slot(other))
		})
	})
	return slots && slices.ContainsFunc(b.Groups, func(g *Group) bool { return x.Takes(g.Name) && y.Takes(g.Name) })
}

// meetAt says whether two slots have time in common. Those over midnight are
// left alone.
func meetAt(x, y *calendar.Window) bool {
	return x != nil && y != nil && !x.Overnight && !y.Overnight && x.Days&y.Days != 0 && x.From < y.To && y.From < x.To
}

func (b *RuleBook) slot(name string) *calendar.Window {
	for i := range b.Slots {
		if b.Slots[i].Name == name {
			return &b.Slots[i]
		}
	}
	return nil
}

// shared is an example of a lead that two campaigns take.
func (a *analysis) shared(x, y *Campaign) (example string, ok bool) {
	both := append(a.taken(x), a.taken(y)...)
	for i, t := range a.book.Leads.Types {
		for _, s := range outcomesOf(a.book.Leads.Segments) {
			if !x.TakesLead(t.Name, s.name) || !y.TakesLead(t.Name, s.name) {
				continue
			}
			demands := slices.Concat(both, reached(a.book.Leads.Types, i), s.demands)
			if verdict, facts := a.ask("campaigns "+x.Name+" and "+y.Name, demands); verdict == expression.Possible {
				return strings.TrimSuffix(t.Name+" "+s.name, " ") + " with " + facts, true
			}
		}
	}
	return "", false
}

// outcome is what a first-match list may come to, with the demands on a lead
// for which it does.
type outcome struct {
	name    string // empty: no entry takes the lead
	demands []expression.Demand
}

// outcomesOf is everything that a first-match list may come to.
func outcomesOf(choices []Choice) []outcome {
	var all []outcome
	for i := range choices {
		all = append(all, outcome{choices[i].Name, reached(choices, i)})
	}
	if n := len(choices); n == 0 || choices[n-1].when != nil {
		all = append(all, outcome{demands: reached(append(choices[:n:n], Choice{}), n)})
	}
	return all
}

// takers looks for types and segments that no campaign takes.
func (a *analysis) takers() {
	untaken := func(list *yamltext.Node, what string, choices []Choice, takes func(*Campaign, string) bool) {
		var names []string
		var at *yamltext.Node
		for i := range choices {
			name := choices[i].Name
			if slices.Contains(names, name) || slices.ContainsFunc(a.book.Campaigns, func(c *Campaign) bool { return a.book.Open(c, a.now) && takes(c, name) }) {
				continue
			}
			names = append(names, name)
			if items := list.Items(); at == nil && i < len(items) {
				at = child(items[i], what)
			}
		}
		switch len(names) {
		case 0:
		case 1:
			a.tell(at, codeNoTaker, "no campaign takes "+what+" "+names[0]+": its leads are never called", "add it to a campaign, if they are to be called")
		default:
			a.tell(at, codeNoTaker, "no campaign takes the "+what+"s "+strings.Join(names, ", ")+": their leads are never called", "add them to a campaign, if they are to be called")
		}
	}
	file := a.book.text.files[leadsFile]
	untaken(child(file, "types"), "type", a.book.Leads.Types, func(c *Campaign, name string) bool { return slices.Contains(c.LeadTypes, name) })
	untaken(child(file, "segments"), "segment", a.book.Leads.Segments, func(c *Campaign, name string) bool {
		return len(c.Segments) == 0 || slices.Contains(c.Segments, name)
	})
}
