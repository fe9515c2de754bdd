package engine

import (
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

// Classified is what the book says of the leads of one batch, by row.
type Classified struct {
	Type    []string
	Segment []string // empty when none takes the lead
	Score   []int64
	Grade   []string
	Group   []*Group // nil when no zone begins the postal code
	// Unknown counts, by rule name, the leads for which a type, segment or
	// point rule could not be evaluated.
	Unknown map[string]int
}

// Classify decides type, segment, score, grade and group of every lead of the
// batch, in this order, and writes each into the batch so that later rules
// can read it. now is the clock of the run; the batch's is set to it.
func (b *RuleBook) Classify(batch *expression.Batch, now time.Time) *Classified {
	batch.SetNow(now)
	n := batch.Len()
	out := &Classified{
		Type: make([]string, n), Segment: make([]string, n), Score: make([]int64, n),
		Grade: make([]string, n), Group: make([]*Group, n), Unknown: map[string]int{},
	}
	firstMatch(batch, b.Leads.Types, out.Type, out.Unknown)
	firstMatch(batch, b.Leads.Segments, out.Segment, out.Unknown)
	for i := range n {
		batch.SetText(b.columns.leadType, i, out.Type[i])
		batch.SetText(b.columns.segment, i, out.Segment[i])
	}
	b.Scoring.score(batch, now, out)
	postal := batch.Column(b.columns.postalCode)
	for i := range n {
		out.Grade[i] = b.Scoring.GradeOf(out.Score[i])
		code, _ := postal.Text(i)
		out.Group[i] = b.GroupOf(code)
		batch.SetInt(b.columns.score, i, out.Score[i])
		batch.SetText(b.columns.grade, i, out.Grade[i])
		if out.Group[i] != nil {
			batch.SetText(b.columns.group, i, out.Group[i].Name)
		}
	}
	return out
}

func firstMatch(batch *expression.Batch, choices []Choice, into []string, unknown map[string]int) {
	open := len(into)
	for _, c := range choices {
		if open == 0 {
			return
		}
		if c.when == nil {
			for i := range into {
				if into[i] == "" {
					into[i] = c.Name
				}
			}
			return
		}
		truth := c.when.Eval(batch)
		for i := range into {
			if into[i] != "" {
				continue
			}
			switch yes, known := truth.At(i); {
			case yes:
				into[i] = c.Name
				open--
			case !known:
				unknown[c.Name]++
			}
		}
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
