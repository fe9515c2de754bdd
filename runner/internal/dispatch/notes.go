package dispatch

import (
	"maps"
	"slices"

	"callsheet/runner/internal/crm"
)

// Notes are what a desk that is brief keeps for its next stop. It is ready when
// it is empty, and serves one desk.
type Notes struct {
	left map[string]map[string]string // leads of planned calls that stay out, by run and call
}

// started notes whom a start of a slot left out until the stop, and forgets whom
// it injected.
func (n *Notes) started(sel *selection) {
	if n == nil || !sel.c.Calls() {
		return
	}
	for _, r := range sel.runs {
		for _, c := range r.calls {
			delete(n.left[r.ID], c.due.Call.ID)
		}
	}
	for _, d := range sel.out {
		if awaited(d.Reason) {
			n.leave(crm.RunID(sel.key, d.Group), d)
		}
	}
}

func (n *Notes) leave(runID string, d crm.Decision) {
	if n.left == nil {
		n.left = map[string]map[string]string{}
	}
	if n.left[runID] == nil {
		n.left[runID] = map[string]string{}
	}
	n.left[runID][d.CallID] = d.LeadID
}

// leftOut are the calls that a run left out until the stop, in order.
func (n *Notes) leftOut(runID string) []crm.Call {
	if n == nil {
		return nil
	}
	var calls []crm.Call
	for _, id := range slices.Sorted(maps.Keys(n.left[runID])) {
		calls = append(calls, crm.Call{ID: id, LeadID: n.left[runID][id]})
	}
	return calls
}

// stopped forgets a run.
func (n *Notes) stopped(runID string) {
	if n != nil {
		delete(n.left, runID)
	}
}
