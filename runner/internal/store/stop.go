package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// Stop ends runs and plans again, over what is stored at that moment, what they
// did not call: the calls that they injected and that nobody has begun, and the
// planned ones due before the end of the slot that the run's group left out as
// over_capacity or phone_open. An injected one is recycled, and another call of
// the same kind, agent and phone takes its place, due when and in the campaign
// that the stop says; a planned one, which nobody has been given, is moved
// there. The lead is scheduled, or callback, and counts one more recycling.
// Without a due time the call is recycled without another and the lead is
// parked. A lead that is done with, such as a refused one, keeps its status and
// gets no call; one that has another planned call keeps that.
//
// The files of the runs of which nothing was written anywhere are cancelled, and
// stop signals are added: those of a run only when this stop ended it and
// another file of it was written. One whose name is there already is passed
// over. A stop that is rehearsed leaves nothing stored. A run
// that is no longer running is Already, and nothing is done for it; one that is
// not stored is crm.ErrNotFound. What was done comes in the order of run ids.
func (s *Store) Stop(ctx context.Context, stop crm.Stop) ([]crm.Stopped, error) {
	stopping := lastOfEach(pointers(stop.Runs), func(st *crm.Stopping) string { return st.Run.ID })
	var done []crm.Stopped
	err := s.write(ctx, "stop runs", func(ctx context.Context, q querier) error {
		done = make([]crm.Stopped, len(stopping))
		var ended []ending
		for i, st := range stopping {
			done[i].RunID = st.Run.ID
			run, err := s.endRun(ctx, q, st.Run.ID, stop.At)
			switch {
			case err != nil:
				return err
			case run == nil:
				done[i].Already = true
			default:
				ended = append(ended, ending{*st, run, &done[i]})
			}
		}
		if err := s.planAgain(ctx, q, ended, stop.At); err != nil {
			return err
		}
		if err := s.signal(ctx, q, ended, stop.Files); err != nil {
			return err
		}
		if stop.Rehearse {
			return errRehearsed
		}
		return nil
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return done, err
}

// errRehearsed undoes a stop whose outcome is known.
var errRehearsed = errors.New("rehearsed")

// ending is a run that this stop ended, as it was stored.
type ending struct {
	crm.Stopping
	run *runRow
	out *crm.Stopped
}

// endRun is the run that it stopped, or nil when somebody else had.
func (s *Store) endRun(ctx context.Context, q querier, id string, at crm.Instant) (*runRow, error) {
	rows, err := q.QueryContext(ctx, s.run.sel(`WHERE "id" = $1 `+s.dialect.alone), id)
	found, err := s.run.scan(rows, err)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fmt.Errorf("run %s: %w", id, crm.ErrNotFound)
	case found[0].State != crm.RunRunning:
		return nil, nil
	}
	_, err = q.ExecContext(ctx, `UPDATE "run" SET "state" = 'stopped', "stopped_at" = $2 WHERE "id" = $1`, id, int64(at))
	return &found[0], err
}

// uncalled is a call that an ended run did not make, as far as another one takes
// after it.
type uncalled struct {
	crm.Call
	status string // of its lead
	of     *ending
}

func (s *Store) planAgain(ctx context.Context, q querier, ended []ending, at crm.Instant) error {
	calls, err := s.hold(ctx, q, ended)
	if err != nil {
		return err
	}
	var given, waiting []*uncalled
	for _, call := range calls {
		if call.State == crm.CallPlanned && !final(call.status) && call.of.DueAt.Valid {
			waiting = append(waiting, call)
		} else {
			call.State = crm.CallRecycled
			given = append(given, call)
		}
		call.of.out.Recycled = append(call.of.out.Recycled, call.Call)
	}
	fates := map[fate][]string{}
	if err := s.move(ctx, q, waiting, fates); err != nil {
		return err
	}
	if err := s.replace(ctx, q, given, at, fates); err != nil {
		return err
	}
	return settle(ctx, q, fates)
}

// move lets planned calls be due when their runs say.
func (s *Store) move(ctx context.Context, q querier, calls []*uncalled, fates map[fate][]string) error {
	type place struct {
		campaign string
		due      crm.Instant
	}
	moved := map[place][]string{}
	for _, call := range calls {
		to := place{call.of.Into, call.of.DueAt.V}
		moved[to] = append(moved[to], call.ID)
		f := fate{status: scheduled(&call.Call), due: call.of.DueAt}
		f.kept = call.status == f.status
		fates[f] = append(fates[f], call.LeadID)
	}
	for to, ids := range moved {
		err := inLists(ids, func(list string, args []any) error {
			_, err := q.ExecContext(ctx, `UPDATE "call" SET "campaign" = $1, "due_at" = $2,
				"recycled_from" = CASE "recycled_from" WHEN '' THEN "id" ELSE "recycled_from" END WHERE "id" IN `+list, args...)
			return err
		}, to.campaign, int64(to.due))
		if err != nil {
			return err
		}
	}
	return nil
}

// replace recycles calls and puts others in their places.
func (s *Store) replace(ctx context.Context, q querier, calls []*uncalled, at crm.Instant, fates map[fate][]string) error {
	ids := make([]string, len(calls))
	for i := range calls {
		ids[i] = calls[i].ID
	}
	err := inLists(ids, func(list string, args []any) error {
		_, err := q.ExecContext(ctx, `UPDATE "call" SET "state" = 'recycled' WHERE "id" IN `+list, args...)
		return err
	})
	if err != nil {
		return err
	}
	next, err := s.successors(ctx, q, calls, at, fates)
	if err != nil {
		return err
	}
	_, err = run(ctx, q, s.addCall, next, s.call.bind)
	return err
}

// hold finds what the runs did not call and locks its leads, which guards the
// calls too. What changed while it waited for the locks is read again.
func (s *Store) hold(ctx context.Context, q querier, ended []ending) ([]*uncalled, error) {
	calls, err := s.uncalled(ctx, q, ended)
	if err != nil || s.dialect.alone == "" {
		return calls, err
	}
	leads := make([]string, len(calls))
	for i := range calls {
		leads[i] = calls[i].LeadID
	}
	if err := s.lockLeads(ctx, q, leads); err != nil {
		return nil, err
	}
	locked := set(leads)
	calls, err = s.uncalled(ctx, q, ended)
	return slices.DeleteFunc(calls, func(c *uncalled) bool { return !locked[c.LeadID] }), err
}

// uncalled lists what the runs did not call, by call id.
func (s *Store) uncalled(ctx context.Context, q querier, ended []ending) ([]*uncalled, error) {
	const (
		injected = ` FROM "call" LEFT JOIN "lead" ON "lead"."id" = "call"."lead_id"
			WHERE "call"."run_id" = $1 AND "call"."run_id" <> '' AND "call"."state" = 'injected'`
		// CROSS JOIN fixes the order: the index of decisions leads.
		leftOut = ` FROM "decision" CROSS JOIN "call" CROSS JOIN "lead"
			WHERE "decision"."slot_key" = $1 AND "decision"."group" = $2 AND "decision"."reason" IN ('over_capacity', 'phone_open')
			AND "call"."lead_id" = "decision"."lead_id" AND ` + planned + ` AND "call"."due_at" < $3
			AND "lead"."id" = "call"."lead_id"`
		told = ` FROM "call" CROSS JOIN "lead"
			WHERE ` + planned + ` AND "lead"."id" = "call"."lead_id" AND "call"."due_at" < $1 AND "call"."id" IN `
	)
	call := s.call.of("id", "lead_id", "phone", "kind", "state", "agent", "agreed_exact_time")
	var all []*uncalled
	for i := range ended {
		e := &ended[i]
		row := uncalled{of: e}
		places := append(call.destinations(&row.Call), &row.status)
		read := func(from string, args ...any) error {
			rows, err := q.QueryContext(ctx, "SELECT "+call.quoted()+`, COALESCE("lead"."status", '`+crm.Erased+`')`+from, args...)
			calls, err := scan(rows, err, places, &row)
			all = append(all, pointers(calls)...)
			return err
		}
		if err := read(injected, e.run.ID); err != nil {
			return nil, err
		}
		if err := read(leftOut, e.run.SlotKey, e.run.Group, int64(e.run.SlotEnd)); err != nil {
			return nil, err
		}
		var unsure []string
		for _, call := range e.LeftOut {
			if call.State == crm.CallPlanned {
				all = append(all, &uncalled{call, crm.Scheduled, e})
			} else {
				unsure = append(unsure, call.ID)
			}
		}
		err := inLists(unsure, func(list string, args []any) error {
			return read(told+list, args...)
		}, int64(e.run.SlotEnd))
		if err != nil {
			return nil, err
		}
	}
	// A call that two runs left out is the first one's.
	slices.SortStableFunc(all, func(a, b *uncalled) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b *uncalled) bool { return a.ID == b.ID }), nil
}

