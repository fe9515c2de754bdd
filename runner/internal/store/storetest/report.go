package storetest

import (
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func workload(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c", "d", "e", "f")
	for i, agent := range []string{"zoe", "zoe", "lea", "", "zoe", "zoe"} {
		calls[i].Agent = agent
	}
	paris := claim("IDF", 1, calls[:4]...)
	paris.Decisions[0].Score, paris.Decisions[1].Score = 90, 41
	paris.Calls[1].NotBefore = crm.Some(morning + 500)
	paris.Decisions = paris.Decisions[:2] // nobody knows at which score c and d were chosen
	must(t, s.Claim(ctx, paris))
	south := claim("SUD", 1, calls[4:]...)
	must(t, s.Claim(ctx, south))
	qualified := talk("r5", "f", 0)
	qualified.Outcome = "qualified"
	must(t, s.Apply(ctx, crm.Change{Records: []crm.Record{
		talk("r1", "a", 30), talk("r2", "a", 60), talk("r3", "b", 0), talk("r4", "e", 12), qualified,
	}}))

	all := func(from, until crm.Instant, campaign string) []crm.Workload {
		return got[[]crm.Workload](t)(s.Workload(ctx, crm.Worked{From: from, Until: until, Campaign: campaign, Personal: []string{"refused", "qualified"}}))
	}
	lea := crm.Workload{Group: "IDF", Agent: "lea", Calls: 1, Open: 1}
	zoe := crm.Workload{Group: "IDF", Agent: "zoe", Calls: 2, Scores: 131, Scored: 2, Heard: 2, Reached: 1, Open: 2}
	zoeSouth := crm.Workload{Group: "SUD", Agent: "zoe", Calls: 2, Scores: 24, Scored: 2, Heard: 2, Reached: 2, Open: 2}
	same(t, "all", all(morning, morning+501, ""), []crm.Workload{lea, zoe, zoeSouth})
	same(t, "of the campaign", all(morning, morning+501, "PVI"), []crm.Workload{lea, zoe, zoeSouth})
	same(t, "of another", all(morning, morning+501, "PVB"), []crm.Workload{})
	zoe = crm.Workload{Group: "IDF", Agent: "zoe", Calls: 1, Scores: 90, Scored: 1, Heard: 1, Reached: 1, Open: 2}
	same(t, "the end is out", all(morning, morning+500, ""), []crm.Workload{lea, zoe, zoeSouth})
	lea.Calls, zoe = 0, crm.Workload{Group: "IDF", Agent: "zoe", Calls: 1, Scores: 41, Scored: 1, Heard: 1, Open: 2}
	zoeSouth = crm.Workload{Group: "SUD", Agent: "zoe", Open: 2}
	same(t, "open whenever it began", all(morning+1, morning+501, ""), []crm.Workload{lea, zoe, zoeSouth})

	got[[]crm.Stopped](t)(s.Stop(ctx, crm.Stop{At: morning + 600, Runs: []crm.Stopping{
		{Run: south.Runs[0], Into: "PVI", DueAt: crm.Some(morning + 7200)},
	}}))
	same(t, "taken back", all(morning+1, morning+501, ""), []crm.Workload{lea, zoe})
}

// talk is the report of the first call of a lead, in which somebody talked for
// so many seconds.
func talk(id, lead string, seconds int64) crm.Record {
	return crm.Record{
		ID: id, Revision: 1, LeadID: lead, CallID: crm.CallID(lead, 1), EndedAt: crm.Some(morning + 100),
		TalkSeconds: crm.Some(seconds), Outcome: "callback", ReceivedAt: morning + 100,
	}
}

// waits gives a lead of a group that came in so long after the morning.
func waits(id, group string, after crm.Instant, change ...func(*crm.Lead)) crm.Lead {
	l := person(id)
	l.Group, l.CreatedAt, l.Status = group, morning+after, crm.Scheduled
	for _, c := range change {
		c(&l)
	}
	return l
}

func unworked(t *testing.T, s *store.Store) {
	ctx := t.Context()
	early := plan("asked", 1, morning+50)
	early.Kind = crm.KindCallback
	for _, a := range []crm.Arrival{
		{Lead: waits("second", "IDF", 2), Call: plan("second", 1, morning)},
		{Lead: waits("first", "IDF", 1), Call: plan("first", 1, morning)},
		{Lead: waits("first too", "IDF", 1), Call: plan("first too", 1, morning)},
		{Lead: waits("third", "IDF", 2, func(l *crm.Lead) { l.Segment = "PVB" }), Call: plan("third", 1, morning)},
		{Lead: waits("asked", "SUD", 0), Call: early},
		{Lead: waits("nowhere", "", 9), Call: plan("nowhere", 1, morning)},
		{Lead: waits("unplanned", "IDF", 0)},
		{Lead: waits("called", "IDF", 0), Call: plan("called", 1, morning)},
	} {
		rewrite(t, s, a)
	}
	must(t, s.Claim(ctx, claim("IDF", 1, *plan("called", 1, morning))))
	again := plan("called", 2, morning)
	again.RecycledFrom = crm.CallID("called", 1)
	rewrite(t, s, crm.Arrival{Lead: waits("called", "IDF", 0), Call: again})

	found := func(of crm.Kinds, at crm.Instant) []crm.Backlog {
		return got[[]crm.Backlog](t)(s.Unworked(ctx, of, at))
	}
	nobody := crm.Backlog{Leads: 1, Worst: []crm.Waiting{{LeadID: "nowhere", Since: morning + 9}}}
	first := crm.Waiting{LeadID: "first", Since: morning + 1}
	third := crm.Waiting{LeadID: "third", Since: morning + 2}
	asked := crm.Backlog{Group: "SUD", Leads: 1, Worst: []crm.Waiting{{LeadID: "asked", Since: morning}}}
	same(t, "the oldest", found(crm.Kinds{}, morning+50), []crm.Backlog{
		nobody, {Group: "IDF", Leads: 4, Worst: []crm.Waiting{first}},
	})
	same(t, "and a callback that is due", found(crm.Kinds{}, morning+51), []crm.Backlog{
		nobody, {Group: "IDF", Leads: 4, Worst: []crm.Waiting{first}}, asked,
	})
	same(t, "of some kinds", found(crm.Kinds{Types: []string{"RDVVQ", "FSBO"}, Segments: []string{"PVB", "PVM"}}, morning),
		[]crm.Backlog{{Group: "IDF", Leads: 1, Worst: []crm.Waiting{third}}})
	same(t, "of none", found(crm.Kinds{Types: []string{"PQSC"}}, morning), []crm.Backlog{})
}

func starving(t *testing.T, s *store.Store) {
	for i, status := range []string{
		crm.Scheduled, crm.Parked, crm.NotQualified, crm.Callback, crm.InCampaign, crm.New, crm.Qualified, crm.Refused, crm.Erased, crm.Frozen,
	} {
		put(t, s, waits(fmt.Sprintf("L%d", i), "IDF", -crm.Instant(i), func(l *crm.Lead) { l.Status, l.Recycled = status, int64(6+i%2) }))
	}
	put(t, s, waits("five", "IDF", 0, func(l *crm.Lead) { l.Recycled = 5 }), waits("south", "SUD", 0, func(l *crm.Lead) { l.Recycled = 99 }))
	worst := func(id string, recycled int64, after crm.Instant) crm.Waiting {
		return crm.Waiting{LeadID: id, Since: morning + after, Recycled: recycled}
	}
	same(t, "worst first", got[[]crm.Backlog](t)(s.Starving(t.Context(), crm.Kinds{}, 5, 4)), []crm.Backlog{
		{Group: "IDF", Leads: 6, Worst: []crm.Waiting{worst("L5", 7, -5), worst("L3", 7, -3), worst("L1", 7, -1), worst("L4", 6, -4)}},
		{Group: "SUD", Leads: 1, Worst: []crm.Waiting{worst("south", 99, 0)}},
	})
	same(t, "more often", got[[]crm.Backlog](t)(s.Starving(t.Context(), crm.Kinds{}, 99, 4)), []crm.Backlog{})
}
