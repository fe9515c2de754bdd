package dispatch

import (
	"context"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
)

// staff cuts each group to its maximum and hands its calls to agents.
func (sel *selection) staff(ctx context.Context) error {
	if len(sel.passing) == 0 {
		return nil // a tick, most often
	}
	waiting := map[string][]*candidate{}
	for _, c := range sel.passing {
		waiting[c.group] = append(waiting[c.group], c)
	}
	if !sel.c.Assign {
		for _, r := range sel.inOrder() {
			sel.fill(r, waiting[r.Group], func(*candidate) bool { return true })
		}
		return nil
	}
	roster, err := sel.roster(ctx, waiting)
	if err != nil {
		return err
	}
	for _, r := range sel.inOrder() {
		group, _ := sel.book.Group(r.Group)
		team := roster.present(group.Agents)
		if len(team) == 0 {
			sel.unmanned(r, waiting[r.Group])
			continue
		}
		owners, err := sel.owners(ctx, r, waiting[r.Group])
		if err != nil {
			return err
		}
		sel.fill(r, waiting[r.Group], func(c *candidate) bool {
			return roster.give(c, team, owners[c.due.Lead.ContactID], sel.late(c))
		})
	}
	return nil
}

// everyoneFull is why calls stay out although the slot has room for them.
const everyoneFull = "every agent has reached the daily capacity"

// fill takes the calls of a group up to its maximum, those that hand finds
// somebody for. Callbacks count toward the maximum but are never cut by it.
// Who stays out ranks behind those taken.
func (sel *selection) fill(r *run, waiting []*candidate, hand func(*candidate) bool) {
	sel.left[engine.GateAgent] += len(waiting)
	var rest []*candidate
	for _, c := range waiting {
		switch {
		case sel.room(r) == 0 && c.due.Call.Kind != crm.KindCallback:
			c.verdict.Detail = ""
			rest = append(rest, c)
		case !hand(c):
			c.verdict.Detail = everyoneFull
			rest = append(rest, c)
		default:
			r.calls = append(r.calls, c)
		}
	}
	r.started.OverCapacity = len(rest)
	for i, c := range rest {
		sel.leave(c, engine.OverCapacity, c.verdict.Detail, r.started.Already+len(r.calls)+i+1)
	}
	sel.left[engine.GateCapacity] += len(r.calls)
}

// room is how many calls the group may still get in the slot, or in the tick.
func (sel *selection) room(r *run) int {
	most := sel.c.MaxPerSlot - r.started.Already
	if sel.follows() {
		most = sel.c.MaxPerTick
	}
	return max(0, most-len(r.calls))
}

// unmanned leaves out all calls of a group that nobody is there to make.
func (sel *selection) unmanned(r *run, waiting []*candidate) {
	r.started.NoAgent = len(waiting)
	for i, c := range waiting {
		sel.leave(c, engine.NoAgent, "", r.started.Already+i+1)
	}
}

// owners finds whose wallet the contacts of the calls are in that the group
// can get: the callbacks, which come first, and as many others as it has room
// for.
func (sel *selection) owners(ctx context.Context, r *run, waiting []*candidate) (map[string]string, error) {
	var contacts []string
	for i, room := 0, sel.room(r); i < len(waiting); i++ {
		if waiting[i].due.Call.Kind != crm.KindCallback {
			if room == 0 {
				break
			}
			room--
		}
		contacts = append(contacts, waiting[i].due.Lead.ContactID)
	}
	return sel.desk.Store.WalletOwners(ctx, contacts)
}

// late says whether a callback will be made so long after its time that any
// agent of the group may make it: by more than late_after in callbacks.yaml,
// never when that is left out.
func (sel *selection) late(c *candidate) bool {
	limit := sel.book.Callbacks.LateAfter
	if limit == (engine.Length{}) {
		return false
	}
	called := c.verdict.NotBefore
	if called.Before(sel.at) {
		called = sel.at
	}
	return called.After(c.due.Call.DueAt.Time().In(sel.book.Zone).AddDate(0, 0, limit.Days).Add(limit.Clock))
}
