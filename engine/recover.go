package engine

import (
	"time"

	"callsheet/engine/expression"
)

// Recoverable says of every lead of a batch why recover-forgotten-lead leaves
// it alone, empty when it takes it: the first condition of
// rules/recovery.yaml, in its order, that an include does not meet, then that
// an exclude meets. What cannot be evaluated leaves the lead alone too. The
// batch needs its clock ([expression.Batch.SetNow]).
func (b *RuleBook) Recoverable(batch *expression.Batch) []string {
	reasons := make([]string, batch.Len())
	give := func(name string, truth expression.Truth, passes bool) {
		for i := range reasons {
			if yes, known := truth.At(i); reasons[i] == "" && (!known || yes != passes) {
				reasons[i] = name
			}
		}
	}
	for _, c := range b.Recovery.Include {
		give(c.Name, c.expr.Eval(batch), true)
	}
	for _, c := range b.Recovery.Exclude {
		give(c.Name, c.expr.Eval(batch), false)
	}
	return reasons
}

// RecoverFilter is true at least for every lead that Recoverable takes at the
// clock now, so that a database can leave out the others. d tells the columns
// of leads as for [RuleBook.Prefilter].
func (b *RuleBook) RecoverFilter(now time.Time, d expression.SQLDialect) expression.Where {
	var rows []expression.Selection
	for _, c := range b.Recovery.Include {
		rows = append(rows, c.expr.True())
	}
	for _, c := range b.Recovery.Exclude {
		rows = append(rows, c.expr.False())
	}
	return b.Schema.SQL(expression.Common(rows...), undecided(d, map[string]any{"now": now}))
}
