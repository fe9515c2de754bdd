package dispatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Difference is a decision that does not come out as it is stored.
type Difference struct {
	Decision crm.Decision
	Is       crm.Decision // as far as the rules say
	// Masked says that rules which decide read a personal text, of which only
	// that it was there is stored: it may come out otherwise for that.
	Masked bool
}

// Replay takes decisions again that rest on the same facts, with their own rule
// book, and gives those that differ. What other leads, agents and suppressions
// decided after the rules cannot be taken again: of such a decision only that the
// rules let the lead pass is.
func Replay(book *engine.RuleBook, f *crm.Facts, decisions []crm.Decision) ([]Difference, error) {
	t, err := retry(book, f)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int, len(f.Leads))
	for i, lead := range f.Leads {
		rows[lead] = i
	}
	var differ []Difference
	for _, d := range decisions {
		i, ok := rows[d.LeadID]
		if !ok {
			return nil, fmt.Errorf("facts of %s: lead %s of decision %s is not among them", f.SlotKey, d.LeadID, d.ID)
		}
		if is := t.decide(d, i); is != d {
			differ = append(differ, Difference{Decision: d, Is: is, Masked: t.masked})
		}
	}
	return differ, nil
}

// trial is facts before their rule book and campaign once more.
type trial struct {
	book     *engine.RuleBook
	campaign *engine.Campaign
	slot     calendar.Slot
	batch    *expression.Batch
	class    *engine.Classified
	verdicts []engine.Verdict
	masked   bool
}

func retry(book *engine.RuleBook, f *crm.Facts) (*trial, error) {
	t := &trial{book: book}
	var ok bool
	if t.campaign, ok = book.Campaign(f.Campaign); !ok {
		return nil, fmt.Errorf("facts of %s: rule book %s has no such campaign", f.SlotKey, book.Short())
	}
	t.slot = slotOfFacts(book, f)
	t.batch = book.Schema.NewBatch(len(f.Leads))
	id, _ := book.Schema.Index("lead.id")
	past := make([]*engine.Past, len(f.Leads))
	for i, lead := range f.Leads {
		t.batch.SetText(id, i, lead)
		past[i] = remembered(&f.Past[i])
	}
	for _, c := range f.Columns {
		if err := t.restore(c); err != nil {
			return nil, fmt.Errorf("facts of %s: %s: %w", f.SlotKey, c.Name, err)
		}
	}
	t.class = book.Classify(t.batch, f.At.Time())
	t.verdicts = book.Judge(t.campaign, t.slot, t.batch, t.class, past)
	return t, nil
}

func slotOfFacts(book *engine.RuleBook, f *crm.Facts) calendar.Slot {
	start := f.SlotStart.Time().In(book.Zone)
	return calendar.Slot{Name: f.Slot, Start: start, End: f.SlotEnd.Time().In(book.Zone), Date: calendar.DateOf(start)}
}

