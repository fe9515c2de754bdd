package engine

import (
	"math/bits"
	"strconv"
	"time"

	"callsheet/engine/expression"
)

// LeadRules decide what kind of lead it is: ordered lists, first match wins.
type LeadRules struct {
	Types    []Choice
	Aliases  map[string]string // other words for a type
	Segments []Choice
}

// Choice is one entry of a first-match list. Without a condition it takes
// everything that is left.
type Choice struct {
	Name string
	Say  string
	when *expression.Condition
}

// Classified is what the book says of the leads of one batch, by row. It
// lives in the memory of the batch: it is valid until the next Classify of
// the batch, also after another Reset. Unknown stays as it is.
type Classified struct {
	Type    []string
	Segment []string // empty when none takes the lead
	Score   []int64
	Grade   []string
	Group   []*Group // nil when no zone begins the postal code
	// Unknown counts, by rule name, the leads for which a type, segment or
	// point rule could not be evaluated.
	Unknown map[string]int

	// types and segments are the leads that each choice took, in file order,
	// nowhere those without a group.
	types, segments []bitmap
	nowhere         bitmap
}

// Classify decides type, segment, score, grade and group of every lead of the
// batch, in this order, and writes each into the batch so that later rules
// can read it. now is the clock of the run; the batch's is set to it.
func (b *RuleBook) Classify(batch *expression.Batch, now time.Time) *Classified {
	return b.evaluatorOf(batch).Classify(batch, now)
}

// Classify is [RuleBook.Classify] in the memory of the evaluator: the result
// is valid until its next Classify of any batch.
func (e *Evaluator) Classify(batch *expression.Batch, now time.Time) *Classified {
	b, out := e.book, &e.out
	batch.SetNow(now)
	e.reserve(batch.Len())
	e.firstMatch(batch, b.Leads.Types, out.types, out.Type)
	e.firstMatch(batch, b.Leads.Segments, out.segments, out.Segment)
	batch.SetTexts(b.columns.leadType, out.Type)
	batch.SetTexts(b.columns.segment, out.Segment)
	e.score(batch, now)
	for i, score := range out.Score {
		out.Grade[i] = e.grade(score)
	}
	batch.SetInts(b.columns.score, out.Score)
	batch.SetTexts(b.columns.grade, out.Grade)
	e.area.place(batch, out.Group)
	clear(out.nowhere)
	for i, g := range out.Group {
		if g == nil {
			e.names[i] = ""
			out.nowhere[i>>6] |= 1 << (uint(i) & 63)
		} else {
			e.names[i] = g.Name
		}
	}
	batch.SetTexts(b.columns.group, e.names)
	out.Unknown = e.unknown.take()
	return out
}

// firstMatch gives each lead the name of the first choice that takes it, and
// remembers whom each choice took.
func (e *Evaluator) firstMatch(batch *expression.Batch, choices []Choice, took []bitmap, into []string) {
	clear(into)
	all(e.open, len(into))
	for c := range choices {
		choice := &choices[c]
		copy(took[c], e.open)
		if choice.when != nil {
			truth := choice.when.Eval(batch)
			unknown := 0
			for i, open := range e.open {
				took[c][i] &= truth.True[i]
				unknown += bits.OnesCount64(open &^ truth.Known[i])
			}
			e.unknown.add(choice.Name, unknown)
		}
		for i, leads := range took[c] {
			e.open[i] &^= leads
		}
		each(took[c], func(i int) { into[i] = choice.Name })
	}
}

// columns are the places in a batch that the engine itself reads and writes.
type columns struct {
	leadType, segment, score, grade, group, postalCode int
	phoneCountry                                       int
	slotName, slotStart, slotEnd, campaign             int
	callKind, callDueAt, callNotBefore, callNotAfter   int
	leadID                                             int
}

func columnsOf(s *expression.Schema) columns {
	at := func(name string) int {
		i, _ := s.Index(name)
		return i
	}
	return columns{
		leadType: at("lead.type"), segment: at("lead.segment"), score: at("lead.score"), grade: at("lead.grade"),
		group: at("lead.group"), postalCode: at("lead.postal_code"), phoneCountry: at("contact.phone_country"),
		slotName: at("slot.name"), slotStart: at("slot.start"), slotEnd: at("slot.end"),
		campaign: at("campaign.name"), callKind: at("call.kind"), callDueAt: at("call.due_at"),
		callNotBefore: at("call.not_before"), callNotAfter: at("call.not_after"),
		leadID: at("lead.id"),
	}
}

func limitedTo(what string, n int64) string {
	return what + " limited to " + strconv.FormatInt(n, 10)
}
