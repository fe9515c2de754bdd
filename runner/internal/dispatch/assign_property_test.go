package dispatch_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// Whatever the team and the leads are like: who is away gets no call, nobody
// gets more than fits into the day but for callbacks that they agreed, whom a
// call belongs to gets it, and every other call goes to an agent with room who
// has the least to do for the weight. A dry run says the same.
func TestCallsAreSharedOut(t *testing.T) {
	t.Parallel()
	b := f0(t, "agents: [a1, a2]", "agents: [a1, a2, a3, a4]", "agents: [a3]", "agents: [a1, a5]")
	rapid.Check(t, func(r *rapid.T) {
		st, err := store.OpenMemory(t.Context(), "random")
		must(t, err)
		defer st.Close()
		o := newOffice(drawn{t, r}, st, randomMaxima(r, b))
		team := randomTeam(r)
		must(o, st.PutAgents(t.Context(), team))
		o.receiveOwned(r)
		for _, at := range []string{"2026-11-23T09:30:00", "2026-11-23T14:30:00"} {
			o.sharedOut(team, at)
			o.receive("2026-11-23T13:30:00", queue(rapid.IntRange(0, 4).Draw(r, "more leads"))...)
		}
	})
}

var everyone = []string{"a1", "a2", "a3", "a4", "a5"}

func randomTeam(r *rapid.T) []crm.Agent {
	var team []crm.Agent
	for _, name := range everyone {
		a := crm.Agent{
			Username: name, Active: rapid.IntRange(0, 5).Draw(r, name+" inactive") > 0,
			Weight: rapid.SampledFrom([]float64{0.5, 1, 2, 3}).Draw(r, name+" weight"),
		}
		if rapid.Bool().Draw(r, name+" limited") {
			a.DailyCapacity = crm.Some(rapid.Int64Range(0, 4).Draw(r, name+" capacity"))
		}
		if rapid.IntRange(0, 3).Draw(r, name+" away") == 0 {
			a.Absences = []crm.Absence{{First: "2026-11-20", Last: rapid.SampledFrom([]string{"2026-11-22", "2026-11-23"}).Draw(r, name+" until")}}
		}
		team = append(team, a)
	}
	return team
}

// receiveOwned stores leads that belong to agents in all the ways there are.
func (o *office) receiveOwned(r *rapid.T) {
	somebody := rapid.SampledFrom(append([]string{"", "", "gone"}, everyone...))
	var leads []dispatch.Incoming
	var wallets []crm.Wallet
	for i := range rapid.IntRange(0, 12).Draw(r, "leads") {
		id := fmt.Sprintf("own%02d", i)
		code := rapid.SampledFrom([]string{"75011", "92100", "13001"}).Draw(r, "postal code")
		previous := somebody.Draw(r, "previous agent")
		leads = append(leads, lead(id, i, postal(code), func(l *crm.Lead) { l.AssignedAgent = previous }))
		if owner := somebody.Draw(r, "owner"); owner != "" {
			wallets = append(wallets, crm.Wallet{ContactID: id, Agent: owner})
		}
	}
	o.receive("2026-11-22T20:00:00", leads...)
	must(o, o.store.PutWallets(o.Context(), wallets, crm.At(local(o, "2026-11-22T20:00:00"))))
	stored := o.ledger("")
	var replanned []crm.Arrival
	for _, l := range stored.Leads {
		call := stored.Planned[l.ID]
		call.Agent = somebody.Draw(r, "kept for")
		due := rapid.SampledFrom([]string{"", "2026-11-23T09:00:00", "2026-11-23T10:15:00", "2026-11-23T16:00:00"}).Draw(r, "callback")
		if due != "" {
			call.Kind, call.DueAt = crm.KindCallback, crm.At(local(o, due))
		}
		replanned = append(replanned, crm.Arrival{Lead: l, Call: &call})
	}
	must(o, o.store.PutLeads(o.Context(), replanned))
}

// handed is a call that a start has handed out, and whose it was.
type handed struct {
	crm.Call
	own, late bool     // a callback that an agent had agreed
	preferred []string // in that order
}

