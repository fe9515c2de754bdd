package storetest

import (
	"encoding/json"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// factsOf are facts of some leads, one of every type.
func factsOf(leads ...string) crm.Facts {
	f := crm.Facts{
		SlotKey: slotKey, Campaign: "PVI", Slot: "morning", SlotStart: morning, SlotEnd: morning + 1000, Version: "v1", At: morning, Leads: leads,
	}
	columns := map[string]any{
		"text": "é\"", "choice": "owner", "integer": json.Number("9007199254740993"), "number": json.Number("0.1"), "boolean": false,
		"time": json.Number("1795425600000"), "text_list": []any{"a", "b"},
	}
	for _, typ := range []string{"text", "choice", "integer", "number", "boolean", "time", "text_list"} {
		c := crm.FactColumn{Name: "lead." + typ, Type: typ}
		for i := range leads {
			if i == 0 {
				c.Values = append(c.Values, columns[typ])
			} else {
				c.Values = append(c.Values, nil)
			}
		}
		f.Columns = append(f.Columns, c)
	}
	for range leads {
		f.Past = append(f.Past, crm.Past{Attempts: []crm.Instant{morning - 5}, Ended: []crm.Ended{{At: morning - 5, Outcome: "refused"}}, ConsentAt: 7})
	}
	return f
}

// decide claims calls whose decisions rest on a sheet of facts.
func decide(t *testing.T, s *store.Store, seq int, calls ...crm.Call) (crm.Claim, crm.FactSheet) {
	t.Helper()
	c := claim("IDF", seq, calls...)
	var leads []string
	for _, call := range calls {
		leads = append(leads, call.LeadID)
	}
	f := factsOf(leads...)
	sheet := got[crm.FactSheet](t)(f.Sheet())
	for i := range c.Decisions {
		c.Decisions[i].ID, c.Decisions[i].Facts = crm.DecisionID(slotKey, c.Decisions[i].LeadID), sheet.ID
	}
	c.Facts = []crm.FactSheet{sheet}
	must(t, s.Claim(t.Context(), c))
	return c, sheet
}

// What decisions rest on comes back as it was, and goes with its leads and with
// its time.
func facts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	calls := planned(t, s, "a", "b", "c")
	for _, call := range calls {
		lead := person(call.LeadID)
		lead.Phone = call.Phone
		rewrite(t, s, crm.Arrival{Lead: lead, Call: &call})
	}
	c, sheet := decide(t, s, 1, calls...)
	same(t, "facts", *got[*crm.Facts](t)(s.Facts(ctx, sheet.ID)), factsOf("a", "b", "c"))
	id := c.Decisions[1].ID
	same(t, "by id", got[[]crm.Decision](t)(s.DecisionsNamed(ctx, id, 2)), c.Decisions[1:2])
	same(t, "by the beginning of ids", len(got[[]crm.Decision](t)(s.DecisionsNamed(ctx, "D-", 2))), 2)
	same(t, "on the sheet", got[[]crm.Decision](t)(s.DecisionsOn(ctx, &sheet, []string{"c", "a", "x"})), []crm.Decision{c.Decisions[0], c.Decisions[2]})

	between := func(campaign string, from, until crm.Instant, after crm.FactSheet) int {
		return len(got[[]crm.FactSheet](t)(s.FactsBetween(ctx, campaign, from, until, after, 10)))
	}
	same(t, "between", []int{
		between("", 0, morning+1, crm.FactSheet{}), between("PVI", morning, morning+1, crm.FactSheet{}), between("PV", 0, morning+1, crm.FactSheet{}),
		between("", 0, morning, crm.FactSheet{}), between("", morning+1, morning+2, crm.FactSheet{}), between("", 0, morning+1, sheet),
	}, []int{1, 1, 0, 0, 0, 0})
	same(t, "counted", []int64{
		got[int64](t)(s.CountDecisions(ctx, "", 0, morning+1)), got[int64](t)(s.CountDecisions(ctx, "PVI", 0, morning+1)), got[int64](t)(s.CountDecisions(ctx, "PVB", 0, morning+1)),
	}, []int64{3, 3, 0})
	same(t, "injected", got[map[string]int64](t)(s.Injected(ctx, "PVI/2026-11-23", "PVI/2026-11-24")), map[string]int64{slotKey: 3})

	// A lead that is erased leaves the sheet; the others stay as they were.
	handedOver(t, s)
	number := got[*crm.Lead](t)(s.Lead(ctx, "a")).Phone
	held := got[crm.Held](t)(s.Held(ctx, number, ""))
	same(t, "held", held.Facts[0].Read["lead.integer"], any(int64(9007199254740993)))
	same(t, "held", held.Facts[0].Read["lead.time"], any(crm.Instant(1795425600000)))
	gone := got[crm.Forgotten](t)(s.Erase(ctx, number, crm.Suppression{Key: "hidden", From: morning}, false))
	same(t, "sheets without the lead", gone.Facts, int64(1))
	same(t, "left", *got[*crm.Facts](t)(s.Facts(ctx, sheet.ID)), *ptr(factsOf("a", "b", "c")).Of(func(lead string) bool { return lead != "a" }))
	same(t, "purged", purged(t, s, crm.Retention{Facts: morning + 1}, false).Facts, int64(1))
	if _, err := s.Facts(ctx, sheet.ID); !isA(err, crm.ErrNotFound) {
		t.Errorf("purged facts are %v, want crm.ErrNotFound", err)
	}
	same(t, "the decisions stay", len(got[[]crm.Decision](t)(s.Decisions(ctx, slotKey))), 3)
}

func ptr[T any](v T) *T { return &v }
