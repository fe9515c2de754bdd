package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"callsheet/engine/internal/yamltext"
)

const maxCalls = 1_000_000

// campaigns reads campaigns.yaml.
func (l *loader) campaigns() {
	o := l.file(campaignsFile)
	b := l.book
	o.Need("time_zone") // read before everything else
	into(&b.Calendar)(named(o.Need("calendar"), l.names.calendars))
	o.Need("packs") // read with the packs
	for _, pair := range o.Need("slots").Object("slots").Rest() {
		if w, ok := window(pair.Key.Text(), pair.Value.Object("slot "+pair.Key.Text())); ok {
			b.Slots = append(b.Slots, w)
		}
	}
	l.groups(o.Need("groups"))
	defaults := Campaign{MaxPerSlot: maxCalls, Mode: Live}
	said := o.Take("defaults")
	if said != nil {
		d := said.Object("defaults")
		l.shared(d, &defaults)
		d.Close()
		uniqueReasons(said, &defaults)
	}
	l.each(o.Need("campaigns"), defaults, said)
	l.waivers(o.Take("waivers"))
	l.jobs(o.Take("jobs"))
	edits, _ := o.Take("edits").OneOf("auto", "approve")
	b.Approve = edits == "approve"
	o.Close()
}

func (l *loader) groups(n *yamltext.Node) {
	owner := map[string]string{}
	for _, pair := range n.Object("groups").Rest() {
		g := &Group{Name: pair.Key.Text()}
		o := pair.Value.Object("group " + g.Name)
		zones := o.Need("zones")
		g.Zones = textsLike(zones, "^[0-9A-Za-z -]+$")
		g.Agents = texts(o.Need("agents"))
		into(&g.Calendar)(named(o.Take("calendar"), l.names.calendars))
		o.Close()
		for _, item := range zones.Items() {
			if other := owner[item.Text()]; other != "" && other != g.Name {
				item.Fault(codeTwice, "zone "+item.Text()+" already belongs to group "+other, "a zone belongs to one group")
			}
			owner[item.Text()] = g.Name
			postal(item)
		}
		l.book.Groups = append(l.book.Groups, g)
	}
}

// postal refuses a zone that begins no postal code anywhere: these are letters
// and digits, some with blanks or dashes between.
func postal(zone *yamltext.Node) {
	odd := strings.TrimFunc(zone.Text(), func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' || r == '-')
	})
	if zone.Kind() == yamltext.Scalar && odd != "" && !strings.ContainsAny(odd, quotes) {
		zone.Fault(yamltext.CodeValue, zone.Text()+" begins no postal code", "write letters and digits, such as \"75\"")
	}
}

// shared reads the keys that defaults and campaigns have in common into c,
// on top of what it has.
func (l *loader) shared(o *yamltext.Object, c *Campaign) {
	if name, ok := named(o.Take("dialer"), l.names.dialers); ok {
		c.Dialer = l.book.dialer(name)
	}
	into(&c.Assign)(o.Take("assign").Bool())
	into(&c.MaxPerSlot)(o.Take("max_per_slot").Int(0, maxCalls))
	if least, ok := o.Take("min_remaining").Duration(); ok {
		c.MinRemaining = elapsed(least)
	}
	for _, list := range []struct {
		key   string
		into  *[]string
		names []string
		empty string
	}{
		{"slots", &c.Slots, l.names.slots, "name one slot at least"},
		{"groups", &c.Groups, l.names.groups, "leave out groups: all of them are meant then"},
		{"lead_types", &c.LeadTypes, l.names.types, "name one lead type at least"},
		{"segments", &c.Segments, l.names.segments, "leave out segments: any is taken then"},
	} {
		if n := o.Take(list.key); n != nil {
			*list.into = some(n, list.names, list.empty)
		}
	}
	if n := o.Take("guardrails"); n != nil {
		guardrails(n.Object("guardrails"), &c.Guardrails)
	}
	if n := o.Take("order"); n != nil {
		c.Order = l.order(n, campaignScope())
	}
	c.Include = l.conditions(o.Take("include"), c.Include, campaignScope(), unknownPasses)
	c.Exclude = l.conditions(o.Take("exclude"), c.Exclude, campaignScope(), unknownStops)
}

func guardrails(o *yamltext.Object, g *Guardrails) {
	least, most := o.Take("min_leads"), o.Take("max_leads")
	into(&g.MaxChange)(o.Take("max_change").Percent())
	into(&g.MinLeads)(least.Int(0, maxCalls))
	into(&g.MaxLeads)(most.Int(0, maxCalls))
	o.Close()
	if g.MaxLeads > 0 && g.MinLeads > g.MaxLeads {
		cmp.Or(most, least).Fault(codeImpossible, "max_leads is below min_leads", "")
	}
}

// elapsed is a length of time in which a day counts 24 hours.
func elapsed(l Length) time.Duration { return time.Duration(l.Days)*24*time.Hour + l.Clock }

