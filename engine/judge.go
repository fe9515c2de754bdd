package engine

import (
	"slices"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Reasons of the engine's own, in the order in which they are looked for.
// Conditions and pack rules give theirs by name between NoGroup and PhoneOpen.
const (
	WrongType    = "lead_type"
	WrongSegment = "segment"
	NoGroup      = "no_group"
	Suppressed   = "suppressed"
	PhoneOpen    = "phone_open"
	NoAgent      = "no_agent"
	OverCapacity = "over_capacity"

	NotDue       = "not_due"
	NoCampaign   = "no_campaign"
	InvalidPhone = "invalid_phone"
	ClosedDay    = "calendar"
)

// Verdict is what a campaign and the packs in force say of one lead.
type Verdict struct {
	// Gate is the last gate of the funnel that the lead passed.
	Gate   Gate
	Reason string // why it stays out; empty when it passes
	Detail string
	// Unknown says that the reason could not be evaluated, which keeps the
	// lead out.
	Unknown bool
	// NotBefore and NotAfter bound the call: inside the slot, not before it
	// is due, and when the law allows it.
	NotBefore, NotAfter time.Time
}

// Gate is a step of the funnel.
type Gate int

// The gates in order. A lead has passed a gate when it is not stopped there.
const (
	GatePlanned Gate = iota
	GateType
	GateSegment
	GateGroup
	GateConditions
	GateCompliance
	GatePhone
	GateAgent
	GateCapacity
)

// String is the name of the gate in a funnel.
func (g Gate) String() string {
	return [...]string{"planned", "lead_type", "segment", "group", "conditions", "compliance", "phone", "agent", "capacity"}[g]
}

// Judge says for every lead of a classified batch whether it may be called by
// the campaign in the slot. The batch needs the planned calls (call.due_at,
// call.kind, call.agreed_exact_time); Judge writes slot, campaign and the
// bounds of the call into it. Reasons are found in the order type, segment,
// group, conditions of the campaign, packs in force.
func (b *RuleBook) Judge(c *Campaign, slot calendar.Slot, batch *expression.Batch, leads *Classified) []Verdict {
	verdicts := make([]Verdict, batch.Len())
	for i := range verdicts {
		v := &verdicts[i]
		v.NotBefore, v.NotAfter = b.earliest(batch, i, slot), slot.End
		b.fillSlot(c, slot, batch, i, *v)
		b.sort(c, leads, i, v)
	}
	b.conditions(c, batch, verdicts)
	h := &hearing{slot: slot, batch: batch, verdicts: verdicts, open: make([][]calendar.Span, len(verdicts))}
	for _, pack := range b.Packs {
		for r := range pack.Rules {
			b.apply(&pack.Rules[r], h)
		}
	}
	for i := range verdicts {
		if verdicts[i].Reason == "" {
			verdicts[i].Gate = GateCompliance
		}
		batch.SetTime(b.columns.callNotBefore, i, verdicts[i].NotBefore.UnixMilli())
		batch.SetTime(b.columns.callNotAfter, i, verdicts[i].NotAfter.UnixMilli())
	}
	return verdicts
}

func (b *RuleBook) fillSlot(c *Campaign, slot calendar.Slot, batch *expression.Batch, i int, v Verdict) {
	batch.SetText(b.columns.campaign, i, c.Name)
	batch.SetText(b.columns.slotName, i, slot.Name)
	batch.SetTime(b.columns.slotStart, i, slot.Start.UnixMilli())
	batch.SetTime(b.columns.slotEnd, i, slot.End.UnixMilli())
	batch.SetTime(b.columns.callNotBefore, i, v.NotBefore.UnixMilli())
	batch.SetTime(b.columns.callNotAfter, i, v.NotAfter.UnixMilli())
}

// sort stops the lead at the gates of type, segment and group.
func (b *RuleBook) sort(c *Campaign, leads *Classified, i int, v *Verdict) {
	switch g := leads.Group[i]; {
	case !slices.Contains(c.LeadTypes, leads.Type[i]):
		v.Gate, v.Reason, v.Detail = GatePlanned, WrongType, leads.Type[i]
	case !c.takesSegment(leads.Segment[i]):
		v.Gate, v.Reason, v.Detail = GateType, WrongSegment, leads.Segment[i]
	case g == nil || !c.Takes(g.Name):
		v.Gate, v.Reason = GateSegment, NoGroup
	default:
		v.Gate = GateGroup
	}
}

// conditions stops leads at the campaign's own: a due callback skips include,
// never exclude.
func (b *RuleBook) conditions(c *Campaign, batch *expression.Batch, verdicts []Verdict) {
	for _, cond := range c.Include {
		truth := cond.expr.Eval(batch)
		for i := range verdicts {
			if kind, _ := batch.Column(b.columns.callKind).Text(i); kind == "callback" {
				continue
			}
			if yes, known := truth.At(i); !yes {
				stop(&verdicts[i], cond.Name, cond.Say, !known)
			}
		}
	}
	for _, cond := range c.Exclude {
		truth := cond.expr.Eval(batch)
		for i := range verdicts {
			if yes, known := truth.At(i); yes || !known {
				stop(&verdicts[i], cond.Name, cond.Say, !known)
			}
		}
	}
	for i := range verdicts {
		if verdicts[i].Reason == "" {
			verdicts[i].Gate = GateConditions
		}
	}
}

// stop gives the lead its first reason; later ones do not count.
func stop(v *Verdict, reason, detail string, unknown bool) {
	if v.Reason != "" {
		return
	}
	v.Reason, v.Detail, v.Unknown = reason, detail, unknown
}
