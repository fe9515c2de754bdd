package store

import (
	"context"
	"database/sql"
	"strings"
	"testing"

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
	tests := []struct {
		name, want string
		run        func() error
	}{
		{"due calls", "INDEX call_due", func() error { _, err := s.DueCalls(ctx, 5, crm.Due{}, 10); return err }},
		{"planned calls", "INDEX call_planned", func() error { _, err := s.PlannedCalls(ctx, []string{"a"}); return err }},
		{"open calls", "INDEX call_open", func() error { _, err := s.OpenCalls(ctx, []string{"a"}); return err }},
		{"open calls by agent", "INDEX call_open", func() error { _, err := s.OpenByAgent(ctx); return err }},
		{"calls of a run", "INDEX call_run", func() error { _, err := s.RunCalls(ctx, "a"); return err }},
		{"runs of a slot", "INDEX run_slot", func() error { _, err := s.Runs(ctx, "a"); return err }},
		{"open runs", "INDEX run_open", func() error { _, err := s.OpenRuns(ctx); return err }},
		{"claimed files", "INDEX file_claimed", func() error { _, err := s.ClaimedFiles(ctx); return err }},
		{"decisions about a lead", "INDEX decision_lead", func() error { _, err := s.LeadDecisions(ctx, "a"); return err }},
		{"ranking", "INDEX lead_rank", func() error { _, err := s.Ranking(ctx, "", 10); return err }},
		{"ranking of a segment", "INDEX lead_segment_rank", func() error { _, err := s.Ranking(ctx, "PVB", 10); return err }},
		{"wallets", "INDEX lead_contact", func() error { return s.PutWallets(ctx, []crm.Wallet{{ContactID: "a"}}, 0) }},
		{"leads with a call", "INDEX task_pending", func() error {
			return s.PutLeads(ctx, []crm.Arrival{{Lead: crm.Lead{ID: "a"}, Call: &call}})
		}},
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
	for _, bad := range []string{"SCAN call\n", "SCAN lead\n", "SCAN decision\n", "TEMP B-TREE FOR ORDER BY"} {
		if plan := plans(t, s); strings.Contains(plan, bad) {
			t.Errorf("a plan says %q:\n%s", bad, plan)
		}
	}
}

// plans are SQLite's plans of all statements that s has prepared.
func plans(t *testing.T, s *Store) string {
	t.Helper()
	var all strings.Builder
	for text := range s.writer.conn.stmts {
		if strings.Contains(text, `"lead"`) || strings.Contains(text, `"call"`) || strings.HasPrefix(text, "SELECT") {
			all.WriteString(plan(t, s, text))
		}
	}
	return all.String()
}

func plan(t *testing.T, s *Store, text string) string {
	t.Helper()
	args := make([]any, strings.Count(text, "$"))
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
