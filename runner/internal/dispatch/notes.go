package dispatch

import (
	"maps"
	"slices"

	"callsheet/runner/internal/crm"
)

// Notes are what a desk that is brief keeps for its next stop. It is ready when
// it is empty, and serves one desk.
type Notes struct {
	left map[string]map[string]bool // planned calls that stay out, by run
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
			n.leave(crm.RunID(sel.key, d.Group), d.CallID)
		}
	}
}

func (n *Notes) leave(runID, callID string) {
	if n.left == nil {
		n.left = map[string]map[string]bool{}
	}
	if n.left[runID] == nil {
		n.left[runID] = map[string]bool{}
	}
	n.left[runID][callID] = true
}

// leftOut are the calls that a run left out until the stop, by id.
func (n *Notes) leftOut(runID string) []string {
	if n == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(n.left[runID]))
}

// stopped forgets a run.
func (n *Notes) stopped(runID string) {
	if n != nil {
		delete(n.left, runID)
	}
}
