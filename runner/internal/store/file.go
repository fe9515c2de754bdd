package store

import (
	"context"
	"fmt"

	"callsheet/runner/internal/crm"
)

// UnpublishedFiles lists the files that are claimed, staged or sending, with
// their lines, in the order in which they were committed: what is left to hand
// over after a start or a crash.
func (s *Store) UnpublishedFiles(ctx context.Context) ([]crm.File, error) {
	var files []crm.File
	err := s.view(ctx, "read unpublished files", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.file.sel(`WHERE "state" IN ('claimed', 'staged', 'sending') ORDER BY "seq"`))
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

// Staged records that a claimed file stands whole in the stage area. It is
// crm.ErrConflict when the file is claimed no longer: somebody else has staged,
// published or cancelled it.
func (s *Store) Staged(ctx context.Context, name string) error {
	return s.mark(ctx, name, crm.FileStaged, `"state" = 'claimed'`)
}

// Sending records that a claimed file is about to be sent to a server. It is
// crm.ErrConflict when the file is claimed no longer.
func (s *Store) Sending(ctx context.Context, name string) error {
	return s.mark(ctx, name, crm.FileSending, `"state" = 'claimed'`)
}

// Unsent records that a file was not sent to a server after all, and is claimed
// as before. It is crm.ErrConflict when the file is not being sent.
func (s *Store) Unsent(ctx context.Context, name string) error {
	return s.mark(ctx, name, crm.FileClaimed, `"state" = 'sending'`)
}

// Published records that a file has been handed over, and when. It is
// crm.ErrConflict when somebody else has recorded that, or has cancelled it.
func (s *Store) Published(ctx context.Context, name string, at crm.Instant) error {
	return s.mark(ctx, name, crm.FilePublished, `"state" IN ('claimed', 'staged', 'sending')`, int64(at))
}

// mark moves a file from one of some states to another one. An unknown name is
// crm.ErrNotFound.
func (s *Store) mark(ctx context.Context, name, state, from string, at ...any) error {
	set := `"state" = $2`
	if len(at) > 0 {
		set += `, "published_at" = $3`
	}
	return s.write(ctx, "mark "+name+" as "+state, func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "file" SET `+set+` WHERE "name" = $1 AND `+from, append([]any{name, state}, at...)...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var now string
		rows, err := q.QueryContext(ctx, `SELECT "state" FROM "file" WHERE "name" = $1`, name)
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return orNotFound(rows.Err(), name)
		}
		if err := rows.Scan(&now); err != nil {
			return err
		}
		return fmt.Errorf("%s is %s: %w", name, now, crm.ErrConflict)
	})
}

func orNotFound(err error, name string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", name, crm.ErrNotFound)
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
