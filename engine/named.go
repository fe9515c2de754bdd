package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"callsheet/engine/expression"
	"callsheet/engine/internal/yamltext"
)

// RuleKind says what a named rule decides.
type RuleKind string

// The kinds of named rules.
const (
	RuleType     RuleKind = "type"     // an entry of the list of types
	RuleSegment  RuleKind = "segment"  // an entry of the list of segments
	RulePoints   RuleKind = "points"   // a point rule
	RuleInclude  RuleKind = "include"  // a condition of a campaign that lets in
	RuleExclude  RuleKind = "exclude"  // one that keeps out
	RulePack     RuleKind = "pack"     // a rule of the law
	RuleUnless   RuleKind = "unless"   // what lifts one
	RuleOutcome  RuleKind = "outcome"  // what labels stand for
	RuleLimit    RuleKind = "limit"    // a limit on attempts or age
	RuleCallback RuleKind = "callback" // a condition that refuses a callback
	RuleRecover  RuleKind = "recover"  // a condition of recovery that lets in
	RuleLeave    RuleKind = "leave"    // one that leaves alone
	RuleTransfer RuleKind = "transfer" // when a contact is handed over
)

// Named is a rule with the name that people know it by, such as "segment
// PVI_NOW", "points owner" or "PVI exclude.stale".
type Named struct {
	Name string
	Kind RuleKind
	// Rule is its own name: a reason code, an outcome. It is unique among those
	// of one kind and campaign.
	Rule string
	// Campaign is the one that has it, the first one where it is shared.
	Campaign string
	Say      string
	// Path is the keys that lead to it from the top of its file, as in
	// [RuleChange].
	Path string
	File string
	Line int
	// Condition is nil for rules without one.
	Condition *expression.Condition
	// Gives is what a point rule gives, as it is written.
	Gives string
	// Always says that it takes whatever comes to it: there is no lead for which
	// it does not hold.
	Always bool
}

// Named lists the rules that decide something, file by file. Notes of packs
// decide nothing.
func (b *RuleBook) Named() []Named {
	c := catalogue{text: &b.text}
	c.choices(RuleType, "types", b.Leads.Types)
	c.choices(RuleSegment, "segments", b.Leads.Segments)
	for i := range b.Scoring.Groups {
		c.points(&b.Scoring.Groups[i])
	}
	for _, campaign := range b.Campaigns {
		c.campaign(RuleInclude, campaign.Name, campaign.Include)
		c.campaign(RuleExclude, campaign.Name, campaign.Exclude)
	}
	for _, p := range b.Packs {
		c.pack(p)
	}
	for i := range b.Wrapups.Limits {
		c.limit(&b.Wrapups.Limits[i], i)
	}
	for i := range b.Wrapups.Outcomes {
		name := b.Wrapups.Outcomes[i].Name
		c.add(Named{Name: "outcome " + name, Kind: RuleOutcome, Rule: name, Always: true}, wrapupsFile, "outcomes", name)
	}
	for i := range b.Callbacks.Exclude {
		c.condition(RuleCallback, "callbacks exclude.", callbacksFile, "exclude", &b.Callbacks.Exclude[i])
	}
	for i := range b.Recovery.Include {
		c.condition(RuleRecover, "recovery include.", recoveryFile, "include", &b.Recovery.Include[i])
	}
	for i := range b.Recovery.Exclude {
		c.condition(RuleLeave, "recovery exclude.", recoveryFile, "exclude", &b.Recovery.Exclude[i])
	}
	for i := range b.Transfers {
		t := &b.Transfers[i]
		c.add(Named{Name: "transfer " + t.Name, Kind: RuleTransfer, Rule: t.Name, Condition: t.when.expr}, transfersFile, "transfers", t.Name)
	}
	return c.all
}

// catalogue collects named rules.
type catalogue struct {
	text *text
	all  []Named
}

// add places a rule where its condition stands, or else where the keys lead.
func (c *catalogue) add(n Named, file string, keys ...string) {
	n.Path = strings.Join(keys, ".")
	at := c.text.conditions[n.Condition].Pos()
	if n.Condition == nil {
		at = c.text.at(file, keys)
	}
	n.File, n.Line = at.File, at.Line
	c.all = append(c.all, n)
}

