package store

import (
	"context"
	"fmt"

	"callsheet/runner/internal/crm"
)

// ClaimedFiles lists the files that are committed and not yet published, with
// their lines, oldest first: what is left to write out after a start or a
// crash.
func (s *Store) ClaimedFiles(ctx context.Context) ([]crm.File, error) {
	var files []crm.File
	err := s.view(ctx, "read claimed files", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.file.sel(`WHERE "state" = 'claimed' ORDER BY "at", "name"`))
		if files, err = s.file.scan(rows, err); err != nil {
			return err
		}
		for i := range files {
			rows, err := q.QueryContext(ctx, s.line.sel(`WHERE "file" = $1 ORDER BY "place"`), files[i].Name)
			lines, err := s.line.scan(rows, err)
			if err != nil {
				return err
			}
			for _, l := range lines {
				files[i].Lines = append(files[i].Lines, l.Line)
			}
		}
		return nil
	})
	return files, err
}

// Published records that a claimed file has been handed over. Saying it again
// changes nothing; an unknown name is crm.ErrNotFound.
func (s *Store) Published(ctx context.Context, name string, at crm.Instant) error {
	return s.write(ctx, "mark "+name+" as published", func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "file" SET "state" = 'published', "published_at" = COALESCE("published_at", $2)
			WHERE "name" = $1`, name, int64(at))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = fmt.Errorf("%s: %w", name, crm.ErrNotFound)
		}
		return err
	})
}

// Files lists the files of a campaign in a slot without their lines, oldest
// first.
func (s *Store) Files(ctx context.Context, slotKey string) ([]crm.File, error) {
	var files []crm.File
	err := s.view(ctx, "read files of "+slotKey, func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.file.sel(`WHERE "slot_key" = $1 ORDER BY "at", "name"`), slotKey)
		files, err = s.file.scan(rows, err)
		return err
	})
	return files, err
}
