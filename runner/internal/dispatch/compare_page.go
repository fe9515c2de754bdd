package dispatch

import (
	"context"
	"slices"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// comparer compares one page after the other; it belongs to one goroutine.
type comparer struct {
	*comparing
	found         *Comparison
	sides         [2]*side // before and after
	moved         []bool   // leads of the page of which a campaign decides otherwise
	before, after []engine.Verdict
}

// side is one of the two rule books in the hands of a worker.
type side struct {
	book    *engine.RuleBook
	facts   facts
	batch   *expression.Batch
	history history
	slots   map[string][]slotOf // by campaign
	pasts   []*engine.Past
	class   *engine.Classified
}

func (c *comparing) worker() *comparer {
	w := &comparer{comparing: c, found: newComparison(c.campaigns, c.grades)}
	for i, book := range []*engine.RuleBook{c.before, c.after} {
		s := newSide(book, c.at)
		for _, campaign := range book.Campaigns {
			s.slots[campaign.Name] = nextSlots(book, campaign, c)
		}
		w.sides[i] = s
	}
	return w
}

func newSide(book *engine.RuleBook, at time.Time) *side {
	return &side{book: book, facts: factsOf(book, deciding(book)), batch: book.Schema.NewBatch(0), history: newHistory(book, at), slots: map[string][]slotOf{}}
}

// nextSlots are the slots that run at the time of the comparison or come next,
// with the groups that have each.
func nextSlots(book *engine.RuleBook, campaign *engine.Campaign, c *comparing) (found []slotOf) {
	for _, g := range append([]*engine.Group{nil}, book.Groups...) {
		if g != nil && !campaign.Takes(g.Name) {
			continue
		}
		week := book.Week(campaign, g)
		slot, ok := week.Next(c.at, campaign.MinRemaining)
		for ok && c.stopped(book, campaign, slot) {
			slot, ok = week.Next(slot.End, campaign.MinRemaining)
		}
		if !ok {
			continue
		}
		i := slices.IndexFunc(found, func(s slotOf) bool { return s.slot.Start.Equal(slot.Start) && s.slot.Name == slot.Name })
		if i < 0 {
			i = len(found)
			found = append(found, slotOf{slot: slot})
		}
		found[i].add(g, "")
	}
	return found
}

// page compares what the two books say of a page of calls.
func (w *comparer) page(ctx context.Context, page []crm.Due) error {
	records, err := w.records(ctx, page)
	if err != nil {
		return err
	}
	for _, s := range w.sides {
		s.fill(page, records)
		s.class = s.book.Classify(s.batch, w.at)
	}
	barred, err := w.barred(ctx, page)
	if err != nil {
		return err
	}
	w.moved = append(w.moved[:0], make([]bool, len(page))...)
	w.grade(page)
	for k := range w.found.Campaigns {
		w.campaign(k, page, barred)
	}
	for _, moved := range w.moved {
		w.found.Changed += int(one(moved))
	}
	w.found.Leads += len(page)
	return nil
}

// records are the reports of calls to the phones of a page.
func (w *comparer) records(ctx context.Context, page []crm.Due) (map[string][]crm.Record, error) {
	if !w.recorded {
		return nil, nil
	}
	phones := make([]string, len(page))
	for i := range page {
		phones[i] = page[i].Lead.Phone
	}
	return w.desk.Store.PhonePasts(ctx, phones)
}

// fill gives the book the facts of the page, as a start would.
func (s *side) fill(page []crm.Due, records map[string][]crm.Record) {
	s.pasts = s.pasts[:0]
	s.batch.Reset(len(page))
	for i := range page {
		l := &page[i].Lead
		stored := l.Attempts30d
		p := s.history.past(s.history.brought(l, records[l.Phone]), records[l.Phone])
		l.Attempts30d = s.history.recent(p)
		s.pasts = append(s.pasts, p)
		s.facts.lead(s.batch, i, l)
		s.facts.call(s.batch, i, &page[i].Call)
		l.Attempts30d = stored // for the other book
	}
}

// barred are the phones of the page that are not to be called, whatever the
// rules say.
func (w *comparer) barred(ctx context.Context, page []crm.Due) (map[string]crm.Suppression, error) {
	phones := make([]string, len(page))
	for i := range page {
		phones[i] = page[i].Call.Phone
	}
	return w.desk.suppressed(ctx, phones, crm.At(w.at))
}

// grade counts the leads by score and grade.
func (w *comparer) grade(page []crm.Due) {
	before, after := w.sides[0].class, w.sides[1].class
	for i := range page {
		w.found.Up += int(one(after.Score[i] > before.Score[i]))
		w.found.Down += int(one(after.Score[i] < before.Score[i]))
		for g := range w.found.Grades {
			m := &w.found.Grades[g]
			m.count(before.Grade[i] == m.Name, after.Grade[i] == m.Name, before.Score[i], after.Score[i])
		}
	}
}

// campaign counts the leads that one campaign chooses.
func (w *comparer) campaign(k int, page []crm.Due, barred map[string]crm.Suppression) {
	m := &w.found.Campaigns[k]
	w.before = w.sides[0].judge(m.Name, page, w.before, silent(w.comparing.before, w.comparing.after, m.Name))
	w.after = w.sides[1].judge(m.Name, page, w.after, silent(w.comparing.after, w.comparing.before, m.Name))
	for i := range page {
		was, is := w.before[i].Reason == "", w.after[i].Reason == ""
		if !was && !is {
			continue
		}
		if _, never := barred[page[i].Call.Phone]; never || page[i].Call.Phone == "" {
			continue
		}
		if !m.count(was, is, w.sides[0].class.Score[i], w.sides[1].class.Score[i]) {
			continue
		}
		w.moved[i] = true
		if id := page[i].Lead.ID; len(m.Examples) < maxExamples || id < m.Examples[maxExamples-1].Lead {
			m.add(&Movement{Examples: []Move{{id, w.sides[0].standing(m.Name, i, &w.before[i]), w.sides[1].standing(m.Name, i, &w.after[i])}}})
		}
	}
}

// NoSlot is the reason of a campaign for which no slot is to come.
const NoSlot = "no_slot"

// judge is what the book says of the page, for a campaign by name: a verdict of
// its own for each call. One that is silent chooses nobody.
func (s *side) judge(name string, page []crm.Due, into []engine.Verdict, silent bool) []engine.Verdict {
	into = into[:0]
	campaign, ok := s.book.Campaign(name)
	outside := engine.Verdict{Reason: NoSlot}
	if !ok || campaign.Name != name {
		outside.Reason = engine.NoCampaign
	}
	if silent {
		outside.Reason = string(campaign.Mode)
	}
	for range page {
		into = append(into, outside)
	}
	if silent {
		return into
	}
	for _, slot := range s.slots[name] {
		end := crm.At(slot.slot.End)
		for i, v := range s.book.Judge(campaign, slot.slot, s.batch, s.class, s.pasts) {
			group := ""
			if g := s.class.Group[i]; g != nil && campaign.Takes(g.Name) {
				group = g.Name
			}
			switch {
			case !slices.Contains(slot.groups, group):
			case page[i].Call.DueAt >= end && v.Reason == "":
				into[i] = engine.Verdict{Reason: engine.NotDue}
			default:
				into[i] = v
			}
		}
	}
	return into
}

func (s *side) standing(name string, i int, v *engine.Verdict) Standing {
	st := Standing{
		Chosen: v.Reason == "", Reason: v.Reason, Detail: v.Detail,
		Score: s.class.Score[i], Type: s.class.Type[i], Segment: s.class.Segment[i],
	}
	if g := s.class.Group[i]; g != nil {
		st.Group = g.Name
	}
	if campaign, ok := s.book.Campaign(name); ok {
		for _, condition := range slices.Concat(campaign.Include, campaign.Exclude) {
			if condition.Name == v.Reason {
				st.Rule = condition.Source()
			}
		}
	}
	return st
}