// fate is what a stop makes of a lead; without a status it stays as it is.
type fate struct {
	status string
	due    crm.Maybe[crm.Instant]
	kept   bool // the status is what it was: writing it would rewrite every index that asks for it
}

// successors are the calls that take the place of recycled ones, one a lead. It
// adds what becomes of the leads.
func (s *Store) successors(ctx context.Context, q querier, calls []*uncalled, at crm.Instant, fates map[fate][]string) ([]*crm.Call, error) {
	newest := map[string]*uncalled{}
	for _, call := range calls {
		if before := newest[call.LeadID]; before == nil || later(&call.Call, &before.Call) {
			newest[call.LeadID] = call
		}
	}
	leads := make([]string, 0, len(newest))
	for lead := range newest {
		leads = append(leads, lead)
	}
	slices.Sort(leads)
	stored, err := s.chains(ctx, q, leads)
	if err != nil {
		return nil, err
	}
	moved := map[string]bool{}
	for _, leads := range fates {
		for _, lead := range leads {
			moved[lead] = true
		}
	}
	var next []*crm.Call
	for _, lead := range leads {
		old, chain := newest[lead], stored[lead]
		var f fate
		switch {
		case moved[lead]:
			continue
		case final(old.status):
		case chain.planned != nil:
			f = fate{status: scheduled(chain.planned), due: crm.Some(chain.planned.DueAt)}
		case !old.of.DueAt.Valid:
			f = fate{status: crm.Parked}
		default:
			call := crm.Call{
				ID: crm.NextCallID(chain.last.ID), LeadID: lead, Phone: old.Phone, Kind: old.Kind, State: crm.CallPlanned,
				DueAt: old.of.DueAt.V, Campaign: old.of.Into, Agent: old.Agent, AgreedExactTime: old.AgreedExactTime,
				RecycledFrom: old.ID, CreatedAt: at,
			}
			next = append(next, &call)
			f = fate{status: scheduled(&call), due: old.of.DueAt}
		}
		fates[f] = append(fates[f], lead)
	}
	return next, nil
}

