package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// waiting stores leads with planned calls: created, due, visits and kind of
// each, by id.
func waiting(t *testing.T, s *store.Store) {
	for id, w := range map[string]struct {
		created, due crm.Instant
		visits       crm.Maybe[int64]
		kind         string
	}{
		"old":      {10, 30, crm.Some[int64](5), crm.KindPlan},
		"B":        {50, 20, crm.Some[int64](5), crm.KindPlan},
		"a":        {50, 20, crm.Some[int64](3), crm.KindRetry},
		"é":        {60, -5, crm.Some[int64](4), crm.KindRecovery},
		"quiet":    {60, 10, crm.Some[int64](2), crm.KindPlan},
		"empty":    {60, 10, crm.Maybe[int64]{}, crm.KindPlan},
		"later":    {70, 40, crm.Some[int64](9), crm.KindPlan},
		"callback": {1, 25, crm.Maybe[int64]{}, crm.KindCallback},
		"first":    {90, -7, crm.Some[int64](9), crm.KindCallback},
		"tomorrow": {1, 99, crm.Maybe[int64]{}, crm.KindCallback},
	} {
		l, c := person(id), plan(id, 1, w.due)
		l.CreatedAt, l.Visits, c.Kind = w.created, w.visits, w.kind
		rewrite(t, s, crm.Arrival{Lead: l, Call: c})
	}
	rewrite(t, s, crm.Arrival{Lead: person("injected"), Call: plan("injected", 1, 5)})
	must(t, s.Claim(t.Context(), claim("IDF", 1, *plan("injected", 1, 5))))
	put(t, s, person("unplanned"))
}

func plannedOf(t *testing.T, s *store.Store) {
	waiting(t, s)
	fields, due := []string{"lead.visits"}, map[string]crm.Due{}
	for page, err := range s.DueCalls(t.Context(), fields, 1<<60, 100) {
		must(t, err)
		for _, d := range page {
			due[d.Lead.ID] = d
		}
	}
	found := map[string]crm.Due{}
	for _, d := range got[[]crm.Due](t)(s.PlannedOf(t.Context(), fields, append(slices.Collect(maps.Keys(due)), "injected", "unplanned", "unknown"))) {
		found[d.Lead.ID] = d
	}
	same(t, "planned", found, due)
}

func candidates(t *testing.T, s *store.Store) {
	waiting(t, s)
	text := `"lead"."visits" >= CAST($1 AS BIGINT) AND "lead"."created_at" >= CAST($2 AS BIGINT)`
	anybody, nobody := expression.Where{Text: "TRUE"}, expression.Where{Text: "FALSE"}
	visited := expression.Where{Text: `"lead"."visits" >= CAST($1 AS BIGINT)`, Args: []any{int64(3)}}
	for name, tt := range map[string]struct {
		filter, callbacks expression.Where
		want, wantBack    string
	}{
		"all":     {anybody, anybody, "B a empty old quiet é", "first callback"},
		"nobody":  {nobody, anybody, "", "first callback"},
		"back":    {nobody, visited, "", "first"},
		"visited": {visited, nobody, "B a old é", ""},
		"fresh": {expression.Where{
			Text: text, Args: []any{int64(3), int64(50)}, AtLeast: map[string]int64{`"lead"."created_at"`: 50, `"lead"."visits"`: 3},
		}, anybody, "B a é", "first callback"},
	} {
		for _, size := range []int{1, 2, 100} {
			var callbacks, others []string
			for page, err := range s.Candidates(t.Context(), nil, 40, tt.filter, tt.callbacks, size) {
				must(t, err)
				if len(page) == 0 || len(page) > size {
					t.Errorf("%s: a page of %d by pages of %d", name, len(page), size)
				}
				for _, d := range page {
					same(t, "call of the lead", d.Call.LeadID, d.Lead.ID)
					if d.Call.Kind == crm.KindCallback && len(others) == 0 {
						callbacks = append(callbacks, d.Lead.ID)
					} else {
						others = append(others, d.Lead.ID)
					}
				}
			}
			slices.Sort(others)
			what := fmt.Sprintf("%s by pages of %d", name, size)
			same(t, "callbacks, "+what, strings.Join(callbacks, " "), tt.wantBack)
			same(t, what, strings.Join(others, " "), tt.want)
		}
	}
}
