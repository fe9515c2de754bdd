package storetest

import (
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

func surveys(t *testing.T, s *store.Store) {
	custom := func(name string, value any) func(*crm.Lead) {
		return func(l *crm.Lead) { l.Custom = map[string]any{name: value} }
	}
	for id, fill := range map[string]func(*crm.Lead){
		"1": func(l *crm.Lead) {
			l.Role, l.Visits, l.Tags, l.MediaZone = "owner", crm.Some[int64](3), []string{"b", "a", "a"}, crm.Some(true)
		},
		"2": func(l *crm.Lead) {
			l.Role, l.Visits, l.Tags, l.MediaZone = "heir", crm.Some[int64](-1), []string{"a"}, crm.Some(false)
		},
		"3": func(l *crm.Lead) { l.Role, l.Visits, l.EstimatedAt = "owner", crm.Some[int64](9), crm.Some(morning) },
		"4": func(l *crm.Lead) { l.Role, l.Visits, l.LivingArea = "É", crm.Some[int64](5), crm.Some(40.5) },
		"5": custom("rank", int64(4)), "6": custom("rank", 2.5), "7": custom("rank", int64(3)),
		"8": custom("when", morning), "9": custom("words", []string{"x", "y", "x"}), "10": custom("yes", true),
		"gone": func(l *crm.Lead) { l.Role, l.Visits, l.Status = "tenant", crm.Some[int64](99), crm.Erased },
	} {
		l := person(id)
		fill(&l)
		put(t, s, l)
	}
	fields := map[string]crm.Field{}
	for _, f := range crm.LeadFields() {
		fields[f.Name] = f
	}
	ctx := t.Context()
	same(t, "leads", got[int](t)(s.CountLiving(ctx)), 10)
	for name, filled := range map[string]int{"lead.role": 4, "lead.visits": 4, "lead.tags": 2, "contact.email": 0, "lead.attempts": 10} {
		same(t, "filled "+name, got[int](t)(s.CountFilled(ctx, fields[name])), filled)
	}
	for name, want := range map[string]store.Survey{
		"lead.role":         {Filled: 4, Frequent: []store.Frequency{{Value: "owner", Leads: 2}, {Value: "heir", Leads: 1}}},
		"lead.tags":         {Filled: 2, Frequent: []store.Frequency{{Value: "a", Leads: 2}, {Value: "b", Leads: 1}}},
		"lead.media_zone":   {Filled: 2, Frequent: []store.Frequency{{Value: false, Leads: 1}, {Value: true, Leads: 1}}},
		"lead.visits":       {Filled: 4, Smallest: int64(-1), Median: int64(3), Largest: int64(9)},
		"lead.estimated_at": {Filled: 1, Smallest: morning, Median: morning, Largest: morning},
		"lead.living_area":  {Filled: 1, Smallest: 40.5, Median: 40.5, Largest: 40.5},
		"lead.rooms":        {},
		"lead.city":         {},
	} {
		same(t, name, got[store.Survey](t)(s.Survey(ctx, fields[name], 2)), want)
	}
	same(t, "custom fields", got[map[string]store.Survey](t)(s.SurveyCustom(ctx, []string{"rank", "when", "words", "yes", "no"}, 1)), map[string]store.Survey{
		"rank":  {Filled: 3, Smallest: 2.5, Median: 3.0, Largest: 4.0},
		"when":  {Filled: 1, Smallest: morning, Median: morning, Largest: morning},
		"words": {Filled: 1, Frequent: []store.Frequency{{Value: "x", Leads: 1}}},
		"yes":   {Filled: 1, Frequent: []store.Frequency{{Value: true, Leads: 1}}},
		"no":    {},
	})
}
