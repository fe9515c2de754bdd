package store

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"callsheet/runner/internal/crm"
)

// DecisionsNamed lists at most limit decisions whose ids begin with a text, by
// id.
func (s *Store) DecisionsNamed(ctx context.Context, begin string, limit int) (found []crm.Decision, err error) {
	err = s.view(ctx, "find decision "+begin, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.decision.sel(`WHERE "id" <> '' AND "id" >= $1 AND "id" < $2 ORDER BY "id" LIMIT $3`), begin, begin+"~", limit)
		found, err = s.decision.scan(rows, err)
		return err
	})
	return found, err
}

// Facts are those of a sheet, or crm.ErrNotFound.
func (s *Store) Facts(ctx context.Context, id string) (*crm.Facts, error) {
	var found []crm.FactSheet
	err := s.view(ctx, "read facts", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.facts.sel(`WHERE "id" = $1`), id)
		found, err = s.facts.scan(rows, err)
		return err
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("facts %s: %w", id, crm.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return found[0].Facts()
}

// inCampaign takes what was decided between two instants, in the slots of a
// campaign, or in all of them when none is named.
func inCampaign(campaign string) string {
	if campaign == "" {
		return `"at" >= $1 AND "at" < $2 AND CAST($3 AS TEXT) IS NOT NULL`
	}
	return `"at" >= $1 AND "at" < $2 AND substr("slot_key", 1, ` + strconv.Itoa(utf8.RuneCountInString(campaign)+1) + `) = $3`
}

// FactsBetween lists the sheets of what was decided between two instants, for one
// campaign or for all ("") by time, at most limit of those behind after.
func (s *Store) FactsBetween(ctx context.Context, campaign string, from, until crm.Instant, after crm.FactSheet, limit int) (found []crm.FactSheet, err error) {
	err = s.view(ctx, "read facts", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.facts.sel(`WHERE `+inCampaign(campaign)+` AND ("at", "id") > ($4, $5) ORDER BY "at", "id" LIMIT $6`),
			int64(from), int64(until), campaign+"/", int64(max(after.At, from-1)), after.ID, limit)
		found, err = s.facts.scan(rows, err)
		return err
	})
	return found, err
}

// DecisionsOn lists the decisions about some leads that rest on a sheet of facts,
// by lead.
func (s *Store) DecisionsOn(ctx context.Context, sheet *crm.FactSheet, leads []string) (found []crm.Decision, err error) {
	err = s.view(ctx, "read decisions of "+sheet.SlotKey, func(ctx context.Context, q querier) error {
		found = nil
		return inLists(filled(leads), func(list string, args []any) error {
			where := `WHERE "slot_key" = $1 AND "facts" = $2 AND "lead_id" IN ` + list + ` ORDER BY "lead_id"`
			rows, err := q.QueryContext(ctx, s.decision.sel(where), args...)
			page, err := s.decision.scan(rows, err)
			found = append(found, page...)
			return err
		}, sheet.SlotKey, sheet.ID)
	})
	return found, err
}

// factsOf are what some decisions rest on, as far as it is stored.
func (s *Store) factsOf(ctx context.Context, q querier, decisions []crm.Decision) (all []crm.LeadFacts, err error) {
	for _, d := range decisions {
		rows, err := q.QueryContext(ctx, s.facts.sel(`WHERE "id" = $1`), d.Facts)
		found, err := s.facts.scan(rows, err)
		if err != nil {
			return nil, err
		}
		for i := range found {
			f, err := found[i].Facts()
			if err != nil {
				return nil, err
			}
			if read, ok := f.About(d.LeadID); ok {
				read.Decision = d.ID
				all = append(all, read)
			}
		}
	}
	return all, nil
}

// CountDecisions counts what was decided between two instants, for one campaign
// or for all ("").
func (s *Store) CountDecisions(ctx context.Context, campaign string, from, until crm.Instant) (n int64, err error) {
	err = s.view(ctx, "count decisions", func(ctx context.Context, q querier) error {
		n, err = count(ctx, q, `SELECT COUNT(*) FROM "decision" WHERE `+inCampaign(campaign), int64(from), int64(until), campaign+"/")
		return err
	})
	return n, err
}

// Injected counts the leads injected in each slot from one key of crm.SlotKey on
// and before another one, 0 where something was decided and nobody injected.
func (s *Store) Injected(ctx context.Context, from, until string) (map[string]int64, error) {
	bySlot := map[string]int64{}
	err := s.view(ctx, "count injected leads", func(ctx context.Context, q querier) error {
		var row struct {
			slot string
			n    int64
		}
		rows, err := q.QueryContext(ctx, `SELECT "slot_key", CAST(SUM("injected") AS BIGINT) FROM "decision"
			WHERE "slot_key" >= $1 AND "slot_key" < $2 GROUP BY "slot_key"`, from, until)
		found, err := scan(rows, err, []any{&row.slot, &row.n}, &row)
		for _, r := range found {
			bySlot[r.slot] = r.n
		}
		return err
	})
	return bySlot, err
}

// dropFacts takes leads out of the facts on which decisions about them rest, and
// says from how many sheets. Those of earlier decisions in the same slots are
// among them.
func (s *Store) dropFacts(ctx context.Context, q querier, leads []string) (sheets int64, err error) {
	gone := set(leads)
	slots, err := among(ctx, q, `SELECT "slot_key" FROM "decision" WHERE "lead_id" IN `, leads)
	if err != nil {
		return 0, err
	}
	for _, slot := range filled(slots) {
		rows, err := q.QueryContext(ctx, s.facts.sel(`WHERE "slot_key" = $1 ORDER BY "id" `+s.dialect.alone), slot)
		found, err := s.facts.scan(rows, err)
		if err != nil {
			return sheets, err
		}
		for _, sheet := range found {
			changed, err := dropFromSheet(ctx, q, sheet, gone)
			if err != nil {
				return sheets, err
			}
			sheets += changed
		}
	}
	return sheets, nil
}

// dropFromSheet is 1 when any of the leads stands on the sheet.
func dropFromSheet(ctx context.Context, q querier, sheet crm.FactSheet, gone map[string]bool) (int64, error) {
	f, err := sheet.Facts()
	if err != nil {
		return 0, err
	}
	rest := f.Of(func(lead string) bool { return !gone[lead] })
	switch len(rest.Leads) {
	case len(f.Leads):
		return 0, nil
	case 0:
		_, err = q.ExecContext(ctx, `DELETE FROM "facts" WHERE "id" = $1`, sheet.ID)
		return 1, err
	}
	// The id stays: decisions name it.
	smaller, err := rest.Sheet()
	if err == nil {
		_, err = q.ExecContext(ctx, `UPDATE "facts" SET "body" = $1 WHERE "id" = $2`, smaller.Body, sheet.ID)
	}
	return 1, err
}
