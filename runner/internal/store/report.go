package store

import (
	"context"
	"strconv"
	"strings"

	"callsheet/runner/internal/crm"
)

// Workload counts, for each group and agent, the calls asked for and what
// became of them, and the open ones of any day, by group and agent. Calls that
// any agent may have and calls that a stop took back are left out.
func (s *Store) Workload(ctx context.Context, asked crm.Worked) ([]crm.Workload, error) {
	args := []any{int64(asked.From), int64(asked.Until)}
	talked, of := `"talk_seconds" > 0`, ""
	if len(asked.Personal) > 0 {
		talked += ` OR "outcome" IN ` + places(asked.Personal, &args)
	}
	if asked.Campaign != "" {
		of = ` AND "run"."campaign" IN ` + places([]string{asked.Campaign}, &args)
	}
	const report = `EXISTS (SELECT 1 FROM "record" WHERE "latest" = 1
		AND "record"."lead_id" = "call"."lead_id" AND "record"."call_id" = "call"."id"`
	query := `SELECT "group", "agent", CAST(SUM("calls") AS BIGINT), CAST(SUM("score") AS BIGINT), CAST(SUM("scored") AS BIGINT),
			CAST(SUM("heard") AS BIGINT), CAST(SUM("reached") AS BIGINT), CAST(SUM("open") AS BIGINT) FROM (
		SELECT "call"."group", "call"."agent", 1 AS "calls", COALESCE("decision"."score", 0) AS "score",
			CASE WHEN "decision"."score" IS NULL THEN 0 ELSE 1 END AS "scored",
			CASE WHEN ` + report + `) THEN 1 ELSE 0 END AS "heard",
			CASE WHEN ` + report + ` AND (` + talked + `)) THEN 1 ELSE 0 END AS "reached", 0 AS "open"
		FROM "call" JOIN "run" ON "run"."id" = "call"."run_id"
		LEFT JOIN "decision" ON "decision"."slot_key" = "run"."slot_key" AND "decision"."lead_id" = "call"."lead_id" AND "decision"."injected" = 1
		WHERE "call"."not_before" >= $1 AND "call"."not_before" < $2
			AND "call"."state" IN ('injected', 'in_progress', 'ended') AND "call"."agent" <> ''` + of + `
		UNION ALL
		SELECT "call"."group", "call"."agent", 0, 0, 0, 0, 0, 1
		FROM "call" JOIN "run" ON "run"."id" = "call"."run_id"
		WHERE ` + open + ` AND "call"."agent" <> ''` + of + `
	) AS "each" GROUP BY "group", "agent" ORDER BY "group", "agent"`
	var all []crm.Workload
	err := s.view(ctx, "count the calls of agents", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		var w crm.Workload
		all, err = scan(rows, err, []any{&w.Group, &w.Agent, &w.Calls, &w.Scores, &w.Scored, &w.Heard, &w.Reached, &w.Open}, &w)
		return err
	})
	return all, err
}

// Unworked counts, by group, the leads that have a planned call and never had
// an injected one, and names the one that came in first; callbacks that are not
// due at the given time do not wait.
func (s *Store) Unworked(ctx context.Context, of crm.Kinds, at crm.Instant) ([]crm.Backlog, error) {
	args := []any{int64(at)}
	// No window over all of them: sorting a million leads takes minutes.
	query := `WITH "unworked" AS (
			SELECT "lead"."group", "lead"."id", "lead"."created_at" FROM "lead" JOIN "call" ON "call"."lead_id" = "lead"."id"
			WHERE ` + planned + ` AND NOT ("call"."kind" = 'callback' AND "call"."due_at" >= $1)
			AND NOT EXISTS (SELECT 1 FROM "call" AS "made" WHERE "made"."lead_id" = "lead"."id" AND "made"."injected_at" IS NOT NULL)` +
		oneOf(`"lead"."type"`, of.Types, &args) + oneOf(`"lead"."segment"`, of.Segments, &args) + `
		), "first" AS (
			SELECT "group", COUNT(*) AS "leads", MIN("created_at") AS "since" FROM "unworked" GROUP BY "group"
		), "oldest" AS (
			SELECT "first"."group", "leads", MIN("id") AS "id" FROM "first"
			JOIN "unworked" ON "unworked"."group" = "first"."group" AND "created_at" = "since" GROUP BY "first"."group", "leads"
		)
		SELECT "oldest"."group", "leads", "lead"."id", "created_at", "recycled" FROM "oldest"
		JOIN "lead" ON "lead"."id" = "oldest"."id" ORDER BY "oldest"."group"`
	return s.backlogs(ctx, query, args)
}

// Starving finds, by group, the leads still to be called that were recycled
// more than that often. Worst are at most that many of each group: the most
// often recycled, then who came first, then by id.
func (s *Store) Starving(ctx context.Context, of crm.Kinds, times int64, worst int) ([]crm.Backlog, error) {
	args := []any{times, worst}
	query := `SELECT "group", "leads", "id", "created_at", "recycled" FROM (
			SELECT "group", "id", "created_at", "recycled", COUNT(*) OVER (PARTITION BY "group") AS "leads",
				ROW_NUMBER() OVER (PARTITION BY "group" ORDER BY "recycled" DESC, "created_at", "id") AS "place"
			FROM "lead" WHERE "recycled" > $1
			AND "status" IN ('new', 'parked', 'scheduled', 'in_campaign', 'not_qualified', 'callback')` +
		oneOf(`"type"`, of.Types, &args) + oneOf(`"segment"`, of.Segments, &args) + `
		) AS "each" WHERE "place" <= $2 ORDER BY "group", "place"`
	return s.backlogs(ctx, query, args)
}

// backlogs reads groups with the number of their leads, each with some of them:
// a row a lead, those of a group together.
func (s *Store) backlogs(ctx context.Context, query string, args []any) ([]crm.Backlog, error) {
	type row struct {
		crm.Backlog
		lead crm.Waiting
	}
	var all []crm.Backlog
	err := s.view(ctx, "look for leads that wait", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		var r row
		found, err := scan(rows, err, []any{&r.Group, &r.Leads, &r.lead.LeadID, destination(&r.lead.Since), &r.lead.Recycled}, &r)
		all = nil
		for _, r := range found {
			if len(all) == 0 || all[len(all)-1].Group != r.Group {
				all = append(all, r.Backlog)
			}
			last := &all[len(all)-1]
			last.Worst = append(last.Worst, r.lead)
		}
		return err
	})
	return all, err
}

// oneOf is a condition on a column that has one of the values; no values are
// no condition.
func oneOf(column string, values []string, args *[]any) string {
	if len(values) == 0 {
		return ""
	}
	return " AND " + column + " IN " + places(values, args)
}

// places is a list of parameters for values, which join the arguments.
func places(values []string, args *[]any) string {
	list := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		list[i] = "$" + strconv.Itoa(len(*args))
	}
	return "(" + strings.Join(list, ", ") + ")"
}
