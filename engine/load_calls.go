package engine

import (
	"slices"

	"callsheet/engine/calendar"
	"callsheet/engine/internal/yamltext"
)

// wrapups reads rules/wrapups.yaml.
func (l *loader) wrapups() {
	o := l.file(wrapupsFile)
	w := &l.book.Wrapups
	items, _ := o.Need("limits").List("limits")
	for _, item := range items {
		w.Limits = append(w.Limits, l.limit(item))
	}
	labels := map[string]string{}
	for _, pair := range o.Need("outcomes").Object("outcomes").Rest() {
		w.Outcomes = append(w.Outcomes, l.outcome(pair, labels))
	}
	if !slices.ContainsFunc(w.Outcomes, func(out Outcome) bool { return out.Name == Unmapped }) {
		child(l.nodes[wrapupsFile], "outcomes").Fault(yamltext.CodeMissingKey,
			"outcome unmapped is missing: every label that is not listed needs one", "add unmapped: with attempt, status and next")
	}
	w.meanings = meaningsOf(w.Outcomes)
	o.Close()
}

func (l *loader) limit(n *yamltext.Node) Limit {
	o := n.Object("a limit")
	var limit Limit
	attempts, age, in, then := o.Take("attempts"), o.Take("age"), o.Take("in"), o.Need("then")
	into(&limit.Attempts)(attempts.Int(1, 1000))
	into(&limit.Age)(age.Duration())
	into(&limit.In)(fullDays(in, "attempts are counted over full days", "write for instance 30d"))
	into(&limit.Then)(then.OneOf(LimitUnreachable, LimitWait, LimitFrozen))
	switch {
	case n.Kind() != yamltext.Mapping:
	case (attempts == nil) == (age == nil):
		n.Fault(codeImpossible, "a limit counts either attempts or age", "write for instance attempts: 8, or age: 365d")
	case age != nil && in != nil:
		in.Fault(codeImpossible, "only attempts are counted in a time", "leave out in")
	case limit.Then == LimitWait && in == nil:
		then.Fault(codeImpossible, "to wait, the attempts must be counted in a time", "write for instance in: 30d")
	}
	o.Close()
	return limit
}

func (l *loader) outcome(pair yamltext.Pair, labels map[string]string) Outcome {
	out := Outcome{Name: pair.Key.Text()}
	o := pair.Value.Object("outcome " + out.Name)
	for _, key := range []string{"labels", "results"} {
		n := o.Take(key)
		words := texts(n)
		for _, item := range n.Items() {
			id := key + " " + Fold(item.Text())
			if other := labels[id]; other != "" && item.Text() != "" {
				item.Fault(codeTwice, item.Text()+" already belongs to "+other, "a label has one outcome; case and accents do not matter")
			}
			labels[id] = out.Name
		}
		if key == "labels" {
			out.Labels = words
		} else {
			out.Results = words
		}
	}
	out.Contains = texts(o.Take("contains"))
	into(&out.Attempt)(o.Need("attempt").Bool())
	into(&out.Status)(o.Need("status").OneOf("not_qualified", "callback", "review", "support", "qualified", "converted", "refused",
		"do_not_call", "unreachable", "invalid", "frozen"))
	next := o.Need("next")
	into(&out.Next)(next.OneOf("retry", "callback", "callback_or_retry", "other_phone", "stop", "review", "transfer"))
	after := o.Take("after")
	into(&out.After)(after.Duration())
	if after == nil && (out.Next == "retry" || out.Next == "callback_or_retry") {
		next.Fault(yamltext.CodeMissingKey, out.Next+" needs a delay", "write for instance after: 4h")
	}
	into(&out.OtherSlot)(o.Take("other_slot").Bool())
	into(&out.KeepAgent)(o.Take("keep_agent").Bool())
	into(&out.MaxPerDay)(o.Take("max_per_day").Int(1, 100))
	into(&out.MaxInARow)(o.Take("max_in_a_row").Int(1, 100))
	o.Close()
	return out
}

// callbacks reads rules/callbacks.yaml.
func (l *loader) callbacks() {
	o := l.file(callbacksFile)
	c := &l.book.Callbacks
	layout := o.Need("date_layout")
	if words, ok := layout.Word(); ok {
		var err error
		if c.layout, err = calendar.ParseLayout(words); err != nil {
			layout.Fault(yamltext.CodeValue, err.Error(), "")
		}
		c.DateLayout = words
	}
	into(&c.SameDay)(o.Need("same_day").OneOf("next_day_same_time", "start_of_next_day", "reject"))
	into(&c.OutsideWindow)(o.Need("outside_window").OneOf("next_window", "keep", "reject"))
	into(&c.Horizon)(o.Need("horizon").Duration())
	into(&c.MissingHour)(o.Need("missing_hour").OneOf("later", "reject"))
	into(&c.RepeatedHour)(o.Need("repeated_hour").OneOf("first", "second", "reject"))
	if c.MissingHour == "reject" {
		c.policy.Gap = calendar.GapReject
	}
	c.policy.Overlap = map[string]calendar.Overlap{
		"first": calendar.OverlapFirst, "second": calendar.OverlapSecond, "reject": calendar.OverlapReject,
	}[c.RepeatedHour]
	c.exact, _ = l.book.Schema.Index("call.agreed_exact_time")
	into(&c.KeepAgent)(o.Need("keep_agent").Bool())
	into(&c.LateAfter)(o.Take("late_after").Duration())
	c.Exclude = l.conditions(o.Take("exclude"), nil, callbackScope(), unknownStops)
	refused := o.Need("if_refused").Object("if_refused")
	into(&c.RefusedStatus)(refused.Need("status").OneOf("review", "not_qualified"))
	into(&c.RefusedTask)(refused.Take("task").Word())
	refused.Close()
	o.Close()
}

// recovery reads rules/recovery.yaml.
func (l *loader) recovery() {
	o := l.file(recoveryFile)
	r := &l.book.Recovery
	r.Include = l.conditions(o.Take("include"), nil, recoveryScope(), unknownPasses)
	r.Exclude = l.conditions(o.Take("exclude"), nil, recoveryScope(), unknownStops)
	into(&r.MaxPerRun)(o.Need("max_per_run").Int(1, maxCalls))
	o.Close()
}

// transfers reads rules/transfers.yaml.
func (l *loader) transfers() {
	o := l.file(transfersFile)
	for _, pair := range o.Need("transfers").Object("transfers").Rest() {
		t := Transfer{Name: pair.Key.Text()}
		p := pair.Value.Object("transfer " + t.Name)
		if when := p.Need("when"); when != nil {
			if c := l.expr(when, transferScope()); c != nil {
				t.when = &Condition{Name: t.Name, expr: c}
			}
		}
		into(&t.ToTeam)(p.Need("to_team").Word())
		into(&t.CountContactsIn)(p.Need("count_contacts_in").Word())
		t.Order = l.order(p.Need("order"), transferScope())
		into(&t.AlreadyThere)(p.Need("already_there").OneOf("keep", "choose_again"))
		into(&t.NobodyThere)(p.Need("nobody_there").OneOf("task", "review"))
		p.Close()
		l.book.Transfers = append(l.book.Transfers, t)
	}
	o.Close()
}
