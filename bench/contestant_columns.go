package bench

import (
	"fmt"

	"callsheet/bench/ruleset"
	"callsheet/engine/expression"
)

// batches are the leads in columns, or one batch that is filled with some of the
// leads after the other.
type batches struct {
	w     *Workload
	at    []int // the column of each field
	list  []*expression.Batch
	fresh bool // fill each time
	// filled says that resident batches have their facts.
	filled bool
}

func newBatches(w *Workload, s *expression.Schema, fresh bool) *batches {
	b := &batches{w: w, fresh: fresh}
	for _, f := range ruleset.Fields() {
		col, _ := s.Index(f.Name)
		b.at = append(b.at, col)
	}
	for first := 0; first < len(w.Leads); first += expression.MaxBatch {
		if fresh && first > 0 {
			break
		}
		b.list = append(b.list, s.NewBatch(min(expression.MaxBatch, len(w.Leads)-first)))
	}
	return b
}

// ready fills resident batches before the first pass, and makes them forget the
// results of the pass before each other one.
func (b *batches) ready() (filled bool) {
	if b.fresh {
		return false
	}
	for i, batch := range b.list {
		if b.filled {
			batch.Forget()
			continue
		}
		b.fill(batch, i*expression.MaxBatch)
	}
	filled, b.filled = !b.filled, true
	return filled
}

// settle makes the leads ready. The first time it applies the rules as often as
// it takes until columns are laid out for what is asked of them.
func (b *batches) settle(apply func() error) {
	if !b.ready() {
		return
	}
	for range 16 {
		if apply() != nil {
			return // the first pass that is measured reports it
		}
		b.ready()
	}
}

// do calls work for every batch and the number of its first lead.
func (b *batches) do(work func(batch *expression.Batch, first int)) {
	for first := 0; first < len(b.w.Leads); first += expression.MaxBatch {
		batch := b.list[0]
		if b.fresh {
			b.fill(batch, first)
		} else {
			batch = b.list[first/expression.MaxBatch]
		}
		work(batch, first)
	}
}

// fill sets the facts of as many leads as fit, from the first on.
func (b *batches) fill(batch *expression.Batch, first int) {
	leads := b.w.Leads[first:min(first+expression.MaxBatch, len(b.w.Leads))]
	batch.Reset(len(leads))
	batch.SetNow(b.w.Now)
	for row := range leads {
		b.set(batch, row, &leads[row])
	}
}

func (b *batches) set(batch *expression.Batch, row int, l *Lead) {
	for i, text := range [...]string{l.Source, l.Role, l.PropertyType, l.Language, l.City, l.Email, l.AssignedAgent} {
		if l.has(i) {
			batch.SetText(b.at[i], row, text)
		}
	}
	for i, number := range [...]float64{l.EstimatedPrice, l.LivingArea} {
		if l.has(7 + i) {
			batch.SetFloat(b.at[7+i], row, number)
		}
	}
	for i, n := range [...]int{l.Rooms, l.SellHorizonMonths, l.Visits, l.CallbackRequests} {
		if l.has(9 + i) {
			batch.SetInt(b.at[9+i], row, int64(n))
		}
	}
	for i, yes := range [...]bool{l.MediaZone, l.OnBloctel, l.NotaryReady} {
		if l.has(13 + i) {
			batch.SetBool(b.at[13+i], row, yes)
		}
	}
	for i, t := range [...]int64{l.EstimatedAt.UnixMilli(), l.LastCallAt.UnixMilli(), l.ConsentAt.UnixMilli()} {
		if l.has(16 + i) {
			batch.SetTime(b.at[16+i], row, t)
		}
	}
	if l.has(19) {
		batch.SetList(b.at[19], row, l.Tags)
	}
}