// sharedOut starts PVI and goes through its calls as they were handed out.
func (o *office) sharedOut(team []crm.Agent, at string) {
	ctx, day := o.Context(), [2]crm.Instant{crm.At(local(o, "2026-11-23T00:00:00")), crm.At(local(o, "2026-11-24T00:00:00"))}
	before := o.ledger("")
	open, err := o.store.OpenByAgent(ctx)
	must(o, err)
	today, err := o.store.AssignedOn(ctx, everyone, day[0], day[1])
	must(o, err)

	rehearsed := newOffice(o.TB, o.store, o.book)
	rehearsed.desk = o.desk.Rehearsal()
	dry := rehearsed.start("PVI", at)
	reports := o.start("PVI", at)
	for _, told := range [][]dispatch.Report{dry, reports} {
		for i := range told {
			told[i].Funnel.At = 0
		}
	}
	same(o, "dry run", dry, reports)

	after := o.ledger(crm.SlotKey("PVI", reports[0].Slot.Start.In(o.book.Zone)))
	for _, name := range []string{"IDF", "SUD"} {
		group, _ := o.book.Group(name)
		var there []*crm.Agent
		for i := range team {
			if a := &team[i]; slices.Contains(group.Agents, a.Username) && a.Active && !a.Away("2026-11-23") {
				there = append(there, a)
			}
		}
		hands := hands{o, there, open, today}
		for _, g := range o.handedOut(name, before, after, at) {
			hands.check(g)
		}
		for _, d := range after.Decisions {
			kept := before.Planned[d.LeadID]
			if d.Group == name && d.Reason == "over_capacity" && kept.Kind == crm.KindCallback && slices.ContainsFunc(there, isNamed(kept.Agent)) {
				o.Errorf("the callback %s stays out though %s, who agreed it, is there", d.LeadID, kept.Agent)
			}
			if d.Group == name && strings.HasSuffix(dayFull, ": "+d.Detail) && len(hands.free()) > 0 {
				o.Errorf("%s stays out though %s has room", d.LeadID, hands.free()[0].Username)
			}
		}
	}
}

// handedOut are the calls that the last start gave to a group, in its order.
func (o *office) handedOut(group string, before, after ledger, at string) []handed {
	ranks, previous := map[string]int{}, map[string]string{}
	var contacts []string
	for _, d := range after.Decisions {
		ranks[d.CallID] = d.Rank
	}
	for _, l := range before.Leads {
		previous[l.ID] = l.AssignedAgent
		contacts = append(contacts, l.ContactID)
	}
	owners, err := o.store.WalletOwners(o.Context(), contacts)
	must(o, err)
	var all []handed
	for _, c := range slices.Concat(after.Calls...) {
		planned := before.Planned[c.LeadID]
		if c.Group != group || planned.ID != c.ID {
			continue // of another group, or of an earlier start
		}
		called := max(c.NotBefore.V, crm.At(local(o, at)))
		all = append(all, handed{
			Call: c, own: c.Kind == crm.KindCallback && c.Agent == planned.Agent, late: called > c.DueAt+30*60*1000,
			preferred: []string{owners[c.LeadID], planned.Agent, previous[c.LeadID]},
		})
	}
	slices.SortFunc(all, func(a, b handed) int { return cmp.Compare(ranks[a.ID], ranks[b.ID]) })
	return all
}

// hands follows how much the agents of a group have, call by call.
type hands struct {
	*office
	there       []*crm.Agent
	open, today map[string]int
}

// free are the agents with room for one more call.
func (h hands) free() (agents []*crm.Agent) {
	for _, a := range h.there {
		if !a.DailyCapacity.Valid || int64(h.today[a.Username]) < a.DailyCapacity.V {
			agents = append(agents, a)
		}
	}
	return agents
}

func isNamed(name string) func(*crm.Agent) bool {
	return func(a *crm.Agent) bool { return a.Username == name }
}

// load is what an agent has to do for the weight.
func (h hands) load(a *crm.Agent) float64 { return float64(h.open[a.Username]) / a.Weight }

func (h hands) check(g handed) {
	free := h.free()
	if !slices.ContainsFunc(h.there, isNamed(g.Agent)) {
		h.Errorf("call %s went to %q, who is not there", g.ID, g.Agent)
		return
	}
	if kept := g.preferred[1]; g.Kind == crm.KindCallback && !g.late && slices.ContainsFunc(h.there, isNamed(kept)) {
		same(h, "agent of the callback "+g.ID, g.Agent, kept)
	} else {
		h.checkFree(g, free)
	}
	h.open[g.Agent]++
	h.today[g.Agent]++
}

// checkFree checks a call that anybody with room could have got.
func (h hands) checkFree(g handed, free []*crm.Agent) {
	i := slices.IndexFunc(free, isNamed(g.Agent))
	if i < 0 {
		if !g.own || len(free) > 0 {
			h.Errorf("call %s went to %s, who has no room", g.ID, g.Agent)
		}
		return
	}
	for _, name := range g.preferred {
		if slices.ContainsFunc(free, isNamed(name)) {
			same(h, "agent of "+g.ID+", which belongs to somebody", g.Agent, name)
			return
		}
	}
	for _, other := range free {
		if h.load(other) < h.load(free[i]) {
			h.Errorf("call %s went to %s with a load of %v, %s has %v", g.ID, g.Agent, h.load(free[i]), other.Username, h.load(other))
		}
	}
}
