package store

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
)

const (
	planned = `"call"."state" = 'planned'`
	open    = `"call"."state" IN ('injected', 'in_progress')`
	// outstanding is in the words of its index.
	outstanding = `"call"."state" IN ('planned', 'injected', 'in_progress')`
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
				if before, ok := last[c.LeadID]; !ok || later(&c, &before) {
					last[c.LeadID] = c
				}
			}
			return err
		})
	})
	return last, err
}

// later says that call a of a lead was planned after b. Their ids differ in the
// ordinal only, of which the longer one is later.
func later(a, b *crm.Call) bool {
	return len(a.ID) > len(b.ID) || len(a.ID) == len(b.ID) && a.ID > b.ID
}

// LeadCalls lists all calls of a lead, whatever became of them, in the order in
// which they were planned.
func (s *Store) LeadCalls(ctx context.Context, leadID string) (calls []crm.Call, err error) {
	err = s.view(ctx, "read calls of "+leadID, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.call.sel(`WHERE "lead_id" = $1`), leadID)
		calls, err = s.call.scan(rows, err)
		return err
	})
	slices.SortFunc(calls, func(a, b crm.Call) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID))
	})
	return calls, err
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
	byAgent := map[string]int{}
	err := s.view(ctx, "count open calls", func(ctx context.Context, q querier) error {
		return countByAgent(ctx, q, byAgent, open+` AND "agent" <> ''`)
	})
	return byAgent, err
}

// AssignedOn counts the calls of each of some agents that begin
// (crm.Call.NotBefore) at from or later and before until, open and ended ones;
// those that were never injected or taken back are left out.
func (s *Store) AssignedOn(ctx context.Context, agents []string, from, until crm.Instant) (map[string]int, error) {
	byAgent := map[string]int{}
	err := s.view(ctx, "count assigned calls", func(ctx context.Context, q querier) error {
		return inLists(filled(agents), func(list string, args []any) error {
			const begins = `"not_before" >= $1 AND "not_before" < $2 AND "state" IN ('injected', 'in_progress', 'ended')`
			return countByAgent(ctx, q, byAgent, begins+` AND "agent" IN `+list, args...)
		}, int64(from), int64(until))
	})
	return byAgent, err
}

// countByAgent adds how many calls of each agent a condition takes.
func countByAgent(ctx context.Context, q querier, byAgent map[string]int, where string, args ...any) error {
	rows, err := q.QueryContext(ctx, `SELECT "agent", COUNT(*) FROM "call" WHERE `+where+` GROUP BY "agent"`, args...)
	var row struct {
		agent string
		calls int
	}
	loads, err := scan(rows, err, []any{&row.agent, &row.calls}, &row)
	for _, l := range loads {
		byAgent[l.agent] = l.calls
	}
	return err
}

// DueCalls are the planned calls that are due before an instant, in pages of
// at most limit, by due time and then call id. Their cost follows what is due, not what
// is stored. Of these it reads what [Store.Outstanding] reads.
func (s *Store) DueCalls(ctx context.Context, fields []string, before crm.Instant, limit int) iter.Seq2[[]crm.Due, error] {
	return s.due(ctx, fields, before, limit, lot{expression.All(), byDue()})
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
