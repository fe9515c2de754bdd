package engine

import (
	"math/bits"
	"slices"
	"time"

	"callsheet/engine/calendar"
	"callsheet/engine/expression"
)

// Reasons of the engine's own, in the order in which they are looked for.
// OutOfCanary follows NoGroup; then conditions and pack rules give theirs by
// name.
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
// group, canary, conditions of the campaign, packs in force. leads must be what
// Classify said of the batch last. past is what happened to the phone of each
// row before, nil where nothing did; nil altogether when nothing did to any.
// The verdicts live in the memory of the batch: they are valid until its next
// Judge.
func (b *RuleBook) Judge(c *Campaign, slot calendar.Slot, batch *expression.Batch, leads *Classified, past []*Past) []Verdict {
	return b.evaluatorOf(batch).Judge(c, slot, batch, leads, past)
}

// Judge is [RuleBook.Judge] in the memory of the evaluator: the verdicts are
// valid until its next Judge of any batch.
func (e *Evaluator) Judge(c *Campaign, slot calendar.Slot, batch *expression.Batch, leads *Classified, past []*Past) []Verdict {
	cols, h := &e.book.columns, e.hear(slot, batch, leads)
	h.begin(c)
	h.sort(c)
	h.canary(c)
	h.conditions(c)
	h.rest(past)
	h.comply()
	batch.SetInts(cols.callNotBefore, h.notBefore)
	if h.narrowed {
		batch.SetInts(cols.callNotAfter, h.notAfter)
	}
	return h.verdicts
}

// hearing is the leads of one batch before a campaign and the packs.
type hearing struct {
	book     *RuleBook
	by       *Evaluator
	campaign string
	slot     calendar.Slot
	batch    *expression.Batch
	leads    *Classified
	verdicts []Verdict
	// passing are the leads that nothing has stopped yet, failing those that
	// the rule at hand stops, callbacks the calls of that kind, late those
	// that are only due after the slot.
	passing, failing, callbacks, late bitmap
	// notBefore and notAfter are the bounds of the calls in Unix
	// milliseconds; the latter only once a rule has narrowed them.
	notBefore, notAfter []int64
	narrowed            bool
	pieces              pieces
}

func (e *Evaluator) hear(slot calendar.Slot, batch *expression.Batch, leads *Classified) *hearing {
	h, n := &e.hearing, batch.Len()
	h.book, h.by, h.slot, h.batch, h.leads = e.book, e, slot, batch, leads
	h.verdicts = sized(h.verdicts, n)
	for _, m := range []*bitmap{&h.passing, &h.failing, &h.callbacks, &h.late} {
		*m = sized(*m, words(n))
	}
	h.notBefore, h.notAfter, h.narrowed = sized(h.notBefore, n), sized(h.notAfter, n), false
	all(h.passing, n)
	return h
}

// begin gives every lead the verdict of one that passes, inside the slot and
// not before it is due, and writes what is the same for all into the batch.
func (h *hearing) begin(c *Campaign) {
	h.campaign = c.Name
	cols, start, end := &h.book.columns, h.slot.Start.UnixMilli(), h.slot.End.UnixMilli()
	h.batch.SetTextOfAll(cols.campaign, c.Name)
	h.batch.SetTextOfAll(cols.slotName, h.slot.Name)
	h.batch.SetTimeOfAll(cols.slotStart, start)
	h.batch.SetTimeOfAll(cols.slotEnd, end)
	h.batch.SetTimeOfAll(cols.callNotAfter, end)
	passes := Verdict{Gate: GateCompliance, NotBefore: h.slot.Start, NotAfter: h.slot.End}
	for i := range h.verdicts {
		h.verdicts[i], h.notBefore[i] = passes, start
	}
	clear(h.late)
	due := h.batch.Column(cols.callDueAt)
	at, shared := due.Ints()
	for w, known := range due.Known() {
		for ; known != 0; known &= known - 1 {
			i := w<<6 + bits.TrailingZeros64(known)
			ms := at[0]
			if !shared {
				ms = at[i]
			}
			if ms > start {
				h.notBefore[i], h.verdicts[i].NotBefore = ms, time.UnixMilli(ms).UTC()
			}
			if ms >= end {
				h.late[w] |= known & -known
			}
		}
	}
	h.batch.SetInts(cols.callNotBefore, h.notBefore)
}

// stop gives the leads that fail their reason, unless they have one, and
// takes them out. gate is the last one that they passed.
func (h *hearing) stop(gate Gate, give func(i int, v *Verdict)) {
	for w := range h.failing {
		leads := h.failing[w] & h.passing[w]
		h.passing[w] &^= leads
		for ; leads != 0; leads &= leads - 1 {
			i := w<<6 + bits.TrailingZeros64(leads)
			v := &h.verdicts[i]
			v.Gate = gate
			give(i, v)
		}
	}
}

// sort stops the leads at the gates of type, segment and group.
func (h *hearing) sort(c *Campaign) {
	is, rules := h.leads, &h.book.Leads
	h.failWithout(rules.Types, is.types, c.LeadTypes)
	h.stop(GatePlanned, func(i int, v *Verdict) { v.Reason, v.Detail = WrongType, h.leads.Type[i] })
	if len(c.Segments) > 0 {
		h.failWithout(rules.Segments, is.segments, c.Segments)
		h.stop(GateType, func(i int, v *Verdict) { v.Reason, v.Detail = WrongSegment, h.leads.Segment[i] })
	}
	copy(h.failing, is.nowhere)
	if len(c.Groups) > 0 {
		each(h.passing, func(i int) {
			if g := h.leads.Group[i]; g != nil && !c.Takes(g.Name) {
				h.failing[i>>6] |= 1 << (uint(i) & 63)
			}
		})
	}
	h.stop(GateSegment, func(_ int, v *Verdict) { v.Reason = NoGroup })
}

// failWithout fails the leads that none of the named choices took.
func (h *hearing) failWithout(choices []Choice, took []bitmap, names []string) {
	copy(h.failing, h.passing)
	for c := range choices {
		if slices.Contains(names, choices[c].Name) {
			for w, leads := range took[c] {
				h.failing[w] &^= leads
			}
		}
	}
}

// conditions stops leads at the campaign's own: a due callback skips include,
// never exclude.
func (h *hearing) conditions(c *Campaign) {
	if len(c.Include) > 0 {
		h.findCallbacks()
	}
	for k := range c.Include {
		truth := c.Include[k].expr.Eval(h.batch)
		for w, yes := range truth.True {
			h.failing[w] = ^(yes | h.callbacks[w])
		}
		h.refuse(GateGroup, &c.Include[k], truth)
	}
	for k := range c.Exclude {
		truth := c.Exclude[k].expr.Eval(h.batch)
		for w, yes := range truth.True {
			h.failing[w] = yes | ^truth.Known[w]
		}
		h.refuse(GateGroup, &c.Exclude[k], truth)
	}
}

// refuse stops the failing leads by a condition.
func (h *hearing) refuse(gate Gate, c *Condition, truth expression.Truth) {
	h.stop(gate, func(i int, v *Verdict) {
		_, known := truth.At(i)
		v.Reason, v.Detail, v.Unknown = c.Name, c.Say, !known
	})
}

// findCallbacks marks the calls that are callbacks.
func (h *hearing) findCallbacks() {
	clear(h.callbacks)
	h.by.area.mark(h.batch, h.callbacks, h.book.columns.callKind, func(kind string) bool { return kind == "callback" })
}
