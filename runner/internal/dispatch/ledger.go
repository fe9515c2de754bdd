package dispatch

import (
	"errors"

	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// sheetRows is the most decisions whose facts are stored together: whoever asks
// about one of them unpacks all.
const sheetRows = 1024

// filled stands for a personal text, of which only that it was there is kept.
const filled = "(personal)"

// ledger collects what new decisions rest on.
type ledger struct {
	book    *engine.RuleBook
	head    crm.Facts // what all sheets say alike
	facts   facts
	grounds []int
	fields  []expression.Field
	batch   *expression.Batch
	waiting []*candidate
	sheets  []crm.FactSheet
	err     error // the first one
}

func newLedger(book *engine.RuleBook, head crm.Facts) *ledger {
	grounds := book.Grounds()
	return &ledger{book: book, head: head, facts: factsOf(book, grounds), grounds: grounds, fields: book.Schema.Fields()}
}

// add keeps what a decision rests on.
func (l *ledger) add(c *candidate) {
	if l.waiting = append(l.waiting, c); len(l.waiting) == sheetRows {
		l.pack()
	}
}

// close gives the sheets of all that was added, and names them in the decisions,
// which are those that were added, in this order.
func (l *ledger) close(decisions []crm.Decision) ([]crm.FactSheet, error) {
	if len(l.waiting) > 0 {
		l.pack()
	}
	if l.err != nil || len(l.sheets) == 0 {
		return nil, l.err
	}
	for i := range decisions {
		decisions[i].Facts = l.sheets[i/sheetRows].ID
	}
	return l.sheets, nil
}

// pack makes a sheet of the facts that wait.
func (l *ledger) pack() {
	n := len(l.waiting)
	if l.batch == nil {
		l.batch = l.book.Schema.NewBatch(n)
	}
	l.batch.Reset(n)
	f := l.head
	f.Leads, f.Past = make([]string, n), make([]crm.Past, n)
	for i, c := range l.waiting {
		l.facts.lead(l.batch, i, &c.due.Lead)
		l.facts.call(l.batch, i, &c.due.Call)
		f.Leads[i], f.Past[i] = c.due.Lead.ID, stored(c.past)
	}
	for _, column := range l.grounds {
		f.Columns = append(f.Columns, kept(&l.fields[column], l.batch.Column(column), n))
	}
	sheet, err := f.Sheet()
	l.sheets, l.waiting, l.err = append(l.sheets, sheet), l.waiting[:0], errors.Join(l.err, err)
}

// kept is a column as it is stored.
func kept(field *expression.Field, v *expression.Vector, n int) crm.FactColumn {
	c := crm.FactColumn{Name: field.Name, Type: field.Type.String(), Values: make([]any, n)}
	for i := range n {
		switch {
		case !v.Has(i):
		case field.Personal:
			if _, ok := v.Text(i); ok {
				c.Values[i] = filled
			}
		default:
			c.Values[i] = value(v, i)
		}
	}
	return c
}

// value is what a lead has in a column.
func value(v *expression.Vector, i int) any {
	switch v.Type() {
	case expression.Integer:
		n, _ := v.Int(i)
		return n
	case expression.Number:
		x, _ := v.Float(i)
		return x
	case expression.Boolean:
		yes, _ := v.Bool(i)
		return yes
	case expression.Time:
		ms, _ := v.Millis(i)
		return ms
	case expression.TextList:
		list, _ := v.List(i)
		return list
	}
	text, _ := v.Text(i)
	return text
}

// stored is a past as it is kept.
func stored(p *engine.Past) (out crm.Past) {
	if p == nil {
		return out
	}
	for _, at := range p.Attempts {
		out.Attempts = append(out.Attempts, crm.At(at))
	}
	for _, e := range p.Ended {
		out.Ended = append(out.Ended, crm.Ended{At: crm.At(e.At), Outcome: e.Outcome})
	}
	if !p.ConsentAt.IsZero() {
		out.ConsentAt = crm.At(p.ConsentAt)
	}
	return out
}
