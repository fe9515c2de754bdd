package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"testing"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

// What must stay cheap reaches its rows through an index.
func TestQueriesUseTheirIndex(t *testing.T) {
	t.Parallel()
	s, err := OpenMemory(t.Context(), "plans")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	call := crm.Call{ID: "a#1", LeadID: "a", State: crm.CallPlanned}
	recent := expression.Where{Text: `"lead"."created_at" >= $1`, Args: []any{int64(5)}, AtLeast: map[string]int64{`"lead"."created_at"`: 5}}
	visited := expression.Where{Text: `"lead"."visits" >= $1`, Args: []any{int64(5)}}
	anyLead, last := expression.Where{Text: "TRUE"}, crm.Lead{ID: "a", EstimatedAt: crm.Some[crm.Instant](5)}
	nobody := expression.Where{Text: "FALSE"}
	if err := s.Apply(ctx, crm.Change{Records: []crm.Record{{ID: "r", Revision: 1, Phone: "b"}}}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, want string
		run        func() error
	}{
		{"due calls", "INDEX call_due", func() error { return looked(s.DueCalls(ctx, nil, 5, 10)) }},
		{"due callbacks", "INDEX call_callback", func() error {
			return looked(s.Candidates(ctx, nil, 5, nobody, visited, 10))
		}},
		{"recent candidates", "INDEX lead_created ((created_at,id)>(?,?))\nSEARCH call USING INDEX call_planned", func() error { return looked(s.Candidates(ctx, nil, 5, recent, nobody, 10)) }},
		{"other candidates", "INDEX call_due", func() error { return looked(s.Candidates(ctx, nil, 5, visited, nobody, 10)) }},
		{"planned calls", "INDEX call_planned", func() error { _, err := s.PlannedCalls(ctx, []string{"a"}); return err }},
		{"planned calls with their leads", "SEARCH call USING INDEX call_planned", func() error { _, err := s.PlannedOf(ctx, nil, []string{"a"}); return err }},
		{"outstanding calls", "SEARCH call USING INDEX call_outstanding", func() error { _, err := s.Outstanding(ctx, nil, "a", 10); return err }},
		{"open calls", "INDEX call_open", func() error { _, err := s.OpenCalls(ctx, []string{"a"}); return err }},
		{"open calls by agent", "INDEX call_open", func() error { _, err := s.OpenByAgent(ctx); return err }},
		{"calls of a run", "INDEX call_run", func() error { _, err := s.RunCalls(ctx, "a"); return err }},
		{"runs of a slot", "INDEX run_slot", func() error { _, err := s.Runs(ctx, "a"); return err }},
		{"open runs", "INDEX run_open", func() error { _, err := s.OpenRuns(ctx); return err }},
		{"unpublished files", "INDEX file_unfinished", func() error { _, err := s.UnpublishedFiles(ctx); return err }},
		{"decisions about a lead", "INDEX decision_lead", func() error { _, err := s.LeadDecisions(ctx, "a"); return err }},
		{"decisions again", "SEARCH decision USING INDEX sqlite_autoindex_decision", func() error { _, err := s.Decided(ctx, nil, "a", "", 10); return err }},
		{"ranking", "INDEX lead_rank", func() error { _, err := s.Ranking(ctx, "", anyLead, nil, 10); return err }},
		{"ranking of a segment", "INDEX lead_segment_rank (segment=? AND score<?)", func() error { _, err := s.Ranking(ctx, "PVB", anyLead, &last, 10); return err }},
		{"wallets", "INDEX lead_contact", func() error { return s.PutWallets(ctx, []crm.Wallet{{ContactID: "a"}}, 0) }},
		{"leads with a call", "INDEX task_pending", func() error {
			return s.PutLeads(ctx, []crm.Arrival{{Lead: crm.Lead{ID: "a"}, Call: &call}})
		}},
		{"calls of a lead", "INDEX call_lead", func() error { _, err := s.LeadCalls(ctx, "a"); return err }},
		{"calls of a day", "INDEX call_begin", func() error { _, err := s.AssignedOn(ctx, []string{"a"}, 0, 1); return err }},
		{"runs of a day", "INDEX run_begin", func() error { _, err := s.RunsBetween(ctx, 0, 1); return err }},
		{"leads of a phone", "INDEX lead_phone", func() error { _, err := s.LeadsByPhone(ctx, []string{"a"}); return err }},
		{"records by id", "INDEX record_latest", func() error { _, err := s.Records(ctx, []string{"a"}); return err }},
		{"records of a lead", "INDEX record_lead", func() error { _, err := s.LeadRecords(ctx, "a"); return err }},
		{"records of a phone", "INDEX record_phone", func() error { _, err := s.PhoneRecords(ctx, []string{"a"}); return err }},
		{"unknown records", "INDEX record_lead", func() error { _, err := s.UnknownRecords(ctx, 10); return err }},
		{"work of agents", "INDEX call_begin", func() error { _, err := s.Workload(ctx, crm.Worked{Until: 9}); return err }},
		{"reports of the work", "INDEX record_lead", func() error { _, err := s.Workload(ctx, crm.Worked{Until: 9, Campaign: "PVI"}); return err }},
		{"claim", "SEARCH call", func() error { return s.Claim(ctx, crm.Claim{Calls: []crm.Call{call}}) }},
	}
	for _, tt := range tests {
		known := len(s.writer.conn.stmts)
		if err := tt.run(); err != nil {
			t.Fatal(tt.name, err)
		}
		if known == len(s.writer.conn.stmts) {
			t.Errorf("%s: no new statement to look at", tt.name)
		}
		if plan := plans(t, s); !strings.Contains(plan, tt.want) {
			t.Errorf("%s: %q is in none of the plans:\n%s", tt.name, tt.want, plan)
		}
	}
	stopOne(t, s)
	for _, want := range []string{"INDEX call_run", "INDEX decision_waiting", "INDEX file_slot", "SEARCH lead USING INDEX sqlite_autoindex_lead"} {
		if plan := plans(t, s); !strings.Contains(plan, want) {
			t.Errorf("stop: %q is in none of the plans:\n%s", want, plan)
		}
	}
	for _, bad := range []string{"SCAN call\n", "SCAN lead\n", "SCAN decision\n", "SCAN record\n", "SCAN file\n", "SCAN run\n", "TEMP B-TREE FOR ORDER BY"} {
		if plan := plans(t, s); strings.Contains(plan, bad) {
			t.Errorf("a plan says %q:\n%s", bad, plan)
		}
	}
}

