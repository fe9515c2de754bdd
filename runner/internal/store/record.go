package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"callsheet/runner/internal/crm"
)

// storeRecords adds revisions of records; the newest one of each counts.
func (s *Store) storeRecords(ctx context.Context, q querier, records []crm.Record) error {
	rows := make([]recordRow, len(records))
	for i, r := range records {
		rows[i] = recordRow{r, r.At(), true}
	}
	slices.SortFunc(rows, func(a, b recordRow) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(a.Revision, b.Revision))
	})
	var corrections []*recordRow
	for i := range rows {
		rows[i].Latest = i+1 == len(rows) || rows[i+1].ID != rows[i].ID
		if rows[i].Latest && rows[i].Revision > 1 {
			corrections = append(corrections, &rows[i])
		}
	}
	_, err := run(ctx, q, s.demoteRecord, corrections, func(args []any, r *recordRow) ([]any, error) {
		return append(args, r.ID, r.Revision), nil
	})
	if err != nil {
		return err
	}
	_, err = run(ctx, q, s.addRecord, pointers(rows), s.record.bind)
	return err
}

// Records finds the newest revision of each record, by id.
func (s *Store) Records(ctx context.Context, ids []string) (map[string]crm.Record, error) {
	found := map[string]crm.Record{}
	err := s.view(ctx, "read records", func(ctx context.Context, q querier) error {
		return inLists(ids, func(list string, args []any) error {
			records, err := s.records(ctx, q, `AND "id" IN `+list, args...)
			for _, r := range records {
				found[r.ID] = r
			}
			return err
		})
	})
	return found, err
}

// LeadRecords lists the newest revision of each record of a lead, by crm.Record.At
// and then id.
func (s *Store) LeadRecords(ctx context.Context, leadID string) (records []crm.Record, err error) {
	err = s.view(ctx, "read records of "+leadID, func(ctx context.Context, q querier) error {
		records, err = s.records(ctx, q, `AND "lead_id" = $1 ORDER BY "at", "id"`, leadID)
		return err
	})
	return records, err
}

// PhoneRecords lists the newest revision of each record of a phone, by
// crm.Record.At and then id, for each phone that has one.
func (s *Store) PhoneRecords(ctx context.Context, phones []string) (map[string][]crm.Record, error) {
	return s.phoneRecords(ctx, s.record, phones)
}

// PhonePasts is PhoneRecords with of each record only its id and revision, lead
// and phone, the instants that [crm.Record.At] knows, outcome and whether it was
// an attempt.
func (s *Store) PhonePasts(ctx context.Context, phones []string) (map[string][]crm.Record, error) {
	return s.phoneRecords(ctx, s.past, phones)
}

func (s *Store) phoneRecords(ctx context.Context, columns table[recordRow], phones []string) (map[string][]crm.Record, error) {
	byPhone := map[string][]crm.Record{}
	var row recordRow
	places := columns.destinations(&row)
	err := s.view(ctx, "read records of phones", func(ctx context.Context, q querier) error {
		// Most databases are filled before the first call is made.
		if some, err := recorded(ctx, q); err != nil || !some {
			return err
		}
		return inLists(filled(phones), func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, columns.sel(`WHERE "latest" = 1 AND "phone" IN `+list), args...)
			records, err := scan(rows, err, places, &row.Record)
			for _, r := range records {
				byPhone[r.Phone] = append(byPhone[r.Phone], r)
			}
			return err
		})
	})
	for _, records := range byPhone {
		slices.SortFunc(records, func(a, b crm.Record) int {
			return cmp.Or(cmp.Compare(a.At(), b.At()), strings.Compare(a.ID, b.ID))
		})
	}
	return byPhone, err
}

// UnknownRecords lists the newest revisions of at most limit records of which
// nobody knows the lead, the newest call first, in the reverse order of
// LeadRecords.
func (s *Store) UnknownRecords(ctx context.Context, limit int) (records []crm.Record, err error) {
	err = s.view(ctx, "read unknown records", func(ctx context.Context, q querier) error {
		records, err = s.records(ctx, q, `AND "lead_id" = '' ORDER BY "at" DESC, "id" DESC LIMIT $1`, limit)
		return err
	})
	return records, err
}

// records reads the newest revisions that rest takes.
func (s *Store) records(ctx context.Context, q querier, rest string, args ...any) ([]crm.Record, error) {
	rows, err := q.QueryContext(ctx, s.record.sel(`WHERE "latest" = 1 `+rest), args...)
	var row recordRow
	return scan(rows, err, s.record.destinations(&row), &row.Record)
}