// Filling is the part of "callsheet, filled" that comes before the rules: setting
// all facts of all leads. It has no results.
func Filling() Contestant {
	return Contestant{Name: "filling", Note: "setting 20 fields from structs", Start: func(w *Workload, _ Set) (Run, error) {
		schema, err := newSchema(w)
		if err != nil {
			return nil, err
		}
		return &filling{newBatches(w, schema, true)}, nil
	}}
}

type filling struct{ *batches }

func (f *filling) Prepare()    {}
func (f *filling) Rows() []Row { return nil }

func (f *filling) Apply() error {
	f.do(func(*expression.Batch, int) {})
	return nil
}

// newSchema is the fields of a lead as the vocabulary of rules.
func newSchema(w *Workload) (*expression.Schema, error) {
	types := map[ruleset.Type]expression.Type{
		ruleset.Text: expression.Text, ruleset.Choice: expression.Choice, ruleset.Integer: expression.Integer,
		ruleset.Number: expression.Number, ruleset.Boolean: expression.Boolean, ruleset.Time: expression.Time,
		ruleset.TextList: expression.TextList,
	}
	var fields []expression.Field
	for _, f := range ruleset.Fields() {
		fields = append(fields, expression.Field{Name: f.Name, Type: types[f.Type], Values: f.Values})
	}
	return expression.NewSchema(fields, w.Zone)
}

// columns is conditions evaluated column by column: those of one rule, or those
// of a campaign, whose exclusions come second.
type columns struct {
	*batches
	rules [][2][]*expression.Condition
	// taken has one bit a lead for each rule.
	taken [][]uint64
}

func resident(w *Workload, set Set) (Run, error) { return startColumns(w, set, false) }

func filled(w *Workload, set Set) (Run, error) { return startColumns(w, set, true) }

// startColumns takes the rule book for points, which only it gives, and plain
// conditions for the other sets.
func startColumns(w *Workload, set Set, fresh bool) (Run, error) {
	if set == Scoring {
		return startScorer(w, fresh)
	}
	schema, err := newSchema(w)
	if err != nil {
		return nil, err
	}
	c := &columns{batches: newBatches(w, schema, fresh)}
	for _, rule := range conditions(set) {
		var compiled [2][]*expression.Condition
		for side, list := range [...][]string{rule.Include, rule.Exclude} {
			for _, src := range list {
				condition, faults := schema.Condition(src, expression.Scope{})
				if len(faults) > 0 {
					return nil, fmt.Errorf("rule %s: %s", src, faults[0].Message)
				}
				compiled[side] = append(compiled[side], condition)
			}
		}
		c.rules = append(c.rules, compiled)
		c.taken = append(c.taken, make([]uint64, (len(w.Leads)+63)/64))
	}
	return c, nil
}

// conditions is a set as campaigns: a rule is one with a single inclusion.
func conditions(set Set) []ruleset.Campaign {
	if set == Campaigns {
		return ruleset.Campaigns()
	}
	var out []ruleset.Campaign
	for _, src := range ruleset.Hundred() {
		out = append(out, ruleset.Campaign{Include: []string{src}})
	}
	return out
}

func (c *columns) Prepare() { c.settle(c.Apply) }

func (c *columns) Apply() error {
	c.do(func(batch *expression.Batch, first int) {
		words := (batch.Len() + 63) / 64
		for i, rule := range c.rules {
			taken := c.taken[i][first/64:][:words]
			copy(taken, rule[0][0].Eval(batch).True)
			for _, include := range rule[0][1:] {
				for w, word := range include.Eval(batch).True[:words] {
					taken[w] &= word
				}
			}
			for _, exclude := range rule[1] {
				truth := exclude.Eval(batch)
				for w, known := range truth.Known[:words] {
					taken[w] &= known &^ truth.True[w]
				}
			}
		}
	})
	return nil
}

func (c *columns) Rows() []Row {
	rows := make([]Row, len(c.w.Leads))
	for rule, taken := range c.taken {
		for i := range rows {
			rows[i][rule>>6] |= taken[i>>6] >> (i & 63) & 1 << (rule & 63)
		}
	}
	return rows
}
