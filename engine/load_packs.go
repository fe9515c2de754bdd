package engine

import (
	"maps"
	"slices"
	"strings"

	"callsheet/engine/internal/yamltext"
)

// packs reads rules/packs/*.yaml and puts those that campaigns.yaml names
// into force, in its order.
func (l *loader) packs() {
	all := map[string]*Pack{}
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(l.nodes)) {
		if !isPack(name) {
			continue
		}
		p := l.pack(l.nodes[name].Object(name), owner)
		if all[p.Name] != nil {
			child(l.nodes[name], "pack").Fault(codeTwice, "another file holds the pack "+p.Name+" already", "choose another name, or delete one of the files")
		}
		all[p.Name] = p
	}
	for _, name := range references(child(l.nodes[campaignsFile], "packs"), l.names.packs) {
		if p := all[name]; p != nil {
			l.book.Packs = append(l.book.Packs, p)
		}
	}
}

func (l *loader) pack(o *yamltext.Object, owner map[string]string) *Pack {
	p := &Pack{}
	into(&p.Name)(o.Need("pack").Word())
	into(&p.Label)(o.Need("label").Word())
	into(&p.Notice)(o.Need("notice").Word())
	if status, ok := o.Need("status").OneOf("verified", "draft"); ok {
		p.Draft = status == "draft"
	}
	into(&p.ReviewedOn)(date(o.Take("reviewed_on")))
	for _, pair := range o.Need("rules").Object("rules of a pack").Rest() {
		uniqueID(pair.Key, p.Name, owner)
		if r, ok := l.packRule(pair); ok {
			p.Rules = append(p.Rules, r)
		}
	}
	o.Close()
	return p
}

// uniqueID refuses the id of a pack rule that is already a reason for
// something else.
func uniqueID(key *yamltext.Node, pack string, owner map[string]string) {
	id := key.Text()
	if slices.Contains(reserved(), id) {
		key.Fault(codeReserved, id+" is a reason that the engine gives itself", "choose another id for the rule")
	}
	if other, twice := owner[id]; twice {
		key.Fault(codeTwice, "pack "+other+" has a rule "+id+" already", "the id is the reason people see: choose another one")
	}
	owner[id] = pack
}

// forms are the keys of a pack rule that say what it demands: one of them.
func forms() []string { return []string{"windows", "attempts", "after", "block", "note"} }

func (l *loader) packRule(pair yamltext.Pair) (PackRule, bool) {
	o := pair.Value.Object("rule " + pair.Key.Text())
	r := PackRule{ID: pair.Key.Text()}
	into(&r.Say)(o.Take("say").Word())
	into(&r.Source)(o.Need("source").Word())
	into(&r.From)(date(o.Need("effective_from")))
	to := o.Take("effective_to")
	into(&r.To)(date(to))
	if !r.To.IsZero() && r.To.Before(r.From) {
		to.Fault(codeImpossible, "effective_to is before effective_from", "give the last day on which the rule holds")
	}
	form := l.form(pair.Key, o)
	switch form {
	case "windows":
		l.legalWindows(o, &r)
	case "attempts":
		into(&r.Attempts)(o.Take("attempts").Int(1, 1000))
		into(&r.In)(fullDays(o.Need("in"), "attempts are counted over full days", "write for instance 30d"))
	case "after":
		l.rest(o, &r)
	case "block":
		if n := o.Take("block"); n != nil {
			if r.block = l.expr(n, campaignScope()); r.block != nil {
				l.settled(n, r.block)
			}
		}
	case "note":
		into(&r.Note)(o.Take("note").Word())
	}
	o.Close()
	return r, form != "" && (form != "block" || r.block != nil)
}

// fullDays reads a length of time of one day at least.
func fullDays(n *yamltext.Node, message, hint string) (Length, bool) {
	d, ok := n.Duration()
	if ok && (d.Clock != 0 || d.Days == 0) {
		n.Fault(codeImpossible, message, hint)
	}
	return d, ok
}

// form is the one key of forms that the rule has.
func (l *loader) form(key *yamltext.Node, o *yamltext.Object) string {
	var found []string
	for _, name := range forms() {
		if child(o.Node(), name) != nil {
			o.Need(name)
			found = append(found, name)
		}
	}
	const one = "a rule has one of windows, attempts, after, block, note"
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		key.Fault(codeImpossible, one+"; this one has "+strings.Join(found, " and "), "write two rules")
		return found[0]
	case o.Node() != nil:
		key.Fault(codeImpossible, "the rule demands nothing", one)
	}
	return ""
}

func (l *loader) legalWindows(o *yamltext.Object, r *PackRule) {
	windows := o.Take("windows")
	items, ok := windows.List("windows")
	if ok && len(items) == 0 {
		windows.Fault(codeImpossible, "a rule without a window would allow no call at all", "give one window at least")
	}
	for _, item := range items {
		if w, ok := window("", item.Object("a window")); ok {
			r.Windows = append(r.Windows, w)
		}
	}
	into(&r.Calendar)(named(o.Take("calendar"), l.names.calendars))
	r.holidays = l.book.calendars[r.Calendar]
	r.Unless = l.unless(o.Take("unless"))
}

// unless reads conditions named after the rules that lift this one, so that
// their names may be rule ids.
func (l *loader) unless(n *yamltext.Node) []Condition {
	if n == nil {
		return nil
	}
	var list []Condition
	for _, pair := range n.Object("unless").Rest() {
		if c := l.expr(pair.Value, campaignScope()); c != nil {
			list = append(list, Condition{Name: pair.Key.Text(), expr: c})
		}
	}
	return list
}

func (l *loader) rest(o *yamltext.Object, r *PackRule) {
	r.After = some(o.Take("after"), l.names.outcomes, "name one outcome at least")
	n := o.Need("rest")
	if n.Text() == "until_new_consent" {
		n.OneOf("until_new_consent")
		r.UntilNewConsent = true
		return
	}
	into(&r.Rest)(fullDays(n, "a rest counts full days", "write for instance 60d, or until_new_consent"))
}