// at is where the keys lead to in a file; its beginning, when nowhere.
func (t *text) at(file string, keys []string) yamltext.Pos {
	n := t.files[file]
	at := n.Pos()
	for _, key := range keys {
		entries := n.Pairs()
		i := slices.IndexFunc(entries, func(p yamltext.Pair) bool { return p.Key.Text() == key })
		if i < 0 {
			return at
		}
		at, n = entries[i].Key.Pos(), entries[i].Value
	}
	return at
}

func (c *catalogue) choices(kind RuleKind, key string, list []Choice) {
	nth := map[string]int{}
	for i := range list {
		name := list[i].Name
		if nth[name]++; nth[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, nth[name])
		}
		n := Named{Name: string(kind) + " " + name, Kind: kind, Rule: list[i].Name, Say: list[i].Say, Condition: list[i].when, Always: list[i].when == nil}
		c.add(n, leadsFile, key, name)
		if last := &c.all[len(c.all)-1]; n.Always {
			last.Line = child(c.text.files[leadsFile], key).Items()[i].Pos().Line
		}
	}
}

func (c *catalogue) points(g *ScoreGroup) {
	for i := range g.Rules {
		r := &g.Rules[i]
		c.add(Named{Name: "points " + r.Name, Kind: RulePoints, Rule: r.Name, Say: r.Say, Condition: r.when, Gives: r.points.Source()}, scoringFile, "groups", g.Name, "rules", r.Name)
	}
}

// campaign adds the conditions of one that no campaign before it has.
func (c *catalogue) campaign(kind RuleKind, campaign string, list []Condition) {
	for i := range list {
		cond := &list[i]
		if slices.ContainsFunc(c.all, func(n Named) bool { return n.Condition == cond.expr }) {
			continue
		}
		n := Named{Name: campaign + " " + string(kind) + "." + cond.Name, Kind: kind, Rule: cond.Name, Campaign: campaign, Say: cond.Say, Condition: cond.expr}
		keys := []string{"campaigns", campaign, string(kind), cond.Name}
		if child(child(child(child(c.text.files[campaignsFile], "campaigns"), campaign), string(kind)), cond.Name) == nil {
			keys = []string{"defaults", string(kind), cond.Name}
		}
		c.add(n, campaignsFile, keys...)
	}
}

func (c *catalogue) pack(p *Pack) {
	file := ""
	for name, n := range c.text.files {
		if isPack(name) && child(n, "pack").Text() == p.Name {
			file = name
		}
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Note != "" {
			continue
		}
		c.add(Named{Name: "pack " + r.ID, Kind: RulePack, Rule: r.ID, Say: r.Say, Condition: r.block}, file, "rules", r.ID)
		for k := range r.Unless {
			u := &r.Unless[k]
			c.add(Named{Name: "pack " + r.ID + " unless." + u.Name, Kind: RuleUnless, Rule: r.ID + "." + u.Name, Say: u.Say, Condition: u.expr}, file, "rules", r.ID, "unless", u.Name)
		}
	}
}

func (c *catalogue) limit(l *Limit, i int) {
	name, key := "attempts "+strconv.Itoa(l.Attempts), strconv.Itoa(l.Attempts)
	item := child(c.text.files[wrapupsFile], "limits").Items()[i]
	switch {
	case l.Attempts == 0:
		key = child(item, "age").Text()
		name = "age " + key
	case l.In.Days > 0:
		name += " in " + child(item, "in").Text()
	}
	c.add(Named{Name: "limit " + name, Kind: RuleLimit, Rule: strconv.Itoa(i)}, wrapupsFile, "limits", key)
	c.all[len(c.all)-1].Line = item.Pos().Line
}

func (c *catalogue) condition(kind RuleKind, prefix, file, key string, cond *Condition) {
	c.add(Named{Name: prefix + cond.Name, Kind: kind, Rule: cond.Name, Say: cond.Say, Condition: cond.expr}, file, key, cond.Name)
}

// Is says whether it is this compiled condition: campaigns share those of the
// defaults.
func (c Condition) Is(e *expression.Condition) bool { return c.expr == e }
