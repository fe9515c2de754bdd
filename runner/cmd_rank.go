package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

type rankOptions struct {
	limit   int
	segment string
	where   string
	// filtered says that there is a condition, be it an empty one.
	filtered bool
}

func newRankCommand(a *app) *cobra.Command {
	var o rankOptions
	cmd := &cobra.Command{
		Use:     "rank",
		Short:   "list leads by score, best first",
		Long:    "rank lists leads by their stored score: the best first, equal scores by newest estimation, then by id.",
		Example: "  callsheet --db fixtures rank --limit 10 --segment PVI_NOW --where 'lead.attempts == 0'",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.filtered = cmd.Flags().Changed("where")
			return a.reading(cmd.Context(), func(s *session) error { return runRank(cmd.Context(), s, o) })
		},
	}
	cmd.Flags().IntVar(&o.limit, "limit", 20, "how many leads")
	cmd.Flags().StringVar(&o.segment, "segment", "", "only this segment")
	cmd.Flags().StringVar(&o.where, "where", "", "only leads for which this condition holds, written as in rule files")
	return cmd
}

func runRank(ctx context.Context, s *session, o rankOptions) error {
	if o.limit < 1 {
		return usageError{fmt.Errorf("--limit is %d: ask for at least one lead", o.limit)}
	}
	if segments := s.segments(); o.segment != "" && !slices.Contains(segments, o.segment) {
		return noSuch("segment", o.segment, segments)
	}
	query := dispatch.RankQuery{Segment: o.segment, Limit: o.limit}
	if o.filtered {
		var err error
		if query.Where, err = s.filter("--where", o.where); err != nil {
			return err
		}
	}
	leads, err := s.desk.Rank(ctx, s.book, query, s.now)
	if err != nil {
		return err
	}
	rows := make([][]any, len(leads))
	for i, l := range leads {
		rows[i] = []any{
			i + 1, l.ID, l.Score, l.Grade, l.Type, l.Segment, l.Group, l.Status, terminal.Mask(l.Phone), s.when(l.ScoredAt),
		}
	}
	return s.Table(terminal.Columns("rank", "lead", "score", "grade", "type", "segment", "group", "status", "phone", "scored_at"), rows)
}

func (s *session) segments() []string {
	var names []string
	for _, c := range s.book.Leads.Segments {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// when is an instant as a table shows it: local time of the rule book, nil
// when empty.
func (s *session) when(i crm.Maybe[crm.Instant]) any {
	if !i.Valid {
		return nil
	}
	return i.V.Time().In(s.book.Zone).Format(time.RFC3339)
}
