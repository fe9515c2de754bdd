package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// Runs lists the runs of a campaign in a slot, by id.
func (s *Store) Runs(ctx context.Context, slotKey string) ([]crm.Run, error) {
	return s.runs(ctx, `WHERE "slot_key" = $1 ORDER BY "id"`, slotKey)
}

// OpenRuns lists the runs that nobody has stopped, by id.
func (s *Store) OpenRuns(ctx context.Context) ([]crm.Run, error) {
	return s.runs(ctx, `WHERE "state" = 'running' ORDER BY "id"`)
}

// RunsBetween lists the runs whose slot starts at from or later and before
// until, whatever became of them, by id.
func (s *Store) RunsBetween(ctx context.Context, from, until crm.Instant) ([]crm.Run, error) {
	runs, err := s.runs(ctx, `WHERE "slot_start" >= $1 AND "slot_start" < $2`, int64(from), int64(until))
	slices.SortFunc(runs, func(a, b crm.Run) int { return strings.Compare(a.ID, b.ID) })
	return runs, err
}

func (s *Store) runs(ctx context.Context, rest string, args ...any) ([]crm.Run, error) {
	var runs []crm.Run
	err := s.view(ctx, "read runs", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.run.sel(rest), args...)
		found, err := s.run.scan(rows, err)
		runs = nil
		for _, r := range found {
			runs = append(runs, r.Run)
		}
		return err
	})
	return runs, err
}

// Decisions lists what became of each lead in a campaign and slot, by lead id.
func (s *Store) Decisions(ctx context.Context, slotKey string) ([]crm.Decision, error) {
	var decisions []crm.Decision
	err := s.view(ctx, "read decisions of "+slotKey, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.decision.sel(`WHERE "slot_key" = $1 ORDER BY "lead_id"`), slotKey)
		decisions, err = s.decision.scan(rows, err)
		return err
	})
	return decisions, err
}

// Funnel is the funnel of the last start of a campaign in a slot, or
// crm.ErrNotFound.
func (s *Store) Funnel(ctx context.Context, slotKey string) (*crm.Funnel, error) {
	var found []crm.Funnel
	err := s.view(ctx, "read funnel of "+slotKey, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.funnel.sel(`WHERE "slot_key" = $1`), slotKey)
		found, err = s.funnel.scan(rows, err)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("funnel of %s: %w", slotKey, crm.ErrNotFound)
	}
	return &found[0], nil
}