// chain is where the calls of a lead end.
type chain struct {
	last    *crm.Call
	planned *crm.Call // nil when there is none
}

func (s *Store) chains(ctx context.Context, q querier, leads []string) (map[string]chain, error) {
	found := map[string]chain{}
	err := inLists(leads, func(list string, args []any) error {
		rows, err := q.QueryContext(ctx, s.call.sel(`WHERE "lead_id" IN `+list), args...)
		calls, err := s.call.scan(rows, err)
		for i := range calls {
			call := &calls[i]
			c := found[call.LeadID]
			if c.last == nil || later(call, c.last) {
				c.last = call
			}
			if call.State == crm.CallPlanned {
				c.planned = call
			}
			found[call.LeadID] = c
		}
		return err
	})
	return found, err
}

// scheduled is the status of a lead that waits for a call.
func scheduled(c *crm.Call) string {
	if c.Kind == crm.KindCallback {
		return crm.Callback
	}
	return crm.Scheduled
}

// final says that a stop leaves a lead in this status alone.
func final(status string) bool {
	switch status {
	case crm.New, crm.Parked, crm.Scheduled, crm.InCampaign, crm.NotQualified, crm.Callback:
		return false
	}
	return true
}

// settle writes what becomes of leads. All of them count as written, so that
// whoever read one before the stop cannot write over its calls.
func settle(ctx context.Context, q querier, fates map[fate][]string) error {
	for f, leads := range fates {
		set, given := `"revision" = "revision" + 1`, []any{}
		if f.status != "" {
			set, given = set+`, "recycled" = "recycled" + 1, "next_call_at" = $1`, append(given, orNull(int64(f.due.V), f.due.Valid))
		}
		if f.status != "" && !f.kept {
			set, given = set+`, "status" = $2`, append(given, f.status)
		}
		err := inLists(leads, func(list string, args []any) error {
			_, err := q.ExecContext(ctx, `UPDATE "lead" SET `+set+` WHERE "id" IN `+list, args...)
			return err
		}, given...)
		if err != nil {
			return err
		}
	}
	return nil
}

// signal cancels the files of the runs that were never written, and adds stop
// signals whose names are free.
func (s *Store) signal(ctx context.Context, q querier, ended []ending, files []crm.File) error {
	for _, e := range ended {
		names, err := texts(ctx, q, `UPDATE "file" SET "state" = 'cancelled'
			WHERE "slot_key" = $1 AND "run_id" = $2 AND "state" = 'claimed' RETURNING "name"`, e.run.SlotKey, e.run.ID)
		if err != nil {
			return err
		}
		slices.Sort(names)
		e.out.Cancelled = names
		written, err := texts(ctx, q, `SELECT "name" FROM "file" WHERE "slot_key" = $1 AND "run_id" = $2
			AND "kind" = 'inject' AND "state" <> 'cancelled' LIMIT 1`, e.run.SlotKey, e.run.ID)
		if err != nil {
			return err
		}
		e.out.Published = len(written) > 0
	}
	for _, f := range lastOfEach(pointers(files), func(f *crm.File) string { return f.Name }) {
		heard := func(e ending) bool { return e.out.Published && e.run.ID == f.RunID }
		if f.RunID != "" && !slices.ContainsFunc(ended, heard) {
			continue
		}
		claimed := *f
		claimed.State = crm.FileClaimed
		n, err := s.addFiles(ctx, q, []*crm.File{&claimed})
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := s.addLines(ctx, q, f); err != nil {
			return err
		}
	}
	return nil
}