// restore fills a column.
func (t *trial) restore(c crm.FactColumn) error {
	column, ok := t.book.Schema.Index(c.Name)
	if !ok {
		return fmt.Errorf("rule book %s has no such field", t.book.Short())
	}
	t.masked = t.masked || t.book.Schema.Fields()[column].Personal
	typ := t.batch.Column(column).Type()
	for i, v := range c.Values {
		if v == nil {
			continue
		}
		if err := setValue(t.batch, typ, column, i, v); err != nil {
			return fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return nil
}

// setValue sets what [crm.FactSheet.Facts] gave.
func setValue(b *expression.Batch, typ expression.Type, column, row int, v any) error {
	switch v := v.(type) {
	case string:
		b.SetText(column, row, v)
	case bool:
		b.SetBool(column, row, v)
	case json.Number:
		if typ == expression.Number {
			x, err := v.Float64()
			b.SetFloat(column, row, x)
			return err
		}
		n, err := v.Int64()
		if typ == expression.Time {
			b.SetTime(column, row, n)
		} else {
			b.SetInt(column, row, n)
		}
		return err
	case []any:
		list := make([]string, len(v))
		for i := range v {
			list[i], _ = v[i].(string)
		}
		b.SetList(column, row, list)
	default:
		return fmt.Errorf("a %T is no fact", v)
	}
	return nil
}

// remembered is a past as the rules read it.
func remembered(p *crm.Past) *engine.Past {
	out := &engine.Past{}
	for _, at := range p.Attempts {
		out.Attempts = append(out.Attempts, at.Time())
	}
	for _, e := range p.Ended {
		out.Ended = append(out.Ended, engine.PastCall{At: e.At.Time(), Outcome: e.Outcome})
	}
	if p.ConsentAt != 0 {
		out.ConsentAt = p.ConsentAt.Time()
	}
	return out
}

// decide takes a decision again: what the rules say of it now, and the rest as
// it is stored.
func (t *trial) decide(d crm.Decision, row int) crm.Decision {
	is, v := d, t.verdicts[row]
	is.Score, is.Version, is.Group = t.class.Score[row], t.book.Version, ""
	if g := t.class.Group[row]; g != nil && t.campaign.Takes(g.Name) {
		is.Group = g.Name
	}
	rest := []string{"", engine.Suppressed, engine.PhoneOpen, engine.NoAgent, engine.OverCapacity}
	if !t.campaign.Calls() {
		rest = append(rest, string(t.campaign.Mode))
	}
	switch {
	case d.Reason == engine.InvalidPhone:
		// Whatever the rules say: the number could not be called.
	case v.Reason != "":
		is.Injected, is.Reason, is.Detail, is.Unknown = false, v.Reason, v.Detail, v.Unknown
	case !slices.Contains(rest, d.Reason):
		is.Reason, is.Detail, is.Unknown = "", "", false
	}
	return is
}

// Recall explains a decision from the facts on which it rests and the rule book
// of its version, whatever became of the lead and the rules since. One that does
// not come out of them as it is stored is an error.
func Recall(book *engine.RuleBook, f *crm.Facts, d crm.Decision) (*Explained, error) {
	f = f.Of(func(lead string) bool { return lead == d.LeadID })
	if len(f.Leads) == 0 {
		return nil, fmt.Errorf("facts of decision %s: %w", d.ID, crm.ErrNotFound)
	}
	t, err := retry(book, f)
	if err != nil {
		return nil, err
	}
	if is := t.decide(d, 0); is != d {
		why := "something was changed in it"
		if t.masked {
			why = "a rule read a personal text, of which only that it was there is stored"
		}
		return nil, fmt.Errorf("decision %s says %q and score %d; from the facts stored it comes out as %q and score %d: %s", d.ID, d.Reason, d.Score, is.Reason, is.Score, why)
	}
	out := Considered{Campaign: t.campaign.Name, Slot: t.slot, Decision: d.ID, DecidedAt: d.At.Time()}
	v := t.verdicts[0]
	out.Lines = book.Account(t.campaign, t.slot, t.batch, 0, t.class, v)
	out.Reason, out.Detail, out.Unknown, out.NotBefore, out.NotAfter = v.Reason, v.Detail, v.Unknown, v.NotBefore, v.NotAfter
	if v.Reason == "" {
		out.rest(t.campaign, d)
	}
	x := explaining{book: book, out: &Explained{
		Lead: &crm.Lead{ID: d.LeadID, Type: t.class.Type[0], Segment: t.class.Segment[0], Grade: t.class.Grade[0]}, At: f.At.Time(),
	}}
	if g := t.class.Group[0]; g != nil {
		x.out.Lead.Group = g.Name
	}
	due, _ := book.Schema.Index("call.due_at")
	ms, _ := t.batch.Column(due).Millis(0)
	x.out.Call = &crm.Call{DueAt: crm.At(time.UnixMilli(ms))}
	x.planned(t.slot, &out)
	x.out.Lines, x.out.Score = book.Breakdown(t.batch, 0, f.At.Time())
	x.out.Campaigns = []Considered{out}
	return x.out, nil
}

// rest tells of what was asked behind the rules.
func (out *Considered) rest(c *engine.Campaign, d crm.Decision) {
	if d.Reason == engine.InvalidPhone {
		out.add(engine.GateCompliance, d.Reason, "", true, "the phone could not be called")
		return
	}
	for _, asked := range []struct {
		gate          engine.Gate
		reason        string
		passes, stops string
		skip          bool
	}{
		{engine.GateCompliance, engine.Suppressed, "the number might be called", "the number was never to be called: " + d.Detail, false},
		{engine.GatePhone, engine.PhoneOpen, "nobody else called the number", "the number was being called, in " + d.Detail, false},
		{engine.GateAgent, engine.NoAgent, "an agent of the group was there", "no agent of the group was there", !c.Assign},
		{engine.GateCapacity, engine.OverCapacity, fmt.Sprintf("there was room: place %d of the group", d.Rank), full(d), false},
		{engine.GateCapacity, string(c.Mode), "", "the campaign was a " + string(c.Mode) + ": it called nobody", c.Calls()},
	} {
		if asked.skip {
			continue
		}
		say := asked.passes
		if d.Reason == asked.reason {
			say = asked.stops
		}
		out.add(asked.gate, asked.reason, d.Detail, d.Reason == asked.reason, say)
		if d.Reason == asked.reason {
			return
		}
	}
}

// full is why there was no room for a lead.
func full(d crm.Decision) string {
	if d.Detail != "" {
		return fmt.Sprintf("%s: place %d of the group", d.Detail, d.Rank)
	}
	return fmt.Sprintf("there was no room: place %d of the group", d.Rank)
}
