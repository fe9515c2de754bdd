package storetest

import (
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// outstandingPages are the planned and open calls by lead, with the fields that are asked
// for and no others.
func outstandingPages(t *testing.T, s *store.Store) {
	waiting(t, s)
	same(t, "reports", got[bool](t)(s.Recorded(t.Context())), false)
	var all []crm.Due
	for page, err := range s.DueCalls(t.Context(), []string{"lead.visits"}, 1<<60, 100) {
		must(t, err)
		all = append(all, page...)
	}
	for _, size := range []int{1, 3, 100} {
		seen := map[string]bool{}
		for after := ""; ; {
			page := got[[]crm.Due](t)(s.Outstanding(t.Context(), []string{"lead.visits", "custom"}, after, size))
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				if d.Lead.ID <= after || d.Lead.ID != d.Call.LeadID {
					t.Errorf("lead %s with call of %s after %s", d.Lead.ID, d.Call.LeadID, after)
				}
				after = d.Lead.ID
				seen[d.Lead.ID] = true
				for _, want := range all {
					if want.Lead.ID == d.Lead.ID {
						same(t, "visits", d.Lead.Visits, want.Lead.Visits)
						same(t, "due", d.Call.DueAt, want.Call.DueAt)
						same(t, "phone", d.Call.Phone, want.Call.Phone)
					}
				}
				if d.Lead.Status != "" || d.Lead.Revision != 0 {
					t.Errorf("lead %s has more than was asked for: %+v", d.Lead.ID, d.Lead)
				}
			}
		}
		same(t, "planned calls and the open one", []any{len(seen), seen["injected"]}, []any{len(all) + 1, true})
	}
}
