package dispatch

import (
	"context"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// Snapshot is the planned and open calls of a store in memory, column by column, with
// what a rule book says of them: so that the effect of an edit can be shown
// while it is typed. It shows the store as it was, and does not change. It may
// be compared from many goroutines.
type Snapshot struct {
	c     *comparing // before is the book; after and the names follow it
	pages []resident
	leads int
}

// resident is up to expression.MaxBatch of these calls, by lead id.
type resident struct {
	batch *expression.Batch
	ids   []string
	pasts []*engine.Past // nil when nothing happened to any of the phones
	// barred are the leads whose phone is not to be called, nil when there is none.
	barred []uint64
	said   said
}

// said is what a rule book says of a page: a score and the place of the grade
// in the book for every lead, and for each of its campaigns the leads chosen.
type said struct {
	score  []int32
	grade  []uint8
	chosen map[string][]uint64
}

// Snapshot reads the planned and open calls of the store and lets a rule book decide
// about them at an instant.
func (d *Desk) Snapshot(ctx context.Context, book *engine.RuleBook, at time.Time) (*Snapshot, error) {
	c, err := d.comparing(ctx, book, book, at)
	if err != nil {
		return nil, fmt.Errorf("take a snapshot: %w", err)
	}
	s, w := &Snapshot{c: c}, c.worker()
	keep := w.sides[0]
	keep.facts.fields = slices.DeleteFunc(slices.Clone(keep.facts.fields), func(f leadFact) bool {
		return slices.Contains(made(), keep.facts.schema.Fields()[f.column].Name)
	})
	v := newViewer(s, book)
	texts := map[string]string{}
	pages := make(chan []crm.Due, 1)
	within, stop := context.WithCancel(ctx)
	defer stop()
	var reading sync.WaitGroup
	var readErr error
	reading.Go(func() {
		defer close(pages)
		readErr = c.read(within, pages, nil)
	})
	for page := range pages {
		if err = s.hold(ctx, w, v, page, texts); err != nil {
			stop()
			break
		}
	}
	for range pages { // let the reader end
	}
	reading.Wait()
	if err == nil {
		err = readErr
	}
	if err != nil {
		return nil, fmt.Errorf("take a snapshot: %w", err)
	}
	return s, nil
}

// made are the fields that the engine writes into a batch by itself.
func made() []string {
	return []string{"lead.type", "lead.segment", "lead.score", "lead.grade", "lead.group"}
}

// hold keeps a page.
func (s *Snapshot) hold(ctx context.Context, w *comparer, v *viewer, page []crm.Due, texts map[string]string) error {
	records, err := w.records(ctx, page)
	if err != nil {
		return err
	}
	barred, err := w.barred(ctx, page)
	if err != nil {
		return err
	}
	keep := w.sides[0]
	keep.batch = keep.book.Schema.NewBatch(0)
	share(keep.facts.fields, page, texts)
	keep.fill(page, records)
	r := resident{batch: keep.batch, ids: make([]string, len(page))}
	if slices.ContainsFunc(keep.pasts, func(p *engine.Past) bool { return p != nil }) {
		r.pasts = slices.Clone(keep.pasts)
	}
	for i := range page {
		r.ids[i] = page[i].Lead.ID
		if _, never := barred[page[i].Call.Phone]; never || page[i].Call.Phone == "" {
			if r.barred == nil {
				r.barred = make([]uint64, (len(page)+63)/64)
			}
			r.barred[i>>6] |= 1 << (uint(i) & 63)
		}
	}
	r.said = v.look(&r)
	s.pages, s.leads = append(s.pages, r), s.leads+len(page)
	return nil
}

// share lets equal texts of leads be one in memory, as far as there are not too
// many different ones.
func share(fields []leadFact, page []crm.Due, texts map[string]string) {
	const most = 1 << 16
	for _, f := range fields {
		for i := range page {
			text, ok := f.of(&page[i].Lead).(*string)
			if !ok {
				break
			}
			if known, ok := texts[*text]; ok {
				*text = known
			} else if len(texts) < most {
				texts[*text] = *text
			}
		}
	}
}

// Leads is how many leads there are with such a call.
func (s *Snapshot) Leads() int { return s.leads }

// Book is the rule book that decided about them.
func (s *Snapshot) Book() *engine.RuleBook { return s.c.before }

// Taken is the instant at which the calls were looked at.
func (s *Snapshot) Taken() time.Time { return s.c.at }

// Shows says whether a rule book can be compared on the snapshot: it may read
// no field that the book of the snapshot does not read, and has to count days
// and rests as that one does.
func (s *Snapshot) Shows(after *engine.RuleBook) bool {
	_, ok := s.lent(after)
	return ok
}

// lent are the columns of a rule book's batches that the snapshot has, with
// its own column for each.
func (s *Snapshot) lent(after *engine.RuleBook) (columns [][2]int, ok bool) {
	own := s.c.before
	if after.Zone.String() != own.Zone.String() || !slices.Equal(after.OutcomesThatRest(), own.OutcomesThatRest()) {
		return nil, false
	}
	read := deciding(own)
	theirs, ours := after.Schema.Fields(), own.Schema.Fields()
	call := []string{"call.kind", "call.due_at", "call.agreed_exact_time", "agent.username"}
	wanted := deciding(after)
	for _, name := range call {
		if column, there := after.Schema.Index(name); there {
			wanted = append(wanted, column)
		}
	}
	slices.Sort(wanted)
	for _, column := range slices.Compact(wanted) {
		f := theirs[column]
		at, there := own.Schema.Index(f.Name)
		switch {
		case slices.Contains(made(), f.Name) || !isFact(f.Name):
		case !there || ours[at].Type != f.Type || !slices.Contains(read, at) && !slices.Contains(call, f.Name):
			return nil, false
		default:
			columns = append(columns, [2]int{column, at})
		}
	}
	return columns, true
}

// isFact says whether a field is one of leads, contacts, planned calls or
// agents; the others, such as slot.start, the engine makes.
func isFact(name string) bool {
	for _, root := range []string{"lead.", "contact.", "agent."} {
		if len(name) > len(root) && name[:len(root)] == root {
			return true
		}
	}
	return slices.Contains([]string{"call.kind", "call.due_at", "call.agreed_exact_time"}, name)
}

// viewer looks at pages by one rule book; it belongs to one goroutine.
type viewer struct {
	book    *engine.RuleBook
	at      time.Time
	columns [][2]int
	batch   *expression.Batch
	slots   map[string][]slotOf
	none    []*engine.Past
	due     int
}

func newViewer(s *Snapshot, book *engine.RuleBook) *viewer {
	v := &viewer{book: book, at: s.c.at, batch: book.Schema.NewBatch(0), slots: map[string][]slotOf{}, none: make([]*engine.Past, expression.MaxBatch)}
	v.columns, _ = s.lent(book)
	v.due, _ = book.Schema.Index("call.due_at")
	for _, campaign := range book.Campaigns {
		v.slots[campaign.Name] = nextSlots(book, campaign, s.c)
	}
	return v
}

// look decides about a page.
func (v *viewer) look(r *resident) said {
	n := r.batch.Len()
	v.batch.Reset(n)
	for _, c := range v.columns {
		v.batch.Borrow(c[0], r.batch, c[1])
	}
	class := v.book.Classify(v.batch, v.at)
	out := said{score: make([]int32, n), grade: make([]uint8, n), chosen: make(map[string][]uint64, len(v.book.Campaigns))}
	for i, score := range class.Score {
		out.score[i] = int32(score)
		out.grade[i] = v.place(score)
	}
	pasts := r.pasts
	if pasts == nil {
		pasts = v.none[:n]
	}
	for _, c := range v.book.Campaigns {
		chosen := make([]uint64, (n+63)/64)
		for k := range v.slots[c.Name] {
			v.choose(chosen, c, &v.slots[c.Name][k], class, pasts, len(v.slots[c.Name]) > 1)
		}
		for w, never := range r.barred {
			chosen[w] &^= never
		}
		out.chosen[c.Name] = chosen
	}
	return out
}

// choose marks the leads that a campaign takes in a slot. Where groups have
// other slots, only those of the slot's groups.
func (v *viewer) choose(chosen []uint64, c *engine.Campaign, s *slotOf, class *engine.Classified, pasts []*engine.Past, several bool) {
	end, due := s.slot.End.UnixMilli(), v.batch.Column(v.due)
	verdicts := v.book.Judge(c, s.slot, v.batch, class, pasts)
	for i := range verdicts {
		if verdicts[i].Reason != "" {
			continue
		}
		if several && !slices.Contains(s.groups, class.Group[i].Name) {
			continue
		}
		if at, ok := due.Millis(i); ok && at < end {
			chosen[i>>6] |= 1 << (uint(i) & 63)
		}
	}
}

// noGrade is the place of no grade at all.
const noGrade = 255

// place is the place of a score's grade among those of the book.
func (v *viewer) place(score int64) uint8 {
	for i, g := range v.book.Scoring.Grades {
		if score >= g.Min && i < noGrade {
			return uint8(i)
		}
	}
	return noGrade
}

// Compare is [Desk.Compare] on what is in memory, from the book of the snapshot
// to another one at the snapshot's instant. Only the examples are read from the
// store, and left out where they changed meanwhile. A book for which Shows is
// false is an error.
func (s *Snapshot) Compare(ctx context.Context, after *engine.RuleBook) (*Comparison, error) {
	if !s.Shows(after) {
		return nil, fmt.Errorf("the snapshot lacks what rule book %s reads: compare on the store", after.Short())
	}
	c := *s.c
	c.after, c.campaigns, c.grades = after, allCampaigns(s.c.before, after), allGrades(s.c.before, after)
	parts := make([]*Comparison, runtime.NumCPU())
	moved := make([][]string, len(parts)) // predecessor and id of each example, in turn
	var next atomic.Int64
	var beside sync.WaitGroup
	for k := range parts {
		parts[k] = newComparison(c.campaigns, c.grades)
		beside.Go(func() {
			v := newViewer(s, after)
			counts := tally{c: &c, into: parts[k], grades: [2][]int{places(c.grades, s.c.before), places(c.grades, after)}}
			for ctx.Err() == nil {
				at := int(next.Add(1)) - 1
				if at >= len(s.pages) {
					return
				}
				for _, i := range counts.page(&s.pages[at].said, v.look(&s.pages[at]), s.pages[at].batch.Len()) {
					moved[k] = append(moved[k], s.before(at, i), s.pages[at].ids[i])
				}
			}
		})
	}
	beside.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := c.sum(parts)
	return found, c.examples(ctx, slices.Concat(moved...), found)
}

// before is the id of the lead before one of a page, empty for the first.
func (s *Snapshot) before(page, i int) string {
	switch {
	case i > 0:
		return s.pages[page].ids[i-1]
	case page > 0:
		return s.pages[page-1].ids[len(s.pages[page-1].ids)-1]
	}
	return ""
}

// examples reads the leads that are to be shown and says why they move.
func (c *comparing) examples(ctx context.Context, moved []string, found *Comparison) error {
	var page []crm.Due
	fields := c.fields()
	known := map[string]bool{}
	for pair := range slices.Chunk(moved, 2) {
		if known[pair[1]] {
			continue
		}
		known[pair[1]] = true
		due, err := c.desk.Store.Outstanding(ctx, fields, pair[0], 1)
		if err != nil {
			return fmt.Errorf("compare rule books: %w", err)
		}
		if len(due) == 1 && due[0].Lead.ID == pair[1] {
			page = append(page, due[0])
		}
	}
	w := c.worker()
	for part := range slices.Chunk(page, expression.MaxBatch) {
		if err := w.page(ctx, part); err != nil {
			return fmt.Errorf("compare rule books: %w", err)
		}
	}
	for k := range found.Campaigns {
		found.Campaigns[k].Examples = w.found.Campaigns[k].Examples
	}
	return nil
}

// tally counts what two books say of pages.
type tally struct {
	c      *comparing
	into   *Comparison
	grades [2][]int // where the grades of either book stand among all
	moved  []uint64
}

// places are where the grades of a book stand in a list of names.
func places(names []string, book *engine.RuleBook) (at []int) {
	for _, g := range book.Scoring.Grades {
		at = append(at, slices.Index(names, g.Name))
	}
	return at
}

// page counts a page, and gives the places of leads that may serve as examples.
func (t *tally) page(before *said, after said, n int) (examples []int) {
	t.into.Leads += n
	for i := range n {
		was, is := before.score[i], after.score[i]
		if is > was {
			t.into.Up++
		} else if is < was {
			t.into.Down++
		}
		t.grade(before.grade[i], after.grade[i], int64(was), int64(is))
	}
	t.moved = append(t.moved[:0], make([]uint64, (n+63)/64)...)
	for k := range t.into.Campaigns {
		m := &t.into.Campaigns[k]
		examples = append(examples, t.campaign(m, before, &after)...)
	}
	for _, w := range t.moved {
		t.into.Changed += bits.OnesCount64(w)
	}
	return examples
}

func (t *tally) grade(before, after uint8, was, is int64) {
	from, to := -1, -1
	if before != noGrade {
		from = t.grades[0][before]
	}
	if after != noGrade {
		to = t.grades[1][after]
	}
	if from >= 0 {
		t.into.Grades[from].count(true, from == to, was, is)
	}
	if to >= 0 && to != from {
		t.into.Grades[to].count(false, true, was, is)
	}
}

// campaign counts the leads that a campaign chooses.
func (t *tally) campaign(m *Movement, before, after *said) (examples []int) {
	olds, news := before.chosen[m.Name], after.chosen[m.Name]
	if silent(t.c.before, t.c.after, m.Name) {
		olds = nil
	}
	if silent(t.c.after, t.c.before, m.Name) {
		news = nil
	}
	for w := range t.moved {
		var was, is uint64
		if olds != nil {
			was = olds[w]
		}
		if news != nil {
			is = news[w]
		}
		t.moved[w] |= was ^ is
		for both := was | is; both != 0; both &= both - 1 {
			i, bit := w<<6+bits.TrailingZeros64(both), both&-both
			if m.count(was&bit != 0, is&bit != 0, int64(before.score[i]), int64(after.score[i])) && len(examples) < maxExamples {
				examples = append(examples, i)
			}
		}
	}
	return examples
}
