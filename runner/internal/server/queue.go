package server

import (
	"sync"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// queue applies together the reports that come at the same time: one commit
// for all of them, and two reports of one lead never in each other's way.
type queue struct {
	// apply answers every report, in order, or says what keeps it from that
	// for all.
	apply func([]crm.Record) ([]dispatch.Ended, error)
	turn  chan struct{} // full while somebody applies

	mu      sync.Mutex
	waiting []*report
}

// report is one report on its way into the store.
type report struct {
	record crm.Record
	done   chan struct{} // closed when the rest is known
	ended  dispatch.Ended
	err    error
}

func newQueue(apply func([]crm.Record) ([]dispatch.Ended, error)) *queue {
	return &queue{apply: apply, turn: make(chan struct{}, 1)}
}

// add returns when the report is applied and on disk. Whoever gets the turn
// applies what waits by then for everybody.
func (q *queue) add(record crm.Record) (dispatch.Ended, error) {
	r := &report{record: record, done: make(chan struct{})}
	q.mu.Lock()
	q.waiting = append(q.waiting, r)
	q.mu.Unlock()
	select {
	case <-r.done:
	case q.turn <- struct{}{}:
		q.drain()
		<-q.turn
		<-r.done
	}
	return r.ended, r.err
}

func (q *queue) drain() {
	q.mu.Lock()
	batch := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	for len(batch) > 0 {
		n := min(len(batch), dispatch.MaxReports)
		q.settle(batch[:n])
		batch = batch[n:]
	}
}

// settle applies one transaction of reports. Where that fails each is tried
// alone: one that cannot be stored must not take the others with it.
func (q *queue) settle(batch []*report) {
	records := make([]crm.Record, len(batch))
	for i, r := range batch {
		records[i] = r.record
	}
	ended, err := q.apply(records)
	for i, r := range batch {
		switch {
		case err == nil:
			r.ended = ended[i]
		case len(batch) == 1:
			r.err = err
		default:
			q.settle(batch[i : i+1])
			continue
		}
		close(r.done)
	}
}
