// Package callity hands the recordings of calls that ended to the transcribers,
// each once over all runs, whatever they overlap and whenever one dies. What is
// to be sent is on record before anything is; a recording that may have arrived
// is asked for before it is sent again.
package callity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/remote"
)

// Why a recording is not sent.
const (
	NoRecording = "no_recording"
	Opposed     = "opposed"      // the person did not want to be recorded
	TooShort    = "too_short"    // nobody, or hardly anybody, has talked
	AlreadySent = "already_sent" // by an earlier run
)

// Store is what a Sender needs of the database. Each method is one transaction.
type Store interface {
	RecordsBetween(ctx context.Context, from, until crm.Instant, after crm.Record, limit int) ([]crm.Record, error)
	Records(ctx context.Context, ids []string) (map[string]crm.Record, error)
	Transcripts(ctx context.Context, callIDs []string) (map[string]crm.Transcript, error)
	// AddTranscripts leaves those alone that were decided about before, unless
	// they were withdrawn.
	AddTranscripts(ctx context.Context, transcripts []crm.Transcript) error
	OpenTranscripts(ctx context.Context) ([]crm.Transcript, error)
	// MoveTranscript is crm.ErrConflict when it no longer is as it was.
	MoveTranscript(ctx context.Context, was, is crm.Transcript) error
}

// Transcribers take recordings.
type Transcribers interface {
	// Has asks whether they have got the recording of a call.
	Has(ctx context.Context, callID string) (bool, error)
	// Send gives them one, and tries once.
	Send(ctx context.Context, r *crm.Record) error
}

// Sender sends the recordings of calls. One at a time is enough: who runs it
// holds a lease.
type Sender struct {
	Store        Store
	Transcribers Transcribers
	// MinTalk is the shortest conversation worth sending, where the dialer says
	// how long it was.
	MinTalk time.Duration
	// Pause is the time before the second try, 0 is one second.
	Pause time.Duration
}

// Item is what became, or would become, of one recording.
type Item struct {
	Call    string
	EndedAt crm.Instant
	State   string // one of the states below
	Reason  string // why it was skipped
}

// States of an item.
const (
	Sent    = "sent"
	Failed  = "failed" // tried, and tried again by the next run
	Left    = "left"   // not tried, because the transcribers are out of reach
	Skipped = "skipped"
	Due     = "due" // would be sent
)

// page is how many records are read at once.
const page = 500

// Decide says what is to be done about the calls that ended in [from, until),
// in their order, and stores nothing.
func (s *Sender) Decide(ctx context.Context, from, until crm.Instant) ([]Item, error) {
	return s.decide(ctx, from, until, func([]crm.Transcript) error { return nil })
}

// decide gives the new ones of each page to add.
func (s *Sender) decide(ctx context.Context, from, until crm.Instant, add func([]crm.Transcript) error) (items []Item, err error) {
	var after crm.Record
	for {
		records, err := s.Store.RecordsBetween(ctx, from, until, after, page)
		if err != nil {
			return items, err
		}
		ids := make([]string, len(records))
		for i, r := range records {
			ids[i] = r.ID
		}
		known, err := s.Store.Transcripts(ctx, ids)
		if err != nil {
			return items, err
		}
		var fresh []crm.Transcript
		for i := range records {
			r := &records[i]
			item := Item{Call: r.ID, EndedAt: r.At(), State: Due, Reason: s.reason(r)}
			switch t, ok := known[r.ID]; {
			case ok && t.State == crm.TranscriptSent:
				item.State, item.Reason = Skipped, AlreadySent
			case item.Reason != "":
				item.State = Skipped
			case !ok || t.State == crm.TranscriptWithdrawn:
				fresh = append(fresh, crm.Transcript{CallID: r.ID, State: crm.TranscriptPending, At: r.At()})
			}
			items = append(items, item)
		}
		if len(fresh) > 0 {
			if err := add(fresh); err != nil {
				return items, err
			}
		}
		if len(records) < page {
			return items, nil
		}
		after = records[len(records)-1]
	}
}

// reason is why a recording is not sent; empty when it is.
func (s *Sender) reason(r *crm.Record) string {
	switch {
	case r.RecordingRef == "":
		return NoRecording
	case r.RecordingOpposed:
		return Opposed
	case r.TalkSeconds.Valid && time.Duration(r.TalkSeconds.V)*time.Second < s.MinTalk:
		return TooShort
	}
	return ""
}

// Outstanding are the recordings that earlier runs have decided to send and did
// not, or may not have.
func (s *Sender) Outstanding(ctx context.Context) ([]Item, error) {
	open, err := s.Store.OpenTranscripts(ctx)
	items := make([]Item, len(open))
	for i, t := range open {
		items[i] = Item{Call: t.CallID, EndedAt: t.At, State: Due}
	}
	return items, err
}