// stopOne stops a run that injected one call and left another one out: what a
// stop does depends on what it finds.
func stopOne(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"injected", "left out"} {
		call := crm.Call{ID: id + "#1", LeadID: id, Phone: id, State: crm.CallPlanned}
		must(s.PutLeads(ctx, []crm.Arrival{{Lead: crm.Lead{ID: id, Status: crm.New}, Call: &call}}))
	}
	run := crm.Run{ID: "PVI/now/IDF", Group: "IDF", SlotEnd: 10, State: crm.RunRunning, Files: 1}
	must(s.Claim(ctx, crm.Claim{
		Runs:      []crm.Run{run},
		Calls:     []crm.Call{{ID: "injected#1", LeadID: "injected", Phone: "injected", RunID: run.ID}},
		Files:     []crm.File{{Name: "a.csv", Kind: crm.FileInject, State: crm.FileClaimed, RunID: run.ID, SlotKey: "PVI/now"}},
		Decisions: []crm.Decision{{SlotKey: "PVI/now", LeadID: "left out", Group: "IDF", Reason: "over_capacity"}},
	}))
	done, err := s.Stop(ctx, crm.Stop{Runs: []crm.Stopping{{Run: run, DueAt: crm.Some[crm.Instant](20)}}})
	must(err)
	if len(done[0].Recycled) != 2 {
		t.Errorf("the stop recycled %d calls, want 2", len(done[0].Recycled))
	}
}

// plans are SQLite's plans of all statements that s has prepared.
func plans(t *testing.T, s *Store) string {
	t.Helper()
	var all strings.Builder
	for text := range s.writer.conn.stmts {
		if strings.Contains(text, `"lead"`) || strings.Contains(text, `"call"`) || strings.HasPrefix(text, "SELECT") || strings.HasPrefix(text, "UPDATE") {
			all.WriteString(plan(t, s, text))
		}
	}
	return all.String()
}

func plan(t *testing.T, s *Store, text string) string {
	t.Helper()
	args := make([]any, strings.Count(text, "$")+strings.Count(text, "?"))
	var steps []string
	err := s.view(t.Context(), "explain", func(ctx context.Context, _ querier) error {
		// The connection itself, so that the explanation is not kept prepared.
		rows, err := s.writer.conn.Conn.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
		var n sql.NullInt64
		var detail string
		steps, err = scan(rows, err, []any{&n, &n, &n, &detail}, &detail)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n") + "\n"
}

// looked reads the first page.
func looked(pages iter.Seq2[[]crm.Due, error]) error {
	for _, err := range pages {
		return err
	}
	return nil
}
