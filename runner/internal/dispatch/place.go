package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// Place is that of a lead among those of its group that pass the rules in a
// slot; zero when it does not pass.
type Place struct {
	Group    string
	Rank, Of int // from 1
	Capacity int // of the group in the slot, or in a tick; 0 when it is not known any more
}

// ranked says the place in a sentence.
func (p Place) ranked() string {
	text := fmt.Sprintf("eligible; ranked %d of %d in %s", p.Rank, p.Of, p.Group)
	if p.Capacity > 0 {
		text += fmt.Sprintf("; capacity %d", p.Capacity)
	}
	return text
}

// Place completes an explanation with what others leave: where a slot was
// started, with what was decided in it about the lead, and else, or where a
// start would decide otherwise now, with the place and the room that it would
// have. What was decided in a slot that is over, and who was injected, is told
// as it was: DecidedAt is set then.
func (d *Desk) Place(ctx context.Context, book *engine.RuleBook, x *Explained) error {
	for i := range x.Campaigns {
		out := &x.Campaigns[i]
		c, ok := book.Campaign(out.Campaign)
		if !ok {
			continue
		}
		if out.was != nil && (out.over || out.was.Injected) {
			if err := d.asDecided(ctx, book, c, x, out); err != nil {
				return err
			}
			continue
		}
		if out.Reason == "" {
			if err := d.room(ctx, book, c, x, out); err != nil {
				return fmt.Errorf("room of %s for lead %s: %w", c.Name, x.Lead.ID, err)
			}
		}
		if out.was != nil && out.was.Reason != out.Reason && c.Calls() {
			said := fmt.Sprintf("the start of %s decided otherwise: %s", clock(book, out.was.At), out.was.Reason)
			out.Lines = append(out.Lines, engine.AccountLine{Gate: engine.GateCapacity.String(), Name: "decided", Mark: engine.MarkSkipped, Say: said})
		}
	}
	return nil
}

// asDecided tells what a start decided.
func (d *Desk) asDecided(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, x *Explained, out *Considered) error {
	was := out.was
	out.Reason, out.Detail, out.Unknown, out.DecidedAt, out.Lines = was.Reason, was.Detail, was.Unknown, was.At.Time(), nil
	if was.Injected {
		calls, err := d.Store.LeadCalls(ctx, x.Lead.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(calls, func(call crm.Call) bool { return call.ID == was.CallID }); i >= 0 {
			out.Call = &calls[i]
			out.NotBefore, out.NotAfter = calls[i].NotBefore.V.Time(), calls[i].NotAfter.V.Time()
		}
	}
	if was.Rank == 0 {
		out.Lines = append(out.Lines, engine.AccountLine{Name: was.Reason, Mark: engine.MarkStopped, Say: strings.TrimSpace(was.Reason + " " + was.Detail)})
		return nil
	}
	decisions, err := d.Store.Decisions(ctx, was.SlotKey)
	if err != nil {
		return err
	}
	out.Place = Place{Group: was.Group, Rank: was.Rank}
	if was.Version == book.Version {
		out.Place.Capacity = capacity(c)
	}
	for _, other := range decisions {
		if other.Group == was.Group && (other.Injected || other.Rank > 0) {
			out.Place.Of++
		}
	}
	out.placed(book, was.Reason)
	return nil
}

// capacity is how many calls a group may get in a slot, or in a tick.
func capacity(c *engine.Campaign) int {
	if c.Follows != "" {
		return c.MaxPerTick
	}
	return c.MaxPerSlot
}

// room rehearses a start of the lead's group.
func (d *Desk) room(ctx context.Context, book *engine.RuleBook, c *engine.Campaign, x *Explained, out *Considered) error {
	desk := d.Rehearsal()
	desk.Brief = &Notes{}
	st := start{desk: desk, book: book, c: c, at: x.At}
	found, err := st.slots(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found, func(s slotOf) bool {
		return s.slot.Start.Equal(out.Slot.Start) && slices.Contains(s.groups, x.Lead.Group)
	})
	if i < 0 {
		return nil
	}
	sel, err := st.choose(ctx, found[i])
	if err != nil {
		return err
	}
	r := sel.runs[x.Lead.Group]
	if r == nil {
		return nil
	}
	s := r.started
	out.Place = Place{Group: r.Group, Of: s.Already + len(r.calls) + s.OverCapacity + s.NoAgent, Capacity: capacity(c)}
	if i := slices.IndexFunc(r.calls, func(call *candidate) bool { return call.due.Lead.ID == x.Lead.ID }); i >= 0 {
		out.Place.Rank = s.Already + i + 1
		out.placed(book, "")
		return nil
	}
	if i := slices.IndexFunc(sel.out, func(d crm.Decision) bool { return d.LeadID == x.Lead.ID }); i >= 0 {
		out.Place.Rank, out.Detail = sel.out[i].Rank, sel.out[i].Detail
		out.placed(book, sel.out[i].Reason)
	}
	return nil
}

// placed adds the line of the place, and of what keeps the lead out, if that is
// not in the lines yet.
func (out *Considered) placed(book *engine.RuleBook, reason string) {
	line := engine.AccountLine{Gate: engine.GateCapacity.String(), Name: engine.OverCapacity, Mark: engine.MarkPassed, Say: out.Place.ranked()}
	switch {
	case reason == engine.OverCapacity && out.Detail != "":
		line.Mark, line.Say = engine.MarkStopped, out.Place.ranked()+"; "+out.Detail
	case reason == engine.OverCapacity:
		line.Mark, line.Say = engine.MarkStopped, fmt.Sprintf("%s; would be injected at %d", out.Place.ranked(), out.Place.Rank)
	case reason == engine.NoAgent:
		line.Gate, line.Name, line.Mark, line.Say = engine.GateAgent.String(), reason, engine.MarkStopped, "no agent of the group is there"
	case reason == engine.PhoneOpen:
		out.Place = Place{}
		out.Lines = slices.DeleteFunc(out.Lines, func(l engine.AccountLine) bool { return l.Name == reason })
		line.Gate, line.Name, line.Mark, line.Say = engine.GatePhone.String(), reason, engine.MarkStopped, "a lead before it in the campaign's order has the same number, in "+out.Detail
	case out.Call != nil:
		line.Say = fmt.Sprintf("%s; injected at %s in %s", out.Place.ranked(), clock(book, out.Call.InjectedAt.V), out.Call.File)
	}
	out.Reason = reason
	out.Lines = append(out.Lines, line)
}

func clock(book *engine.RuleBook, at crm.Instant) string {
	return at.Time().In(book.Zone).Format("2006-01-02 15:04")
}