// Send decides about the calls that ended in [from, until), then sends all that
// is outstanding, earlier runs included, by time and then id; advance hears of
// each. The error says why some failed or are left.
func (s *Sender) Send(ctx context.Context, from, until crm.Instant, now time.Time, advance func(done, total int)) (items []Item, err error) {
	decided, err := s.decide(ctx, from, until, func(fresh []crm.Transcript) error { return s.Store.AddTranscripts(ctx, fresh) })
	if err != nil {
		return nil, err
	}
	for _, item := range decided {
		if item.State == Skipped {
			items = append(items, item)
		}
	}
	open, err := s.Store.OpenTranscripts(ctx)
	if err != nil {
		return items, err
	}
	var faults []error
	inARow := 0
	for i, t := range open {
		item := Item{Call: t.CallID, EndedAt: t.At, State: Left}
		if inARow < mostInARow {
			var fault error
			item, fault = s.one(ctx, t, now)
			switch {
			case ctx.Err() != nil:
				return items, ctx.Err()
			case errors.Is(fault, crm.ErrConflict):
				continue // another process has it
			case fault == nil:
				inARow = 0
			default:
				faults = append(faults, fmt.Errorf("call %s: %w", t.CallID, fault))
				if inARow++; hopeless(fault) {
					inARow = mostInARow
				}
			}
		}
		items = append(items, item)
		advance(i+1, len(open))
	}
	return items, errors.Join(faults...)
}

// mostInARow is after how many failures in a row the rest is left to the next
// run.
const mostInARow = 3

// hopeless says that the others would fail too: nobody answers, or not to us.
func hopeless(err error) bool {
	e, ok := errors.AsType[*remote.Error](err)
	return !ok || e.Status == 0 || e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests
}

// one sends one recording, or finds that it has arrived, or withdraws it.
func (s *Sender) one(ctx context.Context, t crm.Transcript, now time.Time) (Item, error) {
	item := Item{Call: t.CallID, EndedAt: t.At, State: Failed}
	found, err := s.Store.Records(ctx, []string{t.CallID})
	if err != nil {
		return item, err
	}
	record, known := found[t.CallID]
	reason := s.reason(&record)
	if !known {
		reason = NoRecording // what was known of the person is erased
	}
	inHand := t
	inHand.State, inHand.Tries = crm.TranscriptSending, t.Tries+1
	end := inHand
	if t.State == crm.TranscriptPending && reason != "" {
		end.State, item.State, item.Reason = crm.TranscriptWithdrawn, Skipped, reason
		return item, s.Store.MoveTranscript(ctx, t, end)
	}
	if err := s.Store.MoveTranscript(ctx, t, inHand); err != nil {
		return item, err
	}
	arrived, err := s.deliver(ctx, &record, t.State == crm.TranscriptSending, reason != "")
	switch {
	case err != nil:
		return item, err
	case arrived:
		end.State, end.SentAt, item.State = crm.TranscriptSent, crm.Some(crm.At(now)), Sent
	default:
		end.State, item.State, item.Reason = crm.TranscriptWithdrawn, Skipped, reason
	}
	return item, s.Store.MoveTranscript(ctx, inHand, end)
}

// deliver sends a recording, with patience, and says whether it has arrived;
// one to be withdrawn is only asked for. Where an earlier try may have arrived,
// that is asked first.
func (s *Sender) deliver(ctx context.Context, r *crm.Record, mayBeThere, withdraw bool) (arrived bool, err error) {
	pauses := backoff.NewExponentialBackOff()
	if pauses.InitialInterval = s.Pause; s.Pause == 0 {
		pauses.InitialInterval = time.Second
	}
	var last error
	arrived, err = backoff.Retry(ctx, func() (bool, error) {
		if mayBeThere {
			var there bool
			if there, last = s.Transcribers.Has(ctx, r.ID); last != nil || there || withdraw {
				return there, remote.Again(last)
			}
		}
		last = s.Transcribers.Send(ctx, r)
		// A conflict says that they know the key: perhaps from the try before.
		conflict := remote.StatusOf(last) == http.StatusConflict && !mayBeThere
		mayBeThere = conflict || remote.Passing(last)
		if conflict {
			return false, last
		}
		return last == nil, remote.Again(last)
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(tries))
	if err != nil && ctx.Err() == nil {
		err = last
	}
	return arrived, err
}

// tries is how often a recording is tried before it is left to the next run.
const tries = 4
