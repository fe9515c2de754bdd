package store

import (
	"context"

	"callsheet/runner/internal/crm"
)

// RecordsBetween lists at most limit calls, the newest revision of each, that
// took place in [from, until), by crm.Record.At and then id, after the given
// one.
func (s *Store) RecordsBetween(ctx context.Context, from, until crm.Instant, after crm.Record, limit int) (records []crm.Record, err error) {
	last := from - 1
	if after.ID != "" {
		last = after.At()
	}
	err = s.view(ctx, "read records of an interval", func(ctx context.Context, q querier) error {
		records, err = s.records(ctx, q, `AND "at" < $1 AND ("at", "id") > ($2, $3) AND "at" >= $4 ORDER BY "at", "id" LIMIT $5`,
			int64(until), int64(last), after.ID, int64(from), limit)
		return err
	})
	return records, err
}

// Transcripts finds what was decided about the recordings of calls, by call.
func (s *Store) Transcripts(ctx context.Context, callIDs []string) (map[string]crm.Transcript, error) {
	found := map[string]crm.Transcript{}
	err := s.view(ctx, "read transcripts", func(ctx context.Context, q querier) error {
		return inLists(filled(callIDs), func(list string, args []any) error {
			rows, err := q.QueryContext(ctx, s.transcript.sel(`WHERE "call_id" IN `+list), args...)
			all, err := s.transcript.scan(rows, err)
			for _, t := range all {
				found[t.CallID] = t
			}
			return err
		})
	})
	return found, err
}

// AddTranscripts decides that recordings are to be sent. What was decided about
// them before stays, unless it was withdrawn.
func (s *Store) AddTranscripts(ctx context.Context, transcripts []crm.Transcript) error {
	rows := lastOfEach(pointers(transcripts), func(t *crm.Transcript) string { return t.CallID })
	return s.write(ctx, "store transcripts", func(ctx context.Context, q querier) error {
		_, err := run(ctx, q, s.addTranscript, rows, s.transcript.bind)
		return err
	})
}

// OpenTranscripts lists all recordings that are pending or sending, by the time
// and then the id of their calls.
func (s *Store) OpenTranscripts(ctx context.Context) (open []crm.Transcript, err error) {
	err = s.view(ctx, "read open transcripts", func(ctx context.Context, q querier) error {
		rows, err := q.QueryContext(ctx, s.transcript.sel(`WHERE "state" IN ('pending', 'sending') ORDER BY "at", "call_id"`))
		open, err = s.transcript.scan(rows, err)
		return err
	})
	return open, err
}

// MoveTranscript writes how a recording stands, when it still stands as it was
// read; else it is crm.ErrConflict: another process has it.
func (s *Store) MoveTranscript(ctx context.Context, was, is crm.Transcript) error {
	return s.write(ctx, "transcript of call "+was.CallID, func(ctx context.Context, q querier) error {
		res, err := q.ExecContext(ctx, `UPDATE "transcript" SET "state" = $2, "tries" = $3, "sent_at" = $4
			WHERE "call_id" = $1 AND "state" = $5 AND "tries" = $6`,
			was.CallID, is.State, is.Tries, orNull(int64(is.SentAt.V), is.SentAt.Valid), was.State, was.Tries)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return orConflict(err, "the recording of call %s", was.CallID)
		}
		return nil
	})
}
