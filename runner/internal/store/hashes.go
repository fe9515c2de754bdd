package store

import "context"

// RecordHashes finds the hashes of all revisions of each record, by id, so that
// a report that was corrected since is still known when it comes again.
func (s *Store) RecordHashes(ctx context.Context, ids []string) (map[string][]string, error) {
	type revision struct{ id, hash string }
	hashes := map[string][]string{}
	err := s.view(ctx, "read hashes of records", func(ctx context.Context, q querier) error {
		return inLists(ids, func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, `SELECT "id", "hash" FROM "record" WHERE "id" IN `+list+` ORDER BY "id", "revision"`, args...)
			var row revision
			revisions, err := scan(rows, err, []any{&row.id, &row.hash}, &row)
			for _, r := range revisions {
				hashes[r.id] = append(hashes[r.id], r.hash)
			}
			return err
		})
	})
	return hashes, err
}