// each reads the campaigns: first those of their own, then those that follow
// one of them and take over what they do not say themselves.
func (l *loader) each(n *yamltext.Node, defaults Campaign, said *yamltext.Node) {
	pairs := n.Object("campaigns").Rest()
	made := map[string]*Campaign{}
	leaders := []string{}
	for _, pair := range pairs {
		if child(pair.Value, "follows") == nil {
			leaders = append(leaders, pair.Key.Text())
			made[pair.Key.Text()] = l.campaign(pair, defaults, said)
		}
	}
	taken := map[string]string{}
	for _, pair := range pairs {
		c := made[pair.Key.Text()]
		if follows := child(pair.Value, "follows"); follows != nil {
			leader, ok := l.leader(follows, leaders)
			if !ok {
				continue
			}
			c = l.follower(pair, *made[leader])
		}
		l.book.Campaigns = append(l.book.Campaigns, c)
		l.uniqueAliases(pair.Value, c, taken)
	}
}

// leader reads the name of the campaign to follow: one with slots of its own.
func (l *loader) leader(follows *yamltext.Node, leaders []string) (string, bool) {
	if word := follows.Text(); slices.Contains(l.names.campaigns, word) && !slices.Contains(leaders, word) {
		follows.Fault(codeImpossible, word+" follows another campaign itself", "name a campaign with slots of its own: "+strings.Join(leaders, ", "))
		return "", false
	}
	return follows.OneOf(leaders...)
}

func (l *loader) campaign(pair yamltext.Pair, defaults Campaign, said *yamltext.Node) *Campaign {
	c := defaults
	c.Name = pair.Key.Text()
	o := pair.Value.Object("campaign " + c.Name)
	l.own(o, &c)
	for _, key := range []string{"lead_types", "slots", "dialer"} {
		if child(said, key) == nil {
			o.Need(key)
		}
	}
	l.shared(o, &c)
	o.Close()
	uniqueReasons(pair.Value, &c)
	return &c
}

func (l *loader) follower(pair yamltext.Pair, leader Campaign) *Campaign {
	c := leader
	c.Name, c.Follows, c.Aliases, c.Label = pair.Key.Text(), leader.Name, nil, ""
	o := pair.Value.Object("campaign " + c.Name)
	o.Need("follows")
	l.own(o, &c)
	c.within(&leader, pair.Value)
	every := o.Need("every")
	if d, ok := every.Duration(); ok {
		c.Every = d.Clock
		if d.Days != 0 || d.Clock <= 0 {
			every.Fault(codeImpossible, "ticks come every few minutes or hours", "write for instance 2m")
		}
	}
	into(&c.MaxPerTick)(o.Need("max_per_tick").Int(0, maxCalls))
	if n := o.Take("max_per_slot"); n != nil {
		n.Fault(codeImpossible, "a campaign that follows another has no maximum per slot", "write max_per_tick")
	}
	l.shared(o, &c)
	c.MaxPerSlot = c.MaxPerTick
	o.Close()
	uniqueReasons(pair.Value, &c)
	return &c
}

// own reads the keys that only a campaign has, not the defaults.
func (l *loader) own(o *yamltext.Object, c *Campaign) {
	into(&c.Label)(o.Take("label").Word())
	c.Aliases = texts(o.Take("aliases"))
	rollout(o, c)
}

// uniqueReasons refuses an include and an exclude of one name: the name is the
// reason that people see. n is the mapping that says one of the two.
func uniqueReasons(n *yamltext.Node, c *Campaign) {
	refuse := func(key, other string, others []Condition) {
		for _, pair := range child(n, key).Pairs() {
			name := pair.Key.Text()
			if slices.ContainsFunc(others, func(c Condition) bool { return c.Name == name }) {
				pair.Key.Fault(codeTwice, "the "+other+" conditions have a "+name+" too", "the name is the reason people see: choose another one")
			}
		}
	}
	refuse("include", "exclude", c.Exclude)
	refuse("exclude", "include", c.Include)
}

// uniqueAliases refuses an alias that names another campaign already.
func (l *loader) uniqueAliases(n *yamltext.Node, c *Campaign, taken map[string]string) {
	for _, item := range child(n, "aliases").Items() {
		word := item.Text()
		switch other := taken[word]; {
		case slices.Contains(l.names.campaigns, word):
			item.Fault(codeTwice, word+" is the name of a campaign", "choose another alias")
		case other != "" && other != c.Name:
			item.Fault(codeTwice, word+" already stands for campaign "+other, "choose another alias")
		}
		taken[word] = c.Name
	}
}

// jobs reads when the service does what besides the slots.
func (l *loader) jobs(n *yamltext.Node) {
	if n == nil {
		return
	}
	for _, pair := range n.Object("jobs").Rest() {
		job := Job{}
		into(&job.Name)(pair.Key.OneOf("rescore", "recover-forgotten-lead", "send-callity-calls", "purge"))
		o := pair.Value.Object("job " + pair.Key.Text())
		into(&job.Days)(weekdays(o.Need("days")))
		at, every := o.Take("at"), o.Take("every")
		into(&job.At)(clock(at))
		if d, ok := every.Duration(); ok {
			job.Every = elapsed(d)
			if job.Every <= 0 {
				every.Fault(codeImpossible, "a job comes again after some time", "write for instance 1h")
			}
		}
		if (at == nil) == (every == nil) {
			pair.Key.Fault(codeImpossible, "a job has either at or every", `write for instance at: "06:00"`)
		}
		o.Close()
		l.book.Jobs = append(l.book.Jobs, job)
	}
}

// dialer finds a dialer by name.
func (b *RuleBook) dialer(name string) *Dialer {
	i := slices.IndexFunc(b.Dialers, func(d *Dialer) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return b.Dialers[i]
}
