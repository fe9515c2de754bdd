package engine

import "callsheet/engine/expression"

// Wants says whether the transfer is for the finished call in a row of the
// batch; not when that cannot be evaluated.
func (t *Transfer) Wants(batch *expression.Batch, row int) bool {
	wants, _ := t.when.expr.Eval(batch).At(row)
	return wants
}

// Choose is the row of the agent who gets the contact, of a batch with one
// candidate a row (agent.username, agent.contacts, agent.last_assigned_at): the
// first in the order of the transfer; -1 when there is none.
func (t *Transfer) Choose(batch *expression.Batch) int {
	best := -1
	ranks := Ranks(t.Order, batch)
	for row := range ranks {
		if best < 0 || Compare(t.Order, ranks[row], ranks[best]) < 0 {
			best = row
		}
	}
	return best
}
