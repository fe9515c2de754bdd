package store

import (
	"context"
	"strings"
	"time"

	"callsheet/runner/internal/crm"
)

// BeginPass cuts the leads stored now into ranges of at most size leads each,
// and takes the place of an earlier pass, ended or not: who works on one of its
// ranges finds it gone. It is crm.ErrConflict when another one begins at the
// same moment.
func (s *Store) BeginPass(ctx context.Context, version string, at crm.Instant, size int) (crm.Pass, error) {
	pass := crm.Pass{Version: version, At: at}
	ends, rest, err := s.cut(ctx, size)
	if err != nil {
		return pass, err
	}
	pass.Stored = len(ends)*size + rest
	ends = append(ends, "")
	pass.Ranges = len(ends)
	err = s.write(ctx, "begin to rescore", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, `SELECT COALESCE(MAX("pass"), 0) + 1 FROM "score_range"`)
		if _, err = scan(rows, err, []any{&pass.ID}, &pass.ID); err != nil {
			return err
		}
		if _, err := q.ExecContext(ctx, `DELETE FROM "score_range" WHERE "pass" < $1`, pass.ID); err != nil {
			return err
		}
		after := ""
		for place, end := range ends {
			res, err := q.ExecContext(ctx, `INSERT INTO "score_range" ("pass", "place", "version", "at", "after", "upto", "owner", "attempt", "until", "leads", "changed", "planned", "done")
				VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`, pass.ID, place, version, int64(at), after, end)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				return orConflict(err, "another one begins to rescore")
			}
			after = end
		}
		return nil
	})
	return pass, err
}

// cut finds every size-th id, and how many leads follow the last of them.
func (s *Store) cut(ctx context.Context, size int) (ends []string, rest int, err error) {
	err = s.view(ctx, "cut leads into ranges", func(ctx context.Context, q querier) error {
		ends = nil
		for after := ""; ; {
			next, err := texts(ctx, q, `SELECT "id" FROM "lead" WHERE "id" > $1 ORDER BY "id" LIMIT 1 OFFSET $2`, after, size-1)
			if err != nil {
				return err
			}
			if len(next) == 0 {
				n, err := count(ctx, q, `SELECT COUNT(*) FROM "lead" WHERE "id" > $1`, after)
				rest = int(n)
				return err
			}
			after = next[0]
			ends = append(ends, after)
		}
	})
	return ends, rest, err
}

// Pass is the newest pass and how far it is; the zero Pass when there is none.
func (s *Store) Pass(ctx context.Context) (p crm.Pass, err error) {
	err = s.view(ctx, "read how far rescoring is", func(ctx context.Context, q querier) error {
		p = crm.Pass{}
		rows, err := q.QueryContext(ctx, `SELECT "pass", "version", "at", COUNT(*), SUM("done"), SUM("leads"), SUM("changed"), SUM("planned")
			FROM "score_range" WHERE "pass" = (SELECT MAX("pass") FROM "score_range") GROUP BY "pass", "version", "at"`)
		var row crm.Pass
		found, err := scan(rows, err, []any{&row.ID, &row.Version, &row.At, &row.Ranges, &row.Done, &row.Leads, &row.Changed, &row.Planned}, &row)
		if len(found) > 0 {
			p = found[0]
		}
		return err
	})
	return p, err
}

// ClaimRange gives owner, for some time, a range of a pass that is not done and
// that nobody holds; ok is false when there is none.
func (s *Store) ClaimRange(ctx context.Context, pass int64, owner string, last time.Duration) (r crm.Range, ok bool, err error) {
	err = s.write(ctx, "claim leads to rescore", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, `UPDATE "score_range" SET "owner" = $2, "attempt" = "attempt" + 1, "until" = `+s.dialect.now+` + CAST($3 AS BIGINT)
			WHERE "pass" = $1 AND "place" = (SELECT "place" FROM "score_range" WHERE "pass" = $1 AND "done" = 0 AND "until" <= `+s.dialect.now+`
				ORDER BY "place" LIMIT 1 `+s.dialect.free+`)
			RETURNING "pass", "place", "attempt", "after", "upto", "owner"`, pass, owner, last.Milliseconds())
		var row crm.Range
		found, err := scan(rows, err, []any{&row.Pass, &row.Place, &row.Attempt, &row.After, &row.UpTo, &row.Owner}, &row)
		if ok = len(found) == 1; ok {
			r = found[0]
		}
		return err
	})
	return r, ok, err
}

// RangeLeads is the page of leads of a range that follow a lead, by id, as many as
// room has capacity for, whose memory it takes over; an empty page is the end. Of a
// lead it reads its revision, status, phone and what the rules decided, and the
// fields named as in [Store.Outstanding].
func (s *Store) RangeLeads(ctx context.Context, fields []string, r crm.Range, after string, room []crm.Lead) (page []crm.Lead, err error) {
	var row crm.Lead
	names, places := s.leadColumns(append(fields[:len(fields):len(fields)],
		"revision", "status", "phone", "type", "segment", "score", "grade", "group", "scored_at", "attempts_30d"), &row)
	query, args := "SELECT "+strings.Join(names, ", ")+` FROM "lead" WHERE "id" > $1`, []any{after}
	if r.UpTo != "" {
		query, args = query+` AND "id" <= $2`, append(args, r.UpTo)
	}
	err = s.view(ctx, "read leads to rescore", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query+` ORDER BY "id"`+most(cap(room)), args...)
		page, err = into(room[:0], rows, err, places, &row)
		return err
	})
	return page, err
}

// EndRange stores what became of the leads of a range, and that the range is
// done. held is false, and nothing is stored, when somebody else has claimed it
// since or a newer pass has begun. It is crm.ErrConflict when one of the leads
// was written since it was read.
func (s *Store) EndRange(ctx context.Context, r crm.Range, scores []crm.Scores, arrivals []crm.Arrival, did crm.Rescored) (held bool, err error) {
	leads, calls := unpack(arrivals)
	rows := lastOfEach(pointers(scores), func(sc *crm.Scores) string { return sc.LeadID })
	ids := append(distinct(rows, func(sc *crm.Scores) string { return sc.LeadID }), distinct(leads, func(l *crm.Lead) string { return l.ID })...)
	err = s.write(ctx, "store scores", func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "score_range" SET "done" = 1, "leads" = $5, "changed" = $6, "planned" = $7
			WHERE "pass" = $1 AND "place" = $2 AND "owner" = $3 AND "attempt" = $4 AND "done" = 0`,
			r.Pass, r.Place, r.Owner, r.Attempt, did.Leads, did.Changed, did.Planned)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if held = n == 1; err != nil || !held {
			return err
		}
		if err := s.lockLeads(ctx, q, ids); err != nil {
			return err
		}
		if err := s.score(ctx, q, rows); err != nil {
			return err
		}
		return s.arrive(ctx, q, leads, calls)
	})
	return held && err == nil, err
}

// score writes scores on leads that nobody has written since.
func (s *Store) score(ctx context.Context, q querier, rows []*crm.Scores) error {
	n, err := run(ctx, q, s.saveScores, rows, func(args []any, sc *crm.Scores) ([]any, error) {
		return append(args, sc.LeadID, sc.Type, sc.Segment, sc.Grade, sc.Group, sc.Score, int64(sc.At), sc.Version, sc.Attempts30d, sc.Revision), nil
	})
	if err != nil || n != int64(len(rows)) {
		return orConflict(err, "%d of %d leads were written meanwhile", int64(len(rows))-n, len(rows))
	}
	return nil
}
