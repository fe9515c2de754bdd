package store

import (
	"context"
	"math"

	"callsheet/runner/internal/crm"
)

const (
	planned = `"call"."state" = 'planned'`
	open    = `"call"."state" IN ('injected', 'in_progress')`
)

// PlannedCalls finds the planned call of each lead that has one, by lead id.
func (s *Store) PlannedCalls(ctx context.Context, leadIDs []string) (map[string]crm.Call, error) {
	return s.callsBy(ctx, planned+` AND "lead_id" IN `, leadIDs, func(c *crm.Call) string { return c.LeadID })
}

// LastCalls finds the call planned last for each lead that ever had one,
// whatever became of it, by lead id: the planned one, if there is one.
func (s *Store) LastCalls(ctx context.Context, leadIDs []string) (map[string]crm.Call, error) {
	last := map[string]crm.Call{}
	err := s.view(ctx, "read calls", func(ctx context.Context, q querier) error {
		return inLists(leadIDs, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.call.sel(`WHERE "lead_id" IN `+list), args...)
			calls, err := s.call.scan(rows, err)
			for _, c := range calls {
				// Ids of one lead differ in their ordinal only: the longer one is later.
				before := last[c.LeadID].ID
				if len(c.ID) > len(before) || len(c.ID) == len(before) && c.ID > before {
					last[c.LeadID] = c
				}
			}
			return err
		})
	})
	return last, err
}

// OpenCalls finds the call injected or in progress on each phone that has
// one, by phone.
func (s *Store) OpenCalls(ctx context.Context, phones []string) (map[string]crm.Call, error) {
	return s.callsBy(ctx, open+` AND "phone" IN `, phones, func(c *crm.Call) string { return c.Phone })
}

// callsBy finds the calls that where takes among values, by key.
func (s *Store) callsBy(ctx context.Context, where string, values []string, key func(*crm.Call) string) (map[string]crm.Call, error) {
	found := map[string]crm.Call{}
	err := s.view(ctx, "read calls", func(ctx context.Context, q querier) error {
		return inLists(values, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.call.sel("WHERE "+where+list), args...)
			calls, err := s.call.scan(rows, err)
			for i := range calls {
				found[key(&calls[i])] = calls[i]
			}
			return err
		})
	})
	return found, err
}

// OpenByAgent counts the calls injected or in progress of each agent; calls
// that any agent may have are left out.
func (s *Store) OpenByAgent(ctx context.Context) (map[string]int, error) {
	type load struct {
		agent string
		calls int
	}
	byAgent := map[string]int{}
	err := s.view(ctx, "count open calls", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx,
			`SELECT "agent", COUNT(*) FROM "call" WHERE `+open+` AND "agent" <> '' GROUP BY "agent"`)
		var row load
		loads, err := scan(rows, err, []any{&row.agent, &row.calls}, &row)
		for _, l := range loads {
			byAgent[l.agent] = l.calls
		}
		return err
	})
	return byAgent, err
}

// DueCalls is the page of at most limit planned calls that are due before an
// instant and follow after, by due time and then call id; the zero Due is the
// start. An empty page is the end. Its cost follows what is due, not what is
// stored.
func (s *Store) DueCalls(ctx context.Context, before crm.Instant, after crm.Due, limit int) ([]crm.Due, error) {
	from := int64(after.Call.DueAt)
	if after.Call.ID == "" {
		from = math.MinInt64
	}
	// CROSS JOIN fixes the order: the index of due calls leads.
	query := "SELECT " + s.call.quoted() + ", " + s.lead.quoted() + ` FROM "call" CROSS JOIN "lead"
		WHERE ` + planned + ` AND "call"."due_at" < $1 AND ("call"."due_at", "call"."id") > ($2, $3)
		AND "lead"."id" = "call"."lead_id" ORDER BY "call"."due_at", "call"."id" LIMIT $4`
	var page []crm.Due
	err := s.view(ctx, "read due calls", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, int64(before), from, after.Call.ID, limit)
		var row crm.Due
		places := append(s.call.destinations(&row.Call), s.lead.destinations(&row.Lead)...)
		page, err = scan(rows, err, places, &row)
		return err
	})
	return page, err
}

// RunCalls lists the calls that a run injected, whatever became of them, by id.
func (s *Store) RunCalls(ctx context.Context, runID string) ([]crm.Call, error) {
	var calls []crm.Call
	err := s.view(ctx, "read calls of run "+runID, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.call.sel(`WHERE "run_id" = $1 AND "run_id" <> '' ORDER BY "id"`), runID)
		calls, err = s.call.scan(rows, err)
		return err
	})
	return calls, err
}
