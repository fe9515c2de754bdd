package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// Claim commits a start: runs, calls from planned to injected, their leads to
// in_campaign, with the agent of the call if it has one, the last assignment of each agent,
// files with lines, decisions that say something new and what they rest on, the funnel. Agents that
// are not stored are stored as active ones without limits, so that taking
// turns works for them too.
//
// It is crm.ErrConflict, with nothing written, when a slot is over, a run is stopped or has
// got files meanwhile, a call is no longer planned or to another phone, a phone has another open
// call, a file's name is taken, or the slot has injected one of the leads.
func (s *Store) Claim(ctx context.Context, c crm.Claim) error {
	return s.write(ctx, "claim calls", func(ctx context.Context, q querier) error {
		for _, part := range []func(context.Context, querier, *crm.Claim) error{
			s.inTime, s.claimRuns, s.engage, s.inject, s.assign, s.decide, s.claimFiles,
		} {
			if err := part(ctx, q, &c); err != nil {
				return err
			}
		}
		return nil
	})
}

// inTime finds that no run of the slots was stopped, and keeps stops waiting
// until the claim is committed.
func (s *Store) inTime(ctx context.Context, q querier, c *crm.Claim) error {
	return inLists(c.Slots, func(list string, args []any) error {
		states, err := texts(ctx, q, `SELECT "state" FROM "run" WHERE "slot_key" IN `+list+` ORDER BY "id" `+s.dialect.alone, args...)
		if err == nil && slices.Contains(states, crm.RunStopped) {
			err = orConflict(nil, "a run of %s was stopped", strings.Join(c.Slots, " or "))
		}
		return err
	})
}

func (s *Store) claimRuns(ctx context.Context, q querier, c *crm.Claim) error {
	added := map[string]int{}
	for _, f := range c.Files {
		if f.Kind == crm.FileInject {
			added[f.RunID]++
		}
	}
	for _, r := range lastOfEach(pointers(c.Runs), func(r *crm.Run) string { return r.ID }) {
		row := runRow{*r, strings.TrimSuffix(r.ID, "/"+r.Group)}
		args, err := s.run.bind(nil, &row)
		if err != nil {
			return err
		}
		res, err := q.ExecContext(ctx, s.putRun, append(args, int64(r.Files-added[r.ID]))...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return orConflict(err, "run %s was stopped or filled", r.ID)
		}
	}
	return nil
}

// orConflict is err, or without one a conflict over what is named.
func orConflict(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, crm.ErrConflict)...)
}

func (s *Store) inject(ctx context.Context, q querier, c *crm.Claim) error {
	calls := lastOfEach(pointers(c.Calls), func(call *crm.Call) string { return call.ID })
	n, err := run(ctx, q, s.claimCalls, calls, func(args []any, call *crm.Call) ([]any, error) {
		return append(args, call.ID, call.RunID, call.Group, call.Agent, call.File,
			orNull(int64(call.NotBefore.V), call.NotBefore.Valid),
			orNull(int64(call.NotAfter.V), call.NotAfter.Valid), int64(c.At), call.Phone), nil
	})
	if err != nil || n != int64(len(calls)) {
		return orConflict(err, "%d of %d calls are no longer planned", int64(len(calls))-n, len(calls))
	}
	return nil
}

// engage comes before inject: whoever holds a lead may write its calls.
func (s *Store) engage(ctx context.Context, q querier, c *crm.Claim) error {
	byLead := lastOfEach(pointers(c.Calls), func(call *crm.Call) string { return call.LeadID })
	if err := s.lockLeads(ctx, q, distinct(byLead, func(call *crm.Call) string { return call.LeadID })); err != nil {
		return err
	}
	_, err := run(ctx, q, s.claimLeads, byLead, func(args []any, call *crm.Call) ([]any, error) {
		return append(args, call.LeadID, call.Agent), nil
	})
	return err
}

func (s *Store) assign(ctx context.Context, q querier, c *crm.Claim) error {
	agents := map[string]crm.Instant{}
	for _, call := range c.Calls {
		if call.Agent != "" {
			agents[call.Agent] = c.At
		}
	}
	return s.assignAll(ctx, q, agents)
}

// assignAll records when agents last got something to do, in the order of their
// names, so that two steps never wait for each other's agents.
func (s *Store) assignAll(ctx context.Context, q querier, agents map[string]crm.Instant) error {
	for _, username := range slices.Sorted(maps.Keys(agents)) {
		_, err := q.ExecContext(ctx, `INSERT INTO "agent" ("username", "name", "active", "teams", "weight", "last_assigned_at")
			VALUES ($1, '', 1, '[]', 1, $2)
			ON CONFLICT ("username") DO UPDATE SET "last_assigned_at" = excluded."last_assigned_at"`, username, int64(agents[username]))
		if err != nil {
			return err
		}
	}
	return nil
}

// claimFiles comes last: who adds files holds up all others that do.
func (s *Store) claimFiles(ctx context.Context, q querier, c *crm.Claim) error {
	for i := range c.Files {
		if err := s.addLines(ctx, q, &c.Files[i]); err != nil {
			return err
		}
	}
	files := pointers(c.Files)
	n, err := s.addFiles(ctx, q, files)
	if err != nil || n != int64(len(files)) {
		return orConflict(err, "%d of %d names of files are taken", int64(len(files))-n, len(files))
	}
	return nil
}

func (s *Store) addLines(ctx context.Context, q querier, f *crm.File) error {
	lines := make([]lineRow, len(f.Lines))
	for i, l := range f.Lines {
		lines[i] = lineRow{l, f.Name, i + 1, f.SlotKey}
	}
	_, err := run(ctx, q, s.addLine, pointers(lines), s.line.bind)
	return err
}

// addFiles numbers files and adds those whose names are free; it says how many.
func (s *Store) addFiles(ctx context.Context, q querier, files []*crm.File) (int64, error) {
	if len(files) == 0 {
		return 0, nil
	}
	rows, err := q.QueryContext(ctx, `UPDATE "file_count" SET "last" = "last" + $1 RETURNING "last"`, int64(len(files)))
	var seq int64
	if _, err = scan(rows, err, []any{&seq}, &seq); err != nil {
		return 0, err
	}
	seq -= int64(len(files))
	return run(ctx, q, s.addFile, files, func(args []any, f *crm.File) ([]any, error) {
		seq++
		args, err := s.file.bind(args, f)
		return append(args, seq), err
	})
}

func (s *Store) decide(ctx context.Context, q querier, c *crm.Claim) error {
	decisions := lastOfEach(pointers(c.Decisions), func(d *crm.Decision) string { return d.SlotKey + "\x00" + d.LeadID })
	if _, err := run(ctx, q, s.putDecision, decisions, s.decision.bind); err != nil {
		return err
	}
	if _, err := run(ctx, q, s.addFacts, pointers(c.Facts), s.facts.bind); err != nil {
		return err
	}
	if c.Funnel == nil {
		return nil
	}
	_, err := run(ctx, q, s.putFunnel, []*crm.Funnel{c.Funnel}, s.funnel.bind)
	return err
}
